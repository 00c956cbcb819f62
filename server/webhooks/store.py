"""Subscriptions, how far each has come in the log, and what became of each delivery.

Knows one small database of its own, beside the hall's, so that no receiver ever keeps the hall's writer
waiting. Keeps out sending. Instants are Unix seconds of the machine.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from server.sqlite import durable
from server.webhooks.signing import new_secret

BUSY_MS = 5_000
MOST = 16  # subscriptions of a hall: each has a thread
KEPT = 200  # deliveries of a subscription that are remembered
OLD_SECRET_S = 24 * 3600  # how long both secrets sign after one was replaced

metadata = sa.MetaData()
subscription_table = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),  # words with blanks between them
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("old_secret", sa.Text),
    sa.Column("old_until", sa.Float, nullable=False, default=0.0),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False, default=False),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("first_try_at", sa.Float),
    sa.Column("next_at", sa.Float, nullable=False, default=0.0),
    sa.Column("error", sa.Text),
    sa.Column("status", sa.Integer),
)
delivery_table = sa.Table(
    "delivery",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("subscription", sa.Text, sa.ForeignKey("subscription.id"), nullable=False, index=True),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sqlite_autoincrement=True,
)
# How far each has come in a log that is not the hall's (`server.webhooks.aside`).
place_table = sa.Table(
    "place",
    metadata,
    sa.Column("subscription", sa.Text, sa.ForeignKey("subscription.id"), primary_key=True),
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_try_at", sa.Float),
    sa.Column("next_at", sa.Float, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    sa.Column("status", sa.Integer),
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """cursor: the last event of the log that is dealt with. tries, first_try_at, next_at, error, status: of
    the one that is being delivered; tries 0 while nothing is. old_secret: signs too until `old_until`.
    """

    id: str
    url: str
    events: frozenset[str]
    secret: str
    old_secret: str | None
    old_until: float
    made_at: float
    made_by: str
    paused: bool
    cursor: int
    tries: int
    first_try_at: float | None
    next_at: float
    error: str | None
    status: int | None

    def keys(self, now: float) -> list[str]:
        """The secrets that sign now."""
        old = self.old_secret if now < self.old_until else None
        return [self.secret] if old is None else [self.secret, old]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was taken, or given up. at: when."""

    n: int
    subscription: str
    message: str
    type: str
    body: bytes
    at: float
    state: Literal["done", "failed"]
    tries: int
    status: int | None
    error: str | None


class TooManyHooks(Exception):
    """There are MOST of them already."""


