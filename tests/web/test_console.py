from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.hall.calling import choose
from server.people.rights import Role
from server.store import event_table
from server.web.console_view import console, seats, upcoming
from tests.web.place import Place, Staff, csrf_of

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


# --- changing places --------------------------------------------------------------------------------------


def sit(staff: Staff, counter: str) -> Any:
    return staff.client.post("/console/", data={"csrf": staff.csrf, "counter": counter})


def test_who_sits_down_elsewhere_closes_the_counter_that_he_leaves(place: Place) -> None:
    staff = place.log_in("officer-7")
    sit(staff, "7")
    assert "Quầy 7 sẽ được đóng." in staff.get("/console/?other").text
    assert sit(staff, "6").location == "/console/6"
    state = place.writer.view.state
    assert (state.counter("7").status, state.counter("6").officer) == ("closed", "officer-7")


def test_nobody_leaves_a_counter_where_a_citizen_stands(place: Place) -> None:
    staff = place.log_in("officer-7")
    sit(staff, "7")
    place.issue(LAND)
    staff.press("7", "next")
    answer = sit(staff, "6")
    assert answer.status_code == 409 and "Quầy 7 còn công dân." in answer.text
    state = place.writer.view.state
    assert state.counter("7").status == "open" and state.counter("6").status == "closed"


def test_a_counter_that_was_paused_for_somebody_changes_hands_with_whoever_stands_there(place: Place) -> None:
    one, two = place.log_in("officer-7"), place.log_in("reserve")
    sit(one, "7")
    number = place.issue(LAND)["number"]
    one.press("7", "next")
    assert sit(two, "7").status_code == 409  # while its officer works there
    one.press("7", "pause", reason="handover")
    assert place.writer.view.board.counters[6].status == "paused"  # the wall says no more than that
    assert "Nhận bàn giao" in two.get("/console/").text
    assert sit(two, "7").location == "/console/7"
    page = two.get("/console/7").text
    assert number in page and place.writer.view.state.counter("7").officer == "reserve"
    assert one.press("7", "finish").status_code == 403
    assert two.press("7", "finish").status_code == 200
    assert place.writer.view.state.tickets[place.writer.view.state.by_number[number]].officer == "officer-7"


