"""What reports count of dossiers, kept as sums in the transaction that changes a dossier.

Every figure of the form is a difference of counts "before a day": what was received, what was over by how it
was judged, what became overdue and what was so no more. Sums stand by day, month and year, so
that a report of any length adds up years, months and days, whether there are a thousand dossiers or millions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from server.dossiers import pauses
from server.dossiers.overdue import Span, spans
from server.dossiers.register import Channel, Dossier
from server.dossiers.rows import dossier_of, dossier_table, import_table, instant_of, sum_table, text_of
from server.dossiers.status import ENDED, PAUSED, UNCOUNTED
from server.dossiers.tally import Form, Judgement, Period, Row, judge

RECEIVED: Final = "received"
DUE: Final = "due"  # became overdue: its promise was past, or it ran on after a pause and that was so
CLEARED: Final = "cleared"  # overdue no more: it is over, or waits for its citizen
AGAIN: Final = "again"  # received, and promised anew at least once by what its source says
AGAIN_OVER: Final = "again_over"  # of those, when it was over
SENT: Final = "sent"  # received in a channel that is known
ONLINE: Final = "online"  # of those, online
ASKED_NEVER: Final = "asked_never"  # its history known, over on a day that is known without a request
ASKED_ONCE: Final = "asked_once"  # after one request for more papers
ASKED_MORE: Final = "asked_more"  # after more than one
ASKED: Final = (ASKED_NEVER, ASKED_ONCE, ASKED_MORE)
JUDGED: Final = tuple(j.value for j in Judgement)
CHUNK: Final = 5000  # rows that are read at a time
AT_ONCE: Final = 200_000  # sums that are made anew at a time: of a province, all are some gigabytes
# As text: made by the expression language, each of a million rows costs four times as much.
_ADD: Final = (
    "INSERT INTO sum (dimension, span, value, kind, count) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (dimension, span, value, kind) DO UPDATE SET count = count + excluded.count"
)

Where = tuple[sa.ColumnElement[bool], ...]
Sums = Counter[tuple["Dimension", str, str, str]]  # dimension, day, value, kind -> count


class Dimension(StrEnum):
    """By what dossiers are summed. An officer is one of an authority: "justice/Nguyễn Văn A"."""

    AUTHORITY = "authority"
    OFFICER = "officer"
    FIELD = "field"
    CHANNEL = "channel"


def over_at(d: Dossier, known_at: datetime) -> datetime | None:
    """When it was resolved, as it is counted. On a day that nobody wrote down: when it was promised, as far
    as that was past when it was heard of."""
    if not d.ended:
        return None
    return d.ended_at or max(d.received, min(d.due or known_at, known_at))


def judged(d: Dossier, zone: tzinfo) -> str | None:
    return judge(d, zone).value if d.ended else None


class Past(NamedTuple):
    """What a dossier's history says. asked: how often for more papers, None: nobody knows; pauses: when it
    waited for its citizen, in order."""

    asked: int | None = None
    pauses: Sequence[Span] = ()


def parts(d: Dossier, over: datetime | None, zone: tzinfo, past: Past) -> Iterator[tuple[str, str]]:
    """The kinds that one dossier is counted as, each with its day. Pure."""
    if not d.counts:
        return
    yield RECEIVED, _day(d.received, zone)
    how = judged(d, zone)
    if over is not None and how is not None:
        yield how, _day(over, zone)
        if past.asked is not None and how != Judgement.UNDATED:
            yield ASKED[min(past.asked, 2)], _day(over, zone)
    for span in spans(d.due, over, past.pauses):
        yield DUE, _day(span.begins, zone)
        if span.ends is not None:
            yield CLEARED, _day(span.ends, zone)
    if d.channel is not None:
        yield SENT, _day(d.received, zone)
    if d.channel is Channel.ONLINE:
        yield ONLINE, _day(d.received, zone)
    if d.reappointed:
        yield AGAIN, _day(d.received, zone)
        if over is not None:
            yield AGAIN_OVER, _day(over, zone)


def count(sums: Sums, d: Dossier, over: datetime | None, zone: tzinfo, past: Past, sign: int = 1) -> None:
    """Add one dossier to sums, or take it away; of an open one it does not matter how often it was asked."""
    values = dimensions(d)
    for kind, day in parts(d, over, zone, past):
        for dimension, value in values:
            sums[dimension, day, value, kind] += sign


def asked_of(row: Any) -> int | None:
    """How often somebody was asked for more papers, where the source told the dossier's history: of a state
    that is seen now and then nobody knows what was between."""
    return row.asked if row.history else None


def dimensions(d: Dossier) -> list[tuple[Dimension, str]]:
    """What a dossier is summed by; what is not known of it has no line."""
    found = [(Dimension.AUTHORITY, d.authority)]
    if d.officer:
        found.append((Dimension.OFFICER, f"{d.authority}/{d.officer}"))
    if d.field:
        found.append((Dimension.FIELD, d.field))
    if d.channel is not None:
        found.append((Dimension.CHANNEL, d.channel.value))
    return found


def add(db: sa.Connection, sums: Sums) -> None:
    """Write what was counted, in the transaction of what it was counted of."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for (dimension, day, value, kind), n in sums.items():
        found[dimension.value, f"d{day}", value, kind] += n
        found[dimension.value, f"m{day[:7]}", value, kind] += n
        found[dimension.value, f"y{day[:4]}", value, kind] += n
    rows = [(*key, n) for key, n in sorted(found.items()) if n]
    if rows:
        db.exec_driver_sql(_ADD, rows)


