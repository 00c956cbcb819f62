"""On which days the dossiers of a figure lie, as the sums have it: nobody passes over what is not listed.

Years, months and days are looked through from the first on, each only as far as it is needed. So the last
page of a list costs what its first does, and a field with thirty dossiers in five years is read on thirty
days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.rows import sum_table
from server.dossiers.sums import Dimension

DAY: Final = timedelta(days=1)
MOST_VALUES: Final = 100  # that are asked for one by one
_s: Any = sum_table.c


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row, `end` not included. skip: how many of their dossiers stand before what is wanted."""

    first: date
    end: date
    skip: int


class Days:
    """The days before `end`, from `first` or from ever, of what counts as one of `kinds` of these values."""

    def __init__(
        self,
        db: sa.Connection,
        dimension: Dimension,
        values: Sequence[str],
        kinds: Sequence[str],
        first: date | None,
        end: date,
    ) -> None:
        self._db, self._dimension = db, dimension
        whose = _s.value.in_(values) if len(values) <= MOST_VALUES else (_s.value + "").in_(values)
        self._of = whose, _s.kind.in_(kinds)
        self._spans = spans(first or self._earliest(end), end)
        self._counts = self._count(self._spans)
        self.total: int = sum(self._counts.values())

    def runs(self, skip: int, most: int) -> Iterator[Run]:
        """Where `most` dossiers lie after the first `skip`, which are fewer than there are."""
        run: Run | None = None
        for day, n, passed in self._after(skip, self._spans, self._counts):
            if run is not None and run.end == day:
                run = Run(run.first, day + DAY, run.skip)
            else:
                if run is not None:
                    yield run
                run = Run(day, day + DAY, passed)
            most -= n - passed
            if most <= 0:
                break
        if run is not None:
            yield run

    def _after(
        self, skip: int, some: Sequence[str], counts: Mapping[str, int]
    ) -> Iterator[tuple[date, int, int]]:
        """Day, how many it has, and how many of them are passed over."""
        for span in some:
            n = counts.get(span, 0)
            if n <= skip:
                skip -= n
                continue
            if span[0] == "d":
                yield date.fromisoformat(span[1:]), n, skip
            else:
                parts = spans(*_reach(span))
                yield from self._after(skip, parts, self._count(parts))
            skip = 0

    def _count(self, some: Sequence[str]) -> dict[str, int]:
        asked = (
            sa.select(_s.span, sa.func.sum(_s.count))
            .where(_s.dimension == self._dimension.value, _s.span.in_(some), *self._of)
            .group_by(_s.span)
        )
        return {span: n for span, n in self._db.execute(asked)}

    def _earliest(self, end: date) -> date:
        """The beginning of the first year that has anything."""
        year = sa.select(sa.func.min(_s.span)).where(_s.dimension == self._dimension.value, _s.span >= "y")
        found = self._db.execute(year).scalar()
        return end if found is None else min(end, _reach(found)[0])


def spans(first: date, end: date) -> list[str]:
    """As sums have them, in their order: a span that is whole, and days, months and years where several are.
    A year or a month alone is taken apart."""
    found = []
    at = first
    while at < end:
        for span in (f"y{at:%Y}", f"m{at:%Y-%m}", f"d{at:%Y-%m-%d}"):
            begins, ends = _reach(span)
            if begins == at and ends <= end and (begins, ends) != (first, end):
                break
        found.append(span)
        at = ends
    return found


def _reach(span: str) -> tuple[date, date]:
    """The first day of a span, and the day after its last."""
    kind, year, month, day = span[0], int(span[1:5]), int(span[6:8] or 1), int(span[9:11] or 1)
    first = date(year, month, day)
    match kind:
        case "y":
            return first, date(year + 1, 1, 1)
        case "m":
            return first, date(year + month // 12, month % 12 + 1, 1)
        case _:
            return first, first + DAY
