"""Dossiers as a program sends them, one or some: read by the rules that rows of a table are read by. Pure.

What is wrong is told by its place in what was sent, all of it at once: a program's author looks once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from broker.sent import SentDossier, SentLeg, SentStep, Short, Text
from server.dossiers.cells import CellReader, Rules, Wrong
from server.dossiers.fields import LEG_PARTS
from server.dossiers.reading import Row, RowReader, Wrongs
from server.dossiers.register import Leg, Step
from server.dossiers.workbook import Cell


class SentApplicant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who handed in: taken only from a source whose mapping says that people are kept. id_number, secret: are
    sealed at once and can be compared, never read."""

    kind: Short = ""
    name: Short = ""
    phone: Short = ""
    address: Text = ""
    email: Short = ""
    id_number: Short = ""
    secret: Short = ""


class Fault(msgspec.Struct, frozen=True):
    """index: which of those that were sent, from 0. pointer: where in it (RFC 6901). key: of the reason.
    nearest: what would be right, of our own words, or ""."""

    index: int
    pointer: str
    key: str
    nearest: str = ""


_NESTED: Final = ("steps", "legs")
_OF_PERSON: Final = {"person_id": "id_number"}


class SentReader:
    """Reads what programs of one source send."""

    def __init__(self, rules: Rules) -> None:
        self._rows, self._cells = RowReader(rules), CellReader(rules)
        self._persons = rules.mapping.persons

    def read(self, sent: Sequence[tuple[str, SentDossier]]) -> tuple[list[Row], list[Fault]]:
        """The dossiers, each with its code, or all that is wrong with any of them."""
        rows, faults, seen = [], [], dict[str, int]()
        for index, (code, one) in enumerate(sent):
            wrongs: list[Wrong] = []
            row = self._row(code, one, wrongs)
            if row is not None and seen.setdefault(row.dossier.code, index) != index:
                wrongs.append(Wrong("code", "code-twice", str(seen[row.dossier.code])))
            if row is not None and not wrongs:
                rows.append(row)
            faults += [Fault(index, _pointer(wrong.column), wrong.key, wrong.near) for wrong in wrongs]
        return rows, faults

    def _row(self, code: str, one: SentDossier, wrongs: list[Wrong]) -> Row | None:
        fields: dict[str, Cell] = {"code": code}
        for name in SentDossier.__struct_fields__:
            value = getattr(one, name)
            if name not in _NESTED and value is not None:
                fields[name] = value
        applicant: SentApplicant | None = getattr(one, "applicant", None)
        if applicant is not None:
            if not self._persons:
                wrongs.append(Wrong("applicant", "persons-off"))
            for name in SentApplicant.__struct_fields__:
                told = "person_id" if name == "id_number" else f"person_{name}"
                fields[told] = getattr(applicant, name)
        values, found = self._rows.values(fields)
        wrongs += found
        steps = tuple(self._each(one.steps, self._step, wrongs))
        legs = tuple(self._each(one.legs or (), self._leg, wrongs))
        if len({(leg.place, leg.authority) for leg in legs}) != len(legs):
            wrongs.append(Wrong("legs", "legs-same"))
        try:
            begin = [f"legs/{n}/" for n in range(len(legs))]
            return self._rows.made(values, wrongs, None if one.legs is None else legs, begin, steps)
        except Wrongs as all:
            wrongs[:] = all.all
            return None

    def _each(self, rows: Sequence[Any], read: Any, wrongs: list[Wrong]) -> Iterator[Any]:
        for place, row in enumerate(rows):
            try:
                yield read(place, row)
            except Wrong as wrong:
                wrongs.append(wrong)

    def _step(self, place: int, row: SentStep) -> Step:
        def read(field: str, like: str) -> Any:
            return self._told(f"steps/{place}/{field}", like, getattr(row, field))

        at, status = read("at", "received"), read("status", "status")
        if at is None or status is None:
            raise Wrong(f"steps/{place}/at", "date-needed")
        named = self._cells.authority(row.authority) if row.authority else ""
        return Step(at, status, named or read("authority", "group") or "", read("officer", "officer") or "")

    def _leg(self, place: int, row: SentLeg) -> Leg:
        cells: dict[str, Cell] = {part: getattr(row, part) for part in LEG_PARTS}
        try:
            leg = self._rows.leg(row.place, cells, {part: f"leg1_{part}" for part in LEG_PARTS})
        except Wrong as wrong:
            raise Wrong(f"legs/{place}/{wrong.column.partition('_')[2]}", wrong.key, wrong.near) from None
        assert leg is not None, "an authority is never empty"
        return leg

    def _told(self, where: str, like: str, cell: Cell) -> Any:
        """A cell that is read like a field of a dossier, and stands elsewhere."""
        try:
            return self._cells.read(like, cell)
        except Wrong as wrong:
            raise Wrong(where, wrong.key, wrong.near) from None


def _pointer(column: str) -> str:
    if column.startswith("person_"):
        return f"/applicant/{_OF_PERSON.get(column, column.removeprefix('person_'))}"
    return f"/{column}" if column else ""
