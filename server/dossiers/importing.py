"""An import from bytes to the store: examined first, then all of it or nothing.

The same for the command line, for the pages and for folders. Knows the hall's file, the sources and the
store; what a table is, is `server.dossiers.reading`'s business, and how people are told,
`server.dossiers.telling`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from server.dossiers import sources
from server.dossiers.applicants import Applicant, ApplicantKind, Seals
from server.dossiers.authorities import Authorities
from server.dossiers.bringing import Brought, Changes, Codes, Delivery, OfAnother
from server.dossiers.decoding import MAX_BYTES, FileRefused
from server.dossiers.mapping import Source
from server.dossiers.reading import SHOWN, Refused, Row, Rules, read_table
from server.dossiers.store import DossierStore
from server.site_file import HallConfig


class RefusedRow(msgspec.Struct, frozen=True):
    """One reason why a row is refused: see `server.dossiers.reading.Refused`."""

    line: int
    column: str
    key: str
    nearest: str


class Report(msgspec.Struct, frozen=True):
    """What an import is told with. refused: all that is wrong with the first SHOWN of `refused_count` rows;
    problem: why nothing is taken.

    stopped: so many were refused that the rest was not read: there are at least these.
    columns: our field -> what the source calls it. changes: what it would change, or has changed; None when
    it is refused. codes: some of what it is about. whole: what is not in it would go.
    """

    rows: int = 0
    coding: str = ""
    ignored: int = 0
    refused: tuple[RefusedRow, ...] = ()
    refused_count: int = 0
    stopped: bool = False
    problem: str = ""
    params: dict[str, Any] = {}
    changes: Changes | None = None
    codes: Codes = Codes()
    columns: dict[str, str] = {}
    whole: bool = True

    @property
    def good(self) -> bool:
        return not self.problem and not self.refused_count


@dataclass(frozen=True, slots=True)
class Examined:
    """refused: all that were read, where `report` has the first. lines: code -> the line of its row."""

    report: Report
    brought: list[Brought]
    refused: tuple[RefusedRow, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


def read_all(stream: BinaryIO) -> bytes:
    """The bytes of a file, and of one that is too large just enough to know it."""
    return stream.read(MAX_BYTES + 1)


def source_of(store: DossierStore, id: str) -> Source:
    """Raises NoSource."""
    with store.reading() as db:
        return sources.find(db, id)


def delivery_of(source: Source, known_at: datetime, by: str, begins: datetime | None = None) -> Delivery:
    """Of a file that somebody brings for a source."""
    return Delivery(known_at, by, source.id, source.mapping.whole, begins)


def rules_of(config: HallConfig, source: Source, known_at: datetime) -> Rules:
    """What dossiers of a source are compared with in this hall."""
    site = config.site
    return Rules(Authorities(config), frozenset(site.counters), site.zone, known_at, source.mapping)


def examine(
    data: bytes, config: HallConfig, store: DossierStore, delivery: Delivery, seals: Seals | None = None
) -> Examined:
    """Read a table and compare it with what is there; nothing is written. seals: needed for a source of which
    people are kept. Raises NoSource."""
    source = source_of(store, delivery.source)
    try:
        found = read_table(data, rules_of(config, source, delivery.known_at))
    except FileRefused as refused:
        return Examined(
            Report(problem=refused.key, params=refused.params, columns=source.mapping.columns), []
        )
    good = not found.refused
    brought: list[Brought] = []
    found.rows.reverse()
    while good and found.rows:  # one by one, so that nobody's name is in memory longer, or twice
        brought.append(brought_of(found.rows.pop(), seals))
    refused_rows = tuple(_row(refused) for refused in found.refused)
    report = Report(
        rows=len(found.lines) + found.refused_count,
        coding=found.coding,
        ignored=found.ignored,
        refused=_first(refused_rows),
        refused_count=found.refused_count,
        stopped=found.stopped,
        columns=source.mapping.columns,
        whole=delivery.whole,
    )
    read = Examined(report, brought, refused_rows, found.lines)
    if not good:
        return read
    try:
        changes, codes = store.compare(brought, delivery)
    except OfAnother as others:
        return _not_theirs(read, store, others.owners)
    return replace(read, report=msgspec.structs.replace(report, changes=changes, codes=codes))


def take(found: Examined, store: DossierStore, delivery: Delivery, now: datetime) -> Examined:
    """Import what was examined. Refused after all where another source was first in between."""
    try:
        store.bring(found.brought, delivery, now)
    except OfAnother as others:
        return _not_theirs(found, store, others.owners)
    return found


def reasons(store: DossierStore, owners: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """code -> the reason of its refusal, and the name of the source whose it is. owners: as OfAnother has
    them."""
    with store.reading() as db:
        names = {source.id: source.name for source in sources.every(db)}
    return {
        code: ("other-source", names.get(id, id)) if id else ("without-source", "")
        for code, id in owners.items()
    }


def _not_theirs(found: Examined, store: DossierStore, owners: Mapping[str, str]) -> Examined:
    told = reasons(store, owners)
    rows = tuple(RefusedRow(n, "code", *told[code]) for code, n in found.lines.items() if code in told)
    report = msgspec.structs.replace(
        found.report, refused=rows[:SHOWN], refused_count=len(rows), changes=None
    )
    return Examined(report, [], rows)


def brought_of(row: Row, seals: Seals | None) -> Brought:
    """With its person sealed: from here on a number cannot be read any more."""
    if row.person is None:
        return Brought(row.dossier, row.steps, row.legs)
    if seals is None:
        raise ValueError("people are kept of this source, and there is no key to seal them by")
    p = row.person
    applicant = Applicant(
        kind=ApplicantKind(p.kind),
        name=p.name,
        phone=p.phone,
        address=p.address,
        email=p.email,
        id_seal=seals.of_id(p.number) if any(c.isdigit() for c in p.number) else "",
        secret_seal=seals.of_secret(row.dossier.code, p.secret) if p.secret else "",
    )
    return Brought(row.dossier, row.steps, row.legs, applicant)


def _first(refused: tuple[RefusedRow, ...]) -> tuple[RefusedRow, ...]:
    """Of the rows that are shown: each with all that is wrong with it."""
    shown = set(islice(dict.fromkeys(row.line for row in refused), SHOWN))
    return tuple(row for row in refused if row.line in shown)


def _row(refused: Refused) -> RefusedRow:
    return RefusedRow(refused.line, refused.column, refused.key, refused.nearest)
