"""A year as a page of twelve months: which days the hall works, and which of them differ from the week."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from server.drafting.calendars import years
from server.drafting.forms import kind_of, value_of
from server.drafting.pages import with_swap
from server.hall.mistakes import Problem
from server.site_check import DAYS
from server.site_shape import File, Hours
from server.web.setup_words import Names, sentence

DAY: Final = kind_of(date)


@dataclass(frozen=True, slots=True)
class Day:
    """works: by the week; differs: not so this year. name: of a holiday, where the state has one."""

    date: date
    works: bool
    differs: bool
    name: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Year:
    """open_days: on which numbers are given in the whole year."""

    year: int
    months: tuple[Month, ...]
    off: int
    worked: int
    open_days: int


def year_of(hours: Hours, year: int, today: date, lang: str) -> Year:
    """The year as these hours have it."""
    works = [bool(getattr(hours, day)) for day in DAYS]
    holidays, made_up = set(hours.holidays), set(hours.made_up)
    official = years().get(year)
    names = {} if official is None else {d: getattr(w, lang) for d, w in official.holidays.items()}

    def day(of: date) -> Day:
        by_week = works[of.weekday()]
        differs = of in holidays if by_week else of in made_up
        return Day(of, by_week, differs, names.get(of, ""), of == today)

    weeks = calendar.Calendar().monthdatescalendar
    months = tuple(
        Month(n, tuple(tuple(day(d) if d.month == n else None for d in w) for w in weeks(year, n)))
        for n in range(1, 13)
    )
    days = [d for month in months for week in month.weeks for d in week if d is not None]
    off, worked = sum(d.works and d.differs for d in days), sum(d.differs and not d.works for d in days)
    return Year(year, months, off, worked, sum(d.works != d.differs for d in days))


@dataclass(frozen=True, slots=True)
class Swap:
    """Two days that are to change places, as somebody typed them. wrong: field -> sentence."""

    off: str = ""
    worked: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    document: File | None = None


def read_swap(form: Mapping[str, str], document: File, lang: str) -> Swap:
    """`off` and `worked`, days as 2026-08-31, and the document with them if that can be."""
    typed = {key: form.get(key, "").strip() for key in ("off", "worked")}
    kinds = {key: value_of(text, DAY, key) for key, text in typed.items()}
    problems = [found for found in kinds.values() if isinstance(found, Problem)]
    made = None
    if not problems:
        result = with_swap(document, *(date.fromisoformat(str(day)) for day in kinds.values()))
        problems, made = list(result.problems), result.document
    names = Names(lang, document)
    return Swap(**typed, wrong={p.where: sentence(p, names) for p in problems}, document=made)


def ticked_days(form: Mapping[str, str], year: int) -> frozenset[date]:
    """The days whose boxes are ticked, `day.0704`; what is no day of the year is nothing."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366))
    return frozenset(d for d in days if d.year == year and form.get(f"day.{d:%m%d}"))
