"""Type for a thermal head: letters, figures, a star and a QR code in hard-edged dots.

Knows the shipped font through Pillow, and how words wrap and shrink; keeps out what a ticket says and where
on it. Sizes are dots of the em; a line of words is `hardware.type.line_px` high so that stacked accents fit.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import groupby
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

from hardware.type import BASELINE_IN_LINE, FIGURES, cell_px, font_path

OVERHANG: Final = 0.19  # em by which Ẳ, the tallest letter, stands out of its line above
STEP: Final = 2  # dots by which words shrink until they fit
QUIET: Final = 4  # modules of white that a reader needs around the code
CODE_DOTS: Final = 208  # the largest module size whose code stays below this makes 22 to 26 mm

_SHARP: Final = [0] * 128 + [255] * 128

Run = tuple[str, int]  # words, weight


@lru_cache(maxsize=64)
def font(weight: int, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(weight), px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2048)
def length(text: str, weight: int, px: int) -> float:
    """The advance of a line in dots."""
    return font(weight, px).getlength(text, mode="1")


def write(
    draw: ImageDraw.ImageDraw, text: str, x: float, y: float, weight: int, px: int, ink: int = 0
) -> None:
    """One line of words in a line box whose top is `y`. `ink` 0 is black."""
    base = round(y + BASELINE_IN_LINE * px)
    draw.text((round(x), base), text, fill=ink, font=font(weight, px), anchor="ls")


def write_runs(draw: ImageDraw.ImageDraw, runs: list[Run], x: float, y: float, px: int) -> None:
    """One line of words in several weights."""
    for text, weight in runs:
        write(draw, text, x, y, weight, px)
        x += length(text, weight, px)


def fit(text: str, weight: int, px: int, floor: int, width: float, most_lines: int) -> tuple[int, list[str]]:
    """The size from `px` down to `floor` at which `text` takes at most `most_lines`, and its lines.

    At the floor it takes the lines it needs: nothing is ever cut off. No line is left with a single word.
    """
    while True:
        lines = wrap(text, weight, px, width)
        if len(lines) <= most_lines or px <= floor:
            break
        px = max(px - STEP, floor)
    narrower, count = width, len(lines)
    while count > 1 and " " not in lines[-1]:
        narrower *= 0.95
        tighter = wrap(text, weight, px, narrower)
        if len(tighter) > count:
            break
        lines = tighter
    return px, lines


def shrunk(text: str, weight: int, px: int, floor: int, width: float) -> int:
    """The size from `px` down to `floor` at which `text` fits on one line; the floor if it never does."""
    while px > floor and length(text, weight, px) > width:
        px = max(px - STEP, floor)
    return px


def wrap(text: str, weight: int, px: int, width: float) -> list[str]:
    """`text` in lines no wider than `width`; a word that is wider breaks between its letters."""
    return ["".join(words for words, _ in line) for line in wrap_runs([(text, weight)], px, width)]


def wrap_runs(runs: list[Run], px: int, width: float) -> list[list[Run]]:
    """`wrap` for words in several weights."""
    lines: list[list[Run]] = [[]]
    used = 0.0
    for word, weight in ((word, weight) for text, weight in runs for word in text.split()):
        for piece in pieces(word, weight, px, width):
            spaced = f" {piece}" if lines[-1] else piece
            if lines[-1] and used + length(spaced, weight, px) > width:
                lines.append([])
                used, spaced = 0.0, piece
            lines[-1].append((spaced, weight))
            used += length(spaced, weight, px)
    return [
        [
            ("".join(text for text, _ in same), weight)
            for weight, same in groupby(line, key=lambda run: run[1])
        ]
        for line in lines
    ]


def pieces(word: str, weight: int, px: int, width: float) -> list[str]:
    """The word, whole where it is no wider than `width`, else in pieces that are."""
    if length(word, weight, px) <= width:
        return [word]
    found = [""]
    for letter in word:
        if found[-1] and length(found[-1] + letter, weight, px) > width:
            found.append("")
        found[-1] += letter
    return found


# --- ticket numbers ---------------------------------------------------------------------------------------


def cells(number: str, px: int) -> list[tuple[str, float]]:
    """A number letter by letter with the width of its cell: all figures alike, letters their own."""
    return [(c, cell_px(800, px) if c in FIGURES else length(c, 800, px)) for c in number]


def number_width(number: str, px: int) -> float:
    return sum(cell for _, cell in cells(number, px))


def largest(number: str, px: int, floor: int, width: float, more_em: float = 0.0) -> int | None:
    """The largest size from `px` to `floor` at which number and `more_em` fit on one line; None if none."""
    for size in range(px, floor - 1, -1):
        if number_width(number, size) + more_em * size <= width:
            return size
    return None


def broken(number: str, px: int, width: float) -> list[str]:
    """A number too long for one line, in as few as it takes, parted behind its hyphens where it has some."""
    lines = [""]
    for part in [f"{part}-" for part in number.split("-")[:-1]] + [number.split("-")[-1]]:
        for piece in [part] if number_width(part, px) <= width else list(part):
            if lines[-1] and number_width(lines[-1] + piece, px) > width:
                lines.append("")
            lines[-1] += piece
    return lines


def write_number(
    draw: ImageDraw.ImageDraw, number: str, x: float, base: int, px: int, squeeze: float = 1.0
) -> None:
    """A number on its baseline, each figure in the middle of its cell; `squeeze` < 1 makes it narrower."""
    if squeeze < 1.0:
        above, below = px, px // 4
        wide = Image.new("L", (math.ceil(number_width(number, px)), above + below), 0)
        write_number(ImageDraw.Draw(wide), number, 0, above, px)
        narrow = wide.resize((int(wide.width * squeeze), wide.height), Image.Resampling.BOX)
        draw.bitmap((round(x), base - above), narrow.point(_SHARP, "1"), fill=_ink(draw))
        return
    for letter, cell in cells(number, px):
        inside = x + (cell - length(letter, 800, px)) / 2
        draw.text(
            (round(inside), base),
            letter,
            fill=_ink(draw),
            font=font(800, px),
            anchor="ls",
        )
        x += cell


def star(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """A star of five points in a square whose upper left corner is (x, y), black, or white on a mask."""
    outer = size / 2
    points = []
    for k in range(10):
        radius = outer if k % 2 == 0 else outer * 0.42
        angle = math.pi * k / 5 - math.pi / 2
        points.append((x + outer + radius * math.cos(angle), y + outer * 1.05 + radius * math.sin(angle)))
    draw.polygon(points, fill=_ink(draw))


def enlarged(draw: ImageDraw.ImageDraw, y: int, mask: Image.Image, times: int) -> None:
    """Draw what is white on `mask` black, each dot as a square of `times` dots, from the left at `y`."""
    size = (mask.width * times, mask.height * times)
    draw.bitmap((0, y), mask.point(_SHARP, "1").resize(size, Image.Resampling.NEAREST), fill=0)


def _ink(draw: ImageDraw.ImageDraw) -> int:
    return 0 if draw.mode == "1" else 255


# --- the code ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def qr(url: str, even: bool = False) -> tuple[Image.Image, int]:
    """The code as a mask (1: black) without its white, and how many dots of white it needs on each side.

    Level M. An address of at most 60 characters needs version 4 or less: at least 6 dots a module. `even`: an
    even number of dots a module, so that a slow wire can carry it in double dots.
    """
    matrix = segno.make_qr(url, error="m", boost_error=False).matrix
    modules = len(matrix)
    dots = max(CODE_DOTS // modules, 4)
    dots += even * dots % 2
    small = Image.frombytes("L", (modules, modules), b"".join(bytes(row) for row in matrix))
    mask = small.point([0] + [255] * 255, "1")
    return mask.resize((modules * dots, modules * dots), Image.Resampling.NEAREST), QUIET * dots
