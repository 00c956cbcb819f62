"""What programs are told of promises: each step of a dossier once, as a log that webhooks are fed from.

It is the list of reminders to authorities, in the order in which they were written down. A code, an authority
and dates; no officer, and nobody who handed something in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers.reminders import AUTHORITY
from server.dossiers.rows import instant_of, reminder_table
from server.dossiers.steps import kind_of
from server.dossiers.store import DossierStore

AT_ONCE: Final = 500
COUNTED: Final = 1000
MARK: Final = 16

r = reminder_table.c


class DossierTold(msgspec.Struct, frozen=True, kw_only=True):
    """seq: its place in the log. step: `before-3d`, `apology`, `overdue`, `late-7`. due: the promise of
    then."""

    seq: int
    mark: str
    type: str
    at: datetime
    code: str
    authority: str
    step: str
    due: datetime


class DossierLog:
    """As `server.webhooks.logs.Log`. Safe to use from any thread."""

    far: Final = 1

    def __init__(self, store: DossierStore) -> None:
        self._store = store

    def last(self) -> int:
        with self._store.reading() as db:
            return int(db.execute(sa.select(sa.func.max(r.id))).scalar() or 0)

    def after(self, since: int, types: Collection[str]) -> tuple[Sequence[DossierTold], int]:
        rows = reminder_table.select().where(r.id > since).order_by(r.id).limit(AT_ONCE)
        with self._store.reading() as db:
            found = db.execute(rows).all()
        told = [_told(row) for row in found if row.recipient.startswith(AUTHORITY)]
        return [one for one in told if one.type in types], found[-1].id if found else since

    def count(self, since: int, types: Collection[str]) -> int:
        """At most COUNTED + 1."""
        if not any(kind.startswith("dossier.") for kind in types):
            return 0
        rows = sa.select(r.step).where(r.id > since, r.recipient.startswith(AUTHORITY, autoescape=True))
        with self._store.reading() as db:
            return sum(kind_of(step) in types for step in db.execute(rows.limit(COUNTED + 1)).scalars())


def _told(row: Any) -> DossierTold:
    key = f"{row.code} {row.step} {row.due}"
    return DossierTold(
        seq=row.id,
        mark=hashlib.sha256(key.encode()).hexdigest()[:MARK],
        type=kind_of(row.step),
        at=instant_of(row.at),
        code=row.code,
        authority=row.recipient.removeprefix(AUTHORITY),
        step=row.step,
        due=instant_of(row.due),
    )
