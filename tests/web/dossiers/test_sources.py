"""The sources' room: a mapping made from a sample that nobody else sees, used at the next import."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.provision import provision
from server.device_keys import DeviceKeys, Way
from server.dossiers import sources as kept
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.folders import DONE, FOLDER, make
from server.dossiers.mapping import Mapping, Source
from server.dossiers.register import Channel
from server.dossiers.status import Status
from server.people.audit import Wanted
from server.people.rights import Role
from tests.server.dossiers.books import book
from tests.web.dossiers.rooms import august, desk_of, hidden, send, words
from tests.web.place import Place, Staff

HEAD = (
    "Số hồ sơ",
    "Đơn vị",
    "TTHC",
    "Tình trạng",
    "Tiếp nhận",
    "Hẹn trả",
    "Nguồn hồ sơ",
    "Phí",
    "Chuyên viên",
    "Người nộp",
    "Số điện thoại",
)
ROWS = [
    (
        f"H42.13-261109-{n:04d}",
        "Sở Tư pháp",
        "Lý lịch tư pháp",
        "Chờ thẩm định" if n else "Đã tiếp nhận",
        "09/11/2026",
        "30/11/2026",
        "Cổng tỉnh",
        "200.000",
        "Nguyễn Thị Hạnh",
        "Trần Thị Bưởi",
        "0912345678",
    )
    for n in range(12)
]
FORM = {
    "name": "Cổng tỉnh",
    "id": "portal",
    "column-code": "Số hồ sơ",
    "column-authority": "Đơn vị",
    "column-procedure": "TTHC",
    "column-status": "Tình trạng",
    "column-received": "Tiếp nhận",
    "column-due": "Hẹn trả",
    "column-channel": "Nguồn hồ sơ",
    "column-fee": "Phí",
    "column-officer": "Chuyên viên",
    "statuses": "Chờ thẩm định = 4",
    "channels": "Cổng tỉnh = 2",
    "dates": "dmy",
    "numbers": "vi",
    "header_row": "0",
    "keep_days": "30",
    "whole": "yes",
}


def upload(staff: Staff, path: str, **fields: Any) -> Any:
    return send(staff, path, table=(io.BytesIO(book(ROWS, HEAD)), "mẫu.xlsx"), **fields)


def people_tags(page: Any) -> list[str]:
    """The tick for people and the fields of their columns, as the page has them."""
    return re.findall(r'<(?:select|input) id="(?:persons|column-person_[a-z]+)"[^>]*>', page.text)


def source(place: Place, id: str = "portal") -> Source:
    with place.register.reading() as db:
        return kept.find(db, id)


def test_a_sample_is_shown_masked_and_proposes_its_columns(place: Place, chief: Staff) -> None:
    seen = upload(chief, "sources/sample")
    assert seen.status_code == 200
    for text in ("Bưởi", "0912", "Hạnh", "Trần"):
        assert text not in seen.text, "what may be about a person is masked"
    told = words(seen)
    assert "Sở Tư pháp" in told and "T••• T•• B•••" in told
    assert seen.text.count("<tbody>") == 1 and seen.text.count("<tr><td>") == 10
    for field, column in (
        ("column-code", "Số hồ sơ"),
        ("column-status", "Tình trạng"),
        ("column-fee", "Phí"),
    ):
        part = seen.text.partition(f'name="{field}"')[2].partition("</select>")[0]
        assert f"<option selected>{column}</option>" in part, field
    part = seen.text.partition('name="column-person_name"')[2].partition("</select>")[0]
    assert "selected" not in part, "people only when somebody says so"
    assert "Chờ thẩm định = " in seen.text
    assert desk_of(place).sources() == [] and place.register.stamp() is None


def test_a_source_is_saved_used_changed_and_deleted(place: Place, chief: Staff, tmp_path: Path) -> None:
    assert send(chief, "sources/save", **FORM).status_code == 303
    mapping = source(place).mapping
    assert mapping.statuses == {"Chờ thẩm định": Status.PROCESSING}
    assert mapping.channels == {"Cổng tỉnh": Channel.ONLINE} and mapping.whole and not mapping.persons
    seen = upload(chief, "import/preview", source="portal")
    assert send(chief, "import/confirm", token=hidden(seen, "token")).status_code == 303
    dossiers = place.register.dossiers()
    assert len(dossiers) == 12 and {d.fee for d in dossiers} == {200_000}
    assert {d.officer for d in dossiers} == {"Nguyễn Thị Hạnh"} and {d.channel for d in dossiers} == {
        Channel.ONLINE
    }
    found = place.register.find("H42.13-261109-0001")
    assert found is not None and found.source == "portal"
    assert "Cổng tỉnh" in chief.get("/dossiers/import").text
    assert send(chief, "sources/portal/save", **{**FORM, "numbers": ""}).status_code == 303
    refused = upload(chief, "import/preview", source="portal")
    assert "12" in words(refused) and "Phí" in words(refused)
    (link,) = {
        part.partition('"')[0] for part in refused.text.split('href="')[1:] if "/refused/" in part[:60]
    }
    table = chief.get(link)
    assert table.mimetype == "text/csv" and len(table.text.splitlines()) == 13, "no line says more"
    assert chief.get("/dossiers/import/refused/nothing.csv").status_code == 404
    assert f"{tmp_path.resolve() / FOLDER / 'portal'}/" in chief.get("/dossiers/sources/portal").text
    page = words(chief.get("/dossiers/sources"))
    assert "Cổng tỉnh" in page and "12" in page and "không thuộc nguồn nào" not in page
    for id in ("portal", "former"):
        (make(tmp_path / FOLDER, id) / DONE / "a.csv").write_text("Trần Thị Bưởi", "utf-8")
    assert "inbox/portal/ còn 1 tệp" in words(chief.get("/dossiers/sources/portal"))
    assert "Thư mục inbox/former/ không thuộc nguồn nào, còn 1 tệp" in words(chief.get("/dossiers/sources"))
    assert send(chief, "sources/portal/delete").status_code == 303
    assert desk_of(place).sources() == [] and len(place.register.dossiers()) == 12
    assert not (tmp_path / FOLDER / "portal").exists(), "files may hold people"
    told = [e.what for e in place.audit.entries(Wanted(what="dossiers"), 9) if "source" in e.what]
    assert told == ["dossiers.source-deleted", "dossiers.source-saved", "dossiers.source-saved"]


def test_rows_of_another_source_are_refused_until_they_are_taken_over(place: Place, chief: Staff) -> None:
    send(chief, "sources/save", **FORM)
    desk_of(place).save(Source("old", "Hệ thống cũ", Mapping(whole=False)), "chief", place.clock.now())
    now, codes = place.clock.now(), [ROWS[3][0], ROWS[5][0]]
    owned = [Brought(august(n, code=code)) for n, code in enumerate(codes)]
    place.register.bring(owned, Delivery(now, "x", "old", whole=False), now)
    seen = upload(chief, "import/preview", source="portal")
    assert "Bị từ chối: 2 trong 12 dòng." in words(seen) and 'name="token"' not in seen.text
    assert "5 Số hồ sơ hồ sơ này của nguồn «Hệ thống cũ»" in words(seen)
    page = chief.get("/dossiers/sources/portal")
    assert '<option value="old">Hệ thống cũ: 2 hồ sơ</option>' in page.text
    assert send(chief, "sources/portal/take", of="nobody").status_code == 400
    assert send(chief, "sources/portal/take", of="portal").status_code == 400
    answer = send(chief, "sources/portal/take", of="old")
    assert answer.location == "/dossiers/sources/portal?done=taken"
    assert "Đã chuyển hồ sơ" in words(chief.get(answer.location))
    seen = upload(chief, "import/preview", source="portal")
    assert "Nếu nhập: 10 mới, 2 thay đổi" in words(seen)
    told = place.audit.entries(Wanted(what="dossiers.taken-over"), 9)
    assert [entry.about for entry in told] == [{"source": "portal", "of": "old", "dossiers": 2}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "Cổng"}, "id"),
        ({"id": "taken"}, "id"),
        ({"name": " "}, "name"),
        ({"column-code": ""}, "column-code"),
        ({"column-due": ""}, "column-due"),
        ({"column-fee": "Số hồ sơ"}, "column-fee"),
        ({"statuses": "Chờ thẩm định = lâu"}, "statuses"),
        ({"channels": "bồ câu"}, "channels"),
        ({"header_row": "một"}, "header_row"),
        ({"numbers": "roman"}, "numbers"),
        ({"coding": "tcvn3"}, "coding"),
        ({"keep_days": "0"}, "keep_days"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    place: Place, chief: Staff, change: dict[str, str], field: str
) -> None:
    desk_of(place).save(Source("taken", "Khác", Mapping()), "chief", place.clock.now())
    answer = send(chief, "sources/save", **{**FORM, **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text and 'value="Người nộp"' not in answer.text
    assert "Chuyên viên" in answer.text
    assert [s.id for s in desk_of(place).sources()] == ["taken"]


def test_who_may_not_see_people_lets_nobody_keep_them(place: Place) -> None:
    persons = {**FORM, "persons": "yes", "column-person_name": "Người nộp"}
    boss = place.log_in("boss", Role.MANAGER)
    admin = place.log_in("root", Role.ADMINISTRATOR)
    may, may_not = (boss, admin)
    page = upload(may_not, "sources/sample")
    assert "Chỉ người được xem người nộp mới đánh dấu được" in page.text
    assert all(" disabled" in tag for tag in people_tags(page)), "nobody fills what is not kept"
    assert not any(" disabled" in tag for tag in people_tags(upload(may, "sources/sample")))
    assert send(may_not, "sources/save", **persons).status_code == 403
    assert desk_of(place).sources() == []
    assert send(may, "sources/save", **persons).status_code == 303
    assert source(place).mapping.persons
    assert send(may_not, "sources/portal/save", **{**FORM, "name": "Cổng mới"}).status_code == 303
    mapping = source(place).mapping
    assert mapping.persons and mapping.columns["person_name"] == "Người nộp", "what others set stays"
    assert 'value="Người nộp"' in may_not.get("/dossiers/sources/portal").text
    assert send(may_not, "sources/portal/save", **{**persons, "name": "Khác"}).status_code == 303
    assert send(may, "sources/portal/save", **FORM).status_code == 303
    assert "person_name" not in source(place).mapping.columns


def test_the_tick_for_people_and_their_columns_go_together(place: Place, chief: Staff) -> None:
    name = {"column-person_name": "Người nộp"}
    answer = send(chief, "sources/save", **FORM, **name)
    assert answer.status_code == 422 and 'href="#persons"' in answer.text
    assert 'value="Người nộp"' in answer.text and desk_of(place).sources() == []
    assert send(chief, "sources/save", **FORM, persons="yes").status_code == 303
    assert "Chưa chọn cột nào bên dưới" in chief.get("/dossiers/sources/portal").text
    send(chief, "sources/portal/save", **FORM, **name, persons="yes")
    assert "Chưa chọn cột nào" not in chief.get("/dossiers/sources/portal").text
    assert send(chief, "sources/portal/save", **FORM, **name).status_code == 303, "no more are kept"
    assert "person_name" not in source(place).mapping.columns


def test_who_is_kept_goes_when_a_source_keeps_nobody_any_more(
    place: Place, chief: Staff, tmp_path: Path
) -> None:
    """Also from a preview that waits for its yes; the page says of how many before."""
    keeps = {**FORM, "persons": "yes", "column-person_name": "Người nộp"}

    def people() -> int:
        return desk_of(place).people("portal")

    send(chief, "sources/save", **keeps)
    seen = upload(chief, "import/preview", source="portal")
    send(chief, "import/confirm", token=hidden(seen, "token"))
    assert people() == 12
    page = words(chief.get("/dossiers/sources/portal"))
    assert "Đang lưu người nộp của 12 hồ sơ" in page and "của 12 hồ sơ cũng bị xóa" in page
    waits = hidden(upload(chief, "import/preview", source="portal"), "token")
    assert send(chief, "sources/portal/save", **FORM).status_code == 303
    assert people() == 0 and len(place.register.dossiers()) == 12
    send(chief, "import/confirm", token=waits)
    assert people() == 0, "a preview of before counts no more"
    send(chief, "sources/portal/save", **keeps)
    send(chief, "import/confirm", token=hidden(upload(chief, "import/preview", source="portal"), "token"))
    assert people() == 12
    desk_of(place).save(Source("other", "Khác", Mapping(whole=False)), "chief", place.clock.now())
    taking = words(chief.get("/dossiers/sources/other"))
    assert "người nộp của 12 hồ sơ cũng bị xóa" in taking, "whoever takes over is told as well"
    send(chief, "sources/portal/delete")
    assert people() == 0 and len(place.register.dossiers()) == 12
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("dossiers.db*"))
    assert "Trần Thị Bưởi".encode() not in raw and b"H42.13-261109-0001" in raw


def test_the_same_sample_is_shown_again_with_the_columns_that_were_chosen(place: Place, chief: Staff) -> None:
    typed = {**FORM, "id": "", "channels": "", "column-officer": "", "head": list(HEAD), "again": "yes"}
    seen = upload(chief, "sources/sample", **typed)
    assert seen.status_code == 200 and "<tr><td>" in seen.text
    assert "Cổng tỉnh = " in seen.text and "Có 1 cách viết cách nộp" in words(seen)
    assert seen.text.count("Chờ thẩm định = ") == 2, "the hint, and what was typed: it is not asked again"
    part = seen.text.partition('name="column-officer"')[2].partition("</select>")[0]
    assert "selected" not in part, "nothing is proposed any more"
    blank = send(chief, "sources/sample", **{**typed, "column-status": ""})
    assert blank.status_code == 422 and 'id="table">Hãy chọn một tệp' in blank.text
    assert "Chưa rõ cột: Trạng thái" in words(blank) and "<option selected>Phí</option>" in blank.text
    assert desk_of(place).sources() == []


def test_a_line_that_says_nothing_is_named_with_the_nearest_meaning(chief: Staff) -> None:
    lines = "Chờ thẩm định = 4\nBước 2 =\nChờ LĐ ký = Đang xử lí\nchờ thẩm định = 5\nxong"
    answer = words(send(chief, "sources/save", **{**FORM, "statuses": lines, "channels": "BC = Bưu chin"}))
    assert (
        "Dòng 2: ghi ý nghĩa của «Bước 2» sau dấu =. "
        "Dòng 3: không có «Đang xử lí». Gần nhất: «Đang xử lý». "
        "Dòng 4: «chờ thẩm định» đã ghi ý nghĩa khác ở trên. Dòng 5: thiếu dấu =."
    ) in answer
    assert "Dòng 1: không có «Bưu chin». Gần nhất: «Bưu chính»." in answer
    assert "Mới đăng ký Được tiếp nhận Không được tiếp nhận Đang xử lý" in answer, "the ten, in order"


def test_a_password_for_mqtt_is_shown_once_and_taken_back(place: Place, chief: Staff, tmp_path: Path) -> None:
    site = place.config.site.id
    provision(tmp_path / "broker", site, [])
    keys = DeviceKeys(site, "k" * 43, Way(tmp_path / "broker", "mqtt://127.0.0.1:1883"))
    place.hall = place.app.extensions["hall"] = replace(place.hall, keys=keys)
    desk_of(place).save(Source("portal", "Cổng", Mapping()), "chief", place.clock.now())
    assert send(chief, "sources/portal/key").status_code == 403, "a manager gives nobody a way to the broker"
    admin = place.log_in("root", Role.ADMINISTRATOR)
    shown = send(admin, "sources/portal/key")
    password = (tmp_path / "broker" / "credentials" / f"{site}_source_portal").read_text().strip()
    assert password in shown.text and f"motcua/v1/{site}/source/portal/dossiers" in shown.text
    assert password not in admin.get("/dossiers/sources/portal").text and "portal" in keys.sources()
    assert send(admin, "sources/portal/shut").status_code == 303
    assert keys.sources() == {}
    send(admin, "sources/portal/key")
    assert send(admin, "sources/portal/delete").status_code == 303
    assert keys.sources() == {}, "who is no source any more has no password"
    told = [e.what for e in place.audit.entries(Wanted(what="dossiers"), 9)]
    assert told.count("dossiers.source-enrolled") == 2 and told.count("dossiers.source-shut") == 1
