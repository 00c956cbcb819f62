"""The simulated hall's page, before panels that note what they are asked."""

from __future__ import annotations

import io
import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains

from hardware.clock import HallClock, set_clock
from hardware.panel import Panel, PanelAnswer, Query, json_answer
from server.web.hall import Demo
from tests.browser.conftest import Reader, Served
from tests.web.place import MORNING, open_place

KIOSK = '[data-device="kiosk-1"]'


class Machine:
    """A device of 1080 x 1920 pixels whose picture changes when `rev` does."""

    def __init__(self, path: Path, role: str) -> None:
        self._lock = threading.Lock()
        self.rev, self.drawn = 1, 0
        self.asked: list[tuple[str, Any]] = []
        self.papers: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self._role = role
        routes: dict[tuple[str, str], Any] = {
            ("GET", "/state"): self._state,
            ("GET", "/screen.png"): self._screen,
            ("GET", "/ticket.png"): self._screen,
            ("GET", "/tickets"): lambda q, b: json_answer(self.papers),
            ("GET", "/heard"): lambda q, b: json_answer(self.heard),
        }
        for verb in ("/touch", "/press", "/switch", "/server/switch"):
            routes["POST", verb] = self._note(verb)
        self.panel = Panel(path, routes)
        self.panel.start()

    def _state(self, query: Query, body: bytes) -> PanelAnswer:
        return json_answer(
            {
                "device": "x",
                "role": self._role,
                "screen_rev": self.rev,
                "ticket_rev": len(self.papers),
                "heard_rev": len(self.heard),
                "buttons": [{"id": "help", "label": "Trợ giúp", "lit": True}],
                "switches": {"paper": "ok", "cover": "closed"},
            }
        )

    def _screen(self, query: Query, body: bytes) -> PanelAnswer:
        with self._lock:
            self.drawn += 1
        width = int(query.get("width", 1080))
        file = io.BytesIO()
        Image.new("RGB", (width, width * 1920 // 1080), (5 * self.rev, 60, 90)).save(file, "PNG")
        return PanelAnswer(file.getvalue(), "image/png")

    def _note(self, verb: str) -> Any:
        def route(query: Query, body: bytes) -> PanelAnswer:
            self.asked.append((verb, json.loads(body)))
            return json_answer({})

        return route


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Served, dict[str, Machine]]]:
    with tempfile.TemporaryDirectory(prefix="sim") as short:
        folder = Path(short)
        set_clock(folder / "clock.json", MORNING, 1.0)
        demo = Demo(panels=folder, bench=folder / "bench.sock", clock=folder / "clock.json")
        place = open_place(tmp_path, demo, HallClock(folder / "clock.json"), frozen=False)
        made = {
            "kiosk-1": Machine(folder / "kiosk-1.sock", "kiosk"),
            "display-1": Machine(folder / "display-1.sock", "display"),
            "bench": Machine(folder / "bench.sock", "bench"),
        }
        served = Served(place)
        served.start()
        yield served, made
        served.stop()
        for machine in made.values():
            machine.panel.stop()
        place.close()


@pytest.fixture
def hall(chromium: Any, machines: tuple[Served, dict[str, Machine]]) -> Iterator[Reader]:
    made = Reader(chromium, lambda: machines[0].url)
    made.size(1366, 768)
    made.complaints()
    made.open("/hall")
    made.until(lambda: made.js("return sizes['kiosk-1']") == [1080, 1920], "the panel's size is known")
    yield made
    chromium.get("about:blank")


def test_a_click_on_the_picture_is_a_touch_in_the_panels_own_pixels(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    kiosk = machines[1]["kiosk-1"]
    picture = hall.see(f"{KIOSK} .screen img")
    third = int(picture.rect["width"] / 3)  # right of the middle
    ActionChains(hall.driver).move_to_element_with_offset(picture, third, 0).click().perform()
    hall.until(lambda: kiosk.asked, "the touch arrived")
    verb, at = kiosk.asked[0]
    assert verb == "/touch"
    assert abs(at["x"] - (540 + 360)) < 12 and abs(at["y"] - 960) < 12


def test_a_picture_is_fetched_again_only_when_it_changed(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    kiosk = machines[1]["kiosk-1"]
    hall.until(lambda: "rev=1" in (hall.see(f"{KIOSK} img").get_attribute("src") or ""), "the first picture")
    polls = "window.polls = 0; const old = show; show = s => { polls++; old(s); }"
    hall.js(polls)
    drawn = kiosk.drawn
    hall.until(lambda: hall.js("return polls") >= 3, "looked three times")
    assert kiosk.drawn == drawn
    kiosk.rev = 2
    hall.until(lambda: kiosk.drawn == drawn + 1, "fetched once more")


def test_a_new_ticket_comes_out_on_top_and_earlier_ones_stay(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    kiosk = machines[1]["kiosk-1"]
    assert "Chưa in phiếu nào" in hall.text('[data-paper="kiosk-1"]')
    kiosk.papers = [{"n": 1, "number": "A001", "at": ""}]
    kiosk.papers = [*kiosk.papers, {"n": 2, "number": "A002", "at": ""}]
    select = '[data-paper="kiosk-1"] select'
    hall.until(
        lambda: hall.js("return document.querySelector(arguments[0]).value", select) == "2", "the last"
    )
    assert [o.text for o in hall.all(f"{select} option")] == ["A002", "A001"]
    assert "ticket.png?n=2" in (hall.see('[data-paper="kiosk-1"] img').get_attribute("src") or "")


def test_what_the_speaker_said_can_be_read_and_played(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    said = "Mời số A không không một đến quầy số bảy"
    machines[1]["display-1"].heard = [{"n": 1, "at": "", "kind": "speech", "text": said, "seconds": 4.2}]
    hall.until(lambda: said in hall.text('[data-heard="display-1"]'), "the words are there")
    assert hall.all('[data-heard="display-1"] button')


def test_buttons_and_switches_reach_their_machines(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    kiosk, bench = machines[1]["kiosk-1"], machines[1]["bench"]
    hall.until(lambda: hall.all(f'{KIOSK} [data-press="help"]'), "its buttons are known")
    hall.click(f'{KIOSK} [data-press="help"]')
    hall.until(lambda: ("/press", {"button": "help"}) in kiosk.asked, "pressed")
    hall.click('[data-switches="kiosk-1"] [data-switch="cover"]')
    hall.until(lambda: ("/switch", {"cover": "open"}) in kiosk.asked, "opened")
    hall.click('[data-switches="server"] [data-switch="power"]')
    hall.until(lambda: ("/server/switch", {"power": "kill"}) in bench.asked, "killed")


def test_a_machine_without_power_is_dark_and_the_page_goes_on(
    hall: Reader, machines: tuple[Served, dict[str, Machine]]
) -> None:
    machines[1]["kiosk-1"].panel.stop()
    hall.until(lambda: "Thiết bị đang tắt" in hall.text(KIOSK), "it is dark")
    assert hall.complaints() == []


def test_the_hall_fits_its_width(hall: Reader) -> None:
    for width in (1366, 900, 390):
        hall.size(width, 800)
        assert hall.js("return document.documentElement.scrollWidth") <= width
