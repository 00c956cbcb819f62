"""A search of all dossiers by code, as people type or read it, and by how they stand.

A whole code is asked for by its key; a beginning, or the date and serial that walls show, by an index. Lists
are in pages, the newest receipt first, and say whether there are more: nobody counts two million rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers import standings
from server.dossiers.code import read_code
from server.dossiers.promises import Marks, Standing
from server.dossiers.rows import dossier_table, text_of
from server.dossiers.standings import A_PAGE, Line, Wanted
from server.dossiers.status import Status

LONGEST: Final = 60  # characters of a search
NEAR: Final = timedelta(days=3)  # a code's date is nearly always the day of its receipt, as the hall has it
FAR: Final = timedelta(days=400)  # and always that close (`reading`)
_GAPS: Final = re.compile(r"[\s_/‐‑‒–—−-]+")
_BEGINNING: Final = re.compile(r"[A-Z0-9]{2,3}(\.[A-Z0-9]{1,3})*\.?(-[0-9]{0,6}(-[0-9]{0,6})?)?")
_AGENCY: Final = re.compile(r"[A-Z][A-Z0-9.]+")  # of which there may be many thousands
_SHORT: Final = re.compile(r"(?P<day>[0-9]{6})(-(?P<serial>[0-9]{1,6}))?")
_SERIAL: Final = re.compile(r"[0-9]{3,5}")
_RUN: Final = re.compile(
    r"(?P<agency>[A-Z0-9]{2,3}(?:\.[A-Z0-9]{2,3}?)+)(?P<day>[0-9]{6})(?P<serial>[0-9]{3,6})"
)
_CALM: Final = frozenset({Standing.OVER, Standing.OUTSIDE})  # of nearly all that there are

d = dossier_table.c


@dataclass(frozen=True, slots=True)
class Search:
    """Blank: of all. text: as typed. officer: as the source has the name."""

    text: str = ""
    status: Status | None = None
    authority: str = ""
    officer: str = ""
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """more: there is another page."""

    lines: Sequence[Line]
    more: bool


def found(db: sa.Connection, marks: Marks, asked: Search, page: int = 1, a_page: int = A_PAGE) -> Found:
    """page: from 1."""
    offset = (page - 1) * a_page
    if asked.standings and not asked.text and asked.status is None:
        wanted = Wanted(asked.standings, asked.authority, (asked.officer,) if asked.officer else ())
        lines = standings.lines(db, marks, wanted, a_page + 1, offset)
        return Found(lines[:a_page], len(lines) > a_page)
    plain = spelled(asked.text)
    lines = _lines(db, marks, asked, _coded(plain, NEAR), a_page + 1, offset)
    if not lines and "-" in plain and _SHORT.fullmatch(plain):
        lines = _lines(db, marks, asked, _coded(plain, FAR), a_page + 1, offset)
    return Found(lines[:a_page], len(lines) > a_page)


def _lines(
    db: sa.Connection,
    marks: Marks,
    asked: Search,
    coded: Sequence[sa.ColumnElement[bool]],
    limit: int,
    offset: int,
) -> list[Line]:
    where = [*coded, *_filtered(asked)]
    # Where few are left, they are sorted; else the index of receipts is walked until a page is full.
    narrow = bool(coded) and not _AGENCY.fullmatch(spelled(asked.text))
    so = standings.standing(marks)
    wanting = bool(asked.standings) and not _CALM.intersection(asked.standings)
    if asked.standings:
        where.append(so.in_([one.value for one in asked.standings]))
    if wanting:
        where.append(d.code.in_(standings.wanting()))
    few = narrow or wanting or asked.status not in (None, Status.RETURNED)
    by: Any = sa.literal_column("+dossier.received") if few else d.received
    rows = (
        sa.select(dossier_table, standings.DUE.label("holds"), so.label("so"), standings.TIMES.label("times"))
        .select_from(standings.WITH_LAST)
        .where(*where)
        .order_by(by.desc(), d.code)
        .limit(limit)
        .offset(offset)
    )
    return [standings.line_of(row) for row in db.execute(rows)]


def spelled(text: str) -> str:
    """A search as codes are written: capitals, plain hyphens, no blanks."""
    plain = _GAPS.sub("-", text.strip()[:LONGEST].upper()).strip("-")
    run = _RUN.fullmatch(plain)
    return f"{run['agency']}-{run['day']}-{run['serial']}" if run else plain


def _coded(plain: str, near: timedelta) -> list[sa.ColumnElement[bool]]:
    if not plain:
        return []
    if read_code(plain) is not None:
        return [d.code == plain]
    if (short := _SHORT.fullmatch(plain)) is not None and (day := _day(short["day"])) is not None:
        like = f"%-{short['day']}-%{short['serial'] or ''}"
        return [d.received.between(text_of(day - near), text_of(day + near)), d.code.like(like)]
    if _SERIAL.fullmatch(plain):
        return [d.over.is_(None), d.code.like(f"%-%{plain}")]
    if _BEGINNING.fullmatch(plain):
        return [d.code >= plain, d.code < plain + "\U0010ffff"]
    return [sa.false()]


def _filtered(asked: Search) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if asked.authority:
        where.append(d.authority == asked.authority)
    if asked.officer:
        where += [d.officer == asked.officer, d.officer != ""]
    if asked.status is not None:
        of: Any = sa.literal_column("+dossier.status") if asked.status is Status.RETURNED else d.status
        where.append(of == asked.status.value)
    return where


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
