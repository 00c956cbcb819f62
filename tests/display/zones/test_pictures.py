"""Dossiers, slides and rest have their places, and are legible from their seats, or refused."""

from dataclasses import replace
from datetime import date, time
from itertools import combinations

import pygame
import pytest
from hypothesis import given, settings, strategies as st

from display.fit import Panel
from display.marks import Box, Icon, Word
from display.paint import Painter
from display.pictures import picture_of, rooms
from display.progress import Room
from display.scene import Hero, Staleness, Waiting
from display.stage import STEP
from display.view import DossierRow, LateRow, Page, Progress, Slides, SlideText, View
from hardware.theme import THEMES, contrast
from tests.display.test_layout import SCENE, TEXTS, apart, inside
from tests.display.test_paint import colours
from tests.display.zones.gallery import FAR, LARGE, NEAR, SMALL, TALL, State, draw, states
from tests.display.zones.register import NAMES

WIDE = FAR, NEAR
BIG = Panel(3840, 2160, 98, 6), Panel(3840, 2160, 98, 3)
DESK = Panel(1280, 1024, 19, 2.5), Panel(1280, 1024, 19, 1.5)
PANELS = [WIDE, TALL, SMALL, LARGE, BIG, DESK]
STANDINGS = ("ready", "supplement", "payment", "processing", "overdue")
CALLS = replace(SCENE, hero=Hero("E118", "10"))
ALL = list(states())

rows = st.builds(
    DossierRow,
    st.builds("2611{:02}-{}".format, st.integers(1, 30), st.integers(0, 999_999).map("{:04}".format)),
    st.sampled_from([name.vi for name in NAMES] + ["–", "Ấ Ầ Ẫ Ệ ỵ " * 4]),
    st.sampled_from(STANDINGS),
    st.sampled_from(["", "3", "14", "KCN-1"]),
    st.sampled_from([None, date(2026, 11, 25), date(2027, 1, 5), time(17, 0)]),
)
units = st.builds(
    LateRow, st.sampled_from([name.vi for name in NAMES]), st.integers(0, 9999), st.integers(0, 9999)
)
olds = st.sampled_from([None, (None, time(8, 5)), (date(2026, 11, 20), time(17, 0))])


@st.composite
def views(draw, room):
    face = draw(st.sampled_from([face for face in ("calls-progress", "progress") if face in room]))
    many = room[face]
    of = draw(st.sampled_from([1, 9, 100]))
    page = draw(
        st.none()
        | st.builds(Page, st.just(of), st.just(of), st.lists(rows, max_size=many.dossiers).map(tuple))
        | st.builds(
            lambda late: Page(of, of, late=tuple(late), month="10/2026"),
            st.lists(units, min_size=1, max_size=many.late),
        )
    )
    calls = replace(
        CALLS,
        hero=draw(st.sampled_from([None, Hero("E118", "10"), Hero("A2-017", "12", fresh=True)])),
        staleness=draw(st.sampled_from(Staleness)),
        known_at=time(8, 10),
        page=draw(st.integers(0, 3)),
        notices=draw(
            st.sampled_from([(), ("Qua lượt: báo quầy trong 15 phút",), ("Ế" * 90, "Mời đeo thẻ " * 9)])
        ),
    )
    totals = draw(st.integers(0, 9999)), draw(st.integers(0, 999))
    return View(face, calls, progress=Progress(page, *totals, draw(olds)))


def hold_the_rules(view, panels, lang="vi"):
    """Regions apart and on the panel; capitals and icons apart and within theirs."""
    far, near = panels
    whole = Box(0, 0, far.width, far.height)
    picture = picture_of(view, far, near, TEXTS, lang)
    for one, other in combinations(picture, 2):
        assert apart(one.box, other.box), (one.name, other.name)
    for region in picture:
        assert inside(region.box, whole), region.name
        marks = [mark for mark in region.marks if isinstance(mark, Word | Icon)]
        things = [mark.capitals if isinstance(mark, Word) else mark.box for mark in marks]
        for thing in things:
            assert inside(thing, region.box), (region.name, thing)
        for (one, a), (other, b) in combinations(zip(marks, things, strict=True), 2):
            assert apart(a, b), (region.name, one, other)
    return {region.name: region for region in picture}


