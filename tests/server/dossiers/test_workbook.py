"""Workbooks: what other programs have typed is taken as they mean it, and what is no value is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from server.dossiers import workbook
from server.dossiers.decoding import FileRefused
from server.dossiers.importing import Report
from server.dossiers.mapping import Mapping
from server.dossiers.reading import Reading, Rules, read_table
from server.dossiers.status import Status
from server.dossiers.telling import problem_text
from tests.server.dossiers.books import HEAD, book, parts, sheet
from tests.server.dossiers.tables import CONFIG, NOW, RULES, ZONE
from tests.server.dossiers.test_decoding import TCVN3

CODE = "000.00.13.H42-261109-0118"
ROW: tuple[Any, ...] = (CODE, "Sở Tư pháp", "Lý lịch", 4, datetime(2026, 11, 9, 8, 5), date(2026, 11, 30))


def read(data: bytes, mapping: Mapping = RULES.mapping) -> Reading:
    return read_table(data, Rules(RULES.authorities, frozenset(CONFIG.site.counters), ZONE, NOW, mapping))


def told(data: bytes) -> tuple[int, str, str, str]:
    found = read(data)
    (one,) = found.refused
    return one.line, one.column, one.key, one.nearest


def test_typed_cells_are_taken_as_they_are_meant() -> None:
    (d,) = read(book([ROW])).dossiers
    assert d.code == CODE and d.authority == "justice" and d.status is Status.PROCESSING
    assert d.received == datetime(2026, 11, 9, 8, 5, tzinfo=ZONE)
    assert d.due == datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZONE), "a day without an hour ends with the day"


def test_columns_of_a_mapping_are_read_wherever_they_stand() -> None:
    head = ("STT", *HEAD, "Mã TT", "Phí", "Đã nộp", "Thời hạn")
    columns = dict(zip(("code", "authority", "procedure", "status", "received", "due"), HEAD, strict=True))
    columns |= {"procedure_code": "Mã TT", "fee": "Phí", "paid": "Đã nộp", "limit": "Thời hạn"}

    def with_titles(made: Workbook) -> None:
        made.active.insert_rows(1, 3)
        made.active["A1"] = "SỔ THEO DÕI HỒ SƠ"
        made.active.merge_cells("A1:F2")

    rows = [(1, *ROW, 1.01299, 1250000, True, 3), (), (2, CODE.replace("0118", "0119"), *ROW[1:])]
    found = read(book(rows, head, with_titles), Mapping(columns, limit_unit="d"))
    assert found.ignored == 1 and not found.refused and found.coding == "XLSX, Hồ sơ"
    first, second = found.dossiers
    assert (first.procedure_code, first.fee, first.paid, first.limit) == ("1.012990", 1_250_000, True, "3d")
    assert (second.procedure_code, second.fee, second.paid, second.limit) == ("", None, None, "")


def test_hidden_sheets_are_not_read_unless_they_are_named() -> None:
    def hide(made: Workbook) -> None:
        other = made.create_sheet("Ẩn", 0)
        other.append(["Nguyễn Văn An"])
        other.sheet_state = "hidden"

    assert len(read(book([ROW], change=hide)).dossiers) == 1
    with pytest.raises(FileRefused, match="columns-missing"):
        read(book([ROW], change=hide), Mapping(sheet="Ẩn"))
    with pytest.raises(FileRefused, match="no-sheet"):
        read(book([ROW]), Mapping(sheet="Hai"))


def test_days_count_from_1904_where_a_workbook_says_so() -> None:
    def mac(made: Workbook) -> None:
        made.epoch = CALENDAR_MAC_1904

    (d,) = read(book([ROW], change=mac)).dossiers
    assert d.received == datetime(2026, 11, 9, 8, 5, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("place", "cell", "expected"),
    [
        (2, "=CONCATENATE(A1)", (2, "procedure", "formula", "C2")),
        (4, "=TODAY()", (2, "received", "formula", "E2")),
        (4, 46000.5, (2, "received", "no-date", "")),  # a figure that nobody has said to be a date
        (4, datetime(1900, 1, 5), (2, "received", "no-date", "")),
        (4, datetime(9999, 12, 31), (2, "received", "no-date", "")),
        (0, 261109, (2, "code", "no-code", "H42.13-261109-0118")),
        (2, datetime(2026, 1, 1), (2, "procedure", "text-needed", "")),
        (3, 4.5, (2, "status", "text-needed", "")),
    ],
)
def test_what_is_no_value_is_refused_with_its_place(place: int, cell: object, expected: object) -> None:
    row = [*ROW]
    row[place] = cell
    assert told(book([row])) == expected


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda made: made.active.merge_cells("B2:B3"), "merged"),
        (lambda made: made.active.cell(1, 7, "Cơ quan"), "column-twice"),
        (lambda made: made.active.delete_cols(6), "columns-missing"),
        (lambda made: made.active.delete_rows(2, 9), "empty"),
        (lambda made: made.active.cell(2, 3, TCVN3), "tcvn3"),
    ],
)
def test_a_sheet_that_is_no_table_of_dossiers_is_refused(
    change: Callable[[Workbook], object], key: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        read(book([ROW, ROW], change=change))
    assert refused.value.key == key


def test_cells_are_counted_and_the_bytes_of_texts_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book([ROW, (CODE[:-1] + "9", *ROW[1:])])
    cells = 3 * len(HEAD)
    monkeypatch.setattr(workbook, "MOST_CELLS", cells)
    assert len(read(data).rows) == 2
    monkeypatch.setattr(workbook, "MOST_CELLS", cells - 1)
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert (refused.value.key, refused.value.params) == ("too-many-cells", {"limit": cells - 1})
    texts = b"<sst>" + b"<si><t>x</t></si>" * 9 + b"</sst>"
    shared = parts(sheet(b""), {"xl/sharedStrings.xml": texts})
    monkeypatch.setattr(workbook, "MOST_STRINGS", len(texts))
    with pytest.raises(FileRefused, match="empty"):
        read(shared)
    monkeypatch.setattr(workbook, "MOST_STRINGS", len(texts) - 1)
    with pytest.raises(FileRefused, match="too-much-text"):
        read(shared)
    for lang in ("vi", "en"):
        assert "40 MB" in problem_text(Report(problem="too-much-text", params={"limit": 40}), lang)
