"""Our own template of each form: a DOCX with tags in place of words, as a centre may download and edit it.

Built rather than kept, so that a form's layout is read and changed as what it is. Nothing here is a text:
each tag `{{ w.key }}` is one of `wording/`, every other one a blank of `forms.py`. Sizes in pt, widths in mm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any, Final

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as Align
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.papers.forms import SHAPES, Form, Page

FONT: Final = "Times New Roman"  # as Decree 30/2020 wants it
SHEETS: Final = {Page.A5: (148, 210), Page.A4: (210, 297), Page.A4_WIDE: (297, 210)}
MARGINS: Final = {Page.A5: (12, 14, 12, 12), Page.A4: (15, 25, 15, 15), Page.A4_WIDE: (15, 15, 12, 12)}
SIZE: Final = {Page.A5: 11.0, Page.A4: 12.0, Page.A4_WIDE: 10.0}
DATED: Final = 0.077  # of the book's width: the widest day of a year on one line, in our face
LEFT: Final = 0.42  # of the letterhead's width, for who writes


class Sheet:
    """A template that is being written, on one form's page."""

    def __init__(self, page: Page, size: float | None = None, gap: float = 2.5) -> None:
        """size: of the letters; gap: under a paragraph."""
        self.docx: Any = docx.Document()
        self.size, self.gap = size or SIZE[page], gap
        wide, high = SHEETS[page]
        top, left, bottom, right = MARGINS[page]
        self.width = wide - left - right
        section = self.docx.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if wide > high else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(wide), Mm(high)
        section.top_margin, section.left_margin = Mm(top), Mm(left)
        section.bottom_margin, section.right_margin = Mm(bottom), Mm(right)
        section.header_distance = section.footer_distance = Mm(6)
        normal = self.docx.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(self.size)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
        normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
        about = self.docx.core_properties
        about.author = about.comments = about.title = about.last_modified_by = ""
        about.created = about.modified = datetime(2026, 1, 1)

    def line(self, text: str, place: Any = None, **how: Any) -> Any:
        """A paragraph: at the end of `place`, of the sheet without one."""
        return put((place or self.docx).add_paragraph(), text, **how)

    def table(self, widths: Sequence[float], rows: int, grid: bool) -> Any:
        """widths: in mm."""
        table = self.docx.add_table(rows, len(widths), style="Table Grid" if grid else None)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        for n, width in enumerate(widths):
            table.columns[n].width = Mm(width)
            for cell in table.columns[n].cells:
                cell.width = Mm(width)
        return table

    def done(self) -> bytes:
        out = BytesIO()
        self.docx.save(out)
        return out.getvalue()


def put(
    paragraph: Any,
    text: str,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    size: float | None = None,
    align: Any = None,
    before: float = 0,
    after: float = 0,
    first: float = 0,
    keep: bool = False,
) -> Any:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.underline = bold or None, italic or None, underline or None
    if size:
        run.font.size = Pt(size)
    how = paragraph.paragraph_format
    if align is not None:
        paragraph.alignment = align
    if before:
        how.space_before = Pt(before)
    if after:
        how.space_after = Pt(after)
    if first:
        how.first_line_indent = Mm(first)
    if keep:
        how.keep_with_next = True
    return paragraph


def letterhead(sheet: Sheet, dated: bool = True, numbered: bool = True) -> None:
    """Who writes, the state and its motto, which form this is, and when."""
    small = sheet.size - 1
    text = "{{ w.form_line }} {{ w.circular_line }}"
    sheet.line("{%p if form_number %}")
    sheet.line(text, italic=True, size=small - 1.5, align=Align.RIGHT, after=2)
    sheet.line("{%p endif %}")
    left = LEFT * sheet.width
    table = sheet.table((left, sheet.width - left), 1, grid=False)
    ours, state = table.rows[0].cells
    put(ours.paragraphs[0], "{{ w.parent }}", size=small, align=Align.CENTER)
    sheet.line("{{ w.centre }}", ours, bold=True, size=small, align=Align.CENTER)
    if numbered:
        sheet.line("{{ w.number }}", ours, size=small, align=Align.CENTER, before=3)
    put(state.paragraphs[0], "{{ w.state }}", bold=True, size=small, align=Align.CENTER)
    sheet.line("{{ w.motto }}", state, bold=True, underline=True, size=small, align=Align.CENTER)
    if dated:
        sheet.line("{{ w.dated }}", state, italic=True, size=small, align=Align.CENTER, before=3)


