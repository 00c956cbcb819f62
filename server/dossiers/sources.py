"""The sources of a centre as its register keeps them: SQL of one table."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers.mapping import STANDARD_MAPPING, Mapping, Source, kept
from server.dossiers.rows import dossier_table, source_table, text_of

ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")  # a level of topics, addresses and folders
MOST: Final = 100
NAMED: Final = 100

s = source_table.c


class NoSource(LookupError):
    """No source of that id."""


def every(db: sa.Connection) -> list[Source]:
    """In the order of their names."""
    return sorted((_of(row) for row in db.execute(source_table.select())), key=lambda row: row.name)


def find(db: sa.Connection, id: str) -> Source:
    """ "" is the one that needs no mapping. Raises NoSource."""
    if not id:
        return Source("", "", STANDARD_MAPPING)
    row = db.execute(source_table.select().where(s.id == id)).one_or_none()
    if row is None:
        raise NoSource(id)
    return _of(row)


def save(db: sa.Connection, source: Source, by: str, at: datetime) -> None:
    row = {
        "id": source.id,
        "name": source.name,
        "mapping": msgspec.json.encode(kept(source.mapping)).decode(),
        "by": by,
        "at": text_of(at),
    }
    db.execute(source_table.insert().prefix_with("OR REPLACE"), [row])


def delete(db: sa.Connection, id: str) -> bool:
    """Its dossiers stay, until another source or a person takes them away. False when there is none."""
    return db.execute(source_table.delete().where(s.id == id)).rowcount == 1


def count(db: sa.Connection, id: str) -> int:
    """How many dossiers are known by this source alone."""
    d = dossier_table.c
    return int(db.execute(sa.select(sa.func.count()).where(d.source == id)).scalar_one())


def _of(row: Any) -> Source:
    return Source(row.id, row.name, msgspec.json.decode(row.mapping, type=Mapping))
