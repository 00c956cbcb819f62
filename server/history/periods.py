"""Periods of business days, half-open, and the steps they are shown in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

DAY: Final = timedelta(days=1)
LONGEST: Final = 3 * 366  # days of a free range
DAYS_SHOWN: Final = 62  # a free range is shown day by day up to so many days, then week by week
WEEKS_SHOWN: Final = 53 * 7


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Period:
    """From business day `first` up to, not including, `end`."""

    unit: Unit
    first: date
    end: date

    @property
    def last(self) -> date:
        return self.end - DAY

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    def upto(self, today: date) -> Period:
        """The part of it that is not in the future; never less than its first day."""
        return Period(self.unit, self.first, max(self.first + DAY, min(self.end, today + DAY)))

    def before(self) -> Period:
        """The period of the same kind that ends where this one begins."""
        if self.unit is Unit.RANGE:
            return Period(Unit.RANGE, self.first - timedelta(days=self.days), self.first)
        return period(self.unit, self.first - DAY)

    def after(self) -> Period:
        if self.unit is Unit.RANGE:
            return Period(Unit.RANGE, self.end, self.end + timedelta(days=self.days))
        return period(self.unit, self.end)

    def comparable(self, today: date) -> Period:
        """The period before, as far into it as this one has come by `today`: a running month is not held
        against a whole one."""
        before = self.before()
        if today >= self.last:
            return before
        run = self.upto(today).days
        return Period(before.unit, before.first, min(before.end, before.first + timedelta(days=run)))

    @property
    def step(self) -> Unit:
        """What the period is shown in. A day is shown in half hours, which are nobody's business here."""
        match self.unit:
            case Unit.WEEK | Unit.MONTH | Unit.DAY:
                return Unit.DAY
            case Unit.QUARTER:
                return Unit.WEEK
            case Unit.YEAR:
                return Unit.MONTH
        if self.days <= DAYS_SHOWN:
            return Unit.DAY
        return Unit.WEEK if self.days <= WEEKS_SHOWN else Unit.MONTH

    def steps(self, by: Unit) -> Iterator[Period]:
        """Its parts by days, weeks or months; the first and the last cut to the period."""
        at = self.first
        while at < self.end:
            part = period(by, at)
            yield Period(by, at, min(part.end, self.end))
            at = part.end


def period(unit: Unit, day: date) -> Period:
    """The day, week (from Monday), month, quarter or year that holds `day`."""
    match unit:
        case Unit.WEEK:
            first = day - timedelta(days=day.weekday())
            return Period(unit, first, first + timedelta(days=7))
        case Unit.MONTH:
            first = day.replace(day=1)
            return Period(unit, first, months_on(first, 1))
        case Unit.QUARTER:
            first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
            return Period(unit, first, months_on(first, 3))
        case Unit.YEAR:
            first = day.replace(month=1, day=1)
            return Period(unit, first, months_on(first, 12))
    return Period(Unit.DAY, day, day + DAY)


def months_on(first: date, n: int) -> date:
    """The first of the month `n` months behind that of `first`."""
    months = first.year * 12 + first.month - 1 + n
    return date(months // 12, months % 12 + 1, 1)
