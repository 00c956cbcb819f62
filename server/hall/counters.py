"""Rules of counters: opening and pausing, calling, and what happens to the one who stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from server.dossiers.code import read_code
from server.hall import commands as c, events as e
from server.hall.calendar import business_day
from server.hall.calling import choose
from server.hall.looking import (
    at_counter,
    events_meta,
    must_be_able,
    must_be_as_seen,
    must_be_in_grace,
    of_ticket,
    place_of,
    service_of,
    ticket_by_number,
    ticket_here,
)
from server.hall.own_numbers import find_or_expect, session_of
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import CounterState, HallState
from server.hall.tickets import AT_COUNTER, Action, State, Ticket

Events = list[e.Event]

RATING_SLACK = timedelta(minutes=1)  # clocks differ, and a press needs its time to get here
POINTS = (0, 1, 2)  # of an answer of the questionnaire (Circular 01/2018, 13)


def open_counter(site: Site, state: HallState, command: c.OpenCounter, now: datetime) -> Events:
    counter = at_counter(site, state, command)
    if counter.status == "open" and counter.officer not in (None, command.officer):
        raise Refusal("counter-taken", officer=counter.officer)
    return [e.CounterOpened(counter=counter.id, officer=command.officer, **events_meta(command, now))]


def pause_counter(site: Site, state: HallState, command: c.PauseCounter, now: datetime) -> Events:
    counter = at_counter(site, state, command)
    return [e.CounterPaused(counter=counter.id, reason=command.reason, **events_meta(command, now))]


def close_counter(site: Site, state: HallState, command: c.CloseCounter, now: datetime) -> Events:
    counter = at_counter(site, state, command)
    if counter.current is not None:
        raise Refusal("counter-busy")
    return [e.CounterClosed(counter=counter.id, **events_meta(command, now))]


def call_next(site: Site, state: HallState, command: c.CallNext, now: datetime) -> Events:
    """Finish whoever is here and call whose turn it is. A key at a closed counter opens it first."""
    counter = at_counter(site, state, command)
    must_be_as_seen(state, counter, command)
    finished = _finish_current(counter, events_meta(command, now))
    ticket = choose(site, state, place_of(site, command), now)
    if ticket is None and not finished:
        raise Refusal("nobody-waiting")
    events = [*_opening(counter, command, now), *finished]
    if ticket is not None:
        events.append(_call(state, counter, ticket, command, now, None))
    return events


def call_number(site: Site, state: HallState, command: c.CallNumber, now: datetime) -> Events:
    counter, place = at_counter(site, state, command), place_of(site, command)
    must_be_as_seen(state, counter, command)
    ticket = find_or_expect(site, state, command, now)
    if ticket.id not in state.tickets:
        issued = e.Issued(ticket=ticket, session=session_of(site, now), **events_meta(command, now))
        return [
            *_opening(counter, command, now),
            *_finish_current(counter, events_meta(command, now)),
            issued,
            _call(state, counter, ticket, command, now, "not-told-yet"),
        ]
    must_be_able(ticket, Action.CALL)
    if ticket.state is State.NO_SHOW:
        must_be_in_grace(site, ticket, now)
    if not place.serves(ticket.service) and ticket.bound_to != place.id:
        raise Refusal("not-served-here", number=ticket.number)
    in_turn = ticket.state is not State.WAITING or choose(site, state, place, now) == ticket
    if not in_turn and not (command.reason or "").strip():
        raise Refusal("reason-needed", number=ticket.number)
    exception = None if in_turn and ticket.state is State.WAITING else (command.reason or "returned")
    return [
        *_opening(counter, command, now),
        *_finish_current(counter, events_meta(command, now)),
        _call(state, counter, ticket, command, now, exception),
    ]


def _opening(counter: CounterState, command: c.AtCounter, now: datetime) -> Events:
    if counter.status == "open":
        return []
    return [e.CounterOpened(counter=counter.id, officer=counter.officer, **events_meta(command, now))]


def _finish_current(counter: CounterState, meta: dict[str, Any]) -> Events:
    if counter.current is None:
        return []
    return [e.Finished(ticket=counter.current, counter=counter.id, **meta)]


def _call(
    state: HallState,
    counter: CounterState,
    ticket: Ticket,
    command: c.AtCounter,
    now: datetime,
    exception: str | None,
) -> e.Called:
    return e.Called(
        ticket=ticket.id,
        counter=counter.id,
        seq=state.call_seq + 1,
        officer=counter.officer,
        exception=exception,
        **events_meta(command, now),
    )


def recall(site: Site, state: HallState, command: c.Recall, now: datetime) -> Events:
    ticket = ticket_here(site, state, command, Action.RECALL)
    if ticket.recalls >= site.recall_limit:
        raise Refusal("recall-limit", limit=site.recall_limit)
    if ticket.last_called_at is not None and now - ticket.last_called_at < site.recall_gap:
        raise Refusal("too-soon")
    return [e.Recalled(seq=state.call_seq + 1, **of_ticket(ticket, command, now))]


def start(site: Site, state: HallState, command: c.Start, now: datetime) -> Events:
    return [e.Started(**of_ticket(ticket_here(site, state, command, Action.START), command, now))]


def finish(site: Site, state: HallState, command: c.Finish, now: datetime) -> Events:
    ticket = ticket_here(site, state, command, Action.FINISH)
    returned = _handed_over(ticket, command.codes) if command.returned else ()
    return [e.Finished(returned=returned, **of_ticket(ticket, command, now))]


def _handed_over(ticket: Ticket, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The dossiers whose result goes with this ticket: its own, as far as that is a code, and others."""
    found = [read_code(text) for text in (ticket.dossier or "", *codes)]
    known = tuple(dict.fromkeys(code.text for code in found if code is not None))
    if not known:
        raise Refusal("no-dossier", number=ticket.number)
    return known


