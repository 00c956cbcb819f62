"""A table is previewed, then imported."""

from __future__ import annotations

import csv
import io
import re

from server.dossiers.mapping import Mapping, Source
from server.dossiers.reading import MOST_REFUSED
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.web.dossiers.imports import UPLOAD_BYTES
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, bring, desk_of, hidden, send, take, upload, words
from tests.web.place import Place, Staff


def test_nothing_counts_before_it_is_confirmed(place: Place, chief: Staff) -> None:
    page = upload(chief, LATE, {**OPEN, "Họ và tên": "Trần Thị Bưởi"})
    assert "Đã đọc 2 hồ sơ (UTF-8); 1 cột không dùng, không lưu." in words(page)
    assert "Nếu nhập: 2 mới, 0 thay đổi, 0 như cũ" in words(page)
    assert place.register.stamp() is None
    token = hidden(page, "token")
    answer = send(chief, "import/confirm", token=token)
    assert (answer.status_code, answer.location) == (303, "/dossiers/import?said=done")
    stamp = place.register.stamp()
    assert stamp is not None and (stamp.by, stamp.rows) == ("chief", 2)
    done = chief.get(answer.location)
    assert "Đã nhập hồ sơ; màn hình đổi trong vài giây. 2 mới, 0 thay đổi, 0 như cũ" in words(done)
    assert '<a href="/dossiers/">Xem hồ sơ</a>' in done.text
    assert "đã được xác nhận" in send(chief, "import/confirm", token=token).text, (
        "a second press changes nothing"
    )
    assert "Bưởi" not in str(place.register.dossiers())


def test_to_drop_most_of_the_register_wants_a_tick_besides_the_button(place: Place, chief: Staff) -> None:
    send(chief, "import/confirm", token=hidden(upload(chief, LATE, OVERDUE, OPEN), "token"))
    page = upload(chief, OPEN)
    assert "Hơn một nửa số hồ sơ đang có sẽ bị bỏ" in words(page)
    (box,) = re.findall(r'<input type="checkbox"[^>]*name="token"[^>]*>', page.text)
    assert "required" in box and 'type="hidden" name="token"' not in page.text
    send(chief, "import/confirm")
    stamp = place.register.stamp()
    assert stamp is not None and stamp.rows == 3
    send(chief, "import/confirm", token=hidden(page, "token"))
    stamp = place.register.stamp()
    assert stamp is not None and stamp.rows == 1


