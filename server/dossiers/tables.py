"""A file as a table, whatever it is: its head found, its rows one by one, blank ones left out. Pure.

CSV gives texts, a workbook typed cells. What the head is named by, and where it stands, says the mapping.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from server.dossiers.columns import MOST_COLUMNS, REQUIRED, Header, found_in, header_of_cells, parted
from server.dossiers.decoding import MAX_BYTES, MOST_CELLS, FileRefused, decoded, lines_of, refuse_older
from server.dossiers.folding import fold
from server.dossiers.guessing import USUAL
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
    usual = USUAL | {fold(column): field for field, column in mapping.columns.items()}
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
    if first.lower().startswith("sep="):  # a line for Excel alone
        first, begins = next(lines, ""), begins + 1
    tops = _tops(chain([first], lines), begins, 1 if mapping.header_row else LOOKS_FOR_HEAD)
    parts = [parted(top.text, names, mapping.delimiter) for top in tops]
    at = _likeliest([cells for _, cells in parts], names)
    below = chain.from_iterable(top.lines for top in tops[at + 1 :])
    delimiter, head = parts[at]
    header = header_of_cells(head, names, needed, delimiter)
    begins = tops[at].begins + len(tops[at].lines)
    _look(islice(lines_of(data, coding), begins - 1, None), header)
    rows = _records(chain(below, lines), header, begins)
    return Table(coding, header, head, _without_formulas(rows, header))


class _Top(NamedTuple):
    """A row that may be the head: the lines that it goes over, and which is its first."""

    begins: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "".join(self.lines)[:LONGEST_HEAD].rstrip("\r\n")


def _tops(lines: Iterator[str], begins: int, most: int) -> list[_Top]:
    """The first rows, as many as a head may need; at least one. Raises FileRefused."""
    found, length = list[_Top](), 0
    while len(found) < most and length <= LONGEST_HEAD:
        row, quotes, long = list[str](), 0, 0
        while len(row) <= LONGEST_HEADER and long <= LONGEST_HEAD and (not row or quotes % 2):
            if not (line := next(lines, "")):
                break
            row.append(line)
            quotes, long = quotes + line.count('"'), long + len(line)
        if found and not row:
            break
        found.append(_Top(begins, row))
        begins, length = begins + len(row), length + long
    if sum(map(len, found[0].lines)) > LONGEST_HEAD:
        raise FileRefused("too-many-columns", limit=MOST_COLUMNS)
    return found


def _likeliest(rows: Sequence[Sequence[str]], names: Names) -> int:
    """Which row names the columns: the one that names the most; where none names two, the first as long as
    any. One may be a title: "SỔ HỒ SƠ" is "Số hồ sơ" as well."""
    known = [found_in(cells, names) for cells in rows]
    if max(known) > 1:
        return known.index(max(known))
    filled = [sum(1 for cell in cells if cell.strip()) for cells in rows]
    return filled.index(max(filled))


def _look(lines: Iterator[str], header: Header) -> None:
    """Count rows and cells before any is kept, and look for cells in an older coding: others, and the names
    of the columns, may be Unicode already."""
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    with suppress(csv.Error):  # told with its line where rows are read, which end there
        refuse_older(_counted(reader))


def _counted(rows: Iterable[list[str]]) -> Iterator[str]:
    count = total = 0
    for cells in rows:
        total += len(cells)
        if total > MOST_CELLS:
            raise FileRefused("too-many-cells", limit=MOST_CELLS)
        count += any(cells)
        if count > MAX_ROWS:
            raise FileRefused("too-many-rows", limit=MAX_ROWS)
        yield from cells


def _records(lines: Iterator[str], header: Header, begins: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a cell may go over several."""
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        line = begins + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused("broken-row", line=line) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
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
    at = _likeliest([_texts(cells) for _, cells in ahead], names)
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
