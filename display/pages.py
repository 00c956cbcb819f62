"""Pages: when they turn, and which one the list's card shows. Pure.

Knows how many rows a card has and which calls are still needed; keeps out how a page is drawn. Every other
turn belongs to the newest calls, so that they are never away for longer than a turn. In between come the
older calls that are still needed, page by page, and then one page of the counters. A page of calls stands its
whole turn, whatever comes; one of counters gives way to a new call at once.

Turns follow from the time of day alone: all walls of a hall turn together, and one that starts anew goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from display.scene import Desk, Line, Scene

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAUSED_A_ROW = 2  # in the narrowest card

T = TypeVar("T")


@dataclass(frozen=True)
class Turns:
    """The turns of all pages, each `seconds` of the hall's time long; counted since 1970."""

    seconds: float

    def at(self, now: datetime) -> int:
        return (now - EPOCH) // self._long

    def begins(self, turn: int) -> datetime:
        return EPOCH + turn * self._long

    @property
    def _long(self) -> timedelta:
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Latest:
    """A page of calls, newest first."""

    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Present:
    """A page of open counters with who is there, under a heading if the card has room for one."""

    desks: tuple[Desk, ...]
    headed: bool


@dataclass(frozen=True)
class Pausing:
    """A page of counters that pause: row by row, under a heading."""

    rows: tuple[tuple[str, ...], ...]
    headed: bool = True


Page = Latest | Present | Pausing


def page_of(scene: Scene, room: int) -> Page:
    """The page of this turn in a card of `room` rows."""
    newest = Latest(scene.rows[:room])
    calls, counters = calls_after(scene.rows, room), counters_in(scene.desks, room)
    turn, others = scene.page // 2, len(calls) + (1 if counters else 0)
    if scene.page % 2 == 0 or others == 0:
        return newest
    place = turn % others
    if place < len(calls):
        return calls[place]
    return newest if scene.called else counters[turn // others % len(counters)]


def calls_after(rows: Sequence[Line], room: int) -> list[Page]:
    """The calls that are still needed and do not stand on the first page."""
    return [Latest(part) for part in parts([row for row in rows[room:] if row.due], room)]


def counters_in(desks: Sequence[Desk], room: int) -> list[Page]:
    """Open counters in their order, then those that pause if there is room to say so.

    Where there are more open counters than a page holds, those with nobody are left out.
    """
    headed = room > 1
    free = room - 1 if headed else room
    present = [desk for desk in desks if not desk.paused]
    if len(present) > free:
        present = [desk for desk in present if desk.number]
    paused = rows_of([desk.counter for desk in desks if desk.paused]) if headed else []
    return [
        *(Present(part, headed) for part in parts(present, free)),
        *(Pausing(part) for part in parts(paused, free)),
    ]


def parts(things: Sequence[T], most: int) -> list[tuple[T, ...]]:
    """As few pages as possible, about equally full, in order."""
    pages = -(-len(things) // most)
    each = -(-len(things) // pages) if pages else 1
    return [tuple(things[i : i + each]) for i in range(0, len(things), each)]


def rows_of(counters: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(counters[i : i + PAUSED_A_ROW]) for i in range(0, len(counters), PAUSED_A_ROW)]
