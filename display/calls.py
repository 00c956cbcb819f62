"""Calls: where number, arrow and counter stand, in the hero's card and in the list.

Knows the two cards of a layout; keeps out when something is called. Numbers are on the left, counters on
the right, both on fixed columns. What is wider than usual is drawn smaller, never cut.
"""

from __future__ import annotations

import math
from typing import Final

from display.band import Frame, turns
from display.fit import (
    CAP,
    COUNTER_EM,
    LETTER_EM,
    PITCH,
    TIGHT_ROW,
    WORD_RATIO,
    Panel,
    Sizes,
    call_height,
    em,
)
from display.marks import ARROW_INK, Box, Card, Icon, Mark, Region, Rule, Word, arrow, number
from display.scene import Hero, Line, Scene, Staleness
from hardware.canvas import balanced
from hardware.texts import Texts
from hardware.type import LINE, width as width_of

ARROW: Final = 0.46  # side of an arrow's square, in ems of the counter behind it
LEAST_ARROW: Final = 0.28  # a smaller one says nothing from afar and gives way
LEAST_BESIDE: Final = 0.3  # of a row: room for a counter that is too long, beside a number of full size
WORD: Final = 0.5  # "Quầy", in ems of the counter behind it
RADIUS: Final = 20
FRAME: Final = 14
MESSAGE: Final = 138
LOW: Final = 3  # sides of its icon: the least height of a card with words below the icon


def cards(sizes: Sizes, top: int, height: int) -> tuple[Box, list[Box]]:
    """The hero's card, and the card of each column of the list."""
    ease, panel = sizes.ease, sizes.panel
    width = panel.width - 2 * ease.margin
    if sizes.kind == "beside":
        left = width - ease.gap - sizes.list_width
        return Box(ease.margin, top, left, height), [
            Box(ease.margin + left + ease.gap, top, sizes.list_width, height)
        ]
    in_line = sizes.kind == "above-in-line"
    lines = lines_of(sizes)
    least = call_height((sizes.number_px, sizes.counter_px), ease.air, in_line)
    spare = height - ease.gap - least - math.ceil(lines * sizes.row_px * PITCH)
    airy = min(spare, ease.air * (2 if in_line else 3))
    hero = least + airy + (spare - airy) * 2 // 5
    below = top + hero + ease.gap
    column = (width - (sizes.columns - 1) * ease.gap) // sizes.columns
    return Box(ease.margin, top, width, hero), [
        Box(ease.margin + i * (column + ease.gap), below, column, top + height - below)
        for i in range(sizes.columns)
    ]


def first_region(sizes: Sizes, box: Box, scene: Scene, texts: Texts, lang: str) -> Region:
    """The call of this scene, or in words why there is none."""
    if scene.hero is not None:
        return hero_region(sizes, box, scene.hero, texts("wall.counter", lang))
    if scene.staleness >= Staleness.BLANK:
        return message_region(sizes, box, texts("wall.lost", lang), "warning", scene.page)
    return message_region(sizes, box, texts("wall.empty", lang), None, scene.page)


def hero_region(sizes: Sizes, box: Box, hero: Hero, counter_word: str) -> Region:
    """Number, arrow and counter; the word for a counter where there is room for it."""
    space = sizes.panel.space
    frame = space(FRAME) if hero.fresh else 0
    card = Card(
        box, "deep_pulse" if hero.pulse else "deep", space(RADIUS), "gold" if hero.fresh else None, frame
    )
    inner = Box(box.x + sizes.ease.call_pad, box.y, box.width - 2 * sizes.ease.call_pad, box.height)
    marks = (
        in_line(sizes, inner, hero)
        if sizes.kind == "above-in-line"
        else in_two(sizes, inner, hero, counter_word)
    )
    return Region("hero", box, (card, *marks))