@pytest.mark.parametrize("panels", PANELS, ids=lambda both: f"{both[0].width}x{both[0].height}-{both[0]}")
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_overlaps_and_nothing_sticks_out(panels, data):
    lang = data.draw(st.sampled_from(["vi", "en"]))
    room, _ = rooms(*panels, TEXTS, lang)
    hold_the_rules(data.draw(views(room)), panels, lang)


@pytest.mark.parametrize("panels", PANELS, ids=lambda both: f"{both[0].width}x{both[0].height}-{both[0]}")
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_must_be_acted_on_is_large_enough_for_who_walks_up(panels, lang):
    far, near = panels
    room, _ = rooms(far, near, TEXTS, lang)
    for face, held in room.items():
        shown = tuple(
            DossierRow(f"261109-{n:04}", "Tư pháp", STANDINGS[n % 5], ("14", "KCN-1")[n % 2])
            for n in range(held.dossiers)
        )
        regions = hold_the_rules(View(face, CALLS, progress=Progress(Page(2, 9, shown), 18, 7)), panels, lang)
        acted = [mark for mark in regions["table"].marks if isinstance(mark, Word)]
        assert all(word.px >= near.least(200) for word in acted)
        assert all(word.px >= near.least(200) for word in regions["title"].marks if isinstance(word, Word))
        if face == "calls-progress":
            call = [mark for mark in regions["hero"].marks if isinstance(mark, Word) and mark.figures]
            assert all(word.px >= far.least(82) for word in call)


def test_the_panel_of_the_design_holds_what_it_shows_there():
    assert rooms(FAR, NEAR, TEXTS, "vi") == ({"calls-progress": Room(6, 6), "progress": Room(8, 8)}, {})
    regions = hold_the_rules(dict(ALL)["dossiers"].view, WIDE)
    words = [mark for mark in regions["table"].marks if isinstance(mark, Word)]
    code = next(word for word in words if word.text == "0118")
    assert code.px >= NEAR.least(155) == 69
    assert code.weight > next(word for word in words if word.text == "261109-").weight


