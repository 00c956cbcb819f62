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
    """A call of the list: this number, to this counter.

    due: it was called lately and is not being served yet, so that it must not fall off the list's end.
    """

    number: str
    counter: str
    due: bool = False


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
class Desk:
    """A counter that is not closed: who is there now, nobody (None), or a pause."""

    counter: str
    number: str | None = None
    paused: bool = False


@dataclass(frozen=True)
class Scene:
    """`rows` are newest first, and as many as are known: a panel takes what it has room for.

    `page` counts up with every turn of the pages, twelve seconds and more; whatever has more pages than one
    chooses by it. `called`: the call of the hero came in this turn.
    `upcoming`: who is probably called next, soonest first.
    `known_at`: the hall's time at which the figures were last known to be right, while they may be wrong.
    """

    hall: str
    day: date
    clock: time
    hero: Hero | None = None
    rows: tuple[Line, ...] = ()
    desks: tuple[Desk, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    upcoming: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    page: int = 0
    called: bool = False
    staleness: Staleness = Staleness.FRESH
    known_at: time | None = None

    def pairs(self, first: int) -> tuple[tuple[str, str], ...]:
        """Number and counter of every row that a page may show, of the list's `first` rows at least."""
        rows = [(row.number, row.counter) for i, row in enumerate(self.rows) if i < first or row.due]
        return (*rows, *((desk.number or "", desk.counter) for desk in self.desks))


def plain(text: str, most: int) -> str:
    """What a wall can show of a text from elsewhere: one line of signs of our letters, at most so long.

    A font refuses some signs, and a retained message that stops the program would stop it for ever; others it
    leaves blank, and a number that nobody sees is worse than one without its ornaments.
    """
    signs = "".join(map(shown, unicodedata.normalize("NFC", text[: 4 * most])))
    return " ".join(signs.split())[:most].rstrip()


def shown(sign: str) -> str:
    """The sign as our letters have it: figures of other scripts as ours, no foreign accent, or ""."""
    if sign in SIGNS:
        return sign
    if sign.isspace():
        return " "
    figure = unicodedata.decimal(sign, None)
    if figure is not None:
        return str(figure)
    base = unicodedata.normalize("NFD", sign)[0]
    return base if base in SIGNS else ""


LATIN = "".join(chr(code) for code in range(0x21, 0x100) if code < 0x7F or (code > 0xA0 and code != 0xAD))
VIETNAMESE = "ĂăĐđĨĩŨũƠơƯư" + "".join(chr(code) for code in range(0x1EA0, 0x1EFA))
SIGNS = frozenset(LATIN + VIETNAMESE + "–—‘’“”…•₫€")
