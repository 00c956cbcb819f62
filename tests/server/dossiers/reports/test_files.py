"""Every file has the very cells of the sheet, its header of three levels, and no formula."""

from __future__ import annotations

import csv as reader
import io
import re
from typing import Any

import openpyxl
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from server.dossiers.reports.as_csv import csv
from server.dossiers.reports.as_docx import docx
from server.dossiers.reports.as_pdf import pdf
from server.dossiers.reports.as_xlsx import xlsx
from server.dossiers.reports.checks import check
from server.dossiers.reports.printed import read, read_file
from server.dossiers.reports.sheet import DEEP, HEADER, WIDTH, Sheet, grouped
from tests.server.dossiers.reports.sheets import sheet

SHEET = sheet()
HEAD = {(head.top, head.left): head for head in HEADER}


def shown(of: Sheet) -> list[list[str]]:
    """The lines as people read them."""
    return [[c if isinstance(c, str) else grouped(c, of.lang) for c in row] for row in of.cells()]


def test_the_header_covers_each_of_thirteen_columns_at_each_of_three_levels_once() -> None:
    covered = [
        (top, left)
        for head in HEADER
        for top in range(head.top, head.top + head.rows)
        for left in range(head.left, head.left + head.columns)
    ]
    assert sorted(covered) == [(top, left) for top in range(DEEP) for left in range(WIDTH)]


def test_a_workbook_has_typed_figures_blank_blanks_and_a_merged_header() -> None:
    page = openpyxl.load_workbook(io.BytesIO(xlsx(SHEET))).active
    rows = list(page.iter_rows(max_col=WIDTH))
    first = next(n for n, row in enumerate(rows) if row[0].value == "no ữ")
    for (top, left), head in HEAD.items():
        assert rows[first + top][left].value == f"{head.key} ữ"
    merged = {str(area) for area in page.merged_cells.ranges}
    spans = [head for head in HEADER if head.rows > 1 or head.columns > 1]
    assert len(merged) == len(spans) + 3 and f"C{first + 1}:E{first + 1}" in merged
    body = rows[first + DEEP : first + DEEP + len(SHEET.lines) + 1]
    for cells, row in zip(body, SHEET.cells(), strict=True):
        wanted = [int(row[0]) if row[0] else None, *row[1:12], row[12] or None]
        assert [cell.value for cell in cells] == wanted
        assert all(cell.data_type != "f" for cell in cells)
        assert all(cell.number_format == "#,##0" for cell in cells[2:12])
    assert page.print_title_rows == f"${first + 1}:${first + DEEP}"
    assert page.page_setup.orientation == "landscape"


def test_csv_has_a_mark_plain_figures_and_no_formula() -> None:
    data = csv(SHEET)
    assert data.startswith(b"\xef\xbb\xbf") and b"\n" not in data.replace(b"\r\n", b"")
    rows = list(reader.reader(io.StringIO(data.decode("utf-8-sig"))))
    first = next(n for n, row in enumerate(rows) if row[:1] == ["no ữ"])
    for (top, left), head in HEAD.items():
        assert rows[first + top][left] == f"{head.key} ữ"
    body = rows[first + DEEP : first + DEEP + len(SHEET.lines) + 1]
    wanted = [["" if cell is None else str(cell) for cell in row] for row in SHEET.cells()]
    wanted[3][1] = "'" + wanted[3][1]
    assert body == wanted and not any(cell.startswith(("=", "+", "@")) for row in body for cell in row)


def test_a_document_lies_on_its_side_and_repeats_its_merged_header() -> None:
    paper = Document(io.BytesIO(docx(SHEET)))
    section = paper.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE and Mm(296) < (section.page_width or 0)
    (table,) = paper.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    for head in HEADER:
        for top in range(head.top, head.top + head.rows):
            for left in range(head.left, head.left + head.columns):
                assert rows[top][left] == f"{head.key} ữ"
    assert rows[DEEP:] == shown(SHEET)
    repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert repeated == [True] * DEEP + [False] * (len(SHEET.lines) + 1)
    assert SHEET.below[0] in [p.text for p in paper.paragraphs]


def test_pages_of_pdf_have_every_cell_in_order_the_header_on_each_and_our_letters_inside() -> None:
    long = sheet(times=4)
    pages: Any = PdfReader(io.BytesIO(pdf(long))).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(pages) > 2 and all(page.mediabox.width > page.mediabox.height for page in pages)
    assert all(text.count("carried ữ") == 1 for text in texts if re.search(r"Sở ", text))
    whole, at = " ".join(texts), 0
    for row in shown(long):
        for cell in filter(None, row):
            found = whole.find(" ".join(cell.split()), at)
            assert found >= 0, (cell, whole[at : at + 80])
            at = found + len(cell)
    fonts = [font for page in pages for font in page["/Resources"]["/Font"].values()]
    assert all("BeVietnamPro" in str(font.get_object()["/BaseFont"]) for font in fonts)


def test_what_we_write_can_be_checked_again() -> None:
    for data in (xlsx(SHEET), csv(SHEET)):
        found = read(read_file(data), lambda name: (name, ""))
        assert [line.figures for line in found.lines] == [line.figures for line in SHEET.lines]
        assert found.total is not None and found.total.figures == SHEET.total.figures
        assert check(found.lines, found.total).good and not found.unread
