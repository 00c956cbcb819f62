"""A report as PDF: A4 on its side, our own typeface, headings on every page, definitions at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

import hardware
from server.history.table import Kind, Report, Table, shown

FONTS: Final = Path(hardware.__file__).parent / "fonts"
FACE: Final = "Be Vietnam Pro"
INK: Final = (21, 32, 43)
QUIET: Final = (61, 72, 84)
HEAD: Final = (226, 236, 246)
MARGIN_MM: Final = 12
TEXT_PT: Final = 9
SMALLEST_PT: Final = 6.5
NAME_MM: Final = 46
WORDS: Final = 3  # columns of figures that notes at the end of a line are as wide as


class _Pages(FPDF):
    """foot: left of the page's number on each page."""

    def __init__(self, foot: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.foot = foot

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.set_font(FACE, size=8)
        self.set_text_color(*QUIET)
        self.cell(w=self.epw / 2, h=6, text=self.foot)
        self.cell(w=self.epw / 2, h=6, text=f"{self.page_no()} / {{nb}}", align="R")


def pdf(report: Report) -> bytes:
    pages = _Pages(report.lines[0] if report.lines else "")
    pages.set_title(report.title)
    pages.set_lang(report.lang)
    for style, weight in (("", 400), ("B", 700)):
        pages.add_font(FACE, style, FONTS / f"BeVietnamPro-{weight}.ttf")
    pages.set_margins(MARGIN_MM, MARGIN_MM)
    pages.set_auto_page_break(True, MARGIN_MM + 6)
    pages.add_page()
    pages.set_text_color(*INK)
    _words(pages, report.title, 15, bold=True)
    for line in report.lines:
        _words(pages, line, 10)
    for table in report.tables:
        pages.ln(4)
        if pages.will_page_break(30):
            pages.add_page()
        _words(pages, table.title, 11, bold=True)
        pages.ln(1)
        _table(pages, table, report.lang)
    pages.add_page()
    for term, text in report.definitions:
        pages.set_text_color(*INK)
        _words(pages, term, 10, bold=True)
        pages.set_text_color(*QUIET)
        _words(pages, text, 10)
        pages.ln(1.5)
    return bytes(pages.output())


def _words(pages: FPDF, text: str, size: float, bold: bool = False) -> None:
    pages.set_font(FACE, "B" if bold else "", size)
    pages.multi_cell(w=0, h=size * 0.5, text=text, new_x="LMARGIN", new_y="NEXT")


def _table(pages: FPDF, table: Table, lang: str) -> None:
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
