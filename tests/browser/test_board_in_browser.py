"""The wall in a real browser: pushed live, in order, well again after everything, and fit to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.web.live import PUBLIC_PER_ADDRESS
from tests.browser import boards
from tests.browser.boards import Caller, RunningClock, hero, live, rows
from tests.browser.conftest import Reader, Served
from tests.web.place import Place, open_place

# Every change of the hero and of what is said to screen readers, in order.
WATCH = """
window.seen = { hero: [], said: [] };
const note = () => {
  const call = document.querySelector("#hero .call"), shown = call ? call.textContent : "";
  if (seen.hero[seen.hero.length - 1] !== shown) seen.hero.push(shown);
};
new MutationObserver(note).observe(document.getElementById("hero"), { childList: true, subtree: true });
new MutationObserver(all => all.forEach(() => seen.said.push(document.getElementById("said").textContent)))
  .observe(document.getElementById("said"), { childList: true });
"""


@pytest.fixture
def speed() -> float:
    return 1.0


@pytest.fixture
def beat() -> float:
    """How often the server says something, in real seconds."""
    return 5.0


@pytest.fixture
def served(tmp_path: Path, speed: float, beat: float) -> Iterator[Served]:
    made = Served(open_place(tmp_path, clock=RunningClock(speed), frozen=False))
    made.place.app.config["BOARD_BEAT_S"] = beat
    made.start()
    yield made
    made.stop()
    made.place.close()


@pytest.fixture
def caller(place: Place) -> Caller:
    return Caller(place)


def test_a_call_is_seen_without_anybody_asking(reader: Reader, caller: Caller) -> None:
    reader.open("/board")
    live(reader)
    assert "Chưa gọi số nào" in reader.text("#hero")
    (number,) = caller.call()
    reader.until(lambda: hero(reader) == [number, "7"], "the call is the hero")
    assert reader.js("return document.getElementById('hero').className") != ""  # new: with its frame
    assert number in reader.js("return document.getElementById('said').textContent")


@pytest.mark.parametrize("speed", [20.0])
def test_five_calls_within_a_second_are_five_heroes_in_order_and_said_once_each(
    reader: Reader, caller: Caller, speed: float
) -> None:
    reader.open("/board")
    live(reader)
    reader.js(WATCH)
    called = caller.call(5)
    reader.until(lambda: hero(reader)[:1] == called[-1:], "the last one is the hero")
    assert reader.js("return seen.hero") == called
    said = reader.js("return seen.said")
    assert [number in text for number, text in zip(called, said, strict=True)] == [True] * 5
    reader.until(lambda: rows(reader) == called[-2::-1], "newest first, each once")


def test_a_page_opened_in_the_day_shows_what_is_and_announces_nothing(reader: Reader, caller: Caller) -> None:
    called = caller.call(3)
    reader.open("/board")
    live(reader)
    assert hero(reader)[0] == called[-1] and rows(reader) == called[-2::-1]
    assert reader.js("return document.getElementById('said').textContent") == ""
    assert reader.js("return document.getElementById('hero').className") == ""


@pytest.mark.parametrize("speed", [60.0])
def test_a_server_that_is_away_is_told_in_steps_and_the_page_is_well_again_by_itself(
    reader: Reader, served: Served, caller: Caller, speed: float
) -> None:
    called = caller.call(2)
    reader.open("/board")
    live(reader)
    reader.until(lambda: hero(reader)[:1] == called[-1:], "the hero")
    served.stop()
    reader.until(lambda: reader.all("#band.lost"), "a band says so")
    assert "Dữ liệu lúc" in reader.text("#day") and reader.all("#day svg")
    assert set(reader.js("return [...document.querySelectorAll('#strip .n')].map(e => e.textContent)")) <= {
        "–"
    }
    reader.until(lambda: "Mất kết nối" in reader.text("#hero"), "the call is not shown any more")
    served.start()
    reader.until(lambda: hero(reader)[:1] == called[-1:], "the present state is back")
    reader.until(lambda: not reader.all("#band.lost"), "and fresh")
    (number,) = caller.call()
    reader.until(lambda: hero(reader)[:1] == [number], "and the next call comes")


@pytest.mark.parametrize(("speed", "beat"), [(60.0, 0.5)])
def test_a_server_that_hangs_is_noticed_by_its_silence_and_asked_anew(
    reader: Reader, place: Place, caller: Caller, speed: float, beat: float
) -> None:
    called = caller.call()
    place.app.extensions["hall"] = replace(place.hall, tick=lambda: 0.0)  # it never beats
    reader.open("/board")
    live(reader)
    reader.until(lambda: reader.all("#band.lost"), "the band says so, though the stream is open")
    reader.until(lambda: not reader.all("#band.lost"), "a new stream has told the present state")
    assert hero(reader)[:1] == called


@pytest.mark.parametrize("beat", [0.5])
def test_a_page_of_another_release_loads_itself_anew(reader: Reader, caller: Caller, beat: float) -> None:
    reader.open("/board")
    live(reader)
    reader.js("document.body.dataset.mark = 'another'; window.old = true")
    reader.until(lambda: reader.js("return window.old === undefined"), "a new page")
    live(reader)
    (number,) = caller.call()
    reader.until(lambda: hero(reader)[:1] == [number], "which works")


@pytest.mark.parametrize("beat", [0.5])
def test_a_mistake_in_the_page_leaves_no_old_numbers_standing(
    reader: Reader, caller: Caller, beat: float
) -> None:
    reader.open("/board")
    live(reader)
    reader.js("window.old = true; setTimeout(() => { throw new Error('ours') })")
    reader.until(lambda: reader.js("return window.old === undefined"), "a new page")
    live(reader)
    assert any("ours" in line for line in reader.complaints())


@pytest.mark.parametrize("beat", [0.5])
def test_a_page_without_a_stream_asks(reader: Reader, place: Place, caller: Caller, beat: float) -> None:
    pool = place.app.extensions["boards"]
    taken = [pool.enter("127.0.0.1") for _ in range(PUBLIC_PER_ADDRESS)]
    reader.open("/board")
    live(reader)
    (number,) = caller.call()
    reader.until(lambda: hero(reader)[:1] == [number], "the call came nevertheless")
    assert not reader.all("#band.lost")
    for leave in taken:
        assert leave is not None
        leave()


def test_without_scripts_the_page_shows_the_present_state_and_comes_anew(
    reader: Reader, caller: Caller
) -> None:
    called = caller.call(3)
    reader.scripts(False)
    reader.open("/board")
    assert (hero(reader), rows(reader)) == ([called[-1], "7"], called[-2::-1])
    assert reader.see('meta[http-equiv="refresh"]').get_attribute("content") == "10"
    (number,) = caller.call()
    reader.driver.refresh()
    assert hero(reader)[0] == number


def test_reduced_motion_keeps_the_frame_and_nothing_moves(reader: Reader, caller: Caller) -> None:
    feature = {"name": "prefers-reduced-motion", "value": "reduce"}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    reader.open("/board")
    live(reader)
    reader.js(
        "window.kinds = new Set(); const hero = document.getElementById('hero');"
        "new MutationObserver(() => kinds.add(hero.className)).observe(hero, { attributes: true })"
    )
    caller.call()
    reader.until(lambda: reader.js("return kinds.has('fresh') && kinds.has('')"), "five seconds of frame")
    assert reader.js("return [...kinds].sort()") == ["", "fresh"]
    assert reader.js("return document.getAnimations().length") == 0
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_nothing_is_fetched_from_elsewhere_and_little_from_here(reader: Reader, caller: Caller) -> None:
    caller.call()
    reader.driver.execute_cdp_cmd("Network.enable", {})
    reader.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    reader.open("/board?sound=1")
    live(reader)
    reader.until(lambda: reader.js("return document.fonts.status") == "loaded", "letters are there")
    got: list[dict[str, Any]] = reader.js(
        "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(e => ({ name: e.name, size: e.transferSize, kind: e.initiatorType }))"
    )
    own = reader.js("return location.origin")
    assert [one["name"] for one in got if not one["name"].startswith(own)] == []
    words = sum(one["size"] for one in got if ".woff2" not in one["name"])
    assert 10_000 < words < 100_000, got
    assert reader.complaints() == []
    reader.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    reader.driver.execute_cdp_cmd("Network.disable", {})


def test_the_bell_sounds_only_for_who_asked_and_touched(reader: Reader) -> None:
    reader.open("/board")
    assert not reader.all("#sound")
    reader.open("/board?sound=1")
    reader.until(lambda: reader.see("#sound").is_displayed(), "a button")
    reader.click("#sound")
    reader.until(lambda: not reader.see("#sound").is_displayed(), "which has done its work")


@pytest.mark.parametrize("zone", ["calls-progress", "progress"])
def test_dossiers_are_shown_as_they_change_and_calls_come_through(
    reader: Reader, place: Place, caller: Caller, zone: str
) -> None:
    boards.publish(place, boards.dossiers(place))
    reader.open(f"/board?zone={zone}")
    live(reader)
    reader.until(lambda: "261109-0118" in reader.text("#progress"), "dossiers")
    assert "Có kết quả: 18" in reader.text("#progress") and "Chờ công dân: 7" in reader.text("#progress")
    assert "Quầy 14" in reader.text("#progress")
    assert "H42.05" in reader.text("#progress tr:nth-child(2) .authority")  # of a code that is whole
    (number,) = caller.call()
    reader.until(lambda: hero(reader)[:1] == [number], "the call")
    assert reader.see("#hero").is_displayed()
    assert reader.see("#progress").is_displayed() == (zone == "calls-progress")
