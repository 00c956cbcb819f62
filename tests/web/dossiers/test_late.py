"""A late list is seen, noted upon, then approved by a name; everybody reads what was approved."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pypdf
from openpyxl import load_workbook

from server.dossiers import publications
from server.dossiers.publications import Publication
from server.dossiers.status import Status
from server.people.rights import Role
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, hidden, send, take, words
from tests.web.place import Place, Staff

RETURNED = str(list(Status).index(Status.RETURNED) + 1)


def history(place: Place) -> list[Publication]:
    with place.register.reading() as db:
        return publications.history(db)


def approve(staff: Staff, period: str = "2026-10", **fields: Any) -> Any:
    page = staff.get(f"/dossiers/late?period={period}")
    return send(staff, "late/approve", period=period, mark=hidden(page, "mark"), **fields)


def test_a_late_list_is_published_as_it_was_seen_and_by_a_name(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = chief.get("/dossiers/late")
    assert "Sở Tư pháp 0 1" in words(page) and "Sở Y tế 1 0" in words(page)
    assert "Sẽ ghi người duyệt: chief." in page.text, "who approves sees the name that all will see"
    assert history(place) == [] and "Chưa công khai danh sách tháng 10/2026." in page.text
    assert "Chưa có danh sách nào được công khai" in place.client().get("/late").text
    assert "Danh sách giải quyết" not in place.client().get("/").text, "nothing is there yet"
    answer = approve(chief)
    assert answer.location == "/dossiers/late?said=approved&period=2026-10"
    (published,) = history(place)
    assert (published.approved_by, published.officers) == ("chief", False)
    assert [(u.authority.vi, u.overdue, u.resolved_late) for u in published.list.units] == [
        ("Y tế", 1, 0),
        ("Tư pháp", 0, 1),
    ]
    assert "chief duyệt lúc 08:12 23/11/2026." in words(chief.get("/dossiers/late"))
    november = words(chief.get("/dossiers/late?period=2026-11"))
    assert "Chưa công khai danh sách tháng 11/2026. Đang công khai: tháng 10/2026 ." in november
    front = place.client().get("/").text
    assert 'href="/late?lang=vi"><strong>Danh sách giải quyết hồ sơ quá hạn' in front, "citizens find it"
    assert "said=approved" in approve(chief).location and history(place) == [published], "no second time"
    assert "đính chính" not in words(place.client().get("/late/2026-10"))
    take(place, LATE, OPEN, {**OVERDUE, "resolved": "19/10/2026", "status": RETURNED})
    assert "Số liệu đã đổi từ khi duyệt" in chief.get("/dossiers/late").text
    assert "Sở Y tế 1 0" in words(place.client().get("/late/2026-10")), "as it was approved"
    approve(chief)
    again, first = history(place)
    assert again.replaces == first.id
    assert f"đính chính danh sách duyệt trước đó (số {first.id})" in words(
        place.client().get("/late/2026-10")
    )
    place.clock.at += timedelta(minutes=5)
    deputy = place.log_in("deputy", Role.ADMINISTRATOR)
    answer = send(deputy, "late/withdraw", publication=str(again.id))
    assert answer.location == "/dossiers/late?said=withdrawn&period=2026-10"
    assert place.client().get("/late/2026-10").status_code == 404
    kept = history(place)[0]
    assert (kept.approved_by, kept.withdrawn_by) == ("chief", "deputy")
    assert "deputy 08:17 23/11/2026" in words(chief.get("/dossiers/late"))


def test_figures_that_nobody_saw_are_not_approved(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    seen = hidden(chief.get("/dossiers/late?period=2026-10"), "mark")
    take(place, LATE, OPEN, OVERDUE)
    answer = send(chief, "late/approve", period="2026-10", mark=seen)
    assert "changed_since" in answer.location and history(place) == []
    other = hidden(chief.get("/dossiers/late?period=2026-11"), "mark")
    assert "changed_since" in send(chief, "late/approve", period="2026-10", mark=other).location
    for period in ("2027-01", "2027", "2026-13", "x"):
        assert send(chief, "late/approve", period=period, mark=seen).status_code == 404


def test_only_a_manager_approves(place: Place, chief: Staff) -> None:
    take(place, LATE)
    it = place.log_in("it", Role.ADMINISTRATOR)
    page = it.get("/dossiers/late")
    assert "Duyệt công khai" not in page.text
    mark = hidden(chief.get("/dossiers/late"), "mark")
    assert send(it, "late/approve", period="2026-10", mark=mark).status_code == 403
    assert history(place) == []


def test_a_note_stays_with_staff_and_one_about_a_person_is_not_kept(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    bad = {"note.justice": "Hỏi bà Đào 0912 345 678"}
    answer = send(chief, "late/notes", period="2026-10", **bad)
    assert answer.status_code == 422 and "không lưu" in answer.text and "0912 345 678" in answer.text
    answer = send(chief, "late/notes", period="2026-10", **{"note.justice": "Chờ Sở Xây dựng trả lời"})
    assert answer.location == "/dossiers/late?said=noted&period=2026-10"
    assert "Chờ Sở Xây dựng trả lời" in chief.get("/dossiers/late").text
    approve(chief, officers="yes")
    assert "Chờ Sở" not in place.client().get("/late/2026-10").text
    assert "Chờ Sở" not in place.client().get("/late/2026-10/motcua-late.csv").text
    assert "Chờ Sở" in chief.get(f"/dossiers/late/export.csv?publication={history(place)[0].id}").text


def test_every_file_has_the_same_table(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    approve(chief, "2026")
    client = place.client()
    files = {kind: client.get(f"/late/2026/motcua-late.{kind}") for kind in ("csv", "xlsx", "docx", "pdf")}
    assert all(answer.status_code == 200 for answer in files.values())
    raw = files["csv"].data
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert "Sở Y tế,,1,0,\r\n" in text and "Sở Tư pháp,,0,1,\r\n" in text and "Tổng số,,1,1,\r\n" in text
    assert "Không phát sinh hồ sơ" in text and "không phải tổng các tháng" in text
    sheet = load_workbook(io.BytesIO(files["xlsx"].data)).worksheets[0]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert ("Sở Y tế", None, 1, 0, None) in [tuple(v or None if v == "" else v for v in row) for row in rows]
    assert "Sở Y tế" in ZipFile(io.BytesIO(files["docx"].data)).read("word/document.xml").decode()
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files["pdf"].data)).pages)
    assert "Sở Y tế" in pdf and "chief duyệt lúc" in pdf
    assert client.get("/late").location == "/late/2026"
    assert client.get("/late/2026/motcua-late.exe").status_code == 404
    assert client.get("/late/2025").status_code == client.get("/late/nonsense").status_code == 404
