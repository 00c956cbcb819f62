"""Everything has its place on the wall: nothing overlaps, nothing sticks out, nothing is lost (B04)."""

from dataclasses import replace
from datetime import date, time
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from display.fit import LayoutRefused, Panel, arrange
from display.layout import picture
from display.marks import Box, Icon, Word
from display.scene import Desk, Hero, Line, Scene, Staleness, Waiting
from display.top import on_top
from hardware.texts import Texts

TEXTS = Texts.load("display")
WALL = Panel(1920, 1080, 55, 10)
PANELS = [
    WALL,
    Panel(1920, 1080, 55, 8),
    Panel(1920, 1080, 43, 10),
    Panel(1280, 720, 55, 10),
    Panel(3840, 2160, 65, 12),
    Panel(1080, 1920, 55, 10),
    Panel(1366, 768, 43, 6),
    Panel(2160, 3840, 98, 15),
    Panel(1280, 1024, 19, 4),
]
HALL = "Trung tâm Phục vụ hành chính công tỉnh Hà Nam"
LUNCH = "Nghỉ trưa từ 11:30 đến 13:00"
SCENE = Scene(
    hall=HALL,
    day=date(2026, 11, 23),
    clock=time(8, 12),
    hero=Hero("A031", "3"),
    rows=tuple(Line(n, c) for n, c in (("B042", "7"), ("K008", "12"), ("A030", "4"), ("E117", "9"))),
    waiting=(Waiting("A", 6), Waiting("B", 4), Waiting("E", 21)),
    notices=(LUNCH,),
)


def drawn(scene, panel=WALL, lang="vi"):
    return {region.name: region for region in picture(scene, panel, TEXTS, lang)}


def words(region):
    return [mark for mark in region.marks if isinstance(mark, Word)]


def said(region):
    return [word.text for word in words(region)]


def apart(one, other):
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def inside(box, outer):
    return outer.x <= box.x and outer.y <= box.y and box.right <= outer.right and box.bottom <= outer.bottom


def hold_the_rules(scene, panel):
    """Regions apart and on the panel; in each, capitals and icons apart from each other and within it."""
    whole = Box(0, 0, panel.width, panel.height)
    regions = list(drawn(scene, panel).values())
    for one, other in combinations(regions, 2):
        assert apart(one.box, other.box), (one.name, other.name)
    for region in regions:
        assert inside(region.box, whole), region.name
        things = [
            mark.capitals if isinstance(mark, Word) else mark.box
            for mark in region.marks
            if isinstance(mark, Word | Icon)
        ]
        for thing in things:
            assert inside(thing, region.box), (region.name, thing)
        for one, other in combinations(things, 2):
            assert apart(one, other), (region.name, one, other)
    return {region.name: region for region in regions}


LETTERS = "ABCDĐEGHKLMNPRSTUVWXYZ"
numbers = st.one_of(
    st.builds("{}{:03}".format, st.sampled_from(LETTERS), st.integers(0, 999)),
    st.builds("{}{}-{:03}".format, st.sampled_from(LETTERS), st.integers(1, 9), st.integers(0, 999)),
    st.builds("{}{}".format, st.sampled_from(LETTERS), st.integers(1000, 9999)),
)
counters = st.integers(1, 120).map(str)
lines = st.builds(Line, numbers, counters, st.booleans())
desks = st.builds(Desk, counters, st.none() | numbers, st.booleans())
scenes = st.builds(
    replace,
    st.just(SCENE),
    hero=st.none() | st.builds(Hero, numbers, counters, st.booleans(), st.booleans()),
    rows=st.lists(lines, max_size=25, unique_by=lambda line: line.number).map(tuple),
    desks=st.lists(desks, max_size=40, unique_by=lambda desk: desk.counter).map(tuple),
    upcoming=st.lists(numbers, max_size=12, unique=True).map(tuple),
    waiting=st.lists(
        st.builds(Waiting, st.sampled_from("ABCDEGHKLMW"), st.none() | st.integers(0, 999)),
        max_size=12,
        unique_by=lambda waiting: waiting.letter,
    ).map(tuple),
    notices=st.lists(st.sampled_from([LUNCH, "Qua lượt: báo quầy trong 15 phút", "Ệ " * 60]), max_size=2).map(
        tuple
    ),
    staleness=st.sampled_from(Staleness),
    page=st.integers(0, 60),
    called=st.booleans(),
)


