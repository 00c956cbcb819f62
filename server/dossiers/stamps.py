"""How old the register is: what its sources brought last, and when. SQL of one table.

A register is as old as the source that was heard of longest ago: one that sends every minute does not make
another's dossiers new. A source whose dossiers are all gone says nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from server.dossiers.bringing import Changes
from server.dossiers.rows import dossier_table, import_table, instant_of, source_table

_i: Any = import_table.c


class Last(msgspec.Struct, frozen=True):
    """The last import of a source. source: "" for imports without one; name: "" where it has none by now;
    known_at: as of when its dossiers are."""

    source: str
    name: str
    at: datetime
    known_at: datetime
    by: str
    rows: int


class Stamp(msgspec.Struct, frozen=True):
    """The last import of all: id, at, by, rows, changes; begins: where the form's period begins.

    sources: the last imports of those that have dossiers here, the oldest first. whole_at: as of when all of
    the register is, which is the oldest of them; known_at: as of when anything is, by which figures count.
    """

    id: int
    at: datetime
    known_at: datetime
    whole_at: datetime
    by: str
    rows: int
    changes: Changes
    sources: tuple[Last, ...]
    begins: datetime | None = None


def stamp(db: sa.Connection) -> Stamp | None:
    """None: there is no register yet."""
    last = db.execute(import_table.select().order_by(_i.id.desc()).limit(1)).one_or_none()
    if last is None:
        return None
    found = sorted(_sources(db), key=lambda one: (one.known_at, one.source)) or [_of(last, "")]
    return Stamp(
        last.id,
        instant_of(last.at),
        found[-1].known_at,
        found[0].known_at,
        last.by,
        last.rows,
        msgspec.json.decode(last.changes, type=Changes),
        tuple(found),
        None if last.begins is None else instant_of(last.begins),
    )


def _sources(db: sa.Connection) -> Iterator[Last]:
    names = {id: name for id, name in db.execute(sa.select(source_table.c.id, source_table.c.name))}
    source = db.execute(sa.select(sa.func.min(_i.source))).scalar()
    while source is not None:  # one by one by the index: a source that sends has an import a minute
        row = db.execute(
            import_table.select().where(_i.source == source).order_by(_i.id.desc()).limit(1)
        ).one()
        has = sa.select(sa.exists().where(dossier_table.c.source == source))
        if db.execute(has).scalar_one():
            yield _of(row, names.get(source, ""))
        source = db.execute(sa.select(sa.func.min(_i.source)).where(_i.source > source)).scalar()


def _of(row: Any, name: str) -> Last:
    return Last(row.source, name, instant_of(row.at), instant_of(row.known_at), row.by, row.rows)
