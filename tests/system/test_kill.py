"""`kill -9` in the middle of a played day: nothing that anybody was told is lost or happens twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

from tests.system.running import RunningHall, until

SEED = 20_261_123
EVERY_S = 1.5  # between two kills; what is killed needs about a second to be back
KINDS = ("server", "broker", "kiosk-1", "display-1", "counter-3", "display-2", "kiosk-2", "counter-7")


def kill(hall: RunningHall, name: str) -> bool:
    """Pull the plug of one program; whether it was running."""
    needle = str(hall.data / "broker") if name == "broker" else str(hall.data / "programs" / f"{name}.toml")
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if any(word.startswith(needle) for word in words):
                os.kill(int(entry.name), signal.SIGKILL)
                return True
    return False


def told(hall: RunningHall) -> list[dict[str, str]]:
    """What citizens and officers of the day were told."""
    text = (hall.data / "devices" / "told.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_day_in_which_everything_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    killed: Counter[str] = Counter()
    hall = RunningHall(tmp_path / "hall", "--day", "--speed", "600", "--citizens", "300", "--seed", "7")
    with hall:
        journal = hall.data / "devices" / "told.jsonl"
        until("the first citizen", lambda: journal.exists() and journal.stat().st_size > 0)
        rounds = [*KINDS, *dice.choices(KINDS, k=12), "server", "broker"]
        for name in rounds:
            killed[name] += kill(hall, name)
            time.sleep(EVERY_S)
        hall.read_until("was played")
        until("the server after the day", lambda: hall.state("kiosk-1"))
    assert all(killed[name] for name in KINDS), killed

    status, said = hall.verify()
    assert status == 0, said
    with contextlib.closing(sqlite3.connect(hall.data / "server" / "hall.db")) as log:
        tickets = dict(log.execute("SELECT id, number FROM ticket"))
        calls = Counter(
            log.execute(
                "SELECT t.number, json_extract(e.body, '$.counter') FROM event e "
                "JOIN ticket t ON t.id = e.ticket WHERE e.kind = 'Called'"
            )
        )
    rows = told(hall)
    held = {row["ticket"]: row["number"] for row in rows if "ticket" in row}
    assert len(held) > 200
    assert held.items() <= tickets.items(), "a number that somebody holds is not in the log"
    called = Counter(
        (r["number"], r["counter"]) for r in rows if r.get("verb") == "next" and r["state"] == "called"
    )
    assert len(called) > 150
    assert called.items() <= calls.items(), "a call that an officer was told of is missing, or was made twice"
