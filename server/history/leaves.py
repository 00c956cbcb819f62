"""Leaves of a report as PDF: A4 on its side, our own typeface inside, a foot with the page's number."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fpdf import FPDF

import hardware

FONTS: Final = Path(hardware.__file__).parent / "fonts"
FACE: Final = "Be Vietnam Pro"
INK: Final = (21, 32, 43)
QUIET: Final = (61, 72, 84)
HEAD: Final = (226, 236, 246)
MARGIN_MM: Final = 12


class Leaves(FPDF):
    """title: of the document. foot: left of the page's number on each page. The first page is begun."""

    def __init__(self, title: str, foot: str, lang: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.foot = foot
        self.set_title(title)
        self.set_lang(lang)
        for style, weight in (("", 400), ("B", 700)):
            self.add_font(FACE, style, FONTS / f"BeVietnamPro-{weight}.ttf")
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + 6)
        self.add_page()
        self.set_text_color(*INK)

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.set_font(FACE, size=8)
        self.set_text_color(*QUIET)
        self.cell(w=self.epw / 2, h=6, text=self.foot)
        self.cell(w=self.epw / 2, h=6, text=f"{self.page_no()} / {{nb}}", align="R")

    def words(self, text: str, size: float, bold: bool = False, align: str = "L") -> None:
        """A paragraph over the whole width. size: in points."""
        self.set_font(FACE, "B" if bold else "", size)
        self.multi_cell(w=0, h=size * 0.5, text=text, align=align, new_x="LMARGIN", new_y="NEXT")
