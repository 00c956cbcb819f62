"""A report as a workbook: a sheet a table, figures as figures, dates as dates, texts as nothing but text."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from server.history.table import Kind, Report, Table, Value, shown

FORMATS: Final = {
    Kind.COUNT: "#,##0",
    Kind.MINUTES: "0",
    Kind.PERCENT: "0.0%",
    Kind.DURATION: "[h]:mm:ss",
    Kind.DATE: "dd/mm/yyyy",
    Kind.TIME: "hh:mm",
    Kind.SIGNED: "+#,##0;-#,##0;0",
    Kind.POINTS: "+0.0%;-0.0%;0.0%",
    Kind.SCORE: "0.0",
}
HEAD: Final = PatternFill("solid", fgColor="E2ECF6")
BOLD: Final = Font(bold=True)
WIDEST: Final = 60


def xlsx(report: Report) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for table in report.tables:
        sheet = book.create_sheet(_sheet_name(table, book.sheetnames))
        for line in (report.title, *report.lines, table.title):
            sheet.append([None])
            _text(sheet.cell(sheet.max_row, 1), line)
        sheet.cell(1, 1).font = BOLD
        sheet.append([])
        _table(sheet, table, report.lang)
    about = book.create_sheet(_sheet_name(report.about, book.sheetnames))
    for n, (term, text) in enumerate(report.definitions, 1):
        _text(about.cell(n, 1), term)
        about.cell(n, 1).font = BOLD
        _text(about.cell(n, 2), text)
        about.cell(n, 2).alignment = Alignment(wrap_text=True, vertical="top")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 30, 100
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Any, table: Table, lang: str) -> None:
    head = sheet.max_row + 2
    for n, column in enumerate(table.columns, 1):
        cell = sheet.cell(head, n)
        _text(cell, column.head)
        cell.font, cell.fill = BOLD, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for r, row in enumerate(table.rows, head + 1):
        for n, told in enumerate(row):
            cell = sheet.cell(r, n + 1)
            _value(cell, told.value, table.kind(told, n))
            if table.total and r == head + len(table.rows):
                cell.font = BOLD
    for n in range(len(table.columns)):
        wide = max([len(shown(row[n].value, table.kind(row[n], n), lang)) for row in table.rows] + [8])
        sheet.column_dimensions[get_column_letter(n + 1)].width = min(WIDEST, wide + 3)
    sheet.freeze_panes = sheet.cell(head + 1, table.heads + 1)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (
        "landscape",
        1,
        0,
    )
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _value(cell: Any, value: Value, kind: Kind) -> None:
    if isinstance(value, str):
        _text(cell, value)
        return
    cell.number_format = FORMATS.get(kind, "General")
    if isinstance(value, Decimal):
        cell.value = float(value if kind is Kind.SCORE else value / 100)
    elif kind is Kind.DURATION and isinstance(value, int):
        cell.value = timedelta(seconds=value)
        cell.number_format = FORMATS[kind]
    else:
        cell.value = value
        cell.number_format = FORMATS.get(kind, "General")


def _text(cell: Any, text: str) -> None:
    """Text that stays text, whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True


def _sheet_name(table: Table | str, taken: list[str]) -> str:
    """At most 31 characters, none of which a sheet may not have, and its own."""
    wanted = table if isinstance(table, str) else table.title
    name = re.sub(r"[\\/*?:\[\]']", " ", wanted).strip()[:28] or "i"
    return name if name not in taken else f"{name} {len(taken)}"
