"""Every state of the wall of calls is the picture that somebody looked at.

`python -m tests.display.gallery --golden` draws them anew: look at every one of them that changed.
"""

from dataclasses import replace

import pygame
import pytest

from display.scene import Hero, Line
from tests.display.gallery import CALLS, FOLDER, State, draw, pictures
from tests.display.test_layout import SCENE
from tests.golden import MOST, golden, off, smaller, wrong

KEPT = {each.name: each for each in pictures()}
MOST_BYTES = 600_000  # of the wall's pictures


@pytest.mark.parametrize("name", KEPT)
def test_every_state_is_its_golden_picture(name):
    assert not wrong(FOLDER, [KEPT[name]]), "look at it, then python -m tests.display.gallery --golden"


def test_there_is_a_picture_of_every_state_and_none_of_another():
    assert {file.stem for file in FOLDER.glob("*.png")} == set(KEPT)


def test_the_pictures_stay_small():
    assert sum(file.stat().st_size for file in FOLDER.glob("*.png")) < MOST_BYTES


# --- the comparison is worth something --------------------------------------------------------------------


def seen(scene, **changes):
    return smaller(draw(State(replace(scene, **changes))), 4)


@pytest.mark.parametrize(
    "changes",
    [
        {"hero": Hero("A032", "3")},
        {"hero": Hero("A031", "8")},
        {"rows": (*SCENE.rows, Line("B041", "8"))},
        {"rows": (*SCENE.rows[::-1], Line("B041", "6"))},
        {"notices": ("Nghỉ trưa từ 11:30 đên 13:00",)},
        {"notices": ()},
        {"waiting": SCENE.waiting[::-1]},
    ],
)
def test_a_changed_number_word_or_accent_is_found(changes):
    assert off(seen(CALLS), golden(FOLDER, "calls"), 4) <= MOST
    assert off(seen(CALLS, **changes), golden(FOLDER, "calls"), 4) > MOST


def test_a_picture_that_moved_by_three_pixels_is_found():
    surface = draw(State(CALLS))
    moved = pygame.Surface(surface.get_size())
    moved.blit(surface, (3, 0))
    assert off(smaller(moved, 4), golden(FOLDER, "calls"), 4) > MOST
