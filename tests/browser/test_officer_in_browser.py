"""What an officer puts down of a citizen, gives, sends on, hands over: by keys, by finger, in every size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.hall.tickets import Ticket
from server.people.rights import Role
from tests.browser.conftest import Reader
from tests.web.place import Place

LAND = "environment-land"
HERE = "#live .number"
SMALL_TARGETS = """
const wrong = [];
const all = "main button, main a, main input, main select, dialog[open] button";
for (const e of document.querySelectorAll(all)) {
  if (!e.checkVisibility({ visibilityProperty: true })) continue;
  const box = e.type === "radio" || e.type === "checkbox" ? e.closest("label, td") : e;
  const { width, height } = box.getBoundingClientRect();
  if (width < 44 || height < 44) wrong.push(`${e.outerHTML.slice(0, 80)}: ${width} x ${height}`);
}
return wrong;
"""


@pytest.fixture
def desk(reader: Reader, place: Place) -> Iterator[Reader]:
    """The officer of counter 7 with one citizen there, and a kiosk that prints."""
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="ok"))
    place.account("officer-7")
    reader.log_in("officer-7")
    reader.see('button[name="counter"][value="7"]').click()
    reader.until(lambda: reader.text("#link .on").strip() == "Đã kết nối", "the page is live")
    place.issue(LAND, "priority")
    reader.until(lambda: "B001" in reader.text(".next"), "F2 is ready")
    reader.keys("F2")
    reader.until(lambda: reader.text(HERE).endswith("B001"), "somebody is here")
    yield reader
    assert reader.complaints() == []


def ticket(place: Place, number: str = "B001") -> Ticket:
    state = place.writer.view.state
    return state.tickets[state.by_number[number]]


def opened(desk: Reader, id: str) -> None:
    desk.until(lambda: desk.all(f"#{id}[open]"), f"{id} is open")


def test_f8_keeps_a_note_and_shows_the_one_before(desk: Reader, place: Place) -> None:
    desk.keys("F8")
    opened(desk, "note")
    assert "B001" in desk.text("#note h2")
    desk.see("#note-text").send_keys("thiếu bản sao" + Keys.ENTER)
    desk.until(lambda: "thiếu bản sao" in desk.text("#live .note"), "the note is shown")
    desk.keys("F8")
    opened(desk, "note")
    assert desk.js("return document.getElementById('note-text').value") == "thiếu bản sao"
    desk.keys("Escape")
    desk.until(lambda: not desk.all("dialog[open]"), "Esc closes it")
    desk.js("look()")  # the hall's clock stands still in tests, the page's does not
    desk.until(lambda: desk.all('[data-verb="undo"]:not(:disabled)'), "it can be taken back")
    desk.keys("z", ctrl=True)
    desk.until(lambda: ticket(place).note is None, "taken back")


def test_papers_are_looked_at_by_one_button(desk: Reader, place: Place) -> None:
    desk.click('[data-dialog="priority"]')
    opened(desk, "priority")
    desk.click('#priority button[value="normal"]')
    desk.until(lambda: "Xét ưu tiên" in desk.text("#live"), "lowered")
    assert ticket(place).checked and ticket(place).klass == "normal"
    desk.click('[data-dialog="priority"]')
    opened(desk, "priority")
    desk.click('#priority button[value="priority"]')
    desk.until(lambda: "đã xem giấy tờ" in desk.text("#live"), "raised again")


def test_a_number_given_here_is_shown_large_with_its_code_and_printed(desk: Reader, place: Place) -> None:
    desk.click('[data-dialog="issue"]')
    desk.js(
        "document.getElementById('issue-service').value = arguments[0];"
        "document.getElementById('issue-kiosk').value = 'kiosk-1'",
        LAND,
    )
    desk.click('#issue button[value="go"]')
    opened(desk, "given")
    assert desk.text("#given .number") == "B002"
    desk.until(lambda: desk.js("return document.querySelector('#given img').naturalWidth") > 0, "the code")
    assert [device for device, _ in place.orders] == ["kiosk-1"]
    desk.keys("Escape")
    desk.until(lambda: not desk.all("dialog[open]"), "Esc closes it")


def test_a_number_is_cancelled_with_a_reason(desk: Reader, place: Place) -> None:
    place.issue(LAND)
    desk.click('[data-dialog="cancel"]')
    opened(desk, "cancel")
    desk.js("document.getElementById('cancel-number').value = 'b002'")
    desk.see("#cancel-reason").send_keys("lấy trùng số" + Keys.ENTER)
    desk.until(lambda: ticket(place, "B002").state == "cancelled", "cancelled")
    assert ticket(place, "B002").reason == "lấy trùng số"


def test_f6_sends_to_a_counter_for_a_service_of_it_and_says_that_it_is_shut(
    desk: Reader, place: Place
) -> None:
    desk.keys("F6")
    opened(desk, "transfer")
    desk.see("#transfer-to").send_keys("6")
    desk.until(lambda: "chưa mở" in desk.text("#transfer-shut"), "says that nobody is there")
    shown = desk.js(
        "return [...document.getElementById('transfer-as').options].filter(o => !o.hidden).map(o => o.value)"
    )
    here = place.config.site.counters["6"]
    assert set(shown) == {"", *here.services, *here.then}
    desk.js("document.getElementById('transfer-as').value = 'environment-permits'")
    desk.see("#transfer-note").send_keys("bản gốc" + Keys.ENTER)
    desk.until(lambda: ticket(place).state == "waiting", "sent on")
    sent = ticket(place)
    assert (sent.bound_to, sent.service, sent.note) == ("6", "environment-permits", "bản gốc")


def test_no_key_counts_while_an_input_method_composes(desk: Reader, place: Place) -> None:
    place.issue(LAND)
    before = place.writer.view.state.call_seq
    desk.js(
        "for (const key of ['F2', 'F3', 'F4', 'F7', 'F9'])"
        "  document.body.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))"
    )
    desk.keys("F8")  # the next key that counts is seen after those
    opened(desk, "note")
    assert place.writer.view.state.call_seq == before and ticket(place).state == "called"


def test_every_function_key_stands_on_its_button(desk: Reader, place: Place) -> None:
    shown = desk.js("return [...document.querySelectorAll('#live kbd')].map(e => e.textContent)")
    assert shown == ["F2", "F3", "F4", "F6", "F7", "F8", "F9", "F10", "Ctrl+Z"]


def test_a_counter_is_handed_over_with_whoever_stands_there(desk: Reader, place: Place) -> None:
    place.account("reserve")
    desk.keys("F10")
    opened(desk, "pause")
    desk.click('#pause button[value="handover"]')
    desk.until(lambda: "/console" not in desk.driver.current_url, "logged out")
    assert place.writer.view.state.counter("7").status == "paused"
    desk.log_in("reserve")
    desk.open("/console/")
    assert "Nhận bàn giao" in desk.text('button[name="counter"][value="7"]')
    desk.click('button[name="counter"][value="7"]')
    desk.until(lambda: desk.text(HERE).endswith("B001"), "the citizen is still here")
    assert place.writer.view.state.counter("7").officer == "reserve"


def test_the_keyboard_alone_reaches_every_button_in_order(desk: Reader, place: Place) -> None:
    place.issue(LAND)
    desk.until(lambda: desk.all("#live .line"), "one waits")
    wanted = desk.js(
        "window.reached = []; const all = [...document.querySelectorAll("
        "'#live button:not(:disabled), #live [tabindex]')];"
        "document.addEventListener('focusin', e => {"
        "  if (all.includes(e.target)) reached.push(all.indexOf(e.target)); });"
        "document.body.focus(); return all.length"
    )
    for _ in range(wanted + 40):
        desk.driver.switch_to.active_element.send_keys(Keys.TAB)
        if desk.js("return reached.length") >= wanted:
            break
    assert desk.js("return reached") == list(range(wanted))


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (390, 844), (320, 568)])
def test_every_target_is_large_enough_and_nothing_runs_off(
    desk: Reader, place: Place, width: int, height: int
) -> None:
    place.issue(LAND), place.issue("environment-permits")
    desk.size(width, height)
    desk.until(lambda: len(desk.all("#live .line")) == 2, "two wait")
    for path in ("", "/console/?other", "/reception/", "/reception/handwritten", "/reception/sheets"):
        if path:
            desk.open(path)
        assert desk.js(SMALL_TARGETS) == [], path
        assert desk.js("return document.documentElement.scrollWidth") <= width, path


def test_the_fullest_console_fits_a_small_screen_without_scrolling(desk: Reader, place: Place) -> None:
    """A note of two lines, a paper that failed, people who may come back, a kiosk in trouble."""
    place.devices.put("kiosk-2", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    for _ in range(3):
        place.issue("environment-permits", "priority")
        place.at("7", c.CallNext), place.at("7", c.Park)
    id = place.issue(LAND)["ticket"]
    place.writer.ask(c.RecordPaper(id="paper", by="test", ticket=id, outcome="failed"))
    place.at("7", c.CallNext)
    place.at("7", c.WriteNote, note="thiếu bản sao " * 14)
    for _ in range(9):
        place.issue("environment-permits", "priority")
    desk.until(lambda: len(desk.all("#live .line")) == 5 and desk.all("#live .note"), "all is shown")
    assert desk.js("return document.documentElement.scrollHeight") == 768
    cut = desk.js(
        "return [...document.querySelectorAll('.console > .card')]"
        ".filter(e => e.scrollHeight > e.clientHeight + 1)"
        ".map(e => `${e.ariaLabel}: ${e.scrollHeight} in ${e.clientHeight}`)"
    )
    assert cut == []


def test_reception_works_without_scripts(reader: Reader, place: Place) -> None:
    place.account("front", Role.RECEPTION)
    reader.log_in("front", Role.RECEPTION)
    reader.scripts(False)
    reader.open("/reception/")
    reader.see("form .wide").click()
    assert reader.see(".given .number").text == "A001"
    reader.open("/reception/handwritten?letter=A&from=1&to=1&service=justice-records")
    reader.see('[name="given-0"]').send_keys("0805")
    reader.see(".actions .filled").click()
    assert "Đã nhập 1 số." in reader.see('.band[role="status"]').text


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.fixture
def refusing(desk: Reader) -> Iterator[Reader]:
    """A desk where presses are refused, which the browser tells by status."""
    yield desk
    assert all("responded with a status of 4" in line for line in desk.complaints())


def test_what_is_refused_is_told_beside_its_field_and_what_was_typed_stays(
    refusing: Reader, place: Place
) -> None:
    place.issue(LAND)
    refusing.click('[data-dialog="cancel"]')
    opened(refusing, "cancel")
    refusing.js("document.getElementById('cancel-number').value = 'B777'")
    refusing.see("#cancel-reason").send_keys("lấy trùng số" + Keys.ENTER)
    refusing.until(
        lambda: refusing.text("#cancel-number + .wrong") == "Hôm nay không có số B777.", "beside the number"
    )
    assert refusing.js("return document.getElementById('cancel-reason').value") == "lấy trùng số"
    field = refusing.see("#cancel-number")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == refusing.see("#cancel .wrong").get_attribute("id")
    refusing.js("document.getElementById('cancel-number').value = 'B002'")
    refusing.js("document.getElementById('cancel-reason').value = '   '")
    refusing.click('#cancel button[value="go"]')
    refusing.until(lambda: refusing.text("#cancel-reason + .wrong"), "beside the reason")
    assert len(refusing.all("#cancel .wrong")) == 1 and ticket(place, "B002").state == "waiting"
    refusing.see("#cancel-reason").send_keys("đã về" + Keys.ENTER)
    refusing.until(lambda: not refusing.all("dialog[open]"), "done, and only then closed")
    assert (ticket(place, "B002").state, ticket(place, "B002").reason) == ("cancelled", "đã về")
    held = refusing.js("return document.activeElement.dataset.dialog")
    assert held == "cancel"  # the keys are where they were


def test_a_call_out_of_order_asks_for_the_reason_and_keeps_asking(refusing: Reader, place: Place) -> None:
    place.issue(LAND), place.issue(LAND)
    refusing.click('[data-dialog="number"]')
    opened(refusing, "number")
    refusing.see("#number-text").send_keys("b003" + Keys.ENTER)
    opened(refusing, "reason")
    assert not refusing.all("#number[open]")
    refusing.see("#reason-text").send_keys("   " + Keys.ENTER)
    refusing.until(lambda: "cần ghi lý do" in refusing.text("#reason-text + .wrong"), "blanks are no reason")
    refusing.see("#reason-text").send_keys("đi cùng nhau" + Keys.ENTER)
    refusing.until(lambda: refusing.text(HERE).endswith("B003"), "called")
    assert not refusing.all("dialog[open]")


def test_a_dialog_speaks_of_whom_it_was_opened_for(refusing: Reader, place: Place) -> None:
    """Another tab goes on to the next citizen while this one chooses where to send the first."""
    place.issue(LAND)
    refusing.keys("F6")
    opened(refusing, "transfer")
    place.at("7", c.CallNext)
    refusing.until(lambda: refusing.text(HERE).endswith("B002"), "the page behind the dialog shows the other")
    refusing.see("#transfer-to").send_keys("6" + Keys.ENTER)
    refusing.until(lambda: "Tại quầy nay là số B002." in refusing.text("#transfer-to + .wrong"), "told so")
    assert ticket(place, "B002").state == "called"
