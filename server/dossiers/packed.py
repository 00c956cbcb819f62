"""The packed parts of a workbook (a zip), looked at before anything of it is unpacked. Pure.

A file of one megabyte may say that it is a hundred thousand once unpacked. The directory at its end tells how
large each part claims to be, and no part is read beyond that: what claims too much is refused by its claim.
Nothing is ever written out, so that a part's name is no path.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from server.dossiers.decoding import MOST_CELLS, FileRefused

MOST_PARTS: Final = 2_000
MOST_DIRECTORY: Final = 1024 * 1024  # bytes
# Of all parts together; 90,000 dossiers with people take some 100 MB.
MOST_INFLATED: Final = 160 * 1024 * 1024
MOST_TAGS: Final = 16_000_000  # of a part: six for each of the most cells that a table may have, and its rows
TAGS_A_CELL: Final = 6
SIGNS_A_CELL: Final = 6  # attributes
SIGNS_A_ROW: Final = 12
MOST_TIMES: Final = 200  # as large as packed; cells of an honest sheet are some twenty times
LOOKS_AT_RATIO: Final = 4 * 1024 * 1024  # smaller parts may be as thin as they like
CHUNK: Final = 64 * 1024

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .doc, and a workbook with a password
ZIP: Final = b"PK\x03\x04"
_ROWS: Final = (b"<row", b":row")
_SEAM: Final = 3  # bytes of the longest of these that may be in the piece before
_CELLS: Final = tuple(sign + b"c" + end for sign in (b"<", b":") for end in (b" ", b">", b"/"))
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 65_535
_LINK: Final = 0o120000


class Parts:
    """The parts of one workbook. inflated: bytes that were unpacked so far."""

    def __init__(self, data: bytes) -> None:
        """Raises FileRefused for what is no workbook, or one that is not to be opened."""
        _check_end(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError):
            raise FileRefused("broken-zip") from None
        self.inflated = 0
        rows = self._zip.infolist()
        self._rows = {row.filename: row for row in rows}
        _check_rows(rows, self._rows)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def size(self, name: str) -> int:
        """As it claims."""
        return self._rows[name].file_size

    def chunks(self, name: str, most: int, larger: str = "too-much-inside") -> Iterator[bytes]:
        """A part, piece by piece. Raises FileRefused when there is none, when it is larger, or damaged.

        larger: the key it is refused by when it has more than `most` bytes.
        """
        row = self._rows.get(name)
        if row is None:
            raise FileRefused("not-a-table")
        if row.file_size > most:
            raise FileRefused(larger, limit=most // 1024 // 1024)
        try:
            with self._zip.open(row) as part:
                while piece := part.read(CHUNK):
                    self.inflated += len(piece)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise FileRefused("broken-zip") from None

    def look(
        self, name: str, most: int, free: int, most_rows: int = 0, larger: str = "too-much-inside"
    ) -> None:
        """Count what a part has before anything of it is understood, which takes ten times as long. free: so
        many tags, and as many attributes, are no matter; what is beyond has to be of rows and cells. Raises
        FileRefused."""
        tail, tags, signs, rows, cells = b"", 0, 0, 0, 0
        for piece in self.chunks(name, most, larger):
            tags += piece.count(b"<")
            signs += piece.count(b"=")
            rows += _count(_ROWS, tail, piece)
            cells += _count(_CELLS, tail, piece)
            tail = piece[-_SEAM:]
            if b"\0" in piece:  # UTF-16, in which no spreadsheet writes
                raise FileRefused("broken-xml")
            if rows > most_rows > 0:
                raise FileRefused("too-many-rows", limit=most_rows)
            if cells > MOST_CELLS:
                raise FileRefused("too-many-cells", limit=MOST_CELLS)
            if tags > MOST_TAGS:
                raise FileRefused("too-many-tags")
        if max(tags - TAGS_A_CELL * cells, signs - SIGNS_A_CELL * cells) > free + SIGNS_A_ROW * rows:
            raise FileRefused("too-many-tags")


def _count(words: tuple[bytes, ...], tail: bytes, piece: bytes) -> int:
    """How often any of them stands in a piece, or where the one before ends and it begins."""
    seams = ((word, tail[1 - len(word) :] + piece[: len(word) - 1]) for word in words)
    return sum(piece.count(word) + seam.count(word) for word, seam in seams)


def _check_end(data: bytes) -> None:
    """The last record says how many parts there are, before a list of them is made."""
    if data.startswith(OLE):
        raise FileRefused("old-excel")
    at = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or len(data) < at + _END_BYTES:
        raise FileRefused("broken-zip")
    _, disk, start, here, all, size, offset, _ = struct.unpack("<4s4H2LH", data[at : at + _END_BYTES])
    if disk or start or here != all or size > MOST_DIRECTORY or all > MOST_PARTS or offset + size > at:
        raise FileRefused("broken-zip" if all <= MOST_PARTS else "too-many-parts", limit=MOST_PARTS)


def _check_rows(rows: list[zipfile.ZipInfo], by_name: dict[str, zipfile.ZipInfo]) -> None:
    names = [row.filename for row in rows]
    if "mimetype" in by_name or "content.xml" in by_name:
        raise FileRefused("ods")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused("macros")
    if "xl/workbook.bin" in by_name:
        raise FileRefused("old-excel")
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise FileRefused("external-links")
    if len(by_name) != len(rows) or any(_strange(row) for row in rows):
        raise FileRefused("broken-zip")
    if sum(row.file_size for row in rows) > MOST_INFLATED or any(_thin(row) for row in rows):
        raise FileRefused("too-much-inside", limit=MOST_INFLATED // 1024 // 1024)


def _strange(row: zipfile.ZipInfo) -> bool:
    """Encrypted, a link, packed in another way, or with a name that leads elsewhere."""
    away = row.filename.startswith("/") or "\\" in row.filename or ".." in row.filename.split("/")
    link = row.external_attr >> 16 & 0o170000 == _LINK
    return bool(row.flag_bits & 1) or away or link or row.compress_type not in (0, 8)


def _thin(row: zipfile.ZipInfo) -> bool:
    return row.file_size > LOOKS_AT_RATIO and row.file_size > MOST_TIMES * max(row.compress_size, 1)
