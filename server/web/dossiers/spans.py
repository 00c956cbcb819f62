"""Quarters, years and months that scores are of, as addresses name them: 2026-Q3, 2026, 2026-10."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.dossiers.tally import Period as Days, months_back
from server.history.periods import DAY, Period, Unit, months_on, period
from server.web.dossiers.parts import days

QUARTERS: Final = 9
YEARS: Final = 4
MONTHS: Final = 25


@dataclass(frozen=True, slots=True)
class Span:
    """value: as an address has it. dates: half-open."""

    value: str
    dates: Period

    @property
    def days(self) -> Days:
        """The instants between which it is, half-open."""
        return days(self.dates.first, self.dates.last)

    @property
    def quarters(self) -> tuple[str, ...]:
        """The quarters in it."""
        if self.dates.unit is not Unit.YEAR:
            return (self.value,)
        return tuple(f"{self.value}-Q{n}" for n in range(1, 5))

    def over(self, today: date) -> bool:
        return self.dates.end <= today


def scored(today: date) -> Sequence[Span]:
    """The quarters and years that can be asked for: the quarter that runs first, years behind."""

    def each() -> Iterator[Span]:
        first = period(Unit.QUARTER, today).first
        for n in range(QUARTERS):
            begins = months_on(first, -3 * n)
            quarter = (begins.month - 1) // 3 + 1
            yield Span(f"{begins.year}-Q{quarter}", period(Unit.QUARTER, begins))
        for n in range(YEARS):
            yield Span(f"{today.year - n}", period(Unit.YEAR, date(today.year - n, 1, 1)))

    return tuple(each())


def months(today: date) -> Sequence[Span]:
    """The months that can be asked for, this one first."""
    return tuple(
        Span(month, period(Unit.MONTH, date.fromisoformat(f"{month}-01")))
        for month in months_back(today, MONTHS)
    )


def chosen(text: str, spans: Sequence[Span]) -> Span | None:
    """The one that is asked for; the second without being asked, which is over; None for one that is none."""
    return next((span for span in spans if span.value == text), None) if text else spans[1]


def upto(span: Span, today: date) -> tuple[date, date]:
    """Its days as far as they have come: from, and up to, not including."""
    return span.dates.first, max(span.dates.first, min(span.dates.end, today + DAY))
