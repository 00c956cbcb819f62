"""The pictures of the handbook, each in both languages: a hall that has worked two days and a morning, and
the pages as officers, managers and administrators find them. Started by `docs/pictures.py handbook`.

Everything is done through the doors that people use: numbers come from kiosks, presses from consoles, and
what is photographed is what Chromium shows. Nothing is drawn; colours are only reduced to a palette.
"""

from __future__ import annotations

import http.server
import json
import sqlite3
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from docs.camera import SCREEN, Camera
from tests.system.running import RunningHall, Staff, until

WIDTH = 1366
PHONE = (390, 844)
LANGUAGES = ("vi", "en")
DAYS, MORNING = (1, 2), "10:05"
NOTES = {"park": "thiếu bản sao, đã hướng dẫn bổ sung", "here": "đã kiểm tra bản chính"}
SAMPLE = Path(__file__).parents[1] / "examples" / "dossiers.csv"
RESERVE = "officer-13"  # has no counter of its own

Browse = Callable[[int, int], Chrome]


def make(folder: Path, data: Path, browse: Browse) -> None:
    """All pictures, into `folder`. data: for the hall that is photographed; it may not exist yet."""
    play(data)
    look(folder, data, browse)


def play(data: Path) -> None:
    """Two working days and most of a morning."""
    for day in DAYS:
        with RunningHall(data, "--day", "--speed", "600", "--seed", str(day)) as hall:
            hall.read_until("The day of")
    with RunningHall(data, "--day", "--speed", "300", "--citizens", "420", "--seed", "3") as hall:
        until("the morning", lambda: MORNING <= clock(hall) < "11:00", 240)


def look(folder: Path, data: Path, browse: Browse) -> None:
    """The hall goes on where it was left, and nobody presses but us."""
    with RunningHall(data) as hall, receiver() as hook:
        counter = busiest(hall)
        stage(hall, counter)
        for lang in LANGUAGES:
            photograph(hall, counter, hook, lang, folder, browse)


def clock(hall: RunningHall) -> str:
    return str(json.loads(hall.get("/sim/clock"))["clock"])


