"""The sources of a centre as its register keeps them: SQL of one table."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers import erasing
from server.dossiers.bringing import Delivery
from server.dossiers.mapping import STANDARD_MAPPING, Mapping, Source, kept
from server.dossiers.rows import dossier_table, draft_table, source_table, text_of

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


def save(db: sa.Connection, source: Source, by: str, at: datetime) -> int:
    """Nobody is kept any more of a source that does not say so, also in what waits for a yes: how many were
    deleted."""
    row = {
        "id": source.id,
        "name": source.name,
        "mapping": msgspec.json.encode(kept(source.mapping)).decode(),
        "by": by,
        "at": text_of(at),
    }
    db.execute(source_table.insert().prefix_with("OR REPLACE"), [row])
    _forget_drafts(db, source.id)
    return 0 if source.mapping.persons else erasing.remove_of(db, source.id)


def delete(db: sa.Connection, id: str) -> int:
    """Its dossiers stay, and become the next one's who brings them. Who handed them in goes: how many; no
    source says any more that they are kept."""
    db.execute(source_table.delete().where(s.id == id))
    _forget_drafts(db, id)
    return erasing.remove_of(db, id)


def counts(db: sa.Connection) -> dict[str, int]:
    """Id -> how many dossiers are its own. "": imported without a source; of one that is gone: nobody's."""
    d = dossier_table.c
    return {id: n for id, n in db.execute(sa.select(d.source, sa.func.count()).group_by(d.source))}


def take_over(db: sa.Connection, id: str, of: str) -> int:
    """All dossiers of `of` become those of `id`, which brings them from now on; without whoever handed them
    in where it keeps nobody. How many. Raises NoSource."""
    if not find(db, id).mapping.persons:
        erasing.remove_of(db, of)
    d = dossier_table.c
    db.execute(draft_table.delete())  # a preview has counted what was whose
    return db.execute(dossier_table.update().where(d.source == of).values(source=id)).rowcount


class _Draft(msgspec.Struct):
    """As much of one as tells whose it is."""

    delivery: Delivery


def _forget_drafts(db: sa.Connection, id: str) -> None:
    """What was previewed by another mapping does not count any more."""
    d = draft_table.c
    for token, body in db.execute(sa.select(d.token, d.body)).all():
        if msgspec.json.decode(body, type=_Draft).delivery.source == id:
            db.execute(draft_table.delete().where(d.token == token))


def _of(row: Any) -> Source:
    return Source(row.id, row.name, msgspec.json.decode(row.mapping, type=Mapping))
