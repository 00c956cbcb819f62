"""Top: the calls above something else: the call in one line, two earlier ones beside or below it. Pure.

Knows the upper part of a wall that shows more than calls; keeps out what that is. The sizes follow from the
farthest seat as everywhere: what has no room at its least size is left to another arrangement, or refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from display import calls
from display.fit import (
    CALL_RATIO,
    CAP,
    COUNTER_TO_CALL,
    PITCH,
    ROW_EM,
    ROW_RATIO,
    WORD_RATIO,
    Ease,
    Kind,
    LayoutRefused,
    Panel,
    Shape,
    Sizes,
    call_height,
    on,
    shape_of,
)
from display.marks import Box, Picture
from display.pages import Latest, page_of
from display.scene import Scene
from hardware.texts import Texts

# Measured on the design's picture of a dossier board, 55", 1920 x 1080.
NUMBER_PX, ROW_PX = 226, 114
LINE_EM: Final = 0.74  # arrow and air between number and counter
ROOMY = Ease(36, 20, 48, 36, 30, 0, 0, 0)
TIGHT = Ease(24, 14, 24, 20, 18, 0, 0, 0)
ABOVE: Final = 26  # above the calls
MOST_SHARE: Final = 0.5  # of the panel's height: what is below needs its room too
ROWS: Final = 2
USUAL: Final = Shape()


@dataclass(frozen=True)
class Places:
    """Where the call and the columns of earlier ones lie, and what is left below them, from edge to edge."""

    sizes: Sizes
    hero: Box
    lists: tuple[Box, ...]
    below: Box


def on_top(scene: Scene, panel: Panel, texts: Texts, lang: str) -> tuple[Picture, Box]:
    """The calls of this scene, and the box below them for something else.

    Regions `hero` and, where there is room, `list`; none reaches into the box. Raises `LayoutRefused` where
    the rule of the farthest seat leaves no room for anything else.
    """
    call = (scene.hero.number, scene.hero.counter) if scene.hero else None
    found = places(panel, shape_of(call, scene.pairs(ROWS)))
    regions = [calls.first_region(found.sizes, found.hero, scene, texts, lang)]
    if found.lists:
        page = page_of(replace(scene, desks=()), found.sizes.rows)
        rows = page.rows if isinstance(page, Latest) else ()
        regions.append(calls.list_region(found.sizes, list(found.lists), rows))
    return tuple(regions), found.below


@lru_cache(maxsize=64)
def places(panel: Panel, shape: Shape = USUAL) -> Places:
    """The best arrangement. A shape wider than usual is drawn smaller before the wall is refused."""
    best = next(candidates(panel, shape), None)
    if best is None and shape != USUAL:
        best = next(candidates(panel, USUAL), None)
        if best is not None:
            best = replace(best, sizes=replace(best.sizes, keeps_the_rule=False))
    if best is None:
        far = farthest(panel)
        reach = f"; it is good for that up to {far:g} m" if far else " at any distance"
        raise LayoutRefused(f"{panel} has no room for anything beside a legible call{reach}", 0, far)
    return best


def farthest(panel: Panel) -> float:
    """Up to which seat calls and something else have room, in steps of half a metre; 0 for none."""
    far = 0.0
    while far < 100 and next(candidates(replace(panel, seat_m=far + 0.5), USUAL), None) is not None:
        far += 0.5
    return far


def candidates(panel: Panel, shape: Shape) -> Iterator[Places]:
    """Arrangements that keep the rule and leave half of the panel, best first."""
    found = [beside(panel, shape, style) for style in (ROOMY, TIGHT)]
    for rows, columns in ((ROWS, 2), (ROWS, 1), (0, 1)):
        for in_line in (True, False):
            found += [above(panel, shape, style, rows, columns, in_line) for style in (ROOMY, TIGHT)]
    for each in found:
        if each is not None and each.below.y <= panel.height * MOST_SHARE:
            yield each


def wanted(panel: Panel, px: int, ratio: int) -> int:
    return max(panel.least(ratio), panel.space(px))


def beside(panel: Panel, shape: Shape, style: Ease) -> Places | None:
    """The call at the left, two rows at the right."""
    ease = on(panel, style)
    room = panel.width - 2 * (ease.margin + ease.call_pad + ease.list_pad) - ease.gap
    line, row = shape.number + LINE_EM + shape.counter, max(ROW_EM, shape.row)
    row_px = wanted(panel, ROW_PX, ROW_RATIO)
    number_px = min(wanted(panel, NUMBER_PX, CALL_RATIO), int((room - row * row_px) / line))
    if number_px < panel.least(CALL_RATIO):
        row_px = panel.least(ROW_RATIO)
        number_px = int((room - row * row_px) / line)
    if number_px < panel.least(CALL_RATIO):
        return None
    height = max(math.ceil(number_px * CAP) + 2 * ease.air, math.ceil(ROWS * row_px * PITCH))
    list_width = math.ceil(row * row_px) + 2 * ease.list_pad
    left = panel.width - 2 * ease.margin - ease.gap - list_width
    top = panel.space(ABOVE)
    sizes = sizes_of(panel, "above-in-line", ROWS, 1, (number_px, number_px, row_px), ease)
    return Places(
        sizes,
        Box(ease.margin, top, left, height),
        (Box(ease.margin + left + ease.gap, top, list_width, height),),
        rest(panel, top + height),
    )


def above(panel: Panel, shape: Shape, style: Ease, rows: int, columns: int, in_line: bool) -> Places | None:
    """The call over the whole width, in one line or two; the rows below it, or none."""
    ease, least = on(panel, style), panel.least(CALL_RATIO)
    width, top = panel.width - 2 * ease.margin, panel.space(ABOVE)
    inner = width - 2 * ease.call_pad
    most = wanted(panel, NUMBER_PX, CALL_RATIO)
    if in_line:
        px = min(most, int(inner / (shape.number + LINE_EM + shape.counter)))
        pair = (px, px)
    else:
        px = min(most, int(inner / max(shape.number, shape.counter + LINE_EM)))
        pair = (px, max(least, int(px * COUNTER_TO_CALL)))
    if px < least:
        return None
    hero = Box(ease.margin, top, width, call_height(pair, ease.air, in_line))
    kind: Kind = "above-in-line" if in_line else "above"
    lists: tuple[Box, ...] = ()
    row_px = panel.least(ROW_RATIO)
    if rows:
        column = (width - (columns - 1) * ease.gap) // columns
        row_px = min(
            wanted(panel, ROW_PX, ROW_RATIO), int((column - 2 * ease.list_pad) / max(ROW_EM, shape.row))
        )
        if row_px < panel.least(ROW_RATIO):
            return None
        tall = math.ceil(rows // columns * row_px * PITCH)
        lists = tuple(
            Box(ease.margin + i * (column + ease.gap), hero.bottom + ease.gap, column, tall)
            for i in range(columns)
        )
    sizes = sizes_of(panel, kind, rows, columns, (*pair, row_px), ease)
    return Places(sizes, hero, lists, rest(panel, lists[0].bottom if lists else hero.bottom))


def sizes_of(
    panel: Panel, kind: Kind, rows: int, columns: int, px: tuple[int, int, int], ease: Ease
) -> Sizes:
    return Sizes(panel, kind, rows, columns, *px, panel.least(WORD_RATIO), ease, 0)


def rest(panel: Panel, used: int) -> Box:
    return Box(0, used, panel.width, panel.height - used)
