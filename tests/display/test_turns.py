"""What takes turns on the wall: the counters with the latest calls, who is next with who waits."""

from dataclasses import replace

import pytest

from display.fit import arrange
from display.marks import Card, Icon
from display.scene import Desk
from tests.display.test_layout import PANELS, SCENE, drawn, hold_the_rules, inside, said, words


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_forty_counters_are_shown_page_by_page_and_large_enough(panel):
    desks = tuple(Desk(str(n), f"A{n:03}" if n % 3 else None, paused=n % 7 == 0) for n in range(1, 41))
    there, paused, looked = {}, set(), set()
    for page in range(1, 401, 2):
        scene = replace(SCENE, desks=desks, rows=(), page=page)
        region = hold_the_rules(scene, panel)["list"]
        looked.add(region)
        figures = [word.text for word in words(region) if word.figures]
        headed = [word for word in words(region) if not word.figures]
        if any(isinstance(mark, Card) and mark.border == "edge" for mark in region.marks):
            assert [word.text for word in headed] == ["Tạm ngưng"]
            paused |= set(figures)
        else:
            there |= dict(zip(figures[::2], figures[1::2], strict=True))
        assert all(word.px >= panel.least(200) for word in headed)
        assert all(word.px >= panel.least(155) for word in words(region) if word.figures)
    assert there == {desk.counter: desk.number for desk in desks if desk.number and not desk.paused}
    if arrange(panel).rows > 1:  # else there is no room to say that they pause
        assert paused == {desk.counter for desk in desks if desk.paused}
    assert len(looked) < 40


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_page_of_counters_is_no_list_of_calls_at_a_glance(panel):
    """In shape, not in colour alone: a filled tile at the left and no arrow, and words above it."""
    desks = (Desk("3", "A031"), Desk("4", "B042"))
    counters = drawn(replace(SCENE, desks=desks, page=1), panel)["list"]
    latest = drawn(replace(SCENE, desks=desks), panel)["list"]
    assert counters.box == latest.box  # a turn paints this region and no other
    shapes = {
        region.name: region.box for region in drawn(replace(SCENE, desks=desks, page=1), panel).values()
    }
    assert shapes == {region.name: region.box for region in drawn(SCENE, panel).values()}
    assert not any(isinstance(mark, Icon) and mark.name == "arrow" for mark in counters.marks)
    tiles = [mark.box for mark in counters.marks if isinstance(mark, Card) and mark.fill == "deep"]
    figures = [word for word in words(counters) if word.figures]
    assert [word.text for word in figures[::2]] == ["3", "4"][: len(tiles)]
    for tile, counter, there in zip(tiles, figures[::2], figures[1::2], strict=True):
        assert inside(counter.capitals, tile)
        assert there.capitals.x > tile.right
    if len(tiles) == 2:
        assert said(counters)[0] in ("Đang phục vụ", "Tại quầy")


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_who_is_next_takes_turns_with_who_waits(panel):
    upcoming = ("A032", "B048", "C007", "E122", "K009")
    scene = replace(SCENE, upcoming=upcoming)
    seen = []
    for page in range(1, 21, 2):
        regions = hold_the_rules(replace(scene, page=page), panel)
        label = said(regions.get("waiting-label", regions["waiting"]))
        assert label[0] == "Chuẩn bị"
        seen += [text for text in said(regions["waiting"]) if text in upcoming]
    assert tuple(dict.fromkeys(seen)) == upcoming
    calm = drawn(replace(scene, page=0), panel)
    assert said(calm.get("waiting-label", calm["waiting"]))[0] == "Đang chờ"
    letters = {
        text for page in range(0, 12, 2) for text in said(drawn(replace(scene, page=page), panel)["waiting"])
    }
    assert {"A", "B", "E"} <= letters
    nobody_waits = drawn(replace(scene, waiting=()), panel)
    assert upcoming[0] in said(nobody_waits["waiting"])
