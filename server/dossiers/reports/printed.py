"""A form that somebody else printed: read from CSV, a workbook or pasted cells, so that it can be checked.

Pure. The header is not trusted to be anything: lines are found by their shape (a number, a name, ten
figures). Blank stays blank, "-" is a zero, thousands may be parted by a point, a comma or a blank: all
ten are counts, which have no decimals, so that "35.591" and "35,591" can only be the same here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.dossiers.decoding import FileRefused, decoded
from server.dossiers.folding import fold
from server.dossiers.packed import OLE, ZIP
from server.dossiers.reports.sheet import FIRST, NOTES, Line
from server.dossiers.tally import COLUMNS
from server.dossiers.workbook import Cell, open_sheet

MOST_ROWS: Final = 2000  # a province has some hundred authorities
MOST_BYTES: Final = 2 * 1024 * 1024
LONGEST: Final = 200  # characters of a name or note that are shown again
TOTALS: Final = frozenset({"tong so", "tong cong", "tong", "cong", "total", "sum"})
_COUNT: Final = re.compile(
    r"\d{1,9}|\d{1,3}(?P<mark>[.,' \u00a0\u202f])\d{3}(?:(?P=mark)\d{3}){0,2}", re.ASCII
)
_NUMBER: Final = re.compile(r"\d{1,4}[.)]?", re.ASCII)
# What stands under a header to count its columns: A, B, (1)=(2)+(3), 2 …
_LETTER: Final = re.compile(r"[\s(\[]*[A-ZĐ][\s)\]]*", re.IGNORECASE)
_PLACE: Final = re.compile(r"[\s(\[]*(\d{1,2})[\s)\]]*(?:=[\d\s()\[\]=+\-–]*)?", re.ASCII)
_ZEROS: Final = frozenset("-–—−")

Rows = Iterable[tuple[int, Sequence[Cell]]]


class NoCount(Exception):
    """key: why: `no-count` for what is no whole count, `decimal` for a thousand that became a fraction,
    `formula` for a cell that nobody worked out."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that is no figure. row: of the file, from 1; name: of its line as it is written."""

    row: int
    name: str
    column: str
    key: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What was read. lines: `id` is "" where `whose` knows nobody; total: None where there is no such line.
    unread: cells that are no figures, which count as blank. unknown: names with the nearest known one.
    twice: ids that stand in more than one line. marks: how thousands are parted, "." and ",": two of them
    are a mixture."""

    lines: tuple[Line, ...]
    total: Line | None
    unread: tuple[Unread, ...]
    unknown: tuple[tuple[str, str], ...]
    twice: tuple[str, ...]
    marks: frozenset[str]


def read_file(data: bytes) -> list[tuple[int, Sequence[Cell]]]:
    """The rows of a file, with their numbers. Raises FileRefused."""
    if len(data) > MOST_BYTES:
        raise FileRefused("too-large", limit=MOST_BYTES // 1024 // 1024)
    if data.startswith((ZIP, OLE)):
        return list(open_sheet(data, "", MOST_ROWS).rows)
    return read_text("".join(decoded(data)[0]))


def read_text(text: str) -> list[tuple[int, Sequence[Cell]]]:
    """The same of text: pasted cells are parted by tabs, CSV by what its lines have most of."""
    marks = {mark: text.count(mark) for mark in "\t;,"}
    mark = "\t" if marks["\t"] else max(";,", key=lambda m: marks[m])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows: list[tuple[int, Sequence[Cell]]] = []
    try:
        for row in reader:
            if len(rows) >= MOST_ROWS:
                raise FileRefused("too-many-rows", limit=MOST_ROWS)
            rows.append((reader.line_num, row))
    except csv.Error:
        raise FileRefused("broken-row", line=reader.line_num) from None
    return rows


def read(rows: Rows, whose: Callable[[str], tuple[str, str]]) -> Printed:
    """whose: the authority's id for what a line is called, or "" and the nearest name that is known. Raises
    FileRefused when there is no line of the form in it."""
    lines: list[Line] = []
    total: Line | None = None
    unread: list[Unread] = []
    unknown: list[tuple[str, str]] = []
    marks: set[str] = set()
    for number, cells in _body(rows):
        name, figures = _name(cells), []
        for column, cell in zip(COLUMNS, cells[FIRST:NOTES], strict=True):
            try:
                figures.append(count_of(cell, marks))
            except NoCount as error:
                figures.append(None)
                unread.append(Unread(number, name, column, error.key))
        note = _text(cells[NOTES]) if len(cells) > NOTES else ""
        if fold(name) in TOTALS:
            total = Line("", "", name, tuple(figures), note)
            break
        id, near = whose(name)
        if not id:
            unknown.append((name, near))
        lines.append(Line(_text(cells[0]) or str(len(lines) + 1), id, name, tuple(figures), note))
    if not lines:
        raise FileRefused("no-form")
    ids = [line.id for line in lines if line.id]
    twice = tuple(sorted({id for id in ids if ids.count(id) > 1}))
    return Printed(tuple(lines), total, tuple(unread), tuple(unknown), twice, frozenset(marks))


def count_of(cell: Cell, marks: set[str]) -> int | None:
    """A figure; None for a blank one. marks: gets how its thousands are parted. Raises NoCount."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise NoCount("formula" if getattr(cell, "key", "") == "formula" else "no-count")
    if isinstance(cell, int):
        if cell < 0:
            raise NoCount("no-count")
        return cell
    if isinstance(cell, float):  # 35.591 that a spreadsheet took for thirty-five and a half
        if cell.is_integer() and cell >= 0:
            return int(cell)
        raise NoCount("decimal" if round(cell * 1000, 6).is_integer() else "no-count")
    text = cell.strip().lstrip("'")
    if text in _ZEROS:
        return 0
    if not text:
        return None
    found = _COUNT.fullmatch(text)
    if found is None:
        raise NoCount("no-count")
    if found["mark"]:
        marks.add(found["mark"])
    return int(re.sub(r"\D", "", text))


