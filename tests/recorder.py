"""A canvas that remembers what was written on it, for tests of whole screens."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pygame

from hardware.canvas import Anchor, Canvas, Level, Point, baseline_of, held, start_of
from hardware.theme import RGB, Theme, contrast
from hardware.type import CAP_HEIGHT, RENDERINGS, nfc


class Line(NamedTuple):
    """One line of words: its capitals and its ink in pixels, its contrast to what it stands on, and `box`,
    all that a line of its size may touch."""

    words: str
    cap: float
    ink: pygame.Rect
    contrast: float
    box: pygame.Rect


class Recorder(Canvas):
    """Draws as always, and remembers each line; no ink may leave the panel."""

    def __init__(self, surface: pygame.Surface, theme: Theme) -> None:
        super().__init__(surface, theme)
        self.lines: list[Line] = []

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
        wide, baseline = self.width(s, px, weight), baseline_of(pos[1], px, level)
        left = start_of(pos[0], wide, anchor)
        drawn = RENDERINGS.get(nfc(s), px, weight, colour or self.theme.ink)
        ink = drawn.surface.get_rect(topleft=(left + drawn.left, baseline + drawn.top))
        self._remember(s, held(left, baseline, wide, px), ink, px, colour)
        return super().text(s, pos, px, weight, colour, anchor, level)

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
        wide, baseline = self.figures_width(s, px, weight), baseline_of(pos[1], px, level)
        left, cap = start_of(pos[0], wide, anchor), round(px * CAP_HEIGHT)
        ink = pygame.Rect(left, baseline - cap, wide, cap)
        self._remember(s, held(left, baseline, wide, px), ink, px, colour)
        return super().figures(s, pos, px, weight, colour, anchor, level)

    def _remember(self, s: str, where: pygame.Rect, ink: pygame.Rect, px: int, colour: RGB | None) -> None:
        """Called before the line is drawn: what it will stand on is still to be seen."""
        if not s:
            return
        assert self.rect.contains(ink), f"{s!r} leaves the panel"
        middle = where.inflate(-where.width // 8, 0).clip(self.rect)
        colours: Counter[RGB] = Counter()
        for x in range(middle.left, middle.right, max(1, middle.width // 12)):
            red, green, blue, _ = self.surface.get_at((x, middle.centery))
            colours[red, green, blue] += 1
        ground = colours.most_common(1)[0][0]
        self.lines.append(Line(s, px * CAP_HEIGHT, ink, contrast(colour or self.theme.ink, ground), where))
