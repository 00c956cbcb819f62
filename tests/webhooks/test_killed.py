"""The server is killed again and again while it tells of numbers: each is told, under one id."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from server.happenings import happenings
from server.store import Store, sqlite_url
from server.webhooks.store import open_hooks
from tests.webhooks.receiver import Receiver

ROOT = Path(__file__).parents[2]
KILLS = 6


def test_every_number_is_told_exactly_once_by_its_id(
    tmp_path: Path, receive: Callable[..., Receiver]
) -> None:
    luck = random.Random(7)
    to = receive(does=lambda n: 204 if n % 5 else 503)  # and it fails now and then
    hooks = open_hooks(tmp_path / "told.db")
    hooks.add(to.url, ["issued"], 0, "chief", 0.0)
    hooks.close()
    given: list[str] = []
    for _ in range(KILLS):
        hall = subprocess.Popen(
            [sys.executable, "-m", "tests.webhooks.small_hall", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert hall.stdout is not None
        for _ in range(luck.randrange(3, 12)):  # killed at another place each time
            given.append(hall.stdout.readline().strip())
        hall.kill()
        given += hall.stdout.read().split()
        hall.wait()
        hall.stdout.close()
    store = Store(sqlite_url(tmp_path / "hall.db"))
    log, _ = happenings(store.engine, 0, ["issued"], 10_000)
    store.close()
    assert set(given) <= {h.number for h in log}  # nobody was told a number that was not on the disk
    # one more life, until all has been told
    hall = subprocess.Popen(
        [sys.executable, "-m", "tests.webhooks.small_hall", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    known = {f"hanam-{h.seq}-{h.mark}": h.number for h in log}
    got = to.until(lambda got: known.keys() <= {one.id for one in got}, timeout_s=60.0)
    hall.kill()
    hall.wait()
    told = {one.id: one.json["data"]["number"] for one in got}
    assert known.items() <= told.items()
    assert len(set(told.values())) == len(told)  # one id for each number: repeats are repeats
    first = list(dict.fromkeys(one.id for one in got))
    assert [int(id.split("-")[1]) for id in first] == sorted(int(id.split("-")[1]) for id in first)
