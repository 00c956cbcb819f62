"""The log on disk: a commit is there wholly or not at all, whatever happens; and the way to its schema."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server import store as of_store, verify
from server.hall.events import Event, Issued
from server.store import SCHEMA, Batch, Store, metadata, sqlite_url
from tests.hall.small_hall import SmallHall, frozen
from tests.server.small_server import running

ROOT = Path(__file__).parents[2]


def open_store(data: Path) -> Store:
    return Store(sqlite_url(data / "hall.db"))


def batch(hall: SmallHall, since: int = 0) -> Batch:
    """What the hall's log has behind event `since`, as one commit."""
    events = hall.log[since:]
    tickets = {e.ticket.id: hall.state.tickets[e.ticket.id] for e in events if isinstance(e, Issued)}
    return Batch(events=[(hall.state.day, e) for e in events], tickets=tickets)


def log(store: Store) -> list[Event]:
    return [event for _, event in store.events()]


# --- commits ------------------------------------------------------------------------------------------------


def test_what_was_committed_is_read_as_it_was(tmp_path: Path) -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    store = open_store(tmp_path)
    store.commit(batch(hall))
    assert log(store) == hall.log
    assert store.seq == len(hall.log)
    store.close()
    again = open_store(tmp_path)
    assert log(again) == hall.log and frozen(again.load()) == frozen(hall.state)
    again.close()


def test_a_commit_that_cannot_be_is_not_begun(tmp_path: Path) -> None:
    hall = SmallHall()
    first = hall.issue()
    store = open_store(tmp_path)
    store.commit(batch(hall))
    again = replace(first, id="other", token="other", request="other")
    doubled = Issued(ticket=again, session=None, at=hall.now, command="other", by="test")
    with pytest.raises(sa.exc.IntegrityError, match=r"ticket\.day, ticket\.number"):
        store.commit(Batch(events=[(hall.state.day, doubled)], tickets={"other": again}))
    assert log(store) == hall.log
    store.close()


def test_two_tickets_never_share_a_token(tmp_path: Path) -> None:
    hall = SmallHall()
    first = hall.issue()
    store = open_store(tmp_path)
    store.commit(batch(hall))
    second = replace(hall.issue(), token=first.token)
    with pytest.raises(sa.exc.IntegrityError, match=r"ticket\.token"):
        store.commit(Batch(tickets={second.id: second}))
    store.close()


def test_a_second_writer_of_the_same_log_is_stopped_by_it(tmp_path: Path) -> None:
    one, two = open_store(tmp_path), open_store(tmp_path)
    one.commit(batch(SmallHall()))
    with pytest.raises(sa.exc.IntegrityError, match=r"event\.seq"):
        two.commit(batch(SmallHall()))
    one.close()
    two.close()


def test_a_long_reader_stops_no_writer(tmp_path: Path) -> None:
    hall = SmallHall()
    store = open_store(tmp_path)
    store.commit(batch(hall))
    reading = store.events()
    assert next(reading)[0] == 1
    written = len(hall.log)
    hall.issue()
    store.commit(batch(hall, written))
    assert len(list(reading)) == 0  # it reads the log as it was when it began
    assert len(log(store)) == 2
    store.close()


def test_a_commit_is_on_the_disk_before_it_returns(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.engine.connect() as db:
        pragmas = {p: db.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}  # FULL
    store.close()


# --- kill -9 ------------------------------------------------------------------------------------------------


def dying(data: Path, point: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.server.dying_writer", str(data), point]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("point", "there"), [("before", 4), ("after", 5)])
def test_a_commit_cut_off_is_there_wholly_or_not_at_all(tmp_path: Path, point: str, there: int) -> None:
    with dying(tmp_path, point) as child:
        acknowledged = str(child.communicate()[0]).split()
    assert child.returncode == -signal.SIGKILL
    assert acknowledged == [f"E{n:03}" for n in range(1, 5)]
    with running(tmp_path) as server:
        assert [t.number for t in server.writer.view.state.tickets.values()] == [
            f"E{n:03}" for n in range(1, there + 1)
        ]
        assert server.issue("justice") == f"E{there + 1:03}"
    assert verify.run(tmp_path) == 0


def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for numbers in (7, 23, 51):
        with dying(tmp_path, "never") as child:
            assert child.stdout is not None
            acknowledged += [child.stdout.readline().strip() for _ in range(numbers)]
            child.kill()
            acknowledged += child.stdout.read().split()
    with running(tmp_path) as server:
        given = [t.number for t in server.writer.view.state.tickets.values()]
    assert set(acknowledged) <= set(given)
    assert given == [f"E{n:03}" for n in range(1, len(given) + 1)]
    assert len(given) <= len(acknowledged) + 3  # one of each life may have been committed and not told
    assert verify.run(tmp_path) == 0


# --- snapshots ----------------------------------------------------------------------------------------------


def test_a_start_reads_a_snapshot_and_the_tail_behind_it(tmp_path: Path) -> None:
    hall = SmallHall()
    store = open_store(tmp_path)
    for _ in range(5):
        written = store.seq
        hall.issue()
        store.commit(batch(hall, written))
        store.snapshot(hall.state)
    written = store.seq
    hall.next("1")
    store.commit(batch(hall, written))
    with store.engine.connect() as db:
        kept = [row.seq for row in db.execute(of_store.snapshot_table.select())]
    assert kept == [written - 1, written]
    assert store.tail == 2
    store.close()
    again = open_store(tmp_path)
    assert frozen(again.load()) == frozen(hall.state)
    assert again.tail == 2
    again.close()


@pytest.mark.parametrize("body", ["", "{}x", '{"tickets": {"t": {"id": "t"}}}', '{"day": 7}'])
@pytest.mark.parametrize("damaged", [1, 2])
def test_a_snapshot_that_cannot_be_read_is_left_out(tmp_path: Path, body: str, damaged: int) -> None:
    hall = SmallHall()
    store = open_store(tmp_path)
    for _ in range(3):
        written = store.seq
        hall.issue()
        store.commit(batch(hall, written))
        store.snapshot(hall.state)
    with store.engine.begin() as db:
        newest = f"SELECT seq FROM snapshot ORDER BY seq DESC LIMIT {damaged}"
        db.exec_driver_sql(f"UPDATE snapshot SET body = ? WHERE seq IN ({newest})", (body,))
    store.close()
    again = open_store(tmp_path)
    assert frozen(again.load()) == frozen(hall.state)
    assert again.tail == (1 if damaged == 1 else len(hall.log))
    again.close()


# --- the schema ---------------------------------------------------------------------------------------------


def test_the_code_speaks_the_newest_schema() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "server" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_the_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        found = sa.inspect(db)
        for table in metadata.sorted_tables:
            said = {tuple(u["column_names"]) for u in found.get_unique_constraints(table.name)}
            assert said == {
                tuple(c.name for c in u.columns)
                for u in table.constraints
                if isinstance(u, sa.UniqueConstraint)
            }
    store.close()


def test_a_database_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "hall.db")) as db:
        before = db.execute("PRAGMA schema_version").fetchone()
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "hall.db")) as db:
        assert db.execute("PRAGMA schema_version").fetchone() == before
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA,)]
