"""Which device this is, in letters for somebody who looks for it across the room.

Stands instead of all else for a moment, on every kind of screen; keeps out for how long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.canvas import Canvas
from hardware.theme import THEMES
from hardware.type import LINE, width

INK: Final = THEMES["light"].ink  # on gold, in every theme
MOST_SIGNS: Final = 60  # of a name; a longer one is cut, the id tells which it is
SAMPLE_PX: Final = 40  # widths grow with the size: one font is enough to know them all
WIDE, HIGH, TOP, ID_AT = 0.88, 0.44, 0.18, 0.74  # of the screen: the name's box, and the id's line


@dataclass(frozen=True)
class Identity:
    """As people call it, and its id."""

    name: str
    id: str


def paint_identity(canvas: Canvas, identity: Identity) -> None:
    """The name as large as it goes, in at most two lines, and the id below it."""
    whole = canvas.rect
    wide = round(whole.width * WIDE)
    canvas.clear(canvas.theme.gold)
    px, lines = as_large(identity.name, wide, round(whole.height * HIGH), 800)
    middle = whole.height * (TOP + HIGH / 2)
    for place, line in enumerate(lines):
        y = middle + (place - (len(lines) - 1) / 2) * LINE * px
        canvas.text(line, (whole.centerx, round(y)), px, 800, INK, "centre", "middle")
    small, (id,) = as_large(identity.id, wide, max(12, px // 2), 600, most_lines=1)
    canvas.text(id, (whole.centerx, round(whole.height * ID_AT)), small, 600, INK, "centre", "middle")


def as_large(
    text: str, wide: int, high: int, weight: int, most_lines: int = 2
) -> tuple[int, tuple[str, ...]]:
    """The size in px and the lines in which a text fills a box best."""
    cut = " ".join(text.split())
    cut = cut if len(cut) <= MOST_SIGNS else f"{cut[:MOST_SIGNS]}…"
    words = cut.split(" ")
    ways: list[tuple[str, ...]] = [(cut,)]
    if most_lines > 1:
        ways += [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return max((_size(lines, wide, high, weight), lines) for lines in ways)


def _size(lines: tuple[str, ...], wide: int, high: int, weight: int) -> int:
    widest = max(width(line, SAMPLE_PX, weight) for line in lines) or 1
    return max(8, min(SAMPLE_PX * wide // widest, int(high / LINE / len(lines))))
