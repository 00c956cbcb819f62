"""The facts of a device until the server has answered for them: a queue on disk that survives `kill -9`.

It numbers facts and keeps their bytes; when they are sent, and to whom, is `broker.session`'s affair. A
sequence number is given once and never again, also after its fact was forgotten, so that the server sees a
gap when a device has lost something.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from broker import codec
from broker import messages as m
from broker.topics import FACT

UNNUMBERED = 0  # the `seq` of a draft: `append` gives the real one

F = TypeVar("F", bound=m.Fact)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payload BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO counter VALUES ('seq', 0);
"""


class Outbox:
    """One device's outbox in one SQLite file; safe to use from several threads.

    Raises sqlite3.Error when the disk refuses: what could not be written was not recorded.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # a fact is on the disk before anybody is told of it
        self._db.executescript(_SCHEMA)

    def append(self, draft: F) -> F:
        """Keep a fact and return it numbered; it is durable when this returns.

        `draft.seq` is ignored. A draft whose id is in the box already returns the fact that was kept, so
        that a program which cannot know whether it died before or after may simply append again.
        """
        with self._lock, self._transaction():
            known = self._db.execute("SELECT payload FROM fact WHERE id = ?", (draft.id,)).fetchone()
            if known is not None:
                kept: F = codec.decode(FACT, known[0])
                return kept
            (last,) = self._db.execute(
                "UPDATE counter SET last = last + 1 WHERE name = 'seq' RETURNING last"
            ).fetchone()
            fact = msgspec.structs.replace(draft, seq=last)
            self._db.execute("INSERT INTO fact VALUES (?, ?, ?)", (last, fact.id, codec.encode(fact)))
            return fact

    def pending(self, limit: int | None = None) -> list[m.AnyFact]:
        """The facts not forgotten yet, oldest first, at most `limit`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT payload FROM fact ORDER BY seq LIMIT ?", (-1 if limit is None else limit,)
            ).fetchall()
        return [codec.decode(FACT, payload) for (payload,) in rows]

    def forget(self, ids: Iterable[str]) -> int:
        """Let go of facts the server has answered for; unknown ids are ignored. How many were there."""
        with self._lock, self._transaction():
            before = self._db.total_changes
            self._db.executemany("DELETE FROM fact WHERE id = ?", [(i,) for i in ids])
            return self._db.total_changes - before

    def count(self) -> int:
        """How many facts wait."""
        with self._lock:
            (waiting,) = self._db.execute("SELECT count(*) FROM fact").fetchone()
        return int(waiting)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # something was raised, perhaps by COMMIT itself on a full disk
                self._db.execute("ROLLBACK")
