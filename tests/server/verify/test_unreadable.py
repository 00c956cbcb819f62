"""`motcua verify` on what cannot be read: one line says so, and nothing is called sound or broken."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server import verify
from tests.server.verify.damage import edit, seq_of


def unreadable(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert verify.run(data) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    return line


def test_a_folder_without_a_log_is_said_to_have_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert unreadable(folder, capsys) == f"motcua verify: {folder}: no hall.db here"


def test_a_folder_with_several_logs_asks_which(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(data / "server", data / "backup")
    assert unreadable(data, capsys).endswith("several logs, say which: backup/hall.db, server/hall.db")


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_log_cannot_be_read(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hall.db").write_bytes(content)
    assert "the database cannot be read" in unreadable(tmp_path, capsys)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"command":"another"}', "\x00"])
def test_an_event_that_is_no_event_cannot_be_read(
    data: Path, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        db.execute("UPDATE event SET body = ? WHERE seq = 9", (body,))
    assert unreadable(data, capsys).startswith("motcua verify: event 9 (Issued) cannot be read")


def test_an_event_that_lacks_what_it_needs_cannot_be_read(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(data, seq_of(data, "Called"), lambda body: body.pop("counter"))
    assert "(Called) cannot be read: KeyError('counter')" in unreadable(data, capsys)
