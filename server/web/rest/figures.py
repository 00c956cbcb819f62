"""Figures for programs: those of any period, the numbers behind each, and working time.

The same sums that the pages and their files show (`server.history`), and the files as well; an opinion is
told from five answers on, and a single rating never.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from flask import Response
from msgspec import Meta
from werkzeug.exceptions import Forbidden

from server.hall.tickets import State
from server.history.deeds import RATED
from server.history.drill import Listed, find, tells_working_time
from server.history.table import Cell, Table
from server.history.whats import WHATS
from server.people.rights import Right
from server.web.asked import refuse
from server.web.history_asked import span_word
from server.web.history_form import Form, page_number, read, wanted
from server.web.history_page import FORMS, file_of, history_of, made_at, summed, today_here
from server.web.history_view import Teller
from server.web.measures import MEASURES
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.tickets import Day
from server.web.words import TEXTS

UnitName = Literal["day", "week", "month", "quarter", "year", "range"]
ByName = Literal["time", "service", "authority", "counter", "officer", "half", "weekday"]
WhatName = Literal[
    "issued", "served", "no_show", "cancelled", "expired", "dropped", "lost", "unfinished", "waiting",
    "overdue", "lately", "parked", "at_call", "serving", "called", "judged", "late", "priority", "handled",
    "timed", "calls", "rated", "requeued", "transferred", "out_of_turn",
]  # fmt: skip
Of = Annotated[str, Meta(max_length=100)]
Figure = float | int | None


class FiguresWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which period: the `unit` around `day`, or `first` to `last` of a `range`. of: `service:<id>`,
    `authority:`, `counter:` or `officer:`; all without it. by: what the rows are.
    """

    unit: UnitName = "month"
    day: Day | None = None
    first: Day | None = None
    last: Day | None = None
    of: Of | None = None
    by: ByName = "time"


class FigureRow(msgspec.Struct, frozen=True):
    """name: in the reader's language. figures: by key, as in `definitions`."""

    name: str
    figures: dict[str, Figure]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a period, and row by row. first, last: days, both included. Times are in s or min."""

    first: date
    last: date
    of: str
    by: str
    summary: dict[str, Figure]
    rows: tuple[FigureRow, ...]
    definitions: dict[str, str]


class BehindWanted(FiguresWanted, frozen=True, forbid_unknown_fields=True):
    """weekday: Monday 0; half: of an hour, 0 to 47, in the hall's own time. counter: of an officer's calls,
    those at one counter. until: the instant of `lately` (the hour before it) and of `overdue`.
    """

    what: WhatName = "issued"
    until: Annotated[datetime, Meta(tz=True)] | None = None
    weekday: Annotated[int, Meta(ge=0, le=6)] | None = None
    half: Annotated[int, Meta(ge=0, le=47)] | None = None
    counter: Of | None = None
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1


class TicketBehind(msgspec.Struct, frozen=True, kw_only=True):
    """One number behind a figure; what happened to it: `/tickets/{ticket}`. at, until: of what is counted,
    where that is a call or something done to the number; a number is then there as often as it was done.
    """

    ticket: str
    number: str
    day: str
    service: str
    state: State
    counter: str | None
    officer: str | None
    issued_at: datetime
    called_at: datetime | None
    ended_at: datetime | None
    at: datetime | None = None
    until: datetime | None = None


class Behind(msgspec.Struct, frozen=True):
    """total: of all pages."""

    total: int
    page: int
    pages: int
    tickets: tuple[TicketBehind, ...]


def figures(asked: Asked) -> Figures:
    """The figures of a period as the manager's pages show them."""
    hall = asked.hall
    today, now = today_here(hall)
    form = _form(asked, today)
    summed(hall, today, now)
    shown = _teller(asked, today).show(form.asked)
    keys = {TEXTS(f"measure.{m.key}", asked.lang): m.key for m in MEASURES}
    summary = {keys[str(row[0].value)]: _figure(row[1]) for row in shown.summary.rows}
    return Figures(
        first=form.asked.period.first,
        last=form.asked.period.last,
        of=form.asked.of,
        by=form.asked.by.value,
        summary=summary,
        rows=_rows(shown.table, keys),
        definitions={m.key: TEXTS(f"define.{m.define}", asked.lang) for m in MEASURES},
    )


