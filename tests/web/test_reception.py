"""Reception at work: numbers given, papers looked at, prints ordered, sheets entered; and who may not."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broker import codec
from broker.messages import DeviceStatus
from server import verify
from server.figures import read_day, sums_of
from server.hall import commands as c
from server.hall.handwritten import FAULTS
from server.hall.tickets import Ticket
from server.people.rights import Role
from server.web.words import TEXTS
from tests.web.place import Place, Staff, csrf_of

LAND, JUSTICE = "environment-land", "justice-records"


@pytest.fixture
def desk(place: Place) -> Staff:
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="ok"))
    return place.log_in("front", Role.RECEPTION)


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page))
    return {"csrf": csrf_of(page), "id": found["id"]}


def fill(desk: Staff, path: str = "/reception/", **more: str) -> dict[str, str]:
    return {**hidden(desk.get(path).text), **more}


def only(place: Place) -> Ticket:
    (ticket,) = place.writer.view.state.tickets.values()
    return ticket


def test_reception_gives_a_number_and_shows_it_large_with_the_way_to_its_phone_page(
    place: Place, desk: Staff
) -> None:
    form = fill(desk, service=LAND, klass="priority", lang="en", kiosk="")
    answer = desk.client.post("/reception/", data=form)
    ticket = only(place)
    assert (answer.status_code, answer.location) == (303, f"/reception/given/{ticket.id}")
    assert (ticket.klass, ticket.lang, ticket.source) == ("priority", "en", "reception")
    page = desk.get(answer.location).text
    assert "B001" in page and "data:image/svg+xml" in page and ticket.token not in page
    assert "B001" in desk.get("/reception/").text  # among those given here
    assert place.orders == []


def test_a_form_sent_twice_gives_one_number_and_one_paper(place: Place, desk: Staff) -> None:
    form = fill(desk, service=LAND, klass="normal", lang="vi", kiosk="kiosk-1")
    one, two = (desk.client.post("/reception/", data=form) for _ in range(2))
    assert one.location == two.location
    assert only(place).number == "B001"
    assert len({order.id for _, order in place.orders}) == 1
    device, order = place.orders[0]
    assert device == "kiosk-1" and order.ticket is not None and order.ticket.number == "B001"


def test_a_number_that_cannot_be_given_says_why_and_keeps_what_was_chosen(place: Place, desk: Staff) -> None:
    form = fill(desk, service=JUSTICE, klass="priority", lang="en", kiosk="")
    place.clock.at = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # noon
    answer = desk.client.post("/reception/", data=form)
    assert answer.status_code == 409 and "Đang nghỉ trưa" in answer.text
    assert f'<option value="{JUSTICE}" selected>' in answer.text
    assert re.search(r'name="klass" value="priority" checked', answer.text)
    assert not place.writer.view.state.tickets


def test_no_number_is_given_for_a_paper_that_cannot_come_out(place: Place, desk: Staff) -> None:
    for kiosk, said in (("nope", "Không có thiết bị này"), ("kiosk-1", "không in được")):
        place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
        form = fill(desk, service=LAND, klass="normal", lang="vi", kiosk=kiosk)
        answer = desk.client.post("/reception/", data=form)
        assert answer.status_code == 409 and said in answer.text
    assert not place.writer.view.state.tickets and not place.orders


@pytest.mark.parametrize(
    ("path", "told", "field"),
    [
        ("/reception/", {"service": "nope", "klass": "normal", "lang": "vi", "kiosk": ""}, "service"),
        ("/reception/", {"service": LAND, "klass": "normal", "lang": "vi", "kiosk": "nope"}, "kiosk"),
        ("/reception/number", {"number": "B777", "do": "raise"}, "number"),
        ("/reception/number", {"number": "B001", "do": "print", "kiosk": "nope"}, "at"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    place: Place, desk: Staff, path: str, told: dict[str, str], field: str
) -> None:
    page = desk.client.post(path, data=fill(desk, **told)).text
    assert re.findall(r'class="wrong" id="([a-z]+)-wrong" role="alert">[^<]+', page) == [field]
    assert re.findall(r'<(?:input|select) id="([a-z]+)"[^>]* aria-invalid="true"', page) == [field]
    assert page.count(" autofocus") == 1
    assert not place.writer.view.state.tickets


def test_papers_looked_at_raise_and_lower_a_number_in_its_line(place: Place, desk: Staff) -> None:
    place.issue(LAND)
    for do, klass, said in (
        ("raise", "priority", "Số B001 là số ưu tiên."),
        ("lower", "normal", "Số B001 là số thường."),
    ):
        answer = desk.client.post("/reception/number", data=fill(desk, number=" b001 ", do=do))
        assert answer.status_code == 303
        assert only(place).klass == klass and only(place).checked
        assert said in desk.get(answer.location).text


def test_a_paper_comes_out_once_more_where_reception_wants_it(place: Place, desk: Staff) -> None:
    place.issue(LAND)
    form = fill(desk, number="B001", do="print", kiosk="")
    assert desk.client.post("/reception/number", data=form).status_code == 303
    assert [device for device, _ in place.orders] == ["kiosk-1"]
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    answer = desk.client.post(
        "/reception/number", data=fill(desk, number="B001", do="print", kiosk="kiosk-1")
    )
    assert answer.status_code == 409 and "không in được" in answer.text
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="ok"))
    answer = desk.client.post(
        "/reception/number", data=fill(desk, number="B777", do="print", kiosk="kiosk-1")
    )
    assert answer.status_code == 409 and "Hôm nay không có số B777." in answer.text


def test_a_number_that_people_gave_is_printed_where_a_kiosk_prints(place: Place, desk: Staff) -> None:
    desk.client.post("/reception/", data=fill(desk, service=LAND, klass="normal", lang="vi", kiosk=""))
    row = {"number": "B0-001", "given": "08:05", "service": land(place)}
    assert enter(desk, sheet(desk, row)).status_code == 303
    for number in ("B001", "B0-001"):
        form = fill(desk, number=number, do="print", kiosk="")
        assert desk.client.post("/reception/number", data=form).status_code == 303
    printed = [(device, order.ticket.number) for device, order in place.orders if order.ticket is not None]
    assert printed == [("kiosk-1", "B001"), ("kiosk-1", "B0-001")]
    for _, order in place.orders:
        assert codec.encode(order)
    place.devices.put("kiosk-1", DeviceStatus(online=False, role="kiosk"))
    answer = desk.client.post("/reception/number", data=fill(desk, number="B001", do="print", kiosk=""))
    assert answer.status_code == 409 and "không in được" in answer.text


@pytest.mark.parametrize("path", ["/reception/", "/reception/number", "/reception/handwritten"])
def test_a_form_of_another_page_changes_nothing(place: Place, desk: Staff, path: str) -> None:
    place.issue(LAND)
    form = fill(desk, service=LAND, klass="normal", lang="vi", number="B001", do="raise", rows="0")
    for wrong in (
        {**form, "csrf": "x"},
        {**form, "id": "../x"},
        {**form, "lang": "fr", "do": "x", "rows": "x"},
    ):
        assert desk.client.post(path, data=wrong).status_code == 400
    cross = {"Origin": "https://evil.example"}
    assert desk.client.post(path, data=form, headers=cross).status_code == 403
    assert only(place).klass == "normal" and not only(place).checked


@pytest.mark.parametrize(
    "path", ["/reception/", "/reception/live", "/reception/handwritten", "/reception/sheets"]
)
def test_who_only_looks_gives_no_numbers(place: Place, path: str) -> None:
    assert place.log_in("look", Role.INSPECTOR).get(path).status_code == 403
    assert place.client().get(path, headers={"Accept": "text/html"}).location.startswith("/login")


def test_a_number_of_yesterday_or_of_nobody_is_not_shown(place: Place, desk: Staff) -> None:
    assert desk.get("/reception/given/nobody").status_code == 404
    assert desk.get("/reception/given/nobody/card").status_code == 404


# --- numbers written by hand ------------------------------------------------------------------------------


def sheet(desk: Staff, *rows: dict[str, str], **more: str) -> dict[str, str]:
    usual = {"number": "", "service": "", "given": "", "fate": "waiting", "at": "", "counter": ""}
    typed = {f"{name}-{n}": value for n, row in enumerate(rows) for name, value in {**usual, **row}.items()}
    return fill(desk, "/reception/handwritten", rows=str(len(rows)), day="2026-11-23", **typed, **more)


def land(place: Place) -> str:
    return f"B – {place.config.site.services[LAND].name.vi}"


def enter(desk: Staff, form: dict[str, str]) -> Any:
    return desk.client.post("/reception/handwritten", data=form)


def wrongs(page: str) -> dict[str, str]:
    """Field -> what is told beside it, of fields that say so to everybody."""
    told = dict(re.findall(r'<p class="wrong" id="([a-z]+-\d+)-wrong">([^<]+)</p>', page))
    for field in told:
        assert f'name="{field}" aria-invalid="true" aria-describedby="{field}-wrong"' in page
    return told


def test_a_sheet_is_entered_whole_and_counts_in_the_figures_of_the_day(
    place: Place, desk: Staff, tmp_path: Path
) -> None:
    place.clock.at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 09:30
    number = place.issue(LAND)["number"]
    form = sheet(
        desk,
        {"number": "B0-2", "service": land(place), "given": "08:20"},
        {
            "number": "b0-003",
            "given": "8h25",
            "klass": "priority",
            "fate": "served",
            "at": "0850",
            "counter": "7",
        },
        {},
        {"number": "B0-004", "given": "830", "fate": "left"},
    )
    answer = enter(desk, form)
    assert answer.status_code == 303, wrongs(answer.text)
    assert "Đã nhập 3 số." in desk.get(answer.location).text
    assert enter(desk, form).status_code == 303  # the same form
    visits, _ = read_day(place.hall.engine, "2026-11-23")
    sums = sums_of(visits)
    assert (sums.issued, sums.served, sums.cancelled, sums.waiting) == (4, 1, 1, 2) and sums.agree
    (served,) = [visit for visit in visits if visit.state == "served"]
    assert served.wait is not None and served.wait.total_seconds() == 25 * 60 and served.counter == "7"
    assert place.at("7", c.CallNext)["number"] == "B0-002"  # came before the one with the printed number
    assert place.at("7", c.CallNext)["number"] == number
    assert verify.run(tmp_path) == 0


def test_the_way_of_a_sheet_is_told_row_by_row_and_nothing_is_entered_before_all_is_right(
    place: Place, desk: Staff
) -> None:
    form = sheet(
        desk,
        {"number": "B0-001", "given": "08:05", "service": land(place)},
        {"number": "B0-1", "given": "25:00", "service": "x"},
        {"number": "B17", "given": "08:10", "fate": "served", "at": "08:01", "counter": "99"},
        {"number": "B0-003", "given": "11:00", "fate": "served", "at": "soon", "counter": "7"},
        {"number": "B0-004", "given": ""},
    )
    answer = enter(desk, form)
    assert answer.status_code == 409 and not place.writer.view.state.tickets
    assert wrongs(answer.text) == {
        "number-0": "Số này ghi hai lần",
        "number-1": "Số này ghi hai lần",
        "service-1": "Chọn một việc trong danh sách",
        "given-1": "Ghi giờ lấy, thí dụ 08:12",
        "number-2": "Số viết tay có dạng A0-001",
        "service-2": "Chọn một việc trong danh sách",
        "at-2": "Sớm hơn giờ lấy số",
        "counter-2": "Ghi số quầy",
        "service-3": "Chọn một việc trong danh sách",
        "given-3": "Giờ chưa đến",
        "at-3": "Giờ có dạng 08:30",
        "service-4": "Chọn một việc trong danh sách",
        "given-4": "Ghi giờ lấy, thí dụ 08:12",
    }
    assert 'value="soon"' in answer.text and 'value="25:00"' in answer.text  # what was typed is kept
    mended = {**form, **{f"number-{n}": "" for n in range(1, 5)}}
    mended |= {f"{name}-{n}": "" for name in ("given", "at", "counter") for n in range(1, 5)}
    assert enter(desk, {**mended, **hidden(answer.text)}).status_code == 303
    assert only(place).number == "B0-001"


def test_what_the_rules_find_is_told_beside_the_field_too(place: Place, desk: Staff) -> None:
    row = {"number": "B0-001", "given": "08:05", "service": land(place)}
    assert enter(desk, sheet(desk, row)).status_code == 303
    again = enter(desk, sheet(desk, row, {"number": "B0-002", "given": "08:06"}))
    assert again.status_code == 409 and wrongs(again.text) == {"number-0": "Số này đã được nhập"}
    assert only(place).number == "B0-001"
    assert set(FAULTS) <= {key.removeprefix("row.") for key in list(TEXTS.keys()) if key.startswith("row.")}


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-01", "yesterday", ""])
def test_a_sheet_of_a_day_that_cannot_be_is_told_so(place: Place, desk: Staff, day: str) -> None:
    row = {"number": "B0-001", "given": "08:05", "service": land(place)}
    answer = enter(desk, {**sheet(desk, row), "day": day})
    assert answer.status_code == 409 and "Ngày từ 16/11/2026 đến 23/11/2026." in answer.text
    assert not place.writer.view.state.tickets


def test_a_sheet_of_friday_is_in_fridays_books(place: Place, desk: Staff, tmp_path: Path) -> None:
    waits = {"number": "B0-001", "given": "16:00", "service": land(place)}
    left = {"number": "B0-001", "given": "16:00", "service": land(place), "fate": "left"}
    answer = enter(desk, {**sheet(desk, waits), "day": "2026-11-20"})
    assert wrongs(answer.text) == {"fate-0": "Ngày đã qua: không ai còn chờ"}
    assert enter(desk, {**sheet(desk, left), "day": "2026-11-20"}).status_code == 303
    assert wrongs(enter(desk, {**sheet(desk, left), "day": "2026-11-20"}).text) == {
        "number-0": "Số này đã được nhập"
    }
    visits, _ = read_day(place.hall.engine, "2026-11-20")
    assert [visit.state for visit in visits] == ["cancelled"]
    assert verify.run(tmp_path) == 0


def test_an_empty_sheet_and_more_rows(place: Place, desk: Staff) -> None:
    assert "Chưa có dòng nào được điền." in enter(desk, sheet(desk, {})).text
    more = enter(desk, sheet(desk, {"number": "x"}, more="more"))
    assert more.status_code == 200 and 'name="number-10"' in more.text and 'value="x"' in more.text


def test_the_numbers_of_a_printed_sheet_are_filled_in(place: Place, desk: Staff) -> None:
    page = desk.get(f"/reception/handwritten?letter=B&from=9&to=11&service={LAND}").text
    assert re.findall(r'name="number-\d+"[^>]* value="([^"]*)"', page) == ["B0-009", "B0-010", "B0-011"]
    assert page.count(f'value="{land(place)}" maxlength') == 3
    for nonsense in ("letter=<b>", "letter=B&from=x", "letter=B&to=99999999", "letter=B&from=9&to=1"):
        assert desk.get(f"/reception/handwritten?{nonsense}").status_code == 200


def test_what_is_typed_on_a_sheet_is_shown_as_text(place: Place, desk: Staff) -> None:
    evil = '"><script>alert(1)</script>'
    page = enter(desk, sheet(desk, {"number": evil, "given": "{{7*7}}", "counter": evil})).text
    assert "<script>alert" not in page and "49" not in re.findall(r'value="([^"]*)"', page)


def test_slips_are_printed_beforehand(place: Place, desk: Staff) -> None:
    page = desk.get("/reception/sheets?letter=B&from=1&to=30").text
    assert page.count("<li>") >= 30 and "B0-001" in page and "B0-030" in page
    assert desk.get("/reception/sheets?letter=%22&from=x&to=y").status_code == 200
    assert "B0-300" not in desk.get("/reception/sheets?letter=B&from=1&to=9999").text


# --- for programs -----------------------------------------------------------------------------------------


def test_programs_do_what_reception_does(place: Place, desk: Staff) -> None:
    place.issue(LAND)
    asked = desk.post("/api/v1/numbers/priority", {"id": "p1", "number": "B001", "klass": "priority"})
    assert asked.get_json() == {"id": "p1", "number": "B001", "state": "waiting"}
    assert desk.post("/api/v1/numbers/note", {"id": "n1", "number": "B001", "note": "x"}).status_code == 200
    assert (only(place).klass, only(place).note) == ("priority", "x")
    paper = desk.post("/api/v1/numbers/reprint", {"id": "r1", "number": "B001"})
    assert paper.get_json()["kiosk"] == "kiosk-1" and len(place.orders) == 1
    row = {"number": "B0-1", "service": LAND, "given_at": "2026-11-23T08:05:00+07:00"}
    rows = [row, {**row, "number": "B0-2", "fate": "left"}]
    told = {"id": "h1", "day": "2026-11-23", "rows": rows}
    for _ in range(2):
        assert desk.post("/api/v1/handwritten", told).get_json()["numbers"] == ["B0-001", "B0-002"]
    refused = desk.post("/api/v1/handwritten", {**told, "id": "h2"})
    assert refused.status_code == 409
    assert refused.get_json()["rows"] == [[0, "number-used"], [1, "number-used"]]


def test_notes_and_reasons_stay_out_of_what_everybody_may_know(
    place: Place, desk: Staff, tmp_path: Path
) -> None:
    place.issue(LAND)
    desk.post("/api/v1/numbers/note", {"id": "n1", "number": "B001", "note": "tai nạn"})
    desk.post("/api/v1/numbers/priority", {"id": "p1", "number": "B001", "klass": "priority"})
    view = place.writer.view
    assert "tai nạn" not in repr(view.board) and "priority" not in repr(view.board)
    phone = place.client().get(f"/t/{only(place).token}").text
    assert "tai nạn" not in phone
    with sqlite3.connect(tmp_path / "hall.db") as db:
        kinds = [
            kind for (kind,) in db.execute("SELECT kind FROM event WHERE ticket IS NOT NULL ORDER BY seq")
        ]
    assert kinds == ["Issued", "Noted", "PriorityChecked"]
