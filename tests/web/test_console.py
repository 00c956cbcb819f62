from __future__ import annotations

from datetime import UTC, datetime

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.hall.calling import choose
from server.people.rights import Role
from server.web.console_view import console, upcoming
from tests.web.place import Place, csrf_of

LAND, FARM = "environment-land", "agriculture-farming"


def test_choosing_a_counter_opens_it_under_the_officers_name(place: Place) -> None:
    staff = place.log_in("officer-7")
    page = staff.get("/console/").text
    answer = staff.client.post("/console/", data={"csrf": csrf_of(page), "counter": "7"})
    assert (answer.status_code, answer.location) == (303, "/console/7")
    there = place.writer.view.state.counter("7")
    assert (there.status, there.officer) == ("open", "officer-7")
    assert staff.get("/console/").location == "/console/7"
    assert "Quầy 12" in staff.get("/console/?other").text
    assert "Đặng Thanh Mai" in staff.get("/console/7").text


def test_a_counter_that_is_taken_says_by_whom(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    staff = place.log_in("officer-1")
    answer = staff.client.post("/console/", data={"csrf": staff.csrf, "counter": "7"})
    assert answer.status_code == 409
    assert "Quầy đang do Đặng Thanh Mai phụ trách." in answer.text


def test_an_unknown_counter_is_refused(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.client.post("/console/", data={"csrf": staff.csrf, "counter": "99"})
    assert answer.status_code == 409 and "Không có quầy này." in answer.text
    assert staff.get("/console/99").status_code == 404
    assert staff.get("/console/99/live").status_code == 404


def test_an_officer_is_not_shown_a_colleagues_console_and_a_manager_is(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    assert place.log_in("officer-1").get("/console/7").location == "/console/"
    assert place.log_in("chief", Role.MANAGER).get("/console/7").status_code == 200


def test_the_console_shows_who_is_here_who_comes_next_and_how_the_hall_stands(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    staff = place.log_in("officer-7")
    here = place.issue(LAND)["number"]
    place.clock.pass_(minutes=4)
    staff.press("7", "next")
    star = place.issue(FARM, "priority")["number"]
    after = place.issue(LAND)["number"]
    place.clock.pass_(minutes=13)
    staff.press("7", "start")
    page = staff.get("/console/7").text
    assert here in page and "Chờ 4 phút, lấy số 08:12" in page and "Đang làm thủ tục" in page
    assert f"{star}, Trồng trọt" in page  # F2 names whom it will call
    assert page.index(star) < page.index(after)
    assert "Lâu nhất 13 phút" in page and "Sắp quá" in page
    assert "2 người" in page and "1 quầy mở" in page
    assert "data-until" in page


def test_the_lines_are_shown_in_the_order_in_which_they_are_called(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    for n in range(8):
        place.issue((LAND, FARM)[n % 2], "priority" if n == 5 else "normal")
        place.clock.pass_(minutes=1)
    view = place.writer.view
    shown = [t.number for t in upcoming(view.site, view.state, view.site.counters["7"], place.clock.now(), 8)]
    called = []
    for _ in range(8):
        state = place.writer.view.state
        assert choose(view.site, state, view.site.counters["7"], place.clock.now()) is not None
        called.append(place.at("7", c.CallNext)["number"])
    assert shown == called


def test_parked_and_missed_numbers_can_be_called_back_while_their_grace_lasts(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    staff = place.log_in("officer-7")
    parked, missed = place.issue(LAND)["number"], place.issue(LAND)["number"]
    place.at("7", c.CallNext), place.at("7", c.Park, note="thiếu bản sao")
    place.at("7", c.CallNext), place.at("7", c.MarkNoShow)
    page = staff.get("/console/7").text
    assert f'data-verb="call" data-number="{parked}"' in page
    assert f'data-verb="call" data-number="{missed}"' in page
    place.clock.pass_(minutes=16)
    page = staff.get("/console/7").text
    assert f'data-verb="call" data-number="{parked}"' in page
    assert f'data-verb="call" data-number="{missed}"' not in page


def test_a_kiosk_without_paper_is_told_on_every_console(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    staff = place.log_in("officer-7")
    at = datetime(2026, 11, 23, 1, 33, tzinfo=UTC)
    place.devices.put("kiosk-2", DeviceStatus(online=True, role="kiosk", printer="paper-out", at=at))
    place.devices.put("display-1", DeviceStatus(online=False, role="display", at=at))
    page = staff.get("/console/7/live").text
    assert "Máy lấy số 2 – sảnh bên: hết giấy" in page and "báo lúc 08:33" in page
    assert "Màn hình 1: mất kết nối" in page


def test_what_an_officer_writes_is_shown_as_text(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    staff = place.log_in("officer-7")
    number = place.issue(LAND)["number"]
    staff.press("7", "next")
    evil = '<script>alert(1)</script>"><img onerror=x> {{7*7}} ${jndi:x} %s%n'
    assert staff.press("7", "park", note=evil).status_code == 200
    staff.press("7", "call", number=number)
    page = staff.get("/console/7/live").text
    assert "<script>" not in page and "<img onerror" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "{{7*7}}" in page


def test_the_console_of_a_counter_at_work_is_pure(place: Place) -> None:
    view, now = place.writer.view, place.clock.now()
    one = console(view, place.config.devices, {}, "7", now)
    assert one == console(view, place.config.devices, {}, "7", now)
    assert one.here is None and one.queue.count == 0 and one.undo_until is None
