"""How the wall in a browser looks: at every size, in every theme and language, and whatever the words are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import messages as m
from server.hall import commands as c
from server.web import board
from server.web.centres import Alone
from tests.browser import axe, boards
from tests.browser.boards import Caller, RunningClock, hero, live, overflow, rows
from tests.browser.conftest import Reader, Served
from tests.web.place import Place, open_place

SIZES = [
    (1280, 720),
    (1366, 768),
    (1920, 1080),
    (1920, 1200),
    (2560, 1080),
    (3840, 2160),
    (1080, 1920),
    (720, 1280),
]
FACES = ("calls", "calls-progress", "progress")
SEVEN = 7.0  # WCAG 1.4.6
PAGE_S = 12
DRAWN = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(open_place(tmp_path, clock=RunningClock(), frozen=False))
    made.start()
    yield made
    made.stop()
    made.place.close()


@pytest.fixture
def busy(reader: Reader, place: Place) -> Iterator[Reader]:
    """Calls, people who wait, and dossiers."""
    boards.publish(place, boards.dossiers(place))
    Caller(place).call(8)
    for _ in range(3):
        place.issue(boards.LAND)
    yield reader
    axe.unthemed(reader)


def shown(reader: Reader, face: str, more: str = "") -> None:
    reader.open(f"/board?zone={face}{more}")
    live(reader)
    reader.until(lambda: reader.js("return document.body.dataset.face") == face, face)
    reader.until(lambda: reader.js("return document.fonts.status") == "loaded", "letters are there")


def test_nothing_is_wrong_for_axe_at_any_width_in_any_theme_and_language(busy: Reader) -> None:
    assert axe.faults(busy, "/board?zone=calls") == []
    assert axe.faults(busy, "/board?zone=calls-progress", widths=axe.WIDTHS[::2], langs=("vi",)) == []
    shown(busy, "progress", "&theme=dark&sound=1")
    assert axe.findings(busy) == []


@pytest.mark.parametrize("theme", board.THEMES)
def test_every_text_has_a_contrast_of_seven(busy: Reader, theme: str) -> None:
    for face in ("calls", "calls-progress"):
        shown(busy, face, f"&theme={theme}")
        for state in ("", "fresh pulse"):
            busy.js("document.getElementById('hero').className = arguments[0]", state)
            assert axe.contrasts(busy)[0][0] >= SEVEN, axe.contrasts(busy)[:3]
        busy.js("for (const e of document.querySelectorAll('#band, .title')) e.className += ' lost'")
        assert axe.contrasts(busy)[0][0] >= SEVEN, axe.contrasts(busy)[:3]


def test_who_prefers_contrast_gets_it_and_a_dark_television_does_not_make_a_hall_dark(busy: Reader) -> None:
    shown(busy, "calls")
    grounds = {}
    for theme in axe.THEMES:
        axe.theme(busy, theme)
        grounds[theme] = busy.js("return getComputedStyle(document.documentElement).backgroundColor")
    assert grounds["light"] == grounds["dark"] == "rgb(245, 243, 236)"
    assert grounds["contrast"] == "rgb(0, 0, 0)"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("lang", axe.LANGS)
def test_everything_has_room_at_every_size_and_in_proportion(busy: Reader, face: str, lang: str) -> None:
    shown(busy, face, f"&lang={lang}")
    for width, height in SIZES:
        busy.size(width, height)
        busy.driver.execute_async_script(DRAWN)
        assert (width, height, *overflow(busy)) == (width, height, 0, 0, [])
        if face == "calls" and width > height:
            px = busy.js(
                "return parseFloat(getComputedStyle(document.querySelector('#hero .call')).fontSize)"
            )
            unit = min(width / 1920, height / 1080)
            assert px == pytest.approx(332 * unit, rel=0.02)  # the design's picture


@pytest.mark.parametrize("lang", axe.LANGS)
def test_large_figures_leave_the_clock_above_the_dossiers_its_place(
    reader: Reader, place: Place, lang: str
) -> None:
    few = boards.dossiers(place)
    lines = tuple(
        msgspec.structs.replace(few.lines[0], code=f"{'H42.05-' if n % 2 else ''}261112-{n:04}")
        for n in range(1, 601)
    )
    totals: dict[m.Stage, int] = {"ready": 1062, "supplement": 740, "payment": 405}
    boards.publish(place, boards.dossiers(place, lines=lines, totals=totals))
    for face in FACES[1:]:
        shown(reader, face, f"&lang={lang}")
        for width, height in ((1920, 1080), (1280, 720), (1080, 1920)):
            reader.size(width, height)
            reader.driver.execute_async_script(DRAWN)
            beyond = reader.js(
                "return document.querySelector('#progress .clock').getBoundingClientRect().right"
                " - document.querySelector('#progress .title').getBoundingClientRect().right"
            )
            assert (face, width, beyond <= 1, *overflow(reader)) == (face, width, True, 0, 0, [])
        assert "1062" in reader.text("#progress .title")


# --- whatever the words are -------------------------------------------------------------------------------


@dataclass
class Forged:
    """The hall's writer, with a board that says something else."""

    writer: Any
    changes: dict[str, Any]

    @property
    def view(self) -> Any:
        return self._changed(self.writer.view)

    def wait(self, rev: int, timeout_s: float) -> Any:
        return self._changed(self.writer.wait(rev, timeout_s))

    def _changed(self, view: Any) -> Any:
        return replace(view, board=msgspec.structs.replace(view.board, **self.changes))


