"""No text from elsewhere stops a wall with dossiers and slides: a retained message would stop it for ever."""

import pygame
from hypothesis import example, given, settings, strategies as st

from broker import messages as m
from broker.device import BoardArrived, DossiersArrived
from display.fit import Panel
from display.paint import Painter
from hardware.theme import THEMES
from tests.display.zones.register import dossiers, on, picture, told_on

PANELS = Panel(640, 360, 55, 8), Panel(640, 360, 55, 5)
NASTY = "\x00\x1b[2J\u202e<script>{{7*7}}%s\ud800\U0001f600\u0301" * 40
any_text = st.text(max_size=120)


@settings(max_examples=30, deadline=None)
@given(
    zone=st.sampled_from(["calls-progress", "progress", "slides"]),
    code=any_text,
    name=any_text,
    place=any_text,
    month=any_text,
    title=any_text,
    lines=st.lists(any_text, max_size=10),
    figures=st.integers(0, 10**12),
    year=st.integers(1, 9998),
)
@example("progress", NASTY, NASTY, NASTY, NASTY, NASTY, [NASTY] * 10, 10**12, 1)
@example("slides", NASTY, NASTY, NASTY, NASTY, NASTY, [NASTY] * 10, 0, 9998)
@example("slides", "", "", "", "", "", [], 0, 1970)
@example("calls-progress", "261109-0118\n", "²" * 200, "Ⅻ", "2026-02", "x" * 400, ["x" * 400], 3, 2027)
def test_any_text_can_be_shown(zone, code, name, place, month, title, lines, figures, year):
    words = m.Words(name, name)
    slides = (m.Slide(m.Words(title, title), tuple(m.Words(line, line) for line in lines)),)
    told = told_on(*PANELS, zone, authorities=(words,), slides=slides)
    due = on(23).replace(year=year)
    lines = [
        m.DossierLine(text, words, stage, due, place)
        for text in (code, "261109-0118")
        for stage in ("ready", "processing")
    ]
    late = m.LateList(month, (m.LateUnit(words, figures, figures),))
    told.tell(DossiersArrived(dossiers(lines, late=late, totals={"ready": figures, "payment": figures})))
    painter = Painter(pygame.Surface((640, 360), depth=32), THEMES["light"])
    for _ in range(4):
        painter.paint(picture(told, *PANELS))
        told.live(13)
    told.tell(BoardArrived(told.hall.board(told.now, notices=(words,))))
    painter.paint(picture(told, *PANELS))