def test_a_preview_names_what_is_new_changed_and_gone_by_code_alone(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    many = [{**OPEN, "code": f"H42.10-261102-{n:04d}"} for n in range(60)]
    page = upload(chief, LATE, {**OPEN, "due": "01/12/2026"}, *many)
    lists = re.findall(r'<details class="codes" id="([a-z]+)">(.*?)</details>', page.text, re.S)
    named = {name: re.findall(r"H42[0-9.-]+(?=<)", text) for name, text in lists}
    assert named["changed"] == [OPEN["code"]] and named["gone"] == [OVERDUE["code"]]
    assert named["new"] == [row["code"] for row in many[:50]] and "… và 10 hồ sơ nữa" in words(page)
    assert f'<a href="/dossiers/{OVERDUE["code"]}">' in page.text


def test_who_forgot_the_source_of_a_file_is_led_to_it(place: Place, chief: Staff) -> None:
    columns = {"code": "Số", "status": "Tình hình", "received": "Nhận", "due": "Hạn", "procedure": "Việc"}
    mapping = Mapping({**columns, "fee": "Phí"}, statuses={"Đang thẩm định": Status.PROCESSING})
    desk_of(place).save(Source("portal", "Cổng tỉnh", mapping), "chief", place.clock.now())
    cells = {"Số": OPEN["code"], "Tình hình": "Đang tham dinhh", "Nhận": "02/11/2026", "Hạn": "30/11/2026"}
    row = {**cells, "Việc": "Lý lịch tư pháp", "Phí": "35.591"}
    page = upload(chief, row)
    assert "Tệp của hệ thống khác: chọn nguồn khi nhập, hoặc khai nguồn một lần." in words(page)
    assert 'href="/dossiers/sources">Chọn hoặc khai nguồn' in page.text
    page = upload(chief, row, source="portal")
    assert "Gần nhất: Đang thẩm định" in words(page), "as the source itself writes it"
    assert 'href="/dossiers/sources/portal">Mở nguồn «Cổng tỉnh»' in page.text
    assert 'href="/dossiers/import?source=portal#upload"' in page.text
    assert '<option value="portal" selected>' in chief.get("/dossiers/import?source=portal").text


def test_what_is_refused_is_told_by_line_and_nothing_of_it_is_taken(place: Place, chief: Staff) -> None:
    bad = {**OPEN, "code": "Nguyễn Văn An <script>"}
    page = upload(chief, LATE, bad, {**OVERDUE, "status": "Đang sử lý"})
    assert page.status_code == 200 and place.register.stamp() is None and 'name="token"' not in page.text
    told = words(page)
    assert "Không nhập gì cả" in told and "Bị từ chối: 2 trong 3 dòng." in told
    assert "3 Mã hồ sơ không phải mã hồ sơ; mã đúng có dạng H42.13-261109-0118" in told
    assert "4 Trạng thái" in told and "Gần nhất: Đang xử lý" in told
    assert "Nguyễn Văn An" not in page.text and "<script>alert" not in page.text


def test_of_a_table_that_is_refused_without_end_the_page_says_at_least(chief: Staff) -> None:
    page = upload(chief, *({**OPEN, "code": f"bad {n}"} for n in range(MOST_REFUSED + 1)))
    assert "Bị từ chối: ít nhất 5.000 dòng; phần còn lại của tệp chưa đọc." in words(page)
    assert 'name="token"' not in page.text
    (link,) = re.findall(r'href="([^"]*/refused/[^"]*)"', page.text)
    table = list(csv.reader(io.StringIO(chief.get(link).data.decode("utf-8-sig"))))
    assert len(table) == 1 + MOST_REFUSED + 1 and table[-1] == [
        "", "", "Sau 5.000 dòng bị từ chối, phần còn lại của tệp chưa đọc: có thể còn dòng bị từ chối."
    ]  # fmt: skip
    program = chief.client.get(f"/api/v1/dossiers/import/refused?token={link.split('/')[-1][:-4]}")
    assert program.get_json()["stopped"] and len(program.get_json()["rows"]) == MOST_REFUSED


def test_a_file_that_is_no_table_is_sent_back_with_advice(chief: Staff) -> None:
    data = "M· hå s¬,C¬ quan\nSë T­ ph¸p,§ang xö lý ®­îc\n".encode("latin-1")
    page = send(chief, "import/preview", table=(io.BytesIO(data), "x.csv"))
    assert page.status_code == 200 and "TCVN-3" in words(page) and "UniKey" in words(page)


def test_no_file_and_data_of_the_future_are_told(chief: Staff) -> None:
    assert send(chief, "import/preview").location == "/dossiers/import?said=no_file"
    answer = upload(chief, OPEN, as_of="2026-11-24T08:00")
    assert answer.location == "/dossiers/import?said=bad_as_of"
    assert "không được sau bây giờ" in chief.get(answer.location).text


def test_a_preview_of_data_from_an_hour_ago_says_so_on_the_page(place: Place, chief: Staff) -> None:
    page = upload(chief, OPEN, as_of="2026-11-22T07:00")
    send(chief, "import/confirm", token=hidden(page, "token"))
    told = words(chief.get("/dossiers/"))
    assert "Số liệu đến 07:00 22/11/2026" in told and "Số liệu đã cũ: 25 giờ." in told


def test_a_source_that_sends_often_hides_no_old_one(place: Place, chief: Staff) -> None:
    page = upload(chief, OPEN, as_of="2026-11-22T07:00")
    send(chief, "import/confirm", token=hidden(page, "token"))
    bring(place, Dossier("H42.10-261101-0009", "health", "x", Status.PROCESSING, place.clock.now()))
    for room in ("", "report"):
        told = words(chief.get(f"/dossiers/{room}"))
        assert "Số liệu đến 07:00 22/11/2026 Số liệu đã cũ: 25 giờ." in told, room
        assert "Không theo nguồn nào: đến 07:00 22/11/2026 more: đến 08:12 23/11/2026" in told, room


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

    assert post("import/preview", UPLOAD_BYTES) == 413
    assert post("import/preview", 900_000) == 200
    assert post("import/confirm", 70_000) == 413
