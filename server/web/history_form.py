"""What the address of a history page asks for, read strictly: a mistake is named beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from server.history.drill import WHOSE, Wanted, can_be_listed
from server.history.periods import DAY, LONGEST, Period, Unit, period
from server.history.whats import WHATS
from server.web.fields import day_of
from server.web.history_asked import OFFERED, Asked, By

OLDEST: Final = timedelta(days=3660)
LONGEST_ID: Final = 80
LONGEST_TEXT: Final = 40  # of what is given back to be mended


@dataclass(frozen=True, slots=True)
class Form:
    """typed: as it came, cut to what a form shows. errors: field -> key of the sentence; asked: with defaults
    where something was wrong."""

    asked: Asked
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def read(args: Mapping[str, str], today: date, unit: Unit = Unit.MONTH) -> Form:
    """unit: of the period where none is asked for, around today."""
    errors: dict[str, str] = {}
    span = _period(args, today, unit, errors)
    whose, id = _of(args.get("of", ""), errors)
    by = _by(args.get("by", ""), whose, errors)
    names = ("unit", "day", "first", "last", "of", "by")
    typed = {name: args.get(name, "")[:LONGEST_TEXT] for name in names}
    return Form(Asked(span, by, whose, id), typed, errors)


def _period(args: Mapping[str, str], today: date, unit: Unit, errors: dict[str, str]) -> Period:
    try:
        unit = Unit(args.get("unit") or unit)
    except ValueError:
        errors["unit"] = "history.bad_unit"
    if unit is not Unit.RANGE:
        return period(unit, _day(args.get("day", ""), today, "day", errors) or today)
    last = _day(args.get("last", ""), today, "last", errors) or today
    first = _day(args.get("first", ""), today, "first", errors) or last
    if not errors and (first > last or (last - first).days >= LONGEST):
        errors["first"] = "history.bad_range"
    return Period(Unit.RANGE, min(first, last), last + DAY)


def _day(text: str, today: date, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        found = day_of(text)
    except ValueError:
        found = None
    if found is None or not today - OLDEST <= found <= today:
        errors[name] = "history.bad_day"
        return None
    return found


def _of(text: str, errors: dict[str, str]) -> tuple[str | None, str]:
    if not text:
        return None, ""
    whose, _, id = text.partition(":")
    if whose not in WHOSE or not _good_id(id):
        errors["of"] = "history.bad_of"
        return None, ""
    return whose, id


def _good_id(id: str) -> bool:
    return len(id) <= LONGEST_ID and id.isprintable()


def _instant(text: str | None) -> datetime | None:
    """An aware instant; None where nothing is asked, or nothing of the kind."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _by(text: str, whose: str | None, errors: dict[str, str]) -> By:
    if not text:
        return By.TIME
    try:
        by = By(text)
    except ValueError:
        by = None
    if by is None or by not in OFFERED[whose]:
        errors["by"] = "history.bad_by"
        return By.TIME
    return by


def wanted(args: Mapping[str, str], today: date) -> Wanted | None:
    """What a figure's way leads to; None for an address that no page of ours makes."""
    form = read({**args, **spelled(args.get("span", ""))}, today)
    what = args.get("what", "")
    weekday, half, hour = (
        _number(args.get(n), limit) for n, limit in (("weekday", 7), ("half", 48), ("hour", 24))
    )
    counter, until = args.get("counter"), _instant(args.get("until"))
    if form.errors or what not in WHATS or None in (weekday, half, hour) or not _good_id(counter or ""):
        return None
    assert weekday is not None and half is not None and hour is not None
    halves = frozenset({half}) if half >= 0 else frozenset({2 * hour, 2 * hour + 1}) if hour >= 0 else None
    asked = form.asked
    found = Wanted(
        what,
        asked.period.first,
        asked.period.end,
        asked.whose,
        asked.id,
        weekday if weekday >= 0 else None,
        halves,
        counter or None,
        until,
    )
    return found if can_be_listed(found) else None


def spelled(span: str) -> dict[str, str]:
    """`month:2026-11-01`, or `2026-11-03:2026-11-20` for a range, as the form has it."""
    first, _, last = span.partition(":")
    if not span:
        return {}
    if first[:1].isdigit():
        return {"unit": "range", "first": first, "last": last}
    return {"unit": first, "day": last}


def _number(text: str | None, limit: int) -> int | None:
    """-1 where nothing is asked; None for what is no number below `limit`."""
    if not text:
        return -1
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) < limit else None


def page_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1
