"""What reception does with numbers that somebody has, for programs: priority and notes, the paper once more,
and the sheets that were written by hand during an outage.

As at a counter (`server.web.rest.counters`), but at none: nothing here can be taken back there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from flask import Response
from msgspec import Meta

from server.hall import commands as c
from server.hall.handwritten import ROWS
from server.hall.tickets import Klass, State
from server.people.rights import Right
from server.web import handwritten
from server.web.asked import refuse
from server.web.fields import CounterId, Level, Line, Number
from server.web.paper import kiosk_for, send
from server.web.rest.counters import command_id
from server.web.rest.endpoint import Asked, Endpoint
from server.web.slips_pdf import pdf
from server.web.verbs import Body, NumberBody, ReprintBody, fresh
from server.web.words import TEXTS, said

Letter = Annotated[str, Meta(min_length=1, max_length=4)]
Instant = Annotated[datetime, Meta(tz=True)]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How the number stands now. id: the key of the request."""

    id: str
    number: str
    state: State


class ReceptionPaper(Told, frozen=True, kw_only=True):
    """kiosk: where the paper was ordered."""

    kiosk: str


class NumberPriority(NumberBody, frozen=True, kw_only=True):
    """klass: what the papers say."""

    klass: Klass


class NumberNote(NumberBody, frozen=True, kw_only=True):
    """note: empty takes the one before away."""

    note: Line


class HandwrittenRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One number of the sheet, `A0-017`. given_at: as written there. at: when it was served, or left; of one
    who waits, none. counter: where it was served.
    """

    number: Number
    service: Level
    given_at: Instant
    klass: Klass = Klass.NORMAL
    fate: Literal["waiting", "served", "left"] = "waiting"
    at: Instant | None = None
    counter: CounterId | None = None


class Sheet(Body, frozen=True, kw_only=True):
    """The numbers of one day that were written by hand."""

    day: date
    rows: Annotated[tuple[HandwrittenRow, ...], Meta(min_length=1, max_length=ROWS)]


class SlipsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """letter: of a series; the first one without it. last: with `first`, at most 240 numbers; else a page."""

    letter: Letter | None = None
    first: Annotated[int, Meta(ge=1, le=9999)] = 1
    last: Annotated[int, Meta(ge=1, le=9999)] | None = None


class SlipsTold(msgspec.Struct, frozen=True):
    """Numbers to be written by hand, as on the slips. services: of the letter. next: the first figure that
    nobody has today. letters: that there are."""

    letter: str
    numbers: tuple[str, ...]
    services: tuple[str, ...]
    next: int
    letters: tuple[str, ...]


class SheetEntered(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that are in the books now, as the hall writes them."""

    id: str
    numbers: tuple[str, ...]


def priority(asked: Asked) -> Told:
    """Put down whether the holder of a number has priority, after seeing the papers."""
    body: NumberPriority = asked.body
    id, by = command_id(asked), asked.who.by
    return _told(asked, c.CheckPriority(id=id, by=by, number=body.number, klass=body.klass))


def note(asked: Asked) -> Told:
    """Keep a line with a number for whoever serves it."""
    body: NumberNote = asked.body
    id, by = command_id(asked), asked.who.by
    return _told(asked, c.WriteNote(id=id, by=by, number=body.number, note=body.note))


def reprint(asked: Asked) -> ReceptionPaper:
    """Let the paper of a number come out once more, at one kiosk."""
    body: ReprintBody = asked.body
    kiosk = kiosk_for(asked.hall, body.number, body.kiosk)
    id = command_id(asked)
    result = asked.hall.writer.ask(c.Reprint(id=id, by=asked.who.by, number=body.number, kiosk=kiosk)).result
    send(asked.hall, kiosk, id, str(result["ticket"]))
    return ReceptionPaper(id=asked.key, number=result["number"], state=State(result["state"]), kiosk=kiosk)


def enter(asked: Asked) -> SheetEntered:
    """Enter the numbers of a sheet that was written by hand, all of them or none.

    Refused with `rows-wrong`, its member `rows` names each row, from 0, with what is wrong there.
    """
    body: Sheet = asked.body
    rows = tuple(c.Handwritten(**{**msgspec.structs.asdict(row), **fresh()}) for row in body.rows)
    command = c.EnterHandwritten(id=command_id(asked), by=asked.who.by, day=body.day, rows=rows)
    return SheetEntered(id=asked.key, numbers=tuple(asked.hall.writer.ask(command).result["numbers"]))


def slips(asked: Asked) -> SlipsTold:
    """The numbers of the paper for an outage: slips to hand out, and a list to write on."""
    told = _slips(asked)
    services, known = tuple(s.id for s in told.services), tuple(handwritten.letters(asked.hall.config.site))
    return SlipsTold(told.letter, told.numbers, services, told.next, known)


def slips_pdf(asked: Asked) -> Response:
    """The paper itself, to be printed beforehand, as PDF."""
    told, name = _slips(asked), said(asked.hall.config.site.name, asked.lang)
    paper = pdf(told, name, asked.lang, lambda key: TEXTS(key, asked.lang))
    return Response(paper, content_type="application/pdf")


def _slips(asked: Asked) -> handwritten.Slips:
    wanted: SlipsWanted = asked.query
    known = handwritten.letters(asked.hall.config.site)
    letter = wanted.letter or known[0]
    last = wanted.last or min(wanted.first + handwritten.SLIPS - 1, 9999)
    wrong = [("/letter", "choice")] if letter not in known else []
    if not 0 <= last - wanted.first < handwritten.MOST_SLIPS:
        wrong.append(("/last", "range"))
    if wrong:
        refuse(wrong)
    return handwritten.slips(asked.hall, letter, wanted.first, last)


def _told(asked: Asked, command: c.Command) -> Told:
    result = asked.hall.writer.ask(command).result
    return Told(id=asked.key, number=result["number"], state=State(result["state"]))


ENDPOINTS = (
    Endpoint(
        name="number-priority",
        method="POST",
        path="/numbers/priority",
        does=priority,
        answer=Told,
        right=Right.ISSUE,
        area="tickets",
        body=NumberPriority,
        refusals=("unknown-number", "not-now"),
    ),
    Endpoint(
        name="number-note",
        method="POST",
        path="/numbers/note",
        does=note,
        answer=Told,
        right=Right.ISSUE,
        area="tickets",
        body=NumberNote,
        refusals=("unknown-number", "not-now"),
    ),
    Endpoint(
        name="number-reprint",
        method="POST",
        path="/numbers/reprint",
        does=reprint,
        answer=ReceptionPaper,
        right=Right.ISSUE,
        area="tickets",
        body=ReprintBody,
        refusals=("unknown-number", "not-now", "unknown-device", "cannot-print"),
    ),
    Endpoint(
        name="enter-handwritten",
        method="POST",
        path="/handwritten",
        does=enter,
        answer=SheetEntered,
        right=Right.ISSUE,
        area="tickets",
        body=Sheet,
        status=201,
        refusals=("rows-wrong",),
    ),
    Endpoint(
        name="list-slips",
        method="GET",
        path="/handwritten/slips",
        does=slips,
        answer=SlipsTold,
        right=Right.ISSUE,
        area="tickets",
        query=SlipsWanted,
    ),
    Endpoint(
        name="print-slips",
        method="GET",
        path="/handwritten/slips.pdf",
        does=slips_pdf,
        answer=bytes,
        right=Right.ISSUE,
        area="tickets",
        query=SlipsWanted,
        media="application/pdf",
    ),
)
