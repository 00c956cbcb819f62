"""`apply`, the only thing that changes a hall's state: what each event does to the day.

Events carry all they need: applying never reads configuration, a clock or chance, so replaying a log gives
the same state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server.hall import events as e
from server.hall.state import CallLine, CounterState, HallState, LastAction, given_key
from server.hall.tickets import LIFE, Action, Klass, State, Ticket

CALLS_KEPT = 30  # lines of the wall
EARLY_PAPERS_KEPT = 1000
HANDLING_KEPT = 30  # handling times a service is judged by


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
    paper = state.early_papers.pop(ticket.id, ticket.paper)
    state.tickets[ticket.id] = replace(ticket, paper=paper)
    state.by_number[ticket.number] = ticket.id
    state.by_request[ticket.request] = ticket.id
    state.by_token[ticket.token] = ticket.id
    state.waiting[ticket.id] = None
    _count_number(state, ticket, event.session)


def _entered(state: HallState, event: e.Entered) -> None:
    """One of an earlier day changes nothing of this one."""
    ticket = event.ticket
    if ticket.day != state.day:
        return
    state.tickets[ticket.id] = ticket
    state.by_number[ticket.number] = ticket.id
    state.by_request[ticket.request] = ticket.id
    state.by_token[ticket.token] = ticket.id
    _count_number(state, ticket, event.session)


def _count_number(state: HallState, ticket: Ticket, session: str | None) -> None:
    series = ticket.letter + ticket.series
    state.next_ordinal[series] = max(state.next_ordinal.get(series, 0), ticket.ordinal + 1)
    if session is not None:
        key = given_key(ticket.service, session)
        state.given[key] = state.given.get(key, 0) + 1


def _merged(state: HallState, event: e.Merged) -> None:
    """What only the kiosk knew is known now; where the citizen stands, and the calls, stay as they are."""
    before, told = state.tickets[event.ticket], event.told
    state.tickets[before.id] = replace(
        before,
        service=event.service,
        klass=before.klass if before.checked else told.klass,
        lang=told.lang,
        source=told.source,
        token=told.token,
        secret=told.secret,
        dossier=told.dossier,
        issued_at=told.issued_at,
        order=told.order,
        box=told.box,
        told=told.told,
        awaited=None,
        paper=state.early_papers.pop(told.id, before.paper),
        rev=before.rev + 1,
    )
    del state.by_token[before.token]
    state.by_token[told.token] = before.id
    state.aliases[told.id] = before.id
    state.by_request[told.request] = before.id


def _remembered_by_the_log_alone(state: HallState, event: e.Event) -> None:
    """The day is as it was."""


def _request_voided(state: HallState, event: e.RequestVoided) -> None:
    state.voided[event.request] = None


def _paper_recorded(state: HallState, event: e.PaperRecorded) -> None:
    ticket = state.tickets.get(event.ticket)
    if ticket is not None:
        state.tickets[ticket.id] = replace(ticket, paper=event.outcome)
    else:  # the ticket's own fact may come behind it; if it was of yesterday, the log keeps it
        state.early_papers[event.ticket] = event.outcome
        if len(state.early_papers) > EARLY_PAPERS_KEPT:
            del state.early_papers[next(iter(state.early_papers))]


def _move(state: HallState, event: e.OfTicket, action: Action, **changes: Any) -> Ticket:
    """Take a ticket along one edge of its life, keeping counter and waiting line in step."""
    before = state.tickets[event.ticket]
    moved = {"away": False, **changes, "state": LIFE[before.state][action], "rev": before.rev + 1}
    after = replace(before, **moved)
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


def _priority_checked(state: HallState, event: e.PriorityChecked) -> None:
    _move(state, event, Action.CHECK, klass=event.klass, checked=True, away=_away(state, event))


def _noted(state: HallState, event: e.Noted) -> None:
    _move(state, event, Action.NOTE, note=event.note, away=_away(state, event))


def _away(state: HallState, event: e.OfTicket) -> bool:
    """What is put down of somebody who comes later does not bring him here."""
    return state.tickets[event.ticket].away


def _said_late(state: HallState, event: e.SaidLate) -> None:
    _move(state, event, Action.SAY_LATE, late_at=event.at, away=True)


def _said_here(state: HallState, event: e.SaidHere) -> None:
    _move(state, event, Action.SAY_HERE)


def _secret_missed(state: HallState, event: e.SecretMissed) -> None:
    """The number goes on as if nothing had been said: not even `rev` grows, an officer may still undo."""
    ticket = state.tickets[event.ticket]
    state.tickets[ticket.id] = replace(ticket, tries=ticket.tries + 1)


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
    e.Merged: _merged,
    e.Entered: _entered,
    e.ToldTooLate: _remembered_by_the_log_alone,
    e.ReprintOrdered: _remembered_by_the_log_alone,
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
    e.PriorityChecked: _priority_checked,
    e.Noted: _noted,
    e.SaidLate: _said_late,
    e.SaidHere: _said_here,
    e.SecretMissed: _secret_missed,
    e.Rated: _rated,
    e.CounterOpened: _counter_opened,
    e.CounterPaused: _counter_paused,
    e.CounterClosed: _counter_closed,
    e.Undone: _undone,
    e.SetupChanged: _remembered_by_the_log_alone,
    e.SetupPlanned: _remembered_by_the_log_alone,
    e.SetupWithdrawn: _remembered_by_the_log_alone,
}
