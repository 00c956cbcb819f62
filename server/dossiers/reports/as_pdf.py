"""The form as PDF: A4 on its side, our own typeface inside, the header of three levels on every page."""

from __future__ import annotations

from typing import Final

from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace

from server.dossiers.reports.sheet import DEEP, FIRST, NOTES, Sheet, grouped, head_rows
from server.history.leaves import FACE, HEAD, INK, QUIET, Leaves

WIDE: Final = (9, 58, *([17.5] * 10), 31)
TEXT_PT: Final = 8


def pdf(sheet: Sheet) -> bytes:
    pages = Leaves(sheet.title, sheet.above[0] if sheet.above else "", sheet.lang)
    for n, line in enumerate((sheet.title, *sheet.above)):
        pages.words(line, 13 if n == 0 else 10, bold=n == 0, align="C")
    pages.ln(3)
    _table(pages, sheet)
    pages.ln(3)
    pages.set_text_color(*QUIET)
    for line in sheet.below:
        pages.words(line, 9)
    return bytes(pages.output())


def _table(pages: Leaves, sheet: Sheet) -> None:
    pages.set_font(FACE, size=TEXT_PT)
    pages.set_draw_color(127, 138, 150)
    with pages.table(
        col_widths=WIDE,
        text_align=tuple("RIGHT" if FIRST <= n < NOTES else "LEFT" for n in range(len(WIDE))),
        headings_style=FontFace(emphasis="BOLD", fill_color=HEAD, color=INK),
        cell_fill_mode=TableCellFillMode.NONE,
        num_heading_rows=DEEP,
        line_height=TEXT_PT * 0.5,
        padding=0.8,
        v_align="MIDDLE",
    ) as drawn:
        for level in head_rows(sheet.heads):
            heading = drawn.row()
            for word, head in level:
                heading.cell(word, colspan=head.columns, rowspan=head.rows, align="CENTER")
        cells = sheet.cells()
        for row in cells:
            line = drawn.row(style=FontFace(emphasis="BOLD") if row is cells[-1] else None)
            for value in row:
                line.cell(value if isinstance(value, str) else grouped(value, sheet.lang))
