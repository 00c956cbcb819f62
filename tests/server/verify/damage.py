"""What breaks a log in one place, sealed anew as a mistake of the rules would, and what is told of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server import verify
from server.chain import sealed


def change(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        for statement in statements:
            assert db.execute(statement).rowcount > 0, statement
        seal_anew(db)


def seal_anew(db: sqlite3.Connection) -> None:
    """As if a program had written it so: what is changed here is what a mistake of the rules would write."""
    db.row_factory = sqlite3.Row
    seal = ""
    for row in db.execute("SELECT * FROM event ORDER BY seq").fetchall():
        seal = sealed(seal, dict(row))
        db.execute("UPDATE event SET seal = ? WHERE seq = ?", (seal, row["seq"]))


def one(data: Path, query: str) -> Any:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db:
        return db.execute(query).fetchone()[0]


def edit(data: Path, seq: int, how: Callable[[dict[str, Any]], object]) -> None:
    """Change the body of one event."""
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        body = json.loads(db.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()[0])
        how(body)
        db.execute("UPDATE event SET body = ? WHERE seq = ?", (json.dumps(body), seq))
        seal_anew(db)


def seq_of(data: Path, kind: str, more: str = "1", n: int = 0) -> int:
    """The n-th event of a kind."""
    return int(
        one(data, f"SELECT seq FROM event WHERE kind = '{kind}' AND {more} ORDER BY seq LIMIT 1 OFFSET {n}")
    )


def told(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The breaches of a log that is not sound, without the summary."""
    assert verify.run(data) == 1
    *breaches, summary = capsys.readouterr().out.splitlines()
    assert summary.startswith(f"{len(breaches)} breaches: days=3 ")
    return breaches
