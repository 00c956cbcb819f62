"""The Hà Nam form as one model, which screen, paper and every file are written from. Pure.

Thirteen columns under a header of three levels. A line is blank (None in each figure) where nothing
happened, which is not a line of zeros. Texts are the reader's already; nothing here knows a catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.dossiers.tally import COLUMNS, Row

WIDTH: Final = 13
DEEP: Final = 3
FIRST: Final = 2  # the column of the first figure
NOTES: Final = WIDTH - 1

Figures = tuple[int | None, ...]
BLANK: Final[Figures] = (None,) * len(COLUMNS)


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of the header. key: of its word; top, left: from 0; rows, columns: how many it spans."""

    key: str
    top: int
    left: int
    rows: int = 1
    columns: int = 1


HEADER: Final = (
    Head("no", 0, 0, rows=3),
    Head("unit", 0, 1, rows=3),
    Head("received", 0, 2, columns=3),
    Head("results", 0, 5, columns=7),
    Head("notes", 0, 12, rows=3),
    Head("sum", 1, 2, rows=2),
    Head("of_which", 1, 3, columns=2),
    Head("resolved", 1, 5, columns=4),
    Head("pending", 1, 9, columns=3),
    *(
        Head(key, 2, left)
        for left, key in (
            (3, "new"),
            (4, "carried"),
            (5, "sum"),
            (6, "early"),
            (7, "on_time"),
            (8, "late"),
            (9, "sum"),
            (10, "not_due"),
            (11, "overdue"),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form. no: "1"; id: of what it is about, "" for the sum; figures: ten, as COLUMNS."""

    no: str
    id: str
    name: str
    figures: Figures
    note: str = ""

    def __getitem__(self, column: str) -> int | None:
        return self.figures[COLUMNS.index(column)]

    @property
    def blank(self) -> bool:
        return all(figure is None for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one period. heads: word by key of HEADER; above: lines under the title; below: what is said
    of its figures, after the table."""

    title: str
    above: tuple[str, ...]
    heads: Mapping[str, str]
    lines: tuple[Line, ...]
    total: Line
    below: tuple[str, ...] = ()
    lang: str = "vi"

    def cells(self) -> list[list[str | int | None]]:
        """The lines and their sum as thirteen cells each: the same in every file."""
        return [[line.no, line.name, *line.figures, line.note] for line in (*self.lines, self.total)]


def figures_of(row: Row | None) -> Figures:
    return BLANK if row is None else row.figures


def lines_of(
    rows: Mapping[str, Row | None], name: Callable[[str], str], note: Callable[[str], str]
) -> tuple[Line, ...]:
    """The lines of these rows in their order, numbered from 1."""
    return tuple(
        Line(str(n), id, name(id), figures_of(row), note(id)) for n, (id, row) in enumerate(rows.items(), 1)
    )


def grouped(n: int | None, lang: str) -> str:
    """35.591 for Vietnamese readers, 35,591 for others; nothing for a blank."""
    if n is None:
        return ""
    return f"{n:,}".replace(",", "." if lang == "vi" else ",")


def head_rows(heads: Mapping[str, str]) -> Iterable[list[tuple[str, Head]]]:
    """The header level by level: the word of each cell that begins there, and the cell."""
    for level in range(DEEP):
        yield [(heads[head.key], head) for head in HEADER if head.top == level]
