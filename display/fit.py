"""Fit: which sizes a panel needs for its farthest seat, and the one arrangement that keeps them.

Knows eyes, millimetres and the widths of letters; keeps out colours, what is shown and when. Pixels are of
the panel. A capital or figure of the call is at least D/82 high (EN 301 549, 5.1.4: 0.7 degrees, for low
vision), one of a row D/155 (ISO 9241-303), all else that a visitor must read D/200 (FAA). A panel too small
for that is refused with what it could do: fewer rows, or a nearer seat; never smaller letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from hardware import type as letters

CAP: Final = letters.CAP_HEIGHT
CALL_RATIO, ROW_RATIO, WORD_RATIO = 82, 155, 200  # viewing distance / height of a capital
MM_PER_INCH: Final = 25.4

# What follows is measured on the design's picture of a 55" board, 1920 x 1080; spaces are in pixels of a
# panel whose short side has 1080.
HEADER_PX = 34
CALL_TO_ROW = 2.39  # em of the called number / em of a row, where the room allows
COUNTER_TO_CALL = 0.83
WORD_PX = 107  # waiting, clock, band
TILE = 1.05  # a letter's tile, in ems of its letter
BAND, BAND_LINE = 1.31, 1.35  # the notice band likewise, and what a second line of it takes
TAIL, HEAD = 0.075, 0.155  # em: how far an ị hangs out of a tile's height, and an Ẳ out of the band's
# The shape every layout is made for: a letter as wide as G, three figures, a counter of two.
LETTER_EM = 0.79
NUMBER_EM, COUNTER_EM = LETTER_EM + 3 * 0.70, 2 * 0.70  # weight 800
ROW_EM = LETTER_EM + 3 * 0.68 + 0.62 + 2 * 0.68  # weight 700, with the arrow
ARROW_EM = 0.62  # the arrow before the counter of the call, in ems of the counter
LINE_EM = 1.0  # arrow and air, where number and counter stand in one line
TIGHT_ROW = 0.18  # em between number and counter when the arrow gives way
MOST_ROWS = 12

Kind = Literal["beside", "above", "above-in-line"]


class LayoutRefused(Exception):
    """A panel too small for its farthest seat; `str()` is one sentence that says what fits.

    `rows` and `seat_m`: what this panel holds at this distance, and up to where it is good for one row.
    """

    def __init__(self, reason: str, rows: int, seat_m: float) -> None:
        super().__init__(reason)
        self.rows, self.seat_m = rows, seat_m


@dataclass(frozen=True)
class Panel:
    """A screen on a wall: pixels, inches, and metres to the farthest seat."""

    width: int
    height: int
    diagonal_inch: float
    seat_m: float

    @property
    def px_per_mm(self) -> float:
        return math.hypot(self.width, self.height) / (self.diagonal_inch * MM_PER_INCH)

    def least(self, ratio: int) -> int:
        """The em whose capitals are seat distance / `ratio` high."""
        return math.ceil(self.seat_m * 1000 / ratio * self.px_per_mm / CAP)

    def space(self, px: float) -> int:
        return round(px * min(self.width, self.height) / 1080)

    def __str__(self) -> str:
        return f'{self.diagonal_inch:g}" at {self.seat_m:g} m'


@dataclass(frozen=True)
class Shape:
    """The widest of what is shown, in ems: called number, its counter, number and counter of a row."""

    number: float = NUMBER_EM
    counter: float = COUNTER_EM
    row: float = ROW_EM - 0.62 + TIGHT_ROW


@dataclass(frozen=True)
class Sizes:
    """One arrangement. `*_px` are ems; `list_width` is for a list beside the call."""

    panel: Panel
    kind: Kind
    rows: int
    columns: int
    number_px: int
    counter_px: int
    row_px: int
    word_px: int
    ease: Ease
    list_width: int
    keeps_the_rule: bool = True


@dataclass(frozen=True)
class Ease:
    """How generous the spaces are, in pixels of the panel."""

    margin: int
    gap: int  # between call and list
    call_pad: int
    list_pad: int
    air: int  # least height above, between and below the lines of the call
    header: int
    strip: int  # above and below the waiting line
    foot: int  # below the band


COMFORTABLE = Ease(48, 28, 55, 32, 30, 76, 26, 20)
TIGHT = Ease(24, 16, 24, 20, 20, 62, 24, 14)
PITCH: Final = 0.96  # least height of a row in ems of its figures: there are no accents in numbers


@lru_cache(maxsize=512)
def em(text: str, weight: int) -> float:
    """The width of a number in ems, figures in their cells."""
    return sum(letters.FIGURE_CELL[weight] if c in letters.FIGURES else advance(c, weight) for c in text)


def advance(sign: str, weight: int) -> float:
    return letters.width(sign, 200, weight) / 200


def shape_of(call: tuple[str, str] | None, rows: tuple[tuple[str, str], ...]) -> Shape:
    """The shape of calls (number, counter), never less than the usual one.

    A counter with a name longer than three figures is drawn smaller and takes no row from anybody.
    """
    usual = Shape()
    number, counter = (em(call[0], 800), aside(call[1], 800)) if call else (0.0, 0.0)
    row = max((em(n, 700) + aside(c, 700) + TIGHT_ROW for n, c in rows), default=0.0)
    return Shape(max(usual.number, number), max(usual.counter, counter), max(usual.row, row))


def aside(counter: str, weight: int) -> float:
    """The width in ems that a counter's name may claim."""
    return min(em(counter, weight), 3 * letters.FIGURE_CELL[weight])


