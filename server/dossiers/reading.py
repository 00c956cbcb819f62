"""A table of dossiers read row by row: all of them, or none and the reasons. Pure.

Every cell is text: a formula is no formula here. Only the columns of `server.dossiers.columns` are looked at,
and a reason never repeats what stood in a cell, since what stands in a wrong place may be anybody's name.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from server.dossiers.authorities import Authorities, Unknown
from server.dossiers.code import EXAMPLE, Code, read_code
from server.dossiers.columns import Header, header_of
from server.dossiers.dates import NoDate, read_instant
from server.dossiers.decoding import FileRefused, decoded
from server.dossiers.register import Dossier
from server.dossiers.status import ENDED, STAGES, Status, nearest_status, status_of

MAX_ROWS: Final = 200_000
LONGEST_HEADER: Final = 20  # lines: names of columns may be broken over several
SHOWN: Final = 50  # of the refused rows; the rest is counted
LONGEST_PROCEDURE: Final = 600  # characters; procedures have long names
CODE_APART: Final = timedelta(days=366)  # between the date in a code and the day it was taken in
_SPACES: Final = re.compile(r"\s+")
# An identity number has 12 figures or 9, a phone number 10: no procedure's name or code has so many in a row.
_PERSONAL: Final = re.compile(r"\d{9,}|(?<![\d.])0\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?!\d)|\+84[ .-]?\d{2,3}")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row cannot be taken. line: as an editor counts, where the row begins. key: of the reason.

    nearest: what would be right, of our own words, or "".
    """

    line: int
    column: str
    key: str
    nearest: str = ""


@dataclass(slots=True)
class Reading:
    """What was found. `dossiers` are only to be used when nothing is refused."""

    coding: str
    ignored: int
    dossiers: list[Dossier] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a row is compared with. known_at: nothing in the table is later than that day."""

    authorities: Authorities
    counters: frozenset[str]
    zone: tzinfo
    known_at: datetime


class _Wrong(Exception):
    def __init__(self, column: str, key: str, near: str = "") -> None:
        super().__init__(key)
        self.column, self.key, self.near = column, key, near


def read_table(data: bytes, rules: Rules) -> Reading:
    """Read a whole file. Raises FileRefused when it cannot be read as a table at all."""
    text, coding = decoded(data)
    lines = io.StringIO(text, newline="")
    first, begins = lines.readline(), 2
    if first.lower().startswith("sep="):  # a line for Excel alone
        first, begins = lines.readline(), 3
    while first.count('"') % 2 and begins < LONGEST_HEADER and (more := lines.readline()):
        first, begins = first + more, begins + 1
    header = header_of(first.rstrip("\r\n"))
    found = Reading(coding, header.ignored)
    lines_of: dict[str, int] = {}
    for line, cells in _rows(lines, header, begins):
        try:
            dossier = _dossier(cells, header, rules)
            if dossier.code in lines_of:
                raise _Wrong("code", "code-twice", str(lines_of[dossier.code]))
            lines_of[dossier.code] = line
            found.dossiers.append(dossier)
        except _Wrong as wrong:
            found.refused_count += 1
            if len(found.refused) < SHOWN:
                found.refused.append(Refused(line, wrong.column, wrong.key, wrong.near))
    if not found.dossiers and not found.refused_count:
        raise FileRefused("empty")
    return found


def _rows(lines: io.StringIO, header: Header, begins: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a cell may go over several. Blank rows are none."""
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    count = 0
    while True:
        line = begins + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused("broken-row", line=line) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise FileRefused("too-many-rows", limit=MAX_ROWS)
            yield line, cells


def _dossier(cells: list[str], header: Header, rules: Rules) -> Dossier:
    if len(cells) != header.width:
        raise _Wrong("", "row-width", str(header.width))
    row = {column: cells[place].strip() for column, place in header.places.items()}
    code = read_code(row["code"])
    if code is None:
        raise _Wrong("code", "no-code", EXAMPLE)
    status = status_of(row["status"])
    if status is None:
        raise _Wrong("status", "no-status", nearest_status(row["status"]))
    try:
        authority = rules.authorities.of(row["authority"][:200], code.agency)
    except Unknown as unknown:
        raise _Wrong("authority", unknown.key, unknown.near) from None
    received, due = _instant(row, "received", rules), _instant(row, "due", rules, ends=True)
    resolved, returned = _instant(row, "resolved", rules), _instant(row, "returned", rules)
    if received is None:
        raise _Wrong("received", "date-needed")
    _check_order(code, status, (received, due, resolved, returned), rules)
    return Dossier(
        code=code.text,
        authority=authority,
        procedure=_procedure(row["procedure"]),
        status=status,
        received=received,
        due=due,
        resolved=resolved,
        returned=returned,
        counter=_counter(row.get("counter", ""), rules),
    )


def _instant(row: dict[str, str], column: str, rules: Rules, ends: bool = False) -> datetime | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        return read_instant(text, rules.zone, ends)
    except NoDate as wrong:
        raise _Wrong(column, "no-date", wrong.near) from None


def _check_order(
    code: Code,
    status: Status,
    times: tuple[datetime, datetime | None, datetime | None, datetime | None],
    rules: Rules,
) -> None:
    """Days that contradict each other. By the day: an export's hours are often those of the export."""
    got, promised, done, handed = (None if at is None else at.astimezone(rules.zone).date() for at in times)
    assert got is not None
    last = rules.known_at.astimezone(rules.zone).date()
    for column, day in (("received", got), ("resolved", done), ("returned", handed)):
        if day is not None and day > last:
            raise _Wrong(column, "in-the-future", f"{last:%d/%m/%Y}")
    if promised is None and (status in STAGES or status is Status.RETURNED):
        raise _Wrong("due", "date-needed")
    for column, day in (("due", promised), ("resolved", done), ("returned", handed)):
        if day is not None and day < got:
            raise _Wrong(column, "before-received", f"{got:%d/%m/%Y}")
    if done is not None and status not in ENDED:
        raise _Wrong("status", "resolved-yet-open")
    if done is not None and handed is not None and handed < done:
        raise _Wrong("returned", "before-resolved", f"{done:%d/%m/%Y}")
    if abs(code.day - got) > CODE_APART:
        raise _Wrong("code", "code-apart")


def _procedure(text: str) -> str:
    """Its name or code on one line, without what no screen shows."""
    flat = "".join(
        c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", text)
    )
    flat = _SPACES.sub(" ", flat).strip()
    if not flat:
        raise _Wrong("procedure", "procedure-needed")
    if len(flat) > LONGEST_PROCEDURE:
        raise _Wrong("procedure", "procedure-long", str(LONGEST_PROCEDURE))
    if _PERSONAL.search(flat):
        raise _Wrong("procedure", "personal-number")
    return flat


def _counter(text: str, rules: Rules) -> str:
    """A counter of the hall: "7", "Quầy 7", "counter 7"."""
    if not text:
        return ""
    bare = re.sub(r"(?i)^(quầy|quay|counter)(\s+số)?\s+", "", unicodedata.normalize("NFC", text[:40]))
    if bare not in rules.counters:
        raise _Wrong("counter", "no-counter", ", ".join(_some(rules.counters)))
    return bare


def _some(counters: frozenset[str]) -> list[str]:
    return sorted(counters, key=lambda id: (len(id), id))[:12]
