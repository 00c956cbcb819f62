"""What everybody may know of the hall: retained, public, and the only way to a wall."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.basics import Count, Instant, Lang, Level, Message, Number, Range, Words


class Call(msgspec.Struct, frozen=True):
    """One line of the wall. `seq` grows with every call and recall of the day, without gaps."""

    seq: Annotated[int, Meta(ge=1)]
    number: Number
    counter: str
    at: Instant
    recall: Count = 0  # 0: the first call; 1, 2 ...: "nhắc lại"
    lang: Lang = "vi"


class CounterLine(msgspec.Struct, frozen=True):
    """What stands at a counter now. A number stays after `served` until the next call: the rating asks.

    leaving: the one whose visit was ended by calling the next, while that one walks up: may still be asked.
    """

    counter: str
    status: Literal["open", "paused", "closed"]
    number: Number | None = None
    state: Literal["called", "serving", "served"] | None = None
    since: Instant | None = None
    leaving: Number | None = None
    left_at: Instant | None = None


class WaitingLine(msgspec.Struct, frozen=True):
    """One service's line: how many wait, the range a newcomer would hear, and whether it takes numbers.

    ahead: what the ticket of an ordinary newcomer would say; also people of other services at its counters.
    """

    service: Level
    letter: str
    name: Words
    waiting: Count
    wait: Range | None
    open: bool
    reason: str | None = None  # why not: a refusal code
    reopens_at: Instant | None = None
    ahead: Count | None = None


class Board(Message, frozen=True, kw_only=True):
    """Retained and public: all that walls, terminals and phones may know of the hall, and nothing else."""

    epoch: Count
    rev: Count
    at: Instant
    day: str  # the business day, YYYY-MM-DD
    hall: Words
    calls: tuple[Call, ...]  # newest first, at most 30
    counters: tuple[CounterLine, ...]
    waiting: tuple[WaitingLine, ...]
    notices: tuple[Words, ...] = ()


class DossierLine(msgspec.Struct, frozen=True):
    code: str
    authority: Words
    status: str
    due: Instant | None = None


class Dossiers(Message, frozen=True, kw_only=True):
    """Retained and public: progress by code only."""

    rev: Count
    at: Instant
    lines: tuple[DossierLine, ...] = ()
