"""The dossiers behind a figure of the form: the codes of exactly those that were counted, page by page.

A figure is made of parts. What came in and what was resolved is listed in the order in which sums count it,
so that they say on which days a page lies (`server.dossiers.reports.days`), and no other day is read. Of the
rest, which few are of, an index leads through in the order of the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.reports.days import Days
from server.dossiers.rows import dossier_table, instant_of, text_of
from server.dossiers.status import UNCOUNTED, Status
from server.dossiers.sums import JUDGED, RECEIVED, Dimension, Where, overdue_then, overdue_where
from server.dossiers.tally import Period

PAGE: Final = 50
MOST_PAGES: Final = 200  # nobody reads further, and of what no sum counts it takes as long as it is far
_OUT: Final = [status.value for status in UNCOUNTED]
_d: Any = dossier_table.c
_LISTED: Final = (_d.code, _d.status, _d.received, _d.due, _d.over)
# The whole order of an index: where a last term is sorted, the last row waits for one that comes after it.
_ORDERS: Final = {
    "due": (_d.due, _d.authority, _d.officer, _d.status, _d.reappointed, _d.code),
    "over": (_d.over, _d.judged, _d.received, _d.authority, sa.literal_column("dossier.rowid")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Which figure. values: of its line, or of all lines of a sum; column: one of COLUMNS, or `undated`;
    zone: in which the period's days are."""

    dimension: Dimension
    values: Sequence[str]
    column: str
    period: Period
    known_at: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Behind:
    """A dossier behind a figure: no person in it."""

    code: str
    status: Status
    received: datetime
    due: datetime | None
    over: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """Dossiers of a figure, listed by an instant. kinds: of the sums that count exactly these by the day of
    that instant, within the period; the conditions leave the period out then."""

    where: Where
    by: Any
    kinds: tuple[str, ...] = ()


def behind(db: sa.Connection, figure: Figure, skip: int, all: int, most: int = PAGE) -> list[Behind]:
    """At most `most` of the `all` dossiers of a figure, after the first `skip`."""
    found: list[Behind] = []
    wanted = max(0, min(most, all - skip))
    for part in _parts(figure):
        if len(found) == wanted:
            break
        lists = _by_days if part.kinds else _by_index
        there, rows = lists(db, figure, part, skip, wanted - len(found))
        found += map(_of, rows)
        skip = max(0, skip - there)
    return found


def _by_days(
    db: sa.Connection, figure: Figure, part: Part, skip: int, most: int
) -> tuple[int, list[sa.Row[Any]]]:
    """How many there are, and those that are wanted."""
    zone, period, rows = figure.zone, figure.period, list[sa.Row[Any]]()
    first = None if period.begins is None else period.begins.astimezone(zone).date()
    end = period.ends.astimezone(zone).date()
    days = Days(db, figure.dimension, figure.values, part.kinds, first, end)
    for run in days.runs(skip, most) if skip < days.total else ():
        when = part.by >= _begins(run.first, zone), part.by < _begins(run.end, zone)
        asked = sa.select(*_LISTED).where(*when, *part.where).order_by(part.by, _d.code)
        rows += db.execute(asked.limit(most - len(rows)).offset(run.skip))
    return days.total, rows


def _by_index(
    db: sa.Connection, figure: Figure, part: Part, skip: int, most: int
) -> tuple[int, list[sa.Row[Any]]]:
    """How many there are, counted no further than the page, and those that are wanted."""
    there = 0
    if skip:
        one: Any = sa.select(sa.literal_column("1")).select_from(dossier_table)
        some = one.where(*part.where).limit(skip + 1).subquery()  # by an index alone
        there = db.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
        if there <= skip:
            return there, []
    asked = sa.select(*_LISTED).where(*part.where).order_by(*_ORDERS[part.by.name])
    return there, list(db.execute(asked.limit(most).offset(skip)))


def counted(db: sa.Connection, figure: Figure) -> int:
    """How many there are, dossier by dossier: what the form says from its sums."""
    period = figure.period
    begins = "" if period.begins is None else text_of(period.begins)
    total = 0
    for part in _parts(figure):
        when = (part.by >= begins, part.by < text_of(period.ends)) if part.kinds else ()
        asked = sa.select(sa.func.count()).select_from(dossier_table).where(*when, *part.where)
        total += db.execute(asked).scalar_one()
    return total


def _begins(day: date, zone: tzinfo) -> str:
    return text_of(datetime.combine(day, time(), zone))


def _parts(figure: Figure) -> Iterator[Part]:
    """What a figure is made of; none of them has a dossier of another."""
    begins = "" if figure.period.begins is None else text_of(figure.period.begins)
    ends = text_of(figure.period.ends)
    open_then = _d.over.is_(None), unled(_d.received) < ends, _d.status.not_in(_OUT)  # few are open
    over_later = _d.over >= ends, _d.received < ends
    late_open, late_later = _late(figure)
    new = Part((_d.status.not_in(_OUT),), _d.received, (RECEIVED,))
    carried = [
        Part((_d.over.is_(None), unled(_d.received) < begins, _d.status.not_in(_OUT)), _d.due),
        Part((_d.over >= begins, _d.received < begins), _d.over),
    ]
    if not begins:
        carried = []  # nothing was there before
    found: dict[str, list[Part]] = {
        "received_total": [new, *carried],
        "received_new": [new],
        "carried_over": carried,
        "resolved_total": [Part((), _d.over, JUDGED)],
        **{how: [Part((_d.judged == how,), _d.over, (how,))] for how in JUDGED},
        "pending_total": [Part(open_then, _d.due), Part(over_later, _d.over)],
        "pending_overdue": [
            Part(late_open, _d.due),
            *([Part(late_later, _d.over)] if late_later else []),
        ],
        "pending_not_due": [
            Part((*open_then, _not(late_open[1:])), _d.due),
            Part((*over_later, *([_not(late_later[1:])] if late_later else [])), _d.over),
        ],
    }
    judged = figure.column in JUDGED
    for part in found[figure.column]:
        led = judged or part.by is _d.received
        yield Part((*_whose(figure, led), *part.where), part.by, part.kinds)


def _late(figure: Figure) -> tuple[Where, Where]:
    """What makes one overdue at the end of the period: of those that are open, and of those over since. The
    first condition of each says which of the two it is. Of a period that runs, only the open ones can be."""
    if figure.known_at < figure.period.ends:
        return overdue_where(figure.known_at), ()
    return overdue_then(figure.period.ends)


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