@contextmanager
def receiver() -> Iterator[str]:
    """A program that takes every message; its address."""

    class Taker(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/nhan-tin"
    finally:
        server.shutdown()
        server.server_close()


# --- what has happened before anybody is photographed


def staff_at(hall: RunningHall, counter: str) -> Staff:
    """The officer who has worked there all morning."""
    name = f"officer-{counter}"
    return Staff(hall, name, next(a["password"] for a in hall.accounts() if a["name"] == name))


def log_of(hall: RunningHall) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{hall.data / 'server' / 'hall.db'}?mode=ro", uri=True)


def waiting(hall: RunningHall, counter: str) -> list[tuple[str, str]]:
    """(number, token) of those who wait for this counter, in the order of issue."""
    told = tomllib.loads((hall.data / "hall.toml").read_text(encoding="utf-8"))
    serves = next(c["services"] for c in told["counter"] if c["id"] == counter)
    marks = ", ".join("?" * len(serves))
    query = f"SELECT number, token FROM ticket WHERE state = 'waiting' AND service IN ({marks})"
    with log_of(hall) as log:
        found = log.execute(f"{query} ORDER BY issued_at", serves)
        return [(str(number), str(token)) for number, token in found]


def travelled(hall: RunningHall) -> str:
    """The last ticket that was sent on and served."""
    query = (
        "SELECT id FROM ticket JOIN event ON event.ticket = ticket.id AND kind = 'Transferred'"
        " WHERE state = 'served' ORDER BY seq DESC LIMIT 1"
    )
    with log_of(hall) as log:
        return str(log.execute(query).fetchone()[0])


def busiest(hall: RunningHall) -> str:
    counters = [str(n) for n in range(1, 13)]
    return max(counters, key=lambda counter: len(waiting(hall, counter)))


def stage(hall: RunningHall, counter: str) -> None:
    """At one counter a parked and a called citizen; one counter between two officers; a
    kiosk without paper and one device without network.
    """
    here = staff_at(hall, counter)
    here.at(counter, "next")
    here.at(counter, "park", note=NOTES["park"])
    here.at(counter, "next")
    here.at(counter, "note", note=NOTES["here"])
    others = [str(n) for n in range(1, 13) if str(n) != counter]
    staff_at(hall, others[2]).at(others[2], "pause", reason="handover")
    free = staff_at(hall, others[4])
    with suppress(OSError):
        free.at(others[4], "finish")
    free.at(others[4], "close")
    staff_at(hall, others[6]).at(others[6], "pause", reason="meeting")
    hall.sim("kiosk-2", "switch", paper="out")
    hall.sim(hall.terminal_of(others[8]), "switch", network="cut")


# --- the pictures


def photograph(hall: RunningHall, counter: str, hook: str, lang: str, folder: Path, browse: Browse) -> None:
    for who, show in (
        (f"officer-{counter}", lambda camera: of_officer(camera, counter)),
        (RESERVE, of_reserve),
        ("reception", of_reception),
        ("manager", of_manager),
        ("administrator", lambda camera: of_administrator(camera, hook)),
    ):
        with camera_of(hall, lang, folder, browse) as camera:
            camera.log_in(who)
            show(camera)
    with camera_of(hall, lang, folder, browse, PHONE) as camera:
        of_citizen(camera, waiting(hall, counter)[-1][1])
        of_applicant(camera)


@contextmanager
def camera_of(
    hall: RunningHall, lang: str, folder: Path, browse: Browse, size: tuple[int, int] = (WIDTH, SCREEN)
) -> Iterator[Camera]:
    browser = browse(*size)
    try:
        yield Camera(hall, browser, lang, folder)
    finally:
        browser.quit()


def of_citizen(camera: Camera, token: str) -> None:
    camera.open(f"/t/{token}")
    camera.keep("phone", PHONE[1])


def of_applicant(camera: Camera) -> None:
    """Somebody whose result is ready, with nothing but its code."""
    with sqlite3.connect(f"file:{camera.hall.data / 'server' / 'dossiers.db'}?mode=ro", uri=True) as register:
        query = (
            "SELECT code FROM dossier WHERE status = 'resolved' AND authority = 'environment' ORDER BY code"
        )
        (code,) = register.execute(query).fetchone()
    camera.open("/lookup")
    camera.type("code", str(code))
    camera.one("main form button").click()
    time.sleep(1)
    camera.keep("lookup", PHONE[1])


def of_officer(camera: Camera, counter: str) -> None:
    if camera.lang == LANGUAGES[0]:
        say_late(camera, waiting(camera.hall, counter)[1][1])
    camera.open(f"/console/{counter}")
    camera.keep("console")
    camera.press(Keys.F6)
    camera.type("to", next(place for place in ("1", "2") if place != counter))
    camera.type("note", NOTES["here"] if camera.lang == "vi" else "originals checked")
    camera.keep("transfer")
    camera.press(Keys.ESCAPE)
    camera.press(Keys.F10)
    camera.keep("pause")
    camera.press(Keys.ESCAPE)
    camera.browser.find_elements(By.CSS_SELECTOR, "button[data-verb=call][data-number]")[3].click()
    time.sleep(1)
    camera.type("reason", "Đi cùng người vừa phục vụ" if camera.lang == "vi" else "Came with the last one")
    camera.keep("reason")
    camera.press(Keys.ESCAPE)


def say_late(camera: Camera, token: str) -> None:
    camera.open(f"/t/{token}/late")
    camera.one("main form button").click()
    time.sleep(1)


def of_reserve(camera: Camera) -> None:
    camera.open("/console/?other")
    camera.keep("choose")


def of_reception(camera: Camera) -> None:
    camera.open("/reception/")
    camera.keep("reception")
    camera.open("/reception/handwritten?letter=B&from=1&to=5")
    rows = (
        ("08:12", "served", "08:31", "7"),
        ("08:14", "served", "08:40", "7"),
        ("08:55", "left", "", ""),
        ("08:21", "served", "08:05", "3"),
        ("08:30", "waiting", "", ""),
    )
    options = camera.browser.find_elements(By.CSS_SELECTOR, "#services option")
    services = [str(option.get_attribute("value")) for option in options]
    service = next(text for text in services if text.startswith("B"))
    for n, (given, fate, at, where) in enumerate(rows):
        for field, text in (("service", service), ("given", given), ("at", at), ("counter", where)):
            camera.type(f"{field}-{n}", text)
        camera.one(f"[name='fate-{n}'] option[value='{fate}']").click()
    camera.one("main form[method=post] button.filled").click()
    time.sleep(1)
    camera.keep("handwritten", 900)
    camera.open("/reception/sheets?letter=B&from=1&to=12")
    camera.keep("sheets", 900)


def of_manager(camera: Camera) -> None:
    camera.open("/figures/")
    camera.keep("today", 900)
    today = date.fromisoformat(str(camera.one("#day").get_attribute("value")))
    camera.open(f"/history/?unit=range&first={today - timedelta(days=6)}&last={today}")
    camera.keep("history", 1050)
    camera.open(f"/history/tickets/{travelled(camera.hall)}")
    camera.keep("ticket")
    camera.open("/working-time/?unit=day")
    camera.keep("working-time", 900)
    camera.open("/figures/")
    camera.keep("opinions", part="#officers")
    of_dossiers(camera)


def of_dossiers(camera: Camera) -> None:
    camera.open("/dossiers/late")
    camera.keep("dossiers", part="main #late")
    camera.open("/dossiers/report")
    camera.keep("report", 1000)
    camera.open("/dossiers/sources")
    camera.one("#table").send_keys(str(SAMPLE))
    camera.one("#new button").click()
    time.sleep(3)
    camera.keep("source", 1000)


def of_administrator(camera: Camera, hook: str) -> None:
    first = camera.lang == LANGUAGES[0]
    if first:
        draft(camera)
        for site, vi, en in (
            ("phu-ly", "Trung tâm hành chính công Phủ Lý", "Phủ Lý Public Administration Centre"),
            ("duy-tien", "Trung tâm hành chính công Duy Tiên", "Duy Tiên Public Administration Centre"),
        ):
            add_site(camera, site, vi, en)
        order(camera, "kiosk-1", "identify", "test-print", "screenshot")
        add_hook(camera, hook)
        staff_at(camera.hall, "1").at("1", "next")  # something to tell of
        time.sleep(2)
    for name, path, height in (
        ("people", "/admin/people/", SCREEN),
        ("audit", "/admin/audit/", SCREEN),
        ("setup", "/admin/setup/", SCREEN),
        ("review", "/admin/setup/review", 900),
        ("calendar", "/admin/setup/calendar", 900),
        ("authority", "/admin/setup/authority/environment", 900),
        ("preview", "/admin/setup/texts", 900),
        ("sites", "/admin/sites/", 500),
        ("devices", "/devices/", SCREEN),
        ("device", "/devices/kiosk-1", 1100),
    ):
        camera.open(path)
        if name in ("preview", "audit"):  # pictures arrive, the chain is checked
            time.sleep(2)
            camera.browser.refresh()
            time.sleep(2)
        camera.keep(name, height)
    camera.open("/admin/webhooks/")
    camera.one("main td a, main th a").click()
    camera.one("form[action*='test'] button").click()
    time.sleep(1)
    camera.keep("webhook", 900)


def draft(camera: Camera) -> None:
    """Three edits that wait for a review."""
    camera.open("/admin/setup/hours")
    camera.type("hours.cut_off_min", "20")
    save(camera)
    camera.open("/admin/setup/calls")
    camera.type("calls.grace_min", "20")
    save(camera)
    camera.open("/admin/setup/texts")
    camera.type("notice.0.vi", "Qua lượt: báo quầy trong 20 phút")
    camera.type("notice.0.en", "Missed your turn? Tell the counter within 20 minutes")
    save(camera)


def save(camera: Camera) -> None:
    camera.one("main form .sticky button.filled, main form button.filled").click()
    time.sleep(1)


def add_site(camera: Camera, site: str, vi: str, en: str) -> None:
    camera.open("/admin/sites/new")
    for name, text in (("id", site), ("name.vi", vi), ("name.en", en)):
        camera.type(name, text)
    camera.type("url", f"http://{camera.hall.http}/at/{site}")
    camera.one("main form button.filled").click()
    time.sleep(2)


def order(camera: Camera, device: str, *orders: str) -> None:
    for do in orders:
        camera.open(f"/devices/{device}")
        camera.one(f"button[name=do][value={do}]").click()
        time.sleep(3)


def add_hook(camera: Camera, address: str) -> None:
    camera.open("/admin/webhooks/")
    camera.type("url", address)
    camera.one("main form button.filled").click()
    time.sleep(1)
