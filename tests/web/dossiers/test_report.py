"""The form of a period, as a page."""

from __future__ import annotations

from server.hall import commands as c
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, cells, take, words
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
    for bad in ("begins=2026-11-02&ends=2026-11-01", "begins=yesterday", "ends=1026-01-01"):
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