def recount(db: sa.Connection, zone: tzinfo) -> None:
    """Make all sums anew: in another time zone days are others, and how promises were kept."""
    last = db.execute(sa.select(sa.func.max(import_table.c.known_at))).scalar()
    db.execute(sum_table.delete())
    sums: Sums = Counter()
    changed: list[dict[str, str | None]] = []
    for some in db.execute(dossier_table.select()).partitions(CHUNK):
        waited = pauses.known(db, [row.code for row in some])
        for row in some:
            d = dossier_of(row)
            over = over_at(d, instant_of(last or row.received)) if row.over is None else instant_of(row.over)
            count(sums, d, over, zone, Past(asked_of(row), waited.get(d.code, ())))
            now = None if over is None else text_of(over), judged(d, zone)
            if now != (row.over, row.judged):
                changed.append({"known": d.code, "now_over": now[0], "now_judged": now[1]})
        if len(sums) > AT_ONCE:
            add(db, sums)
            sums.clear()
    if changed:
        p = sa.bindparam
        how = dossier_table.update().where(dossier_table.c.code == p("known"))
        db.execute(how.values(over=p("now_over"), judged=p("now_judged")), changed)
    add(db, sums)


# --- reading ------------------------------------------------------------------------------------------


def before(db: sa.Connection, dimension: Dimension, day: date, under: str = "") -> dict[str, Counter[str]]:
    """value -> kind -> how many there were on all days before `day`. under: an authority, of whose officers
    alone it is."""
    s = sum_table.c
    year, month = f"{day:%Y}", f"{day:%Y-%m}"
    found: dict[str, Counter[str]] = {}
    for first, end in (
        ("y", f"y{year}"),
        (f"m{year}-01", f"m{month}"),
        (f"d{month}-01", f"d{day:%Y-%m-%d}"),
    ):  # one by one: together, the planner reads the whole dimension
        wanted = sa.select(s.value, s.kind, sa.func.sum(s.count)).where(
            s.dimension == dimension.value, s.span >= first, s.span < end
        )
        if under:
            wanted = wanted.where(s.value > f"{under}/", s.value < f"{under}0")  # 0 comes behind /
        for value, kind, n in db.execute(wanted.group_by(s.value, s.kind)):
            found.setdefault(value, Counter())[kind] += n
    return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """What there was before a period began and before it ended: value -> kind -> how many."""

    since: Mapping[str, Counter[str]]
    until: Mapping[str, Counter[str]]

    def again(self, value: str) -> int:
        """Of what was received or carried over in the period, how many were promised anew."""
        return self.until.get(value, Counter())[AGAIN] - self.since.get(value, Counter())[AGAIN_OVER]

    def within(self, value: str, kind: str) -> int:
        """How many of a kind there were in the period."""
        return self.until.get(value, Counter())[kind] - self.since.get(value, Counter())[kind]


