"""The form as PDF: A4 on its side, our own typeface inside, the header of three levels on every page."""

from __future__ import annotations

from typing import Final

from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace

from server.dossiers.reports.sheet import DEEP, FIRST, NOTES, Sheet, grouped, head_rows
from server.history.as_pdf import FACE, FONTS, HEAD, INK, MARGIN_MM, QUIET

WIDE: Final = (9, 58, *([17.5] * 10), 31)
TEXT_PT: Final = 8


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


def pdf(sheet: Sheet) -> bytes:
    pages = _Pages(sheet.above[0] if sheet.above else "")
    pages.set_title(sheet.title)
    pages.set_lang(sheet.lang)
    for style, weight in (("", 400), ("B", 700)):
        pages.add_font(FACE, style, FONTS / f"BeVietnamPro-{weight}.ttf")
    pages.set_margins(MARGIN_MM, MARGIN_MM)
    pages.set_auto_page_break(True, MARGIN_MM + 6)
    pages.add_page()
    pages.set_text_color(*INK)
    for n, line in enumerate((sheet.title, *sheet.above)):
        _words(pages, line, 13 if n == 0 else 10, bold=n == 0, align="C")
    pages.ln(3)
    _table(pages, sheet)
    pages.ln(3)
    pages.set_text_color(*QUIET)
    for line in sheet.below:
        _words(pages, line, 9)
    return bytes(pages.output())


def _words(pages: FPDF, text: str, size: float, bold: bool = False, align: str = "L") -> None:
    pages.set_font(FACE, "B" if bold else "", size)
    pages.multi_cell(w=0, h=size * 0.5, text=text, align=align, new_x="LMARGIN", new_y="NEXT")


def _table(pages: FPDF, sheet: Sheet) -> None:
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
