"""Rules of the numbers that a kiosk gives by itself while the server does not answer: `A2-017`.

What the paper says is so: no closing, cap or cut-off refuses such a number, for its holder stands in the
hall. The kiosk tells of it later; an officer may call it before that. Its place in the line is its time of
issue.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from server.hall import commands as c, events as e
from server.hall.calendar import business_day, current_session, day_turns_at
from server.hall.issue_time import Told, time_of_issue
from server.hall.looking import events_meta, place_of, ticket_by_number
from server.hall.numbers import void_without_paper
from server.hall.refusals import Refusal
from server.hall.site import Service, Site
from server.hall.state import HallState
from server.hall.tickets import Klass, OwnNumber, State, Ticket, number_text, own_number

Events = list[e.Event]

PLAUSIBLE = 500  # so far above the highest known ordinal of a series an officer's typing is believed
SLACK = timedelta(minutes=2)  # a kiosk's clock and the server's may differ so much
SAME_AT_MOST = 99  # papers of one number on one day that are told apart


def take(site: Site, state: HallState, command: c.TakeOwnNumber, now: datetime) -> Events:
    """The number becomes a ticket of its day, or what is missing in the one that was called already."""
    own, meta = _read(command), events_meta(command, now)
    known = state.tickets.get(state.aliases.get(command.ticket, command.ticket))
    if known is not None and (known.source, _parts(known)) == (command.source, own):
        return []  # told once more under another id
    if known is not None or command.ticket in command.taken:
        raise Refusal("already-told")
    called, issued_at = _weighed(site, state, command, now)
    day = business_day(site, issued_at)
    if day.isoformat() < (state.day or ""):
        number = _free(command.number, command.taken)
        over = min(now, day_turns_at(site, day + timedelta(days=1)))
        late = _ticket(site, state, command, own, number, day.isoformat(), issued_at)
        ended = replace(late, state=State.CANCELLED, reason="expired", ended_at=over)
        return [e.ToldTooLate(ticket=ended, **meta)]
    today = state.day or day.isoformat()
    if called is not None:
        told = _ticket(site, state, command, own, called.number, today, issued_at)
        open_yet = called.service == called.awaited and called.state not in (State.SERVED, State.CANCELLED)
        service = told.service if open_yet else called.service
        event: e.Event = e.Merged(ticket=called.id, told=told, service=service, **meta)
        ticket = called
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
    """When the number was given, by everything that is known. Raises Refusal for what is no own number."""
    return _weighed(site, state, command, now)[1]


def _weighed(
    site: Site, state: HallState, command: c.TakeOwnNumber, now: datetime
) -> tuple[Ticket | None, datetime]:
    """The ticket that was called for this number before it was told, if one was; and its time of issue.

    A number that was given after "it" was called is not what was called: an officer had mistyped another one.
    Of a number that is there already, only its own clock is heard.
    """
    own = _read(command)
    told = Told(command.at, command.trusted, command.age)
    began = day_turns_at(site, business_day(site, now))
    held, alone = _held(state, command.number, own), time_of_issue(told, now, began)
    if held is not None and held.awaited is None:
        return None, alone
    kiosks = [t for t in state.tickets.values() if t.source == command.source and "/" not in t.number]
    by_fact = [(t.told - command.seq, t.issued_at) for t in kiosks if t.told and t.box == command.box]
    series = [t for t in kiosks if (t.letter, t.series) == (own.letter, own.series)]
    by_number = [(t.ordinal - own.ordinal, t.issued_at) for t in series if t.told]
    known = told.trusted or told.age is not None
    called = [(t.ordinal - own.ordinal, t.called_at) for t in series if t.awaited and t.called_at]
    was_there = [(away, at) for away, at in called if away > 0 and not (known and alone > at + SLACK)]
    order = [_around(by_fact), _around(by_number + was_there)]
    call = None if held is None else held.called_at or held.ended_at  # taken back, and cancelled then
    if call is not None:
        earlier = max(_around(by_number)[0], default=call)
        if earlier > call or (known and alone > call + SLACK):
            held = None
        else:
            order.append(([], [call]))
    return held, time_of_issue(told, now, began, order)


def _around(others: list[tuple[int, datetime]]) -> tuple[list[datetime], list[datetime]]:
    """Of (how far away, when): when those before and when those behind were given."""
    return [at for away, at in others if away < 0], [at for away, at in others if away > 0]


def papers_of(number: str) -> tuple[str, ...]:
    """What the papers that say one number on one day are called: `A2-017`, `A2-017/2`, `A2-017/3` and on."""
    return (number, *(f"{number}/{n}" for n in range(2, SAME_AT_MOST + 1)))


def _free(number: str, used: Container[str]) -> str:
    """The number itself, or, for another paper that says the same, one that can be told from it."""
    for name in papers_of(number):
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
    used = command.token in command.taken or command.token in state.by_token
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
        secret=command.secret,
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
