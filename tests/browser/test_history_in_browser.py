"""The manager's pages in a real browser: live without a reload, by keyboard, narrow, printed."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest

from server.hall import commands as c
from server.people.rights import Role
from tests.browser.conftest import Reader, Served, reading, serving
from tests.browser.measure import flows
from tests.web.place import Place

LAND = "environment-land"
PAGES = (
    "/figures/",
    "/history/?unit=week&by=time",
    "/history/?unit=month&by=service",
    "/history/?unit=day&by=half",
    "/history/?unit=month&by=officer&day=2099-01-01",
    "/history/tickets?what=issued&span=week:2026-11-23",
    "/history/tickets?what=nonsense",
    "/working-time/",
)


def lived(place: Place) -> None:
    """A hall with a Monday behind it and a Wednesday in it, and its manager."""
    place.account("chief", Role.MANAGER)
    for day in (0, 2):
        rev = place.writer.view.rev
        place.clock.at = datetime(2026, 11, 23, 0, 31, tzinfo=UTC) + timedelta(days=day)
        while place.writer.view.state.day != f"2026-11-{23 + day}":
            rev = place.writer.wait(rev, 5).rev
        place.at("7", c.OpenCounter, officer="officer-7")
        for n in range(7):
            place.issue("environment-permits" if n % 2 else LAND, "priority" if n == 4 else "normal")
            place.clock.pass_(minutes=9)
        for level in (4, 4, 3, 4, 2):
            number = place.at("7", c.CallNext)["number"]
            place.clock.pass_(minutes=6)
            place.at("7", c.Finish)
            place.at("7", c.Rate, number=number, level=level, levels=4)
        place.at("7", c.PauseCounter, reason="break")
        place.clock.pass_(minutes=8)
    place.at("7", c.OpenCounter, officer="officer-7")


@pytest.fixture
def worked(reader: Reader, place: Place) -> Reader:
    """A manager before such a hall."""
    lived(place)
    return reader


@pytest.fixture(scope="module")
def behind(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Any]]:
    """Such a hall, and the manager's cookies."""
    with serving(tmp_path_factory.mktemp("lived")) as served:
        lived(served.place)
        with reading(chromium, served) as reader:
            reader.log_in("chief")
            cookies = reader.driver.get_cookies()
        yield served, cookies


@pytest.fixture
def onlooker(chromium: Any, behind: tuple[Served, Any]) -> Iterator[Reader]:
    """The manager, who only looks: the hall is the same for all tests."""
    with reading(chromium, *behind) as reader:
        yield reader


def test_the_live_page_follows_the_hall(worked: Reader, place: Place) -> None:
    worked.log_in("chief")
    worked.open("/figures/")
    before = int(worked.text("#waiting"))
    worked.js("document.getElementById('as-table').open = true; window.stayed = true")
    place.issue(LAND)
    worked.until(lambda: worked.text("#waiting") == str(before + 1), "one more waits")
    assert worked.js("return document.getElementById('as-table').open && window.stayed")
    place.at("7", c.CallNext)
    worked.until(lambda: worked.text("#waiting") == str(before), "one is called")


def test_where_the_keyboard_stands_it_stays(worked: Reader, place: Place) -> None:
    worked.log_in("chief")
    worked.open("/figures/")
    first = int(worked.text("#waiting"))
    place.clock.pass_(minutes=20)
    place.issue(LAND)
    worked.until(lambda: worked.text("#waiting") == str(first + 1), "one more waits")
    worked.until(lambda: worked.all("#alerts a"), "there is an alert")
    id = worked.js("const a = document.querySelector('#alerts a'); a.focus(); return a.id")
    place.issue(LAND)
    worked.until(lambda: worked.text("#waiting") == str(first + 2), "the page was renewed")
    assert worked.js("return document.activeElement.id") == id


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_flows_into_every_width(onlooker: Reader, path: str, lang: str) -> None:
    onlooker.open(path + ("&" if "?" in path else "?") + f"lang={lang}")
    for width in (320, 390, 768, 1366):
        onlooker.size(width, 844)
        assert (width, flows(onlooker)) == (width, [])


def test_no_page_breaks_its_own_rules(onlooker: Reader) -> None:
    onlooker.complaints()
    for path in PAGES:
        onlooker.open(path)
        told = [m for m in onlooker.complaints() if "400" not in m]
        assert (path, told) == (path, [])


def test_from_a_figure_to_the_numbers_to_what_happened(onlooker: Reader) -> None:
    onlooker.open("/history/?unit=day&day=2026-11-23&by=service")
    shown = onlooker.text("#t-service tr.sum td:nth-child(2)")
    onlooker.click("#t-service tr.sum td:nth-child(2) a")
    onlooker.until(lambda: onlooker.text("#total") == shown, "as many numbers")
    onlooker.click("table.listed tbody th a")
    onlooker.until(lambda: "Cấp số" in onlooker.text("#events"), "the first event")


def test_the_chart_has_a_table_of_the_same_numbers(onlooker: Reader) -> None:
    """A12: points of the lines, cells of the heat map and rows of the table are the same figures."""
    onlooker.open("/history/?unit=day&day=2026-11-23&by=half")
    points = onlooker.js("return document.querySelectorAll('.dot50').length")
    cells = (
        "return [...document.querySelectorAll('#t-half tbody tr:not(.sum)')].map(r => r.cells[8].innerText)"
    )
    waits = [w for w in onlooker.js(cells) if w != "–"]
    assert points == len(waits) > 0
    assert onlooker.js("return document.querySelector('.name50').textContent") == f"p50: {waits[-1]} phút"


PAPER = (277, 190)  # mm, of A4 on its side within its margins
PX_A_MM = 96 / 25.4


@pytest.mark.parametrize("path", [p for p in PAGES if "nonsense" not in p])
def test_a_printed_page_keeps_every_column(onlooker: Reader, path: str) -> None:
    onlooker.open(path)
    paper = onlooker.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    first = pypdf.PdfReader(io.BytesIO(base64.b64decode(paper["data"]))).pages[0].mediabox
    assert first.width > first.height
    onlooker.size(int(PAPER[0] * PX_A_MM), int(PAPER[1] * PX_A_MM))
    onlooker.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        beyond = (
            "return [...document.querySelectorAll('table, svg')].filter("
            "e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.id || e.className)"
        )
        assert onlooker.js(beyond) == []
    finally:
        onlooker.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