class HookStore:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = self._engine = engine
        metadata.create_all(engine)

    # --- subscriptions --------------------------------------------------------------------------------------

    def add(self, url: str, events: Collection[str], cursor: int, by: str, now: float) -> Subscription:
        """A new one, from the log's event `cursor` on, with its secret. Raises TooManyHooks."""
        row = {
            "id": secrets.token_hex(8),
            "url": url,
            "events": " ".join(sorted(events)),
            "secret": new_secret(),
            "made_at": now,
            "made_by": by,
            "cursor": cursor,
        }
        with self._writing() as db, db.begin():
            if db.execute(sa.select(sa.func.count()).select_from(subscription_table)).scalar_one() >= MOST:
                raise TooManyHooks
            db.execute(subscription_table.insert().values(**row))
        found = self.find(str(row["id"]))
        assert found is not None
        return found

    def find(self, id: str) -> Subscription | None:
        with self._engine.connect() as db:
            row = db.execute(subscription_table.select().where(subscription_table.c.id == id)).one_or_none()
        return None if row is None else _subscription(row)

    def all(self) -> list[Subscription]:
        """The oldest first."""
        of = subscription_table.c
        with self._engine.connect() as db:
            return [
                _subscription(r) for r in db.execute(subscription_table.select().order_by(of.made_at, of.id))
            ]

    def remove(self, id: str) -> bool:
        """With all that is known of its deliveries; False when there is none."""
        with self._writing() as db, db.begin():
            for table in (delivery_table, place_table):
                db.execute(table.delete().where(table.c.subscription == id))
            return db.execute(subscription_table.delete().where(subscription_table.c.id == id)).rowcount == 1

    def change(self, id: str, url: str, events: Collection[str]) -> bool:
        return self._set(id, url=url, events=" ".join(sorted(events)))

    def pause(self, id: str, paused: bool) -> bool:
        """Hold it, or go on where it was held: what happens meanwhile waits in the log."""
        return self._set(id, paused=paused)

    def rotate(self, id: str, now: float) -> str | None:
        """A new secret; the old one signs beside it for a day. None when there is no such subscription."""
        secret, of = new_secret(), subscription_table.c
        with self._writing() as db, db.begin():
            done = db.execute(
                subscription_table.update()
                .where(of.id == id)
                .values(secret=secret, old_secret=of.secret, old_until=now + OLD_SECRET_S)
            )
        return secret if done.rowcount == 1 else None

    # --- how far each has come ------------------------------------------------------------------------------

    def move(self, id: str, cursor: int) -> None:
        """There was nothing for it up to there."""
        with self._writing() as db, db.begin():
            self._place(db, id, cursor=cursor)

    def missed(self, id: str, tries: int, first_try_at: float, next_at: float, said: dict[str, Any]) -> None:
        """A try failed. said: `status` and `error`."""
        with self._writing() as db, db.begin():
            self._place(db, id, tries=tries, first_try_at=first_try_at, next_at=next_at, **said)

    def ended(self, id: str, cursor: int, delivery: dict[str, Any]) -> None:
        """The message of event `cursor` was taken, or given up: in one commit with the place in the log.

        delivery: the columns of a Delivery but `n` and `subscription`.
        """
        of = delivery_table.c
        with self._writing() as db, db.begin():
            over = {"cursor": cursor, "tries": 0, "first_try_at": None, "next_at": 0.0}
            if not self._place(db, id, **over, error=None, status=None):
                return  # taken away meanwhile
            db.execute(delivery_table.insert().values(subscription=id, **delivery))
            last = (
                sa.select(of.n).where(of.subscription == id).order_by(of.n.desc()).offset(KEPT).limit(1)
            ).scalar_subquery()
            db.execute(delivery_table.delete().where(of.subscription == id, of.n <= last))

    # --- deliveries -----------------------------------------------------------------------------------------

    def deliveries(self, id: str, limit: int = KEPT) -> list[Delivery]:
        """The newest first."""
        of = delivery_table.c
        rows = delivery_table.select().where(of.subscription == id).order_by(of.n.desc()).limit(limit)
        with self._engine.connect() as db:
            return [Delivery(**row._mapping) for row in db.execute(rows)]

    def delivery(self, id: str, n: int) -> Delivery | None:
        of = delivery_table.c
        with self._engine.connect() as db:
            row = db.execute(delivery_table.select().where(of.subscription == id, of.n == n)).one_or_none()
        return None if row is None else Delivery(**row._mapping)

    def sent_again(self, n: int, now: float, status: int | None, error: str | None) -> None:
        """An administrator had it sent once more."""
        of, taken = delivery_table.c, error is None
        told: dict[str, Any] = {"tries": of.tries + 1, "status": status, "error": error, "at": now}
        with self._writing() as db, db.begin():
            db.execute(
                delivery_table.update()
                .where(of.n == n)
                .values(**told, **({"state": "done"} if taken else {}))
            )

    def close(self) -> None:
        self._engine.dispose()

    def _writing(self) -> sa.Connection:
        return self._engine.connect().execution_options(writes=True)

    def _place(self, db: sa.Connection, id: str, **columns: Any) -> bool:
        """Keep how far it has come; False when it was taken away."""
        s = subscription_table
        return db.execute(s.update().where(s.c.id == id).values(**columns)).rowcount == 1

    def _set(self, id: str, **columns: Any) -> bool:
        """Change it, and try at once what waits."""
        with self._writing() as db, db.begin():
            db.execute(place_table.update().where(place_table.c.subscription == id).values(next_at=0.0))
            s = subscription_table
            return db.execute(s.update().where(s.c.id == id).values(**columns, next_at=0.0)).rowcount == 1


def _subscription(row: Any) -> Subscription:
    of = {str(name): value for name, value in row._mapping.items()}
    return Subscription(**{**of, "events": frozenset(of["events"].split())})


def open_hooks(path: Path) -> HookStore:
    """The subscriptions in the SQLite file `path`, made for its owner alone: their secrets are in it."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)
    durable(engine, BUSY_MS)
    return HookStore(engine)
