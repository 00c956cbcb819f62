"""Keys that work once and not for long: to make the first administrator, to choose a password, to give the
second step of a log-in.

Knows only their hashes. A key of one kind is none of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from server.people.tables import key_hash, new_key, once_table

TRIES = 5  # wrong answers behind one key, then it is burnt


class Kind(StrEnum):
    FIRST = "first"  # make the first administrator
    PASSWORD = "password"  # choose a password
    SECOND = "second"  # the password was right, a code is to follow


LIVES_S = {
    Kind.FIRST: 60 * 60,
    Kind.PASSWORD: 24 * 3600,  # handed over in person, often for tomorrow
    Kind.SECOND: 5 * 60,
}


@dataclass(frozen=True, slots=True)
class Pending:
    """What a key is for. account: whose it is, if anybody's. until: Unix seconds."""

    account: str | None
    until: float


class Once:
    """Safe to use from any thread: of two who use a key at once, one does."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def give(self, kind: Kind, account: str | None, now: float) -> str:
        """A new key; older ones of the same kind and account are none any more."""
        of, key = once_table.c, new_key()
        with self._engine.begin() as db:
            db.execute(once_table.delete().where(of.until <= now))
            db.execute(once_table.delete().where(of.kind == kind.value, of.account.is_(account)))
            db.execute(
                once_table.insert().values(
                    key_hash=key_hash(key),
                    kind=kind.value,
                    account=account,
                    until=now + LIVES_S[kind],
                )
            )
        return key

    def look(self, kind: Kind, key: str, now: float) -> Pending | None:
        """What this key is for, without using it."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(once_table).where(*_mine(kind, key, now))).one_or_none()
        return None if row is None else Pending(row.account, row.until)

    def use(self, kind: Kind, key: str, now: float) -> Pending | None:
        """What this key was for; it works no more."""
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            row = db.execute(sa.select(once_table).where(*_mine(kind, key, now))).one_or_none()
            if row is not None:
                db.execute(once_table.delete().where(once_table.c.key_hash == row.key_hash))
        return None if row is None else Pending(row.account, row.until)

    def missed(self, kind: Kind, key: str) -> None:
        """A wrong answer was given behind this key."""
        of, mine = once_table.c, once_table.c.key_hash == key_hash(key)
        with self._engine.begin() as db:
            db.execute(once_table.update().where(mine, of.kind == kind.value).values(tries=of.tries + 1))


def _mine(kind: Kind, key: str, now: float) -> tuple[sa.ColumnElement[bool], ...]:
    of = once_table.c
    return of.key_hash == key_hash(key), of.kind == kind.value, of.until > now, of.tries < TRIES
