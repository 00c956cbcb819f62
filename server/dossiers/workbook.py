"""A sheet of a workbook (XLSX), row by row: typed cells, and never more in memory than a row. Pure.

Read by the XML reader of Python itself: it hears every element as it passes, so that a million rows, a row of
a million cells or a document type are refused where they begin. Formulas are never worked out, nor is the
value believed that was saved beside one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from server.dossiers.decoding import MOST_CELLS, FileRefused, refuse_older
from server.dossiers.markup import parse, whole
from server.dossiers.packed import Parts

MOST_COLUMNS: Final = 512
MOST_STRINGS: Final = 40 * 1024 * 1024  # bytes of the part that holds the texts of all cells
MOST_SMALL: Final = 4 * 1024 * 1024  # of any other part but a sheet
MOST_SHEET: Final = 160 * 1024 * 1024
FREE_TAGS: Final = 1_000_000  # of a sheet, beside those of rows and cells
MOST_TEXT_TAGS: Final = 4_000_000  # and attributes: four tags for each of a million texts
MOST_MERGED: Final = 1_000  # in titles; in a table there may be none
SAMPLE: Final = 5_000  # texts, and of each so many characters, show an older coding
SHOWS: Final = 200
LONGEST: Final = 4_000  # characters of a cell that are kept: no field of ours has so many
_ROOM: Final = 7 * LONGEST  # as they are written: one may be escaped by seven
DATES: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})  # ECMA-376, 18.8.30
_EPOCHS: Final = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_LAST_DAY: Final = 2_958_465  # 31/12/9999
_DRESSED: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_FIGURES: Final = "0123456789"


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that is no value. key: why, `formula` or `cell-error`; at: as Excel calls it."""

    key: str
    at: str


Cell = str | int | float | bool | datetime | Odd


@dataclass
class Sheet:
    """name: of the sheet. rows: their numbers and cells, blank ones left out; to be read once."""

    name: str
    rows: Iterator[tuple[int, Sequence[Cell]]]
    merged: list[tuple[int, int, str]] = field(default_factory=list)  # first row, last row, range: after rows


@dataclass
class _Book:
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)  # name, relation, hidden
    from_1904: bool = False


def open_sheet(data: bytes, wanted: str, most_rows: int) -> Sheet:
    """The sheet of that name, or the first that is not hidden. Raises FileRefused, also while reading."""
    parts = Parts(data)
    roots = _relations(parts, "_rels/.rels")
    where = next((target for kind, target in roots.values() if kind.endswith("/officeDocument")), "")
    if not where.endswith(".xml") or "xl/" not in f"/{where}":
        raise FileRefused("not-a-table")
    folder, _, file = where.rpartition("/")
    book, relations = _book(parts, where), _relations(parts, f"{folder}/_rels/{file}.rels")
    shown = [(name, id) for name, id, hidden in book.sheets if (name == wanted if wanted else not hidden)]
    if not shown:
        raise FileRefused("no-sheet")
    name, id = shown[0]
    targets = {kind.rpartition("/")[2]: target for kind, target in relations.values()}
    target = relations.get(id, ("", ""))[1]
    part = _within(folder, target)
    parts.look(part, MOST_SHEET, FREE_TAGS, most_rows)
    texts = _texts(parts, _within(folder, targets["sharedStrings"])) if "sharedStrings" in targets else []
    dates = _date_styles(parts, _within(folder, targets["styles"])) if "styles" in targets else []
    reader = _SheetReader(texts, dates, _EPOCHS[book.from_1904], most_rows)
    sheet = Sheet(name, iter(()), reader.merged)
    sheet.rows = reader.rows(parts.chunks(part, MOST_SHEET))
    return sheet


