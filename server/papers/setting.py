"""Pages filled with a flow: what stands where on each sheet, in points from its top left. Pure.

A table's row is not divided, unless no sheet has room for it; its head stands again on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.papers.flow import (
    Block,
    Cell,
    Edges,
    Flow,
    PageNumber,
    Paragraph,
    Piece,
    Row,
    Sheet,
    Table,
    Text,
)
from server.papers.strips import Area, Mark, Strip, Stroke, strips

MOST_PAGES: Final = 2000
PageOf = list[Mark]


@dataclass(slots=True)
class _Box:
    """A cell that is laid out. rows: how many it stands in."""

    cell: Cell
    x: float
    wide: float
    strips: list[Strip]
    pad: float
    rows: int = 1

    @property
    def high(self) -> float:
        return sum(strip.high for strip in self.strips)

    def marks(self, top: float, high: float) -> Iterator[Mark]:
        cell = self.cell
        if cell.fill:
            yield Area(self.x, top, self.wide, high, cell.fill)
        spare = max(0.0, high - self.high)
        y = top + {"top": 0.0, "center": spare / 2, "bottom": spare}[cell.stands]
        for strip in self.strips:
            yield from strip.marks(self.x + self.pad, y)
            y += strip.high
        right, bottom = self.x + self.wide, top + high
        for line, ends in (
            (cell.edges.top, (self.x, top, right, top)),
            (cell.edges.bottom, (self.x, bottom, right, bottom)),
            (cell.edges.left, (self.x, top, self.x, bottom)),
            (cell.edges.right, (right, top, right, bottom)),
        ):
            if line.width:
                yield Stroke(*ends, line)


@dataclass(slots=True)
class _Group:
    """Rows that cells hold together: one row, mostly."""

    rows: list[Row]
    boxes: list[list[_Box]]

    @property
    def heights(self) -> list[float]:
        found = [
            max([row.height, *(box.high for box in boxes if box.rows == 1)])
            for row, boxes in zip(self.rows, self.boxes, strict=True)
        ]
        for n, boxes in enumerate(self.boxes):
            for box in boxes:
                short = box.high - sum(found[n : n + box.rows])
                if box.rows > 1 and short > 0:
                    found[n + box.rows - 1] += short
        return found

    def marks(self, top: float) -> Iterator[Mark]:
        heights = self.heights
        for n, boxes in enumerate(self.boxes):
            for box in boxes:
                yield from box.marks(top, sum(heights[n : n + box.rows]))
            top += heights[n]


class _Press:
    """Fills one page after the other."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.pages: list[PageOf] = [[]]
        self.top, self.bottom = sheet.top, sheet.height - sheet.bottom
        self.y = self.top

    @property
    def room(self) -> float:
        return self.bottom - self.y

    def turn(self) -> None:
        if len(self.pages) >= MOST_PAGES:
            raise TooLong
        self.pages.append([])
        self.y = self.top

    def flow(self, blocks: Sequence[Block]) -> None:
        for n, block in enumerate(blocks):
            if isinstance(block, Table):
                self.table(block)
                continue
            found = strips(block, self.sheet.room)
            if block.shape.new_page and self.pages[-1]:
                self.turn()
            together = sum(strip.high for strip in found)
            if block.shape.keep_next and n + 1 < len(blocks):
                together += self._first(blocks[n + 1])
                if self.room < together < self.bottom - self.top:
                    self.turn()
            for strip in found:
                if strip.top + strip.line.high > self.room + 0.1 and self.pages[-1]:
                    self.turn()
                self.pages[-1] += strip.marks(self.sheet.left, self.y)
                self.y += strip.high
                if strip.line.new_page:
                    self.turn()

    def _first(self, block: Block) -> float:
        """How much room the beginning of a block needs."""
        if isinstance(block, Paragraph):
            return strips(block, self.sheet.room)[0].high
        return sum(next(iter(_groups(block, self.sheet))).heights)

    def table(self, table: Table) -> None:
        groups = list(_groups(table, self.sheet))
        heads = []
        while groups and all(row.head for row in groups[0].rows):
            heads.append(groups.pop(0))
        tall = sum(sum(head.heights) for head in heads)

        def put_heads() -> None:
            for head in heads:
                self.put(head)

        first = sum(groups[0].heights) if groups else 0.0
        if tall + first > self.room and self.pages[-1] and self.y > self.top:
            self.turn()
        put_heads()
        for group in groups:
            high = sum(group.heights)
            if high > self.room + 0.1 and self.y > self.top + tall + 0.1:
                self.turn()
                put_heads()
            while len(group.rows) == 1 and sum(group.heights) > self.room + 0.1:
                part = _taken(group, self.room)
                if part is None:
                    break
                self.put(part)
                self.turn()
                put_heads()
            self.put(group)

    def put(self, group: _Group) -> None:
        self.pages[-1] += group.marks(self.y)
        self.y += sum(group.heights)