def header_height(panel: Panel, ease: Ease) -> int:
    return ease.header * 3 // 2 if strip_lines(panel) == 2 else ease.header


def band_height(panel: Panel, word_px: int) -> int:
    return round((BAND + (strip_lines(panel) - 1) * BAND_LINE) * word_px)


def body_height(panel: Panel, word_px: int, ease: Ease, band: bool = True) -> int:
    """What header, waiting lines and band leave for the calls. `ease` is in pixels of this panel."""
    lines = strip_lines(panel)
    used = header_height(panel, ease) + lines * round(TILE * word_px)
    if band:
        used += ease.strip * (1 + lines) + band_height(panel, word_px) + ease.foot
    else:  # the waiting line moves down and breathes
        used += ease.strip * (lines - 1) + round(3.5 * ease.strip)
    return panel.height - used


def strip_lines(panel: Panel) -> int:
    """Waiting and clock, the band, the header: one line each on a wide panel and two on a tall one."""
    return 1 if panel.width >= panel.height else 2


def arrange(panel: Panel, rows: int | None = None, shape: Shape = Shape()) -> Sizes:
    """The sizes for `rows` earlier calls (None: up to five) of this shape.

    Raises `LayoutRefused` when the rule for the farthest seat cannot be kept. For a shape wider than usual it
    is not raised while the usual one fits: the result says `keeps_the_rule` False, and what is too wide is
    drawn as large as there is room.
    """
    wanted = rows or 5
    best = most_rows(panel, wanted, shape)
    if best is not None and best.rows >= (rows or 1):
        return best
    usual = most_rows(panel, wanted, Shape())
    if usual is not None and usual.rows >= (rows or 1):
        return replace(usual, keeps_the_rule=False)
    held = usual.rows if usual is not None else 0
    reach = farthest(panel)
    if held:
        reason = f"{panel} holds {held} {'row' if held == 1 else 'rows'}, not {wanted}"
    elif reach:
        reason = f"{panel} holds no legible call; it is good for seats up to {reach:g} m"
    else:
        reason = f"{panel} holds no legible call at any distance"
    raise LayoutRefused(reason, held, reach)


def farthest(panel: Panel) -> float:
    """Up to which seat the panel holds a call and one row, in steps of half a metre; 0 for none."""
    far = 0.0
    while far < 100 and most_rows(replace(panel, seat_m=far + 0.5), 1, Shape()) is not None:
        far += 0.5
    return far


def most_rows(panel: Panel, wanted: int, shape: Shape) -> Sizes | None:
    """The best arrangement with `wanted` rows, else with as many as there can be; None if the rule breaks."""
    for count in range(min(wanted, MOST_ROWS), 0, -1):
        for sizes in candidates(panel, count, shape):
            return sizes
    return None


