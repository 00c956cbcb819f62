"""Desks: how a page of counters looks in the list's card. Pure.

Knows tiles, headings and rows; keeps out which page it is. A counter stands at the left, in a tile, and a
page has a heading: at a glance it is no list of calls, where counters stand at the right behind an arrow.
"""

from __future__ import annotations

from typing import Final

from display.calls import lines_of, list_cards, pair_px, places, whole
from display.fit import LETTER_EM, Sizes, em
from display.marks import Box, Card, Icon, Mark, Region, Tint, Word, fitted, number
from display.pages import PAUSED_A_ROW, Page, Pausing, Present
from display.scene import Desk
from hardware import type as letters
from hardware.texts import Texts

WEIGHT: Final = 700
HIGH: Final = 0.98  # em: height of a tile; where rows are tight, 0.9 of a row
PAD: Final = 0.14  # em beside the counter in its tile, where there is room
GAP: Final = 0.28  # em between tile and number, likewise
TIGHT: Final = 0.18  # em that both take at least
USUAL: Final = (2 * 0.68, LETTER_EM + 3 * 0.68)  # em: a counter of two figures, a number
RADIUS: Final = 14
SIGN: Final = 0.8  # em: the icon of a heading
NOBODY: Final = "–"


def desks_region(sizes: Sizes, boxes: list[Box], page: Present | Pausing, texts: Texts, lang: str) -> Region:
    """A page of counters. It has the box of the list of calls, whose place it takes."""
    free = places(sizes, boxes)
    pitch = boxes[0].height / lines_of(sizes)
    high = min(HIGH * sizes.row_px, 0.9 * pitch)
    marks: list[Mark] = []
    if page.headed:
        marks += heading(sizes, *free.pop(0), pitch, page, texts, lang)
    if isinstance(page, Pausing):
        for (box, y), row in zip(free, page.rows, strict=False):
            marks += paused_marks(sizes, box, y, high, row)
        rows = len(page.rows)
    else:
        for (box, y), desk in zip(free, page.desks, strict=False):
            marks += desk_marks(sizes, box, y, high, desk)
        rows = len(page.desks)
    return Region("list", whole(boxes), (*list_cards(sizes, boxes, rows + page.headed), *marks))


def heading(
    sizes: Sizes, box: Box, y: float, pitch: float, page: Page, texts: Texts, lang: str
) -> list[Mark]:
    """What the page shows, in the longest words that have room, and an icon if that has some too.

    Their tails stay above the figures of the next row; at their least size they do so in every layout.
    """
    half = letters.CAP_HEIGHT / 2
    most = (pitch - half * sizes.row_px) / (half + letters.DESCENT)
    pausing, px = isinstance(page, Pausing), min(sizes.word_px, int(most))
    left, room = box.x + sizes.ease.list_pad, box.width - 2 * sizes.ease.list_pad
    keys = ("wall.paused",) if pausing else ("wall.serving", "wall.serving_short")
    said = [texts(key, lang) for key in keys]
    text = next((text for text in said if letters.width(text, px, 600) <= room), said[-1])
    px = fitted(text, px, 600, room)
    sign, gap = round(SIGN * px), round(0.25 * px)
    if letters.width(text, px, 600) + sign + gap > room:
        return [Word(text, left, y, px, 600, "ink2")]
    icon = Icon("clock" if pausing else "person", Box(left, round(y - sign / 2), sign, sign), "ink2")
    return [icon, Word(text, icon.box.right + gap, y, px, 600, "ink2")]


def desk_marks(sizes: Sizes, box: Box, y: float, high: float, desk: Desk) -> list[Mark]:
    """The counter in its tile, then who is there; both on fixed columns."""
    left, room = box.x + sizes.ease.list_pad, box.width - 2 * sizes.ease.list_pad
    there = desk.number or NOBODY
    counter, wide = max(em(desk.counter, WEIGHT), USUAL[0]), max(em(there, WEIGHT), USUAL[1])
    px, tile_px = pair_px(wide, counter, sizes.row_px, room)
    spare = min(1.0, ((room - counter * tile_px) / px - wide) / (2 * PAD + GAP))
    tile = round(counter * tile_px + 2 * PAD * spare * px)
    after = left + tile + round(GAP * spare * px)
    at = Box(left, round(y - high / 2), tile, round(high))
    return [
        *tile_marks(sizes, at, desk.counter, tile_px, paused=False),
        number(there, after, y, px, WEIGHT, "ink" if desk.number else "ink2"),
    ]


def paused_marks(sizes: Sizes, box: Box, y: float, high: float, counters: tuple[str, ...]) -> list[Mark]:
    """A row of tiles with a dashed border instead of a fill."""
    left, room = box.x + sizes.ease.list_pad, box.width - 2 * sizes.ease.list_pad
    step = room / PAUSED_A_ROW
    tile = round(min(step * 0.94, (USUAL[0] + 2 * PAD) * sizes.row_px))
    marks: list[Mark] = []
    for place, counter in enumerate(counters):
        px = min(sizes.row_px, int(tile / (em(counter, WEIGHT) + TIGHT / 2)))
        at = Box(round(left + place * step), round(y - high / 2), tile, round(high))
        marks += tile_marks(sizes, at, counter, px, paused=True)
    return marks


def tile_marks(sizes: Sizes, box: Box, counter: str, px: int, paused: bool) -> list[Mark]:
    space = sizes.panel.space
    fill, ink = TILES[paused]
    card = Card(box, fill, space(RADIUS), *(("edge", space(5), True) if paused else ()))
    return [card, number(counter, box.x + box.width / 2, box.middle, px, WEIGHT, ink, "centre")]


# Fill and figures of a tile: an open counter, and one that pauses.
TILES: Final[dict[bool, tuple[Tint, Tint]]] = {False: ("deep", "on_deep"), True: ("surface", "ink2")}
