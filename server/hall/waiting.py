"""How long one will wait: the queue-length formula for shared counters (QLx, experience 4.2), as a range.

An `Estimator` turns the present line into seconds; `announce` turns seconds into what people may be told
(4.3): a range rounded outward, in words of minutes, and nothing at all before enough calls are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, sqrt
from typing import Protocol

from server.hall.calendar import with_closures
from server.hall.calling import aged
from server.hall.site import Counter, PolicyKind, Service, Site
from server.hall.state import HallState
from server.hall.tickets import Klass, Ticket

CALLS_NEEDED = 30  # of a service, before a range is announced
WRAP_UP_S = 20.0  # a counter's time between two citizens (QL-rec)
Z20, Z90 = -0.8416, 1.2816  # quantiles of the normal distribution
STEP_MIN, LONG_STEP_MIN, LONG_MIN = 5, 15, 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected wait and its standard deviation, in seconds of wall time."""

    mean_s: float
    sigma_s: float


class Estimator(Protocol):
    """Anything that can say how long a newcomer to `service` would wait."""

    def wait(
        self, site: Site, state: HallState, service: Service, klass: Klass, now: datetime
    ) -> Estimate: ...


class QueueLength:
    """QLx: [ sum over shared services of n_j m_j |C n C_j| / |C_j|  +  m_k ] / |C|, plus planned closures.

    C: open counters able to serve the service (those configured, while none is open); n_j: people the policy
    calls first. The noise floor of the formula gives the spread: (m / s) sqrt(n + 1).
    """

    def wait(self, site: Site, state: HallState, service: Service, klass: Klass, now: datetime) -> Estimate:
        able = _open_counters(site, state, service.id)
        ahead = people_ahead(site, state, service, klass, now)
        if not ahead and any(state.counter(c.id).current is None for c in able):
            return Estimate(0.0, 0.0)
        work = handling_s(state, service)
        people = 0.0
        for other, n in _by_service(ahead).items():
            theirs = _open_counters(site, state, other)
            shared = sum(1 for c in able if c in theirs) / len(theirs) if theirs else 1.0
            work += n * handling_s(state, site.services[other]) * shared
            people += n * shared
        mean = work / len(able)
        sigma = handling_s(state, service) / len(able) * sqrt(people + 1)
        on_the_wall = with_closures(site, now, timedelta(seconds=mean)).total_seconds()
        return Estimate(on_the_wall, sigma)


def handling_s(state: HallState, service: Service) -> float:
    """Mean seconds a counter is taken by one citizen of the service: measured, else as configured."""
    times = state.handling.get(service.id)
    if not times:
        return service.typical.total_seconds()
    return sum(times) / len(times) + WRAP_UP_S


def people_ahead(
    site: Site, state: HallState, service: Service, klass: Klass, now: datetime
) -> tuple[Ticket, ...]:
    """Who, of all lines that share counters with `service`, is called before a newcomer of this class."""
    mates = {s for c in site.counters_for(service.id) for s in (*c.services, *c.then)}
    line = [t for t in map(state.tickets.__getitem__, state.waiting) if t.service in mates]
    if klass is Klass.NORMAL or service.policy.kind is PolicyKind.RATIO:
        return tuple(line)
    return tuple(t for t in line if t.klass is Klass.PRIORITY or not _passed(service, t, now))


def ahead_in_line(site: Site, state: HallState, ticket: Ticket, now: datetime) -> int:
    """How many of the ticket's own service are called before it: the figure on paper and phone."""
    service = site.services[ticket.service]
    before = 0
    for id in state.waiting:
        other = state.tickets[id]
        if other.service != ticket.service or other.id == ticket.id:
            continue
        if other.klass is ticket.klass:
            before += other.place < ticket.place
        elif ticket.klass is Klass.PRIORITY:
            before += other.place < ticket.place and not _passed(service, other, now)
        else:
            before += other.place < ticket.place or service.policy.kind is PolicyKind.STRICT
    return before


def _passed(service: Service, normal: Ticket, now: datetime) -> bool:
    """Would a priority newcomer pass this normal ticket?

    By accumulated waiting: only within the first (1 - 1/b) of the ticket's wait, reckoned with a typical
    turn still to come; never once it is past the age limit.
    """
    waited = (now - normal.order).total_seconds()
    policy = service.policy
    if aged(policy, waited):
        return False
    if policy.kind is PolicyKind.STRICT:
        return True
    turn = service.typical.total_seconds()
    return policy.weight * turn > waited + turn


def _open_counters(site: Site, state: HallState, service: str) -> tuple[Counter, ...]:
    able = site.counters_for(service)
    return tuple(c for c in able if state.counter(c.id).status == "open") or able


def _by_service(tickets: tuple[Ticket, ...]) -> dict[str, int]:
    count: dict[str, int] = {}
    for ticket in tickets:
        count[ticket.service] = count.get(ticket.service, 0) + 1
    return count


def announce(estimate: Estimate, known_calls: int) -> tuple[int, int] | None:
    """The range in minutes that may be told: 20 % to 90 % quantile, outward, never narrower than 5.

    (0, 5) means "under five minutes". None while fewer than 30 calls of the service are known.
    """
    if known_calls < CALLS_NEEDED:
        return None
    low = max(0.0, estimate.mean_s + Z20 * estimate.sigma_s) / 60
    high = max(0.0, estimate.mean_s + Z90 * estimate.sigma_s) / 60
    if high < STEP_MIN:
        return (0, STEP_MIN)
    bottom, top = _outward(low, down=True), _outward(high, down=False)
    return (bottom, top if top > bottom else bottom + STEP_MIN)


def _outward(minutes: float, *, down: bool) -> int:
    step = LONG_STEP_MIN if minutes > LONG_MIN else STEP_MIN
    return (floor(minutes / step) if down else ceil(minutes / step)) * step
