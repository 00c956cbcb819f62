"""The log on disk: events, the outcome of every command, and the tables that reports read.

One transaction holds a group of commands: their events, outcomes and the read tables they change. SQLite in
WAL mode with `synchronous=FULL`: what `commit` returned from survives a power cut. PostgreSQL by URL.
Instants are stored as ISO 8601 text in UTC with microseconds, so that they sort as text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.chain import sealed
from server.hall.applying import apply
from server.hall.events import KINDS, Event
from server.hall.state import HallState
from server.hall.tickets import Ticket
from server.sqlite import durable
from server.tables import (
    command_table as command_table,
    event_table as event_table,
    fact_table as fact_table,
    fixed_table as fixed_table,
    metadata as metadata,
    rating_table as rating_table,
    setup_table as setup_table,
    snapshot_table as snapshot_table,
    ticket_table as ticket_table,
)

log = logging.getLogger("store")

SCHEMA = "0004"  # the migration this code speaks; server/migrations/versions holds the way there
BUSY_MS = 5_000  # how long a writer waits for a long reader
SNAPSHOTS_KEPT = 2

TICKET_COLUMNS = tuple(column.name for column in ticket_table.columns)
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(slots=True)
class Batch:
    """What one commit makes durable. Each event comes with the business day it belongs to."""

    events: list[tuple[str | None, Event]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    setups: list[dict[str, Any]] = field(default_factory=list)  # new rows whole, known ones what changes


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome a command had when it was first taken."""

    refusal: str | None
    result: dict[str, Any]


