"""What a hall remembers of its day, and `apply`, the only thing that changes it.

Events carry all they need: applying never reads configuration, a clock or chance, so replaying a log gives
the same state. Small sums that the rules need across days (handling times) live here too, bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from server.hall import events as e
from server.hall.tickets import LIFE, Action, Klass, State, Ticket

CALLS_KEPT = 30  # lines of the wall
HANDLING_KEPT = 30  # handling times a service is judged by (experience 4.2, QL-rec)


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call or recall, as the wall shows it."""

    seq: int
    ticket: str
    number: str
    counter: str
    at: datetime
    recall: int
    lang: str
    command: str


@dataclass(frozen=True, slots=True)
class LastAction:
    """What `undo` would take back: the command, and how tickets and counter stood before it.

    normals: of the services it touched, the normal calls since a priority one.
    """

    command: str
    at: datetime
    tickets: dict[str, Ticket]
    current: str | None
    served: str | None
    normals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter now. current: the ticket called or in service; served: the last one that was served here."""

    id: str
    status: Literal["open", "paused", "closed"] = "closed"
    officer: str | None = None
    reason: str | None = None
    since: datetime | None = None
    current: str | None = None
    served: str | None = None
    last: LastAction | None = None


@dataclass(slots=True)
class HallState:
    """One site's day. Only `apply` writes to it; `copy` gives readers a day that no longer changes."""

    day: str | None = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)
    by_request: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, None] = field(default_factory=dict)  # ids, a set that keeps its order
    next_ordinal: dict[str, int] = field(default_factory=dict)
    counters: dict[str, CounterState] = field(default_factory=dict)
    call_seq: int = 0
    calls: list[CallLine] = field(default_factory=list)  # newest first
    given: dict[str, int] = field(default_factory=dict)  # "service session-opening" -> numbers given
    normals_since: dict[str, int] = field(
        default_factory=dict
    )  # service -> normal calls since a priority one
    voided: dict[str, None] = field(default_factory=dict)  # requests given up before they arrived
    handling: dict[str, list[float]] = field(default_factory=dict)  # service -> last handling times, s
    known_calls: dict[str, int] = field(default_factory=dict)  # service -> calls ever seen
    last_at: datetime | None = None

    def counter(self, id: str) -> CounterState:
        return self.counters.get(id) or CounterState(id)

    def copy(self) -> HallState:
        """The same day in containers of its own; the values inside are immutable."""
        return replace(
            self,
            tickets=dict(self.tickets),
            by_number=dict(self.by_number),
            by_request=dict(self.by_request),
            waiting=dict(self.waiting),
            next_ordinal=dict(self.next_ordinal),
            counters=dict(self.counters),
            calls=list(self.calls),
            given=dict(self.given),
            normals_since=dict(self.normals_since),
            voided=dict(self.voided),
            handling={k: list(v) for k, v in self.handling.items()},
            known_calls=dict(self.known_calls),
        )


def given_key(service: str, session: str) -> str:
    return f"{service} {session}"


def apply(state: HallState, event: e.Event) -> None:
    """Take one event into the state. Raises KeyError for an event that does not fit: a damaged log."""
    _APPLY[type(event)](state, event)
    state.last_at = event.at


# --- days -----------------------------------------------------------------------------------------------


def _day_opened(state: HallState, event: e.DayOpened) -> None:
    fresh = HallState(
        day=event.day,
        handling=state.handling,
        known_calls=state.known_calls,
        counters={id: CounterState(id, officer=c.officer) for id, c in state.counters.items()},
    )
    for name in HallState.__slots__:
        setattr(state, name, getattr(fresh, name))


def _day_closed(state: HallState, event: e.DayClosed) -> None:
    state.day = None


# --- tickets --------------------------------------------------------------------------------------------


def _issued(state: HallState, event: e.Issued) -> None:
    ticket = event.ticket
    state.tickets[ticket.id] = ticket
    state.by_number[ticket.number] = ticket.id
    state.by_request[ticket.request] = ticket.id
    state.waiting[ticket.id] = None
    state.next_ordinal[ticket.letter] = max(state.next_ordinal.get(ticket.letter, 0), ticket.ordinal + 1)
    if event.session is not None:
        key = given_key(ticket.service, event.session)
        state.given[key] = state.given.get(key, 0) + 1


