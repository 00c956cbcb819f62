"""Dates as tables have them: `09/11/2026`, `09/11/2026 14:05`, and ISO. Pure.

Day before month, unless a source is known to write it the other way: `11/23/2026` is refused, with the date
that was meant. So is the 31st of June, which a printed report of a province once had.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from typing import Final, Literal

Style = Literal["dmy", "mdy"]  # what stands first where a date is written with strokes

YEARS: Final = range(2000, 2100)
END_OF_DAY: Final = time(23, 59, 59)
_CLOCK: Final = r"(?:[ T]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?)?"
_ZONE: Final = r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
OURS: Final = re.compile(rf"(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}", re.ASCII)
ISO: Final = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}}){_CLOCK}{_ZONE}", re.ASCII)


class NoDate(Exception):
    """near: the nearest date that there is, as its source writes dates, or ""."""

    def __init__(self, near: str = "") -> None:
        super().__init__("no date")
        self.near = near


@lru_cache(maxsize=65536)
def read_instant(text: str, zone: tzinfo, ends: bool = False, style: Style = "dmy") -> datetime:
    """An aware instant. A date alone is the start of its day in `zone`, or its end. Raises NoDate."""
    found = OURS.fullmatch(text) or ISO.fullmatch(text)
    if found is None:
        raise NoDate()
    first, second = ("day", "month") if style == "dmy" or found.re is ISO else ("month", "day")
    day = _day(int(found["year"]), int(found[second]), int(found[first]), style)
    if found["h"] is None:
        return datetime.combine(day, END_OF_DAY if ends else time(), zone)
    try:
        at = time(int(found["h"]), int(found["m"]), int(found["s"] or 0))
    except ValueError:
        raise NoDate(_written(day, style)) from None
    said = found.groupdict().get("zone")
    if said is None:
        return datetime.combine(day, at, zone)
    try:
        offset = datetime.strptime(said.replace("Z", "+0000"), "%z").tzinfo
    except ValueError:  # +07:60 is none
        raise NoDate(_written(day, style)) from None
    return datetime.combine(day, at, offset).astimezone(zone)


def of_cell(at: datetime, zone: tzinfo, ends: bool = False) -> datetime:
    """Of a cell that is a date already: naive, and midnight where it has no hour. Raises NoDate."""
    if at.year not in YEARS:
        raise NoDate()
    if ends and at.time() == time():
        at = datetime.combine(at.date(), END_OF_DAY)
    return at.replace(tzinfo=zone)


def _day(year: int, month: int, day: int, style: Style) -> date:
    """Raises NoDate with the day that was probably meant."""
    if year not in YEARS:
        raise NoDate()
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= 12 and day > 28:
            raise NoDate(_written(_within(year, month, day), style)) from None
        if 1 <= day <= 12 < month <= 31:  # month and day changed places
            raise NoDate(_written(_within(year, day, month), style)) from None
        raise NoDate() from None


def _within(year: int, month: int, day: int) -> date:
    """That day, or the last of its month."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _written(day: date, style: Style) -> str:
    return f"{day:%d/%m/%Y}" if style == "dmy" else f"{day:%m/%d/%Y}"
