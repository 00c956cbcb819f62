"""`motcua verify`: a sound log passes, and is read without being changed or disturbed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server import verify
from tests.server.small_server import SmallServer, running
from tests.server.verify.damage import one


def test_a_sound_log_passes_with_a_summary(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.run(data) == 0
    events, facts = one(data, "SELECT count(*) FROM event"), one(data, "SELECT count(*) FROM fact")
    seal = one(data, "SELECT seal FROM event ORDER BY seq DESC LIMIT 1")
    assert capsys.readouterr().out == (
        f"sound: days=3 events={events} tickets=30 calls=16 ratings=1 facts={facts} shown=16 "
        f"seal={seal[:16]}\n"
    )


def test_the_day_of_the_test_has_every_kind_of_event(data: Path) -> None:
    from server.hall.events import KINDS

    with closing(sqlite3.connect(data / "server" / "hall.db")) as db:
        found = {kind for (kind,) in db.execute("SELECT kind FROM event")}
    assert found == {kind for kind in KINDS if not kind.startswith("Setup")}  # those: test_setup.py


def test_the_log_of_a_running_hall_is_read_without_disturbing_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path) as server:
        server.issue()
        assert verify.run(tmp_path) == 0
        server.issue()
        assert verify.run(tmp_path) == 0
    assert "tickets=2" in capsys.readouterr().out


def test_a_copied_log_is_read_and_not_changed(data: Path) -> None:
    database = data / "server" / "hall.db"
    before = database.read_bytes()
    assert verify.run(data) == verify.run(data / "server") == 0
    assert database.read_bytes() == before


def test_a_log_that_died_with_its_tail_in_the_wal_is_read_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "live").mkdir()
    with running(tmp_path / "live") as server:
        for _ in range(5):
            server.issue()
        shutil.copytree(tmp_path / "live", tmp_path / "copy")
    assert verify.run(tmp_path / "copy") == 0
    assert "tickets=5" in capsys.readouterr().out


def test_a_log_of_nothing_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SmallServer(tmp_path).store.close()
    assert verify.run(tmp_path) == 0
    assert capsys.readouterr().out.startswith("sound: days=0 events=0 ")
