"""Make the pictures of the documents from running halls: `make pictures`; some of them alone:
`docs/pictures.py phone ticket-80mm`. `handbook` names all pictures of the handbook (`handbook_pictures.py`).

Starts a hall in a folder of its own, lets a morning of citizens in, stops the clock's hurry, and photographs
every surface through the same doors that people use. Nothing in the pictures is drawn for them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs import handbook_pictures  # noqa: E402
from tests.system.running import RunningHall, until  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
HANDBOOK = "handbook"
MORNING = "10:20"  # the hall's time of the pictures
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    names = sys.argv[1:]
    if not names or HANDBOOK in names:
        with tempfile.TemporaryDirectory() as folder:
            handbook_pictures.make(PICTURES / HANDBOOK, Path(folder) / "hall", chrome)
    if names != [HANDBOOK]:
        surfaces()
    for picture in sorted(PICTURES.rglob("*.png")):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} kB")
    return 0


def surfaces() -> None:
    """What stands in the README."""
    with tempfile.TemporaryDirectory() as folder:
        hall = RunningHall(Path(folder) / "hall", "--day", "--speed", "300", "--citizens", "510")
        with hall:
            until("the morning", lambda: clock(hall) >= MORNING, 180)
            hall.ask("POST", "/sim/clock", {"speed": 1})
            devices(hall)
            pages(hall)
            printerless(hall)


def clock(hall: RunningHall) -> str:
    return str(json.loads(hall.get("/sim/clock"))["clock"])


def keep(name: str, png: bytes) -> None:
    if name in (sys.argv[1:] or [name]):
        (PICTURES / f"{name}.png").write_bytes(png)


def devices(hall: RunningHall) -> None:
    """Kiosk, ticket, wall and rating, as their screens and paper are."""
    until("services on the kiosk", lambda: ("authority", "justice") in hall.targets("kiosk-1"))
    keep("kiosk-home", hall.get("/sim/kiosk-1/screen.png?width=540"))
    keep("kiosk-small", hall.get("/sim/kiosk-2/screen.png?width=960"))
    before = len(hall.tickets("kiosk-1"))
    hall.touch("kiosk-1", "authority", "justice")
    hall.touch("kiosk-1", "service", "justice-civil")
    until("the question", lambda: ("class", "") in hall.targets("kiosk-1"))
    keep("kiosk-priority", hall.get("/sim/kiosk-1/screen.png?width=540"))
    hall.touch("kiosk-1", "class")
    until("the paper", lambda: len(hall.tickets("kiosk-1")) > before)
    until("the number", lambda: ("done", "") in hall.targets("kiosk-1"))
    keep("kiosk-done", hall.get("/sim/kiosk-1/screen.png?width=540"))
    keep("ticket-80mm", hall.get("/sim/kiosk-1/ticket.png"))
    keep("wall", hall.get("/sim/display-1/screen.png?width=1280"))
    rating = until(
        "a served citizen", lambda: next((d for d in hall.devices("counter") if asking(hall, d)), None), 120
    )
    keep("rating", hall.get(f"/sim/{rating}/screen.png"))


def asking(hall: RunningHall, device: str) -> bool:
    return "rate-4" in hall.lit(device)


def pages(hall: RunningHall) -> None:
    """The web's pages in a browser, at the size of an office's screen and of a phone."""
    for name, path, role, size in (
        ("console", "/console", "officer", (1366, 768)),
        ("figures", "/figures", "manager", (1366, 1000)),
        ("dossiers", "/dossiers/report", "manager", (1366, 900)),
        ("hall", "/hall", None, (1366, 1000)),
        ("board-web", "/board?zone=calls", None, (1280, 720)),
        ("phone", f"/t/{token(hall)}", None, (390, 844)),
    ):
        browser = chrome(*size)
        try:
            if role is not None:
                log_in(browser, hall, role)
            browser.get(f"http://{hall.http}{path}")
            if name == "console":
                choose_counter(browser)
            time.sleep(3)  # live pages fill themselves
            keep(name, browser.get_screenshot_as_png())
        finally:
            browser.quit()
    keep("wall-dossiers", hall.get("/sim/display-2/screen.png?width=1280"))  # the import is long over


def chrome(width: int, height: int) -> Chrome:
    options = ChromeOptions()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--window-size={width},{height}")
    browser = Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return browser


def log_in(browser: Chrome, hall: RunningHall, role: str) -> None:
    who = next(a for a in hall.accounts() if a["role"] == role)
    browser.get(f"http://{hall.http}/login")
    browser.find_element(By.NAME, "name").send_keys(who["name"])
    browser.find_element(By.NAME, "password").send_keys(who["password"])
    browser.find_element(By.CSS_SELECTOR, "form button").click()


def choose_counter(browser: Chrome) -> None:
    """The counter at which this officer works already, if the page still asks."""
    for button in browser.find_elements(
        By.CSS_SELECTOR, "form[action*='counter'] button, a[href*='counter=']"
    )[:1]:
        button.click()


def token(hall: RunningHall) -> str:
    """The address on the ticket of the last one who waits in the line that moves most: its range is known."""
    import sqlite3

    file = hall.data / "server" / "hall.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as log:
        calls = "(SELECT count(called_at) FROM ticket AS other WHERE other.service = ticket.service)"
        last = f"ORDER BY {calls} DESC, issued_at DESC LIMIT 1"
        query = f"SELECT token FROM ticket WHERE state = 'waiting' {last}"
        return str(log.execute(query).fetchone()[0])


def printerless(hall: RunningHall) -> None:
    """The number that stays on the screen because there is no paper."""
    hall.sim("kiosk-1", "switch", paper="out")
    until("home again", lambda: ("authority", "environment") in hall.targets("kiosk-1"))
    time.sleep(4)  # nobody takes two numbers within three seconds
    hall.touch("kiosk-1", "authority", "environment")
    until("its services", lambda: any(v == "service" for v, _ in hall.targets("kiosk-1")))
    service = next(of for verb, of in hall.targets("kiosk-1") if verb == "service")
    hall.touch("kiosk-1", "service", service)
    hall.touch("kiosk-1", "class")
    until("the number", lambda: ("done", "") in hall.targets("kiosk-1"))
    keep("kiosk-paper-out", hall.get("/sim/kiosk-1/screen.png?width=540"))


if __name__ == "__main__":
    sys.exit(main())
