"""The form of the Hà Nam report: what came in, what was resolved, what is in process, by authority. Pure.

Counts a set of dossiers in a half-open period, as of the moment that the data is from. An authority without
any dossier has an empty row, which is not a row of zeros. The form's four identities hold by construction,
except that what was resolved on a day nobody knows is in the sum only and is told (`undated`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, tzinfo
from enum import StrEnum

from server.dossiers.register import Dossier

# The ten figures of a row, in the form's order.
COLUMNS = (
    "received_total",
    "received_new",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_late",
    "pending_total",
    "pending_not_due",
    "pending_overdue",
)


class Judgement(StrEnum):
    """How a promise was kept. Early: on a day before the promised one."""

    EARLY = "resolved_early"
    ON_TIME = "resolved_on_time"
    LATE = "resolved_late"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form: what is counted, and the sums of it. Its figures go by the names of COLUMNS."""

    received_new: int = 0
    carried_over: int = 0
    resolved_early: int = 0
    resolved_on_time: int = 0
    resolved_late: int = 0
    undated: int = 0
    pending_not_due: int = 0
    pending_overdue: int = 0

    @property
    def received_total(self) -> int:
        return self.received_new + self.carried_over

    @property
    def resolved_total(self) -> int:
        return self.resolved_early + self.resolved_on_time + self.resolved_late + self.undated

    @property
    def pending_total(self) -> int:
        return self.pending_not_due + self.pending_overdue

    @property
    def figures(self) -> tuple[int, ...]:
        """The ten of them."""
        return tuple(getattr(self, name) for name in COLUMNS)

    def __add__(self, other: Row) -> Row:
        return Row(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Period:
    """From `begins`, or from ever, up to, not including, `ends`. Both aware."""

    begins: datetime | None
    ends: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """rows: authority -> its line, None for one without dossiers; in the order that was asked for."""

    rows: dict[str, Row | None]
    total: Row


def tally(
    dossiers: Iterable[Dossier],
    authorities: Iterable[str],
    period: Period,
    at: datetime,
    zone: tzinfo,
    waited: Callable[[Dossier, datetime], bool] = lambda d, at: False,
) -> Form:
    """The form. at: the moment that the data is from; what happens after it is not known. waited: whether a
    dossier waited for its citizen at an instant that is past.

    A dossier that was taken in before the period and not resolved before it is carried over, once.
    """
    counts: dict[str, Counter[str]] = {id: Counter() for id in authorities}
    ends = min(period.ends, at)
    for d in dossiers:
        found = counts.get(d.authority)
        if found is not None and d.counts and d.received < period.ends:
            if at < period.ends and not d.ended:
                overdue = d.overdue(ends)
            else:  # whatever became of it since
                overdue = d.due is not None and d.due < ends and not waited(d, ends)
            found.update(_columns(d, period, ends, zone, overdue))
    rows = {id: Row(**found) if found else None for id, found in counts.items()}
    return Form(rows, sum((row for row in rows.values() if row is not None), Row()))


def _columns(d: Dossier, period: Period, ends: datetime, zone: tzinfo, overdue: bool) -> tuple[str, ...]:
    """Where a dossier is counted: where it came from and what became of it; nowhere if it was over before.
    overdue: what it is if it is in process."""
    over = _over_at(d, ends)
    before = period.begins is not None and d.received < period.begins
    if before and period.begins is not None and over is not None and over < period.begins:
        return ()
    came = "carried_over" if before else "received_new"
    if over is not None and over < period.ends:
        return came, judge(d, zone).value
    return came, "pending_overdue" if overdue else "pending_not_due"


def _over_at(d: Dossier, ends: datetime) -> datetime | None:
    """When it was resolved. On a day nobody wrote down: when it was promised, as far as that is past."""
    if not d.ended:
        return None
    return d.ended_at or max(d.received, min(d.due or ends, ends))


def judge(d: Dossier, zone: tzinfo) -> Judgement:
    """How the promise of a resolved dossier was kept; undated without both of its days."""
    at, due = d.ended_at, d.due
    if at is None or due is None:
        return Judgement.UNDATED
    if at > due:
        return Judgement.LATE
    return Judgement.EARLY if _day(at, zone) < _day(due, zone) else Judgement.ON_TIME


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def months_back(day: date, count: int) -> Sequence[str]:
    """The month of `day` and those before it, newest first, as YYYY-MM."""

    def each() -> Iterator[str]:
        year, month = day.year, day.month
        for _ in range(count):
            yield f"{year:04d}-{month:02d}"
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)

    return tuple(each())
