"""A ticket's life on this kiosk's disk: pending, issued, printing, and how it ended.

Written before each step is taken, so that after a power cut the kiosk knows whose number hangs in the air.
Knows phases and bytes; what a phase means after a start is the core's. Numbers only: nothing of a person.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

import msgspec

from broker.messages import TicketReply
from kiosk.vocabulary import Phase, Unfinished

Ending = Literal["printed", "failed", "maybe", "abandoned", "refused"]

KEPT = 200  # lives that have ended, for whoever has to find out what happened this morning

_SCHEMA = """
CREATE TABLE IF NOT EXISTS life (
    n INTEGER PRIMARY KEY,
    request TEXT NOT NULL UNIQUE,
    phase TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    ticket BLOB
) STRICT;
"""


class Store:
    """One kiosk's tickets in one SQLite file, for one thread at a time. What returned is on the disk.

    Raises sqlite3.Error when the disk refuses: then nothing was issued, and nothing is shown.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # a number is on the disk before anybody sees it
        self._db.executescript(_SCHEMA)

    def pending(self, request: str) -> None:
        """The request is about to be sent."""
        self._db.execute("INSERT OR IGNORE INTO life (request, phase) VALUES (?, 'pending')", (request,))

    def issued(self, request: str, ticket: TicketReply) -> None:
        """Its number has arrived."""
        self._db.execute(
            "INSERT INTO life (request, phase, ticket) VALUES (?, 'issued', ?) "
            "ON CONFLICT (request) DO UPDATE SET phase = 'issued', ticket = excluded.ticket",
            (request, msgspec.json.encode(ticket)),
        )

    def printing(self, request: str, attempt: int) -> None:
        """The printer is about to get it, for the `attempt`th time."""
        self._db.execute(
            "UPDATE life SET phase = 'printing', attempt = ? WHERE request = ?", (attempt, request)
        )

    def ended(self, request: str, ending: Ending) -> None:
        """What became of it, after the server was told so durably."""
        self._db.execute("UPDATE life SET phase = ? WHERE request = ?", (ending, request))
        self._db.execute(
            "DELETE FROM life WHERE phase NOT IN ('pending', 'issued', 'printing') "
            "AND n <= (SELECT max(n) FROM life) - ?",
            (KEPT,),
        )

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The lives that a power cut left open, oldest first."""
        rows = self._db.execute(
            "SELECT request, phase, attempt, ticket FROM life "
            "WHERE phase IN ('pending', 'issued', 'printing') ORDER BY n"
        ).fetchall()
        return tuple(_unfinished(*row) for row in rows)

    def endings(self) -> list[tuple[str, str]]:
        """Request and phase of everything remembered, oldest first."""
        return [(r, p) for r, p in self._db.execute("SELECT request, phase FROM life ORDER BY n")]

    def close(self) -> None:
        self._db.close()


def _unfinished(request: str, phase: Phase, attempt: int, ticket: bytes | None) -> Unfinished:
    kept = msgspec.json.decode(ticket, type=TicketReply) if ticket is not None else None
    return Unfinished(request, phase, attempt, kept)
