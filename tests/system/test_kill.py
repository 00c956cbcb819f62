"""`kill -9` in the middle of a played day: nothing that anybody was told is lost or happens twice."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

from tests.system.running import RunningHall, until

SEED = 20_261_123
OF = ("justice", "justice-civil", "health", "finance")
# What an asker sees when the program behind a panel or a page dies, also in the middle of its answer.
TODAY = (OSError, ValueError, http.client.HTTPException)
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


class Hands:
    """People at the devices that are killed: they touch and press whatever answers, and keep their papers."""

    def __init__(self, hall: RunningHall) -> None:
        self._hall = hall
        self._gone = threading.Event()
        self.papers: set[str] = set()
        self._workers = [
            threading.Thread(target=self._at_kiosk, args=(kiosk,)) for kiosk in ("kiosk-1", "kiosk-2")
        ] + [threading.Thread(target=self._at_counter, args=(c,)) for c in ("counter-3", "counter-7")]

    def __enter__(self) -> Hands:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        for worker in self._workers:
            worker.join()

    def _at_kiosk(self, kiosk: str) -> None:
        """Touch the first thing that leads to a number, again and again."""
        ways = ("class", "service", "authority", "take-another", "done", "home")
        while not self._gone.wait(0.15):
            with contextlib.suppress(*TODAY):  # dark, or the server is away: so it goes today
                targets = self._hall.targets(kiosk)
                for verb in ways:
                    boxes = [box for (v, of), box in targets.items() if v == verb and of in ("", *OF)]
                    if boxes:
                        x, y, w, h = boxes[0]
                        self._hall.sim(kiosk, "touch", x=x + w // 2, y=y + h // 2)
                        break
                self.papers |= {paper["number"] for paper in self._hall.tickets(kiosk)}

    def _at_counter(self, device: str) -> None:
        dice = random.Random(device)
        while not self._gone.wait(0.4):
            with contextlib.suppress(*TODAY):
                self._hall.sim(device, "press", button=dice.choice(("next", "start", "finish", "rate-4")))


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
        with Hands(hall) as hands:
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
    assert hands.papers, "no paper came out of the kiosks in all that time"
    assert hands.papers <= set(tickets.values()), "a paper in somebody's hand has a number that nobody gave"
    rows = told(hall)
    held = {row["ticket"]: row["number"] for row in rows if "ticket" in row}
    assert len(held) > 200
    assert held.items() <= tickets.items(), "a number that somebody holds is not in the log"
    called = Counter(
        (r["number"], r["counter"]) for r in rows if r.get("verb") == "next" and r["state"] == "called"
    )
    assert len(called) > 150
    assert called.items() <= calls.items(), "a call that an officer was told of is missing, or was made twice"
