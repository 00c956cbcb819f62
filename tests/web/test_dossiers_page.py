"""The dossiers' page: a table is previewed, then imported; a late list is seen, then approved by a name."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from server.dossiers.bringing import Delivery
from server.dossiers.importing import examine
from server.dossiers.status import Status
from server.hall import commands as c
from server.people.rights import Role
from server.web.dossiers_page import UPLOAD_BYTES
from tests.server.dossiers.tables import resolved, row, table
from tests.web.place import Place, Staff

# The hall's clock shows Monday, 23/11/2026, 08:12.
LATE = resolved(code="H42.13-260901-0001", received="01/09/2026", due="05/10/2026", resolved="06/10/2026")
OVERDUE = row(code="H42.10-261001-0002", authority="Sở Y tế", received="01/10/2026", due="20/10/2026")
OPEN = row(code="H42.10-261101-0003", authority="Sở Y tế", received="02/11/2026", due="30/11/2026")


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.MANAGER)


def send(staff: Staff, path: str, **fields: Any) -> Any:
    """A form, as the page would send it."""
    return staff.client.post(f"/dossiers/{path}", data={"csrf": staff.csrf, **fields})


def upload(staff: Staff, *rows: dict[str, str], **fields: Any) -> Any:
    file = (io.BytesIO(table(*rows).encode()), "export.csv")
    return send(staff, "preview", table=file, **fields)


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]


def take(place: Place, *rows: dict[str, str]) -> None:
    """Import rows as another program would: the page's own way is tried in tests of its own."""
    now = place.clock.now()
    delivery = Delivery(now, "test")
    found = examine(table(*rows).encode(), place.config, place.register, delivery)
    assert found.report.good, found.report
    place.register.bring(found.brought, delivery, now)


def cells(page: Any, authority: str) -> list[str]:
    """The ten figures of a line as they are shown."""
    (line,) = re.findall(rf'<tr data-authority="{authority}">(.*?)</tr>', page.text, re.S)
    return re.findall(r'data-column="[a-z_]+">([^<]*)<', line)


