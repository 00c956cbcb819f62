"""Every face of the wall beside the calls: dossiers, late authorities, slides, rest.

`python -m tests.display.zones.gallery FOLDER` writes all of them as PNG, `--golden` those of the tests. The
first is the design's picture of dossiers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pygame

from broker import messages as m
from broker.device import ServerDown
from display.fit import Panel
from display.paint import Painter
from display.pictures import picture_of
from display.view import View
from hardware.theme import THEMES, ThemeName
from tests.display.hall import MORNING
from tests.display.test_layout import TEXTS
from tests.display.zones.register import (
    FAR,
    LATE,
    LATE_BY_NAME,
    LATE_YEAR,
    MORE,
    NEAR,
    OFFICERS,
    PICTURED,
    SLIDES,
    dossiers,
    many,
    on,
    told_on,
)
from tests.golden import Picture, write

FOLDER = Path(__file__).parent / "golden"
TALL = Panel(1080, 1920, 55, 8), Panel(1080, 1920, 55, 5)
SMALL = Panel(1280, 720, 43, 6), Panel(1280, 720, 43, 4)
LARGE = Panel(3840, 2160, 65, 9), Panel(3840, 2160, 65, 5)
WIDE = FAR, NEAR
TOTALS: dict[m.Stage, int] = {"ready": 18, "supplement": 4, "payment": 3, "processing": 40}
TOMORROW = m.Opening(on(24, 7) + timedelta(minutes=30), on(24, 11))


@dataclass(frozen=True)
class State:
    """A view on a panel, far and near."""

    view: View
    panels: tuple[Panel, Panel] = WIDE
    theme: ThemeName = "light"
    lang: str = "vi"


def seen(
    zone: str, panels: tuple[Panel, Panel] = WIDE, lang: str = "vi", after: float = 9, **changes: Any
) -> View:
    """What is seen some seconds after three calls."""
    register = changes.pop("register", dossiers((*PICTURED, *MORE), totals=TOTALS))
    lost = changes.pop("lost", 0)
    told = told_on(
        *panels, zone, lang, register=register, now=MORNING - timedelta(seconds=30 + after), **changes
    )
    for number, counter in (("B042", "7"), ("A031", "3"), ("E118", "10")):
        told.call(number, counter=counter)
        told.live(8.1)
    told.live(8)
    if lost:
        told.tell(ServerDown())
        told.live(lost)
    told.live(after)
    return told.view


def states() -> Iterator[tuple[str, State]]:
    """Every state by name."""
    pictured = dossiers(PICTURED, totals=TOTALS)
    late = dossiers((), late=LATE)
    yield "dossiers", State(seen("calls-progress", register=pictured))
    yield "dossiers-dark", State(seen("calls-progress", register=pictured), theme="dark")
    yield "dossiers-contrast", State(seen("calls-progress", register=pictured), theme="contrast")
    yield "dossiers-en", State(seen("calls-progress", lang="en"), lang="en")
    yield "dossiers-old", State(seen("calls-progress", register=dossiers(MORE, known_at=on(23, 7))))
    yield "dossiers-blank", State(seen("calls-progress", lost=400))
    yield "dossiers-lost", State(seen("calls-progress", lost=70))
    noticed = replace(seen("calls-progress").calls, notices=("Qua lượt: báo quầy trong 15 phút",), page=1)
    yield "dossiers-notice", State(replace(seen("calls-progress"), calls=noticed))
    yield "alone", State(seen("progress", register=dossiers(many(9), totals=TOTALS)))
    yield "alone-none", State(seen("progress", register=None))
    yield "late", State(seen("progress", register=late))
    yield "late-dark", State(seen("progress", register=late), theme="dark")
    by_name = dossiers((), late=LATE_BY_NAME)
    yield "late-officers", State(seen("progress", register=by_name, officers=OFFICERS))
    yield "late-year", State(seen("progress", register=dossiers((), late_year=LATE_YEAR)))
    yield "slide", State(seen("slides", after=16))
    yield "motto", State(seen("slides", slides=SLIDES[1:]))
    yield "slide-contrast", State(seen("slides", after=16), theme="contrast")
    yield "rest", State(seen("calls", openings=(TOMORROW,), after=3600))
    yield "tall", State(seen("calls-progress", TALL), TALL)
    yield "tall-late", State(seen("calls-progress", TALL, register=late), TALL)
    yield "tall-officers", State(seen("calls-progress", TALL, register=by_name, officers=OFFICERS), TALL)
    yield "tall-old", State(seen("progress", TALL, register=dossiers(MORE, known_at=on(23, 7))), TALL)
    yield "tall-lost", State(seen("progress", TALL, lost=400), TALL)
    yield "tall-slide", State(seen("slides", TALL, after=16), TALL)
    yield "small", State(seen("calls-progress", SMALL), SMALL)
    yield "large", State(seen("calls-progress", LARGE, register=dossiers(many(20), totals=TOTALS)), LARGE)


def draw(state: State) -> pygame.Surface:
    far, near = state.panels
    surface = pygame.Surface((far.width, far.height), depth=32)
    theme = THEMES["contrast" if state.view.face == "rest" else state.theme]
    Painter(surface, theme).paint(picture_of(state.view, far, near, TEXTS, state.lang))
    return surface


def pictures() -> Iterator[Picture]:
    """The pictures that are kept: every state but the largest."""
    for name, state in states():
        if state.panels is not LARGE:
            yield Picture(name, partial(draw, state), state.theme, 2 if state.panels is SMALL else 4)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, state in states():
        pygame.image.save(draw(state), str(folder / f"{name}.png"))


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        write(FOLDER, pictures())
    else:
        main(Path(sys.argv[1]))
