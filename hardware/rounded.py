"""Rounded: rectangles with antialiased round corners, filled, framed or dashed.

Knows how to draw four times too big and make it small; keeps out colours and layout. Only the corners are
drawn so, once for each look, and kept; edges and middle are plain fills.
"""

from __future__ import annotations

import math
from functools import lru_cache

import pygame

from hardware.theme import RGB

TIMES = 4  # four by four samples a pixel
DASH, GAP = 2.6, 1.8  # in border widths


def draw(
    surface: pygame.Surface,
    rect: pygame.Rect,
    fill: RGB | None,
    radius: int,
    border: RGB | None,
    border_width: int,
    dashed: bool,
) -> None:
    """See `Canvas.card`."""
    wide = border_width if border is not None else 0
    r = min(max(radius, wide), rect.width // 2, rect.height // 2)
    frame = border if wide and not dashed else None
    middle(surface, rect, r, fill, frame, wide)
    if r:
        corners(surface, rect, r, disc(r, fill, frame, wide))
    if dashed and border is not None and wide:
        dashes(surface, rect, r, border, wide)


def middle(
    surface: pygame.Surface, rect: pygame.Rect, r: int, fill: RGB | None, frame: RGB | None, wide: int
) -> None:
    """Everything but the corners."""
    if fill is not None:
        surface.fill(fill, rect.inflate(-2 * r, 0))
        surface.fill(fill, rect.inflate(0, -2 * r))
    if frame is not None:
        for edge in edges(rect, r, wide):
            surface.fill(frame, edge)


def edges(rect: pygame.Rect, r: int, wide: int) -> list[pygame.Rect]:
    """The four straight parts of a border: top, bottom, left, right."""
    along, down = rect.width - 2 * r, rect.height - 2 * r
    return [
        pygame.Rect(rect.left + r, rect.top, along, wide),
        pygame.Rect(rect.left + r, rect.bottom - wide, along, wide),
        pygame.Rect(rect.left, rect.top + r, wide, down),
        pygame.Rect(rect.right - wide, rect.top + r, wide, down),
    ]


def corners(surface: pygame.Surface, rect: pygame.Rect, r: int, round_one: pygame.Surface) -> None:
    """The four quarters of a disc of 2r by 2r pixels to the four corners."""
    for x, part_x in ((rect.left, 0), (rect.right - r, r)):
        for y, part_y in ((rect.top, 0), (rect.bottom - r, r)):
            surface.blit(round_one, (x, y), (part_x, part_y, r, r))


@lru_cache(maxsize=128)
def disc(r: int, fill: RGB | None, frame: RGB | None, wide: int) -> pygame.Surface:
    """A disc, its frame inside. Clear pixels keep the colour beside them, so that no edge gets dark."""
    outer = frame or fill or (0, 0, 0)
    big = pygame.Surface((2 * r * TIMES, 2 * r * TIMES), pygame.SRCALPHA)
    big.fill((*outer, 0))
    centre = (r * TIMES, r * TIMES)
    if frame is not None or fill is not None:
        pygame.draw.circle(big, (*outer, 255), centre, r * TIMES)
    if frame is not None and r > wide:
        inner = (*fill, 255) if fill is not None else (*frame, 0)
        pygame.draw.circle(big, inner, centre, (r - wide) * TIMES)
    return pygame.transform.smoothscale(big, (2 * r, 2 * r))


def dashes(surface: pygame.Surface, rect: pygame.Rect, r: int, border: RGB, wide: int) -> None:
    """Dashes around the inside of `rect`: each side and each corner begins and ends alike."""
    for edge in edges(rect, r, wide):
        flat = edge.width >= edge.height
        for start, end in spans(edge.width if flat else edge.height, wide):
            along = pygame.Rect(edge.x + start, edge.y, end - start, wide)
            down = pygame.Rect(edge.x, edge.y + start, wide, end - start)
            surface.fill(border, along if flat else down)
    if r:
        corners(surface, rect, r, dashed_ring(r, border, wide))


def spans(length: int, wide: int) -> list[tuple[int, int]]:
    """Where the dashes of a straight side lie; it begins and ends with half a gap."""
    count = max(1, round(length / ((DASH + GAP) * wide)))
    period = length / count
    gap = period * GAP / (DASH + GAP)
    return [(round(i * period + gap / 2), round((i + 1) * period - gap / 2)) for i in range(count)]


@lru_cache(maxsize=16)
def dashed_ring(r: int, colour: RGB, wide: int) -> pygame.Surface:
    """A ring of dashes, an equal number in each quarter."""
    big = pygame.Surface((2 * r * TIMES, 2 * r * TIMES), pygame.SRCALPHA)
    big.fill((*colour, 0))
    quarter = math.pi / 2
    arc = (r - wide / 2) * quarter
    each = quarter / max(1, round(arc / ((DASH + GAP) * wide)))
    half_gap = each * GAP / (DASH + GAP) / 2
    for number in range(round(4 * quarter / each)):
        band = [number * each + half_gap, (number + 1) * each - half_gap]
        pygame.draw.polygon(big, (*colour, 255), arc_band(r * TIMES, r * TIMES, (r - wide) * TIMES, *band))
    return pygame.transform.smoothscale(big, (2 * r, 2 * r))


def arc_band(
    centre: float, outer: float, inner: float, start: float, end: float
) -> list[tuple[float, float]]:
    """The outline of a piece of a ring; angles in radians."""
    steps = max(2, int((end - start) * outer / 2))
    angles = [start + (end - start) * i / steps for i in range(steps + 1)]
    out = [(centre + outer * math.cos(a), centre + outer * math.sin(a)) for a in angles]
    back = [(centre + inner * math.cos(a), centre + inner * math.sin(a)) for a in reversed(angles)]
    return out + back