def test_a_taken_counter_is_no_button_and_a_manager_may_look(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    page = place.log_in("officer-1").get("/console/").text
    assert 'value="7"' not in page and "Quầy 7 – Đặng Thanh Mai" in page and 'href="/console/7"' not in page
    assert 'href="/console/7"' in place.log_in("chief", Role.MANAGER).get("/console/").text


def test_the_choice_says_how_many_wait_for_each_counter(place: Place) -> None:
    place.issue(LAND), place.issue(LAND)
    seen = {seat.counter: seat.waiting for seat in seats(place.writer.view, "nobody")}
    assert seen["7"] == 2 and seen["4"] == 0
    assert "2 người chờ" in place.log_in("reserve").get("/console/").text


# --- what is put down of somebody -------------------------------------------------------------------------


def test_a_note_is_kept_without_parking_and_taken_back(place: Place) -> None:
    staff = place.log_in("officer-7")
    sit(staff, "7")
    number = place.issue(LAND)["number"]
    staff.press("7", "next")
    assert staff.press("7", "note", number=number, note="thiếu bản sao").get_json()["state"] == "called"
    assert "Ghi chú: thiếu bản sao" in staff.get("/console/7/live").text
    assert staff.press("7", "undo").status_code == 200
    assert "thiếu bản sao" not in staff.get("/console/7/live").text
    assert staff.press("7", "note", note="x" * 201).status_code == 400


def test_a_priority_is_confirmed_or_lowered_at_the_counter(place: Place) -> None:
    staff = place.log_in("officer-7")
    sit(staff, "7")
    number = place.issue(LAND, "priority")["number"]
    staff.press("7", "next")
    assert "Xem giấy tờ" in staff.get("/console/7/live").text
    assert staff.press("7", "priority", klass="priority").get_json()["number"] == number
    assert "Ưu tiên, đã xem giấy tờ" in staff.get("/console/7/live").text
    assert staff.press("7", "priority", klass="normal", number=number).status_code == 200
    assert "Xét ưu tiên" in staff.get("/console/7/live").text
    with place.store.engine.connect() as db:
        rows = db.execute(event_table.select().where(event_table.c.kind == "PriorityChecked")).all()
    assert [row.by for row in rows] == ["officer:officer-7"] * 2
    assert staff.press("7", "priority", klass="vip").status_code == 400


def test_a_number_is_cancelled_with_a_reason_and_taken_back(place: Place) -> None:
    staff = place.log_in("officer-7")
    sit(staff, "7")
    number = place.issue(LAND)["number"]
    assert staff.press("7", "cancel", number=number, reason="").status_code == 400
    assert staff.press("7", "cancel", number=number, reason="lấy trùng số").get_json()["state"] == "cancelled"
    assert staff.press("7", "undo").status_code == 200
    assert place.at("7", c.CallNext)["number"] == number


def test_somebody_sent_to_another_counter_for_another_service_is_marked_there(place: Place) -> None:
    staff, other = place.log_in("officer-7"), place.log_in("officer-6")
    sit(staff, "7"), sit(other, "6")
    number = place.issue(LAND)["number"]
    staff.press("7", "next")
    wrong = staff.press("7", "transfer", to_counter="6", to_service="justice-records")
    assert wrong.status_code == 409 and wrong.get_json()["code"] == "not-served-here"
    sent = staff.press("7", "transfer", to_counter="6", to_service="environment-permits", note="bản gốc")
    assert sent.get_json()["state"] == "waiting"
    page = other.get("/console/6/live").text
    assert number in page and "chuyển đến" in page
    other.press("6", "next")
    assert "Ghi chú: bản gốc" in other.get("/console/6/live").text


# --- a page that is behind --------------------------------------------------------------------------------


def test_a_press_of_a_page_that_is_behind_touches_nobody_else(place: Place) -> None:
    """Another tab has called the next one: "absent" was meant of the one before."""
    staff = place.log_in("officer-7")
    sit(staff, "7")
    first, second = place.issue(LAND)["number"], place.issue(LAND)["number"]
    staff.press("7", "next"), staff.press("7", "start")
    assert f'data-here="{first}"' in staff.get("/console/7/live").text
    place.tick[0] += 5
    staff.press("7", "next")
    for verb, more in (
        ("no-show", {}),
        ("recall", {}),
        ("start", {}),
        ("finish", {}),
        ("park", {}),
        ("transfer", {"to_counter": "6"}),
    ):
        answer = staff.press("7", verb, here=first, **more)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "moved-on"), verb
        assert f"Tại quầy nay là số {second}." in answer.get_json()["title"]
    state = place.writer.view.state
    assert state.tickets[state.by_number[second]].state.value == "called"
    assert staff.press("7", "no-show", here=second).status_code == 200


def test_the_next_is_called_only_by_who_sees_whom_that_finishes(place: Place) -> None:
    """A laptop wakes up on a page of a while ago: its F2 would have ended a visit that just began."""
    staff = place.log_in("officer-7")
    sit(staff, "7")
    first, second, third = (place.issue(LAND)["number"] for _ in range(3))
    staff.press("7", "next", here="")
    place.tick[0] += 5
    for verb, more in (("next", {}), ("call", {"number": second})):
        for behind in ("", third):
            answer = staff.press("7", verb, here=behind, **more)
            assert (answer.status_code, answer.get_json()["code"]) == (409, "moved-on"), (verb, behind)
    assert staff.press("7", "next", here=first).get_json()["number"] == second
    again = staff.press("7", "next", here=second).get_json()  # a second tab, which shows it already
    assert (again["number"], again["repeats"]) == (second, True)
    place.tick[0] += 5
    assert staff.press("7", "next", here=second.lower()).get_json()["number"] == third
    staff.press("7", "no-show", here=third)
    place.issue(LAND)
    assert staff.press("7", "next", here=third).status_code == 200  # nobody stands there whom it could end


# --- who sees what was written ----------------------------------------------------------------------------


def test_a_note_is_seen_by_who_works_there_and_by_no_colleague(place: Place) -> None:
    own, other = place.log_in("officer-7"), place.log_in("officer-6")
    chief, front = place.log_in("chief", Role.MANAGER), place.log_in("front", Role.RECEPTION)
    sit(own, "7"), sit(other, "6")
    place.issue(LAND)
    own.press("7", "next"), own.press("7", "note", note="thiếu bản sao")
    for reader, path, seen in (
        (own, "/console/7/live", True),
        (chief, "/console/7/live", True),
        (other, "/console/7/live", False),
        (own, "/api/v1/counters/7", True),
        (chief, "/api/v1/counters/7", True),
        (other, "/api/v1/counters/7", False),
        (front, "/api/v1/counters/7", False),
    ):
        assert ("thiếu bản sao" in reader.get(path).text) is seen, path
    assert other.get("/console/7/live").location == "/console/"  # the script goes there with the page
    assert other.get("/console/99/live").status_code == 404
