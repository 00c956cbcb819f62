"""Type: the fonts, their measures, and pictures of words that are kept for the next drawing.

Knows Be Vietnam Pro as shipped in `fonts/` and SDL_ttf; keeps out where words go, which is the canvas's.
Sizes are pixels of the em. Strings are brought to NFC here, the last door before the letters.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pygame
import pygame.font

from hardware.theme import RGB

FONTS: Final = Path(__file__).parent / "fonts"
WEIGHTS: Final = (400, 600, 700, 800)
CAP_HEIGHT: Final = 0.74  # em; from the font's OS/2 table
ASCENT: Final = 1.261  # em; raised by fonts/vendor.py so that every stacked accent lies below it
DESCENT: Final = 0.265  # em
LINE: Final = 1.35  # em; less, and the accents of a line touch the tails of the line above
# Where the baseline lies in a line box: as browsers put it, with the family's own ascent 1.0 and descent
# 0.265.
BASELINE_IN_LINE: Final = (LINE - 1.265) / 2 + 1.0
# The family's figures are not tabular (1 is 0.43 em, 4 is 0.72 em) and it has no `tnum`: a figure stands
# in a cell.
FIGURE_CELL: Final = {400: 0.65, 600: 0.65, 700: 0.68, 800: 0.70}
FIGURES: Final = frozenset("0123456789")


def font_path(weight: int) -> Path:
    """The TTF of a weight, also for Pillow. Raises ValueError for a weight that is not shipped."""
    if weight not in WEIGHTS:
        raise ValueError(f"no weight {weight}: the shipped ones are {WEIGHTS}")
    return FONTS / f"BeVietnamPro-{weight}.ttf"


@lru_cache(maxsize=64)
def font(weight: int, px: int) -> pygame.font.Font:
    """The font at an em of `px` pixels. Needs no display."""
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame.font.Font(font_path(weight), px)


def cap_px(cap_height: float) -> int:
    """The em in pixels whose capitals are `cap_height` pixels high, for example `cap_px(mm * px_per_mm)`."""
    return round(cap_height / CAP_HEIGHT)


def line_px(px: int) -> int:
    """The height of one line of words in pixels."""
    return -int(-px * LINE // 1)


def cell_px(weight: int, px: int) -> int:
    """The width of the cell in which each figure of a number is centred."""
    return round(FIGURE_CELL[weight] * px)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)
def width(text: str, px: int, weight: int) -> int:
    """The advance of a word or line in pixels."""
    return font(weight, px).size(nfc(text))[0]


@dataclass(frozen=True)
class Rendering:
    """A picture of a line, cut to its ink. `left`, `top` lead there from its start on the baseline."""

    surface: pygame.Surface
    left: int
    top: int
    advance: int


class Renderings:
    """Pictures of lines; when they take more than `most_bytes`, the least lately used go."""

    def __init__(self, most_bytes: int) -> None:
        self._kept: OrderedDict[tuple[str, int, int, RGB], Rendering] = OrderedDict()
        self._bytes = 0
        self._most = most_bytes

    def get(self, text: str, px: int, weight: int, colour: RGB) -> Rendering:
        key = (text, px, weight, colour)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        made = self._kept[key] = render(text, px, weight, colour)
        self._bytes += size_of(made)
        while self._bytes > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= size_of(dropped)
        return made

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held_bytes(self) -> int:
        return self._bytes


def size_of(rendering: Rendering) -> int:
    return rendering.surface.get_width() * rendering.surface.get_height() * 4


def render(text: str, px: int, weight: int, colour: RGB) -> Rendering:
    """Draw a line, antialiased, on nothing. One line only: the caller has wrapped."""
    face = font(weight, px)
    text = nfc(text)
    advance = face.size(text)[0]
    drawn = face.render(text if advance else "", True, colour)  # SDL refuses signs without width
    ink = drawn.get_bounding_rect()
    return Rendering(drawn.subsurface(ink).copy(), ink.left, ink.top - face.get_ascent(), advance)


# A call at 1080p is 1.4 MB. More room would only fill up with pages that turn, 8 MB and more of the 60 that a
# wall has; to draw what is not kept takes a few milliseconds.
KEPT_BYTES: Final = 2 * 1024 * 1024
RENDERINGS: Final = Renderings(KEPT_BYTES)
