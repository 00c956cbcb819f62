"""The form as a document of a word processor: A4 on its side, the header merged and repeated on each page."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.dossiers.reports.sheet import DEEP, FIRST, NOTES, WIDTH, Sheet, grouped, head_rows

WIDE_MM: Final = (11, 56, *([17] * 10), 30)
MARGIN_MM: Final = 15
FACE: Final = "Times New Roman"
CENTRE, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def docx(sheet: Sheet) -> bytes:
    paper = Document()
    _page(paper, sheet)
    for n, line in enumerate((sheet.title, *sheet.above)):
        _write(paper.add_paragraph(), line, CENTRE, bold=n == 0, size=13 if n == 0 else 11)
    table = paper.add_table(rows=DEEP + len(sheet.lines) + 1, cols=WIDTH, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    grid = [row.cells for row in table.rows]
    for level in head_rows(sheet.heads):
        for word, head in level:
            cell = grid[head.top][head.left]
            last = grid[head.top + head.rows - 1][head.left + head.columns - 1]
            merged = cell if cell is last else cell.merge(last)
            merged.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            _write(merged.paragraphs[0], word, CENTRE, bold=True)
    for cells, row in zip(grid[DEEP:], sheet.cells(), strict=True):
        last_line = cells is grid[-1]
        for n, (cell, value) in enumerate(zip(cells, row, strict=True)):
            text = value if isinstance(value, str) else grouped(value, sheet.lang)
            _write(cell.paragraphs[0], text, CENTRE if n == 0 else _side(n), bold=last_line)
    for drawn, width in zip(table.columns, WIDE_MM, strict=True):
        drawn.width = Mm(width)
    for n, row in enumerate(table.rows):
        _once(row, "w:cantSplit")
        if n < DEEP:
            _once(row, "w:tblHeader")
        for cell, width in zip(row.cells, WIDE_MM, strict=True):
            cell.width = Mm(width) if n >= DEEP else cell.width
    paper.add_paragraph()
    for line in sheet.below:
        _write(paper.add_paragraph(), line, LEFT)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Any, sheet: Sheet) -> None:
    paper.core_properties.title = sheet.title
    paper.core_properties.author = ""
    section = paper.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    style.paragraph_format.space_after = Pt(2)


def _write(paragraph: Any, text: str, side: Any, bold: bool = False, size: float = 10) -> None:
    paragraph.alignment = side
    if text:
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(size)


def _side(column: int) -> Any:
    return RIGHT if FIRST <= column < NOTES else LEFT


def _once(row: Any, name: str) -> None:
    """A property of a row that python-docx has no word for."""
    properties = row._tr.get_or_add_trPr()
    found = OxmlElement(name)
    found.set(qn("w:val"), "true")
    properties.append(found)