def candidates(panel: Panel, count: int, shape: Shape) -> Iterator[Sizes]:
    """Arrangements that keep the rule, best first."""
    least = panel.least(WORD_RATIO)
    words = sorted({max(least, panel.space(WORD_PX)), least}, reverse=True)
    for word_px in words:
        if panel.width >= panel.height:
            for ease in (COMFORTABLE, TIGHT):
                yield from beside(panel, count, shape, ease, word_px)
        for in_line in (False, True):
            for ease in (COMFORTABLE, TIGHT):
                yield from above(panel, count, shape, ease, word_px, in_line)


def on(panel: Panel, style: Ease, word_px: int = 0) -> Ease:
    """The spaces on this panel; the tails of the waiting line and the accents of the band have theirs."""
    ease = Ease(*(panel.space(px) for px in astuple(style)))
    return replace(ease, strip=max(ease.strip, math.ceil(TAIL * word_px) + math.ceil(HEAD * word_px)))


def beside(panel: Panel, count: int, shape: Shape, style: Ease, word_px: int) -> Iterator[Sizes]:
    """The call at the left, the list at the right."""
    ease = on(panel, style, word_px)
    call_least, row_least = panel.least(CALL_RATIO), panel.least(ROW_RATIO)
    height = body_height(panel, word_px, ease)
    room = panel.width - 2 * (ease.margin + ease.call_pad + ease.list_pad) - ease.gap
    tallest = int(height / count / PITCH)
    if tallest < row_least:
        return
    shared = max(row_least, min(tallest, int(room / (ROW_EM + CALL_TO_ROW * NUMBER_EM))))
    for row_px, arrow in ((shared, True), (row_least, True), (row_least, False)):
        list_inner = math.ceil(max(ROW_EM if arrow else 0, shape.row) * row_px)
        sizes = call_sizes(room - list_inner, height, shape, ease, call_least)
        if sizes is not None:
            yield Sizes(
                panel, "beside", count, 1, *sizes, row_px, word_px, ease, list_inner + 2 * ease.list_pad
            )


def call_sizes(inner: int, height: int, shape: Shape, ease: Ease, least: int) -> tuple[int, int] | None:
    """Number above counter: their ems in a card with so much room, or None if that breaks the rule."""
    if inner < least * max(shape.number, shape.counter + ARROW_EM):
        return None
    caps = (height - 3 * ease.air) / CAP
    number = min(int(inner / NUMBER_EM), int(caps / (1 + COUNTER_TO_CALL)), int(caps - least))
    if number < least:
        return None
    return number, max(least, int(number * COUNTER_TO_CALL))


def above(
    panel: Panel, count: int, shape: Shape, style: Ease, word_px: int, in_line: bool
) -> Iterator[Sizes]:
    """The call over the whole width, in one line or two; the list below, in one column or two."""
    ease = on(panel, style, word_px)
    call_least, row_least = panel.least(CALL_RATIO), panel.least(ROW_RATIO)
    width = panel.width - 2 * ease.margin
    height = body_height(panel, word_px, ease) - ease.gap
    inner = width - 2 * ease.call_pad
    for columns in (1, 2):
        column = (width - (columns - 1) * ease.gap) // columns - 2 * ease.list_pad
        lines = math.ceil(count / columns)
        widest = int(column / max(ROW_EM, shape.row))
        left = height - math.ceil(lines * row_least * PITCH)
        sizes: tuple[int, int] | None
        if in_line:
            px = min(int(inner / (shape.number + LINE_EM + shape.counter)), int((left - 2 * ease.air) / CAP))
            sizes = (px, px) if px >= call_least else None
        else:
            sizes = call_sizes(inner, left, shape, ease, call_least)
        if sizes is None or widest < row_least:
            continue
        tallest = [
            int((height - call_height(sizes, air, in_line)) / lines / PITCH)
            for air in (2 * ease.air, ease.air)
        ]
        row_px = min(widest, next((px for px in tallest if px >= row_least), row_least))
        kind: Kind = "above-in-line" if in_line else "above"
        yield Sizes(panel, kind, count, columns, *sizes, row_px, word_px, ease, 0)


def call_height(sizes: tuple[int, int], air: int, in_line: bool) -> int:
    """The least height of the call's card above a list: capitals and the air around them."""
    if in_line:
        return math.ceil(sizes[0] * CAP) + 2 * air
    return math.ceil(sum(sizes) * CAP) + 3 * air
