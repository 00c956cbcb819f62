"""The words of the terminal's core: what goes into `Terminal.handle`, and what comes out of it.

What the server says comes in the words of `broker.vocabulary`, unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.messages import KeyRequest
from broker.vocabulary import Heard
from kiosk.counter.view import Target

# --- inputs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ButtonPressed:
    """A wired button: a key of `core.KEYS`, or `rate-1` to `rate-5` (1 is the worst level)."""

    button: str


@dataclass(frozen=True)
class Tapped:
    """A finger on the screen; `target` is None beside every target."""

    target: Target | None


@dataclass(frozen=True)
class Booted:
    """The program begins; before anything else."""


@dataclass(frozen=True)
class Stuck:
    """The wired buttons that have been held for so long that nobody means it; replaces the ones before."""

    buttons: frozenset[str]


@dataclass(frozen=True)
class Leaving:
    """The program ends in good order."""


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


Input = ButtonPressed | Tapped | Booted | Stuck | Leaving | Tick | Heard

# --- effects: carried out in their order ------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """Send the key to the server; it is not kept for later."""

    request: KeyRequest


@dataclass(frozen=True)
class Rate:
    """Record an answer, durably. `level` 1 is the worst of `levels`.

    at: when the level was pressed, by the server's clock as far as it is known here; trusted: it is known.
    answers: of the questionnaire, (question, points); what was skipped is not there.
    """

    day: str
    number: str
    level: int
    levels: int
    at: datetime
    reason: str | None = None
    answers: tuple[tuple[str, int], ...] = ()
    trusted: bool = False


@dataclass(frozen=True)
class Keep:
    """Keep an answer that more is asked about, durably; it replaces the one kept before. After a power cut it
    counts as it stands."""

    rate: Rate


@dataclass(frozen=True)
class Drop:
    """Let go of the answer that was kept: its visit goes on and will be asked about again."""


@dataclass(frozen=True)
class Settle:
    """Remember, also across a restart, that this number of this business day is not asked again.

    An answer that was kept of it is done with.
    """

    day: str
    number: str


@dataclass(frozen=True)
class Answer:
    """Tell what came of an order: carried out, or refused for the reason `refused`."""

    order: str | None
    refused: str = ""


@dataclass(frozen=True)
class Restart:
    """End in good order and start again."""


@dataclass(frozen=True)
class Note:
    """One line for the log."""

    line: str


Record = Rate | Keep | Drop | Settle  # what `kiosk.counter.records` carries out
Effect = Ask | Record | Answer | Restart | Note


@dataclass(frozen=True)
class Wake:
    """When something changes by itself: monotonic seconds, and the hall's time; None: not by itself."""

    mono: float | None
    wall: datetime | None
