"""Rules of numbers that are written by hand while the hall's machines are away: `A0-017`.

They have a series of their own by letter, so none can be one that a machine gave, and are entered afterwards,
all of a sheet or none. Who still waits stands where his time of issue puts him; who was served or has left
comes into the books of his day as he left it. What the sheet does not tell, such as when a service began,
stays unknown.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from server.hall import commands as c, events as e
from server.hall.calendar import business_day
from server.hall.looking import events_meta
from server.hall.own_numbers import session_of
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import BY_HAND, State, Ticket, hand_number, number_text

Events = list[e.Event]

ROWS = 150  # of one form
DAYS_BACK = 7  # how old a sheet may be
SOURCE = "by-hand"
LEFT = "left"  # why a number ended whose holder went away unserved

# What can be wrong with a row: code -> the field that it is told beside.
FAULTS = {
    "number-form": "number",
    "number-letter": "number",
    "number-twice": "number",
    "number-used": "number",
    "service-unknown": "service",
    "service-letter": "service",
    "given-day": "given",
    "given-future": "given",
    "waits-no-more": "fate",
    "at-missing": "at",
    "at-early": "at",
    "at-future": "at",
    "counter-unknown": "counter",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Row `row` (from 0) cannot be so; code: a key of FAULTS."""

    row: int
    code: str


def day_allowed(site: Site, day: date, now: datetime) -> bool:
    today = business_day(site, now)
    return today - timedelta(days=DAYS_BACK) <= day <= today


def faults(
    site: Site,
    state: HallState,
    day: date,
    rows: Sequence[c.Handwritten],
    now: datetime,
    taken: Container[str] = frozenset(),
) -> list[Fault]:
    """Everything that is wrong with the rows, in their order. taken: numbers that the day has already."""
    texts = [standard(site, row.number) for row in rows]
    often = Tally(text for text in texts if text is not None)
    today = day.isoformat() == state.day
    used = {text for text in often if text in taken or (today and text in state.by_number)}
    return [
        Fault(place, code)
        for place, (row, text) in enumerate(zip(rows, texts, strict=True))
        for code in (
            *_number_faults(site, row, text, often, used),
            *_visit_faults(site, state, day, row, now),
        )
    ]


def standard(site: Site, typed: str) -> str | None:
    """The number as the hall writes it: `a0-17` is `A0-017`. None for what is no number of the paper roll."""
    own = hand_number(typed.strip().upper())
    if own is None:
        return None
    digits = next((s.digits for s in site.services.values() if s.letter == own.letter), 3)
    return number_text(own.letter, own.ordinal, digits, BY_HAND)


def _number_faults(
    site: Site, row: c.Handwritten, text: str | None, often: Tally[str], used: Container[str]
) -> Iterator[str]:
    if text is None:
        yield "number-form"
        return
    letter, service = text[0], site.services.get(row.service)
    if all(s.letter != letter for s in site.services.values()):
        yield "number-letter"
    elif service is None:
        yield "service-unknown"
    elif service.letter != letter:
        yield "service-letter"
    if often[text] > 1:
        yield "number-twice"
    if text in used:
        yield "number-used"


def _visit_faults(
    site: Site, state: HallState, day: date, row: c.Handwritten, now: datetime
) -> Iterator[str]:
    if row.given_at > now:
        yield "given-future"
    elif business_day(site, row.given_at) != day:
        yield "given-day"
    if row.fate == "waiting" and day.isoformat() != state.day:
        yield "waits-no-more"
    if row.fate == "served" and row.at is None:
        yield "at-missing"
    if row.fate != "waiting" and row.at is not None:
        if row.at > now:
            yield "at-future"
        elif row.at < row.given_at or business_day(site, row.at) != day:
            yield "at-early"
    if row.fate == "served" and row.counter not in site.counters:
        yield "counter-unknown"


def enter(site: Site, state: HallState, command: c.EnterHandwritten, now: datetime) -> Events:
    """A ticket for each row. Raises Refusal rows-wrong, with (row, code) for everything that is wrong."""
    if not 1 <= len(command.rows) <= ROWS or not day_allowed(site, command.day, now):
        raise Refusal("bad-request", detail="rows or day")
    wrong = faults(site, state, command.day, command.rows, now, command.taken)
    if wrong:
        raise Refusal("rows-wrong", rows=[[fault.row, fault.code] for fault in wrong])
    meta = events_meta(command, now)
    rows = sorted(command.rows, key=lambda row: row.given_at)
    return [_event(site, command, row, place, now, meta) for place, row in enumerate(rows)]


def _event(
    site: Site,
    command: c.EnterHandwritten,
    row: c.Handwritten,
    place: int,
    now: datetime,
    meta: dict[str, Any],
) -> e.Event:
    text = standard(site, row.number)
    own = None if text is None else hand_number(text)
    assert text is not None and own is not None
    session = session_of(site, row.given_at)
    ticket = Ticket(
        id=row.ticket,
        number=text,
        letter=own.letter,
        ordinal=own.ordinal,
        series=own.series,
        day=command.day.isoformat(),
        service=row.service,
        klass=row.klass,
        lang="vi",
        source=SOURCE,
        token=row.token,
        request=f"{command.id}/{place}",
        issued_at=row.given_at,
        order=row.given_at,
    )
    match row.fate:
        case "served":
            seen = replace(ticket, called_at=row.at, last_called_at=row.at, ended_at=row.at)
            ended = replace(seen, state=State.SERVED, counter=row.counter)
        case "left":
            ended = replace(ticket, state=State.CANCELLED, reason=LEFT, ended_at=row.at or now)
        case _:
            return e.Issued(ticket=ticket, session=session, **meta)
    return e.Entered(ticket=ended, session=session, **meta)
