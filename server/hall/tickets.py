"""A ticket and its life as a table. What is not in the table cannot happen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

BY_HAND = "0"  # the series of numbers that are written by hand while the hall's machines are away
HAND_NUMBER = re.compile(rf"([A-Z]){BY_HAND}-([0-9]{{1,4}})")
OWN_NUMBER = re.compile(r"([A-Z])([1-9][0-9]?)-([0-9]{1,5})")


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    SERVED = "served"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Action(StrEnum):
    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no-show"
    PARK = "park"
    BRING_BACK = "bring-back"
    TRANSFER = "transfer"
    CANCEL = "cancel"
    SAY_LATE = "say-late"
    SAY_HERE = "say-here"
    CHECK = "check-priority"
    NOTE = "note"


class Klass(StrEnum):
    NORMAL = "normal"
    PRIORITY = "priority"


LIFE: dict[State, dict[Action, State]] = {
    State.WAITING: {
        Action.CALL: State.CALLED,
        Action.TRANSFER: State.WAITING,
        Action.CANCEL: State.CANCELLED,
        Action.SAY_LATE: State.PARKED,
        Action.CHECK: State.WAITING,
        Action.NOTE: State.WAITING,
    },
    State.CALLED: {
        Action.RECALL: State.CALLED,
        Action.START: State.SERVING,
        Action.FINISH: State.SERVED,
        Action.NO_SHOW: State.NO_SHOW,
        Action.PARK: State.PARKED,
        Action.TRANSFER: State.WAITING,
        Action.CANCEL: State.CANCELLED,
        Action.CHECK: State.CALLED,
        Action.NOTE: State.CALLED,
    },
    State.SERVING: {
        Action.FINISH: State.SERVED,
        Action.PARK: State.PARKED,
        Action.TRANSFER: State.WAITING,
        Action.CANCEL: State.CANCELLED,
        Action.CHECK: State.SERVING,
        Action.NOTE: State.SERVING,
    },
    State.PARKED: {
        Action.CALL: State.CALLED,
        Action.BRING_BACK: State.WAITING,
        Action.TRANSFER: State.WAITING,
        Action.CANCEL: State.CANCELLED,
        Action.SAY_HERE: State.WAITING,
        Action.CHECK: State.PARKED,
        Action.NOTE: State.PARKED,
    },
    State.NO_SHOW: {Action.CALL: State.CALLED, Action.BRING_BACK: State.WAITING},
    State.SERVED: {},
    State.CANCELLED: {},
}

ENDED = frozenset({State.SERVED, State.NO_SHOW, State.CANCELLED})
AT_COUNTER = frozenset({State.CALLED, State.SERVING})


@dataclass(frozen=True, slots=True)
class Ticket:
    """One number, held by one person for one visit. All instants are UTC.

    order: the place in the line: the instant of issue, whatever comes later. bound_to: the only counter that
    may call it after a transfer to a counter. rev grows with every change.

    A number of a kiosk's own series is known at its kiosk first. told, box: its kiosk told of it, as the
    told-th fact of its memory `box`. awaited: somebody called it before; until the kiosk tells, nobody knows
    for which service it is, and this one is a guess.

    secret: four figures that stand on the paper alone, "" on the paper of an older program; tries: wrong ones
    that were told instead. late_at: when its holder said by phone that he comes later, once a ticket; away:
    he is parked by his own word, and has not come since. checked: an officer or reception has seen whether he
    belongs to a priority group, and `klass` is their word and no longer the holder's.
    """

    id: str
    number: str
    letter: str
    ordinal: int
    day: str
    service: str
    klass: Klass
    lang: str
    source: str
    token: str
    request: str
    issued_at: datetime
    order: datetime
    state: State = State.WAITING
    counter: str | None = None
    officer: str | None = None
    bound_to: str | None = None
    called_at: datetime | None = None  # the first call
    last_called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    recalls: int = 0
    note: str | None = None
    reason: str | None = None  # why it ended otherwise than served
    paper: str | None = None  # printed, failed, maybe
    level: int | None = None  # the rating
    rev: int = 0
    series: str = ""  # "2" in A2-017 of a kiosk's own, "0" in A0-017 written by hand; empty: the hall's
    dossier: str | None = None  # the code of the one that is to be collected
    awaited: str | None = None
    box: str = ""
    told: int = 0
    secret: str = field(default="", repr=False)
    tries: int = 0
    late_at: datetime | None = None
    away: bool = False
    checked: bool = False

    @property
    def place(self) -> tuple[datetime, str, int]:
        """Sorts people of one line: first come first, the series deciding within one instant."""
        return (self.order, self.letter + self.series, self.ordinal)


def number_text(letter: str, ordinal: int, digits: int, series: str = "") -> str:
    """`A`, 7, 3 -> `A007`; in the series of kiosk 2 `A2-007`. A series never ends: after A999 comes A1000."""
    return f"{letter}{series}-{ordinal:0{digits}d}" if series else f"{letter}{ordinal:0{digits}d}"


class OwnNumber(NamedTuple):
    """What a number of a kiosk's own series says: letter, the kiosk's series, ordinal."""

    letter: str
    series: str
    ordinal: int


def own_number(text: str) -> OwnNumber | None:
    """`A2-017` taken apart; None for what is no number of an own series."""
    found = OWN_NUMBER.fullmatch(text)
    return None if found is None or not int(found[3]) else OwnNumber(found[1], found[2], int(found[3]))


def hand_number(text: str) -> OwnNumber | None:
    """`A0-017` taken apart; None for what is no number written by hand."""
    found = HAND_NUMBER.fullmatch(text)
    return None if found is None or not int(found[2]) else OwnNumber(found[1], BY_HAND, int(found[2]))
