"""A device's memory: what belongs together is one commit, and a memory knows whether it is the one it was."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from broker.disk import Disk, born, card_of

TABLE = "CREATE TABLE IF NOT EXISTS word (text TEXT NOT NULL UNIQUE) STRICT;"


def opened(path: Path) -> Disk:
    disk = Disk(path)
    disk.tables(TABLE)
    return disk


def words(disk: Disk) -> list[str]:
    with disk.reading() as db:
        return [text for (text,) in db.execute("SELECT text FROM word ORDER BY text")]


def put(disk: Disk, text: str) -> None:
    with disk.transaction() as db:
        db.execute("INSERT INTO word VALUES (?)", (text,))


def test_what_belongs_together_is_one_commit(tmp_path: Path) -> None:
    disk = opened(tmp_path / "kiosk.db")
    before = disk.commits
    with disk.transaction():
        put(disk, "a")
        put(disk, "b")
    assert disk.commits == before + 1
    with disk.transaction():
        pass
    assert disk.commits == before + 1, "nothing written, nothing synced"
    disk.close()


def test_all_of_it_or_nothing(tmp_path: Path) -> None:
    disk = opened(tmp_path / "kiosk.db")
    with pytest.raises(sqlite3.IntegrityError), disk.transaction():
        put(disk, "a")
        put(disk, "a")
    assert words(disk) == []
    put(disk, "b")
    assert words(disk) == ["b"]
    disk.close()


def test_a_memory_is_the_same_after_a_restart_and_after_much_was_written(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    disk = opened(path)
    box = disk.box
    for n in range(50):
        put(disk, str(n))
    disk.close()
    again = opened(path)
    assert again.box == box
    again.close()


def test_a_file_that_was_put_back_is_another_memory_even_in_the_same_place(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    disk = opened(path)
    put(disk, "a")
    box = disk.box
    disk.close()
    image = path.read_bytes()
    path.unlink()
    time.sleep(0.02)  # a file system counts birth in ticks of its clock
    path.write_bytes(image)  # a file system likes to give the inode again that was just free
    back = opened(path)
    assert words(back) == ["a"] and back.box != box
    back.close()
    copied = tmp_path / "copy.db"
    shutil.copy2(path, copied)
    other = opened(copied)
    assert other.box != back.box
    other.close()


def test_the_birth_of_a_file_does_not_change_with_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"1")
    was, card = born(file), card_of(file)
    file.write_bytes(b"22")
    assert (born(file), card_of(file)) == (was, card) and was > 10**18
    with pytest.raises(FileNotFoundError):
        born(tmp_path / "nobody")
