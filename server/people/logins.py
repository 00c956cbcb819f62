"""Which log-ins are alive. The browser keeps a key, here is its hash.

Keeps out passwords and cookies. Instants are Unix seconds of the machine. A log-in ends when it is left idle,
after a day's work, with its account, and with any change of password or roles (`end_all`).
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from server.people.tables import account_table, key_hash, login_table, new_key

IDLE_S = 8 * 3600  # a console left alone for a working day asks again
ABSOLUTE_S = 12 * 3600
SEEN_STEP_S = 60  # how often being seen is worth a write
ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Seen:
    """A live log-in as its owner is shown it. id: to end it by; mine: the one that asks."""

    id: str
    began_at: float
    seen_at: float
    address: str
    agent: str
    mine: bool


class LogIns:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, account: str, now: float, address: str = "", agent: str = "") -> str:
        """A new log-in of this account; its key, which is known to nobody else."""
        key = new_key()
        with self._engine.begin() as db:
            db.execute(login_table.delete().where(login_table.c.began_at < now - ABSOLUTE_S))
            db.execute(
                login_table.insert().values(
                    key_hash=key_hash(key),
                    account=account,
                    began_at=now,
                    seen_at=now,
                    address=address[:64],
                    agent=agent[:200],
                )
            )
        return key

    def who(self, key: str, now: float) -> str | None:
        """The name of the account behind a live log-in."""
        of, hash = login_table.c, key_hash(key)
        with self._engine.connect() as db:
            row = db.execute(
                sa.select(of.account, of.seen_at)
                .join_from(login_table, account_table, of.account == account_table.c.name)
                .where(of.key_hash == hash, ~account_table.c.disabled, *_alive(now))
            ).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > SEEN_STEP_S:
            with self._engine.begin() as db:
                db.execute(login_table.update().where(of.key_hash == hash).values(seen_at=now))
        return str(row.account)

    def end(self, key: str) -> None:
        with self._engine.begin() as db:
            db.execute(login_table.delete().where(login_table.c.key_hash == key_hash(key)))

    def end_one(self, account: str, id: str) -> bool:
        """End a log-in of this account by its id; False when there is none."""
        of = login_table.c
        chosen = sa.and_(of.account == account, sa.func.substr(of.key_hash, 1, ID_LENGTH) == id)
        with self._engine.begin() as db:
            return db.execute(login_table.delete().where(chosen)).rowcount > 0

    def end_all(self, account: str, keep: str | None = None) -> int:
        """End every log-in of this account, but the one with the key `keep`; how many there were."""
        with self._engine.begin() as db:
            return end_all(db, account, keep)

    def of(self, account: str, now: float, key: str | None = None) -> tuple[Seen, ...]:
        """The live log-ins of this account, the latest seen first. key: of whoever asks."""
        mine = key_hash(key) if key is not None else ""
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(login_table)
                .where(login_table.c.account == account, *_alive(now))
                .order_by(login_table.c.seen_at.desc(), login_table.c.began_at.desc())
            ).all()
        return tuple(
            Seen(r.key_hash[:ID_LENGTH], r.began_at, r.seen_at, r.address, r.agent, r.key_hash == mine)
            for r in rows
        )


def end_all(db: sa.Connection, account: str, keep: str | None = None) -> int:
    """The same in somebody's transaction: what ends log-ins is done together with it."""
    chosen = login_table.c.account == account
    if keep is not None:
        chosen = sa.and_(chosen, login_table.c.key_hash != key_hash(keep))
    return db.execute(login_table.delete().where(chosen)).rowcount


def _alive(now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return login_table.c.began_at > now - ABSOLUTE_S, login_table.c.seen_at > now - IDLE_S
