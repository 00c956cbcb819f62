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
from server.dossiers.fields import STANDARD_NAMES
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


def header_of(
    line: str,
    names: Mapping[str, str] = STANDARD_NAMES,
    needed: Sequence[str] = REQUIRED,
    delimiter: str = "",
) -> Header:
    """Read the first line of text. names: folded name -> field; delimiter: forced, or "" for the one that
    shows the most columns. Raises FileRefused when a column that is needed is missing, or is there twice."""
    some = (delimiter,) if delimiter else DELIMITERS
    return max((_header(line, sign, names) for sign in some), key=lambda h: len(h.places)).checked(needed)


def header_of_cells(cells: Sequence[str], names: Mapping[str, str], needed: Sequence[str]) -> Header:
    """Likewise of cells that are parted already."""
    return _places(cells, "", names).checked(needed)


def found_in(cells: Sequence[str], names: Mapping[str, str]) -> int:
    """How many of the columns these cells name."""
    return len({names[folded] for cell in cells if (folded := fold(cell[:NAMED])) in names})


def _header(line: str, delimiter: str, names: Mapping[str, str]) -> Header:
    if line.count(delimiter) >= MOST_COLUMNS:
        return Header(delimiter, {}, line.count(delimiter) + 1)
    try:
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return Header(delimiter, {}, 0)
    return _places(cells, delimiter, names)


def _places(cells: Sequence[str], delimiter: str, names: Mapping[str, str]) -> Header:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = names.get(fold(cell[:NAMED]))
        if column is not None and column in places:
            raise FileRefused("column-twice", fields=[column], first=places[column] + 1, second=place + 1)
        if column is not None:
            places[column] = place
    return Header(delimiter, places, len(cells))
