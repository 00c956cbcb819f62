"""The first line of a table: which column is which, by its names in two languages, and what parts them. Pure.

Columns with other names are not read: names, phones and addresses of an export go no further than here.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from server.dossiers.decoding import FileRefused
from server.dossiers.folding import fold

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "code": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "dossier", "dossier code"),
    "authority": (
        "Cơ quan",
        "Đơn vị",
        "Tên cơ quan",
        "Cơ quan giải quyết",
        "Đơn vị giải quyết",
        "agency",
        "unit",
    ),
    "procedure": (
        "Thủ tục",
        "Thủ tục hành chính",
        "Tên thủ tục",
        "Tên thủ tục hành chính",
        "TTHC",
        "Mã TTHC",
        "Mã thủ tục",
    ),
    "status": ("Trạng thái", "Tình trạng", "Trạng thái hồ sơ", "Tình trạng hồ sơ"),
    "received": ("Ngày tiếp nhận", "Ngày nhận", "Thời gian tiếp nhận", "Tiếp nhận", "received at"),
    "due": (
        "Ngày hẹn trả",
        "Hẹn trả",
        "Hạn trả",
        "Ngày hẹn trả kết quả",
        "Hạn giải quyết",
        "Hạn xử lý",
        "due date",
    ),
    "resolved": ("Ngày có kết quả", "Ngày giải quyết", "Ngày xử lý xong", "Ngày hoàn thành", "resolved at"),
    "returned": ("Ngày trả kết quả", "Ngày trả", "Ngày trả KQ", "returned at"),
    "counter": ("Quầy", "Quầy trả kết quả", "Quầy trả"),
}
REQUIRED: Final = ("code", "authority", "procedure", "status", "received", "due")
DELIMITERS: Final = (",", ";", "\t")
_KNOWN: Final = {fold(text): column for column, names in NAMES.items() for text in (column, *names)}


@dataclass(frozen=True, slots=True)
class Header:
    """places: column -> its place in a row. width: how many columns; ignored: how many of no use."""

    delimiter: str
    places: dict[str, int]
    width: int

    @property
    def ignored(self) -> int:
        return self.width - len(self.places)


def header_of(line: str) -> Header:
    """Read the first line. Raises FileRefused when a column that is needed is missing, or is there twice."""
    found = max((_header(line, delimiter) for delimiter in DELIMITERS), key=lambda h: len(h.places))
    missing = [column for column in REQUIRED if column not in found.places]
    if missing:
        raise FileRefused(
            "columns-missing", columns=", ".join(f"{column} ({NAMES[column][0]})" for column in missing)
        )
    return found


def _header(line: str, delimiter: str) -> Header:
    try:
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return Header(delimiter, {}, 0)
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _KNOWN.get(fold(cell[:120]))
        if column is not None and column in places:
            raise FileRefused("column-twice", column=column, first=places[column] + 1, second=place + 1)
        if column is not None:
            places[column] = place
    return Header(delimiter, places, len(cells))
