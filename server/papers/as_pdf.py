"""A DOCX as PDF: the same document, set in our own typeface, which is embedded; its text can be copied."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from fpdf import FPDF

from server.papers.flow import Style
from server.papers.metrics import FACE, drawn_size, font_file, width
from server.papers.reading import flow_of
from server.papers.setting import pages_of
from server.papers.strips import Area, Letters, Mark, Shown, Stroke

SLANT: Final = 11  # degrees; the face has no italics of its own


def pdf(document: bytes, title: str, lang: str) -> bytes:
    """Raises TooLong."""
    flow = flow_of(document)
    found = pages_of(flow)
    paper = FPDF(unit="pt", format=(flow.sheet.width, flow.sheet.height))
    paper.set_title(title)
    paper.set_lang(lang)
    paper.set_auto_page_break(False)
    for style, bold in (("", False), ("B", True)):
        paper.add_font(FACE, style, font_file(bold))
    for page in found:
        paper.add_page()
        for mark in page:
            _draw(paper, mark)
    return bytes(paper.output())


def _draw(paper: FPDF, mark: Mark) -> None:
    if isinstance(mark, Letters):
        _write(paper, mark)
    elif isinstance(mark, Stroke):
        paper.set_draw_color(*_rgb(mark.line.color))
        paper.set_line_width(mark.line.width)
        paper.line(mark.x, mark.y, mark.to_x, mark.to_y)
    elif isinstance(mark, Area):
        paper.set_fill_color(*_rgb(mark.color))
        paper.rect(mark.x, mark.y, mark.wide, mark.high, style="F")
    elif isinstance(mark, Shown):
        paper.image(BytesIO(mark.image.data), mark.x, mark.y, mark.image.width, mark.image.height)


def _write(paper: FPDF, mark: Letters) -> None:
    style = mark.style
    paper.set_font(FACE, "B" if style.bold else "", drawn_size(style))
    paper.set_text_color(*_rgb(style.color))
    if style.italic:
        with paper.skew(ax=SLANT, ay=0, x=mark.x, y=mark.y):
            paper.text(mark.x, mark.y, mark.text)
    else:
        paper.text(mark.x, mark.y, mark.text)
    for wanted, above in ((style.underline, -0.12), (style.strike, 0.28)):
        if wanted:
            _rule(paper, mark, style, above)


def _rule(paper: FPDF, mark: Letters, style: Style, above: float) -> None:
    """A line under or through letters. above: their base, as a part of their size."""
    size = drawn_size(style)
    paper.set_draw_color(*_rgb(style.color))
    paper.set_line_width(size * 0.055)
    y = mark.y - above * size
    paper.line(mark.x, y, mark.x + width(mark.text.rstrip(), style), y)


def _rgb(color: str) -> tuple[int, int, int]:
    try:
        return int(color[:2], 16), int(color[2:4], 16), int(color[4:], 16)
    except ValueError:
        return 0, 0, 0
