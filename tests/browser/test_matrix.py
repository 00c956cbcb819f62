"""Every page in every width, light and language: read by axe, measured, walked through by keys, photographed.

The pictures are kept in `.cache/pictures`. All of axe's rules are asked of the light and of the dark look;
the high-contrast one, which differs in colours alone, is measured.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import axe
from tests.browser.conftest import Reader
from tests.browser.measure import bring, flows, small
from tests.browser.pages import NO_PAGES, PAGES, PROGRAMS, Page, Town, open_town

PICTURES = Path(__file__).parents[2] / ".cache" / "pictures"
WIDTHS = ((390, 844), (768, 1024), (1366, 768))
NARROW = ((320, 568), (683, 384))  # the narrowest phone, and 1366 x 768 at twice the size
TALLEST = 4_000
HEAVIEST = 100_000  # bytes, with all that a browser without a cache loads


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = open_town(tmp_path_factory.mktemp("town"))
    yield made
    made.served.stop()
    made.place.close()


@pytest.fixture(scope="module")
def reader(chromium: Any, town: Town) -> Iterator[Reader]:
    made = Reader(chromium, lambda: town.served.url)
    made.scripts(True)
    chromium.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    yield made
    chromium.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    axe.unthemed(made)
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})


def open_page(reader: Reader, town: Town, page: Page, lang: str) -> None:
    town.wear(reader, page.who)
    path = page.address(town)
    reader.open(path + ("&" if "?" in path else "?") + f"lang={lang}")
    status = reader.js("return performance.getEntriesByType('navigation')[0].responseStatus")
    assert status == page.status, (path, status)
    bring(reader)
    reader.until(lambda: reader.js("return measure.settled()"), "the page is live")


def picture(reader: Reader, name: str) -> None:
    """The whole page as it stands, into a file."""
    width, height = reader.js("return [innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    told = {"format": "png", "captureBeyondViewport": True, "clip": clip, "optimizeForSpeed": True}
    taken = reader.driver.execute_cdp_cmd("Page.captureScreenshot", told)
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


def test_every_page_that_people_see_is_looked_at(town: Town) -> None:
    found = {
        rule.endpoint
        for rule in town.place.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(PROGRAMS)
    }
    looked_at = {name.split()[0] for name in PAGES} - {"problem"}
    assert (found - looked_at - NO_PAGES, (looked_at | NO_PAGES) - found) == (set(), set())


@pytest.mark.parametrize("lang", axe.LANGS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_in_every_width_and_light(reader: Reader, town: Town, name: str, lang: str) -> None:
    page, file = PAGES[name], name.replace(".", "-").replace(" ", "-")
    least = 44 if page.fingers else 24
    axe.theme(reader, "light")
    reader.size(*WIDTHS[0])
    reader.complaints()
    open_page(reader, town, page, lang)
    told = [line for line in reader.complaints() if f"status of {page.status}" not in line]
    for width, height in WIDTHS:
        reader.size(width, height)
        for look in axe.THEMES:
            axe.theme(reader, look)
            found = axe.pale(reader) if look != "light" else []
            found += axe.findings(reader) if look != "contrast" else []
            told += [f"{width} {look}: {line}" for line in found]
            if look != "contrast":
                picture(reader, f"{file}-{width}-{look}-{lang}")
    weight = reader.js("return measure.loaded()")
    told += [f"{weight} bytes to load"] * (weight > HEAVIEST)
    axe.theme(reader, "light")
    for width, height in (*NARROW, *WIDTHS[::2]):
        reader.size(width, height)
        told += [f"{width}: {line}" for line in (*flows(reader), *small(reader, least))]
    reader.js("measure.space()")
    told += [f"spaced: {line}" for line in flows(reader)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", PAGES)
def test_keys_reach_everything_in_order_and_show_where_they_are(
    reader: Reader, town: Town, name: str
) -> None:
    reader.size(1366, 768)
    axe.theme(reader, "light")
    open_page(reader, town, PAGES[name], "vi")
    for _ in range(reader.js("return measure.watch()")):
        key = {"type": "rawKeyDown", "key": "Tab", "windowsVirtualKeyCode": 9, "code": "Tab"}
        reader.driver.execute_cdp_cmd("Input.dispatchKeyEvent", key)
    told = reader.js("return measure.reached()")
    assert not told, "\n".join(told)


def test_nothing_moves_for_who_wants_calm(reader: Reader, town: Town) -> None:
    axe.theme(reader, "light", calm=True)
    for name in ("console.page", "phone.show called", "figures.page", "setup.overview"):
        open_page(reader, town, PAGES[name], "vi")
        assert (name, reader.js("return measure.moving()")) == (name, 0)
