"""Every state of the wall of calls: what the picture tests draw, and what a person looks at.

`python -m tests.display.gallery FOLDER` writes all of them as PNG, `--golden` those of the tests. The scenes
are those of the design's pictures where it has one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from pathlib import Path

import pygame

from display.fit import Panel
from display.layout import picture
from display.paint import Painter
from display.scene import Desk, Hero, Line, Scene, Staleness, Waiting
from display.top import on_top
from hardware.theme import THEMES, ThemeName
from tests.display.test_layout import LUNCH, SCENE, TEXTS, WALL
from tests.golden import Picture, write

FOLDER = Path(__file__).parent / "golden"
TALL, LARGE, SMALL = Panel(1080, 1920, 55, 8), Panel(3840, 2160, 65, 12), Panel(1280, 720, 43, 10)
ROWS = (*SCENE.rows, Line("B041", "6"))
CALLS = replace(SCENE, rows=ROWS)  # wall-calls.png
BURST = replace(  # wall-calls-burst.png
    SCENE,
    hero=Hero("E118", "10", fresh=True, pulse=True),
    rows=(Line("A031", "3"), *SCENE.rows),
    waiting=(Waiting("A", 6), Waiting("B", 4), Waiting("E", 20)),
    notices=(),
)
LOST = replace(  # wall-calls-stale.png
    BURST,
    hero=Hero("E118", "10"),
    waiting=tuple(Waiting(letter, None) for letter in "ABE"),
    clock=time(8, 14),
    staleness=Staleness.LOST,
    known_at=time(8, 12),
)
DESKS = (
    Desk("1", "K007"), Desk("3", "A031"), Desk("4", "A030"), Desk("5"), Desk("6", "B041"), Desk("7", "B042"),
    Desk("8", paused=True), Desk("9", "E117"), Desk("10", "E118"),
    Desk("11", paused=True), Desk("12", "K008"),
)  # fmt: skip
TURN = replace(CALLS, page=1, desks=DESKS, upcoming=("B043", "A032", "E119", "K009"))
OLDER = tuple(Line(f"C{n:03}", str(n % 12 + 1), due=True) for n in range(17, 4, -1))
ANY_NAME = replace(
    CALLS,
    hero=Hero("A2-017", "<b>3</b>"),
    rows=(Line("B042", "Q" * 12), Line("K008", "Quầy tiếp"), *ROWS[2:]),
)


@dataclass(frozen=True)
class State:
    """A scene on a panel. above: the calls are laid out above something else."""

    scene: Scene
    panel: Panel = WALL
    theme: ThemeName = "light"
    lang: str = "vi"
    above: bool = False


def states() -> Iterator[tuple[str, State]]:
    """Every state by name."""
    yield "calls", State(CALLS)
    yield "burst", State(BURST)
    yield "lost", State(LOST)
    yield "noted", State(replace(CALLS, staleness=Staleness.NOTED))
    yield "blank", State(replace(LOST, hero=None, staleness=Staleness.BLANK, clock=time(8, 17)))
    yield "empty", State(replace(SCENE, hero=None, rows=(), waiting=(), notices=(), clock=time(7, 25)))
    yield "counters", State(TURN)
    yield "paused", State(replace(TURN, page=5, notices=()))
    yield "next", State(replace(BURST, hero=Hero("E118", "10"), page=1, upcoming=TURN.upcoming))
    yield "older", State(replace(BURST, hero=Hero("E118", "10"), rows=OLDER, page=3))
    yield "accents", State(replace(CALLS, hall="Ế Ẫ Ộ ặ – Sở Ẩm thực Ỹ", notices=("Ế Ẫ Ộ ặ Ẳ ỵ Đ ự g",)))
    yield "any-name", State(ANY_NAME)
    yield "above", State(replace(BURST, hero=Hero("E118", "10")), replace(WALL, seat_m=8), above=True)
    for word, turn in (("calls", CALLS), ("counters", TURN), ("lost", LOST)):
        yield f"tall-{word}", State(turn, TALL)
        yield f"{word}-en", State(turn, lang="en")
        yield f"{word}-dark", State(turn, theme="dark")
        yield f"{word}-contrast", State(turn, theme="contrast")
    yield "large-calls", State(CALLS, LARGE)
    yield "large-counters", State(TURN, LARGE)
    yield "small-calls", State(replace(CALLS, notices=(LUNCH,)), SMALL)
    yield "small-counters", State(TURN, SMALL)


def draw(state: State) -> pygame.Surface:
    surface = pygame.Surface((state.panel.width, state.panel.height), depth=32)
    if state.above:
        regions, _ = on_top(state.scene, state.panel, TEXTS, state.lang)
    else:
        regions = picture(state.scene, state.panel, TEXTS, state.lang)
    Painter(surface, THEMES[state.theme]).paint(regions)
    return surface


def pictures() -> Iterator[Picture]:
    """The pictures that are kept: every state."""
    for name, state in states():
        yield Picture(name, partial(draw, state), state.theme, 2 if state.panel is SMALL else 4)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, state in states():
        pygame.image.save(draw(state), str(folder / f"{name}.png"))


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        write(FOLDER, pictures())
    else:
        main(Path(sys.argv[1]))
