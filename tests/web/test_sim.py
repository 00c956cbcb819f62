"""The simulated hall's doors, with real panels behind them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hardware.clock import HallClock, set_clock
from hardware.panel import Panel, PanelAnswer, Query, json_answer
from server.web.hall import Demo, DemoAccount
from server.web.sim_doc import ENDPOINTS
from tests.web.place import MORNING, PASSWORD, Place, open_place

PNG = b"\x89PNG a picture"


@dataclass
class Bench:
    """A demo without programs: panels that answer and remember what they were asked."""

    place: Place
    folder: Path
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)

    @property
    def client(self) -> FlaskClient:
        return self.place.client()

    def open(self, name: str, **extra: Any) -> None:
        def note(path: str) -> Any:
            def route(query: Query, body: bytes) -> PanelAnswer:
                self.asked.append((name, path, json.loads(body)))
                return json_answer({"ok": True})

            return route

        routes: dict[tuple[str, str], Any] = {
            ("GET", "/state"): lambda q, b: json_answer({"device": name, "screen_rev": 3, **extra}),
            ("GET", "/screen.png"): lambda q, b: PanelAnswer(PNG + q.get("width", "").encode(), "image/png"),
            ("GET", "/tickets"): lambda q, b: json_answer([{"n": 1, "number": "A001"}]),
            ("GET", "/sound.wav"): lambda q, b: PanelAnswer(b"RIFF", "audio/wav"),
        }
        for path in ("/touch", "/press", "/switch", "/server/switch", "/kiosk-1/switch"):
            routes["POST", path] = note(path)
        panel = Panel(self.folder / f"{name}.sock", routes)
        panel.start()
        self.panels.append(panel)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="sim") as short:
        folder = Path(short)
        set_clock(folder / "clock.json", MORNING, 1.0)
        demo = Demo(
            panels=folder,
            bench=folder / "bench.sock",
            clock=folder / "clock.json",
            accounts=(
                DemoAccount("manager", PASSWORD, "manager"),
                DemoAccount("officer-1", PASSWORD, "officer"),
            ),
        )
        opened = open_place(tmp_path, demo, HallClock(folder / "clock.json"))
        made = Bench(opened, folder)
        yield made
        for panel in made.panels:
            panel.stop()
        opened.close()


def test_officers_stand_for_the_authorities_of_their_counter(bench: Bench) -> None:
    site, contacts = bench.place.config.site, bench.place.accounts.contacts
    serves = {site.services[id].authority for id in site.counters["1"].services}
    assert contacts.stands_for("officer-1", site.id) == serves
    assert contacts.stands_for("manager", site.id) == frozenset()


def test_the_state_of_all_devices_in_one_answer_and_dead_ones_are_dark(bench: Bench) -> None:
    bench.open("kiosk-1", buttons=[])
    bench.open("bench", devices={"kiosk-1": {"power": "on"}})
    said = bench.client.get("/sim/state").get_json()
    assert said["devices"]["kiosk-1"] == {
        "device": "kiosk-1",
        "role": "kiosk",
        "alive": True,
        "screen_rev": 3,
        "buttons": [],
    }
    assert said["devices"]["display-2"] == {"device": "display-2", "role": "display", "alive": False}
    assert len(said["devices"]) == 16
    assert said["bench"]["devices"]["kiosk-1"]["power"] == "on"
    assert said["open"] is True and said["counters"]["7"]["status"] == "closed"


def test_pictures_sounds_and_lists_come_through_as_they_are(bench: Bench) -> None:
    bench.open("kiosk-1")
    bench.open("display-1")
    picture = bench.client.get("/sim/kiosk-1/screen.png?width=300")
    assert (picture.data, picture.content_type) == (PNG + b"300", "image/png")
    assert bench.client.get("/sim/kiosk-1/tickets").get_json() == [{"n": 1, "number": "A001"}]
    assert bench.client.get("/sim/display-1/sound.wav?n=1").content_type == "audio/wav"


def test_touches_and_presses_reach_the_device(bench: Bench) -> None:
    bench.open("kiosk-1")
    assert bench.client.post("/sim/kiosk-1/touch", json={"x": 540, "y": 960}).status_code == 200
    assert bench.client.post("/sim/kiosk-1/press", json={"button": "help"}).status_code == 200
    assert bench.asked == [
        ("kiosk-1", "/touch", {"x": 540, "y": 960}),
        ("kiosk-1", "/press", {"button": "help"}),
    ]


def test_paper_goes_to_the_kiosk_and_plugs_go_to_the_bench(bench: Bench) -> None:
    bench.open("kiosk-1")
    bench.open("bench")
    assert (
        bench.client.post("/sim/kiosk-1/switch", json={"paper": "out", "network": "cut"}).status_code == 200
    )
    assert bench.client.post("/sim/server/switch", json={"power": "kill"}).status_code == 200
    assert bench.asked == [
        ("kiosk-1", "/switch", {"paper": "out"}),
        ("bench", "/kiosk-1/switch", {"network": "cut"}),
        ("bench", "/server/switch", {"power": "kill"}),
    ]


def test_a_dark_device_says_so(bench: Bench) -> None:
    answer = bench.client.post("/sim/kiosk-1/press", json={"button": "help"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "dark")
    assert bench.client.get("/sim/kiosk-1/screen.png").status_code == 503


@pytest.mark.parametrize(
    ("path", "told", "status"),
    [
        ("/sim/kiosk-9/press", {"button": "x"}, 404),
        ("/sim/server/press", {"button": "x"}, 404),
        ("/sim/kiosk-1/explode", {}, 404),
        ("/sim/..%2fbench/press", {}, 404),
        ("/sim/kiosk-1/press", [1], 400),
        ("/sim/kiosk-1/switch", {}, 400),
        ("/sim/kiosk-1/switch", {"paper": "burnt"}, 400),
        ("/sim/kiosk-1/switch", {"lamp": "on"}, 400),
        ("/sim/server/switch", {"paper": "out"}, 400),
        ("/sim/clock", {"speed": 0}, 400),
        ("/sim/clock", {"speed": 1e9}, 400),
        ("/sim/clock", {"to": "yesterday"}, 400),
        ("/sim/clock", {"now": "2026-11-23T01:00:00"}, 400),
        ("/sim/clock", {"now": "2020-01-01T00:00:00Z"}, 400),
    ],
)
def test_nonsense_is_refused(bench: Bench, path: str, told: Any, status: int) -> None:
    assert bench.client.post(path, json=told).status_code == status


def test_another_sites_page_can_press_nothing(bench: Bench) -> None:
    bench.open("kiosk-1")
    form = bench.client.post("/sim/kiosk-1/press", data={"button": "x"})
    plain = bench.client.post("/sim/kiosk-1/press", data='{"button": "x"}', content_type="text/plain")
    cross = bench.client.post(
        "/sim/kiosk-1/press", json={"button": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert [a.status_code for a in (form, plain, cross)] == [415, 415, 403]
    assert bench.asked == []


def test_the_clock_moves_to_the_next_opening_and_never_back(bench: Bench) -> None:
    before = bench.client.get("/sim/clock").get_json()
    assert before["next_opening"] == "2026-11-23T06:30:00Z" and before["opens"] == "13:30 23/11/2026"
    moved = bench.client.post("/sim/clock", json={"to": "next-opening", "speed": 60}).get_json()
    assert moved["now"] == "2026-11-23T06:30:00Z" and moved["clock"] == "13:30:00"
    assert moved["speed"] == 60 and moved["open"] is True
    clock = HallClock(bench.folder / "clock.json")
    assert datetime(2026, 11, 23, 6, 30, tzinfo=UTC) <= clock.now() < MORNING + timedelta(hours=8)
    assert clock.speed == 60


def test_the_documentation_names_every_route_and_no_other(bench: Bench) -> None:
    told = {(e.method, e.path.split("?")[0]) for e in ENDPOINTS}
    said = bench.client.get("/sim/").get_json()
    assert {(e["method"], e["path"].split("?")[0]) for e in said["endpoints"]} == told
    assert said["devices"]["kiosk-1"] == "kiosk"
    for method, path in sorted(told):
        for word, device in (("{device}", "kiosk-1"), ("{kiosk}", "kiosk-1"), ("{display}", "display-1")):
            path = path.replace(word, device)
        answer = bench.client.open(path, method=method, json={} if method == "POST" else None)
        assert answer.status_code not in (404, 405), path
    page = bench.client.get("/sim/", headers={"Accept": "text/html"}).text
    assert all(e.path.split("?")[0] in page for e in ENDPOINTS)


def test_the_halls_page_shows_every_device_and_how_to_log_in(bench: Bench) -> None:
    page = bench.client.get("/hall").text
    for device in bench.place.config.devices:
        assert f'data-device="{device}"' in page
    assert PASSWORD in page and "manager" in page
    told = {"name": "manager", "password": PASSWORD}
    assert bench.client.post("/api/v1/login", json=told).status_code == 200


def test_a_crowd_without_screens_is_not_shown(bench: Bench) -> None:
    bench.open("bench", devices={"kiosk-1": {}, "counter-1": {}})
    page = bench.client.get("/hall").text
    assert 'data-device="kiosk-1"' in page and 'data-device="kiosk-2"' not in page
