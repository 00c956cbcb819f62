"""Rules of the numbers that a kiosk gives by itself while the server does not answer: `A2-017`.

What the paper says is so: no closing, cap or cut-off refuses such a number, for its holder stands in the
hall. The kiosk tells of it later; an officer may call it before that. Its place in the line is its time of
issue.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from server.hall import commands as c
from server.hall import events as e
from server.hall.calendar import business_day, current_session, day_turns_at
from server.hall.issue_time import Between, Told, time_of_issue
from server.hall.looking import events_meta, place_of, ticket_by_number
from server.hall.numbers import void_without_paper
from server.hall.refusals import Refusal
from server.hall.site import Service, Site
from server.hall.state import HallState
from server.hall.tickets import Klass, OwnNumber, State, Ticket, number_text, own_number

Events = list[e.Event]

PLAUSIBLE = 500  # so far above the highest known ordinal of a series an officer's typing is believed
SAME_AT_MOST = 99  # papers of one number on one day that are told apart


def take(site: Site, state: HallState, command: c.TakeOwnNumber, now: datetime) -> Events:
    """The number becomes a ticket of its day, or what is missing in the one that was called already."""
    own, meta = _read(command), events_meta(command, now)
    known = state.tickets.get(state.aliases.get(command.ticket, command.ticket))
    if known is not None and (known.source, _parts(known)) == (command.source, own):
        return []  # told once more under another id
    if known is not None or command.ticket in command.taken:
        raise Refusal("already-told")
    held = _held(state, command.number, own)
    issued_at = corrected(site, state, command, now)
    day = business_day(site, issued_at)
    if day.isoformat() < (state.day or ""):
        number = _free(command.number, command.taken)
        over = min(now, day_turns_at(site, day + timedelta(days=1)))
        late = _ticket(site, state, command, own, number, day.isoformat(), issued_at)
        ended = replace(late, state=State.CANCELLED, reason="expired", ended_at=over)
        return [e.ToldTooLate(ticket=ended, **meta)]
    today = state.day or day.isoformat()
    if held is not None and held.awaited is not None:
        told = _ticket(site, state, command, own, held.number, today, issued_at)
        open_yet = held.service == held.awaited and held.state not in (State.SERVED, State.CANCELLED)
        service = told.service if open_yet else held.service
        event: e.Event = e.Merged(ticket=held.id, told=told, service=service, **meta)
        ticket = held
    else:
        number = _free(command.number, state.by_number.keys())
        ticket = _ticket(site, state, command, own, number, today, issued_at)
        event = e.Issued(ticket=ticket, session=session_of(site, issued_at), **meta)
    events = [event]
    if void_without_paper(site, ticket, state.early_papers.get(command.ticket)):
        events.append(e.Cancelled(ticket=ticket.id, counter=None, reason="no-paper", **meta))
    return events


def _held(state: HallState, number: str, own: OwnNumber) -> Ticket | None:
    """Today's ticket of that number, however many figures it was called with."""
    if number in state.by_number:
        return state.tickets[state.by_number[number]]
    awaited = (t for t in state.tickets.values() if t.awaited is not None)
    return next((t for t in awaited if _parts(t) == own), None)


def _parts(ticket: Ticket) -> OwnNumber:
    return OwnNumber(ticket.letter, ticket.series, ticket.ordinal)


def _read(command: c.TakeOwnNumber) -> OwnNumber:
    own = own_number(command.number)
    if own is None:
        raise Refusal("bad-request")
    return own


def corrected(site: Site, state: HallState, command: c.TakeOwnNumber, now: datetime) -> datetime:
    """When the number was given, by everything that is known; of one that is there twice, by its clock alone.

    Raises Refusal for what is no number of an own series.
    """
    own = _read(command)
    held = _held(state, command.number, own)
    told = Told(command.at, command.trusted, command.age)
    began = day_turns_at(site, business_day(site, now))
    if held is not None and held.awaited is None:
        return time_of_issue(told, now, began)
    kiosks = [t for t in state.tickets.values() if t.source == command.source and "/" not in t.number]
    by_fact = [(t.told - command.seq, t) for t in kiosks if t.told and t.box == command.box]
    series = [t for t in kiosks if (t.letter, t.series) == (own.letter, own.series)]
    by_number = [(t.ordinal - own.ordinal, t) for t in series if t.told or t.ordinal > own.ordinal]
    called = [] if held is None or held.called_at is None else [held.called_at]
    return time_of_issue(told, now, began, (_around(by_fact), _around(by_number), ((), called)))


