"""Strip: the line below the calls: how many wait, who is next, and the time of day. Pure.

Knows tiles, numbers and the two lines of a tall panel; keeps out who waits. Those who wait are counted by the
letter on their ticket; "next up" takes turns with them.
"""

from __future__ import annotations

import math
from datetime import time
from typing import Final

from display.fit import TAIL, TILE, Sizes, em, strip_lines
from display.marks import Box, Card, Mark, Region, Word, number
from display.scene import Scene, Waiting
from hardware import type as letters
from hardware.texts import Texts

MOST_TILES: Final = 3
TILE_RADIUS: Final = 14
HEAD: Final = 0.07  # em: how far an ẩ hangs out of a tile's height
APART: Final = 0.45  # em at least between two numbers that are next


def hour(at: time) -> str:
    return f"{at:%H:%M}"


def strip(sizes: Sizes, scene: Scene, texts: Texts, lang: str, body_end: int, band: bool) -> list[Region]:
    """Who waits or who is next, and the time of day: in one line, or in two on a tall panel.

    The regions are the same whatever the turn, so that a turn paints no more than it changes.
    """
    panel, ease, px = sizes.panel, sizes.ease, sizes.word_px
    tile, drop = round(TILE * px), math.ceil(TAIL * px)
    head = min(math.ceil(HEAD * px), ease.strip - drop)
    top = body_end + (ease.strip if band else round(1.46 * ease.strip))
    left, right = ease.margin, panel.width - ease.margin
    y = top + tile / 2
    clock = number(hour(scene.clock), right, y, px, 700, "accent", "right")
    free = clock.capitals.x
    first = Region("clock", Box(free, top, clock.width, tile), (clock,))
    if strip_lines(panel) == 2:
        below = Box(left, top + tile + ease.strip, right - left, tile)
        label, marks = turn_of(sizes, scene, texts, lang, Box(left, top, free - left, tile), below)
        return [
            first,
            Region("waiting-label", Box(left, top - head, free - left, head + tile + drop), label),
            Region("waiting", Box(left, below.y - head, below.width, head + below.height), marks),
        ]
    line = Box(left, top, free - left, tile)
    label, marks = turn_of(sizes, scene, texts, lang, line, None)
    return [first, Region("waiting", Box(left, top - head, line.width, head + tile + drop), (*label, *marks))]


Marks = tuple[Mark, ...]


def turn_of(
    sizes: Sizes, scene: Scene, texts: Texts, lang: str, line: Box, below: Box | None
) -> tuple[Marks, Marks]:
    """The words of this turn, in `line`, and what they are about: behind them, or in `below`."""
    px = sizes.word_px

    def label(key: str) -> tuple[Word, Box]:
        word = Word(texts(key, lang), line.x, line.middle, px, 400, "ink2")
        return word, below or Box(line.x + word.width, line.y, line.width - word.width, line.height)

    page = scene.page // 2 if scene.upcoming and scene.waiting else scene.page
    if scene.upcoming and (scene.page % 2 or not scene.waiting):
        word, room = label("wall.upcoming")
        marks = next_up(sizes, scene.upcoming, page, room)
        if marks:
            return (word,), marks
    word, room = label("wall.waiting")
    marks = tiles(sizes, scene.waiting, page, room)
    if marks or not scene.waiting:
        return ((word,) if marks else ()), marks
    return (), tiles(sizes, scene.waiting, page, line)  # no room beside the words: tiles speak for themselves


def next_up(sizes: Sizes, numbers: tuple[str, ...], page: int, room: Box) -> Marks:
    """This page's numbers, soonest first, on fixed columns; nothing when not even one has room."""
    px = sizes.word_px
    slot = math.ceil(max(em(each, 700) for each in numbers) * px)
    apart = round(APART * px)
    count = min(MOST_TILES, len(numbers), room.width // (slot + apart))
    if count < 1:
        return ()
    pages = -(-len(numbers) // count)
    gap = (room.width - count * slot) / (count + 1)
    return tuple(
        number(each, round(room.x + gap + i * (slot + gap)), room.middle, px, 700, "ink")
        for i, each in enumerate(numbers[page % pages * count :][:count])
    )


def tiles(sizes: Sizes, waiting: tuple[Waiting, ...], page: int, room: Box) -> Marks:
    """This page's letters with their figures, on fixed columns; nothing when not even one has room."""
    px = sizes.word_px
    figures = max((len(str(w.count)) for w in waiting if w.count is not None), default=0)
    wide = max((letters.width(w.letter, px, 700) for w in waiting), default=0)
    tile = max(room.height, round(wide + 0.2 * px))
    slot = tile + round((0.17 + 0.68 * max(2, figures)) * px)
    least = round(0.2 * px)
    count = min(MOST_TILES, (room.width - least) // (slot + least))
    if count < 1 or not waiting:
        return ()
    pages = -(-len(waiting) // count)
    shown = waiting[page % pages * count :][:count]
    gap = (room.width - count * slot) / (count + 2)  # half as much again on the outside
    marks: list[Mark] = []
    for i, line in enumerate(shown):
        x = round(room.x + 1.5 * gap + i * (slot + gap))
        y = room.middle
        marks.append(Card(Box(x, room.y, tile, room.height), "deep", sizes.panel.space(TILE_RADIUS)))
        marks.append(number(line.letter, x + tile / 2, y, px, 700, "on_deep", "centre"))
        after = x + tile + round(0.17 * px)
        said = "–" if line.count is None else str(line.count)
        marks.append(number(said, after, y, px, 700, "ink"))
    return tuple(marks)
