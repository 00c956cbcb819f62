"""Numbers that were written by hand during an outage: the form that enters a sheet of them, and the sheets.

All rows are checked together, by the rules of `server.hall.handwritten`; what is wrong is told beside the
field, what was typed stays, and nothing is entered until all is right. The same form sent twice is entered
once. Works without scripts.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from server.hall import commands as c
from server.hall.calendar import business_day
from server.hall.handwritten import DAYS_BACK, FAULTS, ROWS, Fault, day_allowed, faults
from server.hall.refusals import Refusal
from server.hall.site import Service, Site
from server.hall.tickets import BY_HAND, Klass, number_text
from server.people.rights import Right
from server.web import guard
from server.web.fields import day_of
from server.web.hall import Hall
from server.web.reception import by, checked, form_command
from server.web.verbs import fresh
from server.web.words import said

handwritten = Blueprint("handwritten", __name__, url_prefix="/reception")

FIELDS = ("number", "service", "given", "klass", "fate", "at", "counter")
FATES = ("waiting", "served", "left")
EMPTY_ROWS, MORE_ROWS = 8, 10
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:h.]?([0-5][0-9])")
LONGEST = 60  # characters of a field
SLIPS = 24  # on a page of paper
MOST_SLIPS = 240


@dataclass(slots=True)
class Row:
    """A row as it was typed. wrong: field -> code of what is told beside it."""

    number: str = ""
    service: str = ""
    given: str = ""
    klass: str = ""
    fate: str = "waiting"
    at: str = ""
    counter: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.number or self.given or self.at or self.counter)


@handwritten.get("/handwritten")
@guard.needs(Right.ISSUE)
def form() -> ResponseReturnValue:
    """`?letter=A&from=1&to=25` fills the numbers of a sheet in, `&service=` theirs."""
    hall, lang = guard.hall(), guard.language()
    of = hall.config.site.services.get(request.args.get("service", ""))
    letter = request.args.get("letter", "")
    service = label(of, lang) if of is not None and of.letter == letter else ""
    rows = [Row(number, service) for number in asked_numbers(hall.config.site, EMPTY_ROWS, ROWS)]
    return draw(hall, today(hall), rows or [Row() for _ in range(EMPTY_ROWS)])


@handwritten.post("/handwritten")
@guard.needs(Right.ISSUE)
def enter() -> ResponseReturnValue:
    hall, sent = checked(), form_command("sheet")
    rows, day = typed_rows(), typed_day(hall)
    if "more" in request.form:
        return draw(hall, day or today(hall), [*rows, *(Row() for _ in range(MORE_ROWS))][:ROWS])
    filled = [row for row in rows if not row.empty]
    if day is None or not filled:
        return draw(hall, day, rows, status=409, nothing=day is not None)
    sheet = tuple(understood(hall.config.site, day, filled, guard.language()))
    if any(row.wrong for row in filled):
        view = hall.writer.view
        mark(filled, faults(view.site, view.state, day, sheet, max(hall.clock.now(), view.at)))
        return draw(hall, day, rows, status=409)
    marked = hashlib.sha256(msgspec.json.encode([day, [_typed(row) for row in filled]])).hexdigest()[:24]
    try:
        hall.writer.ask(c.EnterHandwritten(id=f"{sent}:{marked}", by=by(), day=day, rows=sheet))
    except Refusal as refusal:
        if refusal.code != "rows-wrong":
            raise
        mark(filled, [Fault(*pair) for pair in refusal.params["rows"]])
        return draw(hall, day, rows, status=409)
    return redirect(url_for("handwritten.form", entered=len(sheet)), 303)


def _typed(row: Row) -> list[str]:
    return [getattr(row, name) for name in FIELDS]


def typed_rows() -> list[Row]:
    """The rows of the form in their order; of a request that is no form of ours, 400."""
    try:
        count = int(request.form.get("rows", ""))
    except ValueError:
        raise BadRequest from None
    if not 0 <= count <= ROWS:
        raise BadRequest
    rows = []
    for n in range(count):
        told = {name: request.form.get(f"{name}-{n}", "").strip()[:LONGEST] for name in FIELDS}
        if told["fate"] not in FATES or told["klass"] not in ("", "priority"):
            raise BadRequest
        number, service, given, klass, fate, at, counter = told.values()
        rows.append(Row(number, service, given, klass, fate, at, counter))
    return rows


def typed_day(hall: Hall) -> date | None:
    """The business day of the sheet; None for one that cannot be entered any more, or not yet."""
    try:
        day = day_of(request.form.get("day", ""))
    except ValueError:
        return None
    view = hall.writer.view
    return day if day_allowed(view.site, day, max(hall.clock.now(), view.at)) else None


def today(hall: Hall) -> date:
    view = hall.writer.view
    return business_day(view.site, max(hall.clock.now(), view.at))


def understood(site: Site, day: date, rows: list[Row], lang: str) -> Iterator[c.Handwritten]:
    """The rows as the rules know them. What cannot be read is marked in its row, and stands for something
    that is no further mistake.
    """
    before: Row | None = None
    for row in rows:
        if not row.service and before is not None and before.number[:1].upper() == row.number[:1].upper():
            row.service = before.service
        service, given, at = service_of(site, row, lang), instant(site, day, row.given), None
        if service is None:
            row.wrong["service"] = "service-unknown" if row.service else "service-needed"
        if given is None:
            row.wrong["given"] = "given-form"
        if row.at and row.fate != "waiting":
            at = instant(site, day, row.at)
            if at is None:
                row.wrong["at"] = "at-form"
        fate: Any = row.fate
        yield c.Handwritten(
            number=row.number,
            service=service or "",
            given_at=given or datetime.combine(day, site.hours.day_changes, site.zone),
            klass=Klass.PRIORITY if row.klass else Klass.NORMAL,
            fate=fate,
            at=at,
            counter=row.counter if fate == "served" else None,
            **fresh(),
        )
        before = row


def service_of(site: Site, row: Row, lang: str) -> str | None:
    """The service that was typed; where nothing was, the only one of the number's letter."""
    if row.service:
        return next((s.id for s in site.services.values() if label(s, lang) == row.service), None)
    of_letter = [s.id for s in site.services.values() if s.letter == row.number[:1].upper()]
    return of_letter[0] if len(of_letter) == 1 else None


