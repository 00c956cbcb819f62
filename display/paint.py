"""Paint: brings a picture onto a surface, and only the regions of it that have changed.

Knows canvas, theme and what was painted last; keeps out where things lie and when to paint.
"""

from __future__ import annotations

import pygame

from display.marks import Box, Card, Icon, Mark, Picture, Region, Rule, Word
from hardware import icons
from hardware.canvas import Canvas
from hardware.theme import Theme

CARD_BORDER = 3  # where a theme tells its cards from the ground by a border


class Painter:
    """Keeps a surface like the latest picture."""

    def __init__(self, surface: pygame.Surface, theme: Theme) -> None:
        self._canvas = Canvas(surface, theme)
        self._painted: dict[str, Region] = {}

    def paint(self, picture: Picture) -> list[pygame.Rect]:
        """Paint what differs from the last picture and return the rectangles that changed, maybe none."""
        if self._places(picture) != self._places(tuple(self._painted.values())):
            self._canvas.clear()
            changed = list(picture)
            rects = [self._canvas.rect]
        else:
            changed = [region for region in picture if region != self._painted[region.name]]
            rects = [pygame.Rect(region.box) for region in changed]
        for region in changed:
            self._paint_region(region)
        self._painted = {region.name: region for region in picture}
        return rects

    @staticmethod
    def _places(picture: Picture) -> dict[str, Box]:
        return {region.name: region.box for region in picture}

    def _paint_region(self, region: Region) -> None:
        surface = self._canvas.surface
        surface.set_clip(region.box)
        self._canvas.fill(region.box, self._canvas.theme.ground)
        for mark in region.marks:
            self._draw(mark)
        surface.set_clip(None)

    def _draw(self, mark: Mark) -> None:
        canvas, theme = self._canvas, self._canvas.theme
        match mark:
            case Card():
                border, width = theme.card_border, CARD_BORDER if theme.card_border else 0
                if mark.border is not None:
                    border, width = getattr(theme, mark.border), mark.border_width
                canvas.card(mark.box, getattr(theme, mark.fill), mark.radius, border, width, mark.dashed)
            case Rule():
                canvas.fill(mark.box, getattr(theme, mark.colour))
            case Icon():
                icons.draw(canvas, mark.name, mark.box, getattr(theme, mark.colour))
            case Word():
                draw = canvas.figures if mark.figures else canvas.text
                at = (mark.x, mark.y)
                colour = getattr(theme, mark.colour)
                draw(mark.text, at, mark.px, mark.weight, colour, mark.anchor, "middle")