def _request_voided(state: HallState, event: e.RequestVoided) -> None:
    state.voided[event.request] = None


def _paper_recorded(state: HallState, event: e.PaperRecorded) -> None:
    ticket = state.tickets.get(event.ticket)
    if ticket is not None:  # a fact of yesterday arrives late: the log keeps it, the day does not need it
        state.tickets[ticket.id] = replace(ticket, paper=event.outcome)


def _move(state: HallState, event: e.OfTicket, action: Action, **changes: Any) -> Ticket:
    """Take a ticket along one edge of its life, keeping counter and waiting line in step."""
    before = state.tickets[event.ticket]
    after = replace(before, state=LIFE[before.state][action], rev=before.rev + 1, **changes)
    _remember(state, event, before)
    state.tickets[after.id] = after
    if after.state is State.WAITING:
        state.waiting[after.id] = None
    else:
        state.waiting.pop(after.id, None)
    return after


def _remember(state: HallState, event: e.OfTicket, before: Ticket) -> None:
    """Keep how things stood before this command, for undo; several events of one command count as one."""
    if event.counter is None:
        return
    counter = state.counter(event.counter)
    last = counter.last
    if last is None or last.command != event.command:
        last = LastAction(event.command, event.at, {}, counter.current, counter.served)
    if before.id not in last.tickets:
        normals = {before.service: state.normals_since.get(before.service, 0)}
        last = replace(last, tickets={**last.tickets, before.id: before}, normals={**normals, **last.normals})
    state.counters[counter.id] = replace(counter, last=last)


def _stands(state: HallState, event: e.OfTicket, ticket: Ticket | None, **changes: Any) -> None:
    if event.counter is not None:
        counter = state.counter(event.counter)
        state.counters[counter.id] = replace(counter, current=ticket.id if ticket else None, **changes)


def _leaves(state: HallState, event: e.OfTicket) -> None:
    if event.counter is not None and state.counter(event.counter).current == event.ticket:
        _stands(state, event, None)


def _called(state: HallState, event: e.Called) -> None:
    before = state.tickets[event.ticket]
    ticket = _move(
        state,
        event,
        Action.CALL,
        counter=event.counter,
        officer=event.officer,
        called_at=before.called_at or event.at,
        last_called_at=event.at,
        started_at=None,
        ended_at=None,
        bound_to=None,
        recalls=0,
    )
    if before.state is State.WAITING:
        seen = state.normals_since.get(ticket.service, 0)
        state.normals_since[ticket.service] = 0 if ticket.klass is Klass.PRIORITY else seen + 1
    if before.called_at is None:
        state.known_calls[ticket.service] = state.known_calls.get(ticket.service, 0) + 1
    _stands(state, event, ticket)
    _line(state, event, ticket, event.seq, 0)


def _recalled(state: HallState, event: e.Recalled) -> None:
    recalls = state.tickets[event.ticket].recalls + 1
    ticket = _move(state, event, Action.RECALL, last_called_at=event.at, recalls=recalls)
    _line(state, event, ticket, event.seq, recalls)


def _line(state: HallState, event: e.OfTicket, ticket: Ticket, seq: int, recall: int) -> None:
    assert event.counter is not None
    state.call_seq = seq
    line = CallLine(
        seq, ticket.id, ticket.number, event.counter, event.at, recall, ticket.lang, event.command
    )
    state.calls.insert(0, line)
    del state.calls[CALLS_KEPT:]


def _started(state: HallState, event: e.Started) -> None:
    _move(state, event, Action.START, started_at=event.at)


def _finished(state: HallState, event: e.Finished) -> None:
    before = state.tickets[event.ticket]
    ticket = _move(
        state,
        event,
        Action.FINISH,
        started_at=before.started_at or before.last_called_at,
        ended_at=event.at,
        reason="auto" if event.auto else None,
    )
    _stands(state, event, None, served=ticket.id)
    if not event.auto and before.last_called_at is not None:
        times = state.handling.setdefault(ticket.service, [])
        times.append((event.at - before.last_called_at).total_seconds())
        del times[:-HANDLING_KEPT]


