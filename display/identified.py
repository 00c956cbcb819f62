"""Identified: a picture in which somebody who looks for this wall finds its name. Pure.

Knows that calls stay: the name takes the place of the largest part that is no call. Keeps out for how long.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from display.marks import Box, Card, Picture, Word
from hardware.identity import Identity, as_large
from hardware.type import LINE

CALLS: Final = frozenset({"header", "hero"})
WIDE, HIGH, ID_HIGH = 0.86, 0.5, 0.16  # of the part: the name's lines, and the id's


def identified(picture: Picture, identity: Identity) -> Picture:
    """The same regions at the same places, one of them with other words."""
    others = [region for region in picture if region.name not in CALLS] or list(picture)
    taken = max(others, key=lambda region: region.box.width * region.box.height)
    card = replace(taken, marks=tuple(_marks(taken.box, identity)))
    return tuple(card if region is taken else region for region in picture)


def _marks(box: Box, identity: Identity) -> list[Card | Word]:
    middle, wide = box.x + box.width / 2, round(box.width * WIDE)
    px, lines = as_large(identity.name, wide, round(box.height * HIGH), 800)
    small, (id,) = as_large(identity.id, wide, round(box.height * ID_HIGH), 600, most_lines=1)
    marks: list[Card | Word] = [Card(box, "deep", 0)]
    upper = box.y + box.height * 0.42
    for place, line in enumerate(lines):
        y = upper + (place - (len(lines) - 1) / 2) * LINE * px
        marks.append(Word(line, middle, y, px, 800, "gold", "centre"))
    marks.append(Word(id, middle, box.y + box.height * 0.82, small, 600, "on_deep", "centre"))
    return marks
