"""Golden pictures: each state as somebody looked at it, smaller and in few colours, and how far one is off.

A difference is measured where it is largest, in tiles of a few pixels: a word that moved or changed is small
beside a whole screen. What another version of the font's renderer does to the edges of letters is less.
Which states there are is the galleries' affair (`tests.kiosk.gallery`, `tests.counter.gallery`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pygame
from PIL import Image, ImageChops

from hardware.theme import BLACK, THEMES, WHITE, ThemeName

TILE = 16  # pixels of the screen
MOST = 16.0  # of 255, in the worst tile: the few colours cost 8, one lost accent 27, 2 pixels aside 100
ALL_BYTES = 6_700_000  # of all golden pictures together


@dataclass(frozen=True)
class Picture:
    """One state that is kept as a picture.

    name: of its file, without the suffix. by: how many times smaller it is kept; small words need 2.
    """

    name: str
    draw: Callable[[], pygame.Surface]
    theme: ThemeName = "light"
    by: int = 2

    def small(self) -> Image.Image:
        return smaller(self.draw(), self.by)


@cache
def palette(theme: ThemeName, by: int) -> Image.Image:
    """The colours of every golden picture: those of the theme, and steps between ink and ground.

    The smaller a picture, the more of it is edges.
    """
    t = THEMES[theme]
    steps = 4 if theme == "light" else 8  # from dark to white is far
    pairs = [  # what is written on what: between each two, letters have soft edges
        (t.ink, t.surface),
        (t.ink, t.ground),
        (t.ink, t.tint),
        (t.ink, t.tint_ok),
        (t.ink, t.tint_amber),
        (t.ink, t.gold),
        (t.ink2, t.surface),
        (t.ink2, t.ground),
        (t.ink2, t.off),
        (t.accent, t.surface),
        (t.accent, t.ground),
        (t.accent, t.tint),
        (t.on_accent, t.accent),
        (t.on_deep, t.deep),
        (t.on_deep2, t.deep),
        (t.gold, t.deep),
        (t.on_deep, t.deep_pulse),
        (t.gold, t.deep_pulse),
        (t.deep, t.surface),
        (t.deep, t.ground),
        (t.on_alarm, t.alarm),
        (t.alarm, t.ground),
        (t.ok, t.tint_ok),
        (t.amber, t.tint_amber),
        (t.edge, t.surface),
        (t.edge, t.ground),
        (BLACK, WHITE),
    ]
    if by > 2:
        pairs += [(ink, t.surface) for ink in (t.ok, t.amber, t.alarm)] + [(t.alarm, t.tint_alarm)]
    shades = {
        tuple(round(a + (b - a) * step / steps) for a, b in zip(ink, ground, strict=True))
        for ink, ground in pairs
        for step in range(steps + 1)
    }
    made = Image.new("P", (1, 1))
    made.putpalette([part for shade in sorted(shades) for part in shade])
    return made


def smaller(surface: pygame.Surface, by: int = 2) -> Image.Image:
    wide, high = surface.get_size()
    whole = Image.frombytes("RGB", (wide, high), pygame.image.tobytes(surface, "RGB"))
    return whole.resize((wide // by, high // by), Image.Resampling.BOX)


def golden(folder: Path, name: str) -> Image.Image:
    with Image.open(folder / f"{name}.png") as kept:
        return kept.convert("RGB")


def off(one: Image.Image, other: Image.Image, by: int = 2) -> float:
    """How different two pictures are in their most different tile, 0 to 255."""
    if one.size != other.size:
        return 255.0
    red, green, blue = ImageChops.difference(one, other).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return float(strongest.reduce(TILE // by).getextrema()[1])


def wrong(folder: Path, pictures: Iterable[Picture]) -> dict[str, float]:
    """Those that are not the kept ones, by name, and how far they are off."""
    far = {each.name: off(each.small(), golden(folder, each.name), each.by) for each in pictures}
    return {name: difference for name, difference in far.items() if difference > MOST}


def write(folder: Path, pictures: Iterable[Picture]) -> None:
    """Draw all pictures anew, and remove those of states that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = set()
    for each in pictures:
        few = each.small().quantize(palette=palette(each.theme, each.by), dither=Image.Dither.NONE)
        few.save(folder / f"{each.name}.png", "PNG", optimize=True)
        kept.add(f"{each.name}.png")
    for file in folder.glob("*.png"):
        if file.name not in kept:
            file.unlink()