@pytest.mark.parametrize(
    ("panels", "zones", "why"),
    [
        ((Panel(1920, 1080, 55, 14), Panel(1920, 1080, 55, 5)), {"progress"}, "calls-progress"),
        ((Panel(1920, 1080, 32, 8), Panel(1920, 1080, 32, 8)), {"progress"}, "calls-progress"),
        ((Panel(1920, 1080, 24, 8), Panel(1920, 1080, 24, 8)), set(), "progress"),
        ((Panel(640, 360, 10, 6), Panel(640, 360, 10, 6)), set(), "progress"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_seat_that_could(panels, zones, why):
    held, refused = rooms(*panels, TEXTS, "vi")
    assert set(held) == zones
    assert "up to" in refused[why] or "at any distance" in refused[why]
    assert f"{panels[0].diagonal_inch:g}" in refused[why]


@pytest.mark.parametrize("panels", [WIDE, TALL, LARGE], ids=["wide", "tall", "large"])
def test_an_offered_distance_is_true(panels):
    far, near = panels
    _, refused = rooms(far, replace(near, seat_m=30), TEXTS, "vi")
    reach = float(refused["progress"].split("up to ")[1].split(" m")[0])
    assert "progress" in rooms(far, replace(near, seat_m=reach), TEXTS, "vi")[0]
    assert "progress" in rooms(far, replace(near, seat_m=reach + 0.5), TEXTS, "vi")[1]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "name", [name for name, state in ALL if state.theme == "light" and state.panels != LARGE]
)
def test_every_word_has_a_contrast_of_seven_and_every_icon_of_three_on_the_surface(theme, name):
    state = replace(dict(ALL)[name], theme=theme)
    surface, far = draw(state), state.panels[0]
    painted = THEMES["contrast" if state.view.face == "rest" else theme]
    for region in picture_of(state.view, far, state.panels[1], TEXTS, state.lang):
        for mark in region.marks:
            if not isinstance(mark, Word | Icon):
                continue
            ink = getattr(painted, mark.colour)
            found = colours(surface, mark.capitals if isinstance(mark, Word) else mark.box)
            assert found[ink] > 0, mark
            ground = next(colour for colour, _ in found.most_common() if colour != ink)
            assert contrast(ink, ground) >= (7 if isinstance(mark, Word) else 3), mark


def test_a_colour_never_speaks_alone():
    regions = hold_the_rules(dict(ALL)["tall"].view, TALL)
    icons = [mark.name for mark in regions["table"].marks if isinstance(mark, Icon)]
    said = [mark.text for mark in regions["table"].marks if isinstance(mark, Word)]
    assert icons == ["half"] * 4
    assert said.count("Đang xử lý") == 4


texts = st.sampled_from(
    ["Nội quy", "Ứng dụng VNeID: Ẫ ẵ Ỡ Ệ ỵ", "Giữ trật tự, không hút thuốc " * 4, "Ế" * 60]
)
slides = st.builds(SlideText, texts, st.lists(texts, max_size=8).map(tuple))


@pytest.mark.parametrize("panels", PANELS, ids=lambda both: f"{both[0].width}x{both[0].height}-{both[0]}")
@settings(max_examples=12, deadline=None)
@given(st.lists(slides, min_size=1, max_size=3).map(tuple), st.integers(0, 9))
def test_slides_of_any_length_are_shown_whole_in_turns(panels, shown, turn):
    view = View("slides", CALLS, slides=Slides(shown, turn))
    regions = hold_the_rules(view, panels)
    assert "hero" not in regions
    assert "list" not in regions


def test_slides_keep_figures_that_may_be_wrong_away():
    lost = replace(CALLS, staleness=Staleness.LOST, known_at=time(8, 10), waiting=(Waiting("A", None),))
    regions = hold_the_rules(View("slides", lost, slides=Slides((SlideText("Nội quy"),), 0)), WIDE)
    assert [mark.text for mark in regions["band"].marks if isinstance(mark, Word)] == [
        "Mất kết nối – theo dõi tại quầy"
    ]


def test_from_face_to_face_nothing_is_left_of_the_last_one():
    """Also when the picture has moved by a step in between."""
    surface = pygame.Surface((FAR.width, FAR.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    faces = [state for name, state in ALL if name in ("dossiers", "alone", "slide", "late", "dossiers-lost")]
    for state in (*faces, *reversed(faces)):
        painter.paint(picture_of(state.view, *WIDE, TEXTS, "vi"))
        assert pygame.image.tobytes(surface, "RGB") == pygame.image.tobytes(draw(State(state.view)), "RGB")
    assert FAR.space(24) > STEP * 2  # what moves stays on the panel


def test_the_agency_of_a_whole_code_stands_before_the_name():
    page = Page(1, 1, (DossierRow("H42.05-261109-0118", "Tư pháp", "ready", "14"),))
    regions = hold_the_rules(View("progress", CALLS, progress=Progress(page)), WIDE)
    said = [mark.text for mark in regions["table"].marks if isinstance(mark, Word)]
    assert said[:3] == ["261109-", "0118", "H42.05 Tư pháp"]


@pytest.mark.parametrize("panels", PANELS, ids=lambda both: f"{both[0].width}x{both[0].height}-{both[0]}")
def test_a_notice_never_takes_the_title_of_the_late_authorities(panels):
    """A table of authorities with red figures says at all times what it is, and of which month."""
    page = Page(1, 1, late=(LateRow("Tư pháp", 1, 6),), month="10/2026")
    titles = [
        hold_the_rules(
            View("progress", replace(CALLS, notices=notices, page=1), progress=Progress(page, 0, 0)), panels
        )["title"]
        for notices in ((), ("Qua lượt: báo quầy trong 15 phút",))
    ]
    assert titles[0] == titles[1]
