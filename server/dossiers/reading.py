"""A table of dossiers read row by row: all of them, or none and the reasons. Pure.

Only the columns that the source's mapping names are looked at. A row of a table and a dossier that a program
sends are read by the same rules; what differs is how each is told what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping as Fields
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from server.dossiers.authorities import Unknown
from server.dossiers.cells import CellReader, Rules as Rules, Wrong as Wrong
from server.dossiers.code import Code
from server.dossiers.decoding import FileRefused
from server.dossiers.fields import KINDS, LEG_PARTS, LEGS, LONGEST, PERSON
from server.dossiers.folding import fold
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.status import ENDED, STAGES, Status
from server.dossiers.tables import open_table
from server.dossiers.workbook import Cell

SHOWN: Final = 50  # of the refused rows, where people look; a file has them all
MOST_REFUSED: Final = 5_000  # nobody mends more by hand: the rest of such a table is not read
LONGEST_PROCEDURE: Final = LONGEST["procedure"]
CODE_APART: Final = timedelta(days=366)  # between the date in a code and the day it was taken in
_LEG_NAMES: Final = frozenset(f"leg{n}_{part}" for n in range(1, LEGS + 1) for part in LEG_PARTS)
# In this order what is wrong is told.
_FIRST: Final = ("code", "status", "authority", "received", "due", "resolved", "returned")
ORDER: Final = (*_FIRST, *(name for name in KINDS if name not in _FIRST and name not in _LEG_NAMES))
# Who hands in, as the portal numbers them and as people say it.
PERSON_KINDS: Final = {
    **dict.fromkeys(("0", "cong dan", "ca nhan", "nguoi dan", "citizen"), "citizen"),
    **dict.fromkeys(("1", "doanh nghiep", "to chuc", "cong ty", "enterprise"), "enterprise"),
    **dict.fromkeys(("2", "ho kinh doanh", "ho gia dinh", "household"), "household"),
}


class Person(msgspec.Struct, frozen=True):
    """Who handed in, as a source writes it: not yet sealed, and never kept like this."""

    kind: str = "citizen"
    name: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    number: str = ""
    secret: str = ""


class Row(msgspec.Struct, frozen=True):
    """What a source says of one dossier. legs: of an interlinked one; person: None where none is kept."""

    dossier: Dossier
    legs: tuple[Leg, ...] = ()
    person: Person | None = None
    steps: tuple[Step, ...] = ()


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
    """What was found. `rows` are only to be used when nothing is refused. lines: code -> where its row is.
    stopped: after MOST_REFUSED refused rows, so that there may be more."""

    coding: str
    ignored: int
    rows: list[Row] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    stopped: bool = False

    @property
    def refused_count(self) -> int:
        return len(self.refused)

    @property
    def dossiers(self) -> list[Dossier]:
        return [row.dossier for row in self.rows]


def read_table(data: bytes, rules: Rules) -> Reading:
    """Read a whole file. Raises FileRefused when it cannot be read as a table at all."""
    table = open_table(data, rules.mapping)
    del data  # it is text, or parts of a workbook, by now
    found, reader = Reading(table.coding, table.header.ignored), RowReader(rules)
    places, width = tuple(table.header.places.items()), table.header.width
    lines_of = found.lines
    for line, cells in table.rows:
        try:
            if len(cells) != width:
                raise Wrong("", "row-width", str(width))
            row = reader.row({name: cells[place] for name, place in places})
            code = row.dossier.code
            if code in lines_of:
                raise Wrong("code", "code-twice", str(lines_of[code]))
            lines_of[code] = line
            found.rows.append(row)
        except Wrong as wrong:
            found.refused.append(Refused(line, wrong.column, wrong.key, wrong.near))
            if len(found.refused) == MOST_REFUSED:
                found.stopped = True
                break
    if not lines_of and not found.refused:
        raise FileRefused("empty")
    return found


class RowReader:
    """Reads the fields of dossiers of one source."""

    def __init__(self, rules: Rules) -> None:
        self._rules, self._cells = rules, CellReader(rules)

    def row(self, fields: Fields[str, Cell]) -> Row:
        """Raises Wrong, the first of all that is wrong."""
        values, wrongs = self.values(fields)
        if wrongs:
            raise wrongs[0]
        legs = tuple(self._legs(fields)) if any(name in fields for name in _LEG_NAMES) else ()
        return self.made(values, legs)

    def values(self, fields: Fields[str, Cell]) -> tuple[dict[str, Any], list[Wrong]]:
        """Each field by itself: those that are not blank, and all that is wrong."""
        values: dict[str, Any] = {}
        wrongs: list[Wrong] = []
        read = self._cells.read
        for name in ORDER:
            if name in fields:
                try:
                    value = read(name, fields[name])
                    if value is not None:
                        values[name] = value
                except Wrong as wrong:
                    wrongs.append(wrong)
            if name in ("code", "status") and name not in values and not wrongs:
                # A blank one is wrong like any other that is none.
                try:
                    read(name, "?")
                except Wrong as wrong:
                    wrongs.append(wrong)
        return values, wrongs

    def made(self, values: dict[str, Any], legs: tuple[Leg, ...], steps: tuple[Step, ...] = ()) -> Row:
        """A dossier of values that are right one by one. Raises Wrong where they contradict each other."""
        code: Code = values.pop("code")
        person: dict[str, str] = {name: values.pop(name) for name in PERSON if name in values}
        values["authority"] = self.authority(values.get("authority", ""), code.agency)
        if "received" not in values:
            raise Wrong("received", "date-needed")
        if not values.get("procedure"):
            values["procedure"] = values.get("procedure_code", "")
        dossier = Dossier(code=code.text, **values)
        _check_order(code, dossier, self._rules)
        if not dossier.procedure:
            raise Wrong("procedure", "procedure-needed")
        kept = self._rules.mapping.persons
        return Row(dossier, legs, _person(person) if kept else None, steps)

    def authority(self, text: str, agency: str) -> str:
        try:
            return self._rules.authorities.of(text, agency)
        except Unknown as unknown:
            raise Wrong("authority", unknown.key, unknown.near) from None

    def leg(self, place: int, cells: Fields[str, Cell], names: Fields[str, str]) -> Leg | None:
        """One authority's part, None when it is blank. names: part -> field, for what is wrong. An authority
        that is none of the hall stays as the source names it: the tax office has its own house."""
        found = {part: self._cells.read(names[part], cells.get(part, "")) for part in LEG_PARTS}
        if not any(found.values()):
            return None
        if not found["authority"]:
            raise Wrong(names["authority"], "leg-authority-needed")
        named = self._rules.authorities.named(found["authority"])
        authority = named or self._cells.read(names["note"], found["authority"])
        times = {part: found[part] for part in ("given", "due", "done")}
        return Leg(place, authority, note=found["note"] or "", **times)

    def _legs(self, fields: Fields[str, Cell]) -> Iterator[Leg]:
        for n in range(1, LEGS + 1):
            names = {part: f"leg{n}_{part}" for part in LEG_PARTS}
            cells = {part: fields[name] for part, name in names.items() if name in fields}
            if cells and (leg := self.leg(n, cells, names)) is not None:
                yield leg


def _check_order(code: Code, d: Dossier, rules: Rules) -> None:
    """Days that contradict each other. By the day: an export's hours are often those of the export."""

    def day_of(at: datetime | None) -> Any:
        return None if at is None else at.astimezone(rules.zone).date()

    got, promised, done, handed = (day_of(at) for at in (d.received, d.due, d.resolved, d.returned))
    last = day_of(rules.known_at)
    pasts = (("received", got), ("resolved", done), ("returned", handed), ("recorded", day_of(d.recorded)))
    for column, day in pasts:
        if day is not None and day > last:
            raise Wrong(column, "in-the-future", f"{last:%d/%m/%Y}")
    if promised is None and not d.limit and (d.status in STAGES or d.status is Status.RETURNED):
        raise Wrong("due", "date-needed")
    for column, day in (
        ("due", promised),
        ("resolved", done),
        ("returned", handed),
        ("complete", day_of(d.complete)),
        ("first_due", day_of(d.first_due)),
    ):
        if day is not None and day < got:
            raise Wrong(column, "before-received", f"{got:%d/%m/%Y}")
    if done is not None and d.status not in ENDED:
        raise Wrong("status", "resolved-yet-open")
    if done is not None and handed is not None and handed < done:
        raise Wrong("returned", "before-resolved", f"{done:%d/%m/%Y}")
    if abs(code.day - got) > CODE_APART:
        raise Wrong("code", "code-apart")


def _person(said: dict[str, str]) -> Person | None:
    if not said:
        return None
    kind = PERSON_KINDS.get(fold(said.get("person_kind", "0")))
    if kind is None:
        raise Wrong("person_kind", "no-person-kind")
    phone = "".join(c for c in said.get("person_phone", "") if c.isascii() and c.isdigit())
    if phone.startswith("84") and len(phone) > 10:
        phone = "0" + phone[2:]
    return Person(
        kind=kind,
        name=said.get("person_name", ""),
        phone=phone[:15],
        address=said.get("person_address", ""),
        email=said.get("person_email", ""),
        number=said.get("person_id", ""),
        secret=said.get("person_secret", ""),
    )
