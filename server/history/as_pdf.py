"""A report as PDF: A4 on its side, our own typeface, headings on every page, definitions at the end."""

from __future__ import annotations

from typing import Final

from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

from server.history.leaves import FACE, HEAD, INK, QUIET, Leaves
from server.history.table import Kind, Report, Table, shown

TEXT_PT: Final = 9
SMALLEST_PT: Final = 6.5
NAME_MM: Final = 46
WORDS: Final = 3  # columns of figures that notes at the end of a line are as wide as


def pdf(report: Report) -> bytes:
    pages = Leaves(report.title, report.lines[0] if report.lines else "", report.lang)
    pages.words(report.title, 15, bold=True)
    for line in report.lines:
        pages.words(line, 10)
    for table in report.tables:
        pages.ln(4)
        if pages.will_page_break(30):
            pages.add_page()
        pages.words(table.title, 11, bold=True)
        pages.ln(1)
        _table(pages, table, report.lang)
    pages.add_page()
    for term, text in report.definitions:
        pages.set_text_color(*INK)
        pages.words(term, 10, bold=True)
        pages.set_text_color(*QUIET)
        pages.words(text, 10)
        pages.ln(1.5)
    return bytes(pages.output())


def _table(pages: Leaves, table: Table, lang: str) -> None:
    figures = len(table.columns) - table.heads
    names = table.heads * NAME_MM if figures > 4 else pages.epw / 2
    parts = [1] * figures
    if figures > 4 and table.columns[-1].kind is Kind.TEXT:
        parts[-1] = WORDS
    each = (pages.epw - names) / sum(parts) if figures else pages.epw
    size = max(SMALLEST_PT, min(TEXT_PT, each / 1.75)) if figures else TEXT_PT
    pages.set_font(FACE, size=size)
    pages.set_text_color(*INK)
    pages.set_draw_color(207, 203, 191)
    with pages.table(
        col_widths=(*([names / table.heads] * table.heads), *(each * n for n in parts)),
        text_align=tuple("LEFT" if c.kind is Kind.TEXT else "RIGHT" for c in table.columns),
        headings_style=FontFace(emphasis="BOLD", fill_color=HEAD, color=INK),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=size * 0.5,
        padding=0.7,
    ) as drawn:
        heading = drawn.row()
        for column in table.columns:
            heading.cell(column.head)
        for row in table.rows:
            last = table.total and row is table.rows[-1]
            line = drawn.row(style=FontFace(emphasis="BOLD") if last else None)
            for n, cell in enumerate(row):
                line.cell(shown(cell.value, table.kind(cell, n), lang))
