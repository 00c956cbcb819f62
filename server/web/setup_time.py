"""Beside the fields of due dates: what the draft makes of some receipts, and what the last change moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from server.dossiers.due import Rules
from server.dossiers.limits import read_limit
from server.dossiers.reckoning import last_reckoned
from server.dossiers.working_time import NoTime
from server.site_file import config_of
from server.web.setup_bench import Bench
from server.web.words import TEXTS, clock_text, date_text

LIMITS: Final = ("4h", "0.5d", "1d", "3d")
SOON: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Example:
    """A receipt, until when it is forwarded, and when it is due by each of LIMITS; as people write them."""

    received: str
    forward: str
    due: Sequence[str]


def beside_time(here: Bench, lang: str) -> dict[str, Any]:
    """What `setup_time.html` shows: no examples of a draft in which anything is wrong."""
    desk = here.hall.desk
    rules = None if here.faults else config_of(here.document).due_rules
    return {
        "limits": [TEXTS(f"limit.{limit.replace('.', '-')}", lang) for limit in LIMITS],
        "examples": [] if rules is None else examples(rules, here.hall.clock.now()),
        "reckoned": None if desk is None else last_reckoned(desk.store),
    }


def examples(rules: Rules, now: datetime) -> list[Example]:
    """Of the next working day: in the morning, just after the late hour, and after work."""
    try:
        return [_example(rules, received) for received in _receipts(rules, now)]
    except NoTime:
        return []


def _receipts(rules: Rules, now: datetime) -> Iterator[datetime]:
    calendar = rules.calendar
    day = calendar.day_after(calendar.local(now).date() + timedelta(days=1), 0)
    opens, closes = calendar.opens_on(day), calendar.closes_on(day)
    late = datetime.combine(day, rules.by.late_hour, calendar.zone) + SOON
    yield opens + SOON
    if opens + SOON < late < closes:
        yield late
    yield closes + SOON


def _example(rules: Rules, received: datetime) -> Example:
    due = [rules.due(received, read_limit(limit)) for limit in LIMITS]
    return Example(_text(received), _text(rules.forward_by(received)), [_text(at) for at in due])


def _text(at: datetime) -> str:
    return f"{clock_text(at, at.tzinfo)} {date_text(at.date())}" if at.tzinfo else ""
