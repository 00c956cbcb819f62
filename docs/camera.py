"""A camera for pages of a running hall: a reader with one language, and pictures with few colours."""

from __future__ import annotations

import base64
import io
import time
from collections import Counter
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.system.running import RunningHall

SCREEN = 768  # the height of an office's screen
COLOURS = 40


class Camera:
    """One reader with one language before a hall. What it keeps goes to `folder`/<language>/<name>.png."""

    def __init__(self, hall: RunningHall, browser: Chrome, lang: str, folder: Path) -> None:
        self.hall, self.browser, self.lang = hall, browser, lang
        self._folder = folder / lang

    def open(self, path: str) -> None:
        joint = "&" if "?" in path else "?"
        self.browser.get(f"http://{self.hall.http}{path}{joint}lang={self.lang}")
        time.sleep(1.5)  # live parts fill themselves, fonts arrive

    def log_in(self, name: str) -> None:
        self.open("/login")
        self.type("name", name)
        self.type("password", next(a["password"] for a in self.hall.accounts() if a["name"] == name))
        self.one("main form button").click()
        time.sleep(1)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def type(self, name: str, text: str) -> None:
        field = self.one(f"main [name='{name}'], dialog[open] [name='{name}']")
        field.clear()
        field.send_keys(text)

    def press(self, *keys: str) -> None:
        self.one("body").send_keys(*keys)
        time.sleep(0.7)

    def keep(self, name: str, height: int = SCREEN, part: str | None = None) -> None:
        """The page in a window of that height, so that no bar hangs in its middle; or `part` of it alone."""
        width = int(self.browser.execute_script("return innerWidth"))
        window = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
        time.sleep(0.5)
        box = {"y": 0.0, "height": float(height)}
        if part is not None:
            found = "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            found += "return {y: b.top + scrollY - 12, height: b.height + 24}"
            box = self.browser.execute_script(found, part)
        shot = {"clip": {"x": 0, "width": width, "scale": 1, **box}, "captureBeyondViewport": True}
        png = base64.b64decode(self.browser.execute_cdp_cmd("Page.captureScreenshot", shot)["data"])
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{name}.png").write_bytes(reduced(png))


def reduced(png: bytes) -> bytes:
    """The same picture in its commonest colours, so that each of the page's own stays what it is.

    Nothing is in the file but the picture.
    """
    with Image.open(io.BytesIO(png)) as picture:
        whole = picture.convert("RGB")
    every = whole.tobytes()
    common = Counter(every[n : n + 3] for n in range(0, len(every), 3)).most_common(COLOURS)
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(colour for colour, _ in common))
    out = io.BytesIO()
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