def title(sheet: Sheet, code: bool = True) -> None:
    sheet.line("{{ w.title }}", bold=True, size=sheet.size + 2, align=Align.CENTER, before=8, after=2)
    if code:
        sheet.line("{{ w.code }}", bold=True, align=Align.CENTER, after=4)


def lines(sheet: Sheet, *keys: str, bold: Sequence[str] = (), first: float = 0) -> None:
    """A paragraph a text, one under the other."""
    for key in keys:
        sheet.line(f"{{{{ w.{key} }}}}", bold=key in bold, after=sheet.gap, first=first, align=Align.JUSTIFY)


def each(sheet: Sheet, name: str, numbered: bool = False, first: float = 0) -> None:
    """A paragraph for each line of a blank."""
    sheet.line(f"{{%p for line in {name} %}}")
    text = "{{ loop.index }}. {{ line }}" if numbered else "{{ line }}"
    sheet.line(text, after=sheet.gap, first=first, align=Align.JUSTIFY)
    sheet.line("{%p endfor %}")


def signatures(sheet: Sheet, left: str = "", hint: str = "sign_hint") -> None:
    """Two places to sign, or one on the right."""
    table = sheet.table((sheet.width / 2, sheet.width / 2), 1, grid=False)
    for cell, key in zip(table.rows[0].cells, (left, "sign_right"), strict=True):
        if key:
            _to_sign(sheet, cell, key, hint)


def _to_sign(sheet: Sheet, cell: Any, key: str, hint: str) -> None:
    put(cell.paragraphs[0], f"{{{{ w.{key} }}}}", bold=True, align=Align.CENTER, before=8, keep=True)
    text = f"{{{{ w.{hint} }}}}"
    sheet.line(text, cell, italic=True, size=sheet.size - 1, align=Align.CENTER, after=44)


def receipt(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet)
    sheet.line("{{ barcode }}", align=Align.CENTER, after=3)
    lines(sheet, "taken", "applicant", "person_number", "proxy", "address", "contact", "content", "parts")
    each(sheet, "items", numbered=True)
    lines(sheet, "sets", "limit", "received", "due", "place", "book", bold=("due",))
    sheet.line("{{ w.look_up }}", italic=True, size=sheet.size - 1.5, before=2, align=Align.JUSTIFY)
    side = (sheet.width - 30) / 2
    table = sheet.table((side, 30, side), 1, grid=False)
    left, middle, right = table.rows[0].cells
    _to_sign(sheet, left, "sign_left", "sign_hint")
    _to_sign(sheet, right, "sign_right", "sign_hint")
    put(middle.paragraphs[0], "{{ qr }}", align=Align.CENTER, before=4)
    sheet.line("{%p if secret %}", middle)
    sheet.line("{{ w.secret }}", middle, bold=True, size=sheet.size - 1.5, align=Align.CENTER)
    sheet.line("{%p endif %}", middle)


def supplement(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet)
    lines(sheet, "applicant", "address", "contact", "content", "parts")
    each(sheet, "items", numbered=True)
    lines(sheet, "reason")
    each(sheet, "reason")
    lines(sheet, "help", "clock")
    signatures(sheet)


def refusal(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet)
    lines(sheet, "taken", "applicant", "address", "contact", "content", "refused")
    each(sheet, "reason")
    lines(sheet, "closing")
    signatures(sheet, "sign_left")


def apology(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet, code=False)
    sheet.line("{{ w.to }}", bold=True, align=Align.CENTER, before=4, after=6)
    lines(sheet, "taken", "promised", "late", first=8)
    each(sheet, "reason", first=8)
    lines(sheet, "sorry", first=8)
    sheet.line("{{ w.again }}", bold=True, align=Align.CENTER, before=2, after=4)
    lines(sheet, "closing", first=8)
    signatures(sheet, hint="seal_hint")


def stop(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet, code=False)
    sheet.line("{{ w.to }}", bold=True, align=Align.CENTER, before=4, after=6)
    lines(sheet, "taken", "stopped", first=8)
    each(sheet, "reason", first=8)
    lines(sheet, "help", "closing", first=8)
    signatures(sheet, hint="seal_hint")


def control_slip(sheet: Sheet) -> None:
    letterhead(sheet, dated=False, numbered=False)
    title(sheet)
    lines(sheet, "content", "authority", "received", "due")
    cells = (
        ("head_units", 0.36, ("{{ w.giver }} {{ row.giver }}", "{{ w.receiver }} {{ row.receiver }}")),
        ("head_time", 0.26, ("{{ row.given }}",)),
        ("head_result", 0.2, ("{{ row.result }}",)),
        ("head_note", 0.18, ("{{ row.note }}",)),
    )
    grid(sheet, cells, sheet.size - 1)
    sheet.line("{{ w.rule }}", italic=True, size=sheet.size - 1, before=4)


