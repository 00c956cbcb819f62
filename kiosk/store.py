"""What a kiosk must remember across a power cut: each ticket's life, its own series, the last plan.

A ticket's life is pending, issued, printing, and how it ended; it is written before each step is taken, so
that after a power cut the kiosk knows whose number hangs in the air. Knows rows and bytes; what they mean
after a start is the core's. Numbers only: nothing of a person.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from broker.disk import Disk
from broker.messages import DeviceConfig, TicketReply
from hardware.paper_count import PaperCount
from kiosk.state.series import Series
from kiosk.vocabulary import Phase, Unfinished

log = logging.getLogger("kiosk")

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
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, box TEXT NOT NULL, value BLOB NOT NULL) STRICT;
"""

# A ticket that has ended keeps its number for whoever looks for it, and not what it was about.
_NO_DOSSIER = "CAST(json_set(CAST(ticket AS TEXT), '$.dossier', NULL) AS BLOB)"

T = TypeVar("T")


class Store:
    """One kiosk's memory beside its outbox. What returned is on the disk, or comes there with the
    transaction around it.

    Raises sqlite3.Error when the disk refuses: then nothing was issued, and nothing is shown.
    """

    def __init__(self, where: Path | Disk) -> None:
        self.disk = where if isinstance(where, Disk) else Disk(where)
        self.disk.tables(_SCHEMA)
        if self._kept("lives", bool, only_own=True) is None:
            self._disown()

    # --- lives ------------------------------------------------------------------------------------------

    def pending(self, request: str) -> None:
        """The request is about to be sent."""
        with self.disk.transaction() as db:
            db.execute("INSERT OR IGNORE INTO life (request, phase) VALUES (?, 'pending')", (request,))

    def issued(self, request: str, ticket: TicketReply) -> None:
        """Its number has arrived, or was given here."""
        with self.disk.transaction() as db:
            db.execute(
                "INSERT INTO life (request, phase, ticket) VALUES (?, 'issued', ?) "
                "ON CONFLICT (request) DO UPDATE SET phase = 'issued', ticket = excluded.ticket",
                (request, msgspec.json.encode(ticket)),
            )

    def printing(self, request: str, attempt: int) -> None:
        """The printer is about to get it, for the `attempt`th time."""
        with self.disk.transaction() as db:
            db.execute(
                "UPDATE life SET phase = 'printing', attempt = ? WHERE request = ?", (attempt, request)
            )

    def ended(self, request: str, ending: Ending) -> None:
        """What became of it, in one commit with the fact that tells the server."""
        with self.disk.transaction() as db:
            db.execute(
                f"UPDATE life SET phase = ?, ticket = {_NO_DOSSIER} WHERE request = ?", (ending, request)
            )
            db.execute(
                "DELETE FROM life WHERE phase NOT IN ('pending', 'issued', 'printing') "
                "AND n <= (SELECT max(n) FROM life) - ?",
                (KEPT,),
            )

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The lives that a power cut left open, oldest first."""
        with self.disk.reading() as db:
            rows = db.execute(
                "SELECT request, phase, attempt, ticket FROM life "
                "WHERE phase IN ('pending', 'issued', 'printing') ORDER BY n"
            ).fetchall()
        return tuple(_unfinished(*row) for row in rows)

    def endings(self) -> list[tuple[str, str]]:
        """Request and phase of everything remembered, oldest first."""
        with self.disk.reading() as db:
            return [(r, p) for r, p in db.execute("SELECT request, phase FROM life ORDER BY n")]

    # --- what is kept whole -----------------------------------------------------------------------------

    def keep_series(self, series: Series) -> None:
        self._keep("series", series)

    def series(self) -> Series:
        """The kiosk's own series, unconfirmed when another memory than this one kept it: a card that was put
        back from a copy does not know what it gave since."""
        return self._kept("series", Series, only_own=True) or Series()

    def keep_config(self, config: DeviceConfig) -> None:
        self._keep("config", config)

    def config(self) -> DeviceConfig | None:
        """The last configuration the server sent: a kiosk that starts while the server is away works from it.
        One that an older program kept and this one cannot read is asked for again."""
        return self._kept("config", DeviceConfig)

    def keep_paper(self, count: PaperCount) -> None:
        self._keep("paper", count)

    def paper(self) -> PaperCount:
        """How much paper the printer has used, as far as this card remembers."""
        return self._kept("paper", PaperCount) or PaperCount()

    def close(self) -> None:
        self.disk.close()

    def _disown(self) -> None:
        """Lives that hang in the air on a card that was put back from a copy went on after the copy was made:
        nothing is said of them any more."""
        with self.disk.transaction() as db:
            db.execute("UPDATE life SET phase = 'maybe' WHERE phase IN ('pending', 'issued', 'printing')")
            self._keep("lives", True)

    def _keep(self, name: str, value: Any) -> None:
        with self.disk.transaction() as db:
            db.execute(
                "INSERT INTO kept VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET box = excluded.box, value = excluded.value",
                (name, self.disk.box, msgspec.json.encode(value)),
            )

    def _kept(self, name: str, kind: type[T], only_own: bool = False) -> T | None:
        with self.disk.reading() as db:
            row = db.execute("SELECT box, value FROM kept WHERE name = ?", (name,)).fetchone()
        if row is None or (only_own and row[0] != self.disk.box):
            return None
        try:
            return msgspec.json.decode(row[1], type=kind)
        except msgspec.DecodeError as error:
            log.warning("kept value unreadable name=%s reason=%s", name, type(error).__name__)
            return None


def _unfinished(request: str, phase: Phase, attempt: int, ticket: bytes | None) -> Unfinished:
    kept = msgspec.json.decode(ticket, type=TicketReply) if ticket is not None else None
    return Unfinished(request, phase, attempt, kept)
