"""The dossiers behind a figure of the form: the codes of exactly those that were counted, page by page.

A figure is made of one or two parts, each of which an index leads through in the order that it is listed in.
How many there are is known from the form: nothing is read beyond the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.rows import dossier_table, instant_of, text_of
from server.dossiers.status import PAUSED, UNCOUNTED, Status
from server.dossiers.sums import Dimension, overdue_where
from server.dossiers.tally import Judgement, Period

PAGE: Final = 50
MOST_PAGES: Final = 200  # what is behind them takes as long to pass over as it is far
_JUDGED: Final = tuple(j.value for j in Judgement)
_CALM: Final = [status.value for status in PAUSED | UNCOUNTED]
_OUT: Final = [status.value for status in UNCOUNTED]
_d: Any = dossier_table.c

Where = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Which figure. values: of its line, or of all lines of a sum; column: one of COLUMNS, or `undated`."""

    dimension: Dimension
    values: Sequence[str]
    column: str
    period: Period
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Behind:
    """A dossier behind a figure: no person in it."""

    code: str
    status: Status
    received: datetime
    due: datetime | None
    over: datetime | None


def behind(db: sa.Connection, figure: Figure, skip: int, all: int, most: int = PAGE) -> list[Behind]:
    """At most `most` of the `all` dossiers of a figure, after the first `skip`."""
    found: list[Behind] = []
    wanted = max(0, min(most, all - skip))
    columns = (_d.code, _d.status, _d.received, _d.due, _d.over)
    for where, order in parts(figure):
        if skip:
            one: Any = sa.select(sa.literal_column("1")).select_from(dossier_table)
            some = one.where(*where).limit(skip + 1).subquery()  # no more are passed over, by an index alone
            there = db.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
            if skip >= there:
                skip -= there
                continue
        if len(found) < wanted:
            asked = sa.select(*columns).where(*where).order_by(*order)
            found += map(_of, db.execute(asked.limit(wanted - len(found)).offset(skip)))
            skip = 0
    return found


def counted(db: sa.Connection, figure: Figure) -> int:
    """How many there are, dossier by dossier: what the form says from its sums."""
    return sum(
        db.execute(sa.select(sa.func.count()).select_from(dossier_table).where(*where)).scalar_one()
        for where, _ in parts(figure)
    )


def parts(figure: Figure) -> list[tuple[Where, tuple[Any, ...]]]:
    """What a figure is made of: conditions that exclude each other, each with the order of its list."""
    begins = "" if figure.period.begins is None else text_of(figure.period.begins)
    ends = text_of(figure.period.ends)
    by_over, by_received, by_due = (_d.over, _d.code), (_d.received, _d.code), (_d.due, _d.code)
    new = _d.received >= begins, _d.received < ends, _d.status.not_in(_OUT)
    within = _d.over >= begins, _d.over < ends
    open_then = _d.over.is_(None), unled(_d.received) < ends, _d.status.not_in(_OUT)  # few are open
    over_later = _d.over >= ends, _d.received < ends
    late_open, late_later = _late(figure, ends)
    found: dict[str, list[tuple[Where, tuple[Any, ...]]]] = {
        "received_new": [(new, by_received)],
        "carried_over": [
            ((_d.over.is_(None), unled(_d.received) < begins, _d.status.not_in(_OUT)), by_due),
            ((_d.over >= begins, _d.received < begins), by_over),
        ],
        "resolved_total": [(within, by_over)],
        **{how: [((*within, _d.judged == how), by_over)] for how in _JUDGED},
        "pending_total": [(open_then, by_due), (over_later, by_over)],
        "pending_overdue": [(late_open, by_due), *([(late_later, by_over)] if late_later else [])],
        "pending_not_due": [
            ((*open_then, _not(late_open[1:])), by_due),
            ((*over_later, *([_not(late_later[1:])] if late_later else [])), by_over),
        ],
    }
    if not begins:
        found["carried_over"] = []  # nothing was there before
    found["received_total"] = [*found["received_new"], *found["carried_over"]]
    judged = figure.column in _JUDGED
    return [
        ((*_whose(figure, led=judged or order is by_received), *where), order)
        for where, order in found[figure.column]
    ]


def _late(figure: Figure, ends: str) -> tuple[Where, Where]:
    """What makes one overdue at the end of the period: of those that are open, and of those over since. The
    first condition of each says which of the two it is. Of a period that runs, only the open ones can be."""
    if figure.known_at < figure.period.ends:
        return overdue_where(figure.known_at), ()
    return (_d.over.is_(None), _d.due < ends, _d.status.not_in(_CALM)), (_d.over >= ends, _d.due < ends)


def _not(where: Where) -> sa.ColumnElement[bool]:
    """Not all of them; what is not known of a dossier does not make it late."""
    return sa.not_(sa.func.coalesce(sa.and_(*where), sa.false()))


def _whose(figure: Figure, led: bool) -> Where:
    """Whose dossiers: of one line, or of all lines of a sum. led: an index of the line's own leads to them;
    else time leads to fewer than a whole line has. A sum is led through by time in any case."""
    values, one = list(figure.values), len(figure.values) == 1
    if figure.dimension is Dimension.OFFICER:
        pairs = [value.partition("/")[::2] for value in values]
        if one:
            return _d.officer == pairs[0][1], _d.officer != "", _d.authority == pairs[0][0]
        authorities, officers = ({pair[n] for pair in pairs} for n in range(2))
        theirs = unled(_d.officer).in_(sorted(officers))
        if len(authorities) == 1:
            return _d.authority == authorities.pop(), theirs
        return unled(_d.authority).in_(sorted(authorities)), theirs
    column = {Dimension.AUTHORITY: _d.authority, Dimension.FIELD: _d.field, Dimension.CHANNEL: _d.channel}
    of = column[figure.dimension]
    return ((of if led else unled(of)) == values[0],) if one else (unled(of).in_(values),)


def unled(column: Any) -> Any:
    """The column, so that no index is taken for it."""
    return column.op("||")("")


def _of(row: Any) -> Behind:
    due, over = (None if text is None else instant_of(text) for text in (row.due, row.over))
    return Behind(row.code, Status(row.status), instant_of(row.received), due, over)