def words(page: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def test_the_page_is_for_managers_and_administrators(place: Place, chief: Staff) -> None:
    officer, it = place.log_in("ha"), place.log_in("it", Role.ADMINISTRATOR)
    assert chief.get("/dossiers/").status_code == it.get("/dossiers/").status_code == 200
    assert officer.get("/dossiers/").status_code == 403
    assert upload(officer, OPEN).status_code == send(officer, "confirm", token="x").status_code == 403
    answer = place.client().get("/dossiers/")
    assert answer.status_code == 302 and answer.location == "/login?next=/dossiers/"
    assert "Chưa nhập hồ sơ nào" in chief.get("/dossiers/").text
    assert 'href="/dossiers/"' in chief.get("/figures/").text


def test_nothing_counts_before_it_is_confirmed(place: Place, chief: Staff) -> None:
    page = upload(chief, LATE, {**OPEN, "Họ và tên": "Trần Thị Bưởi"})
    assert "Đã đọc 2 hồ sơ (UTF-8); 1 cột không dùng, không lưu." in words(page)
    assert "Nếu nhập: 2 mới, 0 thay đổi, 0 như cũ" in words(page)
    assert place.register.stamp() is None
    token = hidden(page, "token")
    answer = send(chief, "confirm", token=token)
    assert (answer.status_code, answer.location) == (303, "/dossiers/?said=done")
    stamp = place.register.stamp()
    assert stamp is not None and (stamp.by, stamp.rows) == ("chief", 2)
    assert "Đã nhập hồ sơ" in chief.get(answer.location).text
    assert "đã được xác nhận" in send(chief, "confirm", token=token).text, "a second press changes nothing"
    assert "Bưởi" not in str(place.register.dossiers())


def test_to_drop_most_of_the_register_wants_a_tick_besides_the_button(place: Place, chief: Staff) -> None:
    send(chief, "confirm", token=hidden(upload(chief, LATE, OVERDUE, OPEN), "token"))
    page = upload(chief, OPEN)
    assert "Hơn một nửa số hồ sơ đang có sẽ bị bỏ" in words(page)
    (box,) = re.findall(r'<input type="checkbox"[^>]*name="token"[^>]*>', page.text)
    assert "required" in box and 'type="hidden" name="token"' not in page.text
    send(chief, "confirm")
    stamp = place.register.stamp()
    assert stamp is not None and stamp.rows == 3
    send(chief, "confirm", token=hidden(page, "token"))
    stamp = place.register.stamp()
    assert stamp is not None and stamp.rows == 1


def test_what_is_refused_is_told_by_line_and_nothing_of_it_is_taken(place: Place, chief: Staff) -> None:
    bad = {**OPEN, "code": "Nguyễn Văn An <script>"}
    page = upload(chief, LATE, bad, {**OVERDUE, "status": "Đang sử lý"})
    assert page.status_code == 200 and place.register.stamp() is None and 'name="token"' not in page.text
    told = words(page)
    assert "Không nhập gì cả" in told and "Bị từ chối: 2 trong 3 dòng." in told
    assert "3 Mã hồ sơ không phải mã hồ sơ; mã đúng có dạng H42.13-261109-0118" in told
    assert "4 Trạng thái" in told and "Gần nhất: Đang xử lý" in told
    assert "Nguyễn Văn An" not in page.text and "<script>alert" not in page.text


def test_a_file_that_is_no_table_is_sent_back_with_advice(chief: Staff) -> None:
    data = "M· hå s¬,C¬ quan\nSë T­ ph¸p,§ang xö lý ®­îc\n".encode("latin-1")
    page = send(chief, "preview", table=(io.BytesIO(data), "x.csv"))
    assert page.status_code == 200 and "TCVN-3" in words(page) and "UniKey" in words(page)


def test_no_file_and_data_of_the_future_are_told(chief: Staff) -> None:
    assert send(chief, "preview").location == "/dossiers/?said=no_file"
    answer = upload(chief, OPEN, as_of="2026-11-24T08:00")
    assert answer.location == "/dossiers/?said=bad_as_of"
    assert "không được sau bây giờ" in chief.get(answer.location).text


def test_a_preview_of_data_from_an_hour_ago_says_so_on_the_page(place: Place, chief: Staff) -> None:
    page = upload(chief, OPEN, as_of="2026-11-22T07:00")
    send(chief, "confirm", token=hidden(page, "token"))
    told = words(chief.get("/dossiers/"))
    assert "Số liệu đến 07:00 22/11/2026" in told and "Số liệu đã cũ: 25 giờ." in told


def test_forms_of_other_pages_are_refused(place: Place, chief: Staff) -> None:
    for path in ("preview", "confirm", "approve", "withdraw"):
        assert chief.client.post(f"/dossiers/{path}", data={"csrf": "x"}).status_code == 400
        strange = {"Sec-Fetch-Site": "cross-site"}
        sent = chief.client.post(f"/dossiers/{path}", data={"csrf": chief.csrf}, headers=strange)
        assert sent.status_code == 403
        assert chief.get(f"/dossiers/{path}").status_code == 405


def test_an_upload_has_a_limit_of_its_own_and_all_else_keeps_the_small_one(chief: Staff) -> None:
    def post(path: str, count: int) -> int:
        body = (
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + chief.csrf.encode() + b"\r\n"
            b'--x\r\nContent-Disposition: form-data; name="table"; filename="x.csv"\r\n\r\n' + b"x" * count
        )
        sent = chief.client.post(
            f"/dossiers/{path}", data=body + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
        )
        return int(sent.status_code)

    assert post("preview", UPLOAD_BYTES) == 413
    assert post("preview", 900_000) == 200
    assert post("confirm", 70_000) == 413


def test_a_blank_line_stays_blank_and_a_zero_is_a_zero(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = chief.get("/dossiers/")
    assert cells(page, "justice") == ["1", "1", "0", "1", "0", "0", "1", "0", "0", "0"]
    assert cells(page, "health") == ["2", "2", "0", "0", "0", "0", "0", "2", "1", "1"]
    assert cells(page, "labour") == [""] * 10
    assert cells(page, "") == ["3", "3", "0", "1", "0", "0", "1", "2", "1", "1"]
    assert "Từ 01/01/2026 đến 23/11/2026" in words(page)


def test_the_form_of_another_period_carries_over(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    october = chief.get("/dossiers/?begins=2026-10-01&ends=2026-10-31")
    assert cells(october, "justice") == ["1", "0", "1", "1", "0", "0", "1", "0", "0", "0"]
    assert cells(october, "health") == ["1", "1", "0", "0", "0", "0", "0", "1", "0", "1"]
    for bad in ("begins=2026-11-02&ends=2026-11-01", "begins=yesterday", "ends=1026-01-01"):
        assert chief.get(f"/dossiers/?{bad}").status_code == 400


def test_a_late_list_is_published_as_it_was_seen_and_by_a_name(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = chief.get("/dossiers/")
    assert "Tư pháp 0 1" in words(page) and "Y tế 1 0" in words(page)
    assert place.register.published() is None and "Chưa công khai danh sách nào" in page.text
    answer = send(chief, "approve", month=hidden(page, "month"), mark=hidden(page, "mark"))
    assert answer.location == "/dossiers/?said=approved&month=2026-10"
    published = place.register.published()
    assert published is not None and published.approved_by == "chief"
    assert [(u.authority.vi, u.overdue, u.resolved_late) for u in published.list.units] == [
        ("Tư pháp", 0, 1),
        ("Y tế", 1, 0),
    ]
    assert "Đang công khai tháng 10/2026: chief duyệt lúc 08:12 23/11/2026." in words(chief.get("/dossiers/"))
    take(place, LATE, OPEN, {**OVERDUE, "status": str(list(Status).index(Status.RETURNED) + 1)})
    assert "Số liệu đã đổi từ khi duyệt" in chief.get("/dossiers/").text
    place.clock.at += timedelta(minutes=5)
    deputy = place.log_in("deputy", Role.ADMINISTRATOR)
    assert send(deputy, "withdraw").location == "/dossiers/?said=withdrawn"
    assert place.register.published() is None
    (kept,) = place.register.publications()
    assert (kept.approved_by, kept.withdrawn_by) == ("chief", "deputy")
    assert "10/2026 chief 08:12 23/11/2026 deputy 08:17 23/11/2026" in words(chief.get("/dossiers/"))


def test_figures_that_nobody_saw_are_not_approved(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    seen = hidden(chief.get("/dossiers/?month=2026-10"), "mark")
    take(place, LATE, OPEN, OVERDUE)
    answer = send(chief, "approve", month="2026-10", mark=seen)
    assert "changed_since" in answer.location and place.register.published() is None
    other = hidden(chief.get("/dossiers/?month=2026-11"), "mark")
    assert "changed_since" in send(chief, "approve", month="2026-10", mark=other).location


def test_only_a_manager_approves(place: Place, chief: Staff) -> None:
    take(place, LATE)
    it = place.log_in("it", Role.ADMINISTRATOR)
    page = it.get("/dossiers/")
    assert "Duyệt công khai" not in page.text
    mark = hidden(chief.get("/dossiers/"), "mark")
    assert send(it, "approve", month="2026-10", mark=mark).status_code == 403
    assert place.register.published() is None


def test_it_speaks_english(place: Place, chief: Staff) -> None:
    take(place, LATE)
    page = words(chief.get("/dossiers/?lang=en"))
    assert "Dossiers received" in page and "Approve for publication 10/2026" in page


def test_neither_a_call_nor_the_page_waits_for_an_import(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    before = cells(chief.get("/dossiers/"), "")
    with place.register.writing() as importing:  # as another process does, for as long as it takes
        importing.exec_driver_sql("DELETE FROM dossier")
        assert place.issue("environment-land")["number"] == "B001"
        assert place.at("7", c.OpenCounter, officer="officer-7") is not None
        assert place.at("7", c.CallNext)["number"] == "B001"
        assert cells(chief.get("/dossiers/?ends=2026-11-22"), "justice") != [""] * 10
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN")
    assert cells(chief.get("/dossiers/"), "") == before
