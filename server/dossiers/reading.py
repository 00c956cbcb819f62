"""A table of dossiers read row by row: all of them, or none and the reasons. Pure.

Only the columns that the source's mapping names are looked at. A row of a table and a dossier that a program
sends are read by the same rules; what differs is how each is told what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping as Fields, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from server.dossiers.authorities import Unknown
from server.dossiers.cells import CellReader, Rules as Rules, Wrong as Wrong
from server.dossiers.code import Code
from server.dossiers.contradictions import contradictions
from server.dossiers.decoding import FileRefused
from server.dossiers.fields import KINDS, LEG_PARTS, LEGS, LONGEST, PERSON
from server.dossiers.folding import fold
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.tables import open_table
from server.dossiers.workbook import Cell

SHOWN: Final = 50  # of the refused rows, where people look; a file has them all
MOST_REFUSED: Final = 5_000  # cells; nobody mends more by hand: the rest of such a table is not read
LONGEST_PROCEDURE: Final = LONGEST["procedure"]
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
    """What a source says of one dossier. legs: of an interlinked one, None where
    nothing is said of them; person: None where none is kept."""

    dossier: Dossier
    legs: tuple[Leg, ...] | None = None
    person: Person | None = None
    steps: tuple[Step, ...] = ()


class Wrongs(Exception):
    """Why a row cannot be taken: `all`, at least one, in the order in which they are told."""

    def __init__(self, all: list[Wrong]) -> None:
        super().__init__(len(all))
        self.all = all


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason why a row cannot be taken. line: as an editor counts, where the row begins. key: of the
    reason. nearest: what would be right, of our own words, or "".
    """

    line: int
    column: str
    key: str
    nearest: str = ""


@dataclass(slots=True)
class Reading:
    """What was found. rows: up to the first that is refused, after which nobody takes them. lines: code ->
    where its row is, of all that are good.
    refused: all that is wrong, of `refused_count` rows. stopped: after MOST_REFUSED of them, so that there
    may be more."""

    coding: str
    ignored: int
    rows: list[Row] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0
    stopped: bool = False

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
                raise Wrongs([Wrong("", "row-width", str(width))])
            row = reader.row({name: cells[place] for name, place in places})
            code = row.dossier.code
            if code in lines_of:
                raise Wrongs([Wrong("code", "code-twice", str(lines_of[code]))])
            lines_of[code] = line
            if not found.refused:
                found.rows.append(row)
        except Wrongs as wrongs:
            found.refused_count += 1
            found.refused += [Refused(line, w.column, w.key, w.near) for w in wrongs.all]
            if len(found.refused) >= MOST_REFUSED:
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
        """Raises Wrongs."""
        values, wrongs = self.values(fields)
        legs = self._legs(fields, wrongs) if any(name in fields for name in _LEG_NAMES) else None
        return self.made(values, wrongs, legs, [f"leg{leg.place}_" for leg in legs or ()])

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
            known = name in values or any(wrong.column == name for wrong in wrongs)
            if name in ("code", "status") and not known:
                # A blank one is wrong like any other that is none.
                try:
                    read(name, "?")
                except Wrong as wrong:
                    wrongs.append(wrong)
        return values, wrongs

    def made(
        self,
        values: dict[str, Any],
        wrongs: list[Wrong],
        legs: tuple[Leg, ...] | None,
        begin: Sequence[str],
        steps: tuple[Step, ...] = (),
    ) -> Row:
        """A dossier of its values. wrongs: what was wrong with them one by one. begin: with what the fields
        of each leg begin. Raises Wrongs, with what is missing; where nothing is, with what contradicts each
        other."""
        seen = {wrong.column for wrong in wrongs}
        code: Code | None = values.pop("code", None)
        said: dict[str, str] = {name: values.pop(name) for name in PERSON if name in values}
        person = None
        try:
            person = _person(said) if self._rules.mapping.persons else None
        except Wrong as wrong:
            wrongs.append(wrong)
        if code is not None and "authority" not in seen:
            try:
                values["authority"] = self.authority(values.get("authority", ""), code.agency)
            except Wrong as wrong:
                wrongs.append(wrong)
        if "received" not in values and "received" not in seen:
            wrongs.append(Wrong("received", "date-needed"))
        if not values.get("procedure"):
            values["procedure"] = values.get("procedure_code", "")
            if not values["procedure"] and not seen & {"procedure", "procedure_code"}:
                wrongs.append(Wrong("procedure", "procedure-needed"))
        if wrongs or code is None:
            raise Wrongs(wrongs)
        dossier = Dossier(code=code.text, **values)
        wrongs += contradictions(code, dossier, legs or (), begin, steps, self._rules)
        if wrongs:
            raise Wrongs(wrongs)
        return Row(dossier, legs, person, steps)

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

    def _legs(self, fields: Fields[str, Cell], wrongs: list[Wrong]) -> tuple[Leg, ...]:
        found = []
        for n in range(1, LEGS + 1):
            names = {part: f"leg{n}_{part}" for part in LEG_PARTS}
            cells = {part: fields[name] for part, name in names.items() if name in fields}
            try:
                if cells and (leg := self.leg(n, cells, names)) is not None:
                    found.append(leg)
            except Wrong as wrong:
                if wrong.column not in {known.column for known in wrongs}:
                    wrongs.append(wrong)
        return tuple(found)


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
