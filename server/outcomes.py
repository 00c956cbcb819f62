"""A change that is asked for twice happens once: which keys were used, for what, and what was answered.

Knows one small database of its own, beside the hall's. A key belongs to whoever chose it and to what was
asked with it: the same again gets the same answer, also after a restart; anything else under it is refused.
Keeps out what is done. Instants are Unix seconds of the machine.

A restart of the server loses nothing here; a power cut may lose the last moments, for nothing waits for the
disk. Commands of the hall are then found in the hall, by their id, in the commit that carried them out. Other
changes are written so that doing them again does nothing more.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from server.sqlite import durable

KEPT_S = 7 * 24 * 3600
SWEEP_EVERY = 1_000  # turns
WAIT_S = 5.0  # for the same key in flight
BUSY_MS = 5_000

metadata = sa.MetaData()
outcome_table = sa.Table(
    "outcome",
    metadata,
    sa.Column("who", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("answer", sa.LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given to a key: HTTP status and body."""

    status: int
    answer: bytes


@dataclass(slots=True)
class Turn:
    """One use of a key. before: what was answered to it; else set `given` to what is answered now."""

    before: Given | None
    given: Given | None = None


class OtherAsked(Exception):
    """The key was used for something else."""


class InFlight(Exception):
    """The same is being done, and takes its time."""


class Outcomes:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Condition()
        self._in_flight: set[tuple[str, str]] = set()
        self._turns = 0
        metadata.create_all(engine)

    @contextmanager
    def turn(self, who: str, key: str, asked: str, now: float) -> Iterator[Turn]:
        """This key's turn, alone. asked: names all that was asked with it.

        Raises OtherAsked, and InFlight when an earlier one takes too long. What ends in an exception is not
        answered yet: the same again does it again.
        """
        with self._alone(who, key):
            turn = Turn(self._before(who, key, asked, now))
            yield turn
            if turn.given is not None:
                self._keep(who, key, turn.given)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _alone(self, who: str, key: str) -> Iterator[None]:
        with self._lock:
            if not self._lock.wait_for(lambda: (who, key) not in self._in_flight, WAIT_S):
                raise InFlight
            self._in_flight.add((who, key))
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard((who, key))
                self._lock.notify_all()

    def _before(self, who: str, key: str, asked: str, now: float) -> Given | None:
        of = outcome_table.c
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            self._turns += 1
            if self._turns % SWEEP_EVERY == 1:
                db.execute(outcome_table.delete().where(of.at < now - KEPT_S))
            row = db.execute(outcome_table.select().where(of.who == who, of.key == key)).one_or_none()
            if row is None:
                db.execute(outcome_table.insert().values(who=who, key=key, asked=asked, at=now))
                return None
        if row.asked != asked:
            raise OtherAsked
        return None if row.status is None else Given(row.status, row.answer)

    def _keep(self, who: str, key: str, given: Given) -> None:
        of = outcome_table.c
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            db.execute(
                outcome_table.update()
                .where(of.who == who, of.key == key)
                .values(status=given.status, answer=given.answer)
            )


def open_outcomes(path: Path) -> Outcomes:
    """The outcomes in the SQLite file `path`, made for its owner alone: answers may hold what is secret."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)
    durable(engine, BUSY_MS, power_cuts=False)  # an officer who presses waits for one disk, the hall's
    return Outcomes(engine)
