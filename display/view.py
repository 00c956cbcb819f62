"""View: all that the wall shows at one moment, whatever its zone: calls, dossiers, a slide, or nothing.

Knows which face the wall has and what stands on it, as facts; keeps out words, sizes and places. Nothing is
in here that was not let through by `display.discreet`. Two equal views are the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from broker.messages import Stage
from display.scene import Scene

Face = Literal["calls", "calls-progress", "progress", "slides", "rest"]
# A stage as the wall says it: a dossier in process past its day is late.
Standing = Literal["ready", "supplement", "payment", "processing", "overdue"]


@dataclass(frozen=True)
class DossierRow:
    """A dossier on the wall. place: the counter to go to, "" for none; due: this day, or today's hour."""

    code: str
    authority: str
    standing: Standing
    place: str = ""
    due: date | time | None = None


@dataclass(frozen=True)
class LateRow:
    """An authority with late dossiers: open and overdue now, and resolved late in the month. officer: one of
    its officers, whose row this is; "" for its own."""

    authority: str
    overdue: int
    resolved_late: int
    officer: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a round. `number` counts from 1. Of a page of late authorities: `month`, "10/2026" or a
    year, "2026", and the last day by whose end its dossiers are overdue, "31/10"; else "".
    """

    number: int
    of: int
    rows: tuple[DossierRow, ...] = ()
    late: tuple[LateRow, ...] = ()
    month: str = ""
    as_of: str = ""


@dataclass(frozen=True)
class Progress:
    """The dossiers' part of the wall. page None: there is no register.

    waiting: how many wait for their citizen; old: when the register was last like this, while that is too
    long ago (its day only where it was not today).
    """

    page: Page | None = None
    ready: int = 0
    waiting: int = 0
    old: tuple[date | None, time] | None = None


@dataclass(frozen=True)
class SlideText:
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slides:
    """All slides, and how many turns there have been: on a small panel a slide may need two."""

    slides: tuple[SlideText, ...]
    turn: int


@dataclass(frozen=True)
class Rest:
    """A panel at rest. minute: counts up, and moves the words; opens: the next opening, if it is known."""

    minute: int
    opens: tuple[date, time] | None = None


@dataclass(frozen=True)
class View:
    """One moment of the wall; what belongs to another face is None."""

    face: Face
    calls: Scene
    progress: Progress | None = None
    slides: Slides | None = None
    rest: Rest | None = None


WAITS_FOR_CITIZEN: tuple[Stage, ...] = ("supplement", "payment")
