"""A report as a document of a word processor: A4 on its side, headings repeated on each page."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.history.table import Kind, Report, Table, shown

MARGIN_MM: Final = 15
PAGE_MM: Final = (297, 210)
FACE: Final = "Times New Roman"  # as official papers are set
CENTRE, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def docx(report: Report) -> bytes:
    paper = Document()
    _page(paper, report)
    for n, line in enumerate((report.title, *report.lines)):
        _write(paper.add_paragraph(), line, CENTRE, bold=n == 0, size=13 if n == 0 else 11)
    for table in report.tables:
        _write(paper.add_paragraph(), table.title, LEFT, bold=True, size=11)
        _table(paper, table, report.lang)
    paper.add_paragraph()
    for term, text in report.definitions:
        _write(paper.add_paragraph(), f"{term}: {text}", LEFT)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _table(paper: Any, table: Table, lang: str) -> None:
    drawn = paper.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, column in zip(drawn.rows[0].cells, table.columns, strict=True):
        _write(cell.paragraphs[0], column.head, CENTRE, bold=True)
    _once(drawn.rows[0], "w:tblHeader")
    for row in table.rows:
        last = table.total and row is table.rows[-1]
        for n, (cell, found) in enumerate(zip(drawn.add_row().cells, row, strict=True)):
            kind = table.kind(found, n)
            text = "" if found.value is None else shown(found.value, kind, lang)
            _write(cell.paragraphs[0], text, LEFT if kind is Kind.TEXT else RIGHT, bold=last)
    for row in drawn.rows:
        _once(row, "w:cantSplit")


def _page(paper: Any, report: Report) -> None:
    paper.core_properties.title = report.title
    paper.core_properties.author = ""
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
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


def _once(row: Any, name: str) -> None:
    """A property of a row that python-docx has no word for."""
    found = OxmlElement(name)
    found.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(found)
