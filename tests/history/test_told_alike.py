"""M01: a figure is the same on the page, in CSV, XLSX and PDF, in the list behind it, and in the raw log."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pypdf
import pytest

from server.history.ledger import History
from tests.history.recompute import Log
from tests.history.test_sums_of_a_month import EVERY_DAY, targets
from tests.web.place import Place, Staff

MONTH = "unit=month&day=2026-11-01"
QUERIES = [
    f"{MONTH}&by=time",
    f"{MONTH}&by=service",
    f"{MONTH}&by=authority",
    f"{MONTH}&by=counter",
    f"{MONTH}&by=officer",
    f"{MONTH}&by=half",
    f"{MONTH}&by=weekday",
    "unit=day&day=2026-11-10",
    "unit=week&day=2026-11-10&of=counter:7",
    "unit=quarter&day=2026-11-10&of=officer:officer-7",
    "unit=year&day=2026-11-10&of=service:environment-land&by=half",
    "unit=range&first=2026-11-10&last=2026-11-17&of=authority:environment&by=service",
]


class Tables(HTMLParser):
    """Every table of a page: id -> rows of (text, href)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[tuple[str, str]]]] = {}
        self._rows: list[list[tuple[str, str]]] | None = None
        self._cell: list[str] | None = None
        self._href = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = dict(attrs)
        if tag == "table":
            self._rows = self.found[told.get("id", "?")] = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell, self._href = [], ""
        elif tag == "a" and self._cell is not None:
            self._href = told["href"] or ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self._rows:
            self._rows[-1].append((" ".join("".join(self._cell).split()), self._href))
            self._cell = None


def canonical(text: str) -> object:
    """What a cell of a page, or of a CSV file, stands for: a count, a share, seconds, a day, or a text."""
    text = text.replace("\xa0", " ").removeprefix("'")
    if text in ("–", ""):
        return None
    if re.fullmatch(r"\d\d/\d\d/\d{4}", text):
        return datetime.strptime(text, "%d/%m/%Y").date()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"[+−±]?(\d+:)?\d+:\d\d", text):
        parts = [int(p) for p in text.lstrip("+−±").split(":")]
        seconds = sum(p * 60**n for n, p in enumerate(reversed(parts)))
        return timedelta(seconds=-seconds if text[0] == "−" else seconds)
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", text):
        return Decimal(text.replace(".", ""))
    if re.fullmatch(r"[+-]?\d+([.,]\d)?", text):
        return Decimal(text.replace(",", "."))
    return text


def sheet_value(cell: Any) -> object:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) or "%" in cell.number_format:
        return Decimal(repr(100 * value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if isinstance(value, int):
        return Decimal(value)
    return canonical(value) if isinstance(value, str) else value


def page_tables(chief: Staff, query: str) -> dict[str, list[list[tuple[str, str]]]]:
    answer = chief.get(f"/history/?{query}")
    assert answer.status_code == 200, answer.text
    return {id.removeprefix("t-"): rows for id, rows in Tables(answer.text).found.items()}


def in_csv(body: bytes) -> dict[str, list[list[str]]]:
    """Title -> rows, of the tables of a file."""
    assert body.startswith(b"\xef\xbb\xbf")
    text = body.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", "")
    found: dict[str, list[list[str]]] = {}
    title = None
    for row in csv.reader(io.StringIO(text, newline=""), strict=True):
        if len(row) == 1:
            title = row[0]
            found[title] = []
        elif row and title is not None:
            found[title].append(row)
        else:
            title = None
    return {k: v for k, v in found.items() if v}


@pytest.mark.parametrize("query", QUERIES)
def test_page_csv_workbook_and_pdf_say_the_same(chief: Staff, history: History, query: str) -> None:
    pages = page_tables(chief, query)
    files = in_csv(chief.get(f"/history/export.csv?{query}").data)
    book = openpyxl.load_workbook(io.BytesIO(chief.get(f"/history/export.xlsx?{query}").data))
    paper = pypdf.PdfReader(io.BytesIO(chief.get(f"/history/export.pdf?{query}").data))
    printed = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    sheets = list(book)[:-1]
    assert len(files) == len(sheets) == len(pages) >= 2
    for (title, lines), sheet, (id, rows) in zip(files.items(), sheets, _as_exported(pages), strict=True):
        page = [[canonical(text) for text, _ in row] for row in rows]
        assert [[canonical(text) for text in line] for line in lines] == page, (title, id)
        height = len(rows)
        cells = list(sheet.iter_rows())[-height:]
        assert [[sheet_value(cell) for cell in line] for line in cells] == page, (title, id)
        for row in rows[1:]:
            assert " ".join(text for text, _ in row[1:]) in printed, (title, row)


def _as_exported(pages: dict[str, Any]) -> list[tuple[str, Any]]:
    """In the order of the files: summary, table, buttons, heat map."""
    order = ["summary", *(id for id in pages if id not in ("summary", "buttons", "heat")), "buttons", "heat"]
    return [(id, pages[id]) for id in order if id in pages]


def test_the_page_says_what_the_raw_log_says(chief: Staff, log: Log, lived: Place, history: History) -> None:
    said = log.figures(EVERY_DAY, targets(lived))
    hits, n = log.satisfied(EVERY_DAY)

    def tenth(part: int, whole: int) -> Decimal:
        share = Fraction(100 * part, whole)
        exact = Decimal(share.numerator) / Decimal(share.denominator)
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)

    def mean(total: timedelta, n: int) -> timedelta:
        return timedelta(
            seconds=int(Fraction(total // timedelta(microseconds=1), 1_000_000 * n) + Fraction(1, 2))
        )

    lost = said["no_show"] + said["cancelled"] + said["expired"]
    wanted: list[object] = [
        said["issued"], said["served"], said["no_show"], said["cancelled"], said["expired"],
        tenth(lost, said["issued"]), said["called"], said["p50"], said["p90"], said["longest"],
        tenth(said["kept"], said["called"]), mean(said["service"], said["service_n"]),
        mean(said["handling"], said["handling_n"]), tenth(said["busy"] // timedelta(microseconds=1),
        said["open"] // timedelta(microseconds=1)), said["rated"], tenth(said["rated"], said["served"]), n,
        tenth(hits, n),
    ]  # fmt: skip
    summary = [canonical(row[1][0]) for row in page_tables(chief, f"{MONTH}&by=time")["summary"][1:]]
    assert summary[: len(wanted)] == wanted
    assert summary[-4:] == [said[k] for k in ("requeued", "transferred", "out_of_turn", "priority")]