def _within(folder: str, target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"{folder}/{target}"


def _relations(parts: Parts, name: str) -> dict[str, tuple[str, str]]:
    """Id -> kind and target."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, has: dict[str, str]) -> None:
        if tag == "Relationship" and has.get("TargetMode") != "External":
            found[has.get("Id", "")] = (has.get("Type", ""), has.get("Target", ""))

    whole(parts.chunks(name, MOST_SMALL), start)
    return found


def _book(parts: Parts, name: str) -> _Book:
    book = _Book()

    def start(tag: str, has: dict[str, str]) -> None:
        if tag == "sheet":
            id = next((value for key, value in has.items() if key.rpartition(":")[2] == "id"), "")
            book.sheets.append((has.get("name", ""), id, has.get("state", "visible") != "visible"))
        elif tag == "workbookPr":
            book.from_1904 = has.get("date1904", "0") in ("1", "true")

    whole(parts.chunks(name, MOST_SMALL), start)
    return book


def _texts(parts: Parts, name: str) -> list[str]:
    """The texts that cells point at; readings of another script beside them are left out."""
    found: list[str] = []
    now: list[str] = []
    inside = [False, False]  # t, rPh
    room = [0]

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            now.clear()
            room[0] = _ROOM
        elif tag == "t":
            inside[0] = not inside[1]
        elif tag == "rPh":
            inside[1] = True

    def end(tag: str) -> None:
        if tag == "t":
            inside[0] = False
        elif tag == "rPh":
            inside[1] = False
        elif tag == "si":
            found.append(_text("".join(now)))
            room[0] = 0

    def text(some: str) -> None:
        if inside[0] and room[0] > 0:
            now.append(some)
            room[0] -= len(some)

    parts.look(name, MOST_STRINGS, MOST_TEXT_TAGS, larger="too-much-text")
    whole(parts.chunks(name, MOST_STRINGS, "too-much-text"), start, end, text)
    refuse_older(found)
    return found


def _date_styles(parts: Parts, name: str) -> list[bool]:
    """Of each style of cells, whether a number in it is a date."""
    own: dict[int, bool] = {}
    found: list[bool] = []
    inside = [False]

    def start(tag: str, has: dict[str, str]) -> None:
        if tag == "cellXfs":
            inside[0] = True
        elif tag == "numFmt":
            own[_int(has.get("numFmtId"))] = _is_date(has.get("formatCode", ""))
        elif tag == "xf" and inside[0]:
            format = _int(has.get("numFmtId"))
            found.append(own.get(format, format in DATES))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside[0] = False

    whole(parts.chunks(name, MOST_SMALL), start, end)
    return found


def _is_date(format: str) -> bool:
    bare = _DRESSED.sub("", format.split(";")[0]).lower()
    return "general" not in bare and any(letter in bare for letter in "dyh")


def _int(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _text(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text[: LONGEST + 1]


# --- the sheet ------------------------------------------------------------------------------------------


class _SheetReader:
    """Hears the elements of a sheet; rows wait in `_ready` until they are asked for."""

    def __init__(self, texts: list[str], dates: list[bool], epoch: datetime, most_rows: int) -> None:
        self._texts, self._dates, self._epoch, self._most = texts, dates, epoch, most_rows
        self.merged: list[tuple[int, int, str]] = []
        self._ready: list[tuple[int, list[Cell]]] = []
        self._places: dict[str, int] = {}
        self._row: list[Cell] = []
        self._number = self._count = self._cells = self._room = 0
        self._kind, self._style, self._at, self._place = "n", 0, "", 0
        self._value: list[str] = []
        self._takes = self._formula = False
        self._inline: list[str] = []  # the first texts that stand in cells themselves

    def rows(self, pieces: Iterable[bytes]) -> Iterator[tuple[int, Sequence[Cell]]]:
        for _ in parse(pieces, self._start, self._end, self._text):
            yield from self._ready
            self._ready.clear()
        refuse_older(self._inline)

    def _start(self, tag: str, has: dict[str, str]) -> None:
        if tag == "c":
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise FileRefused("too-many-cells", limit=MOST_CELLS)
            self._kind, self._style, self._at = has.get("t", "n"), _int(has.get("s")), has.get("r", "")
            self._place = self._place_of(self._at)
            self._formula = False
            self._value.clear()
            self._room = _ROOM
        elif tag == "v" or tag == "t":
            self._takes = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._count += 1
            self._number = _int(has.get("r")) if "r" in has else self._number + 1
            if max(self._count, self._number) > self._most:
                raise FileRefused("too-many-rows", limit=self._most)
            self._row, self._place = [], -1
        elif tag == "mergeCell":
            self._merge(has.get("ref", ""))
        elif tag == "dimension":
            last = _REFERENCE.fullmatch(has.get("ref", "").rpartition(":")[2])
            if last is not None and int(last[2]) > self._most:
                raise FileRefused("too-many-rows", limit=self._most)

    def _text(self, some: str) -> None:
        if self._takes and self._room > 0:
            self._value.append(some)
            self._room -= len(some)

    def _end(self, tag: str) -> None:
        if tag == "v" or tag == "t":
            self._takes = False
        elif tag == "c":
            self._room = 0
            cell = self._cell()
            if cell != "":
                row = self._row
                if self._place >= len(row):
                    row.extend([""] * (self._place + 1 - len(row)))
                row[self._place] = cell
        elif tag == "row" and self._row:
            self._ready.append((self._number, self._row))

    def _place_of(self, at: str) -> int:
        """0 for column A; a cell that does not say stands behind the one before."""
        letters = at.rstrip(_FIGURES)
        place = self._places.get(letters, -1) if letters else self._place + 1
        if place < 0:
            if not letters.isascii() or not letters.isupper() or len(letters) > 3:
                raise FileRefused("broken-xml")
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - 64
            place -= 1
            self._places[letters] = place
        if place >= MOST_COLUMNS:
            raise FileRefused("too-many-columns", limit=MOST_COLUMNS)
        return place

    def _cell(self) -> Cell:
        if self._formula:
            return Odd("formula", self._at)
        if not self._value:
            return ""
        text = self._value[0] if len(self._value) == 1 else "".join(self._value)
        match self._kind:
            case "s":
                place = _int(text)
                if not 0 <= place < len(self._texts):
                    raise FileRefused("broken-xml")
                return self._texts[place]
            case "n":
                return self._amount(text)
            case "inlineStr" | "str":
                if not text.isascii() and len(self._inline) < SAMPLE:
                    self._inline.append(text[:SHOWS])
                return _text(text)
            case "b":
                return text == "1"
            case "d":
                return text
        return Odd("cell-error", self._at)

    def _amount(self, text: str) -> Cell:
        """A number, or a date where its style says so."""
        try:
            number: int | float = int(text) if len(text) < 16 and text.isdigit() else float(text)
        except ValueError:
            raise FileRefused("broken-xml") from None
        if 0 <= self._style < len(self._dates) and self._dates[self._style] and 0 <= number <= _LAST_DAY:
            return self._epoch + timedelta(seconds=round(number * 86_400))
        return (
            int(number)
            if isinstance(number, float) and abs(number) < 2**53 and number.is_integer()
            else number
        )

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        ends = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if ends[0] is None or ends[1] is None:
            raise FileRefused("broken-xml")
        self.merged.append((int(ends[0][2]), int(ends[1][2]), ref))
        if len(self.merged) > MOST_MERGED:
            raise FileRefused("merged", cells=ref)
