"""An officer at work: keys, live updates, one press once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.hall import commands as c
from tests.browser.conftest import Reader, Served
from tests.web.place import Place

LAND = "environment-land"
HERE = "#live .number"


@pytest.fixture
def at_seven(reader: Reader, place: Place) -> Reader:
    """An officer who has just sat down at counter 7."""
    place.account("officer-7")
    reader.log_in("officer-7")
    reader.see('button[name="counter"][value="7"]').click()
    reader.until(lambda: reader.text("#link .on").strip() == "Đã kết nối", "the page is live")
    return reader


def calls(place: Place) -> int:
    return place.writer.view.state.call_seq


def test_f2_calls_and_the_page_shows_it(at_seven: Reader, place: Place) -> None:
    number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text(".next"), "F2 names whom it will call")
    at_seven.keys("F2")
    at_seven.until(lambda: at_seven.text(HERE) == number, "the number is here")
    assert "Đã gọi" in at_seven.text("#live .card .tag")
    assert place.writer.view.board.calls[0].number == number
    assert at_seven.complaints() == []


def test_what_others_do_appears_without_a_reload(at_seven: Reader, place: Place) -> None:
    at_seven.js("document.body.dataset.marked = 'same page'")
    assert "Chưa có người chờ" in at_seven.text("#live")
    number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text("#live .line"), "the newcomer stands in the line")
    place.at("7", c.CallNext)  # the counter's own keys
    at_seven.until(lambda: at_seven.text(HERE) == number, "the call of the keys is shown")
    assert at_seven.js("return document.body.dataset.marked") == "same page"


def test_a_double_press_is_one_call(at_seven: Reader, place: Place) -> None:
    for _ in range(3):
        number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text("#live"), "all three wait")
    at_seven.keys("F2", "F2", "F2")
    at_seven.until(lambda: at_seven.text(HERE), "somebody was called")
    at_seven.js("document.querySelector('[data-verb=next]').click()")
    at_seven.until(lambda: not at_seven.all("button.busy"), "nothing is on its way")
    assert calls(place) == 1


def test_two_tabs_make_one_call(at_seven: Reader, place: Place) -> None:
    for _ in range(3):
        number = place.issue(LAND)["number"]
    driver = at_seven.driver
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    try:
        at_seven.open("/console/7")
        at_seven.until(lambda: number in at_seven.text("#live"), "the second tab is live")
        both = "document.querySelector('[data-verb=next]').click()"
        at_seven.js(both)
        driver.switch_to.window(first)
        at_seven.js(both)
        at_seven.until(lambda: at_seven.text(HERE), "somebody was called")
        at_seven.until(lambda: not at_seven.all("button.busy"), "nothing is on its way")
        assert calls(place) == 1
    finally:
        driver.switch_to.window(next(h for h in driver.window_handles if h != first))
        driver.close()
        driver.switch_to.window(first)


def test_a_called_number_is_said_once_to_those_who_listen(at_seven: Reader, place: Place) -> None:
    number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text(".next"), "the newcomer is known")
    at_seven.js(
        "window.said = []; new MutationObserver(() => said.push(document.getElementById('said').textContent))"
        ".observe(document.getElementById('said'), {childList: true, characterData: true, subtree: true})"
    )
    at_seven.keys("F2")
    at_seven.until(lambda: at_seven.text(HERE) == number, "called")
    place.issue(LAND)
    at_seven.until(lambda: at_seven.text("#live .line"), "the page was renewed")
    assert at_seven.js("return said") == [f"Đã gọi {number} đến quầy 7"]
    assert at_seven.see("#said").get_attribute("aria-live") == "polite"


def test_each_key_does_its_own(at_seven: Reader, place: Place) -> None:
    one, two = place.issue(LAND)["number"], place.issue(LAND)["number"]

    def state(number: str) -> str:
        hall = place.writer.view.state
        return hall.tickets[hall.by_number[number]].state.value

    def becomes(number: str, wanted: str) -> None:
        at_seven.until(lambda: state(number) == wanted, f"{number} is {wanted}")
        rev = place.writer.view.rev
        at_seven.until(lambda: not at_seven.all("button.busy"), "answered")
        at_seven.until(lambda: at_seven.js("return !looking") and place.writer.view.rev == rev, "shown")

    at_seven.until(lambda: one in at_seven.text(".next"), "F2 is ready")
    at_seven.keys("F2")
    becomes(one, "called")
    place.clock.pass_(seconds=6)
    at_seven.keys("F3")
    at_seven.until(lambda: calls(place) == 2, "recalled")
    at_seven.until(lambda: "nhắc lại 1" in at_seven.text("#live"), "the recall is shown")
    at_seven.keys("F9")
    becomes(one, "serving")
    at_seven.until(lambda: "Kết thúc" in at_seven.text('[data-key="F9"]'), "F9 finishes now")
    at_seven.keys("F7")
    becomes(one, "parked")
    at_seven.until(lambda: one in at_seven.text('[data-key="F7"]'), "F7 brings back now")
    at_seven.keys("F7")
    becomes(one, "waiting")
    at_seven.until(lambda: one in at_seven.text(".next"), "back in its old place")
    at_seven.keys("F2")
    becomes(one, "called")
    at_seven.until(lambda: at_seven.text(HERE) == one, "here again")
    at_seven.keys("F4")
    becomes(one, "no_show")
    at_seven.until(lambda: not at_seven.text(HERE), "nobody is here")
    at_seven.keys("z", ctrl=True)
    becomes(one, "called")
    at_seven.until(lambda: at_seven.text(HERE) == one, "the absence was taken back")
    at_seven.keys("F6")
    at_seven.see("#transfer-to").send_keys("6" + Keys.ENTER)
    becomes(one, "waiting")
    hall = place.writer.view.state
    assert hall.tickets[hall.by_number[one]].bound_to == "6"
    at_seven.until(lambda: two in at_seven.text(".next"), "the other one is next")
    at_seven.keys("F10")
    at_seven.until(lambda: at_seven.see("#pause").get_attribute("open"), "asks for how long")
    at_seven.keys("Escape")
    assert place.writer.view.state.counter("7").status == "open"
    at_seven.keys("F10")
    at_seven.until(lambda: at_seven.see("#pause").get_attribute("open"), "asks again")
    at_seven.click('#pause button[value="go"]')
    at_seven.until(lambda: place.writer.view.state.counter("7").status == "paused", "paused")
    at_seven.until(lambda: "Mở quầy" in at_seven.text('[data-key="F10"]'), "F10 opens now")
    at_seven.keys("F10")
    at_seven.until(lambda: place.writer.view.state.counter("7").status == "open", "open again")
    assert at_seven.complaints() == []


def test_keys_with_shift_or_while_typing_do_nothing(at_seven: Reader, place: Place) -> None:
    number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text(".next"), "F2 is ready")
    at_seven.keys("F2", shift=True)
    at_seven.click('[data-dialog="issue"]')
    at_seven.keys("F2")
    at_seven.see("#issue-service").send_keys(Keys.ESCAPE)
    assert calls(place) == 0


def test_calling_out_of_turn_asks_for_a_reason(at_seven: Reader, place: Place) -> None:
    place.issue(LAND)
    second = place.issue(LAND)["number"]
    at_seven.until(lambda: at_seven.all(f'[data-verb="call"][data-number="{second}"]'), "both wait")
    at_seven.click(f'[data-verb="call"][data-number="{second}"]')
    at_seven.until(lambda: at_seven.see("#reason").get_attribute("open"), "asks why")
    assert second in at_seven.text("#reason h2") and calls(place) == 0
    at_seven.see("#reason-text").send_keys("có con nhỏ" + Keys.ENTER)
    at_seven.until(lambda: at_seven.text(HERE) == second, "called")
    assert at_seven.text("#problem") == ""


def test_the_one_whose_turn_it_is_needs_no_reason(at_seven: Reader, place: Place) -> None:
    first = place.issue(LAND)["number"]
    at_seven.until(lambda: at_seven.all(f'[data-verb="call"][data-number="{first}"]'), "one waits")
    at_seven.click(f'[data-verb="call"][data-number="{first}"]')
    at_seven.until(lambda: at_seven.text(HERE) == first, "called")


def test_a_number_for_somebody_at_the_counter(at_seven: Reader, place: Place) -> None:
    at_seven.click('[data-dialog="issue"]')
    at_seven.js("document.getElementById('issue-service').value = arguments[0]", LAND)
    at_seven.click('#issue button[value="go"]')
    at_seven.until(lambda: "B001" in at_seven.text("#live .line"), "the number waits")
    at_seven.until(lambda: "Đã cấp số B001" in at_seven.text("#said"), "and is told")


def test_a_refusal_is_read_in_the_page(at_seven: Reader, place: Place) -> None:
    number = place.issue(LAND)["number"]
    at_seven.until(lambda: number in at_seven.text(".next"), "F2 is ready")
    at_seven.keys("F2")
    at_seven.until(lambda: at_seven.text(HERE) == number, "called")
    at_seven.keys("F3")  # at once: the hall wants five seconds
    at_seven.until(lambda: "xin đợi vài giây" in at_seven.text("#problem"), "says why not")
    assert calls(place) == 1


def test_a_button_does_not_change_under_a_finger(at_seven: Reader, place: Place) -> None:
    first = place.issue(LAND)["number"]
    at_seven.until(lambda: first in at_seven.text(".next"), "F2 is ready")
    button = at_seven.see(".next")
    ActionChains(at_seven.driver).move_to_element(button).click_and_hold().perform()
    second = place.issue(LAND)["number"]
    at_seven.until(lambda: at_seven.js("return late !== null"), "news came meanwhile")
    assert second not in at_seven.text("#live")
    ActionChains(at_seven.driver).release().perform()
    at_seven.until(lambda: at_seven.text(HERE) == first, "the press counted")
    at_seven.until(lambda: second in at_seven.text("#live"), "and the news is shown")


def test_without_a_server_the_page_says_so_locks_and_comes_back(
    at_seven: Reader, place: Place, served: Served
) -> None:
    served.stop()
    at_seven.until(lambda: "Mất kết nối" in at_seven.text("#link"), "the loss is visible")
    at_seven.until(lambda: "tạm khóa" in at_seven.text("#problem"), "and explained")
    assert all(not b.is_enabled() for b in at_seven.all("#live button"))
    number = place.issue(LAND)["number"]
    served.start()
    at_seven.until(lambda: number in at_seven.text(".next"), "live again by itself")
    assert "Đã kết nối" in at_seven.text("#link") and at_seven.text("#problem") == ""
    assert at_seven.see('[data-verb="next"]').is_enabled()


def test_the_console_fits_its_screen(at_seven: Reader, place: Place) -> None:
    for _ in range(9):
        number = place.issue("environment-permits", "priority")["number"]
    at_seven.until(
        lambda: number in at_seven.text("#live") or len(at_seven.all("#live .line")) == 5, "all wait"
    )
    at_seven.keys("F2")
    at_seven.until(lambda: at_seven.text(HERE), "somebody is here")
    assert at_seven.js(
        "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == [
        1366,
        768,
    ]
    low, flat = at_seven.js(
        "const all = [...document.querySelectorAll('#live .keys button, #live .next')];"
        "const rects = all.map(e => e.getBoundingClientRect());"
        "return [Math.max(...rects.map(r => r.bottom)), Math.min(...rects.map(r => r.height))]"
    )
    assert low <= 768 and flat >= 44
    at_seven.size(683, 384)  # 200 % zoom
    assert at_seven.js("return document.documentElement.scrollWidth") <= 683


def test_what_ones_dossiers_need_stands_in_the_last_line_and_moves_nothing(
    at_seven: Reader, place: Place
) -> None:
    def tall() -> tuple[int, int]:
        return at_seven.js(
            "return [document.documentElement.scrollHeight, document.querySelector('footer').offsetHeight]"
        )

    at_seven.size(1366, 768)
    place.accounts.contacts.set("officer-7", "", "Nguyễn Văn An")
    assert at_seven.text("#reminded").strip() == ""
    before, now = tall(), place.clock.now()
    late = Dossier(
        "H42.13-261102-0001",
        "justice",
        "x",
        Status.PROCESSING,
        now,
        now - timedelta(days=3),
        officer="Nguyễn Văn An",
    )
    place.register.bring([Brought(late)], Delivery(now, "test"), now)
    at_seven.js("remind()")  # as it does every minute
    at_seven.until(lambda: at_seven.text("#reminded").strip() == "Hồ sơ của tôi: 1 quá hạn", "it is there")
    assert tall() == before and at_seven.complaints() == []
    at_seven.click("#reminded a")
    at_seven.until(lambda: late.code in at_seven.text(".promised"), "the list of one's own")