def behind(asked: Asked) -> Behind:
    """The numbers behind one figure, fifty at a time."""
    hall = asked.hall
    today, now = today_here(hall)
    form, query = _form(asked, today), asked.query
    told = {"span": span_word(form.asked.period), "of": form.asked.of, "what": query.what}
    told |= {
        name: str(n) for name in ("weekday", "half", "counter") if (n := getattr(query, name)) is not None
    }
    if (WHATS[query.what].then is None) != (query.until is None):
        refuse([("/until", "missing" if query.until is None else "choice")])
    meant = wanted({**told, "until": query.until.isoformat() if query.until else ""}, today)
    if meant is None:
        refuse([("/half" if query.counter is None else "/counter", "choice")])
    named = asked.who.may(Right.WORKING_TIME)
    if tells_working_time(meant) and not named:
        raise Forbidden("role")
    summed(hall, today, now)
    page = page_number(str(query.page))
    found = find(history_of(hall), hall.engine, hall.config.site, meant, page)
    return Behind(found.total, found.page, found.pages, tuple(_behind(row, named) for row in found.rows))


def figures_as(form: str) -> Callable[[Asked], Response]:
    """What an endpoint does that gives the figures as a file: `csv`, `xlsx` or `pdf`."""

    def exported(asked: Asked) -> Response:
        hall = asked.hall
        today, now = today_here(hall)
        meant = _form(asked, today).asked
        summed(hall, today, now)
        teller = _teller(asked, today)
        report = teller.report(teller.show(meant), made_at(hall, now))
        audit(asked.who.name, "figures.exported", form=form, **meant.query())
        return file_of(report, form)

    return exported


def _teller(asked: Asked, today: date) -> Teller:
    hall, may_know = asked.hall, asked.who.may(Right.WORKING_TIME)
    return Teller(hall.config, history_of(hall), today, asked.lang, may_know)


def told_of(asked: Asked) -> dict[str, str]:
    """The query as the page's address has it."""
    told = msgspec.structs.asdict(asked.query)
    return {name: str(value) for name, value in told.items() if value is not None}


def _form(asked: Asked, today: date) -> Form:
    form = read(told_of(asked), today)
    must_be_good(form)
    return form


def must_be_good(form: Form) -> None:
    if form.errors:
        refuse([(f"/{field}", "wrong") for field in form.errors])


def _rows(table: Table, keys: dict[str, str]) -> tuple[FigureRow, ...]:
    """All rows, the last one the total. A figure's key is found by its word, which is its column's head."""
    heads = [keys[column.head] for column in table.columns[1:]]
    return tuple(
        FigureRow(str(row[0].value), dict(zip(heads, map(_figure, row[1:]), strict=True)))
        for row in table.rows
    )


def _figure(cell: Cell) -> Figure:
    value: Any = cell.value
    return float(value) if isinstance(value, Decimal) else value


def _behind(listed: Listed, named: bool) -> TicketBehind:
    row, deed = listed.ticket, listed.deed
    assert row is not None, "counters without a number are not asked for here"
    told = {name: getattr(row, name, None) for name in TicketBehind.__struct_fields__}
    told |= {"ticket": row.id, "officer": row.officer if named else None}
    if deed is not None:
        told |= {"counter": deed.counter or None, "officer": (deed.officer or None) if named else None}
        if deed.kind != RATED:
            told |= {"at": deed.at, "until": deed.until}
    return msgspec.convert(told, TicketBehind)


ENDPOINTS = (
    Endpoint(
        name="get-figures",
        method="GET",
        path="/figures",
        does=figures,
        answer=Figures,
        right=Right.FIGURES,
        area="figures",
        query=FiguresWanted,
    ),
    Endpoint(
        name="list-tickets-behind",
        method="GET",
        path="/figures/tickets",
        does=behind,
        answer=Behind,
        right=Right.FIGURES,
        area="figures",
        query=BehindWanted,
    ),
    *(
        Endpoint(
            name=f"export-figures-{form}",
            method="GET",
            path=f"/figures/export.{form}",
            does=figures_as(form),
            answer=bytes,
            right=Right.FIGURES,
            area="figures",
            about=f"What the page of the same query shows, to take away as {form.upper()}.",
            query=FiguresWanted,
            media=kind.partition(";")[0],
        )
        for form, (_, kind) in FORMS.items()
    ),
)
