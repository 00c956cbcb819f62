"""Ratings that look as if nobody had meant them: notes for the manager, never a verdict. Pure.

Who pressed cannot be proven. What can be seen is a counter with more ratings a minute than people can be
served, the best button within two seconds after the end again and again, or a counter where nearly everybody
ratings and all the same. A note counts; it shows no single rating.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from server.satisfaction import Rating

A_MINUTE: Final = timedelta(minutes=1)
RUSH: Final = 3  # more ratings than this within a minute
AT_ONCE: Final = timedelta(seconds=2)  # after the end: before a citizen has read the page
AGAIN: Final = 5  # times, and at least half of the counter's ratings
ALIKE_LEAST: Final = 10  # ratings before "all the same" says anything
NEARLY_ALL: Final = 95  # per cent of those served


class Kind(StrEnum):
    RUSH = "rush"
    AT_ONCE = "at-once"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Pattern:
    """At `counter`, `n` of `of`. rush: the most within a minute, of all its ratings; at-once: best ratings
    within two seconds, of all its ratings; alike: ratings that are all the same, of those served."""

    kind: Kind
    counter: str
    n: int
    of: int


def patterns(ratings: Iterable[Rating], served: Mapping[str, int]) -> tuple[Pattern, ...]:
    """What is to be noted of a day's ratings, counter by counter. served: counter -> visits served there."""
    by_counter: dict[str, list[Rating]] = {}
    for rating in ratings:
        by_counter.setdefault(rating.counter, []).append(rating)
    found: list[Pattern] = []
    for counter, own in by_counter.items():
        most, quick = most_in_a_minute(own), sum(at_once(rating) for rating in own)
        if most > RUSH:
            found.append(Pattern(Kind.RUSH, counter, most, len(own)))
        if quick >= AGAIN and 2 * quick >= len(own):
            found.append(Pattern(Kind.AT_ONCE, counter, quick, len(own)))
        of = served.get(counter, 0)
        alike = len({(rating.level, rating.levels) for rating in own}) == 1
        if alike and len(own) >= ALIKE_LEAST and 100 * len(own) > NEARLY_ALL * of:
            found.append(Pattern(Kind.ALIKE, counter, len(own), of))
    return tuple(found)


def most_in_a_minute(ratings: Sequence[Rating]) -> int:
    """The most ratings within any minute; of two presses exactly a minute apart only one is within it."""
    times = sorted(rating.at for rating in ratings if rating.at is not None)
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= A_MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return most


def at_once(rating: Rating) -> bool:
    """The best button, before anybody could have read the page."""
    if rating.level != rating.levels or rating.at is None or rating.ended_at is None:
        return False
    return rating.at - rating.ended_at <= AT_ONCE