def _body(rows: Rows) -> Iterator[tuple[int, list[Cell]]]:
    """Lines of the form, from the first one on; what stands between them and is none is passed over."""
    begun = False
    for number, row in rows:
        cells = [*row, *[""] * (NOTES - len(row))]
        if _is_line(cells, begun):
            begun = True
            yield number, cells


def _is_line(cells: list[Cell], begun: bool) -> bool:
    """Named, and either numbered or with figures in it. Before the first line all ten must be figures or
    blank and one must be a figure: a header has words there, or the numbers of its columns."""
    name, figures = _name(cells), cells[FIRST:NOTES]
    if not name or _NUMBER.fullmatch(name) or _counts_columns(cells):
        return False
    numbered = _NUMBER.fullmatch(_text(cells[0])) is not None
    if begun:
        return numbered or any(_is_count(cell) for cell in figures)
    readable = sum(_is_count(cell) for cell in figures)
    return (numbered and readable >= len(figures) // 2) or (
        readable > 0 and all(_is_count(cell) or _text(cell) == "" for cell in figures)
    )


def _counts_columns(cells: list[Cell]) -> bool:
    """Whether it counts the columns: letters or numbers for the first two, and numbers that run from 1."""
    texts = [_text(cell) for cell in cells[:NOTES]]
    places = [_PLACE.fullmatch(text) for text in texts]
    numbers = [int(place[1]) for place in places if place]
    heads = all(
        place or not text or _LETTER.fullmatch(text) for text, place in zip(texts, places, strict=True)
    )
    return heads and all(places[FIRST:]) and numbers == list(range(1, len(numbers) + 1))


def _name(cells: list[Cell]) -> str:
    """What a line is called: a sum is sometimes written in the first of two merged cells."""
    return _text(cells[1]) or ("" if _NUMBER.fullmatch(_text(cells[0])) else _text(cells[0]))


def _is_count(cell: Cell) -> bool:
    try:
        return count_of(cell, set()) is not None
    except NoCount as error:
        return error.key == "decimal"


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())[:LONGEST] if isinstance(cell, str | int) else ""