def _no_show(state: HallState, event: e.MarkedNoShow) -> None:
    _move(state, event, Action.NO_SHOW, ended_at=event.at, reason="auto" if event.auto else None)
    _leaves(state, event)


def _parked(state: HallState, event: e.Parked) -> None:
    note = event.note or state.tickets[event.ticket].note
    _move(state, event, Action.PARK, note=note)
    _leaves(state, event)


def _brought_back(state: HallState, event: e.BroughtBack) -> None:
    _move(state, event, Action.BRING_BACK, ended_at=None, reason=None)


def _transferred(state: HallState, event: e.Transferred) -> None:
    _move(
        state,
        event,
        Action.TRANSFER,
        service=event.to_service,
        bound_to=event.to_counter,
        started_at=None,
        note=event.note or state.tickets[event.ticket].note,
    )
    _leaves(state, event)


def _cancelled(state: HallState, event: e.Cancelled) -> None:
    _move(state, event, Action.CANCEL, ended_at=event.at, reason=event.reason)
    _leaves(state, event)


def _rated(state: HallState, event: e.Rated) -> None:
    ticket = state.tickets[event.ticket]
    state.tickets[ticket.id] = replace(ticket, level=event.level, rev=ticket.rev + 1)


# --- counters -------------------------------------------------------------------------------------------


def _counter(state: HallState, event: Any, **changes: Any) -> None:
    counter = replace(state.counter(event.counter), since=event.at, last=None, **changes)
    state.counters[counter.id] = counter


def _counter_opened(state: HallState, event: e.CounterOpened) -> None:
    _counter(state, event, status="open", officer=event.officer, reason=None)


def _counter_paused(state: HallState, event: e.CounterPaused) -> None:
    _counter(state, event, status="paused", reason=event.reason)


def _counter_closed(state: HallState, event: e.CounterClosed) -> None:
    _counter(state, event, status="closed", reason=None)


def _undone(state: HallState, event: e.Undone) -> None:
    counter = state.counter(event.counter)
    for ticket in event.tickets:
        _uncount(state, state.tickets[ticket.id], ticket, counter.last)
        state.tickets[ticket.id] = ticket
        if ticket.state is State.WAITING:
            state.waiting[ticket.id] = None
        else:
            state.waiting.pop(ticket.id, None)
    state.calls = [line for line in state.calls if line.command != event.undoes]
    state.counters[counter.id] = replace(counter, current=event.current, served=event.served, last=None)


def _uncount(state: HallState, ticket: Ticket, before: Ticket, last: LastAction | None) -> None:
    """Move the sums back that the undone command moved; what others did meanwhile stays counted."""
    service = ticket.service
    if ticket.state is State.CALLED and before.state is State.WAITING:
        since, was = state.normals_since[service], last.normals.get(service, 0) if last else 0
        normal = ticket.klass is Klass.NORMAL
        state.normals_since[service] = max(0, since - 1) if normal else was + since
    if ticket.called_at is not None and before.called_at is None:
        state.known_calls[service] -= 1
    if ticket.state is State.SERVED and ticket.ended_at and before.last_called_at:
        times = state.handling[service]
        took = (ticket.ended_at - before.last_called_at).total_seconds()
        if took in times:
            times.remove(took)


_APPLY: dict[type[e.Event], Callable[[HallState, Any], None]] = {
    e.DayOpened: _day_opened,
    e.DayClosed: _day_closed,
    e.Issued: _issued,
    e.RequestVoided: _request_voided,
    e.PaperRecorded: _paper_recorded,
    e.Called: _called,
    e.Recalled: _recalled,
    e.Started: _started,
    e.Finished: _finished,
    e.MarkedNoShow: _no_show,
    e.Parked: _parked,
    e.BroughtBack: _brought_back,
    e.Transferred: _transferred,
    e.Cancelled: _cancelled,
    e.Rated: _rated,
    e.CounterOpened: _counter_opened,
    e.CounterPaused: _counter_paused,
    e.CounterClosed: _counter_closed,
    e.Undone: _undone,
}