def bounds(db: sa.Connection, dimension: Dimension, period: Period, zone: tzinfo, under: str = "") -> Bounds:
    """Of a period of whole days. under: an authority whose officers are wanted."""
    first = None if period.begins is None else period.begins.astimezone(zone).date()
    until = before(db, dimension, period.ends.astimezone(zone).date(), under)
    return Bounds(before(db, dimension, first, under) if first is not None else {}, until)


def form(
    db: sa.Connection,
    dimension: Dimension,
    values: Iterable[str] | None,
    period: Period,
    known_at: datetime,
    zone: tzinfo,
) -> Form:
    """The form of a period of whole days, of these values in this order, or of all that there are.

    The same figures as `tally` has, which counts dossier by dossier. known_at: when the register was like
    this; what is overdue then is asked of the open dossiers themselves, to the second.
    """
    return form_of(db, bounds(db, dimension, period, zone), dimension, values, period, known_at)


def form_of(
    db: sa.Connection,
    found: Bounds,
    dimension: Dimension,
    values: Iterable[str] | None,
    period: Period,
    known_at: datetime,
) -> Form:
    """The same of bounds that are there already."""
    late_now = overdue_now(db, dimension, known_at) if known_at < period.ends else None
    asked = sorted(found.until) if values is None else list(values)
    none = Counter[str]()
    rows = {v: _row(v, found.since.get(v, none), found.until.get(v, none), late_now) for v in asked}
    return Form(rows, sum((row for row in rows.values() if row is not None), Row()))


def overdue_then(at: datetime) -> tuple[Where, Where]:
    """What made a dossier overdue at `at`, an instant that is past: one that is open yet, and one that is
    over since. The first condition of each says which; the others are the same."""
    d = dossier_table.c
    late = d.due < text_of(at), sa.not_(pauses.waited(at))
    out = d.status.not_in([status.value for status in UNCOUNTED])
    return (d.over.is_(None), *late, out), (d.over >= text_of(at), *late)


def overdue_now(db: sa.Connection, dimension: Dimension, at: datetime) -> Mapping[str, int]:
    """value -> how many are in process and overdue at `at`, as the register is now."""
    d = dossier_table.c
    value: Any = {
        Dimension.AUTHORITY: sa.literal_column("+dossier.authority"),  # else the index of all is read for it
        Dimension.OFFICER: d.authority + "/" + d.officer,
        Dimension.FIELD: d.field,
        Dimension.CHANNEL: d.channel,
    }[dimension]
    wanted = sa.select(value, sa.func.count()).where(*overdue_where(at)).group_by(value)
    return {value: n for value, n in db.execute(wanted)}


def overdue_where(at: datetime) -> Where:
    """What makes an open dossier overdue at `at`, when the register is as it is: `Dossier.overdue` for the
    database."""
    d = dossier_table.c
    calm = [status.value for status in PAUSED | UNCOUNTED | ENDED]
    return d.over.is_(None), d.due < text_of(at), d.status.not_in(calm)


def _row(
    value: str, since: Counter[str], until: Counter[str], late_now: Mapping[str, int] | None
) -> Row | None:
    carried = since[RECEIVED] - sum(since[kind] for kind in JUDGED)
    resolved = {kind: until[kind] - since[kind] for kind in JUDGED}
    pending = until[RECEIVED] - sum(until[kind] for kind in JUDGED)
    overdue = until[DUE] - until[CLEARED] if late_now is None else late_now.get(value, 0)
    row = Row(
        received_new=until[RECEIVED] - since[RECEIVED],
        carried_over=carried,
        pending_not_due=pending - overdue,
        pending_overdue=overdue,
        **resolved,
    )
    return row if row != Row() else None


def _day(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}"