def forge(place: Place, **changes: Any) -> None:
    forged = replace(place.hall, writer=Forged(place.writer, changes))  # type: ignore[arg-type]
    place.app.extensions.update(hall=forged, installation=Alone(forged))


MARKUP = "<img src=x onerror=document.title='owned'>"
NASTY = MARKUP + "Ẫ" * 200


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_words_are_only_words_and_have_room(
    busy: Reader, place: Place, size: tuple[int, int], scripts: bool
) -> None:
    now = place.clock.now()
    line = place.writer.view.board.waiting[0]
    forge(
        place,
        hall=m.Words(NASTY, NASTY),
        calls=tuple(m.Call(9 - i, f"{i}<b>{'W' * 8}", NASTY, now) for i in range(6)),
        counters=(m.CounterLine(NASTY, "open", "<i>WWWWWWWW", "serving"), m.CounterLine(NASTY, "paused")),
        waiting=tuple(msgspec.structs.replace(line, letter=MARKUP, waiting=10**9, open=True) for _ in "123"),
        notices=(m.Words(NASTY, NASTY), m.Words(MARKUP * 9, " ")),
    )
    busy.size(*size)
    busy.scripts(scripts)
    busy.open("/board")
    if scripts:
        live(busy)
        busy.until(lambda: busy.js("return document.fonts.status") == "loaded", "letters are there")
    assert (hero(busy), rows(busy)) == (["–", "–"], ["–"] * 5)
    assert busy.js(
        "return [document.title.includes('owned'), document.querySelectorAll('img, i').length]"
    ) == [
        False,
        0,
    ]
    wide, tall, cut = overflow(busy)
    assert (wide, tall) == (0, 0)
    if scripts:
        assert [one for one in cut if not one.startswith(("H1", "SPAN. …", "SPAN. <img"))] == []
        assert busy.complaints() == []


OVERLAP = """
return [...document.querySelectorAll("#list li, #hero .to, #hero")].filter(row => {
  const parts = [...row.children].map(e => e.getBoundingClientRect()).filter(r => r.width);
  const tall = getComputedStyle(row).flexDirection === "column", box = row.getBoundingClientRect();
  return parts.some((r, i) => i && (tall ? r.top < parts[i - 1].bottom - 1 : r.left < parts[i - 1].right - 1))
    || parts.some(r => r.right > box.right + 1 || r.bottom > box.bottom + 1);
}).map(row => row.textContent);
"""


@pytest.mark.parametrize("face", ["calls", "calls-progress"])
def test_wide_numbers_and_counters_stand_apart(busy: Reader, place: Place, face: str) -> None:
    """Of a kiosk alone, of a hall with letters of two signs, of counters with names; the widest that are."""
    now = place.clock.now()
    pairs = [("A2-017", "12"), ("Đ1234", "KCN-1"), ("AB12-3456", "12B"), ("K008", "MMMMMM88"), ("B041", "10")]
    for shift in range(len(pairs)):
        turned = pairs[shift:] + pairs[:shift]
        calls = tuple(m.Call(9 - i, number, counter, now) for i, (number, counter) in enumerate(turned))
        forge(place, calls=calls)
        for size in ((1920, 1080), (1080, 1920)):
            busy.size(*size)
            shown(busy, face)
            assert hero(busy) == list(turned[0])
            assert busy.js(OVERLAP) == [], (turned[0], size)


