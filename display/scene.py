"""Scene: all that the wall shows at one moment, as facts.

Knows calls, figures and how old they are; keeps out words, sizes, places and colours. Two equal scenes are
the same picture, so a program paints only when the scene has changed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum


class Staleness(IntEnum):
    """How long nothing was heard of the server."""

    FRESH = 0
    NOTED = 1  # 10 s: a small mark
    LOST = 2  # 60 s: a band says so, and figures that may be wrong are not shown
    BLANK = 3  # 5 min: the call is not shown either


@dataclass(frozen=True)
class Line:
    """A call of the list: this number, to this counter."""

    number: str
    counter: str


@dataclass(frozen=True)
class Hero:
    """The call that the wall shows now. `fresh`: it has the gold frame; `pulse`: in its lighter phase."""

    number: str
    counter: str
    fresh: bool = False
    pulse: bool = False


@dataclass(frozen=True)
class Waiting:
    """How many wait with a letter; None where that is not known any more."""

    letter: str
    count: int | None


@dataclass(frozen=True)
class Scene:
    """`rows` are newest first, and as many as are known: a panel takes what it has room for.

    `page` counts up every twelve seconds; whatever has more pages than one shows page modulo their number.
    `known_at`: the hall's time at which the figures were last known to be right, while they may be wrong.
    """

    hall: str
    day: date
    clock: time
    hero: Hero | None = None
    rows: tuple[Line, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    notices: tuple[str, ...] = ()
    page: int = 0
    staleness: Staleness = Staleness.FRESH
    known_at: time | None = None


def plain(text: str, most: int) -> str:
    """What a wall can show of a text from elsewhere: one line without control signs, at most so long.

    A font refuses some of them, and a retained message that stops the program would stop it for ever.
    """
    signs = (" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text[: 4 * most]))
    shown = "".join(sign for sign in signs if unicodedata.category(sign)[0] != "C")
    return " ".join(shown.split())[:most].rstrip()
