"""Fingers and reach: targets are large, apart, low, and in the same place."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path
from typing import Literal

import pytest

from broker import messages as m
from kiosk.layout.arrange import arrange
from kiosk.layout.frame import Arrangement, Rect
from kiosk.layout.panel import BadPanel, Panel
from kiosk.layout.reach import HARD_MM, heights, reach
from kiosk.layout.shelf import make_shelf
from kiosk.view import Choices, Look, Question, Verb
from tests.kiosk import sample
from tests.kiosk.gallery import LONG, PANELS, replace_id, states
from tests.kiosk.story import Story

LOOKS = [
    Look(),
    Look(lang="en"),
    Look(large=True),
    Look(low=True),
    Look(lang="en", large=True, contrast=True, low=True),
]
CHOICES = (Verb.AUTHORITY, Verb.SERVICE)
EVERY = [
    pytest.param(panel, look, id=f"{size}-{number}")
    for size, panel in PANELS.items()
    for number, look in enumerate(LOOKS)
]


def boxes(found: Arrangement) -> list[Rect]:
    return [s.rect for s in found.spots]


def apart(one: Rect, other: Rect) -> int:
    """Pixels between two boxes, along the axis on which they are farther apart."""
    along = max(one.left - other.right, other.left - one.right)
    down = max(one.top - other.bottom, other.top - one.bottom)
    return max(along, down)


@pytest.mark.parametrize(("panel", "look"), EVERY)
def test_every_target_is_large_enough_and_apart_from_the_next(panel: Panel, look: Look) -> None:
    screen = Rect(0, 0, panel.width, panel.height)
    for name, view in states(panel, look):
        found = arrange(view, panel)
        for spot in found.spots:
            assert screen.contains(spot.rect), name
            assert min(spot.rect.size) >= 20 * panel.px_per_mm, (name, spot)
            if spot.target.verb in CHOICES:
                assert spot.rect.height >= 25 * panel.px_per_mm - 0.5, (name, spot)
        for one, other in combinations(boxes(found), 2):
            assert apart(one, other) >= 5 * panel.px_per_mm - 0.5, (name, one, other)


@pytest.mark.parametrize(("panel", "look"), EVERY)
def test_targets_are_within_reach_and_nothing_that_is_read_lies_over_them(panel: Panel, look: Look) -> None:
    for name, view in states(panel, look):
        found = arrange(view, panel)
        for spot in found.spots:
            height = panel.from_floor(spot.rect.centery)
            assert HARD_MM[0] <= height <= HARD_MM[1], name
            if panel.portrait:
                assert 800 - 0.5 <= height <= (1000.5 if look.low else 1100), (name, spot)
        for word, box in found.boxes.items():
            if word not in ("foot", "arrows"):
                assert not any(box.colliderect(r) for r in boxes(found)), (name, word)


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_every_screen_has_a_way_forward(panel: Panel) -> None:
    for name, view in states(panel, Look()):
        found = arrange(view, panel)
        alive = {s.target.verb for s in found.spots if s.target not in found.dead}
        # a touch anywhere ends what tells its name
        assert alive or name in ("busy", "busy-home", "printing", "home-identify"), name


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_the_language_is_always_in_the_same_corner(panel: Panel) -> None:
    corners = set()
    for _, view in states(panel, Look()):
        for spot in arrange(view, panel).spots:
            if spot.target.verb is Verb.LANGUAGE:
                corners.add((spot.rect.left, spot.rect.bottom))
    assert len(corners) == 1


def test_the_panel_of_the_pictures_is_within_reach_when_it_hangs_as_it_should() -> None:
    low, high = heights(Panel.of((1080, 1920), bottom_mm=770))
    assert low >= 800 and high <= 1100
    assert "everybody's reach" in reach(Panel.of((1080, 1920)))
    assert "out of reach" in reach(Panel.of((1080, 1920), bottom_mm=1100))


@pytest.mark.parametrize(
    ("size", "inches"), [((1080, 1920), 8.0), ((640, 480), None), ((480, 800), 21.5), ((800, 480), 7.0)]
)
def test_a_panel_that_fingers_or_eyes_cannot_use_is_refused(
    size: tuple[int, int], inches: float | None
) -> None:
    with pytest.raises(BadPanel):
        Panel.of(size, inches)


@pytest.mark.parametrize(
    ("size", "inches"), [((1080, 1920), 27.0), ((768, 1366), 15.6), ((1920, 1080), 21.5), ((1280, 800), 12.1)]
)
def test_other_panels_get_the_same_millimetres(size: tuple[int, int], inches: float) -> None:
    panel = Panel.of(size, inches)
    for name, view in states(panel, Look()):
        found = arrange(view, panel)
        for spot in found.spots:
            assert min(spot.rect.size) >= 20 * panel.px_per_mm, name
        for one, other in combinations(boxes(found), 2):
            assert apart(one, other) >= 5 * panel.px_per_mm - 0.5, name


# --- many and long --------------------------------------------------------------------------------------


def services(count: int, name: m.Words) -> m.DeviceConfig:
    one = sample.authority("a", "A", name.vi, name.en, name.vi, name.en, 1)
    return sample.config(tuple(replace_id(one, f"a-{n}") for n in range(count)))


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
@pytest.mark.parametrize("count", [1, 2, 7, 12, 200])
@pytest.mark.parametrize(
    "name", [LONG, m.Words("Y tế", "Health"), m.Words("W" * 80, "m" * 80)], ids=["long", "short", "one-word"]
)
def test_any_number_of_services_is_reached_page_by_page(panel: Panel, count: int, name: m.Words) -> None:
    story = Story(services(count, name), sample.board(lines=()), panel=panel)
    met: list[str] = []
    for _ in range(count):
        shown = story.screen
        assert isinstance(shown, Choices)
        met += [o.target.of for o in shown.offers]
        if Verb.NEXT_PAGE not in story.targets():
            break
        story.tap(Verb.NEXT_PAGE)
    assert met == [f"a-{n}" for n in range(count)]
    assert len(LONG.vi) >= 80


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_long_names_mean_fewer_buttons_and_never_smaller_ones(panel: Panel) -> None:
    shelf = make_shelf(panel)
    short = shelf("choices", (("Y tế", "Y tế"),) * 200, Look())
    long = shelf("choices", ((LONG.vi, LONG.vi),) * 200, Look())
    assert long.size < short.size


HALL = Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml"


@pytest.mark.parametrize(
    ("look", "many"),
    [(Look(), 6), (Look(lang="en"), 4), (Look(large=True), 4)],
    ids=["vi", "en", "large"],
)
@pytest.mark.parametrize("kind", ["choices", "hinted"])
def test_a_small_panel_shows_many_offices_of_a_whole_province_at_once(
    look: Look, many: int, kind: Literal["choices", "hinted"]
) -> None:
    offices = tomllib.loads(HALL.read_text(encoding="utf-8"))["authority"]
    names = tuple((a["name"][look.lang], a.get("short", a["name"])[look.lang]) for a in offices)
    assert len(names) == 20
    assert make_shelf(PANELS["wide"])(kind, names, look).size >= many


def test_trouble_on_a_wide_panel_leaves_the_clock_and_touches_nothing() -> None:
    panel = PANELS["wide"]
    view = dict(states(panel, Look()))["home-no-paper"]
    found = arrange(view, panel)
    band, count = found.boxes["band"], found.boxes["count"]
    assert band.right <= count.left and count.right <= panel.width - 35 * panel.px_per_mm
    assert min(box.top for box in boxes(found)) - band.bottom >= 2 * panel.px_per_mm


@pytest.mark.parametrize("look", [Look(low=True), Look(lang="en", low=True)], ids=["vi", "en"])
def test_with_everything_low_all_groups_are_on_the_first_page(look: Look) -> None:
    shown = dict(states(PANELS["tall"], look))["priority"].screen
    assert isinstance(shown, Question)
    assert shown.groups == sample.GROUPS and shown.pages == 1


def test_a_name_that_is_too_long_gives_way_to_its_short_form() -> None:
    shelf = make_shelf(PANELS["tall"])
    names = (("Sở Y tế", "Y tế"),) * 7 + ((LONG.vi, "Đất đai"),)
    grid = shelf("choices", names, Look())
    assert (grid.columns, grid.rows, grid.short) == (2, 4, False)
    assert shelf("choices", ((LONG.vi, "Đất đai"),) * 8, Look()).short


def test_twelve_priority_groups_take_more_pages() -> None:
    groups = tuple(m.PriorityGroup(f"g-{n}", m.Words(f"Nhóm ưu tiên {n}", f"Group {n}")) for n in range(12))
    for panel in PANELS.values():
        story = Story(sample.config(groups=groups), panel=panel)
        story.tap(Verb.SERVICE, "tu-phap")
        met = set()
        for _ in range(12):
            met |= {s.target.of for s in story.arrangement.spots if s.target.verb is Verb.CLASS}
            if Verb.NEXT_PAGE not in story.targets():
                break
            story.tap(Verb.NEXT_PAGE)
        assert met == {"", *(g.id for g in groups)}
