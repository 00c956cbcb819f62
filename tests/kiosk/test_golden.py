"""Every state, in Vietnamese and in English, is the picture that somebody looked at.

`python -m tests.kiosk.gallery --golden` draws them anew: look at every one of them that changed.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pygame
import pytest
from PIL import Image

from broker import messages as m
from hardware.printer import PrinterStatus, PrintResult
from hardware.texts import LANGUAGES
from kiosk.state.steps import Home, Showing
from kiosk.view import Look
from kiosk.vocabulary import Job
from tests.golden import ALL_BYTES, MOST, golden, off, smaller, wrong
from tests.kiosk import sample
from tests.kiosk.compare import BY_BUTTONS, BY_LOOKS, FOLDER, LOOKS, pictures
from tests.kiosk.gallery import BUTTONS, PANELS, Hall, draw, view_of

KEPT = {each.name: each for each in pictures()}
HARD = {  # The states in which something is wrong, or nothing can be had
    *(f"closed-{code}" for code in ("before-opening", "lunch", "cut-off", "after-hours", "holiday")),
    *("closed-closed-day", "closed-session-full", "closed-no-counter", "closed-no-paper", "not-printed"),
    *("no-server", "no-server-no-hall", "unanswered", "home-alone", "home-no-paper", "home-no-printer"),
    *("paper-out", "held-cover-open", "held-cutter-error", "held-unplugged", "held-maybe", "leftover"),
    *("home-clock-wrong", "home-clock-unknown", "starting", "pause"),
}


@pytest.mark.parametrize("ending", [*LANGUAGES, *LOOKS])
@pytest.mark.parametrize("size", PANELS)
def test_every_state_is_its_golden_picture(size: str, ending: str) -> None:
    names = [name for name in KEPT if name.startswith(f"{size}-") and name.endswith(f"-{ending}")]
    own = [KEPT[name] for name in names]
    assert not wrong(FOLDER, own), "look at these, then python -m tests.kiosk.gallery --golden"


def test_there_is_a_picture_of_every_state_and_none_of_another() -> None:
    files = {file.stem for file in FOLDER.glob("*.png")}
    assert files == set(KEPT)
    assert {f"{size}-{state}-{lang}" for size in PANELS for state in HARD for lang in LANGUAGES} <= files
    assert {
        f"{size}-{state}-{lang}" for size in BUTTONS for state in BY_BUTTONS for lang in LANGUAGES
    } <= files
    assert {f"{size}-{state}-vi-{word}" for word, (size, *_) in LOOKS.items() for state in BY_LOOKS} <= files


def test_all_golden_pictures_together_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.parents[1].glob("**/golden/*.png")) < ALL_BYTES


# --- the comparison is worth something --------------------------------------------------------------------


def home(old: str, new: str) -> Image.Image:
    """The first screen of a hall in whose plan one word is another."""
    plan = msgspec.json.encode(sample.config()).decode()
    assert old in plan
    config = msgspec.json.decode(plan.replace(old, new).encode(), type=m.DeviceConfig)
    hall = Hall(fresh=True).with_config(config).with_board(sample.board())
    return smaller(draw(view_of(Home(), PANELS["tall"], Look(), hall=hall), PANELS["tall"]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Sở Nội vụ", "Sở Nôi vụ"),
        ("Sở Tư pháp", "Sở Tư phap"),
        ("Sở Xây dựng", "Sở Xây dụng"),
        ("Sở Y tế", "Sở Nội vụ"),
    ],
)
def test_a_changed_word_or_a_lost_accent_is_found(old: str, new: str) -> None:
    assert off(home(old, old), golden(FOLDER, "tall-home-vi")) <= MOST
    assert off(home(old, new), golden(FOLDER, "tall-home-vi")) > MOST


def test_another_figure_is_found() -> None:
    panel = PANELS["tall"]
    shown = sample.ticket(number="B048")
    view = view_of(Showing(Job("r-1", 1, shown), PrintResult.PRINTED, 0.0), panel, Look())
    assert off(smaller(draw(view, panel)), golden(FOLDER, "tall-done-vi")) > MOST


def test_a_picture_that_moved_by_two_pixels_is_found() -> None:
    panel = PANELS["tall"]
    surface = draw(view_of(Home(), panel, Look()), panel)
    moved = pygame.Surface(surface.get_size())
    moved.blit(surface, (2, 0))
    assert off(smaller(moved), golden(FOLDER, "tall-home-vi")) > MOST


def test_another_colour_and_a_missing_band_are_found() -> None:
    panel = PANELS["wide"]
    view = view_of(Home(), panel, Look(), printer=PrinterStatus.PAPER_OUT)
    kept = golden(FOLDER, "wide-home-no-paper-vi")
    assert off(smaller(draw(view, panel)), kept) <= MOST
    assert off(smaller(draw(view, panel, "dark")), kept) > MOST
    assert off(smaller(draw(replace(view, trouble=None), panel)), kept) > MOST
