"""The facts of a device until the server has answered for them: a queue on disk that survives `kill -9`.

It numbers facts and keeps their bytes; when they are sent, and to whom, is `broker.session`'s affair. A
sequence number is given once and never again, also after its fact was forgotten, so that the server sees a
gap when a device has lost something.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from broker import codec, messages as m
from broker.disk import Disk
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
    """One device's outbox; safe to use from several threads.

    `where` is a file of its own, or a memory that it shares with others, so that a fact and what belongs to
    it are one commit. Raises sqlite3.Error when the disk refuses: what could not be written was not recorded.
    """

    def __init__(self, where: Path | Disk) -> None:
        self.disk = where if isinstance(where, Disk) else Disk(where)
        self.disk.tables(_SCHEMA)

    def append(self, draft: F) -> F:
        """Keep a fact and return it numbered; it is durable when this returns, or with the transaction
        around it.

        `draft.seq` and `draft.box` are ignored. A draft whose id is in the box already returns the fact that
        was kept, so that a program which cannot know whether it died before or after may simply append again.
        """
        with self.disk.transaction() as db:
            known = db.execute("SELECT payload FROM fact WHERE id = ?", (draft.id,)).fetchone()
            if known is not None:
                kept: F = codec.decode(FACT, known[0])
                return kept
            (last,) = db.execute(
                "UPDATE counter SET last = last + 1 WHERE name = 'seq' RETURNING last"
            ).fetchone()
            fact = msgspec.structs.replace(draft, seq=last, box=self.disk.box)
            db.execute("INSERT INTO fact VALUES (?, ?, ?)", (last, fact.id, codec.encode(fact)))
            return fact

    def pending(self, limit: int | None = None) -> list[m.AnyFact]:
        """The facts not forgotten yet, oldest first, at most `limit`."""
        with self.disk.reading() as db:
            rows = db.execute(
                "SELECT payload FROM fact ORDER BY seq LIMIT ?", (-1 if limit is None else limit,)
            ).fetchall()
        return [codec.decode(FACT, payload) for (payload,) in rows]

    def forget(self, ids: Iterable[str]) -> int:
        """Let go of facts the server has answered for; unknown ids are ignored. How many were there."""
        with self.disk.transaction() as db:
            before = db.total_changes
            db.executemany("DELETE FROM fact WHERE id = ?", [(i,) for i in ids])
            return db.total_changes - before

    def count(self) -> int:
        """How many facts wait."""
        with self.disk.reading() as db:
            (waiting,) = db.execute("SELECT count(*) FROM fact").fetchone()
        return int(waiting)

    def close(self) -> None:
        self.disk.close()
