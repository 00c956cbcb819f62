"""The form as a workbook: the header merged as on paper, figures as figures, blanks blank, ready to print."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from server.dossiers.reports.sheet import DEEP, FIRST, NOTES, WIDTH, Sheet, head_rows

WIDE: Final = (6, 38, *([11] * 10), 26)
FACE: Final = "Times New Roman"  # as official reports are set
FILL: Final = PatternFill("solid", fgColor="E2ECF6")
THIN: Final = Border(*([Side(style="thin", color="7F8A96")] * 4))
MIDDLE: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT: Final = Alignment(vertical="center", wrap_text=True)


def xlsx(sheet: Sheet) -> bytes:
    book = Workbook()
    page = book.active
    page.title = sheet.heads["results"][:31]
    at = 1
    for n, line in enumerate((sheet.title, *sheet.above)):
        _text(page.cell(at, 1), line, Font(name=FACE, bold=n == 0, size=14 if n == 0 else 11))
        page.cell(at, 1).alignment = MIDDLE
        page.merge_cells(start_row=at, end_row=at, start_column=1, end_column=WIDTH)
        at += 1
    head = at + 1
    _header(page, sheet, head)
    for at, row in enumerate(sheet.cells(), head + DEEP):
        last = at == head + DEEP + len(sheet.lines)
        for n, value in enumerate(row, 1):
            _value(page.cell(at, n), value, Font(name=FACE, bold=last))
    end = head + DEEP + len(sheet.lines) + 2
    for at, line in enumerate(sheet.below, end):
        _text(page.cell(at, 1), line, Font(name=FACE, italic=True))
    for n, width in enumerate(WIDE, 1):
        page.column_dimensions[get_column_letter(n)].width = width
    _paper(page, head)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _header(page: Any, sheet: Sheet, first: int) -> None:
    for row in page.iter_rows(min_row=first, max_row=first + DEEP - 1, max_col=WIDTH):
        for cell in row:
            cell.border, cell.fill, cell.alignment = THIN, FILL, MIDDLE
    for level in head_rows(sheet.heads):
        for word, head in level:
            top, left = first + head.top, 1 + head.left
            _text(page.cell(top, left), word, Font(name=FACE, bold=True))
            page.cell(top, left).alignment = MIDDLE
            if head.rows > 1 or head.columns > 1:
                page.merge_cells(
                    start_row=top,
                    end_row=top + head.rows - 1,
                    start_column=left,
                    end_column=left + head.columns - 1,
                )


def _value(cell: Any, value: str | int | None, font: Font) -> None:
    cell.border, cell.font = THIN, font
    column = cell.column - 1
    if column == 0 and isinstance(value, str) and value.isdigit():
        cell.value, cell.alignment = int(value), MIDDLE
    elif isinstance(value, str):
        if value:
            _text(cell, value, font)
        cell.alignment = LEFT
    elif FIRST <= column < NOTES:
        cell.value, cell.number_format = value, "#,##0"


def _text(cell: Any, text: str, font: Font) -> None:
    """Text that stays text, whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    cell.data_type, cell.number_format, cell.quotePrefix, cell.font = "s", "@", True, font


def _paper(page: Any, head: int) -> None:
    """A4 on its side, one page wide, the header on each."""
    page.freeze_panes = page.cell(head + DEEP, FIRST + 1)
    page.print_title_rows = f"{head}:{head + DEEP - 1}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
