"""What the terminal's screen shows, as values: which page, and what can be touched on it.

Knows no pixels, colours or words of the catalogues: two equal views look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from broker.messages import Lang, PriorityGroup, Question
from hardware.identity import Identity

REASONS_ON_A_PAGE: Final = 5  # beside "skip"; when there are more, one place is taken by "more"

# Which of the five faces and words (5 best, 1 worst) a scale of so many levels uses, best first. Both
# neutral and negative words differ in meaning, so a shorter scale leaves words out and renames none.
SCALES: Final[dict[int, tuple[int, ...]]] = {
    2: (4, 2),
    3: (4, 3, 2),
    4: (5, 4, 3, 2),
    5: (5, 4, 3, 2, 1),
}
NEGATIVE: Final = 2  # faces up to this one are asked for a reason
OTHER: Final = "other"  # the reason that comes last, whatever the order


def face_of(level: int, levels: int) -> int:
    """The face of `level` (1 worst, `levels` best)."""
    return SCALES[levels][levels - level]


# --- targets --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """A face; 1 is the worst level."""

    level: int


@dataclass(frozen=True)
class Reason:
    id: str


@dataclass(frozen=True)
class More:
    """The next page of reasons."""


@dataclass(frozen=True)
class Points:
    """An answer of the questionnaire: 2, 1 or 0."""

    points: int


@dataclass(frozen=True)
class Skip:
    """No answer, no reason, or not this question."""


@dataclass(frozen=True)
class TakeNumber:
    """Away from the question, at a kiosk where the next one wants a number."""


Target = Level | Reason | More | Points | Skip | TakeNumber

# --- pages ----------------------------------------------------------------------------------------------

Standing = Literal["starting", "unknown", "closed", "paused", "ready", "called", "serving"]


@dataclass(frozen=True)
class Idle:
    """Nothing to touch: what stands at this counter. `number` only while called or serving."""

    standing: Standing
    counter: str
    number: str = ""
    lang: Lang = "vi"


@dataclass(frozen=True)
class Faces:
    """How satisfied? Nothing is chosen beforehand. officer: who is meant, by name; guest: on a kiosk."""

    number: str
    counter: str
    levels: int
    lang: Lang = "vi"
    officer: str = ""
    guest: bool = False


@dataclass(frozen=True)
class Reasons:
    """Why not? One page of reasons."""

    choices: tuple[PriorityGroup, ...]
    more: bool
    lang: Lang = "vi"


@dataclass(frozen=True)
class Inquiry:
    """One question of the questionnaire, the `place`th (from 1) of `total`."""

    question: Question
    place: int
    total: int
    lang: Lang = "vi"


@dataclass(frozen=True)
class Thanks:
    lang: Lang = "vi"


Asked = Faces | Reasons | Inquiry | Thanks  # what a citizen answers, and the thanks for it
Page = Idle | Asked


@dataclass(frozen=True)
class Line:
    """What the officer is told: a key of the catalogue, what fills it in, and what became of the wish."""

    key: str
    params: tuple[tuple[str, str], ...] = ()
    tone: Literal["done", "refused", "fault"] = "done"


@dataclass(frozen=True)
class View:
    page: Page
    line: Line | None = None
    identify: Identity | None = None  # instead of all else, when someone looks for it


def reasons_page(all_of_them: tuple[PriorityGroup, ...], page: int) -> tuple[tuple[PriorityGroup, ...], bool]:
    """The reasons on `page` (0 is the first, and comes again after the last), and whether there are more."""
    if len(all_of_them) <= REASONS_ON_A_PAGE:
        return all_of_them, False
    size = REASONS_ON_A_PAGE - 1
    pages = -(-len(all_of_them) // size)
    at = page % pages * size
    return all_of_them[at : at + size], True
