"""Rows: what is taken, and how each thing that is wrong is told; nothing is taken half."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest
from hypothesis import given, strategies as st

from server.dossiers import dates, numbers, reading, tables
from server.dossiers.cells import CellReader
from server.dossiers.dates import NoDate, read_instant
from server.dossiers.decoding import FileRefused
from server.dossiers.fields import KINDS
from server.dossiers.importing import RefusedRow, Report
from server.dossiers.mapping import Mapping
from server.dossiers.reading import RowReader, Wrong, Wrongs
from server.dossiers.rows import row_of
from server.dossiers.status import Status
from server.dossiers.telling import lines, problem_text, reason_text
from server.dossiers.workbook import Cell
from tests.server.dossiers.tables import GOOD, RULES, ZONE, read, refusal, resolved, row, table

STRANGE = "H99.99-261109-0118"  # of no agency of the hall
DONE = {"status": "10", "resolved": "20/11/2026"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_a_row_becomes_a_dossier() -> None:
    (dossier,) = read(table(resolved(returned="21/11/2026", counter="Quầy 4"))).dossiers
    assert dossier.code == "000.00.13.H42-261109-0118" and dossier.authority == "justice"
    assert dossier.procedure == "Cấp phiếu lý lịch tư pháp" and dossier.counter == "4"
    assert dossier.status is Status.RESOLVED and dossier.received == at("2026-11-09 08:05")
    assert dossier.due == at("2026-11-30 23:59:59"), "a due day without an hour ends with the day"
    assert (dossier.resolved, dossier.returned) == (at("2026-11-20 15:00"), at("2026-11-21"))


@pytest.mark.parametrize(
    ("cells", "column", "key", "near"),
    [
        ({"code": "Nguyễn Văn An"}, "code", "no-code", "H42.13-261109-0118"),
        ({"code": "H42.13-261109-0001"}, "code", "code-twice", "2"),
        ({"code": "H42.13-231109-0118"}, "code", "code-apart", ""),
        ({"status": "Đang sử lý"}, "status", "no-status", "Đang xử lý"),
        ({"status": "thương binh"}, "status", "no-status", ""),
        ({"authority": "Sở Tư phap tỉnh", "code": STRANGE}, "authority", "unknown-authority", "Sở Tư pháp"),
        ({"authority": "Sở Y tế"}, "authority", "two-authorities", "Sở Tư pháp"),
        ({"received": ""}, "received", "date-needed", ""),
        ({"received": "31/06/2026"}, "received", "no-date", "30/06/2026"),
        ({"received": "11/23/2026"}, "received", "no-date", "23/11/2026"),
        ({"received": "29/02/2026"}, "received", "no-date", "28/02/2026"),
        ({"received": "45975"}, "received", "no-date", ""),
        ({"received": "09/11/2026 25:00"}, "received", "no-date", "09/11/2026"),
        ({"received": "2026-11-09T01:00:00+99:99"}, "received", "no-date", "09/11/2026"),
        ({"received": "26/11/2026"}, "received", "in-the-future", "25/11/2026"),
        ({"due": ""}, "due", "date-needed", ""),
        ({"due": "08/11/2026"}, "due", "before-received", "09/11/2026"),
        ({"resolved": "10/11/2026"}, "status", "resolved-yet-open", ""),
        ({"status": "9", "resolved": "01/11/2026"}, "resolved", "before-received", "09/11/2026"),
        ({**DONE, "returned": "19/11/2026"}, "returned", "before-resolved", "20/11/2026"),
        ({"procedure": " \u200b"}, "procedure", "procedure-needed", ""),
        ({"procedure": "x" * 601}, "procedure", "text-long", "600"),
        ({"procedure": "Lý lịch 001088012345"}, "procedure", "personal-number", ""),
        ({"procedure": "gọi 0912.345.678"}, "procedure", "personal-number", ""),
        ({"counter": "13"}, "counter", "no-counter", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"),
        ({"counter": "Trần Thị Bưởi"}, "counter", "no-counter", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_column_reason_and_nearest_value(
    cells: dict[str, str], column: str, key: str, near: str
) -> None:
    told = refusal(**cells)
    assert told == (3, column, key, near)
    for lang in ("vi", "en"):
        text = reason_text(RefusedRow(*told), lang)
        cell = cells.get(column, "")
        assert near in text and (len(cell) < 3 or cell not in text)


@pytest.mark.parametrize("status", ["1", "3", "7", "8"])
def test_what_nobody_promised_needs_no_due_day(status: str) -> None:
    assert len(read(table(row(status=status, due=""))).dossiers) == 1


@pytest.mark.parametrize("code", ["1.005129", "2.000635", "1.005129.000.00.00.H42", "Cấp lại (2024-2026)"])
def test_codes_and_years_of_procedures_are_no_persons_numbers(code: str) -> None:
    assert read(table(row(procedure=code))).dossiers[0].procedure == code


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example","x")',
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+SUM(A1:A2)",
        "+A1",
        "@SUM(1)",
        "+1*2",
    ],
)
def test_a_formula_is_refused_in_a_column_that_is_read(text: str) -> None:
    assert refusal(procedure=text) == (3, "procedure", "formula-text", "")
    assert refusal(code=text)[1:3] == ("code", "formula-text")
    assert read(table(row(note=text))).dossiers, "the others are not read"


@pytest.mark.parametrize(
    "text", ["=", "+84 912 345 678", "+84-912-345-678", "+84912345678", "@ Trung tâm", "+ bản sao"]
)
def test_a_sign_before_a_text_is_no_formula(text: str) -> None:
    (found,) = read(table(row(procedure=text))).refused or [None]
    assert found is None or found.key == "personal-number"


def test_a_line_break_in_a_cell_moves_the_lines_behind_it() -> None:
    found = read(
        table(
            row(code="H42.13-261109-0001", note="Trần Phú,\nphường 1\n"),
            row(code="H42.13-261109-0002", procedure="một\nhai\r\nba"),
            row(code="bad"),
        )
    )
    assert [d.procedure for d in found.dossiers][1] == "một hai ba"
    assert [(wrong.line, wrong.column) for wrong in found.refused] == [(8, "code")]


def test_every_refused_row_is_told() -> None:
    found = read(table(*(row(code=f"bad {n}") for n in range(reading.SHOWN + 7))))
    assert found.refused_count == reading.SHOWN + 7
    assert [wrong.line for wrong in found.refused] == list(range(2, reading.SHOWN + 9))


@pytest.mark.parametrize(
    ("text", "key", "params"),
    [
        (table(row()) + '"never closed\nand more\n', "broken-row", {"line": 3}),
        (table(row()) + "x" * 200_000, "broken-row", {"line": 3}),
        (table(row()) + '"a"b\n', "broken-row", {"line": 3}),
    ],
)
def test_a_table_that_breaks_off_is_refused_where_the_row_begins(
    text: str, key: str, params: dict[str, int]
) -> None:
    with pytest.raises(FileRefused) as refused:
        read(text)
    assert (refused.value.key, refused.value.params) == (key, params)


def test_more_rows_than_a_register_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    with pytest.raises(FileRefused, match="too-many-rows"):
        read(table(*(row(code=f"H42.13-261109-000{n}") for n in range(3))))


def test_more_cells_than_a_table_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    three = table(*(row(code=f"H42.13-261109-000{n}") for n in range(3)))
    monkeypatch.setattr(tables, "MOST_CELLS", 3 * len(row()))
    assert len(read(three).dossiers) == 3
    monkeypatch.setattr(tables, "MOST_CELLS", 3 * len(row()) - 1)
    with pytest.raises(FileRefused, match="too-many-cells") as refused:
        read(three)
    for lang in ("vi", "en"):
        assert "17" in problem_text(Report(problem=refused.value.key, params=refused.value.params), lang)


def test_a_year_of_a_province_with_all_its_columns_is_taken() -> None:
    line = table(row()).splitlines()[1] + ",x" * 19 + "\n"
    head = table(row()).splitlines()[0] + "".join(f",more {n}" for n in range(19)) + "\n"
    assert sum(1 for _ in tables.open_table((head + line * 90_000).encode()).rows) == 90_000


def test_a_table_of_refused_rows_is_not_read_to_its_end() -> None:
    text = table(*(row(code=f"bad {n}") for n in range(reading.MOST_REFUSED))) + '"never closed\n'
    found = read(text)
    assert found.stopped and found.refused_count == reading.MOST_REFUSED and not found.rows
    told = Report(rows=5, refused_count=reading.MOST_REFUSED, stopped=True)
    assert "ít nhất 5.000 dòng" in lines(told, "vi", done=True)[1]
    assert "at least 5,000 rows" in lines(told, "en", done=True)[1]
    assert not read(table(row(), row(code="bad"))).stopped


def test_blank_rows_are_no_rows() -> None:
    assert len(read(table(row()) + "\r\n,,,,,\r\n").dossiers) == 1


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("09/11/2026", "2026-11-09T00:00"),
        ("9/1/2026 7:05", "2026-01-09T07:05"),
        ("09/11/2026 14:05:30", "2026-11-09T14:05:30"),
        ("2026-11-09", "2026-11-09T00:00"),
        ("2026-11-09T14:05", "2026-11-09T14:05"),
        ("2026-11-09 14:05:30.123", "2026-11-09T14:05:30"),
        ("2026-11-09T07:05:00Z", "2026-11-09T14:05"),
        ("2026-11-09T07:05:00+00:00", "2026-11-09T14:05"),
    ],
)
def test_dates_as_people_and_programs_write_them(text: str, iso: str) -> None:
    assert read_instant(text, ZONE) == at(iso)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("30/11/2026", "11/30/2026"),
        ("02/30/2026", "02/28/2026"),
        ("2026-02-30", "02/28/2026"),
        ("11/30/2026", None),
    ],
)
def test_what_is_offered_is_written_as_its_source_writes_dates(text: str, near: str | None) -> None:
    cells = CellReader(replace(RULES, mapping=Mapping(dates="mdy")))
    if near is None:
        assert cells.read("due", text) == at("2026-11-30 23:59:59")
        return
    with pytest.raises(Wrong) as wrong:
        cells.read("due", text)
    assert (wrong.value.key, wrong.value.near) == ("no-date-mdy", near)
    assert near in reason_text(RefusedRow(1, "due", wrong.value.key, near), "vi")


@given(st.text(alphabet="0123456789/-: TZ+.", max_size=24))
def test_no_text_is_a_date_of_another_century_or_an_accident(text: str) -> None:
    try:
        found = read_instant(text, ZONE)
    except NoDate as wrong:
        assert wrong.near == "" or read_instant(wrong.near, ZONE)
    else:
        assert 1999 <= found.year <= 2100 and found.tzinfo is not None


FUTURE, LAST = "26/11/2026", "25/11/2026"
LEG = {"leg2_authority": "Thuế"}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"complete": FUTURE}, [("complete", "in-the-future", LAST)]),
        ({"recorded": "08/11/2026"}, [("recorded", "before-received", "09/11/2026")]),
        ({**LEG, "leg2_given": FUTURE}, [("leg2_given", "in-the-future", LAST)]),
        ({**LEG, "leg2_done": FUTURE}, [("leg2_done", "in-the-future", LAST)]),
        ({**LEG, "leg2_done": "08/11/2026"}, [("leg2_done", "before-received", "09/11/2026")]),
        (
            {**LEG, "leg2_given": "12/11/2026", "leg2_done": "11/11/2026", "leg2_due": "10/11/2026"},
            [("leg2_done", "before-given", "12/11/2026"), ("leg2_due", "before-given", "12/11/2026")],
        ),
        (
            {"code": "x", "status": "Đang sử lý", "received": "31/06/2026", "procedure": ""},
            [
                ("code", "no-code", "H42.13-261109-0118"),
                ("status", "no-status", "Đang xử lý"),
                ("received", "no-date", "30/06/2026"),
                ("procedure", "procedure-needed", ""),
            ],
        ),
        (
            {"code": "x", "status": ""},
            [("code", "no-code", "H42.13-261109-0118"), ("status", "no-status", "")],
        ),
        (
            {"code": "", "status": "x"},
            [("code", "no-code", "H42.13-261109-0118"), ("status", "no-status", "")],
        ),
        (
            {"received": "08/12/2026", "due": "07/12/2026"},
            [("received", "in-the-future", LAST), ("due", "before-received", "08/12/2026")],
        ),
    ],
)
def test_all_that_is_wrong_with_a_row_is_told_at_once(
    cells: dict[str, str], told: list[tuple[str, str, str]]
) -> None:
    with pytest.raises(Wrongs) as refused:
        RowReader(replace(RULES, mapping=EVERY)).row({**GOOD, **cells})
    assert [(w.column, w.key, w.near) for w in refused.value.all] == told


def test_rows_are_counted_and_not_what_is_wrong_with_them() -> None:
    found = read(table(row(code="x", status="y"), row(code="x")))
    assert found.refused_count == 2
    assert [(r.line, r.column) for r in found.refused] == [(2, "code"), (2, "status"), (3, "code")]


CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.,/-+:TZ đhngàygiờ½²", max_size=24),
    *(st.from_regex(rule, fullmatch=True) for rule in (dates.OURS, dates.ISO)),
    *(st.from_regex(rule, fullmatch=True) for rule in numbers.STYLES.values()),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
)
EVERY = Mapping(columns={name: name for name in KINDS}, persons=True)


@given(st.sampled_from(sorted(KINDS)), CELLS)
def test_no_cell_is_an_accident(name: str, cell: Cell) -> None:
    """Whatever a program or a workbook says in whatever field: it is taken, or refused with its reason."""
    rows = RowReader(replace(RULES, mapping=EVERY))
    try:
        found = rows.row({**GOOD, name: cell})
    except Wrongs as wrongs:
        for lang, wrong in product(("vi", "en"), wrongs.all):
            assert reason_text(RefusedRow(1, wrong.column, wrong.key, wrong.near), lang)
    else:
        assert row_of(found.dossier)


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_first_line_are_rows_or_are_refused(tail: bytes) -> None:
    try:
        found = read(table(row()).encode() + tail)
    except FileRefused as refused:
        assert refused.key
    else:
        assert len(found.dossiers) + found.refused_count >= 1
