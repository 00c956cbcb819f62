"""How we use SQLite: what is committed is on the disk, readers and a writer do not wait for each other.

Knows pragmas and transactions; keeps out tables.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa


class Busy(sa.exc.OperationalError):
    """Somebody else writes, and has for longer than a writer waits: ask again."""

    def __init__(self, said: BaseException | None = None) -> None:
        super().__init__(None, None, said or TimeoutError("busy"))


def durable(engine: sa.Engine, busy_ms: int, power_cuts: bool = True) -> None:
    """Let every connection of `engine` sync what it commits, and wait `busy_ms` for another writer; then
    Busy is raised.

    power_cuts: whether what was committed outlives one; without, it outlives only the process, and no commit
    waits for the disk.

    A connection with the execution option `writes` takes the writer's place at its begin, not with its first
    change: it never has to start again because somebody wrote in between.
    """

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's `begin` speaks for itself, below
        sync = "FULL" if power_cuts else "NORMAL"
        for pragma in (f"busy_timeout={busy_ms}", "journal_mode=WAL", f"synchronous={sync}"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def refused(context: sa.engine.ExceptionContext) -> Busy | None:
        """Raised instead."""
        said = context.original_exception
        code = said.sqlite_errorcode & 0xFF if isinstance(said, sqlite3.OperationalError) else 0
        return Busy(said) if code == sqlite3.SQLITE_BUSY else None

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "handle_error", refused)