def mark_no_show(site: Site, state: HallState, command: c.MarkNoShow, now: datetime) -> Events:
    return [e.MarkedNoShow(**of_ticket(ticket_here(site, state, command, Action.NO_SHOW), command, now))]


def park(site: Site, state: HallState, command: c.Park, now: datetime) -> Events:
    return [
        e.Parked(note=command.note, **of_ticket(ticket_here(site, state, command, Action.PARK), command, now))
    ]


def bring_back(site: Site, state: HallState, command: c.BringBack, now: datetime) -> Events:
    at_counter(site, state, command)
    ticket = ticket_by_number(state, command.number)
    must_be_able(ticket, Action.BRING_BACK)
    if ticket.state is State.NO_SHOW:
        must_be_in_grace(site, ticket, now)
    return [e.BroughtBack(ticket=ticket.id, counter=command.counter, **events_meta(command, now))]


def transfer(site: Site, state: HallState, command: c.Transfer, now: datetime) -> Events:
    ticket = ticket_here(site, state, command, Action.TRANSFER)
    service = service_of(site, command.to_service or ticket.service)
    if command.to_counter is not None and command.to_counter not in site.counters:
        raise Refusal("unknown-counter", counter=command.to_counter)
    if command.to_service is None and command.to_counter is None:
        raise Refusal("unknown-service", service="")
    there = None if command.to_counter is None else site.counters[command.to_counter]
    if command.to_service is not None and there is not None and not there.serves(service.id):
        raise Refusal("not-served-here", number=ticket.number)
    return [
        e.Transferred(
            to_service=service.id,
            to_counter=command.to_counter,
            note=command.note,
            **of_ticket(ticket, command, now),
        )
    ]


def cancel(site: Site, state: HallState, command: c.Cancel, now: datetime) -> Events:
    if command.counter is not None and command.counter not in site.counters:
        raise Refusal("unknown-counter", counter=command.counter)
    ticket = ticket_by_number(state, command.number)
    must_be_able(ticket, Action.CANCEL)
    stands = ticket.state in AT_COUNTER
    if stands and command.counter not in (None, ticket.counter):
        raise Refusal("elsewhere", number=ticket.number)
    counter = ticket.counter if stands else command.counter
    meta = events_meta(command, now)
    return [e.Cancelled(ticket=ticket.id, counter=counter, reason=command.reason, **meta)]


def undo(site: Site, state: HallState, command: c.Undo, now: datetime) -> Events:
    counter = at_counter(site, state, command)
    must_be_as_seen(state, counter, command)
    if command.here and counter.current is None:
        raise Refusal("nobody-here")
    last = counter.last
    if last is None:
        raise Refusal("nothing-to-undo")
    if now - last.at > site.undo:
        raise Refusal("too-late")
    restored = []
    for before in last.tickets.values():
        after = state.tickets[before.id]
        if after.rev != before.rev + 1:  # one command moves a ticket once: somebody went on with it
            raise Refusal("too-late")
        restored.append(replace(before, rev=after.rev + 1, paper=after.paper, tries=after.tries))
    return [
        e.Undone(
            counter=counter.id,
            undoes=last.command,
            tickets=tuple(restored),
            current=last.current,
            served=last.served,
            **events_meta(command, now),
        )
    ]


def rate(site: Site, state: HallState, command: c.Rate, now: datetime) -> Events:
    """One rating a ticket, only for the number served at this counter, only from its visit to a while after.

    A press that waited in an outbox counts from when it was pressed; one of another day, or of before the
    visit began, is of another citizen or of a wrong clock, and is nobody's. A press of the future is of now.
    """
    at_counter(site, state, command)
    if not (1 <= command.level <= command.levels and 2 <= command.levels <= 5):
        raise Refusal("bad-level", level=command.level)
    id = state.by_number.get(command.number)
    ticket = state.tickets[id] if id is not None else None
    if ticket is None or ticket.state is not State.SERVED or ticket.counter != command.counter:
        raise Refusal("not-rateable", number=command.number)
    pressed_at = min(command.pressed_at or now, now)
    if business_day(site, pressed_at).isoformat() != ticket.day:
        raise Refusal("not-rateable", number=command.number)
    if ticket.ended_at is not None and pressed_at - ticket.ended_at > site.rating_window + RATING_SLACK:
        raise Refusal("not-rateable", number=command.number)
    if ticket.started_at is not None and ticket.started_at - pressed_at > RATING_SLACK:
        raise Refusal("not-rateable", number=command.number)
    if ticket.level is not None:
        raise Refusal("already-rated", number=command.number)
    return [
        e.Rated(
            level=command.level,
            levels=command.levels,
            reason=command.reason if command.reason in site.rating_reasons else None,
            answers={
                question: points
                for question, points in command.answers.items()
                if question in site.rating_questions and points in POINTS
            },
            pressed_at=None if command.pressed_at is None else pressed_at,
            service=ticket.service,
            officer=ticket.officer,
            **of_ticket(ticket, command, now),
        )
    ]
