"""The parts that figures are made of: percentiles, periods, cells that spreadsheets must not work out."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import openpyxl
import pypdf
import pytest
from hypothesis import given, strategies as st

from server.figures import minutes, nearest_rank
from server.history.as_csv import csv as as_csv, harmless
from server.history.as_pdf import pdf
from server.history.as_xlsx import xlsx
from server.history.periods import DAY, Period, Unit, period
from server.history.sums import Sums, wait_code, within
from server.history.table import Cell, Column, Kind, Report, Table, percent, seconds, shown

WAITS = st.lists(st.timedeltas(timedelta(), timedelta(hours=5)), min_size=1, max_size=60)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def summed(waits: list[timedelta]) -> Sums:
    sums = Sums()
    for wait in waits:
        code = wait_code(wait)
        sums.add(Sums(called=1, waits={code: 1}))
    return sums


@given(waits=WAITS, rank=st.sampled_from([1, 25, 50, 90, 99, 100]))
def test_percentiles_are_exact_by_nearest_rank(waits: list[timedelta], rank: int) -> None:
    exact = nearest_rank(waits, rank)
    assert exact is not None
    assert summed(waits).wait_percentile(rank) == minutes(exact)


@given(wait=st.timedeltas(timedelta(), timedelta(hours=5)), target=st.integers(0, 300))
def test_within_a_promise_to_the_microsecond(wait: timedelta, target: int) -> None:
    assert within(wait_code(wait), target) == (wait <= timedelta(minutes=target))


def test_a_wait_of_exactly_the_promise_is_kept_and_a_microsecond_more_is_not() -> None:
    assert within(wait_code(timedelta(minutes=15)), 15)
    assert not within(wait_code(timedelta(minutes=15, microseconds=1)), 15)


@given(st.lists(WAITS, max_size=5))
def test_sums_add_up_in_any_order(parts: list[list[timedelta]]) -> None:
    one, other = Sums(), Sums()
    for waits in parts:
        one.add(summed(waits))
    for waits in reversed(parts):
        other.add(summed(waits))
    assert one == other


@given(day=DAYS, unit=st.sampled_from(list(Unit)[:-1]))
def test_periods_follow_one_another_without_a_gap(day: date, unit: Unit) -> None:
    here = period(unit, day)
    assert here.first <= day < here.end
    assert here.before().end == here.first and here.after().first == here.end
    assert period(unit, here.first) == period(unit, here.last) == here


@given(day=DAYS, length=st.integers(1, 900), by=st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]))
def test_steps_are_a_partition_of_their_period(day: date, length: int, by: Unit) -> None:
    whole = Period(Unit.RANGE, day, day + length * DAY)
    steps = list(whole.steps(by))
    assert steps[0].first == whole.first and steps[-1].end == whole.end
    assert all(one.end == after.first for one, after in pairwise(steps))


@given(day=DAYS, into=st.integers(0, 92), unit=st.sampled_from(list(Unit)[:-1]))
def test_a_running_period_is_compared_with_as_many_days(day: date, into: int, unit: Unit) -> None:
    here = period(unit, day)
    today = min(here.first + into * DAY, here.last)
    other = here.comparable(today)
    assert other.first == here.before().first and other.end <= here.first
    if today < here.last:
        assert other.days == min(here.upto(today).days, here.before().days)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+84",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\t=1",
        "\r=1",
        " =1",
        '"=1',
        "'=1",
        "\n=1",
        "\u200b=1",
    ],
)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")


@pytest.mark.parametrize("text", ["Tư pháp", "Quầy 7", "a=b", "12", "", "Đất đai – Tài nguyên", "(x)"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def odd_report(names: list[str]) -> Report:
    columns = (Column("=Tên", Kind.TEXT), Column("n", Kind.COUNT), Column("%", Kind.PERCENT),
               Column("dài", Kind.DURATION), Column("ngày", Kind.DATE), Column("giờ", Kind.TIME))  # fmt: skip
    rows = tuple(
        (Cell(name), Cell(1234567), Cell(Decimal("93.4")), Cell(3725), Cell(date(2026, 11, 23)),
         Cell(datetime(2026, 11, 23, 8, 12)))
        for name in names
    )  # fmt: skip
    table = Table("x", "[Bảng]: '*?/\\", columns, rows)
    return Report("x", "=Tiêu đề", ("Dòng",), (table, table), (("Kỳ", "Ngày."),), "Cách tính")


ODD = ["=HYPERLINK(1)", 'a"b,c', "dòng\r\nmới", "Ệ Ẫ Ự Ỡ ẵ", "\x00\x07", "＝1", "x" * 300, ""]


def test_csv_is_read_back_as_it_was_meant() -> None:
    body = as_csv(odd_report(ODD))
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    lines = [row for row in rows if len(row) == 6 and row[1] == "1234567"]
    assert [row[0] for row in lines[: len(ODD)]] == [harmless(name) for name in ODD]
    assert lines[0][1:] == ["1234567", "93.4", "1:02:05", "2026-11-23", "08:12"]
    assert all(not cell.startswith(("=", "+", "@", "＝")) for row in rows for cell in row)


def test_a_workbook_has_typed_cells_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(odd_report(ODD))))
    assert book.sheetnames[-1] == "Cách tính"
    assert len(book.sheetnames) == 3
    sheet = book.worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    last = list(sheet.iter_rows())[-len(ODD)]
    assert last[0].value == "=HYPERLINK(1)" and last[0].data_type == "s"
    assert [c.value for c in last[1:]] == [
        1234567, 0.934, timedelta(seconds=3725), datetime(2026, 11, 23), datetime(2026, 11, 23, 8, 12)
    ]  # fmt: skip
    assert last[2].number_format == "0.0%" and last[4].number_format == "dd/mm/yyyy"


def test_a_pdf_carries_its_letters_repeats_headings_and_numbers_its_pages() -> None:
    names = [f"Đất đai, Ệ Ẫ Ự Ỡ ẵ {n}" for n in range(120)]
    reader = pypdf.PdfReader(io.BytesIO(pdf(odd_report(names))))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 4 and "Ệ Ẫ Ự Ỡ ẵ 119" in " ".join(pages)
    with_rows = [text for text in pages if "Đất đai" in text]
    assert len(with_rows) > 3 and all("=Tên" in text for text in with_rows)
    assert all(f"{n} / {len(pages)}" in text for n, text in enumerate(pages, 1))
    fonts = {str(f["/BaseFont"]) for page in reader.pages for f in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert fonts and all("BeVietnamPro" in name for name in fonts)
    assert "Kỳ" in pages[-1]


def test_notes_at_the_end_of_a_line_are_not_cut_within_a_time() -> None:
    note = "12:09–13:31 Nghỉ trưa"
    columns = (
        Column("Tên", Kind.TEXT),
        *(Column(f"n{n}", Kind.COUNT) for n in range(12)),
        Column("", Kind.TEXT),
    )
    rows = ((Cell("Hà"), *(Cell(n) for n in range(12)), Cell(note)),)
    body = pdf(Report("x", "x", (), (Table("x", "x", columns, rows),), (), "x"))
    assert note in pypdf.PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_how_figures_read() -> None:
    assert shown(1234567, Kind.COUNT, "vi") == "1.234.567" and shown(1234567, Kind.COUNT, "en") == "1,234,567"
    assert shown(Decimal("93.4"), Kind.PERCENT, "vi") == "93,4" and shown(None, Kind.COUNT, "vi") == "–"
    assert shown(425, Kind.DURATION, "vi") == "7:05" and shown(3725, Kind.DURATION, "vi") == "1:02:05"
    assert percent(1, 8) == Decimal("12.5") and percent(1, 16) == Decimal("6.3") and percent(0, 0) is None
    assert seconds(2_500_000, 1) == 3 and seconds(2_499_999, 1) == 2 and seconds(0, 0) is None
