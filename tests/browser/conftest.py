"""A real browser before a real server. A missing browser fails: what was never opened was not tested."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from server.people.rights import Role
from server.web.serving import WebServer
from tests.web.place import PASSWORD, Place, open_place

PATIENCE_S = 20  # on a busy machine; nothing here is measured
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


class Served:
    """A hall's web on a port of its own, in waitress like the real one, that can go away and come back."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.port = 0
        self._server: WebServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = WebServer(self.place.app, "127.0.0.1", self.port)
        self.port = self._server.port
        self._thread = self._server.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
            self._server = self._thread = None


class Reader:
    """A browser and the few things a person does with it."""

    def __init__(self, driver: Any, url: Callable[[], str]) -> None:
        self.driver, self._url = driver, url

    def open(self, path: str) -> None:
        self.driver.get(self._url() + path)

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def scripts(self, on: bool) -> None:
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def see(self, css: str) -> WebElement:
        """What stands there, once it does: a click may still be on its way to the next page."""
        found: list[WebElement] = self.until(lambda: self.all(css), f"{css} is on the page")
        return found[0]

    def click(self, css: str) -> None:
        """Click what stands there, also when the page is just being renewed."""

        def clicked() -> bool:
            try:
                self.see(css).click()
            except StaleElementReferenceException:
                return False
            return True

        self.until(clicked, f"{css} can be clicked")

    def all(self, css: str) -> list[WebElement]:
        found: list[WebElement] = self.driver.find_elements(By.CSS_SELECTOR, css)
        return found

    def text(self, css: str) -> str:
        """What stands there now, also while the page is being renewed."""
        return str(self.js("return document.querySelector(arguments[0])?.innerText ?? ''", css))

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def until(self, what: Callable[[], Any], why: str) -> Any:
        return WebDriverWait(self.driver, PATIENCE_S, 0.05).until(lambda _: what(), why)

    def keys(self, *names: str, shift: bool = False, ctrl: bool = False) -> None:
        """Press keys by their DOM names, to the page and not to one field."""
        modifiers = 8 * shift + 2 * ctrl
        for name in names:
            for kind in ("rawKeyDown", "keyUp"):
                event = {"type": kind, "key": name, "modifiers": modifiers, **CODES.get(name, {})}
                self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", event)

    def log_in(self, name: str, role: Role = Role.OFFICER) -> None:
        self.open("/login")
        self.see("#name").send_keys(name)
        self.see("#password").send_keys(PASSWORD)
        self.see("main form button").click()
        self.until(lambda: "/login" not in self.driver.current_url, "logged in")

    def complaints(self) -> list[str]:
        """What the browser wrote into its console: scripts that failed, rules that were broken."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


CODES: dict[str, dict[str, Any]] = {
    **{f"F{n}": {"windowsVirtualKeyCode": 111 + n, "code": f"F{n}"} for n in range(1, 13)},
    "z": {"windowsVirtualKeyCode": 90, "code": "KeyZ"},
    "Tab": {"windowsVirtualKeyCode": 9, "code": "Tab"},
    "Escape": {"windowsVirtualKeyCode": 27, "code": "Escape"},
}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert browser and driver, "the browser tests need Debian's chromium and chromium-driver"
    with tempfile.TemporaryDirectory(prefix="chromium") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        running = webdriver.Chrome(options=options, service=Service(driver))
        yield running
        running.quit()


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A hall in `folder` on a port, until the block ends."""
    place = open_place(folder, frozen=False)
    made = Served(place)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        place.close()


@contextmanager
def reading(chromium: Any, served: Served, cookies: Iterable[dict[str, str]] = ()) -> Iterator[Reader]:
    """A browser that knows nothing but `cookies` (name, value, as `get_cookies` tells them), as at first."""
    made = Reader(chromium, lambda: served.url)
    made.size(1366, 768)
    made.scripts(True)
    for cookie in cookies:
        told = {"name": cookie["name"], "value": cookie["value"], "url": served.url}
        chromium.execute_cdp_cmd("Network.setCookie", told)
    made.complaints()
    try:
        yield made
    finally:
        made.scripts(True)
        chromium.get("about:blank")
        chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def place(served: Served) -> Place:
    return served.place


@pytest.fixture
def reader(chromium: Any, served: Served) -> Iterator[Reader]:
    with reading(chromium, served) as made:
        yield made
