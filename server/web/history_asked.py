"""What a reader of the history asks for, as addresses carry it and as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.history.cube import COUNTER, OFFICER, SERVICE
from server.history.drill import AUTHORITY
from server.history.periods import Period, Unit
from server.web.words import TEXTS, date_text


class By(StrEnum):
    TIME = "time"
    SERVICE = "service"
    AUTHORITY = "authority"
    COUNTER = "counter"
    OFFICER = "officer"
    HALF = "half"
    WEEKDAY = "weekday"


# What one service, authority, counter or officer can be looked at by.
OFFERED: Final[Mapping[str | None, tuple[By, ...]]] = {
    None: tuple(By),
    SERVICE: (By.TIME, By.HALF, By.WEEKDAY),
    AUTHORITY: (By.TIME, By.SERVICE, By.HALF, By.WEEKDAY),
    COUNTER: (By.TIME, By.WEEKDAY),
    OFFICER: (By.TIME, By.WEEKDAY),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """whose, id: one service, authority, counter or officer; None for the whole hall."""

    period: Period
    by: By = By.TIME
    whose: str | None = None
    id: str = ""

    @property
    def of(self) -> str:
        return "" if self.whose is None else f"{self.whose}:{self.id}"

    def query(self, **changes: str) -> dict[str, str]:
        """What an address carries to ask for this."""
        told = {**span_query(self.period), "by": self.by.value, "of": self.of}
        return {k: v for k, v in {**told, **changes}.items() if v}


def span_query(period: Period) -> dict[str, str]:
    if period.unit is Unit.RANGE:
        return {"unit": "range", "first": period.first.isoformat(), "last": period.last.isoformat()}
    return {"unit": period.unit.value, "day": period.first.isoformat()}


def span_word(period: Period) -> str:
    """The same in one word, for the hundreds of ways of a page: `month:2026-11-01`."""
    if period.unit is Unit.RANGE:
        return f"{period.first}:{period.last}"
    return f"{period.unit.value}:{period.first}"


def period_text(period: Period, lang: str) -> str:
    """`Tháng 11/2026 (01/11/2026 – 30/11/2026)`."""
    first, last = date_text(period.first), date_text(period.last)
    match period.unit:
        case Unit.DAY:
            return first
        case Unit.MONTH:
            return TEXTS("history.month_is", lang, month=f"{period.first:%m/%Y}")
        case Unit.QUARTER:
            n, year = (period.first.month + 2) // 3, period.first.year
            return TEXTS("history.quarter_is", lang, n=n, year=year)
        case Unit.YEAR:
            return TEXTS("history.year_is", lang, year=period.first.year)
    return f"{first} – {last}"


def dates_text(period: Period) -> str:
    if period.days == 1:
        return date_text(period.first)
    return f"{period.first:%d/%m} – {date_text(period.last)}"


def step_query(step: Period) -> dict[str, str]:
    return {"span": span_word(step if step.unit is Unit.DAY else Period(Unit.RANGE, step.first, step.end))}


def half_text(half: int) -> str:
    return f"{half // 2:02}:{half % 2 * 30:02}"
