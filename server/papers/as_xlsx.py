"""The register book as a workbook: the columns of the form, every cell a text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from server.papers.blanks import Filled
from server.papers.filling import clean

# The form's columns, and how wide each is, in letters.
COLUMNS: Final[Mapping[str, int]] = {
    "n": 6,
    "code": 22,
    "procedure": 40,
    "applicant": 28,
    "contact": 36,
    "authority": 28,
    "received": 17,
    "due": 17,
    "returned": 17,
    "method": 14,
    "signed": 12,
}


def xlsx(told: Filled) -> bytes:
    words: Mapping[str, str] = told.blanks["w"]
    book = Workbook()
    sheet = book.active
    sheet.title = "STT"
    for row, text in enumerate((words["title"], f"{words['period']}. {words['count']}"), 1):
        _write(sheet.cell(row, 1), text, bold=row == 1)
    head = 4
    edge = Side("thin")
    for n, (name, wide) in enumerate(COLUMNS.items(), 1):
        cell = sheet.cell(head, n)
        _write(cell, words[f"head_{name}"], bold=True)
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        cell.border = Border(edge, edge, edge, edge)
        sheet.column_dimensions[get_column_letter(n)].width = wide
    for row, line in enumerate((line for line in told.blanks["rows"] if line["code"]), head + 1):
        for n, name in enumerate(COLUMNS, 1):
            if line[name]:
                _write(sheet.cell(row, n), line[name])
    sheet.freeze_panes = sheet.cell(head + 1, 3)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell: Any, text: str, bold: bool = False) -> None:
    cell.value = clean(text)
    cell.data_type = "s"
    cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
