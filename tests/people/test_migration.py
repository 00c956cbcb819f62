from __future__ import annotations

import sqlite3
from pathlib import Path

import argon2
import pytest

from server.people.accounts import open_accounts
from server.people.rights import Role

NOW = 1_800_000_000.0
BEFORE = """
CREATE TABLE account (name VARCHAR(32) NOT NULL, role VARCHAR(16) NOT NULL, hash VARCHAR(200) NOT NULL,
  disabled BOOLEAN NOT NULL, made_at FLOAT NOT NULL, PRIMARY KEY (name));
CREATE TABLE login (key_hash VARCHAR(64) NOT NULL, account VARCHAR(32) NOT NULL, role VARCHAR(16) NOT NULL,
  began_at FLOAT NOT NULL, seen_at FLOAT NOT NULL, PRIMARY KEY (key_hash),
  FOREIGN KEY(account) REFERENCES account (name));
"""


def old_file(path: Path) -> None:
    """As the versions before wrote it: one role an account, no version of its own."""
    hash = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash("mot-hai-ba-bon")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(BEFORE)
        for name, role, disabled in (
            ("chief", "manager", 0),
            ("root", "administrator", 0),
            ("gone", "officer", 1),
        ):
            db.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?)", (name, role, hash, disabled, NOW))
        db.execute("INSERT INTO login VALUES ('x', 'chief', 'manager', ?, ?)", (NOW, NOW))
    db.close()


def test_an_older_file_keeps_its_people_who_then_have_their_role_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    old_file(path)
    for _ in range(2):  # opened again, it is left alone
        accounts = open_accounts(path)
        assert {a.name: dict(a.roles) for a in accounts.all()} == {
            "chief": {"*": Role.MANAGER},
            "root": {"*": Role.ADMINISTRATOR},
        }
        assert accounts.log_in("chief", "mot-hai-ba-bon", NOW) is not None
        assert accounts.log_in("gone", "mot-hai-ba-bon", NOW) is None
        accounts.close()


def test_an_older_file_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    old_file(tmp_path / "old.db")
    shapes = []
    for name in ("old.db", "new.db"):
        open_accounts(tmp_path / name).close()
        with sqlite3.connect(tmp_path / name) as db:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            shapes.append({t: sorted(db.execute(f"PRAGMA table_info({t})")) for t in tables})
            assert db.execute("PRAGMA user_version").fetchone() == (3,)
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
    columns = [{t: {(c[1], c[3]) for c in table} for t, table in shape.items()} for shape in shapes]
    assert columns[0] == columns[1]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    open_accounts(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(RuntimeError, match="newer"):
        open_accounts(path)
