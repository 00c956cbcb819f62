"""What an officer sees: who is here, who comes next, how the hall stands. Pure: a view in, values out.

Lines are told in the order in which they will be called, by the same policy that calls them; nothing here
decides anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.messages import DeviceStatus
from server.devices import Trouble, troubles
from server.figures import Line, Visit, Word, line, minutes
from server.hall.calling import Lines
from server.hall.site import Counter, Site, Words
from server.hall.state import CounterState, HallState
from server.hall.tickets import Klass, State, Ticket
from server.site_file import Device
from server.web.hall import View

NEXT_SHOWN = 5
RETURNS_SHOWN = 4
SOON = 0.8  # of the promised wait


@dataclass(frozen=True, slots=True)
class Here:
    """The one who stands at the counter. since: when this state began. checked: his papers were seen.
    collects: results are given out where he waited."""

    number: str
    star: bool
    checked: bool
    state: State
    since: datetime
    service: Words
    authority: Words
    typical_min: int
    waited_min: int
    issued_at: datetime
    note: str | None
    recalls: int
    dossier: str | None
    paper: str | None
    collects: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """sent: by name to this counter."""

    number: str
    star: bool
    sent: bool
    service: Words
    waited_min: int
    word: Word
    dossier: str | None
    paper: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The lines this counter calls from: all who wait there, the next few in order, the longest wait."""

    count: int
    next: tuple[Waiting, ...]
    longest: Waiting | None
    target_min: int


