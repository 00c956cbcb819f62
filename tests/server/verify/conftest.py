"""A data folder that is sound, played once, and copied for each test that breaks it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from server.hall import commands as c
from tests.hall.small_hall import local
from tests.server.small_server import running
from tests.server.verify.day import SUNDAY, WEDNESDAY, own, play_a_day, sheet


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a day that has everything in it, the next day begun, and what a wall showed."""
    data = tmp_path_factory.mktemp("sound")
    (data / "server").mkdir()
    with running(data / "server") as server:
        play_a_day(server)
        server.clock.time = local("08:00", WEDNESDAY)
        server.issue()
        server.ask(c.CallNext, counter="1")
        own(server, 2, "A2-008", local("15:00"), box="b2")  # of Monday
        own(server, 3, "A2-009", local("15:00", SUNDAY), box="b2")  # of before this log began
        server.ask(c.OpenCounter, counter="2")
        server.ask(c.EnterHandwritten, day=SUNDAY, rows=sheet(SUNDAY))
        calls = [call for view in server.shown for call in view.board.calls]
        days = {call.at: view.board.day for view in server.shown for call in view.board.calls}
    record = data / "devices" / "wall-1" / "shown.jsonl"
    record.parent.mkdir(parents=True)
    lines = {
        (days[call.at], call.seq): {
            "day": days[call.at],
            "seq": call.seq,
            "number": call.number,
            "counter": call.counter,
            "at": call.at.isoformat(),
            "recall": call.recall,
        }
        for call in calls
    }
    told = [json.dumps(lines[key]) for key in sorted(lines)]
    record.with_name("shown.1.jsonl").write_text("\n".join(told[:3]) + "\n", "utf-8")
    record.write_text("\n".join(told[3:]) + '\n{"day":"2026-11-25","seq":2,"num', "utf-8")
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))
