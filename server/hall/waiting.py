"""How long one will wait: the queue-length formula for shared counters (QLx), as a range.

An `Estimator` turns the present line into seconds; `announce` turns seconds into what people may be told
(4.3): a range rounded outward, in words of minutes, and nothing at all before enough calls are known.
"""

from __future__ import annotations

from collections.abc import Iterable
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
WRAP_UP_S = 20.0  # a counter's time between two citizens
Z20, Z90 = -0.8416, 1.2816  # quantiles of the normal distribution
STEP_MIN, LONG_STEP_MIN, LONG_MIN = 5, 15, 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected wait and its standard deviation, in seconds of wall time."""

    mean_s: float
    sigma_s: float


class Forecast(Protocol):
    """One moment of a hall, for as many questions as wanted."""

    def wait(self, service: Service, klass: Klass) -> Estimate:
        """How long a newcomer of this class would wait for `service`."""


class Estimator(Protocol):
    """Anything that can look at a hall and say how long newcomers will wait."""

    def at(self, site: Site, state: HallState, now: datetime) -> Forecast: ...


class QueueLength:
    """QLx: [ sum over shared services of n_j m_j |C n C_j| / |C_j|  +  m_k ] / |C|, plus planned closures.

    C: open counters able to serve the service (those configured, while none is open); n_j: people the policy
    calls first. The noise floor of the formula gives the spread: (m / s) sqrt(n + 1).
    """

    def at(self, site: Site, state: HallState, now: datetime) -> _QueueLengthNow:
        return _QueueLengthNow(site, state, now)


class _QueueLengthNow:
    """The sums of one moment that every service's answer shares."""

    def __init__(self, site: Site, state: HallState, now: datetime) -> None:
        self._site, self._state, self._now = site, state, now
        self._waiting = _by_service(state.tickets[id] for id in state.waiting)
        self._able: dict[str, tuple[Counter, ...]] = {}

    def wait(self, service: Service, klass: Klass) -> Estimate:
        able = self._counters(service.id)
        work = people = 0.0
        for other, n in self._ahead(service, klass).items():
            theirs = self._counters(other)
            shared = sum(c in theirs for c in able) / len(theirs)
            work += n * handling_s(self._state, self._site.services[other]) * shared
            people += n * shared
        if not people and any(self._idle(c) for c in able):
            return Estimate(0.0, 0.0)
        turn = handling_s(self._state, service)
        mean = timedelta(seconds=(work + turn) / len(able))
        on_the_wall = with_closures(self._site, self._now, mean).total_seconds()
        return Estimate(on_the_wall, turn / len(able) * sqrt(people + 1))

    def _ahead(self, service: Service, klass: Klass) -> dict[str, int]:
        """How many of each service that shares a counter with this one are called before a newcomer."""
        mates = dict.fromkeys(s for c in self._site.counters_for(service.id) for s in (*c.services, *c.then))
        if klass is Klass.NORMAL or service.policy.kind is PolicyKind.RATIO:
            return {s: self._waiting[s] for s in mates if s in self._waiting}
        line = (self._state.tickets[id] for id in self._state.waiting)
        return _by_service(
            t
            for t in line
            if t.service in mates and (t.klass is Klass.PRIORITY or not _passed(service, t, self._now))
        )

    def _idle(self, counter: Counter) -> bool:
        """Open, with nobody there; a closed counter, or one on a break, has no time for anybody."""
        stands = self._state.counter(counter.id)
        return stands.status == "open" and stands.current is None

    def _counters(self, service: str) -> tuple[Counter, ...]:
        if service not in self._able:
            every = self._site.counters_for(service)
            now_open = tuple(c for c in every if self._state.counter(c.id).status == "open")
            self._able[service] = now_open or every
        return self._able[service]


def handling_s(state: HallState, service: Service) -> float:
    """Mean seconds a counter is taken by one citizen of the service: measured, else as configured."""
    times = state.handling.get(service.id)
    if not times:
        return service.typical.total_seconds()
    return sum(times) / len(times) + WRAP_UP_S


def before_the_same_counters(site: Site, service: str) -> frozenset[str]:
    """The services, itself among them, that are given at counters of this one and nowhere else: one line."""
    mine = set(site.counters_for(service))
    return frozenset(s for s in site.services if mine.issuperset(site.counters_for(s)))


def ahead_in_line(site: Site, state: HallState, ticket: Ticket, now: datetime) -> int:
    """How many are called before it: the figure on paper and phone.

    Those of its own service, and those of others who stand before the very same counters: whoever sees
    them called first would not believe that nobody was ahead.
    """
    service = site.services[ticket.service]
    rivals = before_the_same_counters(site, ticket.service)
    before = 0
    for id in state.waiting:
        other = state.tickets[id]
        if other.service not in rivals or other.id == ticket.id:
            continue
        if other.klass is ticket.klass:
            before += other.place < ticket.place
        elif ticket.klass is Klass.PRIORITY:
            before += other.place < ticket.place and not _passed(service, other, now)
        else:
            strict = other.service == ticket.service and service.policy.kind is PolicyKind.STRICT
            before += other.place < ticket.place or strict
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


def _by_service(tickets: Iterable[Ticket]) -> dict[str, int]:
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
    if top == bottom:
        top += STEP_MIN if top < LONG_MIN else LONG_STEP_MIN
    return (bottom, top)


def _outward(minutes: float, *, down: bool) -> int:
    step = LONG_STEP_MIN if minutes > LONG_MIN else STEP_MIN
    return (floor(minutes / step) if down else ceil(minutes / step)) * step
