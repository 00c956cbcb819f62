"""What is on the surface: contrast, accents, and only what has changed (B02, B03, B09)."""

from collections import Counter
from dataclasses import replace
from datetime import time

import pygame
import pytest
from hypothesis import given, settings, strategies as st

from display.fit import Panel
from display.layout import picture
from display.marks import Icon, Word
from display.paint import Painter
from display.scene import Desk, Hero, Line, Staleness, Waiting
from display.top import on_top
from hardware import type as letters
from hardware.canvas import baseline_of, pieces, start_of
from hardware.theme import THEMES, contrast, luminance
from tests.display.test_layout import PANELS, SCENE, TEXTS, WALL, scenes

TALL = Panel(1080, 1920, 55, 8)
STATES = {
    "calls": SCENE,
    "new": replace(SCENE, hero=Hero("E118", "10", fresh=True, pulse=True), notices=()),
    "new, dark phase": replace(SCENE, hero=Hero("E118", "10", fresh=True), notices=()),
    "noted": replace(SCENE, staleness=Staleness.NOTED),
    "lost": replace(SCENE, staleness=Staleness.LOST, known_at=time(8, 10), waiting=(Waiting("A", None),)),
    "blank": replace(SCENE, staleness=Staleness.BLANK, hero=None, known_at=time(8, 10)),
    "empty": replace(SCENE, hero=None, rows=()),
    "counters": replace(SCENE, desks=(Desk("3", "A031"), Desk("4")), page=1),
    "paused": replace(SCENE, desks=(Desk("3", paused=True), Desk("12", paused=True)), page=1),
    "next": replace(SCENE, upcoming=("A032", "B048"), page=1),
    "older": replace(SCENE, rows=tuple(Line(f"A{n:03}", "3", due=True) for n in range(9)), page=1),
}


def painted(scene, panel=WALL, theme="light"):
    surface = pygame.Surface((panel.width, panel.height), depth=32)
    Painter(surface, THEMES[theme]).paint(picture(scene, panel, TEXTS, "vi"))
    return surface


def pixels(surface):
    return pygame.image.tobytes(surface, "RGB")


def colours(surface, box):
    """How often each colour stands in a box, clipped to the surface."""
    part = surface.subsurface(pygame.Rect(box).clip(surface.get_rect()))
    raw = pixels(part)
    return Counter(zip(raw[0::3], raw[1::3], raw[2::3], strict=True))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("panel", [WALL, TALL], ids=str)
def test_every_word_has_a_contrast_of_seven_and_every_icon_of_three_on_the_surface(theme, state, panel):
    hold_the_contrast(picture(STATES[state], panel, TEXTS, "vi"), panel, theme)


def hold_the_contrast(regions, panel, theme):
    """Measured between the ink and what is most frequent around it."""
    surface = pygame.Surface((panel.width, panel.height), depth=32)
    Painter(surface, THEMES[theme]).paint(regions)
    for region in regions:
        for mark in region.marks:
            if not isinstance(mark, Word | Icon):
                continue
            box = mark.capitals if isinstance(mark, Word) else mark.box
            ink = getattr(THEMES[theme], mark.colour)
            found = colours(surface, box)
            assert found[ink] > 0, (theme, mark)
            ground = next(colour for colour, _ in found.most_common() if colour != ink)
            assert contrast(ink, ground) >= (7 if isinstance(mark, Word) else 3), (theme, mark)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", ["calls", "new", "blank", "empty"])
def test_calls_above_something_else_have_that_contrast_too(theme, state):
    regions, _ = on_top(STATES[state], replace(WALL, seat_m=8), TEXTS, "vi")
    hold_the_contrast(regions, WALL, theme)


@pytest.mark.parametrize("theme", THEMES)
def test_a_new_call_changes_colour_and_does_not_flash(theme):
    """A flash is a change of luminance of a tenth and more (WCAG 2.3.1)."""
    dark, light = THEMES[theme].deep, THEMES[theme].deep_pulse
    assert dark != light
    assert abs(luminance(dark) - luminance(light)) < 0.05


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("text", ["Ấ Ầ Ẫ Ệ Ố Ữ gọi quầy", "Ứng dụng VNeID: Ẫ ẵ Ỡ Ệ ỵ"])
def test_no_accent_and_no_tail_is_cut(panel, text):
    scene = replace(SCENE, notices=(text,), hall=text)
    for region in picture(scene, panel, TEXTS, "vi"):
        for mark in region.marks:
            if isinstance(mark, Word):
                for ink in inks(mark):
                    assert pygame.Rect(region.box).contains(ink), (region.name, mark)


