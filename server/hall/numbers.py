"""Rules of numbers: the day that begins and ends them, giving them, and what became of their paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.hall import commands as c, events as e
from server.hall.calendar import Span, admission, business_day, current_session
from server.hall.looking import events_meta, service_of, ticket_by_number
from server.hall.refusals import Refusal
from server.hall.site import Service, Site
from server.hall.state import HallState, given_key
from server.hall.tickets import AT_COUNTER, ENDED, State, Ticket, number_text

Events = list[e.Event]


def day_due(site: Site, state: HallState, now: datetime) -> c.OpenDay | None:
    """The command that turns the business day, when it is time; its id is the day, so it happens once."""
    day = business_day(site, now)
    if state.day is not None and day.isoformat() <= state.day:
        return None  # a clock that stepped back opens no old day
    return c.OpenDay(id=f"day:{day.isoformat()}", by="hall", day=day)


def open_day(site: Site, state: HallState, command: c.OpenDay, now: datetime) -> Events:
    meta = events_meta(command, now)
    events: Events = []
    if state.day is not None:
        events += [_ended_by_closing(ticket, meta) for ticket in _unended(state)]
        for counter in state.counters.values():
            if counter.status != "closed":
                events.append(e.CounterClosed(counter=counter.id, **meta))
        events.append(e.DayClosed(day=state.day, **meta))
    events.append(e.DayOpened(day=command.day.isoformat(), **meta))
    return events


def _unended(state: HallState) -> list[Ticket]:
    return [t for t in state.tickets.values() if t.state not in ENDED]


def _ended_by_closing(ticket: Ticket, meta: dict[str, Any]) -> e.Event:
    """Every ticket ends with its day: served if it was being served, absent if called, expired otherwise."""
    at = {"ticket": ticket.id, "counter": ticket.counter if ticket.state in AT_COUNTER else None, **meta}
    match ticket.state:
        case State.SERVING:
            return e.Finished(auto=True, **at)
        case State.CALLED:
            return e.MarkedNoShow(auto=True, **at)
        case _:
            return e.Cancelled(reason="expired", **at)


def issue(site: Site, state: HallState, command: c.Issue, now: datetime) -> Events:
    service = service_of(site, command.service)
    if command.id in state.voided:
        raise Refusal("abandoned")
    session = admit(site, state, service, now)
    ordinal = state.next_ordinal.get(service.letter, service.start)
    ticket = Ticket(
        id=command.ticket,
        number=number_text(service.letter, ordinal, service.digits),
        letter=service.letter,
        ordinal=ordinal,
        day=state.day or business_day(site, now).isoformat(),
        service=service.id,
        klass=command.klass,
        lang=command.lang,
        source=command.source,
        token=command.token,
        request=command.id,
        issued_at=now,
        order=now,
        dossier=command.dossier,
        secret=command.secret,
    )
    return [e.Issued(ticket=ticket, session=session, **events_meta(command, now))]


def admit(site: Site, state: HallState, service: Service, now: datetime) -> str:
    """The session a number given now counts towards. Raises Refusal with the reason and the next opening."""
    closed = admission(site, now)
    if closed is not None:
        raise Refusal(closed.reason, reopens_at=closed.reopens_at)
    session = current_session(site, now)
    assert session is not None
    if is_full(state, service, session):
        raise Refusal("session-full")
    return session.opens.isoformat()


def is_full(state: HallState, service: Service, session: Span) -> bool:
    """Are all numbers given that this service has for the session?"""
    if service.cap is None:
        return False
    return state.given.get(given_key(service.id, session.opens.isoformat()), 0) >= service.cap


def abandon(site: Site, state: HallState, command: c.Abandon, now: datetime) -> Events:
    meta = events_meta(command, now)
    id = state.by_request.get(command.request)
    if id is None:
        return [e.RequestVoided(request=command.request, **meta)]
    ticket = state.tickets[id]
    if ticket.state not in (State.WAITING, State.CALLED):
        return []  # an officer has dealt with it meanwhile
    counter = ticket.counter if ticket.state is State.CALLED else None  # who is called holds another number
    return [e.Cancelled(ticket=id, counter=counter, reason="abandoned", **meta)]


def record_paper(site: Site, state: HallState, command: c.RecordPaper, now: datetime) -> Events:
    meta = events_meta(command, now)
    id = state.aliases.get(command.ticket, command.ticket)
    ticket = state.tickets.get(id)
    events: Events = [e.PaperRecorded(ticket=id, outcome=command.outcome, **meta)]
    if ticket is not None and void_without_paper(site, ticket, command.outcome):
        events.append(e.Cancelled(ticket=id, counter=None, reason="no-paper", **meta))
    return events


def void_without_paper(site: Site, ticket: Ticket, outcome: str | None) -> bool:
    """Does the hall take a number back whose first paper came to `outcome`? Never one that was called: its
    citizen is known. A reprint that fails takes nothing back, for there is a paper.
    """
    never_printed = outcome == "failed" and ticket.paper is None
    return not site.paperless and never_printed and ticket.state is State.WAITING


def reprint(site: Site, state: HallState, command: c.Reprint, now: datetime) -> Events:
    """The same number on paper once more, for somebody who may still be called."""
    if command.counter is not None and command.counter not in site.counters:
        raise Refusal("unknown-counter", counter=command.counter)
    ticket = ticket_by_number(state, command.number)
    if ticket.state in (State.SERVED, State.CANCELLED):
        raise Refusal("not-now", number=ticket.number, state=ticket.state.value)
    meta = events_meta(command, now)
    return [e.ReprintOrdered(ticket=ticket.id, counter=command.counter, kiosk=command.kiosk, **meta)]
