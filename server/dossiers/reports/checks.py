"""Whether a form adds up: its four identities in every line, and every column against the sum. Pure.

Says where, never who was wrong: a difference of a line names all columns of its identity, and a changed cell
is found where its line and its column both differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.dossiers.reports.sheet import Figures, Line
from server.dossiers.tally import COLUMNS


class Identity(StrEnum):
    RECEIVED = "received"  # total = new + carried over
    RESOLVED = "resolved"  # resolved = early + on time + late
    PENDING = "pending"  # in process = not yet due + overdue
    BALANCE = "balance"  # received = resolved + in process


PARTS: Final[dict[Identity, tuple[str, tuple[str, ...]]]] = {
    Identity.RECEIVED: ("received_total", ("received_new", "carried_over")),
    Identity.RESOLVED: ("resolved_total", ("resolved_early", "resolved_on_time", "resolved_late")),
    Identity.PENDING: ("pending_total", ("pending_not_due", "pending_overdue")),
    Identity.BALANCE: ("received_total", ("resolved_total", "pending_total")),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An identity that does not hold in a line. whole: what its sum says; parts: what its parts come to."""

    line: Line
    identity: Identity
    whole: int
    parts: int

    @property
    def columns(self) -> tuple[str, ...]:
        whole, parts = PARTS[self.identity]
        return (whole, *parts)


@dataclass(frozen=True, slots=True)
class Sum:
    """A column whose lines do not come to its sum. said: in the line of the sum; found: what they come to."""

    column: str
    said: int
    found: int


@dataclass(frozen=True, slots=True)
class Half:
    """A line in which some figures are blank and others are not. columns: the blank ones."""

    line: Line
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """total: of the lines, worked out. suspects: the cells where a line and a column differ together, as
    (line, column): there a changed cell stands."""

    lines: int
    blank: int
    faults: tuple[Fault, ...]
    sums: tuple[Sum, ...]
    halves: tuple[Half, ...]
    total: Figures

    @property
    def good(self) -> bool:
        return not (self.faults or self.sums or self.halves)

    def fails(self, identity: Identity) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.identity is identity)

    @property
    def suspects(self) -> tuple[tuple[Line, str], ...]:
        off = {one.column for one in self.sums}
        found = {
            (fault.line.no, fault.line.id, c): fault.line
            for fault in self.faults
            for c in fault.columns
            if c in off
        }
        return tuple((line, column) for (_, _, column), line in found.items())


def check(lines: Sequence[Line], total: Line | None) -> Checked:
    """total: the line of the sum as it is written; None where a table has none, and its columns are not
    compared."""
    whole = summed(lines)
    filled = [line for line in lines if not line.blank]
    every = [*filled, *([total] if total is not None else [])]
    return Checked(
        lines=len(lines),
        blank=len(lines) - len(filled),
        faults=tuple(fault for line in every for fault in _faults(line)),
        sums=() if total is None else tuple(_sums(whole, total.figures)),
        halves=tuple(Half(line, missing) for line in filled if (missing := _missing(line))),
        total=whole,
    )


def summed(lines: Iterable[Line]) -> Figures:
    """The sum of each column; blanks add nothing."""
    rows = [line.figures for line in lines]
    return tuple(sum(row[n] or 0 for row in rows) for n in range(len(COLUMNS)))


def _faults(line: Line) -> Iterable[Fault]:
    for identity, (whole, parts) in PARTS.items():
        said, found = line[whole] or 0, sum(line[part] or 0 for part in parts)
        if said != found:
            yield Fault(line, identity, said, found)


def _sums(found: Figures, said: Figures) -> Iterable[Sum]:
    for column, ours, theirs in zip(COLUMNS, found, said, strict=True):
        if (ours or 0) != (theirs or 0):
            yield Sum(column, theirs or 0, ours or 0)


def _missing(line: Line) -> tuple[str, ...]:
    return tuple(column for column, figure in zip(COLUMNS, line.figures, strict=True) if figure is None)