def inks(word):
    """Where the ink of a word lies, piece by piece."""
    x = start_of(word.x, word.width, word.anchor)
    y = baseline_of(word.y, word.px, "middle")
    parts = pieces(word.text, word.px, word.weight) if word.figures else [(word.text, word.width)]
    for text, cell in parts:
        drawn = letters.render(letters.nfc(text), word.px, word.weight, (0, 0, 0))
        left = x + (cell - drawn.advance) // 2 + drawn.left
        yield pygame.Rect(left, y + drawn.top, *drawn.surface.get_size())
        x += cell


def test_capitals_of_call_and_rows_are_as_high_on_the_surface_as_the_rule_wants():
    """Measured in pixels of ink, not of type (B01)."""
    surface = painted(replace(SCENE, hero=Hero("E111", "1"), rows=SCENE.rows[3:]))
    regions = {region.name: region for region in picture(SCENE, WALL, TEXTS, "vi")}
    for name, ratio, ink in (("hero", 82, "on_deep"), ("hero", 82, "gold"), ("list", 155, "ink")):
        colour = getattr(THEMES["light"], ink)
        mask = pygame.mask.from_threshold(
            surface.subsurface(regions[name].box), (*colour, 255), (1, 1, 1, 255)
        )
        tallest = max(rect.height for rect in mask.get_bounding_rects())
        assert tallest / WALL.px_per_mm >= 10_000 / ratio * 0.995, name


def test_the_same_picture_paints_nothing():
    surface = pygame.Surface((WALL.width, WALL.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    assert painter.paint(picture(SCENE, WALL, TEXTS, "vi"))
    assert painter.paint(picture(SCENE, WALL, TEXTS, "vi")) == []


def test_only_what_changed_is_painted():
    surface = pygame.Surface((WALL.width, WALL.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    regions = {region.name: region for region in picture(SCENE, WALL, TEXTS, "vi")}
    painter.paint(tuple(regions.values()))
    later = replace(SCENE, clock=time(8, 13))
    assert painter.paint(picture(later, WALL, TEXTS, "vi")) == [pygame.Rect(regions["clock"].box)]
    pulsing = replace(later, hero=Hero("A031", "3", fresh=True, pulse=True))
    assert painter.paint(picture(pulsing, WALL, TEXTS, "vi")) == [pygame.Rect(regions["hero"].box)]


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_call_paints_two_regions_and_a_turn_of_the_pages_two(panel):
    surface = pygame.Surface((panel.width, panel.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    scene = replace(SCENE, desks=(Desk("3", "A031"),), upcoming=("A032",), notices=())
    painter.paint(picture(scene, panel, TEXTS, "vi"))
    called = replace(scene, hero=Hero("A032", "4", fresh=True), rows=(Line("A031", "3"), *SCENE.rows))
    names = {tuple(region.box): region.name for region in picture(called, panel, TEXTS, "vi")}
    painted_for_call = painter.paint(picture(called, panel, TEXTS, "vi"))
    assert [names[tuple(rect)] for rect in painted_for_call] == ["hero", "list"]
    turned = painter.paint(picture(replace(called, page=1), panel, TEXTS, "vi"))
    assert {names[tuple(rect)] for rect in turned} <= {"list", "waiting-label", "waiting"}


SMALL = Panel(640, 360, 55, 8)


@settings(max_examples=25)
@given(st.lists(scenes, min_size=1, max_size=5))
def test_painting_bit_by_bit_ends_in_the_same_pixels(story):
    surface = pygame.Surface((SMALL.width, SMALL.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    for scene in story:
        painter.paint(picture(scene, SMALL, TEXTS, "vi"))
    assert pixels(surface) == pixels(painted(story[-1], SMALL))
