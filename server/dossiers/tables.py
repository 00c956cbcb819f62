"""A file as a table, whatever it is: its head found, its rows one by one, blank ones left out. Pure.

CSV gives texts, a workbook typed cells. What the head is named by, and where it stands, says the mapping.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from server.dossiers.columns import MOST_COLUMNS, REQUIRED, Header, found_in, header_of, header_of_cells
from server.dossiers.decoding import MAX_BYTES, MOST_CELLS, FileRefused, decoded
from server.dossiers.fields import NAMES
from server.dossiers.folding import fold
from server.dossiers.mapping import STANDARD_MAPPING, Mapping, names_of
from server.dossiers.packed import OLE, ZIP
from server.dossiers.workbook import Cell, Odd, Sheet, open_sheet

MAX_ROWS: Final = 200_000
LONGEST_HEADER: Final = 20  # lines: names of columns may be broken over several
LONGEST_HEAD: Final = 256 * 1024  # characters
LOOKS_FOR_HEAD: Final = 30  # rows: titles stand above it
# As programs take a cell for a formula: `=1+1`, `+SUM(A1)`, `@A1`; not `+84 912 345 678`.
_SIGNS: Final = frozenset("=+@")
_FORMULA: Final = re.compile(
    r"=.|[+@]\s*(?:\(|[A-Za-z_][\w.]*\(|\$?[A-Z]{1,3}\$?\d|[\d.,]+\s*[*/^&+])", re.ASCII | re.DOTALL
)
Rows = Iterator[tuple[int, Sequence[Cell]]]
Names = dict[str, str]  # folded name of a column -> our field


@dataclass
class Table:
    """coding: as people are told it. rows: where each begins, and its cells; to be read once, and it may
    raise FileRefused."""

    coding: str
    header: Header
    head: list[str]
    rows: Rows


def open_table(data: bytes, mapping: Mapping = STANDARD_MAPPING) -> Table:
    """Raises FileRefused for what is no table of this source."""
    needed = tuple(mapping.columns) if mapping.columns else REQUIRED
    return _opened(data, mapping, names_of(mapping), needed)


def open_sample(data: bytes, mapping: Mapping) -> Table:
    """One of which nobody has said yet what its columns are: its head is the row that is said, or the one
    that names the most columns by their usual names. Raises FileRefused."""
    usual = {fold(name): field for field, names in NAMES.items() for name in (*names, field)}
    usual |= {fold(column): field for field, column in mapping.columns.items()}
    table = _opened(data, mapping, usual, ())
    if table.header.width < 2:
        raise FileRefused("columns-missing", fields=["code"])
    return table


def _opened(data: bytes, mapping: Mapping, names: Names, needed: Sequence[str]) -> Table:
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", limit=MAX_BYTES // 1024 // 1024)
    if data.startswith((ZIP, OLE)):
        return _of_workbook(data, mapping, names, needed)
    return _of_text(data, mapping, names, needed)


# --- text -----------------------------------------------------------------------------------------------


def _of_text(data: bytes, mapping: Mapping, names: Names, needed: Sequence[str]) -> Table:
    lines, coding = decoded(data, mapping.coding)
    begins = 1 + max(mapping.header_row - 1, 0)
    first = next(islice(lines, begins - 1, None), "")
    begins += 1
    if first.lower().startswith("sep="):  # a line for Excel alone
        first, begins = next(lines, ""), begins + 1
    top = begins
    while first.count('"') % 2 and begins < top + LONGEST_HEADER and (more := next(lines, "")):
        first, begins = first + more, begins + 1
    if len(first) > LONGEST_HEAD:
        raise FileRefused("too-many-columns", limit=MOST_COLUMNS)
    bare = first.rstrip("\r\n")
    header = header_of(bare, names, needed, mapping.delimiter)
    head = next(csv.reader(bare.splitlines(True), delimiter=header.delimiter), [])
    return Table(coding, header, head, _without_formulas(_records(lines, header, begins), header))


def _records(lines: Iterator[str], header: Header, begins: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a cell may go over several."""
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    count = total = 0
    while True:
        line = begins + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused("broken-row", line=line) from None
        if cells is None:
            return
        total += len(cells)
        if total > MOST_CELLS:
            raise FileRefused("too-many-cells", limit=MOST_CELLS)
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise FileRefused("too-many-rows", limit=MAX_ROWS)
            yield line, cells


def _without_formulas(rows: Iterator[tuple[int, list[str]]], header: Header) -> Rows:
    """A cell that is read, and that a spreadsheet program would work out, is no text of anybody's."""
    places = tuple(header.places.values())
    for line, cells in rows:
        odd = [p for p in places if p < len(cells) and cells[p][:1] in _SIGNS and _FORMULA.match(cells[p])]
        yield (
            line,
            [Odd("formula-text", "") if p in odd else c for p, c in enumerate(cells)] if odd else cells,
        )


# --- workbooks ------------------------------------------------------------------------------------------


def _of_workbook(data: bytes, mapping: Mapping, names: Names, needed: Sequence[str]) -> Table:
    sheet = open_sheet(data, mapping.sheet, MAX_ROWS + LOOKS_FOR_HEAD)
    number, head, below = _head(sheet.rows, mapping, names)
    header = header_of_cells(head, names, needed)
    return Table(f"XLSX, {sheet.name}"[:60], header, head, _below(below, sheet, number, header.width))


def _head(rows: Rows, mapping: Mapping, names: Names) -> tuple[int, list[str], Rows]:
    """The row that names the columns, and what is below: the one that is said, or the one among the first
    that names the most."""
    if mapping.header_row:
        for number, cells in rows:
            if number >= mapping.header_row:
                return number, _texts(cells), rows
    ahead = list(islice(rows, LOOKS_FOR_HEAD))
    if not ahead:
        raise FileRefused("empty")
    at = max(range(len(ahead)), key=lambda at: found_in(_texts(ahead[at][1]), names))
    return ahead[at][0], _texts(ahead[at][1]), chain(ahead[at + 1 :], rows)


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [cell if isinstance(cell, str) else "" for cell in cells]


def _below(rows: Rows, sheet: Sheet, head: int, width: int) -> Rows:
    for number, cells in rows:
        if any(cell != "" for cell in cells[:width]):
            yield number, [*cells[:width], *[""] * (width - len(cells))]
    for first, last, where in sheet.merged:
        if last > head and last > first:
            raise FileRefused("merged", cells=where)
