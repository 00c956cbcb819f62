"""No text from elsewhere stops the wall: a retained message would stop it again and again."""

from dataclasses import replace

import pygame
import pytest
from hypothesis import example, given, settings, strategies as st

from broker import messages as m
from display.fit import Panel
from display.layout import picture
from display.paint import Painter
from display.scene import SIGNS, plain
from display.speech import announcement
from display.top import on_top
from hardware import type as letters
from hardware.texts import Texts
from hardware.theme import THEMES
from tests.display.hall import MORNING, Hall, at, connected, waiting
from tests.display.test_layout import PANELS, hold_the_rules, words
from tests.display.test_pages import counter

TEXTS = Texts.load("display")
PANEL = Panel(640, 360, 55, 8)
NASTY = "\x00\x1b[2J\u202e<script>{{7*7}}%s\ud800\U0001f600\u0301" * 40


@settings(max_examples=60)
@given(
    number=st.text(min_size=1, max_size=12),
    counter=st.text(max_size=40),
    letter=st.text(max_size=10),
    hall_name=st.text(max_size=400),
    notice=st.text(max_size=400),
    count=st.integers(0, 10**9),
)
@example("\x00", "\n", "\u200d", NASTY, NASTY, 0)
@example("²" * 12, "²³", "Ⅻ", "x" * 400, "x" * 400, 10**9)
@example("١٢", "", "", "", " ", 5)
def test_any_text_can_be_shown_and_said(number, counter, letter, hall_name, notice, count):
    hall = Hall()
    wall = connected(hall)
    hall.waiting = (waiting(letter, count, "one"), waiting("A", 1))
    hall.notices = (m.Words(notice, notice),)
    hall.call(at(1), number, counter)
    hall.call(at(1), "A001", counter)
    wall.see(hall.board(at(1), hall=m.Words(hall_name, hall_name)), at(1))
    surface = pygame.Surface((PANEL.width, PANEL.height), depth=32)
    painter = Painter(surface, THEMES["light"])
    for seconds in (1, 2, 10, 400):
        wall.wait(at(seconds))
        painter.paint(picture(wall.view(at(seconds)), PANEL, TEXTS, "vi"))
        painter.paint(on_top(wall.view(at(seconds)), PANEL, TEXTS, "vi")[0])
    for call in wall.announced:
        assert len(announcement(call, TEXTS)) <= 1  # none where there is nothing to be read


@given(st.text(), st.integers(1, 50))
def test_what_is_shown_is_one_short_line_without_control_signs(text, most):
    shown = plain(text, most)
    assert len(shown) <= most
    assert shown == shown.strip()
    assert shown.isprintable()


def test_vietnamese_passes_unchanged():
    name = "Trung tâm Phục vụ hành chính công phường Ỷ La – Điểm tiếp nhận số 2"
    assert plain(name, 300) == name
    assert plain("Nghỉ\n trưa", 300) == "Nghỉ trưa"
    assert plain("e\u0302\u0301", 10) == "ế"


def test_a_day_is_a_word_and_not_believed_to_be_a_date():
    hall = Hall(day="\x00 not a day")
    wall = connected(hall)
    hall.call(at(1))
    wall.see(hall.board(at(1)), at(1))
    assert wall.view(MORNING).hall


ZALGO = "Z\u0323\u0336\u0301a\u0335\u0300\u0301\u0302\u0303l\u0334go"
NAMES = {
    "markup": "<b onload=alert(1)>3</b>",
    "long": "Q" * 200,
    "words": "Quầy tiếp nhận hồ sơ đất đai số 12 (tầng 2)",
    "zalgo": ZALGO * 3,
    "right to left": "\u202e3\u202c",
    "nul": "3\x00",
    "surrogate": "3\ud800",
    "format": "{{7*7}}%s\\n",
    "picture": "\U0001f3db\ufe0f",
    "empty": "",
}


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_counter_of_any_name_leaves_every_number_as_large_as_the_rule_wants(panel, name):
    hall = Hall()
    wall = connected(hall)
    for i in range(6):
        hall.call(at(1), f"A{i:03}", NAMES[name] if i % 2 else "3")
    there = tuple(counter(NAMES[name] + str(i), f"A{i:03}", "called") for i in range(6))
    wall.see(hall.board(at(1), counters=there), at(1))
    wall.live(at(1), at(60))
    for page in range(6):
        regions = hold_the_rules(replace(wall.view(at(60)), page=page), panel)
        least = {"hero": panel.least(82), "list": panel.least(155)}
        numbers = [
            (word, least[region])
            for region in least
            for word in words(regions[region])
            if word.text.startswith("A0")
        ]
        assert len(numbers) > 1
        assert all(word.px >= px for word, px in numbers)


def test_every_sign_that_passes_has_a_letter_in_every_weight():
    for sign in SIGNS:
        for weight in letters.WEIGHTS:
            assert letters.render(sign, 24, weight, (0, 0, 0)).surface.get_width() > 0, sign


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (ZALGO, "Zàlgo"),
        ("\u202eA031", "A031"),
        ("A\x0003\ud8001", "A031"),
        ("١٢", "12"),
        ("Ａ０３", "03"),
        ("Ŏ Ǻ", "O A"),
        ("\U0001f3db\ufe0f Tầng 2", "Tầng 2"),
        ("<b>3</b>", "<b>3</b>"),
    ],
)
def test_what_no_letter_of_ours_can_show_is_left_out(text, seen):
    assert plain(text, 50) == seen
