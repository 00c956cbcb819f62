"""Hand-overs follow the hall's log: what an officer pressed is a fact there, and a row of the register here.

A press is durable with the log's own commit; the register is another file, which an import may hold for
seconds. A thread brings it up to the log after each press, every second, and at the start: whatever ends the
server in between, nothing is lost and nothing is there twice. How far the log was read is kept with what was
read, so that what was deleted at its time does not come again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from server.dossiers import handovers
from server.dossiers.rows import fact_table
from server.dossiers.store import DossierStore
from server.hall.events import KINDS, Event, Finished, Undone
from server.hall.tickets import State
from server.tables import event_table, ticket_table

log = logging.getLogger("dossiers")

LOOK_EVERY_S: Final = 1.0  # real seconds
PATIENCE_S: Final = 1.0  # of a press: the log has it in any case, and an import may take longer
AT_ONCE: Final = 20_000  # events of one transaction
FAR: Final = 5_000  # events that are nobody's hand-over, after which the place in the log is worth a write
READ: Final = "handovers"  # the fact that says how far the log was read

e = event_table.c


class Following:
    """The hand-overs of one centre. `start`, then `stop`; `look` is one turn."""

    def __init__(
        self,
        hall: sa.Engine,
        last: Callable[[], int],
        store: DossierStore,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        """hall: the database of the log, read only. last: the number of its newest event."""
        self._hall, self._last, self._store, self._every_s = hall, last, store, every_s
        self._turn = threading.Lock()
        self._read: int | None = None  # None: as the register says
        self._kept = 0
        self._unreadable = False
        self._stopping, self._wanted = threading.Event(), threading.Event()
        self._looked = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="hand-overs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wanted.set()
        if self._thread.ident is not None:
            self._thread.join()

    def soon(self) -> None:
        """Look at once, and wait a moment for that, so that the next page shows what was pressed."""
        end = self._last()
        self._wanted.set()
        with self._looked:
            self._looked.wait_for(lambda: (self._read or 0) >= end, PATIENCE_S)

    def look(self) -> bool:
        """Bring the register up to the log; whether it is. A file that cannot be read is told once."""
        try:
            with self._turn:
                done = self._follow()
        except sa.exc.DatabaseError as error:
            if not self._unreadable:
                log.error("hand-overs not put down error=%s", type(error.orig).__name__)
            self._unreadable = True
            return False
        self._unreadable = False
        with self._looked:
            self._looked.notify_all()
        return done

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wanted.clear()
            self.look()
            self._wanted.wait(self._every_s)

    def _follow(self) -> bool:
        end = self._last()
        if self._read is None:
            self._read = self._kept = self._begin(end)
        while self._read < end and not self._stopping.is_set():
            until = min(self._read + AT_ONCE, end)
            found = self._between(self._read, until)
            if found or until - self._kept >= FAR:
                with self._store.writing() as db:
                    for event, officer in found:
                        _put(db, event, officer)
                    _note(db, until)
                self._kept = until
            self._read = until
        return self._read >= end

    def _begin(self, end: int) -> int:
        """Where to read on from. A log that was brought back from a backup ends before, and grows again."""
        f = fact_table.c
        with self._store.reading() as db:
            value: Any = db.execute(sa.select(f.value).where(f.key == READ)).scalar()
        if int(value or 0) <= end:
            return int(value or 0)
        with self._store.writing() as db:
            _note(db, end)
        return end

    def _between(self, since: int, until: int) -> list[tuple[Event, str | None]]:
        """What was handed over or undone, in order, with the officer who had called the ticket."""
        handed = (e.kind == Finished.__name__) & e.body.contains('"returned":["')
        wanted = (
            sa.select(e.kind, e.body, ticket_table.c.officer)
            .select_from(event_table.outerjoin(ticket_table, ticket_table.c.id == e.ticket))
            .where(e.seq > since, e.seq <= until, handed | (e.kind == Undone.__name__))
            .order_by(e.seq)
        )
        with self._hall.connect() as db:
            rows = db.execute(wanted).all()
        return [(msgspec.json.decode(row.body, type=KINDS[row.kind]), row.officer) for row in rows]


def _put(db: sa.Connection, event: Event, officer: str | None) -> None:
    match event:
        case Finished(ticket=ticket, counter=counter, returned=codes):
            handovers.record(db, codes, event.at, ticket, counter or "", _who(event.by, officer))
        case Undone(tickets=tickets):
            for before in tickets:
                if before.state is not State.SERVED:
                    handovers.take_back(db, before.id, event.at)


def _who(by: str, officer: str | None) -> str:
    """The account; of a key that is wired at the counter, whoever called the ticket there."""
    kind, _, name = by.partition(":")
    return {"officer": name, "device": officer or name}.get(kind, by)


def _note(db: sa.Connection, seq: int) -> None:
    wanted = sqlite.insert(fact_table).values(key=READ, value=str(seq))
    db.execute(wanted.on_conflict_do_update(index_elements=["key"], set_={"value": str(seq)}))
