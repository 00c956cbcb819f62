"""Calls above something else are as large as alone, apart, and leave half of the wall, or are refused."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from display.fit import LayoutRefused, Panel
from display.marks import Box, Icon, Word
from display.scene import Hero, Line, Staleness
from display.top import farthest, on_top, places
from tests.display.test_layout import PANELS, SCENE, TEXTS, apart, inside, said, scenes, words

WALL = Panel(1920, 1080, 55, 8)  # the design's dossier board
FITTING = [panel for panel in PANELS if farthest(panel) >= panel.seat_m]
SIZES = [(1280, 720), (1366, 768), (1920, 1080), (3840, 2160), (1080, 1920), (2160, 3840)]


@pytest.mark.parametrize("panel", FITTING, ids=str)
@settings(max_examples=25)
@given(scenes)
def test_nothing_overlaps_and_nothing_reaches_what_is_below(panel, scene):
    regions, below = on_top(scene, panel, TEXTS, "vi")
    assert below.height >= panel.height / 2
    free = Box(0, 0, panel.width, below.y)
    for one, other in combinations(regions, 2):
        assert apart(one.box, other.box)
    for region in regions:
        assert inside(region.box, free)
        things = [
            mark.capitals if isinstance(mark, Word) else mark.box
            for mark in region.marks
            if isinstance(mark, Word | Icon)
        ]
        assert all(inside(thing, region.box) for thing in things)
        assert all(apart(one, other) for one, other in combinations(things, 2))


@pytest.mark.parametrize("panel", FITTING, ids=str)
def test_the_calls_keep_the_rule_of_the_farthest_seat(panel):
    regions, _ = on_top(SCENE, panel, TEXTS, "vi")
    for region in regions:
        least = {"hero": panel.least(82), "list": panel.least(155)}[region.name]
        assert all(word.px >= least for word in words(region) if word.figures)


def test_it_looks_as_the_design_drew_it():
    regions, below = on_top(replace(SCENE, hero=Hero("E118", "10")), WALL, TEXTS, "vi")
    hero, rows = regions
    assert said(hero) == ["E118", "10"]
    assert said(rows) == ["B042", "7", "K008", "12"]
    assert hero.box.right < rows.box.x
    assert hero.box.y == rows.box.y
    assert below.y < 290
    assert words(hero)[0].px == pytest.approx(226, abs=6)
    assert words(rows)[0].px == pytest.approx(112, abs=3)


def test_older_calls_that_are_needed_have_their_turn_and_counters_have_none():
    rows = tuple(Line(f"A{n:03}", "3", True) for n in range(5, 0, -1))
    scene = replace(SCENE, rows=rows)
    pages = [said(on_top(replace(scene, page=page), WALL, TEXTS, "vi")[0][1])[::2] for page in range(4)]
    assert pages == [["A005", "A004"], ["A003", "A002"], ["A005", "A004"], ["A001"]]


def test_no_call_and_a_lost_server_are_told_in_words():
    empty = on_top(replace(SCENE, hero=None), WALL, TEXTS, "vi")[0][0]
    assert " ".join(said(empty)) == "Chưa gọi số nào"
    blank = [
        on_top(replace(SCENE, hero=None, staleness=Staleness.BLANK, page=page), WALL, TEXTS, "vi")[0][0]
        for page in range(2)
    ]
    assert [" ".join(said(turn)) for turn in blank] == ["Mất kết nối", "theo dõi tại quầy"]


def test_a_number_wider_than_any_arrangement_is_drawn_smaller():
    scene = replace(SCENE, hero=Hero("WWWWWWWWWWWW", "999999999999"))
    regions, below = on_top(scene, WALL, TEXTS, "vi")
    assert all(inside(word.capitals, regions[0].box) for word in words(regions[0]))
    assert below == on_top(SCENE, WALL, TEXTS, "vi")[1]


@given(st.sampled_from(SIZES), st.integers(24, 98), st.floats(1, 30))
def test_what_a_refusal_says_would_fit_is_accepted(size, inch, seat_m):
    panel = Panel(*size, inch, round(seat_m, 1))
    try:
        found = places(panel)
    except LayoutRefused as refusal:
        assert refusal.seat_m < panel.seat_m
        assert f"up to {refusal.seat_m:g} m" in str(refusal)
        found = places(replace(panel, seat_m=refusal.seat_m))
    assert found.sizes.keeps_the_rule