def instant(at: datetime | None) -> str | None:
    """The text an instant is stored as."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


class Store:
    """One site's database. One thread writes (`commit`, `recorded`); any thread may read through `engine`."""

    def __init__(self, url: str) -> None:
        """Open and bring the schema up to date. `url`: "sqlite:////path/hall.db" or "postgresql+..."."""
        self.engine = sa.create_engine(url, hide_parameters=True)  # tracebacks say no ticket's figures
        if self.engine.dialect.name == "sqlite":
            durable(self.engine, BUSY_MS)
        _migrate(self.engine)
        self._writer = self.engine.connect()
        self._seq, self._seal = self._last()
        self._covered = 0

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()

    @property
    def seq(self) -> int:
        """The number of the newest event; the log is dense from 1."""
        return self._seq

    @property
    def tail(self) -> int:
        """How many events the newest snapshot, loaded or kept, does not cover: what a start would read."""
        return self._seq - self._covered

    def load(self) -> HallState:
        """The state as of the newest event: the last snapshot and the tail behind it."""
        with self._writer.begin():
            state = self._snapshot()
            for _, event in self._read(self._writer, self._covered):
                apply(state, event)
        return state

    def _snapshot(self) -> HallState:
        """The newest that can be read. One of an older program may not: the log is the truth, and longer."""
        for row in self._writer.execute(snapshot_table.select().order_by(snapshot_table.c.seq.desc())).all():
            try:
                state = msgspec.json.decode(row.body, type=HallState)
            except msgspec.DecodeError as error:
                log.warning("snapshot seq=%d left out: %s", row.seq, error)
            else:
                self._covered = row.seq
                return state
        return HallState()

    def events(self, since: int = 0) -> Iterator[tuple[int, Event]]:
        """The log behind event `since`, in order, as (seq, event)."""
        with self.engine.connect() as reader:
            yield from self._read(reader, since)

    def recorded(self, command: str) -> Recorded | None:
        """The outcome of a command that was taken before, or None."""
        with self._transaction() as writer:
            row = writer.execute(command_table.select().where(command_table.c.id == command)).one_or_none()
        return None if row is None else Recorded(row.refusal, msgspec.json.decode(row.result))

    def used(self, ticket: str, token: str, numbers: Sequence[str], day: str) -> set[str]:
        """Of a kiosk's ticket: its id and its token, if any ticket has them, and those of `numbers` that
        tickets of `day` have.
        """
        t = ticket_table.c
        same = (t.day == day) & t.number.in_(numbers)
        rows = sa.select(t.id, t.token, t.number, same.label("same"))
        wanted = rows.where((t.id == ticket) | (t.token == token) | same)
        with self._transaction() as writer:
            found = set[str]()
            for row in writer.execute(wanted):
                found |= {row.id, row.token} & {ticket, token}
                found |= {row.number} if row.same else set()
        return found

    def commit(self, batch: Batch) -> None:
        """Make a group of commands durable, all or nothing. Returns when it is on disk."""
        with self._transaction() as writer:
            rows = self._event_rows(batch.events)
            self._insert(writer, event_table, rows)
            self._insert(writer, command_table, batch.outcomes)
            self._insert(writer, fact_table, batch.facts)
            self._upsert(writer, ticket_table, [_ticket_row(t) for t in batch.tickets.values()])
            self._upsert(writer, rating_table, batch.ratings)
            for row in batch.setups:
                self._put_setup(writer, row)
        if rows:
            self._seq, self._seal = rows[-1]["seq"], rows[-1]["seal"]

    def snapshot(self, state: HallState) -> None:
        """Keep the state as of the newest event, so that the next start reads little."""
        body = msgspec.json.encode(state).decode()
        old = (
            snapshot_table.select().order_by(snapshot_table.c.seq.desc()).offset(SNAPSHOTS_KEPT - 1).limit(1)
        )
        with self._transaction() as writer:
            self._upsert(writer, snapshot_table, [{"seq": self._seq, "body": body}])
            last = writer.execute(old).one_or_none()
            if last is not None:
                writer.execute(snapshot_table.delete().where(snapshot_table.c.seq < last.seq))
        self._covered = self._seq

    def next_epoch(self, now: datetime) -> int:
        """The number of this start of the server: boards of an older epoch are old whatever their revision.

        Never lower than the machine's clock, so that a server restored from yesterday's backup is believed.
        """
        with self._transaction() as writer:
            row = writer.execute(fixed_table.select().where(fixed_table.c.name == "epoch")).one_or_none()
            epoch = max(int(now.timestamp()), 0 if row is None else int(row.value) + 1)
            self._upsert(writer, fixed_table, [{"name": "epoch", "value": str(epoch)}])
        return epoch

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._writer.begin():
            yield self._writer

    def _last(self) -> tuple[int, str]:
        """Number and seal of the newest event."""
        e = event_table.c
        with self._transaction() as writer:
            row = writer.execute(sa.select(e.seq, e.seal).order_by(e.seq.desc()).limit(1)).one_or_none()
        return (0, "") if row is None else (int(row.seq), row.seal or "")

    @staticmethod
    def _read(reader: sa.Connection, since: int) -> Iterator[tuple[int, Event]]:
        columns = (event_table.c.seq, event_table.c.kind, event_table.c.body)
        wanted = sa.select(*columns).where(event_table.c.seq > since).order_by(event_table.c.seq)
        for seq, kind, body in reader.execute(wanted):
            yield seq, msgspec.json.decode(body, type=KINDS[kind])

    def _event_rows(self, events: list[tuple[str | None, Event]]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        seal = self._seal
        for seq, (day, event) in enumerate(events, self._seq + 1):
            row = {
                "seq": seq,
                "at": instant(event.at),
                "day": day,
                "kind": type(event).__name__,
                "command": event.command,
                "by": event.by,
                "ticket": _ticket_of(event),
                "body": msgspec.json.encode(event).decode(),
            }
            seal = sealed(seal, row)
            rows.append({**row, "seal": seal})
        return rows

    @staticmethod
    def _put_setup(writer: sa.Connection, row: dict[str, Any]) -> None:
        if "body" in row:
            writer.execute(setup_table.insert().values(**row))
        else:
            writer.execute(setup_table.update().where(setup_table.c.version == row["version"]).values(**row))

    @staticmethod
    def _insert(writer: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            writer.execute(table.insert(), rows)

    def _upsert(self, writer: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = _INSERT[self.engine.dialect.name](table)
        key = [c.name for c in table.primary_key]
        changed = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in key}
        writer.execute(insert.on_conflict_do_update(index_elements=key, set_=changed), rows)


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _migrate(engine: sa.Engine) -> None:
    """Run the migrations that this database lacks; importing Alembic only when there are some."""
    with engine.connect() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if found == SCHEMA:
                return
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _ticket_of(event: Event) -> str | None:
    ticket = getattr(event, "ticket", None)
    return ticket.id if isinstance(ticket, Ticket) else ticket


def _ticket_row(ticket: Ticket) -> dict[str, Any]:
    row = {name: getattr(ticket, name) for name in TICKET_COLUMNS}
    return {k: instant(v) if isinstance(v, datetime) else v for k, v in row.items()}
