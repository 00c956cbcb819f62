"""Golden pictures: each state as somebody looked at it, at half size in few colours, and how far one is off.

A difference is measured where it is largest, in tiles of a few pixels: a word that moved or changed is small
beside a whole screen. What another version of the font's renderer does to the edges of letters is less.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pygame
from PIL import Image, ImageChops

from hardware.texts import LANGUAGES
from hardware.theme import BLACK, THEMES, WHITE
from kiosk.layout.panel import Panel
from kiosk.view import Look, View
from tests.kiosk.gallery import BUTTONS, PANELS, draw, states

FOLDER = Path(__file__).parent / "golden"
TILE = 8  # pixels of the half-size picture
MOST = 16.0  # of 255, in the worst tile: the few colours cost 8, one lost accent 27, 2 pixels aside 100
# What is written on what, in the theme of the pictures: between each two, letters have soft edges.
_T = THEMES["light"]
_PAIRS = (
    (_T.ink, _T.surface),
    (_T.ink, _T.ground),
    (_T.ink, _T.tint),
    (_T.ink, _T.tint_ok),
    (_T.ink, _T.tint_amber),
    (_T.ink, _T.gold),
    (_T.ink2, _T.surface),
    (_T.ink2, _T.ground),
    (_T.ink2, _T.off),
    (_T.accent, _T.surface),
    (_T.accent, _T.ground),
    (_T.accent, _T.tint),
    (_T.on_accent, _T.accent),
    (_T.on_deep, _T.deep),
    (_T.on_deep2, _T.deep),
    (_T.gold, _T.deep),
    (_T.deep, _T.surface),
    (_T.deep, _T.ground),
    (_T.on_alarm, _T.alarm),
    (_T.alarm, _T.ground),
    (_T.ok, _T.tint_ok),
    (_T.amber, _T.tint_amber),
    (_T.edge, _T.surface),
    (_T.edge, _T.ground),
    (BLACK, WHITE),
)
# Without touch the words are others, and the targets; what is the same is not drawn twice.
BY_BUTTONS = (
    "home",
    "home-scanner",
    "services",
    "priority",
    "priority-card",
    "collect",
    "scan-unknown",
    "another",
    "done",
    "paper-out",
    "paper-back",
    "closed-lunch",
    "help",
    "more-time",
)


def pictures() -> Iterator[tuple[str, View, Panel]]:
    """Every state that is kept as a picture, by the name of its file."""
    for lang in LANGUAGES:
        for size, panel in (PANELS | BUTTONS).items():
            for name, view in states(panel, Look(lang="en" if lang == "en" else "vi")):
                if panel.touch or (lang == "vi" and name in BY_BUTTONS):
                    yield f"{size}-{name}-{lang}", view, panel


@cache
def palette() -> Image.Image:
    """The colours of every golden picture: those of the theme, and three steps between ink and ground."""
    shades = {
        tuple(round(a + (b - a) * step / 4) for a, b in zip(ink, ground, strict=True))
        for ink, ground in _PAIRS
        for step in range(5)
    }
    made = Image.new("P", (1, 1))
    made.putpalette([part for shade in sorted(shades) for part in shade])
    return made


def half(surface: pygame.Surface) -> Image.Image:
    wide, high = surface.get_size()
    whole = Image.frombytes("RGB", (wide, high), pygame.image.tobytes(surface, "RGB"))
    return whole.resize((wide // 2, high // 2), Image.Resampling.BOX)


def golden(name: str) -> Image.Image:
    with Image.open(FOLDER / f"{name}.png") as kept:
        return kept.convert("RGB")


def off(one: Image.Image, other: Image.Image) -> float:
    """How different two pictures are in their most different tile, 0 to 255."""
    if one.size != other.size:
        return 255.0
    red, green, blue = ImageChops.difference(one, other).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return float(strongest.reduce(TILE).getextrema()[1])


def write(folder: Path = FOLDER) -> None:
    """Draw all pictures anew, and remove those of states that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = set()
    for name, view, panel in pictures():
        small = half(draw(view, panel))
        few = small.quantize(palette=palette(), dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", "PNG", optimize=True)
        kept.add(f"{name}.png")
    for file in folder.glob("*.png"):
        if file.name not in kept:
            file.unlink()