def in_two(sizes: Sizes, inner: Box, hero: Hero, counter_word: str) -> list[Mark]:
    """The number above, where to go below."""
    caps_number, caps_counter = sizes.number_px * CAP, sizes.counter_px * CAP
    air = (inner.height - caps_number - caps_counter) / 3
    y = inner.y + air + caps_number / 2
    below = inner.bottom - air - caps_counter / 2
    number_px = smaller(hero.number, sizes.number_px, inner.width)
    side = ARROW * sizes.counter_px
    counter_px = smaller(hero.counter, sizes.counter_px, inner.width - side * 1.3)
    counter = number(hero.counter, inner.right, below, counter_px, 800, "gold", "right")
    marks: list[Mark] = [
        number(hero.number, inner.x, y, number_px, 800, "on_deep"),
        arrow(inner.x + 0.02 * sizes.counter_px, below, side, "gold"),
        counter,
    ]
    after = inner.x + side * ARROW_INK + 0.18 * sizes.counter_px
    room = counter.capitals.x - 0.12 * sizes.counter_px - after
    word = Word(counter_word, after, below, round(WORD * sizes.counter_px), 600, "on_deep")
    least = sizes.panel.least(WORD_RATIO)
    while word.width > room and word.px > least:
        word = Word(counter_word, after, below, word.px - 1, 600, "on_deep")
    if word.width <= room:
        marks.append(word)
    return marks


def in_line(sizes: Sizes, inner: Box, hero: Hero) -> list[Mark]:
    """Number, arrow, counter."""
    y = inner.middle
    side = ARROW * sizes.counter_px
    room = inner.width - side * 1.3 + TIGHT_ROW * sizes.number_px
    px, counter_px = pair_px(em(hero.number, 800), em(hero.counter, 800), sizes.number_px, room)
    left = number(hero.number, inner.x, y, px, 800, "on_deep")
    right = number(hero.counter, inner.right, y, counter_px, 800, "gold", "right")
    end = inner.right - COUNTER_EM * px  # one place for the arrow, whether the counter has one figure or two
    if end - left.capitals.right < side:  # but a wide number takes it
        end = right.capitals.x
    gap = min(right.capitals.x, end) - left.capitals.right
    return [left, arrow(left.capitals.right + (gap - side * ARROW_INK) / 2, y, side, "gold"), right]


