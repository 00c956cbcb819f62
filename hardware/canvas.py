"""Canvas: cards, words, numbers and codes on a surface, in the colours of a theme.

Knows pixels, wrapping and where a baseline goes; keeps out screens, pages and what the words mean.
Everything is drawn in whole pixels; round edges are antialiased. Words are never cut: what does not fit
is refused with `DoesNotFit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import pygame

from hardware import rounded, type as letters
from hardware.theme import BLACK, RGB, WHITE, Theme

Anchor = Literal["left", "centre", "right"]
# Where the given y is: on the baseline, at the middle of the capitals, or at the top of the line box of
# 1.35 em.
Level = Literal["baseline", "middle", "top"]
Point = tuple[float, float]
RectLike = pygame.Rect | tuple[int, int, int, int]


class DoesNotFit(Exception):
    """Words that have no room in their box at the least size allowed. A page shows fewer things then."""

    def __init__(self, text: str, rect: pygame.Rect, px: int) -> None:
        super().__init__(f"{text!r} does not fit into {rect.width}x{rect.height} at {px} px")
        self.text, self.rect, self.px = text, rect, px


class Canvas:
    """Draws on `surface` (a whole screen or a part of one) with the colours of `theme`."""

    def __init__(self, surface: pygame.Surface, theme: Theme) -> None:
        self.surface = surface
        self.theme = theme

    @property
    def rect(self) -> pygame.Rect:
        return self.surface.get_rect()

    # Shapes

    def clear(self, colour: RGB | None = None) -> None:
        """One colour all over: the theme's ground unless told."""
        self.surface.fill(colour or self.theme.ground)

    def fill(self, rect: RectLike, colour: RGB) -> None:
        """A plain rectangle: a band, a rule, a bar."""
        self.surface.fill(colour, rect)

    def card(
        self,
        rect: RectLike,
        fill: RGB | None,
        radius: int = 20,
        border: RGB | None = None,
        border_width: int = 0,
        dashed: bool = False,
    ) -> None:
        """A rounded rectangle; the border lies inside `rect`. With `fill` None only the border is drawn."""
        rounded.draw(self.surface, pygame.Rect(rect), fill, radius, border, border_width, dashed)

    def image(self, rect: RectLike, matrix: Sequence[Sequence[int | bool]], quiet: int = 4) -> pygame.Rect:
        """A code of square modules, black on white whatever the theme, as big as fits in whole pixels.

        `matrix`: rows of modules, true is black (as `segno.make(...).matrix`). `quiet`: modules of white
        around it; a QR code needs four. Returns the square taken, its quiet zone within. Raises
        `DoesNotFit`.
        """
        box = pygame.Rect(rect)
        across = len(matrix) + 2 * quiet
        module = min(box.width, box.height) // across
        if module < 1:
            raise DoesNotFit("a code", box, across)
        taken = pygame.Rect(0, 0, across * module, across * module)
        taken.center = box.center
        self.surface.fill(WHITE, taken)
        for down, row in enumerate(matrix):
            for along, dark in enumerate(row):
                if dark:
                    place = (taken.x + (along + quiet) * module, taken.y + (down + quiet) * module)
                    self.surface.fill(BLACK, (place, (module, module)))
        return taken

    # Words

    def text(
        self,
        s: str,
        pos: Point,
        px: int,
        weight: int = 400,
        colour: RGB | None = None,
        anchor: Anchor = "left",
        level: Level = "baseline",
    ) -> pygame.Rect:
        """One line of words, ink unless told. Returns the rectangle that holds all its ink, advance wide."""
        line = letters.RENDERINGS.get(letters.nfc(s), px, weight, colour or self.theme.ink)
        left = start_of(pos[0], line.advance, anchor)
        baseline = baseline_of(pos[1], px, level)
        self.surface.blit(line.surface, (left + line.left, baseline + line.top))
        return held(left, baseline, line.advance, px)

    def text_box(
        self,
        s: str,
        rect: RectLike,
        px: int,
        weight: int = 400,
        colour: RGB | None = None,
        align: Anchor = "left",
        max_lines: int | None = None,
        min_px: int | None = None,
        valign: Literal["top", "middle", "bottom"] = "top",
    ) -> pygame.Rect:
        """Words wrapped at spaces (and at line feeds) in `rect`, as big as fits from `px` down to `min_px`.

        No more lines than needed, and these about equally wide. Without `min_px` nothing shrinks. Returns
        the line boxes' rectangle. Raises `DoesNotFit`, drawing nothing.
        """
        box = pygame.Rect(rect)
        size, lines = self.fit(s, box, px, weight, max_lines, min_px)
        step = letters.line_px(size)
        spare = box.height - step * len(lines)
        top = box.y + {"top": 0, "middle": spare // 2, "bottom": spare}[valign]
        x = {"left": box.left, "centre": box.centerx, "right": box.right}[align]
        for number, line in enumerate(lines):
            self.text(line, (x, top + number * step), size, weight, colour, align, "top")
        wide = max(letters.width(line, size, weight) for line in lines)
        return pygame.Rect(start_of(x, wide, align), top, wide, step * len(lines))

    def fit(
        self,
        s: str,
        rect: RectLike,
        px: int,
        weight: int = 400,
        max_lines: int | None = None,
        min_px: int | None = None,
    ) -> tuple[int, list[str]]:
        """The size and the lines that `text_box` would draw. Raises `DoesNotFit`."""
        box = pygame.Rect(rect)
        least = min(px, min_px or px)
        for size in range(px, least - 1, -1):
            lines = balanced(s, box.width, size, weight)
            if lines is None or (max_lines is not None and len(lines) > max_lines):
                continue
            if len(lines) * letters.line_px(size) <= box.height:
                return size, lines
        raise DoesNotFit(s, box, least)

    def width(self, s: str, px: int, weight: int = 400) -> int:
        """The advance of a line of words."""
        return letters.width(s, px, weight)

    # Numbers

    def figures(
        self,
        s: str,
        pos: Point,
        px: int,
        weight: int = 800,
        colour: RGB | None = None,
        anchor: Anchor = "left",
        level: Level = "baseline",
    ) -> pygame.Rect:
        """A number or a clock: each figure centred in a cell of equal width, all else as wide as it is."""
        left = start_of(pos[0], self.figures_width(s, px, weight), anchor)
        baseline = baseline_of(pos[1], px, level)
        x = left
        for piece, cell in pieces(s, px, weight):
            drawn = letters.RENDERINGS.get(piece, px, weight, colour or self.theme.ink)
            self.surface.blit(
                drawn.surface, (x + (cell - drawn.advance) // 2 + drawn.left, baseline + drawn.top)
            )
            x += cell
        return held(left, baseline, x - left, px)

    def figures_width(self, s: str, px: int, weight: int = 800) -> int:
        return sum(cell for _, cell in pieces(s, px, weight))

    def cap_px(self, cap_height: float) -> int:
        """The size at which capitals and figures are `cap_height` pixels high."""
        return letters.cap_px(cap_height)


def pieces(s: str, px: int, weight: int) -> Iterator[tuple[str, int]]:
    """The signs of a number, each with the width of its cell."""
    for sign in letters.nfc(s):
        yield (
            sign,
            letters.cell_px(weight, px) if sign in letters.FIGURES else letters.width(sign, px, weight),
        )


def wrap(s: str, most: int, px: int, weight: int) -> list[str] | None:
    """The lines of `s` no wider than `most` pixels, or None when a single word is wider."""
    lines: list[str] = []
    for paragraph in letters.nfc(s).split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if letters.width(longer, px, weight) <= most:
                line = longer
            elif letters.width(word, px, weight) <= most:
                lines.append(line)
                line = word
            else:
                return None
        lines.append(line)
    return lines


def balanced(s: str, most: int, px: int, weight: int) -> list[str] | None:
    """As `wrap`, then as narrow as the same number of lines allows: "Sở Tài nguyên / và Môi trường"."""
    lines = wrap(s, most, px, weight)
    if lines is None or len(lines) == 1:
        return lines
    least = most // 2
    while most - least > px // 4:
        middle = (least + most) // 2
        narrower = wrap(s, middle, px, weight)
        if narrower is not None and len(narrower) == len(lines):
            lines, most = narrower, middle
        else:
            least = middle
    return lines


def start_of(x: float, wide: int, anchor: Anchor) -> int:
    return round(x - {"left": 0.0, "centre": wide / 2, "right": float(wide)}[anchor])


def baseline_of(y: float, px: int, level: Level) -> int:
    below = {"baseline": 0.0, "middle": letters.CAP_HEIGHT / 2, "top": letters.BASELINE_IN_LINE}[level]
    return round(y + below * px)


def held(left: int, baseline: int, wide: int, px: int) -> pygame.Rect:
    """All that a line of this size may touch, accents and tails included."""
    above, below = -int(-letters.ASCENT * px // 1), -int(-letters.DESCENT * px // 1)
    return pygame.Rect(left, baseline - above, wide, above + below)