class TooLong(Exception):
    """More pages than anybody prints."""


def _taken(group: _Group, room: float) -> _Group | None:
    """As much of a row as has room; the rest stays in `group`. None: nothing more can be taken off."""
    parts, took = [], False
    for box in group.boxes[0]:
        used, n = 0.0, 0
        while n < len(box.strips) and used + box.strips[n].high <= room:
            used += box.strips[n].high
            n += 1
        took = took or n > 0
        parts.append(_Box(box.cell, box.x, box.wide, box.strips[:n], box.pad))
        box.strips = box.strips[n:]
    if not took or not any(box.strips for box in group.boxes[0]):
        for box, part in zip(group.boxes[0], parts, strict=True):
            box.strips = part.strips + box.strips
        return None
    return _Group([replace(group.rows[0], height=0.0)], [parts])


def _groups(table: Table, sheet: Sheet) -> Iterator[_Group]:
    x0, widths = _columns(table, sheet)
    left, right = table.pad
    group = _Group([], [])
    above: dict[int, _Box] = {}  # by column: the cell that may go on
    for row in table.rows:
        place, boxes, begun = 0, [], dict(above)
        goes_on = any(cell.merge == "on" for cell in row.cells)
        if group.rows and not goes_on:
            yield group
            group = _Group([], [])
        above = {}
        for cell in row.cells:
            wide = sum(widths[place : place + cell.span])
            if cell.merge == "on" and place in begun:
                box = begun[place]
                box.rows += 1
                box.cell = replace(box.cell, edges=_closing(box.cell.edges, cell.edges))
            else:
                room = wide - left - right
                found = [strip for p in cell.blocks for strip in strips(p, room)]
                box = _Box(cell, x0 + sum(widths[:place]), wide, found, left)
                boxes.append(box)
            if cell.merge:
                above[place] = box
            place += cell.span
        group.rows.append(row)
        group.boxes.append(boxes)
    if group.rows:
        yield group


def _closing(upper: Edges, lower: Edges) -> Edges:
    return replace(upper, bottom=lower.bottom)


def _columns(table: Table, sheet: Sheet) -> tuple[float, list[float]]:
    """Where a table begins, and how wide its columns are."""
    widths = list(table.widths)
    if not sum(widths):
        widths = [sheet.room / len(widths)] * len(widths)
    spare = sheet.room - sum(widths)
    if table.align == "center":
        return sheet.left + spare / 2, widths
    if table.align == "right":
        return sheet.left + spare, widths
    return sheet.left + (table.indent or -table.pad[0]), widths


def pages_of(flow: Flow) -> list[PageOf]:
    """Every page's marks. Raises TooLong."""
    sheet = flow.sheet
    press = _Press(_with_room(flow))
    press.flow(flow.blocks)
    for n, page in enumerate(press.pages, 1):
        for blocks, foot in ((flow.header, False), (flow.footer, True)):
            if blocks:
                told = [_numbered(block, n, len(press.pages)) for block in blocks]
                page += _edge(told, sheet, foot)
    return press.pages


def _edge(blocks: Sequence[Block], sheet: Sheet, foot: bool) -> PageOf:
    """A header from the top edge down, a footer from the bottom edge up."""
    top = sheet.height - sheet.foot - _tall(blocks, sheet) if foot else sheet.head
    press = _Press(replace(sheet, top=top, bottom=0.0))
    press.flow(blocks)
    return press.pages[0]


def _tall(blocks: Sequence[Block], sheet: Sheet) -> float:
    high = 0.0
    for block in blocks:
        if isinstance(block, Paragraph):
            high += sum(strip.high for strip in strips(block, sheet.room))
        else:
            high += sum(sum(group.heights) for group in _groups(block, sheet))
    return high


def _with_room(flow: Flow) -> Sheet:
    """The sheet with margins that header and footer have room in."""
    sheet = flow.sheet
    told = [[_numbered(block, 1, 1) for block in blocks] for blocks in (flow.header, flow.footer)]
    head, foot = (_tall(blocks, sheet) if blocks else 0.0 for blocks in told)
    return replace(
        sheet,
        top=max(sheet.top, sheet.head + head) if head else sheet.top,
        bottom=max(sheet.bottom, sheet.foot + foot) if foot else sheet.bottom,
    )


def _numbered(block: Block, page: int, pages: int) -> Block:
    """With the page's number written in."""

    def written(piece: Piece) -> Piece:
        if isinstance(piece, PageNumber):
            return Text(str(page if piece.which == "page" else pages), piece.style)
        return piece

    def paragraph(p: Paragraph) -> Paragraph:
        return replace(p, pieces=tuple(map(written, p.pieces)))

    if isinstance(block, Paragraph):
        return paragraph(block)
    rows = tuple(
        replace(
            row, cells=tuple(replace(cell, blocks=tuple(map(paragraph, cell.blocks))) for cell in row.cells)
        )
        for row in block.rows
    )
    return replace(block, rows=rows)
