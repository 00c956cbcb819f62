"""A ticket's page in a real browser: pushed and felt with scripts, whole without, light and readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.hall import commands as c
from server.web import phone
from tests.browser import axe
from tests.browser.conftest import Reader
from tests.web.place import Place

LAND = "environment-land"
PHONE = (390, 844)
SMALL = (320, 568)
MOST_BYTES, MOST_REQUESTS = 60_000, 6

# What the phone would feel and hear, written down before the page's own script runs.
FELT = """
window.felt = []; window.tones = [];
navigator.vibrate = long => { felt.push(long); return true; };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { tones.push(this.frequency.value); start.call(this, at); };
"""
ANNOUNCED = """
const looker = new MutationObserver(found => announced += found.length);
looker.observe(document.getElementById("said"), { childList: true });
"""
STYLED = """
const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]); document.adoptedStyleSheets.push(sheet);
"""
WIDER = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"  # WCAG 1.4.12
)
# Elements whose words stand out of their box, or that stand out of the window.
CUT = """
return [...document.querySelectorAll("main *, header *")].filter(e => {
  const box = e.getBoundingClientRect();
  if (!box.width || e.closest("svg") || e.classList.contains("hidden")) return false;
  return e.scrollWidth > e.clientWidth + 1 && e.clientWidth || box.right > innerWidth + 1 || box.left < -1;
}).map(e => e.outerHTML.slice(0, 90));
"""


def issue(place: Place, people: int = 0, **more: Any) -> dict[str, Any]:
    """A number with so many people before it."""
    for _ in range(people):
        place.issue(LAND)
    return place.issue(LAND, secret="4821", **more)


@pytest.fixture
def felt(reader: Reader) -> Iterator[Reader]:
    """A browser that writes down what a phone would do."""
    made = reader.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": FELT})
    reader.size(*PHONE)
    yield reader
    reader.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)


def test_a_call_arrives_by_itself_and_is_felt_heard_seen_and_said(felt: Reader, place: Place) -> None:
    mine = issue(place)
    felt.open(f"/t/{mine['token']}")
    felt.js("window.mark = 1")
    felt.click("#bell")
    felt.until(lambda: felt.all('#bell[aria-pressed="true"]'), "the bell is on")
    assert felt.js("return [felt.length, tones[0]]") == [1, 523]
    felt.js("felt.length = tones.length = 0; window.announced = 0")
    felt.js(ANNOUNCED)
    place.at("7", c.CallNext)
    felt.until(lambda: felt.all(".called"), "called")
    assert felt.js("return [felt, tones]") == [[[400, 200, 400, 200, 400]], [392, 784, 523, 1046]]
    assert "Mời đến quầy 7" in felt.text(".called") and felt.text("#said") == "Mời đến quầy 7"
    assert felt.driver.title == f"{mine['number']} → Quầy 7"
    felt.js("felt.length = 0")
    place.clock.pass_(seconds=10)
    place.at("7", c.Recall)
    felt.until(lambda: felt.js("return felt.length"), "the second call is felt, too")
    assert felt.text("#said") == "Nhắc lại lần 1: mời đến quầy 7"
    assert felt.js("return announced") == 2  # once a call
    place.at("7", c.Start)
    felt.until(lambda: "Đang làm thủ tục" in felt.text("#live"), "serving")
    assert felt.js("return [felt.length, mark]") == [1, 1]  # nothing new to feel, and never reloaded
    assert felt.driver.title.startswith(mine["number"]) and felt.complaints() == []


def test_without_a_touch_a_call_is_seen_and_no_rule_of_the_browser_is_broken(
    felt: Reader, place: Place
) -> None:
    mine = issue(place)
    felt.open(f"/t/{mine['token']}")
    place.at("7", c.CallNext)
    felt.until(lambda: felt.all(".called"), "called")
    assert felt.js("return [felt, tones]") == [[], []] and felt.complaints() == []


def test_who_opens_the_page_when_called_is_not_shaken(felt: Reader, place: Place) -> None:
    mine = issue(place)
    place.at("7", c.CallNext)
    felt.open(f"/t/{mine['token']}")
    felt.until(lambda: felt.text(".called"), "called")
    assert felt.js("return felt") == []


def test_where_no_stream_comes_through_the_page_asks(
    felt: Reader, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "CALM_S", 0.2)
    mine = issue(place, people=1)
    felt.driver.execute_cdp_cmd("Network.enable", {})
    felt.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/events*"]})
    try:
        felt.open(f"/t/{mine['token']}")
        felt.js("window.mark = 1")
        felt.until(lambda: felt.text("#ahead") == "1 người", "waiting")
        place.at("7", c.CallNext), place.at("7", c.CallNext)
        felt.until(lambda: felt.all(".called"), "called")
        asked = felt.js(
            "return performance.getEntriesByType('resource').filter(r => r.name.endsWith('/live')).length"
        )
        assert felt.js("return mark") == 1 and asked >= 1
    finally:
        felt.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        felt.driver.execute_cdp_cmd("Network.disable", {})
    felt.complaints()


@pytest.mark.parametrize(("before", "slower"), [(1, False), (5, True)])
def test_a_page_that_has_to_ask_asks_seldom_until_its_turn_is_near(
    felt: Reader, place: Place, monkeypatch: pytest.MonkeyPatch, before: int, slower: bool
) -> None:
    """So is a hall behind one router, which has fewer streams than phones."""
    monkeypatch.setattr(phone, "CALM_S", 0.1)
    mine = issue(place, people=before)
    felt.driver.execute_cdp_cmd("Network.enable", {})
    felt.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/events*"]})
    try:
        felt.open(f"/t/{mine['token']}")
        felt.until(lambda: felt.js("return tries") >= 4, "it asked")
        assert (felt.js("return wait") > 0.1) is slower
    finally:
        felt.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        felt.driver.execute_cdp_cmd("Network.disable", {})
    felt.complaints()


def test_a_server_that_goes_away_is_told_and_comes_back(
    felt: Reader, place: Place, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "CALM_S", 0.2)
    mine = issue(place, people=1)
    felt.open(f"/t/{mine['token']}")
    felt.until(lambda: felt.text("#ahead") == "1 người", "waiting")
    served.stop()
    felt.until(lambda: "Mất kết nối" in felt.text("#lost"), "it says that it is old")
    assert felt.text("#ahead") == "1 người"  # and keeps what it knew
    served.start()
    felt.until(lambda: not felt.see("#lost").is_displayed(), "it is back")
    felt.complaints()


def test_first_load_weighs_at_most_60_kb_in_six_requests_to_one_host(reader: Reader, place: Place) -> None:
    mine = issue(place, people=4)
    reader.driver.execute_cdp_cmd("Network.enable", {})
    reader.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    reader.open(f"/t/{mine['token']}")
    everything = """return ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
        .map(r => [r.name, r.transferSize])"""
    reader.until(lambda: len(reader.js(everything)) >= 5, "page, style, script, two fonts")
    reader.until(lambda: reader.js("return document.fonts.status") == "loaded", "the letters are there")
    loaded = reader.js(everything)
    stream = 0 if any(name.endswith("/events") for name, _ in loaded) else 1
    pushed = len(place.client().get(f"/t/{mine['token']}/live").data) + 500
    assert len(loaded) + stream <= MOST_REQUESTS, loaded
    assert sum(size for _, size in loaded) + pushed <= MOST_BYTES, loaded
    assert {urlsplit(name).netloc for name, _ in loaded} == {urlsplit(reader.driver.current_url).netloc}
    assert reader.driver.get_cookies() == []
    reader.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    reader.driver.execute_cdp_cmd("Network.disable", {})


def test_without_scripts_everything_but_the_bell_works(reader: Reader, place: Place) -> None:
    mine = issue(place, people=1)
    reader.size(*SMALL)
    reader.scripts(False)
    reader.open(f"/t/{mine['token']}")
    assert reader.see("h1").text == mine["number"] and reader.see("#ahead").text == "1 người"
    assert not reader.see("#bell").is_displayed()
    for tap in ("#late", 'form[action$="/late"] button', "#here"):
        reader.click(tap)
    assert reader.see("#ahead").text == "1 người" and reader.all("#late") == []
    reader.click("#cancel")
    for code, then in (("1234", "#wrong"), ("4821", ".hero + .card .big")):
        reader.see("#code").send_keys(code)
        reader.click('form[action$="/cancel"] button')
        assert reader.see(then).is_displayed()
    assert reader.see(".hero + .card .big").text == "Số đã hủy"
    assert reader.driver.get_cookies() == []


@pytest.mark.parametrize("larger", ["", "html{font-size:212.5%}", WIDER])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_at_320_pixels_with_words_twice_as_large_or_wider_apart_nothing_is_cut(
    reader: Reader, place: Place, lang: str, larger: str
) -> None:
    mine = issue(place, people=3)
    place.writer.view.state.known_calls[LAND] = 40
    reader.size(*SMALL)
    for path in ("", "/late", "/cancel"):
        reader.open(f"/t/{mine['token']}{path}?lang={lang}")
        reader.js(STYLED, larger)
        assert reader.js("return document.documentElement.scrollWidth <= innerWidth"), path
        assert reader.js(CUT) == [], path
        small = reader.js(
            "return [...document.querySelectorAll('a, button, input:not([type=hidden])')]"
            ".map(e => e.getBoundingClientRect()).filter(b => b.width && (b.width < 44 || b.height < 44))"
        )
        assert small == [], path


@pytest.mark.parametrize("state", ["waiting", "late", "cancel", "away", "called", "gone"])
def test_nothing_is_wrong_with_it_by_axe(reader: Reader, place: Place, state: str) -> None:
    mine = issue(place, people=3)
    if state == "away":
        place.writer.ask(c.SayLate(id="late", by="phone", ticket=mine["ticket"]))
    if state == "called":
        for _ in range(4):
            place.at("7", c.CallNext)
    path = {"gone": "/t/" + "A" * 22}.get(
        state, f"/t/{mine['token']}" + f"/{state}" * (state in ("late", "cancel"))
    )
    assert axe.faults(reader, path, widths=(PHONE,)) == []
    reader.complaints()
