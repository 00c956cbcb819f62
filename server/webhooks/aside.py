"""The places of subscriptions in a second log, so that each log is told in its own order.

A subscription is one address, one secret and one choice of events; how far it has come is kept for each log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from server.webhooks.store import HookStore, Subscription, place_table, subscription_table

PLACE = ("cursor", "tries", "first_try_at", "next_at", "error", "status")


class Aside(HookStore):
    """The same subscriptions, each at its place in the log `name`. Safe to use from any thread."""

    def __init__(self, hooks: HookStore, name: str, newest: Callable[[], int]) -> None:
        """newest: the end of the log, where whoever was never there begins."""
        super().__init__(hooks.engine)
        self._name, self._newest = name, newest

    def find(self, id: str) -> Subscription | None:
        found = super().find(id)
        return None if found is None else self._placed(found)

    def all(self) -> list[Subscription]:
        """The oldest first."""
        return [self._placed(one) for one in super().all()]

    def _placed(self, found: Subscription) -> Subscription:
        p = place_table.c
        here = sa.select(*(p[name] for name in PLACE)).where(p.subscription == found.id, p.log == self._name)
        with self._engine.connect() as db:
            row = db.execute(here).one_or_none()
        if row is None:
            with self._writing() as db, db.begin():
                self._place(db, found.id, cursor=self._newest())
                row = db.execute(here).one_or_none()
        return found if row is None else replace(found, **row._mapping)  # None: taken away meanwhile

    def _place(self, db: sa.Connection, id: str, **columns: Any) -> bool:
        s = subscription_table.c
        if db.execute(sa.select(s.id).where(s.id == id)).first() is None:
            return False
        row = {"subscription": id, "log": self._name, "cursor": self._newest()} | columns
        known = sqlite.insert(place_table).values(row)
        db.execute(known.on_conflict_do_update(index_elements=["subscription", "log"], set_=columns))
        return True
