"""Every page at every width, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.people.rights import Role
from tests.browser.conftest import Reader
from tests.web.place import PASSWORD, Place

LAND = "environment-land"
PAGES = ["/", "/login", "/console/?other", "/console/7", "/figures/", "/nothing"]
WIDTHS = [(320, 568), (390, 844), (768, 1024), (1366, 768)]


@pytest.fixture
def busy(reader: Reader, place: Place) -> Reader:
    """A manager before a hall in which something goes on."""
    place.account("chief", Role.MANAGER)
    place.at("7", c.OpenCounter, officer="officer-7")
    for n in range(7):
        place.issue("environment-permits" if n % 2 else LAND, "priority" if n == 4 else "normal")
        place.clock.pass_(minutes=4)
    for level in (4, 2):
        number = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=3)
        place.at("7", c.Finish)
        place.at("7", c.Rate, number=number, level=level, levels=4)
    place.at("7", c.CallNext), place.at("7", c.Park, note="thiếu bản sao, đã hướng dẫn bổ sung")
    place.at("7", c.CallNext)
    place.devices.put("kiosk-2", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    return reader


def paths(place: Place) -> list[str]:
    tokens = {t.state: t.token for t in place.writer.view.state.tickets.values()}
    return [*PAGES, *(f"/t/{token}" for token in tokens.values()), "/t/unknown-unknown-unknown"]


def overflow(reader: Reader) -> list[Any]:
    """[page wider than the window, parts whose text is cut]."""
    found: list[Any] = reader.js(
        """
        const wide = document.documentElement.scrollWidth - innerWidth;
        const cut = [...document.querySelectorAll('h1, h2, p, td, th, button, a, strong, label, .tag')]
          .filter(e => e.offsetParent && !e.closest('.hidden, .scroll, .number'))
          .filter(e => getComputedStyle(e).display !== 'inline'
                       && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 4))
          .map(e => `${e.tagName} ${e.className} ${e.innerText.slice(0, 40)}`);
        return [wide, cut];
        """
    )
    return found


@pytest.mark.parametrize(("width", "height"), WIDTHS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_flows_into_every_width(
    busy: Reader, place: Place, width: int, height: int, lang: str
) -> None:
    busy.log_in("chief")
    busy.size(width, height)
    for path in paths(place):
        busy.open(path + ("&" if "?" in path else "?") + f"lang={lang}")
        wide, cut = overflow(busy)
        assert (path, wide, cut) == (path, 0, [])


@pytest.mark.parametrize("path", ["/", "/login", "/figures/", "/console/7", "phone"])
def test_text_of_twice_the_size_and_wider_spacing_are_not_cut(busy: Reader, place: Place, path: str) -> None:
    busy.log_in("chief")
    if path == "phone":
        path = paths(place)[-2]
    busy.size(640, 900)
    busy.open(path)
    busy.js("document.documentElement.style.fontSize = '200%'")
    assert overflow(busy)[0] <= 0
    busy.open(path)
    busy.js(
        "const s = new CSSStyleSheet(); s.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em"
        " !important; word-spacing: .16em !important }'); document.adoptedStyleSheets.push(s)"
    )
    assert overflow(busy)[0] <= 0


def test_no_page_breaks_its_own_rules(busy: Reader, place: Place) -> None:
    busy.log_in("chief")
    busy.complaints()
    for path in paths(place):
        busy.open(path)
        told = [m for m in busy.complaints() if "404" not in m]
        assert (path, told) == (path, [])


def test_everything_to_touch_is_large_enough(busy: Reader, place: Place) -> None:
    busy.log_in("chief")
    for path in (
        "/",
        "/login",
        "/console/?other",
        "/console/7",
        *[p for p in paths(place) if p.startswith("/t/")],
    ):
        busy.open(path)
        small = busy.js(
            """
            return [...document.querySelectorAll('button, a, input:not([type=hidden]), select, summary')]
              .filter(e => e.offsetParent)
              .map(e => [e.innerText || e.name || '', e.getBoundingClientRect()])
              .filter(([_, r]) => r.height < 44 || r.width < 44)
              .map(([t, r]) => `${t} ${r.width}x${r.height}`)
            """
        )
        assert (path, small) == (path, [])


def test_logging_in_works_without_scripts(reader: Reader, place: Place) -> None:
    place.account("officer-7")
    reader.scripts(False)
    reader.open("/console/")
    assert reader.driver.current_url.endswith("/login?next=/console/")
    reader.see("#name").send_keys("officer-7")
    reader.see("#password").send_keys(PASSWORD)
    reader.see("main form button").click()
    assert reader.see('button[name="counter"][value="7"]').is_displayed()


def test_a_wrong_password_is_told_and_can_be_pasted_anew(reader: Reader, place: Place) -> None:
    place.account("officer-7")
    reader.open("/login")
    assert reader.see("#password").get_attribute("autocomplete") == "current-password"
    reader.see("#name").send_keys("officer-7")
    reader.see("#password").send_keys("wrong-wrong")
    reader.see("main form button").click()
    reader.until(lambda: "không đúng" in reader.text('[role="alert"]'), "the page says so")


def test_the_phone_works_without_scripts_and_comes_anew(reader: Reader, place: Place) -> None:
    place.issue(LAND), place.issue(LAND)
    mine = place.issue(LAND)
    reader.scripts(False)
    reader.size(320, 568)
    reader.open(f"/t/{mine['token']}")
    assert reader.see("h1").text == mine["number"]
    assert reader.see("#ahead").text == "2 người"
    assert reader.see('meta[http-equiv="refresh"]').get_attribute("content") == "30"


def test_the_keyboard_reaches_everything_in_order_with_a_ring(busy: Reader) -> None:
    busy.log_in("chief")
    busy.open("/console/7")
    busy.until(lambda: busy.text("#link .on").strip(), "live")
    wanted = busy.js(
        "return [...document.querySelectorAll('a, button, input:not([type=hidden]), select, [tabindex]')]"
        ".filter(e => e.offsetParent && !e.disabled).length"
    )
    busy.js("document.activeElement.blur()")
    seen = []
    for _ in range(wanted):
        busy.keys("Tab")
        at, ring = busy.js(
            "const e = document.activeElement, r = e.getBoundingClientRect();"
            "return [[Math.round(r.top), Math.round(r.left), e.innerText], getComputedStyle(e).outlineWidth]"
        )
        assert float(ring.removesuffix("px")) >= 2, at
        seen.append(tuple(at))
    assert len(set(seen)) == wanted
