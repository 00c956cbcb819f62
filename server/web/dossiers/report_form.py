"""What the address of the report asks for, read strictly: a mistake is named beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from server.dossiers.sums import Dimension
from server.dossiers.tally import Period
from server.history.periods import DAY, Unit, months_on, period
from server.web.dossiers.parts import days
from server.web.fields import day_of

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
LONGEST_TEXT: Final = 40  # of what is given back to be mended


@dataclass(frozen=True, slots=True)
class Wanted:
    """Days, the last one included; by what lines are made; of: an authority, whose officers they are.

    typed: as it came. errors: field -> key of the sentence; what is wrong has its default.
    """

    begins: date
    ends: date
    by: Dimension
    of: str
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """Half-open: up to the midnight after the last day."""
        return days(self.begins, self.ends)

    def query(self, **other: object) -> dict[str, str]:
        """What leads here again, with some of it changed."""
        own = {"begins": self.begins, "ends": self.ends, "by": self.by.value, "of": self.of}
        return {name: str(value) for name, value in (own | other).items() if value != ""}


def read(args: Mapping[str, str], usual: tuple[date, date], authorities: list[str]) -> Wanted:
    """usual: first and last day where none is asked for. authorities: ids, of which `of` is one."""
    errors: dict[str, str] = {}
    begins = _day(args.get("begins", ""), usual[0], "begins", errors)
    ends = _day(args.get("ends", ""), usual[1], "ends", errors)
    if not errors and begins > ends:
        errors["begins"] = "report.bad-period"
    try:
        by = Dimension(args.get("by") or Dimension.AUTHORITY)
    except ValueError:
        by, errors["by"] = Dimension.AUTHORITY, "report.bad-by"
    of = args.get("of", "")
    if of and of not in authorities:
        of, errors["of"] = "", "report.bad-of"
    if by is Dimension.OFFICER and not of:
        of = authorities[0] if authorities else ""
    if by is not Dimension.OFFICER:
        of = ""
    typed = {name: args.get(name, "")[:LONGEST_TEXT] for name in ("begins", "ends")}
    if errors:
        begins, ends = usual
    return Wanted(begins, ends, by, of, typed, errors)


def presets(today: date) -> tuple[tuple[str, date, date], ...]:
    """The periods that reports are made of: key of the word, first and last day."""
    month, quarter, year = (period(unit, today).first for unit in (Unit.MONTH, Unit.QUARTER, Unit.YEAR))
    half = year if today.month <= 6 else months_on(year, 6)
    return (
        ("month", month, _end(month, 1)),
        ("last-month", months_on(month, -1), month - DAY),
        ("quarter", quarter, _end(quarter, 3)),
        ("last-quarter", months_on(quarter, -3), quarter - DAY),
        ("half", half, _end(half, 6)),
        ("last-half", months_on(half, -6), half - DAY),
        ("year", year, _end(year, 12)),
        ("last-year", months_on(year, -12), year - DAY),
    )


def _end(first: date, months: int) -> date:
    return months_on(first, months) - timedelta(days=1)


def _day(text: str, usual: date, name: str, errors: dict[str, str]) -> date:
    if not text:
        return usual
    try:
        found = day_of(text)
    except ValueError:
        errors[name] = "report.bad-day"
        return usual
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        errors[name] = "report.bad-day"
    return found
