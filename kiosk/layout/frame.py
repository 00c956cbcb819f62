"""The parts every screen has: a head that nobody touches, a body, and a foot with the low-lying targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pygame

from kiosk.layout.panel import BUTTON_MM, LOW_REACH_MM, TARGET_MM, Panel
from kiosk.view import Look, Target, Verb

Rect = pygame.Rect
BELOW_HEAD_MM = 8.0
LINE_HEAD_MM = 14.2  # of a wide panel: one line


class Tone(StrEnum):
    """How a target is drawn."""

    FILLED = "filled"  # the likely next step: one a screen
    FRAMED = "framed"
    QUIET = "quiet"


@dataclass(frozen=True)
class Spot:
    """Where a target is, in pixels: `x, y, width, height`."""

    target: Target
    box: tuple[int, int, int, int]
    tone: Tone = Tone.FRAMED

    @property
    def rect(self) -> Rect:
        return Rect(self.box)


@dataclass(frozen=True)
class Arrangement:
    """A screen with a place for everything: what can be touched, and named boxes for what is read.

    `dead`: targets that are drawn but do nothing, such as the arrow on the last page.
    """

    spots: tuple[Spot, ...]
    boxes: dict[str, Rect]
    dead: frozenset[Target] = frozenset()

    def spot_at(self, x: int, y: int) -> Spot | None:
        """The target under a finger."""
        return next((s for s in self.spots if s.rect.collidepoint(x, y) and s.target not in self.dead), None)


def spot(target: Target, rect: Rect, tone: Tone = Tone.FRAMED) -> Spot:
    return Spot(target, (rect.x, rect.y, rect.width, rect.height), tone)


def head(panel: Panel, height_mm: float, look: Look) -> Rect:
    """The head: `height_mm` on a tall panel, deeper with "lower"; one line on a wide one."""
    if not panel.portrait:
        return Rect(0, 0, panel.width, panel.mm(LINE_HEAD_MM))
    height = panel.mm(height_mm)
    if look.low:
        reach = panel.height - (LOW_REACH_MM - panel.bottom_mm) * panel.px_per_mm
        height = max(height, round(reach) - panel.mm(BUTTON_MM / 2) - panel.gap)
    return Rect(0, 0, panel.width, height)


def foot(panel: Panel) -> Rect:
    """The row of targets at the bottom, as wide as the content. On a wide panel it holds the arrows, too."""
    high = panel.mm(37.0 if panel.portrait else TARGET_MM)
    below = panel.mm(16.0 if panel.portrait else 2.8)
    return Rect(panel.margin, panel.height - below - high, panel.width - 2 * panel.margin, high)


def body(panel: Panel, head: Rect, foot: Rect) -> Rect:
    """What lies between, with a gap to both."""
    top = head.bottom + (panel.mm(BELOW_HEAD_MM) if panel.portrait else 0)
    return Rect(panel.margin, top, panel.width - 2 * panel.margin, foot.top - panel.gap - top)


def shares(row: Rect, gap: int, weights: Sequence[float]) -> list[Rect]:
    """A row cut into cells by weight, with gaps between; the cells fill it exactly."""
    room = row.width - gap * (len(weights) - 1)
    edges = [0]
    for weight in weights:
        edges.append(edges[-1] + weight)  # type: ignore[arg-type]
    total = edges[-1]
    cells = []
    for n in range(len(weights)):
        left = round(room * edges[n] / total) + n * gap
        right = round(room * edges[n + 1] / total) + n * gap
        cells.append(Rect(row.x + left, row.y, right - left, row.height))
    return cells


def stack(area: Rect, gap: int, heights: Sequence[int | None]) -> list[Rect]:
    """A column of boxes from the top of `area`; those of height None share what is left."""
    fixed = sum(h for h in heights if h is not None) + gap * (len(heights) - 1)
    free = [h for h in heights if h is None]
    each = max(0, area.height - fixed) // len(free) if free else 0
    boxes, y = [], area.y
    for height in heights:
        high = each if height is None else height
        boxes.append(Rect(area.x, y, area.width, high))
        y += high + gap
    return boxes


TURNS = (Verb.PREVIOUS_PAGE, Verb.NEXT_PAGE)
# The first screen's foot, with weights: a small panel hangs low already and needs no "lower".
_TALL_TOOLS = (
    (Verb.LANGUAGE, 1.0),
    (Verb.TEXT_SIZE, 1.0),
    (Verb.CONTRAST, 1.0),
    (Verb.LOW, 1.0),
    (Verb.HELP, 1.0),
)
_WIDE_TOOLS = ((Verb.LANGUAGE, 206.0), (Verb.TEXT_SIZE, 262.0), (Verb.CONTRAST, 352.0), (Verb.HELP, 314.0))
_WIDE_TURNING = (
    (Verb.LANGUAGE, 26.0),
    (Verb.TEXT_SIZE, 33.0),
    (Verb.CONTRAST, 42.5),
    (Verb.PREVIOUS_PAGE, 29.9),
    (Verb.NEXT_PAGE, 23.5),
    (Verb.HELP, 29.6),
)
# The same with a way to look a dossier up.
_TALL_LOOKUP = (*_TALL_TOOLS[:-1], (Verb.LOOKUP, 1.1), _TALL_TOOLS[-1])
_WIDE_LOOKUP = (
    (Verb.LANGUAGE, 30.0),
    (Verb.TEXT_SIZE, 30.0),
    (Verb.CONTRAST, 40.0),
    (Verb.LOOKUP, 48.0),
    (Verb.HELP, 41.0),
)
_WIDE_TURNING_LOOKUP = (
    (Verb.LANGUAGE, 28.0),
    (Verb.TEXT_SIZE, 33.0),
    (Verb.CONTRAST, 37.0),
    (Verb.LOOKUP, 29.0),
    (Verb.TURN_PAGE, 28.0),
    (Verb.HELP, 29.0),
)
# Without touch: what the wired buttons do.
_BUTTONS = ((Verb.LANGUAGE, 1.0), (Verb.HELP, 4.0))
_BUTTONS_TURNING = ((Verb.LANGUAGE, 1.0), (Verb.TURN_PAGE, 2.0), (Verb.HELP, 1.9))
_TONES = {
    Verb.HELP: Tone.FILLED,
    Verb.TURN_PAGE: Tone.FRAMED,
    Verb.PREVIOUS_PAGE: Tone.FRAMED,
    Verb.NEXT_PAGE: Tone.FRAMED,
}


def toolbar(panel: Panel, foot: Rect, turning: bool = False, lookup: bool = False) -> list[Spot]:
    """The first screen's foot: language always in the same corner, help and "lower" lowest. lookup: with the
    way to look a dossier up."""
    tools: tuple[tuple[Verb, float], ...] = _BUTTONS_TURNING if turning else _BUTTONS
    if panel.touch:
        tools = _TALL_TOOLS if panel.portrait else _WIDE_TURNING if turning else _WIDE_TOOLS
        if lookup:
            tools = _TALL_LOOKUP if panel.portrait else _WIDE_TURNING_LOOKUP if turning else _WIDE_LOOKUP
    cells = shares(foot, panel.gap, [weight for _, weight in tools])
    return [spot(Target(v), c, _TONES.get(v, Tone.QUIET)) for (v, _), c in zip(tools, cells, strict=True)]


def inner_foot(panel: Panel, foot: Rect, *others: tuple[Verb, Tone, float]) -> list[Spot]:
    """An inner screen's foot: the language where it always is, then `others` with their weights."""
    cells = beside_language(panel, foot, [weight for _, _, weight in others])
    spots = [spot(Target(v), c, t) for (v, t, _), c in zip(others, cells, strict=True)]
    return [toolbar(panel, foot)[0], *spots]


def beside_language(panel: Panel, foot: Rect, weights: Sequence[float]) -> list[Rect]:
    """The rest of the foot, cut by weight."""
    left = toolbar(panel, foot)[0].rect.right + panel.gap
    return shares(Rect(left, foot.y, foot.right - left, foot.height), panel.gap, weights)
