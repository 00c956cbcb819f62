"""A cell to a value of ours, one rule for each kind of field: nothing is guessed, nothing is repeated. Pure.

A cell is text, or what a workbook or a program has typed already. A reason never says what stood in the cell,
since what stands in a wrong place may be anybody's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from server.dossiers import dates
from server.dossiers.authorities import Authorities
from server.dossiers.code import EXAMPLE, Code, read_code
from server.dossiers.fields import KINDS, LONGEST, LONGEST_NOTE, Kind
from server.dossiers.folding import fold
from server.dossiers.limits import NoLimit, read_limit
from server.dossiers.mapping import STANDARD_MAPPING, Mapping, channels_of, nearest_channel, statuses_of
from server.dossiers.numbers import NoNumber, read_whole, whole_of
from server.dossiers.register import Channel
from server.dossiers.status import Status, nearest_status, status_of
from server.dossiers.workbook import Cell, Odd

_SPACES: Final = re.compile(r"\s+")
# An identity number has 12 figures or 9, a phone number 10: no procedure's name or code has so many in a row.
_PERSONAL: Final = re.compile(r"\d{9,}|(?<![\d.])0\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?!\d)|\+84[ .-]?\d{2,3}")
_COUNTER: Final = re.compile(r"(?i)^(quầy|quay|counter)(\s+số)?\s+")
_PROCEDURE_CODE: Final = re.compile(r"\d{1,2}\.\d{6}(?:\.[A-Za-z0-9.]{1,20})?", re.ASCII)
_BLANK: Final = frozenset({"", "-", "–", "—"})
_YES: Final = frozenset({"1", "x", "co", "da nop", "da thanh toan", "roi", "true", "yes", "paid"})
_NO: Final = frozenset({"0", "khong", "chua", "chua nop", "chua thanh toan", "false", "no"})


REMEMBERED: Final = 4_000  # different cells of a column


class Wrong(Exception):
    """Why a cell cannot be taken. key: of the reason; near: what would be right, of our own words, or ""."""

    def __init__(self, column: str, key: str, near: str = "") -> None:
        super().__init__(key)
        self.column, self.key, self.near = column, key, near


@dataclass(frozen=True, slots=True)
class Rules:
    """What a row is compared with. known_at: nothing in the table is later than that day."""

    authorities: Authorities
    counters: frozenset[str]
    zone: tzinfo
    known_at: datetime
    mapping: Mapping = STANDARD_MAPPING


class CellReader:
    """Reads the cells of one source."""

    def __init__(self, rules: Rules) -> None:
        self._rules, self._mapping = rules, rules.mapping
        self._statuses, self._channels = statuses_of(rules.mapping), channels_of(rules.mapping)
        self._memo: dict[str, dict[str, Any]] = {field: {} for field in KINDS}  # columns repeat themselves
        self._by_kind: dict[Kind, Callable[[Any, str], Any]] = {
            Kind.CODE: self._code,
            Kind.STATUS: self._status,
            Kind.AUTHORITY: self._text,
            Kind.PROCEDURE: self._public_text,
            Kind.COUNTER: self._counter,
            Kind.INSTANT: self._instant,
            Kind.DUE: self._due,
            Kind.PROCEDURE_CODE: self._procedure_code,
            Kind.CHANNEL: self._channel,
            Kind.LIMIT: self._limit,
            Kind.MONEY: self._whole,
            Kind.COUNT: self._count,
            Kind.FLAG: self._flag,
            Kind.TEXT: self._public_text,
            Kind.PERSON: self._text,
        }

    def read(self, field: str, cell: Cell) -> Any:
        """The value of a cell, None for a blank one. Raises Wrong."""
        if not isinstance(cell, str):
            if isinstance(cell, Odd):
                raise Wrong(field, cell.key, cell.at)
            return self._by_kind[KINDS[field]](cell, field)
        known = self._memo[field]
        if cell in known:
            return known[cell]
        text = cell.strip()
        value = self._by_kind[KINDS[field]](text, field) if text else None
        if len(known) < REMEMBERED:
            known[cell] = value
        return value

    def authority(self, text: str) -> str | None:
        """The hall's own authority of this id or name, or None."""
        return self._rules.authorities.named(text)

    # --- kinds ----------------------------------------------------------------------------------------

    def _code(self, cell: Cell, field: str) -> Code:
        code = read_code(cell) if isinstance(cell, str) else None
        if code is None:
            raise Wrong(field, "no-code", EXAMPLE)
        return code

    def _status(self, cell: Cell, field: str) -> Status:
        text = self._text(cell, field)
        found = self._statuses.get(fold(text)) or status_of(text)
        if found is None:
            raise Wrong(field, "no-status", nearest_status(text, self._mapping.statuses))
        return found

    def _channel(self, cell: Cell, field: str) -> Channel | None:
        text = self._text(cell, field)
        if text in _BLANK:
            return None
        found = self._channels.get(fold(text))
        if found is None:
            raise Wrong(field, "no-channel", nearest_channel(text, self._mapping.channels))
        return found

    def _instant(self, cell: Cell, field: str, ends: bool = False) -> datetime:
        try:
            if isinstance(cell, datetime):
                if cell.tzinfo is not None:
                    return cell.astimezone(self._rules.zone)
                return dates.of_cell(cell, self._rules.zone, ends)
            if isinstance(cell, str):
                return dates.read_instant(cell, self._rules.zone, ends, self._mapping.dates)
        except dates.NoDate as wrong:
            key = "no-date" if self._mapping.dates == "dmy" else "no-date-mdy"
            raise Wrong(field, key, wrong.near) from None
        raise Wrong(field, "no-date")

    def _due(self, cell: Cell, field: str) -> datetime:
        return self._instant(cell, field, ends=True)

    def _limit(self, cell: Cell, field: str) -> str:
        text = self._text(cell, field)
        if text in _BLANK:
            return ""
        if self._mapping.limit_unit and re.fullmatch(r"\d{1,4}(?:[.,]\d{1,2})?", text, re.ASCII):
            text += self._mapping.limit_unit
        try:
            return read_limit(text).text
        except NoLimit:
            raise Wrong(field, "no-limit") from None

    def _whole(self, cell: Cell, field: str) -> int | None:
        try:
            if isinstance(cell, str):
                return None if cell in _BLANK else read_whole(cell, self._mapping.numbers)
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                return whole_of(cell)
        except NoNumber as wrong:
            raise Wrong(field, wrong.key) from None
        raise Wrong(field, "no-number")

    def _count(self, cell: Cell, field: str) -> int | None:
        found = self._whole(cell, field)
        if found is not None and found > 99:
            raise Wrong(field, "no-number")
        return found

    def _flag(self, cell: Cell, field: str) -> bool | None:
        if isinstance(cell, bool):
            return cell
        text = fold(self._text(cell, field))
        if text in _YES or text in _NO or not text:
            return None if not text else text in _YES
        raise Wrong(field, "no-flag")

    def _procedure_code(self, cell: Cell, field: str) -> str:
        text = f"{cell:.6f}" if isinstance(cell, float) else self._text(cell, field)
        if not _PROCEDURE_CODE.fullmatch(text):
            raise Wrong(field, "no-procedure-code")
        return text

    def _counter(self, cell: Cell, field: str) -> str:
        """A counter of the hall: "7", "Quầy 7", "counter 7"."""
        bare = _COUNTER.sub("", unicodedata.normalize("NFC", self._text(cell, field)[:40]))
        if bare not in self._rules.counters:
            raise Wrong(field, "no-counter", ", ".join(_some(self._rules.counters)))
        return bare

    def _text(self, cell: Cell, field: str) -> str:
        """On one line, without what no screen shows. A figure that a program took for a number may have lost
        its first noughts: only a small one is believed."""
        if isinstance(cell, int) and not isinstance(cell, bool) and KINDS[field] is not Kind.PERSON:
            return str(cell)
        if not isinstance(cell, str):
            raise Wrong(field, "text-needed")
        text = flat(cell) if len(cell) < 4000 else cell
        most = LONGEST.get(field, LONGEST_NOTE)
        if len(text) > most:
            raise Wrong(field, "text-long", str(most))
        return text

    def _public_text(self, cell: Cell, field: str) -> str:
        text = self._text(cell, field)
        if personal(text):
            raise Wrong(field, "personal-number")
        return "" if text in _BLANK else text


@lru_cache(maxsize=8192)
def flat(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=8192)
def personal(text: str) -> bool:
    """Whether it has figures like those of somebody's card or phone."""
    return _PERSONAL.search(text) is not None


def _some(counters: frozenset[str]) -> list[str]:
    return sorted(counters, key=lambda id: (len(id), id))[:12]