@pytest.mark.parametrize("panel", PANELS, ids=str)
@settings(max_examples=40)
@given(scenes)
def test_nothing_overlaps_and_nothing_sticks_out(panel, scene):
    hold_the_rules(scene, panel)


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_any_number_of_calls_is_listed_newest_first_without_a_gap(panel):
    room = arrange(panel).rows
    for count in range(26):
        rows = tuple(Line(f"A{n:03}", str(n % 12 + 1)) for n in range(count, 0, -1))
        region = hold_the_rules(replace(SCENE, rows=rows), panel)["list"]
        assert said(region) == [text for line in rows[:room] for text in (line.number, line.counter)]


@pytest.mark.parametrize("count", [0, 9, 10, 99, 100, 999])
def test_waiting_figures_have_room_up_to_three_digits(count):
    waiting = tuple(Waiting(letter, count) for letter in "AMW")
    pages = [hold_the_rules(replace(SCENE, waiting=waiting, page=page), WALL) for page in range(3)]
    seen = {text for page in pages for text in said(page["waiting"])}
    assert {"A", "M", "W", str(count)} <= seen


def test_every_letter_has_its_turn():
    waiting = tuple(Waiting(letter, 5) for letter in "ABCDEGHK")
    pages = [said(drawn(replace(SCENE, waiting=waiting, page=page))["waiting"]) for page in range(3)]
    assert [[text for text in page if len(text) == 1 and text.isalpha()] for page in pages] == [
        ["A", "B", "C"],
        ["D", "E", "G"],
        ["H", "K"],
    ]


def test_a_letter_keeps_its_place_while_its_figure_grows():
    def place(count):
        region = drawn(replace(SCENE, waiting=(Waiting("A", count), *SCENE.waiting[1:])))["waiting"]
        return [word.x for word in words(region) if word.text in ("A", "B", "E")]

    assert place(9) == place(10)


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_every_word_that_a_visitor_needs_is_large_enough_for_the_farthest_seat(panel):
    regions = drawn(SCENE, panel)
    least = {"hero": panel.least(82), "list": panel.least(155)}
    for name, region in regions.items():
        for word in words(region):
            if name != "header" and word.text != "Quầy":
                assert word.px >= least.get(name, panel.least(200)), word
            if word.text == "Quầy":
                assert word.px >= panel.least(200)


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize(
    "text", [LUNCH, "Qua lượt: báo quầy trong 15 phút", "Trung tâm đóng cửa lúc 17:00 " * 6]
)
def test_a_notice_is_shown_whole_in_turns_and_never_smaller(panel, text):
    shown, page = [], 0
    while True:
        region = drawn(replace(SCENE, notices=(text,), page=page), panel)["band"]
        lines = said(region)
        assert all(word.px >= panel.least(200) for word in words(region))
        shown += [word for line in lines for word in line.split() if word != "…"]
        page += 1
        if not lines[-1].endswith("…"):
            break
    assert " ".join(shown) == text.strip()
    again = said(drawn(replace(SCENE, notices=(text,), page=page), panel)["band"])
    assert again == said(drawn(replace(SCENE, notices=(text,), page=0), panel)["band"])


def test_notices_take_turns():
    scene = replace(SCENE, notices=(LUNCH, "Mời đeo thẻ"))
    assert [said(drawn(replace(scene, page=page))["band"]) for page in range(3)] == [
        [LUNCH],
        ["Mời đeo thẻ"],
        [LUNCH],
    ]


