"""Nothing flashes: frames around calls, from the painter's own surface, counted as WCAG does (B03).

A general flash is a pair of opposing changes of relative luminance by a tenth or more, the darker below 0.80;
a red flash is a pair of opposing changes to or from a saturated red (WCAG 2.2, 2.3.1). The rule allows three
in a second on a quarter of ten degrees of sight. Here every pixel is looked at by itself, so that any area is
too large, and one in a second is allowed.
"""

from collections import Counter
from datetime import timedelta
from functools import cache

import pygame
import pytest

from display.fit import Panel
from display.layout import picture
from display.paint import Painter
from hardware.theme import RGB, THEMES, luminance
from tests.display.hall import Hall, at, connected
from tests.display.test_layout import TEXTS
from tests.display.test_pages import counter

PANEL = Panel(320, 180, 55, 8)
FPS = 30
START = 11.0  # not on a turn of the pages: one comes in the middle


def frames(calls: int, theme: str, calm: bool = False) -> list[tuple[float, bytes]]:
    """What the wall shows from a second before so many calls until two after the last one's time.

    Each picture that differs from the one before, as RGB, with its second.
    """
    hall = Hall()
    wall = connected(hall, at(0), calm=calm)
    for i in range(7):
        hall.call(at(0), f"B{i:03}", str(i + 1))
    told = {"counters": tuple(counter(str(i), f"B{i:03}", "called") for i in range(7)), "upcoming": ("C001",)}
    wall.see(hall.board(at(0.1), **told), at(0.1))
    wall.live(at(0.1), at(START - 2 + 60))
    begin = at(START + 60)
    surface = pygame.Surface((PANEL.width, PANEL.height), depth=32)
    painter = Painter(surface, THEMES[theme])
    seen: list[tuple[float, bytes]] = []
    scene = None
    for frame in range((2 + 8 * calls) * FPS):
        now = begin + timedelta(seconds=frame / FPS)
        if frame in range(FPS, FPS + calls):
            hall.call(now, f"A{frame:03}", "10")
            wall.see(hall.board(now, **told), now)
        else:
            wall.wait(now)
        scene, last = wall.view(now), scene
        if scene != last and painter.paint(picture(scene, PANEL, TEXTS, "vi")):
            seen.append((frame / FPS, pygame.image.tobytes(surface, "RGB")))
    return seen


def pixels(seen: list[tuple[float, bytes]]) -> Counter[tuple[RGB, ...]]:
    """How each pixel changes from picture to picture, and how many change like that."""
    rows = [zip(raw[0::3], raw[1::3], raw[2::3], strict=True) for _, raw in seen]
    return Counter(zip(*rows, strict=True))


@cache
def light(colour: RGB) -> float:
    return luminance(colour)


def red(colour: RGB) -> float:
    """Relative amount of saturated red, as WCAG's tool counts: (R - G - B) x 320 where R is 0.8 and more."""
    r, g, b = (part / 255 for part in colour)
    return max(0.0, r - g - b) * 320 if r + g + b > 0 and r / (r + g + b) >= 0.8 else 0.0


def turns(values: list[float], least: float, counts) -> list[int]:
    """Where a value has gone so far from its last extreme that the change counts: indices of the changes."""
    changes: list[tuple[int, int]] = []
    extreme = values[0]
    for i, value in enumerate(values):
        way = 1 if value > extreme else -1
        if abs(value - extreme) >= least and counts(extreme, value):
            if changes and changes[-1][1] == way:
                changes[-1] = (i, way)
            else:
                changes.append((i, way))
            extreme = value
        elif changes and (value - extreme) * changes[-1][1] > 0:
            extreme = value
    return [i for i, _ in changes]


def most_in_a_second(changes: list[int], seconds: list[float]) -> int:
    """The most flashes in any second: pairs of opposing changes."""
    times = [seconds[i] for i in changes]
    within = [sum(start <= other < start + 1.0 for other in times) for start in times]
    return max(within, default=0) // 2


def general(colours: tuple[RGB, ...]) -> list[int]:
    return turns([light(c) for c in colours], 0.1, lambda one, other: min(one, other) < 0.80)


def reds(colours: tuple[RGB, ...]) -> list[int]:
    return turns([red(c) for c in colours], 20.0, lambda one, other: True)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("calls", [1, 2, 5])
def test_no_pixel_flashes_more_than_once_in_a_second_and_none_in_red(calls, theme):
    seen = frames(calls, theme)
    assert len(seen) >= 10  # the change of colour of a new call was seen
    seconds = [second for second, _ in seen]
    for colours in pixels(seen):
        assert most_in_a_second(general(colours), seconds) <= 1
        assert reds(colours) == []


def test_the_change_of_colour_of_a_new_call_is_no_flash_at_all():
    seen = frames(1, "light")
    changing = {colours: n for colours, n in pixels(seen).items() if len(set(colours[3:10])) > 1}
    deep = {THEMES["light"].deep, THEMES["light"].deep_pulse}
    most = max(changing, key=changing.get)
    assert set(most[3:10]) == deep
    assert changing[most] > PANEL.width * PANEL.height / 10
    assert general(most[3:10]) == []


def test_reduced_motion_changes_a_new_call_twice():
    assert len(frames(1, "light", calm=True)) < len(frames(1, "light")) - 6


def test_a_flash_would_be_found():
    black, white, pure = (0, 0, 0), (255, 255, 255), (255, 0, 0)
    assert most_in_a_second(general((black, white) * 4), [i / 8 for i in range(8)]) == 3
    assert most_in_a_second(general((black, white) * 4), [float(i) for i in range(8)]) == 0
    assert len(reds((black, pure) * 2)) == 3
    slow = tuple((v, v, v) for v in (0, 60, 120, 200, 120, 60, 0, 60, 200))
    assert len(general(slow)) == 3  # steps in one direction are one change
