"""The head of a table: which column is which, by the names that a source uses, and what parts them. Pure.

Columns with other names are not read: names, phones and addresses of an export go no further than here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.dossiers.decoding import FileRefused
from server.dossiers.folding import fold

REQUIRED: Final = ("code", "authority", "procedure", "status", "received", "due")
DELIMITERS: Final = (",", ";", "\t")
MOST_COLUMNS: Final = 512
NAMED: Final = 200  # characters of a name that are looked at


@dataclass(frozen=True, slots=True)
class Header:
    """places: field -> its place in a row. width: how many columns; ignored: how many of no use."""

    delimiter: str
    places: dict[str, int]
    width: int

    @property
    def ignored(self) -> int:
        return self.width - len(self.places)

    def checked(self, needed: Sequence[str]) -> Header:
        """Itself. Raises FileRefused when a column that is needed is missing, or there are too many."""
        if self.width > MOST_COLUMNS:
            raise FileRefused("too-many-columns", limit=MOST_COLUMNS)
        missing = [column for column in needed if column not in self.places]
        if missing:
            raise FileRefused("columns-missing", fields=missing)
        return self


def parted(line: str, names: Mapping[str, str], delimiter: str = "") -> tuple[str, list[str]]:
    """A row of text as cells, and what parts them. delimiter: forced, or "" for the one that shows the most
    columns of `names`."""
    some = (delimiter,) if delimiter else DELIMITERS
    ways = [(sign, _cells(line, sign)) for sign in some]
    return max(ways, key=lambda way: (found_in(way[1], names), len(way[1])))


def header_of_cells(
    cells: Sequence[str], names: Mapping[str, str], needed: Sequence[str], delimiter: str = ""
) -> Header:
    """Read the row that names the columns. names: folded name -> field. Raises FileRefused when a column that
    is needed is missing, or is there twice."""
    return _places(cells, delimiter, names).checked(needed)


def found_in(cells: Sequence[str], names: Mapping[str, str]) -> int:
    """How many of the columns these cells name."""
    return len({names[folded] for cell in cells if (folded := fold(cell[:NAMED])) in names})


def _cells(line: str, delimiter: str) -> list[str]:
    """Of a line with too many, as many as it takes to know that."""
    if line.count(delimiter) >= MOST_COLUMNS:
        return ["?"] * (MOST_COLUMNS + 1)
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _places(cells: Sequence[str], delimiter: str, names: Mapping[str, str]) -> Header:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = names.get(fold(cell[:NAMED]))
        if column is not None and column in places:
            raise FileRefused("column-twice", fields=[column], first=places[column] + 1, second=place + 1)
        if column is not None:
            places[column] = place
    return Header(delimiter, places, len(cells))
