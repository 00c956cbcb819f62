"""What everybody may know of the hall: retained, public, and the only way to a wall."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.basics import Count, Instant, Lang, Level, Message, Number, Range, Words


class Call(msgspec.Struct, frozen=True):
    """One line of the wall. `seq` grows with every call and recall of the day, without gaps.

    onward: a transfer brought the number here from another service, where its citizen was before.
    """

    seq: Annotated[int, Meta(ge=1)]
    number: Number
    counter: str
    at: Instant
    recall: Count = 0  # 0: the first call; 1, 2 ...: "nhắc lại"
    lang: Lang = "vi"
    onward: bool = False


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
    """Retained and public: all that walls, terminals and phones may know of the hall, and nothing else.

    upcoming: whom the open counters would call if all pressed now, soonest first; a promise to nobody.
    """

    site: str = ""
    epoch: Count
    rev: Count
    at: Instant
    day: str  # the business day, YYYY-MM-DD
    hall: Words
    calls: tuple[Call, ...]  # newest first, at most 30
    counters: tuple[CounterLine, ...]
    waiting: tuple[WaitingLine, ...]
    notices: tuple[Words, ...] = ()
    upcoming: Annotated[tuple[Number, ...], Meta(max_length=12)] = ()


# How a dossier stands, in the words that concern its citizen, the most urgent first.
Stage = Literal["ready", "supplement", "payment", "processing"]


class DossierLine(msgspec.Struct, frozen=True):
    """All that a wall may say of a dossier.

    code: date and serial, "261109-0118", or as much of the code as the hall shows. authority: its short name.
    place: where to go, a counter's id; "" where nobody has to come. due: the promised date, while it counts.
    """

    code: Annotated[str, Meta(max_length=48)]
    authority: Words
    stage: Stage
    due: Instant | None = None
    place: Annotated[str, Meta(max_length=8)] = ""


class LateOfficer(msgspec.Struct, frozen=True):
    """An officer of a late authority, by the name that the house knows; never a citizen."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    overdue: Count
    resolved_late: Count


class LateUnit(msgspec.Struct, frozen=True):
    """An authority with late dossiers: open and overdue at the end of the list's time, and resolved late in
    it. officers: where the manager who approved it let them be named; the rest is nobody's by name.
    """

    authority: Words
    overdue: Count
    resolved_late: Count
    officers: tuple[LateOfficer, ...] = ()


class LateList(msgspec.Struct, frozen=True):
    """The late authorities of a month, `YYYY-MM`, or of a year, `YYYY`, as a manager approved them.

    overdue_on: the last day, `YYYY-MM-DD`, of what is overdue in it: the last of its time, or the one of
    which the register was, when that time was not over yet.
    """

    month: str
    units: tuple[LateUnit, ...]
    overdue_on: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?(?!\n)$")] = ""


class Dossiers(Message, frozen=True, kw_only=True):
    """Retained and public: progress by code only.

    rev: larger with every change, also after a restart. known_at: when the register was like this; None:
    there is no register. totals: how many there are of each stage, also where `lines` cannot hold all.
    late: of a month; late_year: of a year, which displays of before do not look at.
    """

    site: str = ""
    rev: Count
    at: Instant
    known_at: Instant | None = None
    lines: tuple[DossierLine, ...] = ()
    totals: dict[Stage, Count] = msgspec.field(default_factory=dict)
    late: LateList | None = None
    late_year: LateList | None = None