def _around(others: list[tuple[int, Ticket]]) -> Between:
    """What tickets say of the one from which they are so far away. One that is awaited was there when it was
    called, and only so much is known of it: it says what came before it, and nothing of what came later.
    """
    return (
        [ticket.issued_at for away, ticket in others if away < 0],
        [ticket.issued_at for away, ticket in others if away > 0],
    )


def _free(number: str, used: Container[str]) -> str:
    """The number itself, or, for another paper that says the same, one that can be told from it."""
    for name in (number, *(f"{number}/{n}" for n in range(2, SAME_AT_MOST + 1))):
        if name not in used:
            return name
    raise Refusal("already-told")


def _ticket(
    site: Site,
    state: HallState,
    command: c.TakeOwnNumber,
    own: OwnNumber,
    number: str,
    day: str,
    issued_at: datetime,
) -> Ticket:
    used = command.token in command.taken or any(t.token == command.token for t in state.tickets.values())
    return Ticket(
        id=command.ticket,
        number=number,
        letter=own.letter,
        ordinal=own.ordinal,
        series=own.series,
        day=day,
        service=_service(site, command.service, own.letter).id,
        klass=command.klass,
        lang=command.lang,
        source=command.source,
        token=command.spare if used else command.token,
        request=command.id,
        issued_at=issued_at,
        order=issued_at,
        dossier=command.dossier,
        box=command.box,
        told=command.seq,
    )


def _service(site: Site, wanted: str, letter: str) -> Service:
    """The service the citizen chose; if the hall gave it up since, another one of its letter."""
    if wanted in site.services:
        return site.services[wanted]
    for service in site.services.values():
        if service.letter == letter:
            return service
    raise Refusal("unknown-service", service=wanted)


def session_of(site: Site, at: datetime) -> str | None:
    """The session that a number of that instant counts towards, if there is one."""
    session = current_session(site, at)
    return None if session is None else session.opens.isoformat()


def find_or_expect(site: Site, state: HallState, command: c.CallNumber, now: datetime) -> Ticket:
    """The ticket of a typed number; for one that its kiosk did not tell of yet, the ticket it will be.

    Raises Refusal: unknown-number for what no kiosk of this hall can have given, not-served-here.
    """
    text = command.number.strip().upper()
    own = own_number(text)
    if text in state.by_number or own is None or own.series not in site.own_series or not command.token:
        return ticket_by_number(state, text)
    place = place_of(site, command)
    of_letter = [s for s in site.services.values() if s.letter == own.letter]
    number = number_text(own.letter, own.ordinal, of_letter[0].digits if of_letter else 1, own.series)
    if number in state.by_number:
        return ticket_by_number(state, number)
    if not of_letter or own.ordinal > state.next_ordinal.get(own.letter + own.series, 1) - 1 + PLAUSIBLE:
        raise Refusal("unknown-number", number=command.number)
    here = [site.services[s] for s in (*place.services, *place.then)]
    service = next((s for s in here if s.letter == own.letter), None)
    if service is None:
        raise Refusal("not-served-here", number=number)
    return Ticket(
        id=command.ticket,
        number=number,
        letter=own.letter,
        ordinal=own.ordinal,
        series=own.series,
        day=state.day or business_day(site, now).isoformat(),
        service=service.id,
        klass=Klass.NORMAL,
        lang="vi",
        source=site.own_series[own.series],
        token=command.token,
        request=command.id,
        issued_at=now,
        order=now,
        awaited=service.id,
    )


def floors(site: Site, state: HallState, series: str) -> dict[str, int]:
    """By letter, from where on the ordinals of a kiosk's own series were never used today."""
    letters = dict.fromkeys(s.letter for s in site.services.values())
    return {letter: state.next_ordinal.get(letter + series, 1) for letter in letters}
