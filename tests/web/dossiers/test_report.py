"""The form of a period, as a page."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from server.dossiers.register import Channel
from server.dossiers.reports.behind import PAGE
from server.hall import commands as c
from server.people.rights import Role
from tests.server.dossiers.reports.sheets import TABLE
from tests.server.dossiers.tables import row
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, august, bring, cells, send, take, words
from tests.web.place import Place, Staff


def test_a_blank_line_stays_blank_and_a_zero_is_a_zero(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = chief.get("/dossiers/report")
    assert cells(page, "justice") == ["1", "1", "0", "1", "0", "0", "1", "0", "0", "0"]
    assert cells(page, "health") == ["2", "2", "0", "0", "0", "0", "0", "2", "1", "1"]
    assert cells(page, "labour") == [""] * 10
    assert cells(page, "") == ["3", "3", "0", "1", "0", "0", "1", "2", "1", "1"]
    assert "Từ 01/01/2026 đến 23/11/2026" in words(page)


def test_the_form_of_another_period_carries_over(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    october = chief.get("/dossiers/report?begins=2026-10-01&ends=2026-10-31")
    assert cells(october, "justice") == ["1", "0", "1", "1", "0", "0", "1", "0", "0", "0"]
    assert cells(october, "health") == ["1", "1", "0", "0", "0", "0", "0", "1", "0", "1"]
    other_ways = "begins=2026-W01-1", "begins=20260501"
    for bad in ("begins=2026-11-02&ends=2026-11-01", "begins=yesterday", "ends=1026-01-01", *other_ways):
        assert chief.get(f"/dossiers/report?{bad}").status_code == 400


def test_neither_a_call_nor_the_page_waits_for_an_import(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    before = cells(chief.get("/dossiers/report"), "")
    with place.register.writing() as importing:  # as another process does, for as long as it takes
        importing.exec_driver_sql("DELETE FROM dossier")
        assert place.issue("environment-land")["number"] == "B001"
        assert place.at("7", c.OpenCounter, officer="officer-7") is not None
        assert place.at("7", c.CallNext)["number"] == "B001"
        assert cells(chief.get("/dossiers/report?ends=2026-11-22"), "justice") != [""] * 10
        importing.exec_driver_sql("ROLLBACK")
        importing.exec_driver_sql("BEGIN")
    assert cells(chief.get("/dossiers/report"), "") == before


def lines(page: Any) -> list[list[str]]:
    """The table as it is shown: number, name, ten figures, note."""
    found = []
    (table,) = re.findall(r'<table class="form">(.*?)</table>', page.text, re.S)
    for line in re.findall(r"<tr data-line=.*?</tr>", table, re.S):
        parts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)
        found.append([html.unescape(re.sub(r"<[^>]*>", "", part)).strip() for part in parts])
    return found


@pytest.mark.parametrize("by", ["authority", "officer", "field", "channel"])
def test_every_file_has_the_cells_of_the_page(place: Place, chief: Staff, by: str) -> None:
    take(place, LATE, OPEN, OVERDUE)
    more: dict[str, Any] = {"officer": "An", "field": "Đất đai", "channel": Channel.ONLINE}
    bring(place, august(1, **more), august(2, days=60, reappointed=1, **more))
    query = f"by={by}&of=justice&begins=2026-08-01&ends=2026-11-23"
    page = chief.get(f"/dossiers/report?{query}")
    shown = lines(page)
    assert len(shown[0]) == 13 and shown[-1][1] == "Tổng số"
    if by != "authority":
        assert ["2", "2", "0", "2", "1", "0", "1", "0", "0", "0", "1 hẹn lại"] in [one[2:] for one in shown]

    def file(kind: str) -> bytes:
        answer = chief.get(f"/dossiers/report/export.{kind}?{query}")
        assert answer.status_code == 200 and kind in answer.headers["Content-Disposition"]
        return bytes(answer.data)

    book = openpyxl.load_workbook(io.BytesIO(file("xlsx"))).active
    told = [["" if v is None else str(v) for v in r] for r in book.iter_rows(max_col=13, values_only=True)]
    at = next(n for n, r in enumerate(told) if r[:2] == shown[0][:2])
    assert told[at : at + len(shown)] == shown
    plain = list(csv.reader(io.StringIO(file("csv").decode("utf-8-sig"))))
    at = next(n for n, r in enumerate(plain) if r[:2] == shown[0][:2])
    assert plain[at : at + len(shown)] == shown
    (table,) = Document(io.BytesIO(file("docx"))).tables
    assert [[cell.text for cell in r.cells] for r in table.rows][3:] == shown
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(file("pdf"))).pages).split())
    for line in shown:
        assert " ".join(filter(None, line)) in text
    assert chief.get(f"/dossiers/report/export.exe?{query}").status_code == 404


def test_the_four_identities_are_checked_and_a_failing_one_is_named(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE)
    assert words(chief.get("/dossiers/report")).count("đúng ở mọi dòng") == 4
    take(place, LATE, row(code="H42.10-261001-0009", authority="Sở Y tế", status="Đã xử lý xong"))
    page = words(chief.get("/dossiers/report"))
    assert page.count("đúng ở mọi dòng") == 3
    assert "Đã giải quyết = trước hạn + đúng hạn + quá hạn: không đúng ở Sở Y tế (1 ≠ 0)" in page
    assert "1 chưa rõ ngày có kết quả" in page


def test_rates_say_of_what_they_are(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = words(chief.get("/dossiers/report"))
    assert "Đã giải quyết trên tổng số tiếp nhận: 33,33 % (1 / 3)" in page
    assert "Trước hạn và đúng hạn trên số đã giải quyết: 0,00 % (0 / 1)" in page
    assert "Quá hạn trên số đang giải quyết: 50,00 % (1 / 2)" in page


def test_behind_each_figure_are_as_many_codes_page_by_page(place: Place, chief: Staff) -> None:
    many = [row(code=f"H42.10-2610{n % 28 + 1:02d}-{n:04d}", authority="Sở Y tế") for n in range(PAGE + 7)]
    take(place, LATE, OVERDUE, *many)
    page = chief.get("/dossiers/report")
    ways = re.findall(r'<a href="(/dossiers/report/behind[^"]*)">([^<]*)</a>', page.text)
    assert len(ways) > 8
    for way, n in ways:
        found: list[str] = []
        way = html.unescape(way)
        while way:
            answer = chief.get(way)
            found += re.findall(r'data-code="([^"]*)"', answer.text)
            (way,) = re.findall(r'rel="next" href="([^"]*)"', answer.text) or [""]
            way = html.unescape(way)
        assert len(set(found)) == len(found) == int(n), way
    for wrong in ("column=x", "column=received_new&line=nobody", "column=received_new&begins=x", ""):
        assert chief.get(f"/dossiers/report/behind?{wrong}").status_code == 404


def test_an_inspector_sees_reports_and_a_mistake_stands_beside_its_field(place: Place, chief: Staff) -> None:
    take(place, LATE)
    inspector = place.log_in("thanh-tra", Role.INSPECTOR)
    assert inspector.get("/dossiers/report").status_code == 200
    assert inspector.get("/dossiers/").status_code == 403
    assert place.log_in("ha").get("/dossiers/report").status_code == 403
    page = chief.get("/dossiers/report?begins=2026-13-01&by=x")
    assert page.status_code == 400 and 'value="2026-13-01" aria-invalid="true"' in page.text
    assert "Hãy chọn một cách xếp" in page.text


def test_the_table_of_2019_is_checked_and_a_changed_cell_is_named(place: Place, chief: Staff) -> None:
    good = send(chief, "report/check", pasted=TABLE)
    assert good.status_code == 200 and "Bảng không có lỗi số học." in words(good)
    assert cells(good, "")[:4] == ["35.591", "35.523", "68", "34.985"]
    assert "20 dòng, trong đó 3 dòng trống." in words(good) and "98,30 % (34.985 / 35.591)" in words(good)
    assert "cắt bỏ phần dư: 98,29 %" in words(good), "what others, who cut off, would have"
    file = (io.BytesIO(TABLE.replace("7832,7832,0", "7832,7382,0").encode()), "x.csv")
    bad = words(send(chief, "report/check", table=file))
    assert "Ô cần xem lại: dòng 10 “Sở Tư pháp”, cột “Số hồ sơ tiếp nhận: số mới”." in bad
    assert "Tiếp nhận = số mới + kỳ trước chuyển: không đúng ở Sở Tư pháp (7.832 ≠ 7.382)" in bad
    take(place, LATE, OVERDUE)
    own = chief.get("/dossiers/report/export.xlsx").data
    assert "Bảng không có lỗi" in words(send(chief, "report/check", table=(io.BytesIO(own), "x.xlsx")))
    for wrong in ({}, {"pasted": "a,b"}, {"table": (io.BytesIO(b"PK\x03\x04x"), "x.xlsx")}):
        answer = send(chief, "report/check", **wrong)
        assert answer.status_code == 400 and 'role="alert"' in answer.text
    typed = send(chief, "report/check", pasted="<script>")
    assert "<script>" not in typed.text and "&lt;script&gt;</textarea>" in typed.text
