"""`motcua verify` on the chain of seals (I11): a row that was changed or taken out without a program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server import verify
from tests.hall.small_hall import local
from tests.server.small_server import running
from tests.server.verify.day import WEDNESDAY


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE event SET body = replace(body, 'land', 'lane') WHERE seq = 9",
        "UPDATE event SET at = replace(at, '2026', '2025') WHERE seq = 9",
        "UPDATE event SET seal = NULL WHERE seq = 9",
        "DELETE FROM event WHERE seq = (SELECT max(seq) - 1 FROM event)",
    ],
)
def test_i11_a_row_that_somebody_changed_or_took_out_is_named(
    data: Path, deed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        assert db.execute(deed).rowcount == 1
    assert verify.run(data) == verify.BROKEN
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("I11")]
    assert told and told[0].startswith("I11 event")


def test_i11_a_log_of_before_there_were_seals_is_sound_and_is_sealed_from_then_on(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        db.execute("UPDATE event SET seal = NULL")
    assert verify.run(data) == verify.SOUND
    assert "seal=none" in capsys.readouterr().out
    with running(data / "server") as server:
        server.clock.time = local("08:30", WEDNESDAY)
        server.issue()
    assert verify.run(data) == verify.SOUND
    assert "seal=none" not in capsys.readouterr().out
