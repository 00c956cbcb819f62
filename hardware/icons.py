"""Icons: a few flat shapes, always shown beside a word.

Knows shapes on a grid of 24 units; keeps out what they stand for on a page. A shape is filled, or it is
cut out of what lies before it, so that the ground shows through. Drawn big, made small, and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

import pygame

from hardware.canvas import Canvas, RectLike
from hardware.theme import RGB

GRID: Final = 24
STROKE: Final = 2.4  # units
FACES: Final = ("face_1", "face_2", "face_3", "face_4", "face_5")  # from the worst level to the best

P = tuple[float, float]


class Plate:
    """A square of `side` pixels, drawn on in units of the grid. `on` is true for ink and false for a hole."""

    def __init__(self, side: int, colour: RGB) -> None:
        self.surface = pygame.Surface((side, side), pygame.SRCALPHA)
        self.surface.fill((*colour, 0))
        self._unit = side / GRID
        self._colour = colour

    def _paint(self, on: bool) -> tuple[int, int, int, int]:
        return (*self._colour, 255 if on else 0)

    def disc(self, x: float, y: float, r: float, on: bool = True) -> None:
        u = self._unit
        pygame.draw.circle(self.surface, self._paint(on), (x * u, y * u), r * u)

    def polygon(self, points: Sequence[P], on: bool = True) -> None:
        u = self._unit
        pygame.draw.polygon(self.surface, self._paint(on), [(x * u, y * u) for x, y in points])

    def box(self, x: float, y: float, right: float, bottom: float, r: float = 0.0, on: bool = True) -> None:
        """A rectangle with corners of radius `r`."""
        self.polygon([(x + r, y), (right - r, y), (right - r, bottom), (x + r, bottom)], on)
        if r:
            self.polygon([(x, y + r), (right, y + r), (right, bottom - r), (x, bottom - r)], on)
            for cx in (x + r, right - r):
                for cy in (y + r, bottom - r):
                    self.disc(cx, cy, r, on)

    def line(self, points: Sequence[P], wide: float = STROKE, on: bool = True) -> None:
        """A stroke through points, with round ends and joints."""
        for (x1, y1), (x2, y2) in pairwise(points):
            far = math.hypot(x2 - x1, y2 - y1)
            dx, dy = (y2 - y1) / far * wide / 2, (x1 - x2) / far * wide / 2
            self.polygon([(x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy)], on)
        for x, y in points:
            self.disc(x, y, wide / 2, on)

    def ring(self, x: float, y: float, r: float, wide: float = STROKE) -> None:
        """A circle whose stroke lies inside radius `r`."""
        self.disc(x, y, r)
        self.disc(x, y, r - wide, False)

    def arc(self, x: float, y: float, r: float, start: float, end: float) -> list[P]:
        """Points on a circle from `start` to `end` degrees, clockwise on the screen, 0 to the right."""
        angles = [math.radians(start + (end - start) * i / 40) for i in range(41)]
        return [(x + r * math.cos(a), y + r * math.sin(a)) for a in angles]


def arrow(p: Plate) -> None:
    p.box(1.5, 10.0, 14.0, 14.0)
    p.polygon([(12.5, 4.0), (22.5, 12.0), (12.5, 20.0)])


def person(p: Plate) -> None:
    p.disc(12, 7, 4.6)
    p.box(3.6, 13.2, 20.4, 30.0, 6.0)
    p.box(0, 22, 24, 24, on=False)


def clock(p: Plate) -> None:
    p.ring(12, 12, 10)
    p.line([(12, 7), (12, 12.2), (15.8, 14.2)], 2.2)


def info(p: Plate) -> None:
    p.disc(12, 12, 10.5)
    p.disc(12, 7.2, 1.7, False)
    p.box(10.6, 10.4, 13.4, 18.0, on=False)


def warning(p: Plate) -> None:
    p.polygon([(12, 2), (23.4, 22), (0.6, 22)])
    p.box(10.6, 9, 13.4, 15.6, on=False)
    p.box(10.6, 17.2, 13.4, 19.8, on=False)


def tick(p: Plate) -> None:
    p.box(1.5, 1.5, 22.5, 22.5, 3.5)
    p.line([(6.6, 12.4), (10.4, 16.2), (17.4, 8.2)], 2.8, False)


def half(p: Plate, wide: float = 2.6) -> None:
    p.ring(12, 12, 10.5, wide)
    p.polygon(p.arc(12, 12, 10, 90, 270))


def diamond(p: Plate) -> None:
    p.polygon([(12, 1.2), (22.8, 12), (12, 22.8), (1.2, 12)])


def star(p: Plate) -> None:
    turns = [math.radians(-90 + 36 * i) for i in range(10)]
    p.polygon(
        [(12 + r * math.cos(a), 12.8 + r * math.sin(a)) for a, r in zip(turns, [11.6, 4.9] * 5, strict=True)]
    )


def text_size(p: Plate) -> None:
    p.line([(1.6, 19.8), (7.6, 4.6), (13.6, 19.8)])
    p.line([(4.0, 14.8), (11.2, 14.8)], 2.2)
    p.line([(15.0, 19.9), (18.9, 10.4), (22.8, 19.9)], 2.0)
    p.line([(16.4, 16.8), (21.4, 16.8)], 1.8)


def low_mode(p: Plate) -> None:
    p.box(3.5, 1, 20.5, 23, 2.6)
    p.box(5.9, 3.4, 18.1, 20.6, 0.6, False)
    p.box(10.6, 6, 13.4, 12.5)
    p.polygon([(7.2, 11.5), (16.8, 11.5), (12, 17.5)])


def scan(p: Plate) -> None:
    """A bar code between the corners of a finder."""
    for x in (1.5, 22.5):
        inward = 5.5 if x < 12 else -5.5
        for y, down in ((2.7, 5.0), (21.3, -5.0)):
            p.line([(x, y + down), (x, y), (x + inward, y)], 2.0)
    for x, wide in ((5.2, 2.2), (9.0, 1.4), (12.0, 2.8), (16.4, 1.4)):
        p.box(x, 6.6, x + wide, 17.4)


def face(p: Plate, level: int) -> None:
    """Mouths that differ strongly in shape, so that no colour is needed to tell them apart."""
    p.disc(12, 12, 11.6)
    for x in (8.1, 15.9):
        p.disc(x, 8.6, 1.6, False)
    MOUTHS[level](p)


def shout(p: Plate) -> None:
    p.polygon(p.arc(12, 19.4, 6.0, 180, 360), False)


def frown(p: Plate) -> None:
    band(p, 21.0, 210, 330)


def flat(p: Plate) -> None:
    p.box(7.2, 14.6, 16.8, 16.6, on=False)


def smile(p: Plate) -> None:
    band(p, 11.4, 20, 160)


def grin(p: Plate) -> None:
    p.polygon(p.arc(12, 12.8, 6.4, 0, 180), False)


def band(p: Plate, y: float, start: float, end: float) -> None:
    p.polygon(p.arc(12, y, 7.0, start, end) + p.arc(12, y, 4.8, end, start), False)


MOUTHS: Final[dict[int, Callable[[Plate], None]]] = {1: shout, 2: frown, 3: flat, 4: smile, 5: grin}

ICONS: Final[dict[str, Callable[[Plate], None]]] = {
    "arrow": arrow,
    "person": person,
    "clock": clock,
    "info": info,
    "warning": warning,
    "tick": tick,
    "half": half,
    "diamond": diamond,
    "star": star,
    "contrast": partial(half, wide=3.0),
    "text_size": text_size,
    "low_mode": low_mode,
    "scan": scan,
    **{name: partial(face, level=level) for level, name in enumerate(FACES, 1)},
}


def draw(canvas: Canvas, name: str, rect: RectLike, colour: RGB) -> pygame.Rect:
    """The icon as a square in the middle of `rect`. Returns the square; KeyError for an unknown name."""
    box = pygame.Rect(rect)
    side = min(box.width, box.height)
    place = pygame.Rect(0, 0, side, side)
    place.center = box.center
    canvas.surface.blit(picture(name, side, colour), place)
    return place


@lru_cache(maxsize=128)
def picture(name: str, side: int, colour: RGB) -> pygame.Surface:
    times = 8 if side <= 96 else 4
    plate = Plate(side * times, colour)
    ICONS[name](plate)
    return pygame.transform.smoothscale(plate.surface, (side, side))
