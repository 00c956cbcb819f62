"""Starting again: however long the hall has worked, a start reads a snapshot and little behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from server.hall import commands as c
from server.hall.events import DayOpened, Event
from server.store import Store, sqlite_url
from server.writer import SNAPSHOT_EVERY, Outcome
from tests.hall.small_hall import frozen, local
from tests.server.small_server import HandClock, SmallServer, running


class CountingStore(Store):
    """Counts the events that are read."""

    read = 0

    def _read(self, reader: sa.Connection, since: int) -> Iterator[tuple[int, Event]]:  # type: ignore[override]
        for row in super()._read(reader, since):
            self.read += 1
            yield row


def start(data: Path) -> tuple[int, bytes]:
    """How many events a start reads, and the state it comes to."""
    store = CountingStore(sqlite_url(data / "hall.db"))
    state = store.load()
    store.close()
    return store.read, frozen(state)


def dies(server: SmallServer) -> bytes:
    """End it without its last snapshot, as `kill -9` does; the state it had."""
    server.store.snapshot = lambda state: None  # type: ignore[method-assign]
    server.writer.stop()
    server.store.close()
    return frozen(server.writer.view.state)


def serve(server: SmallServer, citizens: int) -> None:
    """A number and a call for each, in as few commits as may be."""
    answered: list[Outcome] = []
    for n in range(citizens):
        server.writer.submit(server.issuing("land"), answered.append)
        server.writer.submit(server.command(c.CallNext, counter=str(1 + n % 2)), answered.append)
    server.issue("justice")
    assert len(answered) == 2 * citizens


def test_after_an_orderly_end_nothing_is_read_again(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.issue()
        before = frozen(server.writer.view.state)
    assert start(tmp_path) == (0, before)


def test_a_server_that_dies_again_and_again_in_a_day_reads_no_more_each_time(tmp_path: Path) -> None:
    clock, events = HandClock(), 0
    for _ in range(4):
        server = SmallServer(tmp_path, clock)
        server.writer.start()
        serve(server, 300)
        events = server.store.seq
        state = dies(server)
    read, again = start(tmp_path)
    assert again == state
    assert events > SNAPSHOT_EVERY and read <= SNAPSHOT_EVERY


def test_a_history_of_days_is_not_read(tmp_path: Path) -> None:
    clock = HandClock()
    server = SmallServer(tmp_path, clock)
    server.writer.start()
    for day in (23, 25, 26, 27):
        clock.time = local("08:00", date(2026, 11, day))
        serve(server, 400)
    events = server.store.seq
    of_today = events - max(seq for seq, event in server.store.events() if isinstance(event, DayOpened))
    state = dies(server)
    read, again = start(tmp_path)
    assert again == state
    assert read <= of_today + 1 < events / 3


def test_a_start_from_the_whole_log_comes_to_the_same(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        serve(server, 50)
        server.clock.time = local("08:00", date(2026, 11, 25))
        serve(server, 50)
        events = server.store.seq
    _, state = start(tmp_path)
    store = Store(sqlite_url(tmp_path / "hall.db"))
    with store.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM snapshot")
    store.close()
    assert start(tmp_path) == (events, state)
