"""Every page of the satisfaction question, in Vietnamese and in English, is the picture somebody looked at.

`python -m tests.counter.gallery --golden` draws them anew: look at every one of them that changed.
"""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from hardware.texts import LANGUAGES
from kiosk.counter.view import SCALES, Faces, Idle, View
from tests.counter.gallery import FOLDER, OFFICER, PANELS, QUESTIONS, THEMED, draw, pictures
from tests.golden import MOST, golden, off, smaller, wrong

KEPT = {each.name: each for each in pictures()}


@pytest.mark.parametrize(
    ("panel", "ending"), [(panel, ending) for panel in PANELS for ending in (*LANGUAGES, *THEMED[panel])]
)
def test_every_page_is_its_golden_picture(panel: str, ending: str) -> None:
    names = [name for name in KEPT if name.startswith(f"{panel}-") and name.endswith(f"-{ending}")]
    assert names
    own = [KEPT[name] for name in names]
    assert not wrong(FOLDER, own), "look at these, then python -m tests.counter.gallery --golden"


def test_there_is_a_picture_of_every_page_and_none_of_another() -> None:
    files = {file.stem for file in FOLDER.glob("*.png")}
    assert files == set(KEPT)
    pages = (*(f"faces-{n}" for n in SCALES), *(f"question-{q.id}" for q in QUESTIONS), "reasons", "thanks")
    assert {f"{panel}-{page}-{lang}" for panel in PANELS for page in pages for lang in LANGUAGES} <= files
    idle = ("called", "serving", "paused", "closed", "unknown", "ready", "starting")
    assert {f"terminal-{standing}-{lang}" for standing in idle for lang in LANGUAGES} <= files
    assert {f"{panel}-faces-4-vi-{theme}" for panel, themes in THEMED.items() for theme in themes} <= files


# --- the comparison is worth something at a third of the size -----------------------------------------------


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(
    "changes",
    [{"number": "B048"}, {"counter": "1"}, {"officer": OFFICER.replace("Hạnh", "Hanh")}, {"lang": "en"}],
    ids=str,
)
def test_another_word_figure_or_accent_is_found(panel: str, changes: dict[str, str]) -> None:
    guest = PANELS[panel].guest
    page = Faces("B047", "7", 4, "vi", OFFICER, guest)
    kept = golden(FOLDER, f"{panel}-faces-4-vi")
    assert off(smaller(draw(View(page), PANELS[panel]), 3), kept, 3) <= MOST
    assert off(smaller(draw(View(replace(page, **changes)), PANELS[panel]), 3), kept, 3) > MOST  # type: ignore[arg-type]


def test_a_picture_that_moved_by_two_pixels_is_found() -> None:
    surface = draw(View(Idle("closed", "7")), PANELS["terminal"])
    moved = pygame.Surface(surface.get_size())
    moved.blit(surface, (2, 0))
    assert off(smaller(moved, 3), golden(FOLDER, "terminal-closed-vi"), 3) > MOST