@dataclass(frozen=True, slots=True)
class Return:
    """A parked or missed number that may come back. late: its holder said by phone that he comes later."""

    number: str
    state: State
    late: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the hall: an authority, and whether this counter serves it."""

    figures: Line
    name: Words
    mine: bool


@dataclass(frozen=True, slots=True)
class Console:
    counter: CounterState
    here: Here | None
    served: str | None
    queue: Queue
    returns: tuple[Return, ...]
    groups: tuple[Group, ...]
    open_counters: int
    troubles: tuple[Trouble, ...]
    undo_until: datetime | None


def console(
    view: View,
    devices: Mapping[str, Device],
    statuses: Mapping[str, DeviceStatus],
    counter: str,
    now: datetime,
) -> Console:
    """Everything on the page of `counter` (which exists) at `now`."""
    site, state = view.site, view.state
    place, there = site.counters[counter], state.counter(counter)
    undo_until = there.last.at + site.undo if there.last else None
    return Console(
        counter=there,
        here=_here(site, state, there, view.setup.config.collecting),
        served=state.tickets[there.served].number if there.served in state.tickets else None,
        queue=queue(site, state, place, now),
        returns=returns(site, state, place, now),
        groups=groups(site, state, place, now),
        open_counters=sum(state.counter(c).status == "open" for c in site.counters),
        troubles=troubles(devices, statuses),
        undo_until=undo_until if undo_until and undo_until > now else None,
    )


def _here(site: Site, state: HallState, there: CounterState, collecting: Collection[str]) -> Here | None:
    if there.current is None:
        return None
    ticket = state.tickets[there.current]
    service = site.services[ticket.service]
    called = ticket.called_at or ticket.issued_at
    return Here(
        number=ticket.number,
        star=ticket.klass is Klass.PRIORITY,
        checked=ticket.checked,
        state=ticket.state,
        since=ticket.started_at or ticket.last_called_at or called,
        service=service.name,
        authority=next(a.short for a in site.authorities if a.id == service.authority),
        typical_min=minutes(service.typical),
        waited_min=minutes(called - ticket.issued_at),
        issued_at=ticket.issued_at,
        note=ticket.note,
        recalls=ticket.recalls,
        dossier=ticket.dossier,
        paper=ticket.paper,
        collects=ticket.service in collecting,
    )


def queue(site: Site, state: HallState, place: Counter, now: datetime) -> Queue:
    mine = _line_of(state, place)
    longest = min(mine, key=lambda t: t.place, default=None)
    coming = tuple(_waiting(site, t, now) for t in upcoming(site, state, place, now, NEXT_SHOWN))
    target = site.services[longest.service if longest else place.services[0]].target
    return Queue(len(mine), coming, _waiting(site, longest, now) if longest else None, minutes(target))


def upcoming(site: Site, state: HallState, place: Counter, now: datetime, n: int) -> list[Ticket]:
    """The next `n` that this counter would call if it called them all now."""
    lines, found = Lines(site, state), list[Ticket]()
    while len(found) < n and (ticket := lines.choose(place, now)) is not None:
        lines.take(ticket)
        found.append(ticket)
    return found


def _line_of(state: HallState, place: Counter) -> list[Ticket]:
    waiting = (state.tickets[id] for id in state.waiting)
    return [t for t in waiting if t.bound_to == place.id or (t.bound_to is None and place.serves(t.service))]


@dataclass(frozen=True, slots=True)
class Seat:
    """A counter as one chooses it. status: closed, paused or open; mine: the reader sits there; taken:
    somebody else does, and must hand it over first; authorities: ids; waiting: how many wait for it.
    """

    counter: str
    status: str
    officer: str | None
    mine: bool
    taken: bool
    authorities: tuple[str, ...]
    waiting: int


def seats(view: View, reader: str) -> tuple[Seat, ...]:
    """Every counter, in the order of the configuration."""
    site, state = view.site, view.state
    found = []
    for place in site.counters.values():
        there = state.counter(place.id)
        officer = there.officer if there.status != "closed" else None
        found.append(
            Seat(
                counter=place.id,
                status=there.status,
                officer=officer,
                mine=officer == reader,
                taken=there.status == "open" and officer not in (None, reader),
                authorities=tuple(dict.fromkeys(site.services[s].authority for s in place.services)),
                waiting=len(_line_of(state, place)),
            )
        )
    return tuple(found)


def _waiting(site: Site, ticket: Ticket, now: datetime) -> Waiting:
    service = site.services[ticket.service]
    waited = max(timedelta(), now - ticket.order)
    strain = waited / service.target if service.target else 0.0
    word = Word.LATE if strain > 1 else Word.SOON if strain >= SOON else Word.KEPT
    return Waiting(
        number=ticket.number,
        star=ticket.klass is Klass.PRIORITY,
        sent=ticket.bound_to is not None,
        service=service.name,
        waited_min=minutes(waited),
        word=word,
        dossier=ticket.dossier,
        paper=ticket.paper,
    )


def returns(site: Site, state: HallState, place: Counter, now: datetime) -> tuple[Return, ...]:
    """Parked numbers, and missed ones within their grace, that this counter may call; its own ones
    first, newest first.
    """
    able = [
        t
        for t in state.tickets.values()
        if (t.state is State.PARKED or (t.state is State.NO_SHOW and _in_grace(site, t, now)))
        and place.serves(t.service)
    ]
    able.sort(key=lambda t: (t.counter == place.id, t.last_called_at or t.issued_at), reverse=True)
    return tuple(Return(t.number, t.state, t.away) for t in able[:RETURNS_SHOWN])


def _in_grace(site: Site, ticket: Ticket, now: datetime) -> bool:
    return ticket.ended_at is not None and now - ticket.ended_at <= site.grace


def groups(site: Site, state: HallState, place: Counter, now: datetime) -> tuple[Group, ...]:
    """One line for each authority that has counters; those this counter serves are marked."""
    visits = visits_of(state)
    mine = {site.services[s].authority for s in (*place.services, *place.then)}
    return tuple(
        Group(figures, authority.short, authority.id in mine)
        for authority, figures in zip(site.authorities, hall_lines(site, state, visits, now), strict=True)
    )


def visits_of(state: HallState) -> list[Visit]:
    return [Visit(t.service, t.state, t.issued_at, t.called_at, t.ended_at) for t in state.tickets.values()]


def hall_lines(site: Site, state: HallState, visits: list[Visit], now: datetime) -> list[Line]:
    """The hall now, an authority a line, in the order of the configuration."""
    open_counters = frozenset(c for c in site.counters if state.counter(c).status == "open")
    by_service: dict[str, list[Visit]] = {}
    for visit in visits:
        by_service.setdefault(visit.service, []).append(visit)
    lines = []
    for authority in site.authorities:
        services = frozenset(s.id for s in site.services.values() if s.authority == authority.id)
        own = [v for s in services for v in by_service.get(s, ())]
        lines.append(line(site, authority.id, authority.letter, services, own, open_counters, now))
    return lines
