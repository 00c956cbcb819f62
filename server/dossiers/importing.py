"""An import from bytes to the store: examined first, then all of it or nothing.

The same for the command line and for the page. Knows the hall's file and the store; what a table is, is
`server.dossiers.reading`'s business, and how people are told, `server.dossiers.telling`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from server.dossiers.authorities import Authorities
from server.dossiers.bringing import Brought, Changes, Delivery
from server.dossiers.decoding import MAX_BYTES, FileRefused
from server.dossiers.reading import Refused, Rules, read_table
from server.dossiers.store import DossierStore
from server.site_file import HallConfig


class RefusedRow(msgspec.Struct, frozen=True):
    """See `server.dossiers.reading.Refused`."""

    line: int
    column: str
    key: str
    nearest: str


class Report(msgspec.Struct, frozen=True):
    """What an import is told with. refused: the first of `refused_count` rows; problem: why nothing is taken.

    changes: what it would change, or has changed; None when it is refused.
    """

    rows: int = 0
    coding: str = ""
    ignored: int = 0
    refused: tuple[RefusedRow, ...] = ()
    refused_count: int = 0
    problem: str = ""
    params: dict[str, Any] = {}
    changes: Changes | None = None

    @property
    def good(self) -> bool:
        return not self.problem and not self.refused_count


@dataclass(frozen=True, slots=True)
class Examined:
    report: Report
    brought: list[Brought]


def read_all(stream: BinaryIO) -> bytes:
    """The bytes of a file, and of one that is too large just enough to know it."""
    return stream.read(MAX_BYTES + 1)


def examine(data: bytes, config: HallConfig, store: DossierStore, delivery: Delivery) -> Examined:
    """Read a table and compare it with what is there; nothing is written."""
    rules = Rules(Authorities(config), frozenset(config.site.counters), config.site.zone, delivery.known_at)
    try:
        found = read_table(data, rules)
    except FileRefused as refused:
        return Examined(Report(problem=refused.key, params=refused.params), [])
    good = not found.refused_count
    brought = [Brought(d) for d in found.dossiers]
    report = Report(
        rows=len(found.dossiers) + found.refused_count,
        coding=found.coding,
        ignored=found.ignored,
        refused=tuple(_row(refused) for refused in found.refused),
        refused_count=found.refused_count,
        changes=store.compare(brought, delivery) if good else None,
    )
    return Examined(report, brought if good else [])


def _row(refused: Refused) -> RefusedRow:
    return RefusedRow(refused.line, refused.column, refused.key, refused.nearest)
