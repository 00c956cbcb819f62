"""What in the hall needs somebody now: rules are rows with thresholds, each alert leads to one place. Pure.

A forecast goes with them: how many of those who wait will perhaps not be called before the session closes, by
the same estimator that tells people how long they wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from server.devices import MINOR, Trouble
from server.figures import Line
from server.hall.calendar import current_session
from server.hall.site import Site
from server.hall.state import CounterState, HallState
from server.hall.tickets import Ticket
from server.hall.waiting import QueueLength

PERHAPS_Z: Final = 0.5244  # at 30 % that somebody is not called any more, he counts (70 % quantile)
BUSY_TURNS: Final = 3  # a turn this many times as long as usual is no silence yet


class Kind(StrEnum):
    CLOSING = "closing"  # some may not be called before the session closes
    WAIT = "wait"  # somebody waits longer than promised
    QUEUE = "queue"  # many wait
    SILENT = "silent"  # a counter is open, people wait for it, and nothing happens there
    PAPER = "paper"  # a kiosk cannot print
    LOST = "lost"  # a device is not heard
    DEVICE = "device"  # another trouble of a device


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on an alert is raised, beside what each service promises (`target`, in the hall's file).

    queue: people of one authority, more than this; silent: without anything done; closing: people at risk.
    """

    queue: int = 20
    silent: timedelta = timedelta(minutes=10)
    closing: int = 1


@dataclass(frozen=True, slots=True)
class Alert:
    """urgent: now, else soon. of: the authority, counter or device. The rest is what its sentence says."""

    kind: Kind
    of: str
    urgent: bool
    n: int = 0
    minutes: int = 0
    at: datetime | None = None
    whats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What rules look at: the hall at `now`, its lines by authority, its devices' troubles, the forecast."""

    site: Site
    state: HallState
    now: datetime
    lines: tuple[Line, ...]
    troubles: tuple[Trouble, ...] = ()
    at_risk: Mapping[str, int] = field(default_factory=dict)  # authority -> people
    closes: datetime | None = None


def alerts(seen: Seen, limits: Thresholds) -> tuple[Alert, ...]:
    """All that the rules raise, the urgent ones first; the rest in the order of the rules and of the file."""
    found: dict[tuple[str, str], Alert] = {}
    for kind, rule in RULES.items():
        about = "line" if kind in OF_LINES else kind.value
        for alert in rule(seen, limits):
            found.setdefault((about, alert.of), alert)  # of one line, what comes first in the rules
    return tuple(sorted(found.values(), key=lambda alert: not alert.urgent))


def _closing(seen: Seen, limits: Thresholds) -> Iterator[Alert]:
    for line in seen.lines:
        n = seen.at_risk.get(line.id, 0)
        if n >= limits.closing:
            yield Alert(Kind.CLOSING, line.id, True, n=n, at=seen.closes)


def _wait(seen: Seen, limits: Thresholds) -> Iterator[Alert]:
    for line in seen.lines:
        mine = [t for t in _waiting(seen.state) if _authority(seen.site, t) == line.id]
        late = [t for t in mine if seen.now - t.issued_at > seen.site.services[t.service].target]
        if late:
            yield Alert(Kind.WAIT, line.id, True, n=len(late), minutes=line.longest or 0)


def _queue(seen: Seen, limits: Thresholds) -> Iterator[Alert]:
    for line in seen.lines:
        if line.waiting > limits.queue:
            yield Alert(Kind.QUEUE, line.id, False, n=line.waiting)


def _silent(seen: Seen, limits: Thresholds) -> Iterator[Alert]:
    for id, place in seen.site.counters.items():
        there = seen.state.counter(id)
        if there.status != "open":
            continue
        last = last_act(seen.state, there)
        waiting = [t for t in _waiting(seen.state) if place.serves(t.service) or t.bound_to == id]
        if last is None or not waiting or seen.now - last <= _patience(seen, there, limits):
            continue
        yield Alert(Kind.SILENT, id, False, n=len(waiting), at=last)


def _patience(seen: Seen, there: CounterState, limits: Thresholds) -> timedelta:
    """How long nothing may happen: longer while somebody is being served."""
    if there.current is None:
        return limits.silent
    service = seen.site.services.get(seen.state.tickets[there.current].service)
    return limits.silent if service is None else max(limits.silent, BUSY_TURNS * service.typical)


def last_act(state: HallState, there: CounterState) -> datetime | None:
    """When something was last done at a counter, as far as its day remembers."""
    times = [there.since, there.last.at if there.last else None]
    for id in (there.current, there.served):
        ticket = state.tickets.get(id or "")
        if ticket is not None:
            times += [ticket.last_called_at, ticket.started_at, ticket.ended_at]
    return max((at for at in times if at is not None), default=None)


def _troubles(kind: Kind, mine: Callable[[Trouble], bool]) -> Callable[[Seen, Thresholds], Iterator[Alert]]:
    def rule(seen: Seen, limits: Thresholds) -> Iterator[Alert]:
        for trouble in seen.troubles:
            if mine(trouble):
                urgent = not MINOR.issuperset(trouble.whats)
                yield Alert(kind, trouble.device, urgent, at=trouble.at, whats=trouble.whats)

    return rule


OF_LINES: Final = frozenset({Kind.CLOSING, Kind.WAIT, Kind.QUEUE})
NO_PAPER: Final = frozenset({"paper-out", "paper-low", "unplugged", "cover-open", "cutter-error"})

RULES: Final[Mapping[Kind, Callable[[Seen, Thresholds], Iterable[Alert]]]] = {
    Kind.CLOSING: _closing,
    Kind.WAIT: _wait,
    Kind.SILENT: _silent,
    Kind.PAPER: _troubles(Kind.PAPER, lambda t: not NO_PAPER.isdisjoint(t.whats)),
    Kind.LOST: _troubles(Kind.LOST, lambda t: "offline" in t.whats),
    Kind.QUEUE: _queue,
    Kind.DEVICE: _troubles(Kind.DEVICE, lambda t: NO_PAPER.isdisjoint(t.whats) and "offline" not in t.whats),
}


def at_risk(site: Site, state: HallState, now: datetime) -> tuple[Mapping[str, int], datetime | None]:
    """Of each authority, how many who wait will perhaps not be called before the session closes, and when
    that is. Each is asked for as if he came now, behind those who came before him."""
    session = current_session(site, now)
    if session is None:
        return {}, None
    left = session.closes - now
    line = sorted(_waiting(state), key=lambda t: t.place)
    ahead: dict[str, None] = {}
    before = replace(state, waiting=ahead)
    found: dict[str, int] = {}
    for ticket in line:
        service = site.services.get(ticket.service)
        if service is not None:
            estimate = QueueLength().at(site, before, now).wait(service, ticket.klass)
            needed = timedelta(seconds=ceil(estimate.mean_s + PERHAPS_Z * estimate.sigma_s))
            if needed > left:
                found[service.authority] = found.get(service.authority, 0) + 1
        ahead[ticket.id] = None
    return found, session.closes


def _waiting(state: HallState) -> Iterator[Ticket]:
    return (state.tickets[id] for id in state.waiting)


def _authority(site: Site, ticket: Ticket) -> str | None:
    service = site.services.get(ticket.service)
    return None if service is None else service.authority
