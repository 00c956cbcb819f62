"""No text from elsewhere stops the wall: a retained message would stop it again and again."""

import pygame
from hypothesis import example, given, settings, strategies as st

from broker import messages as m
from display.fit import Panel
from display.layout import picture
from display.paint import Painter
from display.scene import plain
from display.speech import announcement
from hardware.texts import Texts
from hardware.theme import THEMES
from tests.display.hall import MORNING, Hall, at, connected, waiting

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
    for call in wall.announced:
        assert announcement(call, TEXTS)


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
