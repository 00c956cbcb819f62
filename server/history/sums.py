"""Sums of days, which can be added: counts, exact waits by the minute, times, what citizens said. Pure.

A wait is kept as a code, `2 m` for exactly m minutes and `2 m + 1` for anything above up to the next minute:
percentiles in whole minutes over any period, and "no longer than the promised minutes", are then exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import ceil

import msgspec

from server.satisfaction import SATISFIED_FROM, LevelShare, share_of
from server.unseen import LEAST

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


class Sums(msgspec.Struct, array_like=True):
    """Of some tickets, stays and spells. *_us: microseconds.

    lost in three parts: no_show, cancelled, expired (the day closed with the number waiting). unfinished:
    where the day still runs. auto: of those served, the ones that the day's closing ended. judged: called, of
    a service that promises a wait; kept: within it. rated: all ratings; said: "levels-level" -> how many, of
    those that a day may show; answers: "question-points" -> how many, of the same.
    """

    issued: int = 0
    priority: int = 0
    served: int = 0
    auto: int = 0
    no_show: int = 0
    cancelled: int = 0
    expired: int = 0
    unfinished: int = 0
    requeued: int = 0
    transferred: int = 0
    recalled: int = 0
    out_of_turn: int = 0
    called: int = 0
    judged: int = 0
    kept: int = 0
    service_n: int = 0
    service_us: int = 0
    handled_n: int = 0
    handled_us: int = 0
    busy_us: int = 0
    open_us: int = 0
    rated: int = 0
    waits: dict[int, int] = msgspec.field(default_factory=dict)
    said: dict[str, int] = msgspec.field(default_factory=dict)
    answers: dict[str, int] = msgspec.field(default_factory=dict)

    def add(self, other: Sums) -> None:
        """Take another's into this one. Told name by name: a year is thousands of these."""
        self.issued += other.issued
        self.priority += other.priority
        self.served += other.served
        self.auto += other.auto
        self.no_show += other.no_show
        self.cancelled += other.cancelled
        self.expired += other.expired
        self.unfinished += other.unfinished
        self.requeued += other.requeued
        self.transferred += other.transferred
        self.recalled += other.recalled
        self.out_of_turn += other.out_of_turn
        self.called += other.called
        self.judged += other.judged
        self.kept += other.kept
        self.service_n += other.service_n
        self.service_us += other.service_us
        self.handled_n += other.handled_n
        self.handled_us += other.handled_us
        self.busy_us += other.busy_us
        self.open_us += other.open_us
        self.rated += other.rated
        waits, said, answers = self.waits, self.said, self.answers
        for code, n in other.waits.items():
            waits[code] = waits.get(code, 0) + n
        for key, n in other.said.items():
            said[key] = said.get(key, 0) + n
        for key, n in other.answers.items():
            answers[key] = answers.get(key, 0) + n

    @property
    def lost(self) -> int:
        return self.no_show + self.cancelled + self.expired

    @property
    def agree(self) -> bool:
        """Each issued number is in exactly one place."""
        return self.issued == self.served + self.lost + self.unfinished

    def wait_percentile(self, percent: int) -> int | None:
        """By nearest rank over the called, whole minutes rounded down; None while nobody was called."""
        rank = max(1, ceil(percent * self.called / 100))
        for code in sorted(self.waits):
            rank -= self.waits[code]
            if rank <= 0:
                return code // 2
        return None

    @property
    def longest(self) -> int | None:
        return max(self.waits) // 2 if self.waits else None

    @property
    def said_n(self) -> int:
        return sum(self.said.values())

    def satisfied(self, levels: int) -> LevelShare | None:
        """The share that was satisfied or better, of what days may show."""
        n, hits = self.said_n, 0
        for key, count in self.said.items():
            of, level = (int(part) for part in key.split("-"))
            hits += count * (level >= SATISFIED_FROM.get(of, of))
        return None if n < LEAST else share_of(SATISFIED_FROM.get(levels, levels), hits, n)


def wait_code(wait: timedelta) -> int:
    whole, rest = divmod(max(timedelta(), wait), MINUTE)
    return 2 * whole + bool(rest)


def within(code: int, minutes: int) -> bool:
    """Is a wait of this code no longer than so many minutes?"""
    return code <= 2 * minutes


def added(parts: Mapping[str, Sums], into: dict[str, Sums]) -> None:
    """Add each part to the one of the same key."""
    for key, part in parts.items():
        found = into.get(key)
        if found is None:
            found = into[key] = Sums()
        found.add(part)