def test_who_has_it_in_the_hand_finds_the_way_to_a_dossier_and_a_wall_has_no_link(busy: Reader) -> None:
    for face in FACES:
        busy.size(720, 1280)  # the narrowest wall
        shown(busy, face)
        assert not busy.see("#hand").is_displayed()
        busy.size(390, 844)
        busy.driver.execute_async_script(DRAWN)
        assert busy.see("#hand a").is_displayed() and (face, *overflow(busy)) == (face, 0, 0, [])
        foot = busy.js("return document.querySelector('#hand').getBoundingClientRect().bottom")
        assert 840 < foot < 848  # as far as a wall's picture drifts
    assert axe.findings(busy) == []
    busy.click("#hand a")
    busy.until(lambda: busy.driver.current_url.endswith("/lookup?lang=vi"), "the look-up")


def test_slides_and_rest_are_shown_by_the_hour_and_can_be_read(busy: Reader, place: Place) -> None:
    place.clock.pass_(seconds=(13 - 8) * 3600 - 7 * 60)  # 13:05, before the afternoon
    busy.open("/board")
    live(busy)
    for width, height in ((1920, 1080), (1280, 720), (1080, 1920)):
        busy.size(width, height)
        busy.driver.execute_async_script(DRAWN)
        assert "Nội quy" in busy.text("#slide") and not busy.see("#hero").is_displayed()
        assert (width, *overflow(busy)) == (width, 0, 0, [])
    assert axe.findings(busy) == [] and axe.contrasts(busy)[0][0] >= SEVEN
    place.clock.pass_(seconds=9 * 3600)
    busy.open("/board")
    live(busy)
    assert "Mở cửa lúc 07:30" in busy.text("#rest") and not busy.see("#clock").is_displayed()
    assert axe.findings(busy) == []
    called = place.at("7", c.CallNext)["number"]  # of those who waited all day
    busy.until(lambda: busy.see("#hero").is_displayed(), "a call comes through")
    assert hero(busy)[0] == called


def test_notices_are_told_above_the_dossiers_too_in_turns(busy: Reader, place: Place) -> None:
    notice = "Nghỉ trưa từ 11:30 đến 13:30. Xin mời quay lại vào buổi chiều. " * 3
    forge(place, notices=(m.Words(notice, "Lunch"),))
    if place.clock.now().timestamp() // PAGE_S % 2 == 0:
        place.clock.pass_(seconds=PAGE_S)  # every other turn is theirs
    shown(busy, "progress")
    busy.until(lambda: busy.text("#progress .words"), "the turn of the notices")
    assert busy.text("#progress .words").startswith("Nghỉ trưa") or busy.text("#progress .words")[0] == "…"
    assert overflow(busy) == [0, 0, []]


def test_a_dossier_that_says_more_than_a_code_is_not_shown(busy: Reader, place: Place) -> None:
    made = boards.dossiers(place, rev=9)
    name = m.Words("Bà Nguyễn Thị B", "Mrs B")
    lines = (
        m.DossierLine("0912345678", made.lines[0].authority, "ready", None, "14"),
        m.DossierLine("Nguyễn Văn A", made.lines[0].authority, "ready", None, "14"),
        m.DossierLine("261110-0007", name, "ready", None, "0912 34"),
    )
    boards.publish(place, boards.replace_message(made, lines=lines + made.lines))
    shown(busy, "progress")
    busy.until(lambda: "261110-0007" in busy.text("#progress"), "the code that is one")
    text = busy.js("return document.body.textContent")
    for personal in ("0912", "Nguyễn"):
        assert personal not in text


def test_what_is_served_names_no_other_host_and_asks_no_more_than_televisions_know() -> None:
    newer = r"\?\.[a-z(\[]|\?\?|replaceAll|structuredClone|\bstatic \{|\.at\(|AbortSignal|\|\|=|&&="
    for file in board.PAGE:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text), file.name
        assert "innerHTML" not in text and "style=" not in text, file.name
        if file.suffix == ".js":
            assert not re.search(newer, re.sub(r"/\*.*?\*/|//.*|`[^`]*`|\"[^\"]*\"", "", text, flags=re.S)), (
                file.name
            )
        if file.suffix == ".css":
            rules = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
            assert not re.search(
                r"(?<!grid-)gap:|clamp\(|\bmin\(|[^-]aspect-ratio:|inset:|animation|transition", rules
            )
