"""Paper that runs out is on open pages at once; a number is called by typing, and comes out once more."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from PIL import Image

from broker.messages import Deed, DeviceStatus, Piece
from server.hall import commands as c
from server.people.rights import Role
from tests.browser.conftest import Reader
from tests.browser.measure import flows
from tests.web.place import Place

LAND = "environment-land"
OK = DeviceStatus(online=True, role="kiosk", printer="ok", paper_m=5.0, roll_m=50.0)
OUT = DeviceStatus(online=True, role="kiosk", printer="paper-out")


@pytest.fixture
def at_seven(reader: Reader, place: Place) -> Reader:
    """An officer at counter 7, with two kiosks that print."""
    for kiosk in ("kiosk-1", "kiosk-2"):
        place.devices.put(kiosk, OK)
    place.account("officer-7")
    reader.log_in("officer-7")
    reader.see('button[name="counter"][value="7"]').click()
    reader.until(lambda: reader.text("#link .on").strip() == "Đã kết nối", "the page is live")
    return reader


def looks(reader: Reader) -> int:
    """How often the page asked for its live part."""
    return int(
        reader.js(
            "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/live')).length"
        )
    )


def test_paper_that_runs_out_is_on_the_staff_page_by_one_look(at_seven: Reader, place: Place) -> None:
    assert looks(at_seven) == 0  # what the stream says first is what the page shows already
    place.devices.put("kiosk-2", OUT)
    at_seven.until(lambda: "sảnh bên: hết giấy" in at_seven.text("#live"), "the band is there")
    assert looks(at_seven) == 1  # the stream told it: the page did not happen to look
    place.devices.put("kiosk-2", OK)
    at_seven.until(lambda: "hết giấy" not in at_seven.text("#live"), "the band is gone")
    assert at_seven.complaints() == []


def test_a_call_for_staff_is_in_sight_without_scrolling(at_seven: Reader, place: Place) -> None:
    at_seven.size(1366, 625)  # what a browser's own bars leave of a screen of 768
    for _ in range(8):
        place.issue(LAND)
    place.at("7", c.CallNext)
    place.devices.put("kiosk-1", OUT)
    place.devices.put("kiosk-2", replace(OK, help=True))
    at_seven.until(lambda: "có người cần giúp" in at_seven.text("#live .cry"), "the call is told")
    assert "sảnh bên" in at_seven.text("#live .cry") and "hết giấy" in at_seven.text("#live .push .band")
    assert at_seven.text("#live").count("có người cần giúp") == 1
    bottom, header, height, scrolled = at_seven.js(
        "return [document.querySelector('.cry').getBoundingClientRect().bottom,"
        " document.querySelector('header').getBoundingClientRect().bottom, innerHeight, scrollY]"
    )
    assert scrolled == 0 and header < bottom <= header + 80 < height == 625
    place.devices.put("kiosk-2", OK)
    at_seven.until(lambda: not at_seven.all("#live .cry"), "somebody went there")
    assert at_seven.complaints() == []


def test_an_officer_types_a_number_that_the_hall_does_not_know_yet(at_seven: Reader, place: Place) -> None:
    at_seven.click('[data-dialog="number"]')
    at_seven.see("#number-text").send_keys("b2-17")
    at_seven.click('#number [value="go"]')
    at_seven.until(lambda: at_seven.text("#live .number") == "B2-017", "it was called")
    assert place.writer.view.board.calls[0].number == "B2-017"
    assert at_seven.complaints() == []


def test_a_ticket_is_printed_again_where_the_officer_says(at_seven: Reader, place: Place) -> None:
    number = place.issue(LAND)["number"]
    place.at("7", c.CallNext)
    at_seven.until(lambda: at_seven.text("#live .number") == number, "somebody is here")
    at_seven.click('[data-dialog="reprint"]')
    assert at_seven.js("return document.getElementById('reprint-number').value") == number
    offered = at_seven.js("return [...document.querySelectorAll('#reprint-kiosk option')].map(o => o.value)")
    assert offered == ["", "kiosk-1", "kiosk-2"]
    at_seven.js("document.getElementById('reprint-kiosk').value = 'kiosk-2'")
    at_seven.click('#reprint [value="go"]')
    at_seven.until(lambda: "in lại phiếu" in at_seven.text("#said"), "the page says what was done")
    ((device, order),) = place.orders
    assert device == "kiosk-2" and order.ticket is not None and order.ticket.number == number
    assert at_seven.complaints() == []


def test_where_no_paper_comes_out_nothing_is_offered(at_seven: Reader, place: Place) -> None:
    for kiosk in ("kiosk-1", "kiosk-2"):
        place.devices.put(kiosk, OUT)
    at_seven.until(lambda: at_seven.all('[data-dialog="reprint"]:disabled'), "the button is off")


def test_a_manager_sees_the_paper_run_out(reader: Reader, place: Place) -> None:
    place.account("chief", Role.MANAGER)
    place.devices.put("kiosk-1", OK)
    reader.log_in("chief")
    reader.open("/devices/")
    assert "khoảng 409 phiếu" in reader.text('[data-device="kiosk-1"]')
    place.devices.put("kiosk-1", OUT)
    reader.until(lambda: "hết giấy" in reader.text('[data-device="kiosk-1"]'), "the line says so")
    assert reader.complaints() == []


def test_what_comes_of_an_order_is_on_the_page_without_looking_again(reader: Reader, place: Place) -> None:
    place.devices.put("kiosk-1", replace(OK, life="one"))
    place.account("boss", Role.ADMINISTRATOR)
    reader.log_in("boss", Role.ADMINISTRATOR)
    reader.open("/devices/kiosk-1")
    reader.see('button[value="screenshot"]').click()
    reader.until(lambda: "đã gửi" in reader.text("#live .orders"), "the order is on the page")
    (order,) = place.hall.orders.of("kiosk-1")
    reader.js("window.stays = true")  # a page that is loaded anew forgets it
    made = io.BytesIO()
    Image.new("RGB", (72, 128), "gold").save(made, "PNG")
    place.hall.orders.outcome("kiosk-1", Piece(order=order.id, n=1, of=1, data=made.getvalue()))
    place.hall.orders.outcome("kiosk-1", Deed(order=order.id, what="done"))
    reader.until(lambda: "xong" in reader.text("#live .orders"), "what came of it is told")
    wide = "return document.querySelector('img.screen')?.naturalWidth"
    reader.until(lambda: reader.js(wide) == 72, "the picture is there")
    place.devices.put("kiosk-1", OUT)
    reader.until(lambda: "Thay cuộn giấy" in reader.text("#live"), "what to do is told")
    assert reader.js("return window.stays") and reader.complaints() == []


def test_all_that_a_device_says_of_itself_stays_within_a_phone(reader: Reader, place: Place) -> None:
    told = {"cuts": 12345, "metres": 12345.6, "clock_synchronised": True, "clock_offset_s": -0.1}
    place.devices.put("kiosk-1", replace(OK, scanner="ok", version="0.1.0", uptime_s=1e6, **told))
    place.account("boss", Role.ADMINISTRATOR)
    reader.log_in("boss", Role.ADMINISTRATOR)
    for width in (390, 320):
        reader.size(width, 844)
        reader.open("/devices/kiosk-1")
        assert "máy chủ giờ" in reader.text(".facts") and flows(reader) == []