def handover_slip(sheet: Sheet) -> None:
    letterhead(sheet)
    title(sheet)
    lines(sheet, "content", "authority", "received", "due")
    cells = (
        ("head_n", 0.07, ("{{ row.n }}",)),
        ("head_unit", 0.22, ("{{ row.receiver }}",)),
        ("head_given", 0.15, ("{{ row.given }}",)),
        ("head_due", 0.15, ("{{ row.due }}",)),
        ("head_done", 0.15, ("{{ row.done }}",)),
        ("head_result", 0.12, ("{{ row.result }}",)),
        ("head_note", 0.14, ("{{ row.note }}",)),
    )
    grid(sheet, cells, sheet.size - 1)
    signatures(sheet, "sign_left")


def register_book(sheet: Sheet) -> None:
    letterhead(sheet, dated=False, numbered=False)
    title(sheet, code=False)
    sheet.line("{{ w.period }}. {{ w.count }}", align=Align.CENTER, after=6)
    cells = tuple(
        (f"head_{name}", width, (f"{{{{ row.{name} }}}}",))
        for name, width in (
            *(("n", 0.05), ("code", 0.125), ("procedure", 0.135), ("applicant", 0.115)),
            *(("contact", 0.12), ("authority", 0.107), ("received", DATED), ("due", DATED)),
            *(("returned", DATED), ("method", 0.0585), ("signed", 0.0585)),
        )
    )
    table = grid(sheet, cells, 8.5, heads=2)
    first, second = table.rows[0].cells, table.rows[1].cells
    for n in range(len(cells)):
        if n not in (6, 7, 8):  # the three days stand under one head
            second[n].paragraphs[0].runs[0].text = ""
            _tidy(first[n].merge(second[n]))
    first[6].paragraphs[0].runs[0].text = "{{ w.head_dates }}"
    for other in (7, 8):
        first[other].paragraphs[0].runs[0].text = ""
    _tidy(first[6].merge(first[8]))
    foot = sheet.docx.sections[0].footer.paragraphs[0]
    put(foot, "{{ w.page }} ", size=8, align=Align.RIGHT)
    _field(foot, "PAGE")
    put(foot, " / ", size=8)
    _field(foot, "NUMPAGES")


def grid(sheet: Sheet, cells: Sequence[tuple[str, float, Sequence[str]]], size: float, heads: int = 1) -> Any:
    """A table with a line for each of `rows`. cells: its head, its part of the width, what stands in it."""
    table = sheet.table([part * sheet.width for _, part, _ in cells], heads + 3, grid=True)
    for row in table.rows[:heads]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for (key, _, _), cell in zip(cells, row.cells, strict=True):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            text = f"{{{{ w.{key} }}}}"
            put(cell.paragraphs[0], text, bold=True, size=size, align=Align.CENTER, before=1, after=2)
    put(table.rows[heads].cells[0].paragraphs[0], "{%tr for row in rows %}")
    body = table.rows[heads + 1]
    body._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for (_, _, texts), cell in zip(cells, body.cells, strict=True):
        put(cell.paragraphs[0], texts[0], size=size, before=1, after=2)
        for text in texts[1:]:
            sheet.line(text, cell, size=size, after=2)
    put(table.rows[heads + 2].cells[0].paragraphs[0], "{%tr endfor %}")
    return table


def _tidy(cell: Any) -> None:
    """A merged cell has the empty paragraphs of all that it was made of: keep the first."""
    for paragraph in cell.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    how, size = OxmlElement("w:rPr"), OxmlElement("w:sz")
    size.set(qn("w:val"), "16")
    text.text = "1"
    how.append(size)
    run.append(how)
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


LAYOUTS: Final[Mapping[Form, Callable[[Sheet], None]]] = {
    Form.RECEIPT: receipt,
    Form.SUPPLEMENT: supplement,
    Form.REFUSAL: refusal,
    Form.APOLOGY: apology,
    Form.STOP: stop,
    Form.CONTROL_SLIP: control_slip,
    Form.HANDOVER_SLIP: handover_slip,
    Form.REGISTER_BOOK: register_book,
}


@cache
def template(form: Form) -> bytes:
    """Our template of a form."""
    dense = {"size": 10.0, "gap": 1.5} if form is Form.RECEIPT else {}  # it has to be on one sheet
    sheet = Sheet(SHAPES[form].page, **dense)
    LAYOUTS[form](sheet)
    return sheet.done()
