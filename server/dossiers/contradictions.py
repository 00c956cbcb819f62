"""Days of a dossier that cannot all be right: what is told of the future, or in another order. Pure.

By the day: an export's hours are often those of the export. What is not past cannot be known, and what a
promise begins from least of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from server.dossiers.cells import Rules, Wrong
from server.dossiers.code import Code
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.status import ENDED, STAGES, Status

CODE_APART: Final = timedelta(days=366)  # between the date in a code and the day it was taken in
PASTS: Final = ("received", "complete", "resolved", "returned", "recorded")
AFTER_RECEIVED: Final = ("due", "complete", "resolved", "returned", "recorded", "first_due")
DAYS: Final = tuple(dict.fromkeys((*PASTS, *AFTER_RECEIVED)))
# What may be asked of somebody who has sent papers in, before they are taken in.
BEFORE_RECEIVED: Final = frozenset({Status.REGISTERED, Status.AWAITING_SUPPLEMENT, Status.REJECTED})


def contradictions(
    code: Code,
    d: Dossier,
    legs: Sequence[Leg],
    begin: Sequence[str],
    steps: Sequence[Step],
    rules: Rules,
) -> Iterator[Wrong]:
    """All of them, in the order in which they are told. begin: with what the fields of each leg begin, as
    `leg2_`. Those of a step are as a program sends them: `steps/0/at`."""
    days = {name: _day(getattr(d, name), rules) for name in DAYS}
    got, last = _day(d.received, rules), _day(rules.known_at, rules)
    assert got is not None and last is not None
    yield from _told_of_the_future({name: days[name] for name in PASTS}, last)
    if d.due is None and not d.limit and (d.status in STAGES or d.status is Status.RETURNED):
        yield Wrong("due", "date-needed")
    for name in AFTER_RECEIVED:
        day = days[name]
        if day is not None and day < got:
            yield Wrong(name, "before-received", _told(got))
    done, handed = days["resolved"], days["returned"]
    if done is not None and d.status not in ENDED:
        yield Wrong("status", "resolved-yet-open")
    if done is not None and handed is not None and handed < done:
        yield Wrong("returned", "before-resolved", _told(done))
    if abs(code.day - got) > CODE_APART:
        yield Wrong("code", "code-apart")
    for leg, name in zip(legs, begin, strict=True):
        yield from _of_leg(leg, name, got, last, rules)
    for place, step in enumerate(steps):
        day = _day(step.at, rules)
        assert day is not None
        yield from _told_of_the_future({f"steps/{place}/at": day}, last)
        early = step.status in BEFORE_RECEIVED and got - day <= CODE_APART
        if day < got and not early:
            yield Wrong(f"steps/{place}/at", "before-received", _told(got))


def _of_leg(leg: Leg, begin: str, got: date, last: date, rules: Rules) -> Iterator[Wrong]:
    given, done = _day(leg.given, rules), _day(leg.done, rules)
    pasts = {f"{begin}given": given, f"{begin}done": done}
    yield from _told_of_the_future(pasts, last)
    for name, day in pasts.items():
        if day is not None and day < got:
            yield Wrong(name, "before-received", _told(got))
    for name, day in ((f"{begin}done", done), (f"{begin}due", _day(leg.due, rules))):
        if day is not None and given is not None and day < given:
            yield Wrong(name, "before-given", _told(given))


def _told_of_the_future(days: dict[str, date | None], last: date) -> Iterator[Wrong]:
    for name, day in days.items():
        if day is not None and day > last:
            yield Wrong(name, "in-the-future", _told(last))


def _day(at: datetime | None, rules: Rules) -> date | None:
    return None if at is None else at.astimezone(rules.zone).date()


def _told(day: date) -> str:
    return f"{day:%d/%m/%Y}"