def message_region(sizes: Sizes, box: Box, text: str, icon: str | None, page: int) -> Region:
    """Words in place of a call, below their icon, or behind it in a card that is too low for that.

    What has no room at the least size for the farthest seat is said in turns.
    """
    panel, ease = sizes.panel, sizes.ease
    width, height = box.width - 2 * ease.call_pad, box.height - 2 * ease.air
    sign = panel.space(MESSAGE) if icon else 0
    low = height < LOW * sign
    if low:
        height += ease.air
        sign = min(sign, height * 3 // 4)
        px, lines = message(
            text, page, width - sign - sign // 4, height, min(panel.space(MESSAGE), height), panel
        )
        corner = Box(box.x + ease.call_pad, round(box.middle - sign / 2), sign, sign)
        x, y = float(corner.right + sign // 4), box.middle - len(lines) * px * LINE / 2
    else:
        most = max(panel.space(MESSAGE), sizes.word_px)
        px, lines = message(text, page, width, height - sign, most, panel)
        x, top = box.x + box.width / 2, box.middle - (len(lines) * px * LINE + sign) / 2
        corner = Box(round(x - sign / 2), round(top), sign, sign)
        y = top + sign
    marks: list[Mark] = [Card(box, "deep", panel.space(RADIUS))]
    if icon:
        marks.append(Icon(icon, corner, "gold"))
    marks += [
        Word(line, x, y + (i + 0.5) * px * LINE, px, 600, "on_deep", "left" if low else "centre")
        for i, line in enumerate(lines)
    ]
    return Region("hero", box, tuple(marks))


def message(text: str, page: int, width: int, height: int, most: int, panel: Panel) -> tuple[int, list[str]]:
    """The largest em at which all of the text has room, or else its part of this turn; and its lines."""
    least = panel.least(WORD_RATIO)
    sizes = range(most, least - 1, -2)
    for px in sizes:
        whole = balanced(text.replace(" – ", "\n"), width, px, 600)
        if whole is not None and len(whole) * px * LINE <= height:
            return px, whole
    shown = turns(text, least, Frame(width, 0, least, max(1, int(height / least / LINE))))
    lines, _ = shown[page % len(shown)]
    room = height / len(lines)
    fits = (
        px for px in sizes if px * LINE <= room and all(width_of(line, px, 600) <= width for line in lines)
    )
    return next(fits, least), lines


def list_region(sizes: Sizes, boxes: list[Box], rows: tuple[Line, ...]) -> Region:
    """Earlier calls, newest first, column by column; an empty card where nothing was called."""
    marks = list_cards(sizes, boxes, len(rows))
    for (box, y), row in zip(places(sizes, boxes), rows, strict=False):
        marks += row_marks(sizes, box, y, row)
    return Region("list", whole(boxes), tuple(marks))


def list_cards(sizes: Sizes, boxes: list[Box], filled: int) -> list[Mark]:
    """The cards of the list, with a rule above every row that is filled, except the first of a card."""
    marks: list[Mark] = [Card(box, "surface", sizes.panel.space(RADIUS)) for box in boxes]
    thick, half = max(1, sizes.panel.space(2)), boxes[0].height / lines_of(sizes) / 2
    for box, y in places(sizes, boxes)[:filled]:
        if (top := round(y - half)) > box.y:
            marks.append(Rule(Box(box.x, top - thick // 2, box.width, thick), "line"))
    return marks


def places(sizes: Sizes, boxes: list[Box]) -> list[tuple[Box, float]]:
    """Every row's card and the middle of its height, column by column."""
    lines = lines_of(sizes)
    found = [(box, box.y + (place + 0.5) * box.height / lines) for box in boxes for place in range(lines)]
    return found[: sizes.rows]


def lines_of(sizes: Sizes) -> int:
    return math.ceil(sizes.rows / sizes.columns)


def whole(boxes: list[Box]) -> Box:
    first, last = boxes[0], boxes[-1]
    return Box(first.x, first.y, last.right - first.x, first.height)


def row_marks(sizes: Sizes, box: Box, y: float, row: Line) -> list[Mark]:
    px, pad = sizes.row_px, sizes.ease.list_pad
    room = box.width - 2 * pad
    number_px, counter_px = pair_px(em(row.number, 700), em(row.counter, 700), px, room)
    left = number(row.number, box.x + pad, y, number_px, 700, "ink")
    right = number(row.counter, box.right - pad, y, counter_px, 700, "accent", "right")
    # The arrow's column is the same for all rows that leave it free.
    start = max(left.capitals.right, box.x + pad + (LETTER_EM + 3 * 0.68) * px)
    end = min(right.capitals.x, box.right - pad - 2 * 0.68 * px)
    side = min(0.42 * px, (end - start) * 0.8 / ARROW_INK)
    if side < LEAST_ARROW * px:
        return [left, right]
    return [left, arrow((start + end - side * ARROW_INK) / 2, y, side, "ink2"), right]


def pair_px(wide: float, beside: float, px: int, room: float) -> tuple[int, int]:
    """The ems of a number and its counter side by side: `px`, or a counter that is too long is smaller.

    Where hardly anything would be left for it, both are. wide, beside: their widths in ems.
    """
    if (wide + beside + TIGHT_ROW) * px <= room:
        return px, px
    left = room - (wide + TIGHT_ROW) * px
    if left >= LEAST_BESIDE * room:
        return px, max(1, int(left / beside))
    both = max(1, int(room / (wide + beside + TIGHT_ROW)))
    return both, both


def smaller(text: str, px: int, room: float) -> int:
    """The em at which a number has room: `px`, or less for one that is wider than usual."""
    return max(1, min(px, int(room / max(em(text, 800), 0.1))))
