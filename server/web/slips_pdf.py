"""Paper for an outage as PDF: slips to cut, 24 a page, then the list to write on. A4, our own typeface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from server.history.leaves import FACE, FONTS, HEAD, INK, MARGIN_MM
from server.web.handwritten import SLIPS, Slips
from server.web.words import said

COLUMNS: Final = 3
LINES: Final = SLIPS // COLUMNS
SMALL_PT, TEXT_PT, NUMBER_PT = 8, 10, 30
ROW_MM: Final = 9
DOTS: Final = "……… : ………"


def pdf(slips: Slips, hall_name: str, lang: str, t: Callable[[str], str]) -> bytes:
    """t: the word of a key."""
    pages = FPDF(orientation="portrait", format="A4")
    pages.set_title(t("sheets.title"))
    pages.set_lang(lang)
    for style, weight in (("", 400), ("B", 700)):
        pages.add_font(FACE, style, FONTS / f"BeVietnamPro-{weight}.ttf")
    pages.set_margins(MARGIN_MM, MARGIN_MM)
    pages.set_auto_page_break(False, MARGIN_MM)
    pages.set_text_color(*INK)
    for n, number in enumerate(slips.numbers):
        if n % SLIPS == 0:
            pages.add_page()
        _slip(pages, n % SLIPS, number, hall_name, f"{t('sheets.time')} {DOTS}")
    _list(pages, slips, lang, t)
    return bytes(pages.output())


def _slip(pages: FPDF, place: int, number: str, hall_name: str, time: str) -> None:
    """One of the page's places, by lines."""
    wide, high = pages.epw / COLUMNS, pages.eph / LINES
    x, y = pages.l_margin + place % COLUMNS * wide, pages.t_margin + place // COLUMNS * high
    pages.set_line_width(0.2)
    pages.rect(x, y, wide, high)
    for text, style, size, down in (
        (hall_name, "", SMALL_PT, 0.08),
        (number, "B", NUMBER_PT, 0.4),
        (time, "", TEXT_PT, 0.8),
    ):
        pages.set_font(FACE, style, size)
        pages.set_xy(x, y + down * high)
        pages.multi_cell(w=wide, h=size * 0.43, text=text, align="C")


def _list(pages: FPDF, slips: Slips, lang: str, t: Callable[[str], str]) -> None:
    """A row a number. Heads stand on every page."""
    many = len(slips.services) > 1
    parts = [("word.number", 2.0), *((("word.service", 5.0),) if many else ()), ("hand.given", 2.0)]
    parts += [("word.priority", 1.6), ("hand.at", 2.4), ("hand.counter", 1.6), ("sheets.left", 1.8)]
    whole = sum(part for _, part in parts)
    columns = [(t(key), pages.epw * part / whole) for key, part in parts]
    title = f"{t('sheets.roll')} {slips.letter}"
    if not many:
        title += f" – {said(slips.services[0].name, lang)}"
    _head(pages, title, t("sheets.date"), columns)
    for number in slips.numbers:
        if pages.get_y() + ROW_MM > pages.h - MARGIN_MM:
            _head(pages, title, t("sheets.date"), columns)
        pages.set_font(FACE, "B", TEXT_PT)
        for n, (_, wide) in enumerate(columns):
            pages.cell(w=wide, h=ROW_MM, text=number if n == 0 else "", border=1)
        pages.ln(ROW_MM)


def _head(pages: FPDF, title: str, date: str, columns: list[tuple[str, float]]) -> None:
    pages.add_page()
    pages.set_font(FACE, "B", TEXT_PT + 2)
    pages.multi_cell(w=0, h=6, text=title, new_x="LMARGIN", new_y="NEXT")
    pages.set_font(FACE, size=TEXT_PT)
    pages.cell(w=0, h=8, text=f"{date} …… / …… / ………", new_x="LMARGIN", new_y="NEXT")
    pages.set_font(FACE, size=SMALL_PT)
    pages.set_fill_color(*HEAD)
    lines = max(_lines(pages, text, wide) for text, wide in columns)
    top, x = pages.get_y(), pages.l_margin
    for text, wide in columns:
        pages.rect(x, top, wide, lines * 4 + 2, style="DF")
        pages.set_xy(x, top + 1)
        pages.multi_cell(w=wide, h=4, text=text)
        x += wide
    pages.set_xy(pages.l_margin, top + lines * 4 + 2)


def _lines(pages: FPDF, text: str, wide: float) -> int:
    found = pages.multi_cell(w=wide, h=4, text=text, dry_run=True, output=MethodReturnValue.LINES)
    assert isinstance(found, list)
    return len(found)
