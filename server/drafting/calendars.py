"""Working years as the state announces them, shipped as data, and a hall's own made of one of them.

`calendars/<year>.toml` has the days with their names and the source. Pure but for reading those files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from server.hall.site import Words
from server.site_shape import Hours

FOLDER = Path(__file__).parent / "calendars"


@dataclass(frozen=True, slots=True)
class Year:
    """holidays: with their names. swaps: a working day that is off -> the day off that is worked instead."""

    year: int
    source: str
    holidays: Mapping[date, Words]
    swaps: Mapping[date, date]

    @property
    def off(self) -> frozenset[date]:
        return frozenset(self.holidays) | frozenset(self.swaps)

    @property
    def worked(self) -> frozenset[date]:
        return frozenset(self.swaps.values())


@cache
def years() -> Mapping[int, Year]:
    """The years that are shipped."""
    found = [_read(file) for file in sorted(FOLDER.glob("*.toml"))]
    return {year.year: year for year in found}


def with_year(hours: Hours, year: Year) -> Hours:
    """The hours with this year's days as the state announced them, whatever they were; other years stay."""
    return with_days(hours, year.year, year.off, year.worked)


def with_days(hours: Hours, year: int, off: frozenset[date], worked: frozenset[date]) -> Hours:
    """The hours with exactly these days off and worked in that year; other years stay."""

    def others(days: tuple[date, ...]) -> set[date]:
        return {day for day in days if day.year != year}

    return replace(
        hours,
        holidays=tuple(sorted(others(hours.holidays) | off)),
        made_up=tuple(sorted(others(hours.made_up) | worked)),
    )


def _read(file: Path) -> Year:
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return Year(
        table["year"],
        table["source"],
        {date.fromisoformat(day): Words(**name) for day, name in table["holidays"].items()},
        {date.fromisoformat(day): instead for day, instead in table["swaps"].items()},
    )
