"""Every state, in Vietnamese and in English, is the picture that somebody looked at (check K10).

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
from tests.kiosk import sample
from tests.kiosk.compare import FOLDER, MOST, golden, half, off, pictures
from tests.kiosk.gallery import BUTTONS, PANELS, Hall, draw, view_of

KEPT = {name: (view, panel) for name, view, panel in pictures()}
HARD = {  # K10: the states in which something is wrong, or nothing can be had
    *(f"closed-{code}" for code in ("before-opening", "lunch", "cut-off", "after-hours", "holiday")),
    *("closed-closed-day", "closed-session-full", "closed-no-counter", "closed-no-paper", "not-printed"),
    *("no-server", "no-server-no-hall", "unanswered", "home-alone", "home-no-paper", "home-no-printer"),
    *("paper-out", "held-cover-open", "held-cutter-error", "held-unplugged", "held-maybe", "leftover"),
    *("home-clock-wrong", "home-clock-unknown", "starting", "pause"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [*PANELS, *BUTTONS])
def test_every_state_is_its_golden_picture(size: str, lang: str) -> None:
    wrong = {}
    for name, (view, panel) in KEPT.items():
        if panel == (PANELS | BUTTONS)[size] and name.endswith(f"-{lang}"):
            difference = off(half(draw(view, panel)), golden(name))
            if difference > MOST:
                wrong[name] = difference
    assert not wrong, "look at these, then python -m tests.kiosk.gallery --golden"


def test_there_is_a_picture_of_every_state_and_none_of_another() -> None:
    files = {file.stem for file in FOLDER.glob("*.png")}
    assert files == set(KEPT)
    assert {f"{size}-{state}-{lang}" for size in PANELS for state in HARD for lang in LANGUAGES} <= files
    assert sum(file.stat().st_size for file in FOLDER.glob("*.png")) < 5_000_000


# --- the comparison is worth something --------------------------------------------------------------------


def home(old: str, new: str) -> Image.Image:
    """The first screen of a hall in whose plan one word is another."""
    plan = msgspec.json.encode(sample.config()).decode()
    assert old in plan
    config = msgspec.json.decode(plan.replace(old, new).encode(), type=m.DeviceConfig)
    hall = Hall(fresh=True).with_config(config).with_board(sample.board())
    return half(draw(view_of(Home(), PANELS["tall"], Look(), hall=hall), PANELS["tall"]))


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
    assert off(home(old, old), golden("tall-home-vi")) <= MOST
    assert off(home(old, new), golden("tall-home-vi")) > MOST


def test_another_figure_is_found() -> None:
    panel = PANELS["tall"]
    shown = sample.ticket(number="B048")
    view = view_of(Showing(Job("r-1", 1, shown), PrintResult.PRINTED, 0.0), panel, Look())
    assert off(half(draw(view, panel)), golden("tall-done-vi")) > MOST


def test_a_picture_that_moved_by_two_pixels_is_found() -> None:
    panel = PANELS["tall"]
    surface = draw(view_of(Home(), panel, Look()), panel)
    moved = pygame.Surface(surface.get_size())
    moved.blit(surface, (2, 0))
    assert off(half(moved), golden("tall-home-vi")) > MOST


def test_another_colour_and_a_missing_band_are_found() -> None:
    panel = PANELS["wide"]
    view = view_of(Home(), panel, Look(), printer=PrinterStatus.PAPER_OUT)
    assert off(half(draw(view, panel)), golden("wide-home-no-paper-vi")) <= MOST
    assert off(half(draw(view, panel, "dark")), golden("wide-home-no-paper-vi")) > MOST
    assert off(half(draw(replace(view, trouble=None), panel)), golden("wide-home-no-paper-vi")) > MOST
