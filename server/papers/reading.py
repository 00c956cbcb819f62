"""A DOCX as a flow of paragraphs and tables. Of what was checked (`checking`), all that is seen is read.

Keeps out how a page is filled with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final, Literal

import docx
from docx.oxml.ns import qn

from server.papers.flow import (
    Block,
    Break,
    Cell,
    Edges,
    Flow,
    Image,
    Line,
    Number,
    PageNumber,
    Paragraph,
    Piece,
    Row,
    Sheet,
    Style,
    Tab,
    Table,
    Text,
)
from server.papers.looks import ALIGN, Styles, edge, edges, fill, flag, points, val

EMU: Final = 12700.0
NUMBERS: Final[dict[str, Number]] = {"PAGE": "page", "NUMPAGES": "pages"}
STANDS: Final[dict[str, Literal["top", "center", "bottom"]]] = {
    "top": "top",
    "center": "center",
    "both": "center",
    "bottom": "bottom",
}
_FIELD: Final = re.compile(r"\s*([A-Z]+)")


def flow_of(document: bytes) -> Flow:
    """A whole document. Its first section says what sheet it is on."""
    opened: Any = docx.Document(BytesIO(document))
    styles = Styles(opened.styles.element)
    section = opened.sections[0]
    reader = _Reader(styles, opened.part)
    size = section._sectPr
    return Flow(
        _sheet(size),
        tuple(reader.blocks(opened.element.body)),
        *(_edge_of_page(styles, part) for part in (section.header, section.footer)),
    )


def _edge_of_page(styles: Styles, part: Any) -> tuple[Block, ...]:
    """A header or a footer, where there is one: to look into another makes it."""
    return () if part.is_linked_to_previous else tuple(_Reader(styles, part.part).blocks(part._element))


def field_name(instruction: str | None) -> str:
    """`PAGE` of ` PAGE  \\* MERGEFORMAT `."""
    found = _FIELD.match(instruction or "")
    return found[1] if found else ""


def _sheet(sect: Any) -> Sheet:
    size, margin = sect.find(qn("w:pgSz")), sect.find(qn("w:pgMar"))

    def side(name: str) -> float:
        return abs(points(margin.get(qn(f"w:{name}")), 36.0)) if margin is not None else 72.0

    wide, high = (points(size.get(qn(f"w:{name}"))) for name in ("w", "h"))
    return Sheet(
        wide,
        high,
        side("top"),
        side("left"),
        side("bottom"),
        side("right"),
        side("header"),
        side("footer"),
    )


class _Reader:
    """Reads one part of a document: its body, its header, its footer."""

    def __init__(self, styles: Styles, part: Any) -> None:
        self._styles, self._part = styles, part

    def blocks(self, parent: Any) -> Iterator[Block]:
        for child in parent.iterchildren(qn("w:p"), qn("w:tbl")):
            yield self.table(child) if child.tag == qn("w:tbl") else self.paragraph(child)

    def paragraph(self, p: Any, table: str | None = None) -> Paragraph:
        base, shape = self._styles.of_paragraph(p, table)
        how = p.find(qn("w:pPr"))
        mark = self._styles.of_run(base, None if how is None else how.find(qn("w:rPr")))
        return Paragraph(tuple(self._pieces(p, base)), shape, mark)

    def _pieces(self, p: Any, base: Style) -> Iterator[Piece]:
        field, inside = (
            "",
            False,
        )  # of a field that is spread over runs: its name, and whether it is named yet
        for child in p.iterchildren(qn("w:r"), qn("w:fldSimple"), qn("w:hyperlink")):
            if child.tag == qn("w:fldSimple"):
                run = child.find(qn("w:r"))
                style = self._styles.of_run(base, None if run is None else run.find(qn("w:rPr")))
                yield PageNumber(NUMBERS[field_name(child.get(qn("w:instr")))], style)
                continue
            for run in [child] if child.tag == qn("w:r") else child.findall(qn("w:r")):
                style = self._styles.of_run(base, run.find(qn("w:rPr")))
                for part in run:
                    if part.tag == qn("w:fldChar"):
                        kind = part.get(qn("w:fldCharType"))
                        if kind == "end" and field in NUMBERS:
                            yield PageNumber(NUMBERS[field], style)
                        field, inside = ("", kind == "begin") if kind != "separate" else (field, True)
                    elif part.tag == qn("w:instrText"):
                        field = field or field_name(part.text)
                    elif not inside:
                        yield from self._piece(part, style)

    def _piece(self, part: Any, style: Style) -> Iterator[Piece]:
        if part.tag == qn("w:t"):
            text = part.text or ""
            yield Text(text.upper() if style.caps else text, style)
        elif part.tag == qn("w:tab"):
            yield Tab(style)
        elif part.tag in (qn("w:br"), qn("w:cr")):
            yield Break(style, part.get(qn("w:type")) == "page")
        elif part.tag == qn("w:noBreakHyphen"):
            yield Text("\u2011", style)
        elif part.tag == qn("w:drawing"):
            for inline in part.iterchildren(qn("wp:inline")):
                extent, blip = inline.find(qn("wp:extent")), next(inline.iter(qn("a:blip")))
                data = self._part.related_parts[blip.get(qn("r:embed"))].blob
                yield Image(data, float(extent.get("cx")) / EMU, float(extent.get("cy")) / EMU)

    # --- tables

    def table(self, tbl: Any) -> Table:
        how = tbl.find(qn("w:tblPr"))
        style = val(how.find(qn("w:tblStyle")))
        frame, pad = Edges(), (5.4, 5.4)
        across = down = Line()
        for said in [*(s.find(qn("w:tblPr")) for s in self._styles.chain(style, "table")), how]:
            if said is None:
                continue
            lines = said.find(qn("w:tblBorders"))
            frame = edges(frame, lines)
            if lines is not None:
                across = edge(lines.find(qn("w:insideH")), across)
                down = edge(lines.find(qn("w:insideV")), down)
            pad = _padding(said.find(qn("w:tblCellMar")), pad)
        widths = tuple(
            points(col.get(qn("w:w"))) for col in tbl.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
        )
        trs = tbl.findall(qn("w:tr"))
        rows = tuple(
            self._row(tr, style or "", (frame, across, down), n == 0, n == len(trs) - 1, len(widths))
            for n, tr in enumerate(trs)
        )
        indent = how.find(qn("w:tblInd"))
        align = ALIGN.get(val(how.find(qn("w:jc"))) or "left", "left")
        return Table(widths, rows, align, pad, points(indent.get(qn("w:w"))) if indent is not None else 0.0)

    def _row(
        self, tr: Any, style: str, lines: tuple[Edges, Line, Line], first: bool, last: bool, columns: int
    ) -> Row:
        frame, across, down = lines
        cells: list[Cell] = []
        place = 0
        for tc in tr.findall(qn("w:tc")):
            how = tc.find(qn("w:tcPr"))
            span = int(val(how.find(qn("w:gridSpan"))) or 1) if how is not None else 1
            usual = Edges(
                frame.top if first else across,
                frame.left if place == 0 else down,
                frame.bottom if last else across,
                frame.right if place + span >= columns else down,
            )
            cells.append(self._cell(tc, how, style, span, usual))
            place += span
        how = tr.find(qn("w:trPr"))
        if how is None:
            return Row(tuple(cells))
        height = how.find(qn("w:trHeight"))
        return Row(
            tuple(cells), bool(flag(how, "tblHeader")), points(val(height)) if height is not None else 0.0
        )

    def _cell(self, tc: Any, how: Any, style: str, span: int, usual: Edges) -> Cell:
        blocks = tuple(self.paragraph(p, style or None) for p in tc.findall(qn("w:p")))
        if how is None:
            return Cell(blocks, span, edges=usual)
        merge = how.find(qn("w:vMerge"))
        return Cell(
            blocks,
            span,
            "" if merge is None else "start" if val(merge) == "restart" else "on",
            STANDS.get(val(how.find(qn("w:vAlign"))) or "top", "top"),
            edges(usual, how.find(qn("w:tcBorders"))),
            fill(how.find(qn("w:shd"))),
        )


def _padding(margins: Any, before: tuple[float, float]) -> tuple[float, float]:
    if margins is None:
        return before

    def side(names: Sequence[str], usual: float) -> float:
        found = next((m for name in names if (m := margins.find(qn(f"w:{name}"))) is not None), None)
        return usual if found is None else points(found.get(qn("w:w")), usual)

    return side(("left", "start"), before[0]), side(("right", "end"), before[1])


def texts(flow: Flow) -> Iterator[str]:
    """Every text of a flow, paragraph by paragraph, as one reads it."""
    for block in (*flow.header, *flow.blocks, *flow.footer):
        paragraphs = (
            [block]
            if isinstance(block, Paragraph)
            else [p for row in block.rows for cell in row.cells for p in cell.blocks]
        )
        for paragraph in paragraphs:
            yield "".join(_read(piece) for piece in paragraph.pieces)


def _read(piece: Piece) -> str:
    return piece.text if isinstance(piece, Text) else "" if isinstance(piece, Image | PageNumber) else " "
