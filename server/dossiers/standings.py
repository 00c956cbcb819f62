"""How all promises stand, asked of the database: counts and lists that do not read the register.

What `server.dossiers.promises` says of one dossier is said here of millions by the same table. Only what is
not over is looked at, by an index that has nothing else (`dossier_open`), and results on the shelf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.promises import RECORDED, TABLE, Marks, Standing
from server.dossiers.rows import (
    dossier_table,
    handover_table,
    instant_of,
    reappointment_table,
    reminder_table,
    text_of,
)
from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status

A_PAGE: Final = 50

d = dossier_table.c
# The last re-appointment of each dossier: SQLite takes the other columns from the row with the maximum.
_r = reappointment_table.c
LAST: Final = (
    sa.select(
        _r.code,
        sa.func.max(_r.number).label("number"),
        _r.old_due,
        _r.new_due,
        _r.letter_at,
    )
    .group_by(_r.code)
    .subquery("renewed")
)
WITH_LAST: Final = dossier_table.outerjoin(LAST, LAST.c.code == d.code)
# `register.ours_holds`, `promised` and `renewed`, of columns.
HOLDS: Final[sa.ColumnElement[bool]] = sa.func.coalesce(LAST.c.old_due >= d.due, sa.false())
DUE: Final[sa.ColumnElement[Any]] = sa.case((HOLDS, LAST.c.new_due), else_=d.due)
_OURS: Final[sa.ColumnElement[Any]] = sa.func.coalesce(LAST.c.number, 0)
TIMES: Final[sa.ColumnElement[Any]] = sa.func.max(d.reappointed + sa.case((HOLDS, 1), else_=0), _OURS)
# Columns that SQLite is not to walk an index of all dossiers for.
AUTHORITY: Final[sa.ColumnElement[Any]] = sa.literal_column("+dossier.authority")
OFFICER: Final[sa.ColumnElement[Any]] = sa.literal_column("+dossier.officer")
HANDED: Final = sa.exists().where(handover_table.c.code == d.code)


@dataclass(frozen=True, slots=True)
class Told:
    """What any of `recipients` was reminded of by a reminder later than that of the number `after`."""

    recipients: tuple[str, ...]
    after: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is of. Blank: of all. officers: names as the source has them, within: at these authorities.
    flagged: only those that were re-appointed more than once. told: only those whose promise of now somebody
    was told of."""

    standings: Collection[Standing] = ()
    authority: str = ""
    officers: tuple[str, ...] = ()
    flagged: bool = False
    told: Told | None = None
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier in a list, without anybody's name but the officer's. due: the promise that holds."""

    code: str
    authority: str
    officer: str
    procedure: str
    status: Status
    received: datetime
    due: datetime | None
    standing: Standing
    times: int
    counter: str


@dataclass(frozen=True, slots=True)
class Heap:
    """How many dossiers of an authority, or of an officer of it, stand so. flagged: of these, renewed more
    than once."""

    authority: str
    officer: str
    standing: Standing
    count: int
    flagged: int


def facts(marks: Marks) -> dict[str, sa.ColumnElement[bool]]:
    """The facts of `promises.promise` for the database."""
    by_source = sa.and_(~HOLDS, d.reappointed >= sa.func.max(1, _OURS))
    stands = sa.func.coalesce(LAST.c.new_due >= DUE, sa.false())
    written = LAST.c.letter_at.is_not(None)
    return {
        "handed": HANDED,
        "recorded": _is(RECORDED),
        "outside": _is(UNCOUNTED),
        "ended": _is(ENDED),
        "waits": _is(PAUSED),
        "dated": d.due.is_not(None),
        "past": _before(marks.now),
        "tomorrow": _before(marks.apology),
        "soon": _before(marks.soon),
        "excused": sa.or_(by_source, sa.and_(stands, written)),
        "unwritten": sa.and_(stands, ~written, ~by_source),
        "again": TIMES > 0,
        "twice": TIMES > 1,
    }


def standing(marks: Marks) -> sa.ColumnElement[Any]:
    """The table as one expression."""
    known = facts(marks)
    rows = [
        (sa.and_(sa.true(), *(known[name] for name in yes), *(~known[name] for name in no)), found.value)
        for found, yes, no in TABLE[:-1]
    ]
    return sa.case(*rows, else_=TABLE[-1][0].value)


def heaps(db: sa.Connection, marks: Marks, wanted: Wanted = Wanted()) -> list[Heap]:
    """All that is not over, by authority and standing, of one authority also by officer; in no order."""
    asked = standing(marks)
    officer: sa.ColumnElement[Any] = OFFICER if wanted.authority else sa.literal("")
    found: Counter[tuple[str, str, str]] = Counter()
    flagged: Counter[tuple[str, str, str]] = Counter()
    for part in _parts(wanted):
        rows = (
            sa.select(
                AUTHORITY.label("a"),
                officer.label("o"),
                asked.label("so"),
                sa.func.count(),
                sa.func.sum(sa.cast(TIMES > 1, sa.Integer)),
            )
            .select_from(WITH_LAST)
            .where(*part)
            .group_by("a", "o", "so")
        )
        for *key, count, twice in db.execute(rows):
            found[key[0], key[1], key[2]] += count
            flagged[key[0], key[1], key[2]] += twice
    return [Heap(a, o, Standing(so), n, flagged[a, o, so]) for (a, o, so), n in found.items()]


def lines(
    db: sa.Connection, marks: Marks, wanted: Wanted, limit: int = A_PAGE, offset: int = 0
) -> list[Line]:
    """The dossiers of a list, the oldest promise first, those without one last."""
    asked = standing(marks)
    parts = [
        sa.select(d.code, DUE.label("holds"), asked.label("so"), TIMES.label("times"))
        .select_from(WITH_LAST)
        .where(*part)
        for part in _parts(wanted)
    ]
    every = sa.union_all(*parts).subquery("every")
    of = every.c
    known: list[sa.ColumnElement[bool]] = []
    if wanted.standings:
        known.append(of.so.in_([s.value for s in wanted.standings]))
    if wanted.flagged:
        known.append(of.times > 1)
    chosen = (
        sa.select(every)
        .where(*known)
        .order_by(of.holds.is_(None), of.holds, of.code)
        .limit(limit)
        .offset(offset)
        .subquery("chosen")
    )
    rows = (
        sa.select(dossier_table, chosen.c.holds, chosen.c.so, chosen.c.times)
        .join_from(chosen, dossier_table, chosen.c.code == d.code)
        .order_by(chosen.c.holds.is_(None), chosen.c.holds, d.code)
    )
    return [line_of(row) for row in db.execute(rows)]


def wanting() -> sa.CompoundSelect[Any]:
    """The codes of all that may want somebody: not over, or handed over and on the shelf."""
    return sa.union_all(*(sa.select(d.code).where(*part) for part in _parts(Wanted())))


def line_of(row: Any) -> Line:
    """Of a row of the dossier with `holds`, `so` and `times`."""
    return Line(
        row.code,
        row.authority,
        row.officer,
        row.procedure,
        Status(row.status),
        instant_of(row.received),
        None if row.holds is None else instant_of(row.holds),
        Standing(row.so),
        row.times,
        row.counter,
    )


def _parts(wanted: Wanted) -> list[tuple[sa.ColumnElement[bool], ...]]:
    """What is not over, and what we handed over while its source keeps it on the shelf: each by its index."""
    narrow: list[sa.ColumnElement[bool]] = []
    if wanted.authority:
        narrow.append(AUTHORITY.in_((wanted.authority,)))
    if wanted.within:
        narrow.append(AUTHORITY.in_(wanted.within))
    if wanted.officers:
        narrow.append(OFFICER.in_(wanted.officers))
    if wanted.told is not None:
        narrow.append(told(wanted.told))
    shelf = d.status == Status.RESOLVED.value
    return [(d.over.is_(None), *narrow), (shelf, HANDED, *narrow)]


def told(of: Told) -> sa.ColumnElement[bool]:
    """Of the promise that holds: what was told of one before it is over with it."""
    r = reminder_table.c
    return sa.exists().where(r.code == d.code, r.due == DUE, r.recipient.in_(of.recipients), r.id > of.after)


def _before(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(d.due.is_not(None), text_of(at) > DUE)


def _is(statuses: Collection[Status]) -> sa.ColumnElement[bool]:
    return d.status.in_(sorted(status.value for status in statuses))