def label(service: Service, lang: str) -> str:
    return f"{service.letter} – {said(service.name, lang)}"


def instant(site: Site, day: date, text: str) -> datetime | None:
    """`08:12` of a business day, which ends in the small hours of the next one; or 8:12, 8h12, 812."""
    typed = CLOCK.fullmatch(text)
    if typed is None:
        return None
    clock = time(int(typed[1]), int(typed[2]))
    date_ = day + timedelta(days=1) if clock < site.hours.day_changes else day
    return datetime.combine(date_, clock, site.zone)


def mark(rows: list[Row], found: list[Fault]) -> None:
    """Each mistake beside its field; of several of one field the first."""
    for fault in found:
        rows[fault.row].wrong.setdefault(FAULTS[fault.code], fault.code)


def draw(
    hall: Hall, day: date | None, rows: list[Row], status: int = 200, nothing: bool = False
) -> ResponseReturnValue:
    site, lang = hall.config.site, guard.language()
    entered = request.args.get("entered", "")
    text = render_template(
        "handwritten.html",
        day_typed=day.isoformat() if day else request.form.get("day", ""),
        day_wrong=day is None,
        nothing=nothing,
        first=today(hall) - timedelta(days=DAYS_BACK),
        last=today(hall),
        rows=rows,
        fates=FATES,
        letters=letters(site),
        services=[(s.id, label(s, lang)) for s in site.services.values()],
        counters=list(site.counters),
        entered=int(entered) if entered.isdecimal() and len(entered) < 4 else 0,
        new_id=secrets.token_hex(8),  # a sheet that was refused is asked anew, not answered as before
    )
    return text, status


def letters(site: Site) -> list[str]:
    return list(dict.fromkeys(s.letter for s in site.services.values()))


class Range(msgspec.Struct, frozen=True):
    """Which numbers of which letter a sheet has."""

    letter: str
    first: int
    last: int


def asked_numbers(site: Site, usual: int, most: int) -> list[str]:
    """The numbers `?letter=A&from=1&to=25` asks for, as they are written; none for what makes no sense."""
    asked = asked_range(usual, most)
    of_letter = [s for s in site.services.values() if asked is not None and s.letter == asked.letter]
    if asked is None or not of_letter:
        return []
    digits = of_letter[0].digits
    return [number_text(asked.letter, n, digits, BY_HAND) for n in range(asked.first, asked.last + 1)]


def asked_range(usual: int, most: int) -> Range | None:
    first, last = request.args.get("from", "1"), request.args.get("to", "")
    if not (first.isdecimal() and len(first) <= 4 and (not last or (last.isdecimal() and len(last) <= 4))):
        return None
    begins = max(1, int(first))
    ends = int(last) if last else begins + usual - 1
    return Range(request.args.get("letter", ""), begins, min(ends, begins + most - 1, 9999))


@handwritten.get("/sheets")
@guard.needs(Right.ISSUE)
def sheets() -> ResponseReturnValue:
    """Paper for an outage, to be printed beforehand: slips with large numbers, and a list to write on."""
    hall = guard.hall()
    known, letter = letters(hall.config.site), request.args.get("letter", "")
    asked = asked_range(SLIPS, MOST_SLIPS)
    first = asked.first if asked is not None else 1
    last = max(first, asked.last if asked is not None else SLIPS)
    told = slips(hall, letter if letter in known else known[0], first, last)
    return render_template(
        "sheets.html",
        letters=known,
        letter=told.letter,
        first=first,
        last=last,
        numbers=told.numbers,
        services=told.services,
        next=told.next,
    )


@dataclass(frozen=True, slots=True)
class Slips:
    """Numbers to be written by hand. services: those of the letter. next: the first that nobody has today."""

    letter: str
    numbers: tuple[str, ...]
    services: tuple[Service, ...]
    next: int


def slips(hall: Hall, letter: str, first: int, last: int) -> Slips:
    """letter: one of `letters`."""
    of_letter = tuple(s for s in hall.config.site.services.values() if s.letter == letter)
    digits = of_letter[0].digits
    return Slips(
        letter=letter,
        numbers=tuple(number_text(letter, n, digits, BY_HAND) for n in range(first, last + 1)),
        services=of_letter,
        next=hall.writer.view.state.next_ordinal.get(letter + BY_HAND, 1),
    )