def test_without_a_notice_there_is_no_band_and_the_rows_breathe():
    with_band, without = drawn(SCENE), drawn(replace(SCENE, notices=()))
    assert "band" not in without
    assert without["list"].box.height > with_band["list"].box.height
    assert [word.px for word in words(without["list"])] == [word.px for word in words(with_band["list"])]


def test_the_steps_of_staleness():
    noted = drawn(replace(SCENE, staleness=Staleness.NOTED))
    assert [mark.name for mark in noted["header"].marks if isinstance(mark, Icon)] == ["warning"]
    assert said(noted["band"]) == [LUNCH]
    lost = drawn(
        replace(
            SCENE,
            staleness=Staleness.LOST,
            known_at=time(8, 10),
            waiting=tuple(Waiting(letter, None) for letter in "ABE"),
        )
    )
    assert said(lost["band"]) == ["Mất kết nối – theo dõi tại quầy"]
    assert "Dữ liệu lúc 08:10" in said(lost["header"])
    assert said(lost["waiting"]).count("–") == 3
    assert said(lost["hero"])[:2] == ["A031", "3"]
    assert said(lost["clock"]) == ["08:12"]  # runs on, so that the two times can be compared
    blank = drawn(replace(SCENE, staleness=Staleness.BLANK, hero=None, known_at=time(8, 10)))
    assert " ".join(said(blank["hero"])) == "Mất kết nối theo dõi tại quầy"


def test_an_empty_hall_says_so():
    empty = drawn(Scene(hall=HALL, day=date(2026, 11, 23), clock=time(7, 25)))
    assert " ".join(said(empty["hero"])) == "Chưa gọi số nào"
    assert said(empty["list"]) == []
    assert said(empty["clock"]) == ["07:25"]


def test_the_day_is_written_as_the_hall_writes_it():
    assert "Thứ hai, 23/11/2026" in said(drawn(SCENE)["header"])
    assert "Chủ nhật, 22/11/2026" in said(drawn(replace(SCENE, day=date(2026, 11, 22)))["header"])
    assert "Monday, 23/11/2026" in said(drawn(SCENE, lang="en")["header"])


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_long_name_of_a_hall_leaves_room_for_the_day(panel):
    hold_the_rules(replace(SCENE, hall=HALL * 4, staleness=Staleness.NOTED), panel)


def test_numbers_and_counters_stand_on_fixed_columns():
    rows = tuple(Line(n, c) for n, c in (("B042", "7"), ("K008", "12"), ("E111", "9")))
    region = drawn(replace(SCENE, rows=rows))["list"]
    left = {word.capitals.x for word in words(region) if word.anchor == "left"}
    right = {word.capitals.right for word in words(region) if word.anchor == "right"}
    arrows = {mark.box.x for mark in region.marks if isinstance(mark, Icon)}
    assert len(left) == len(right) == len(arrows) == 1


def test_rows_that_a_panel_cannot_hold_are_refused():
    with pytest.raises(LayoutRefused):
        picture(SCENE, Panel(1920, 1080, 43, 10), TEXTS, "vi", rows=6)
    assert len(words({r.name: r for r in picture(SCENE, WALL, TEXTS, "vi", rows=2)}["list"])) == 4


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_why_there_is_no_call_can_be_read_from_the_farthest_seat(panel, lang):
    blank = replace(SCENE, hero=None, staleness=Staleness.BLANK, known_at=time(8, 6))
    for lay_out in (picture, lambda *about: on_top(*about)[0]):
        seen = ""
        for page in range(4):
            try:
                regions = lay_out(replace(blank, page=page), panel, TEXTS, lang)
            except LayoutRefused:
                assert lay_out is not picture
                return
            told = words(next(region for region in regions if region.name == "hero"))
            assert all(word.px >= panel.least(200) for word in told)
            seen += " ".join(word.text for word in told) + " "
        assert set(TEXTS("wall.lost", lang).replace(" –", "").split()) <= set(seen.split())
