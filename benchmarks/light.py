"""From an officer's key to the light of the walls: a whole hall, each program a process of its own.

    python -m benchmarks.light [--count N] [--speed X] [--counters N] [--displays N] [--keep FOLDER]

A broker, a server, two kiosks, twenty counters and ten displays. One after another, officers call the next
number: every other one in the console's page (a POST, as its button sends it), every other one with a key of
a counter's terminal, which goes over MQTT. The clock starts before the press leaves and stops at each display
when the pixels of its call are others: `benchmarks.wall_with_eyes` says when. A call that waits because the
one before it still has its eight seconds would measure these, so the hall's clock runs `speed` times as fast
and calls leave each other the wall; with `--speed 1` it is a hall's true pace and takes half an hour.

Rows are p50, p95, p99 and the worst over every call at every display, in milliseconds; `last` is the display
that was last at each call. Ends with 1 when p95 is not under 120 ms or p99 not under 250 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.agent import TICKS
from benchmarks.hall import PATIENCE_S, free_port, process, row, wait_for
from display.core import DWELL_S
from display.rest import STEP_MIN
from hardware.clock import HallClock, set_clock
from hardware.panel import PanelClient, PanelGone
from server.demo.clock import worth_entering
from server.demo.files import EXAMPLE, Place, accounts, lay_out, own_hall
from server.demo.supervisor import answers_http, listens

P95_S, P99_S = 0.120, 0.250
SPARE_S = 6.0  # of the hall's time: a wall is free when the call before has also been said
CALL_MOST_S = 2.0  # real time that a call may take to be seen, however busy the machine is
IDLE_S = 10.0  # how long the hall is watched doing nothing
SERVICE = "transport-licence"


@dataclass
class Seen:
    """What the eyes of one display have reported."""

    path: Path
    at: int = 0
    last: int = 0
    known: set[int] = field(default_factory=set)
    new: list[tuple[float, int]] = field(default_factory=list)

    def look(self) -> None:
        """Read on. A picture that was there before (a frame that pulses) is none of a new call."""
        with self.path.open("rb") as file:
            file.seek(self.at)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self.at += len(whole)
        for line in whole.splitlines():
            when, what = line.split()
            self.last = int(what)
            if int(what) not in self.known:
                self.known.add(int(what))
                self.new.append((int(when) / 1e9, int(what)))


class Officer:
    """A console's connection, kept open as a browser does."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self._wire = http.client.HTTPConnection(address, timeout=PATIENCE_S)
        self._headers = {"Content-Type": "application/json"}
        answer, headers = self._post("/login", {"name": name, "password": password})
        cookies = headers.get_all("Set-Cookie") or []
        self._headers |= {
            "X-CSRF-Token": answer["csrf"],
            "Cookie": "; ".join(cookie.partition(";")[0] for cookie in cookies),
        }

    def post(self, path: str, **told: object) -> dict[str, Any]:
        return self._post(path, {"id": uuid.uuid4().hex, **told})[0]

    def _post(self, path: str, body: object) -> tuple[dict[str, Any], http.client.HTTPMessage]:
        self._wire.request("POST", f"/api/v1{path}", json.dumps(body), self._headers)
        answer = self._wire.getresponse()
        told = json.loads(answer.read())
        assert answer.status in (200, 201), (path, answer.status, told)
        return told, answer.headers


def bigger(text: str, counters: int, displays: int) -> str:
    """The example's hall with as many counters, their terminals, and displays of calls."""
    text = re.sub(r'(?m)^zone *= *"calls-progress".*$', "", text)
    rows = [
        f'\n[[counter]]\nid = "{n}"\narea = "A"\nservices = ["{SERVICE}"]\n' for n in range(13, counters + 1)
    ]
    rows += [
        f'\n[[device]]\nid = "counter-{n}"\nrole = "counter"\ncounter = "{n}"\n'
        for n in range(13, counters + 1)
    ]
    rows += [f'\n[[device]]\nid = "display-{n}"\nrole = "display"\n' for n in range(3, displays + 1)]
    return f"{text.rstrip()}\n{''.join(rows)}"


def made(folder: Path, speed: float, counters: int, displays: int) -> tuple[Place, list[str], str]:
    """A hall on free ports in the middle of a working morning; its devices, and the manager's password."""
    place = Place(
        data=folder,
        http=f"127.0.0.1:{free_port()}",
        mqtt=f"127.0.0.1:{free_port()}",
        sockets=folder,
        clock=f"hall:{folder / 'clock.json'}",
        windows=False,
    )
    (folder / "hall.toml").write_text(
        bigger(EXAMPLE.read_text(encoding="utf-8"), counters, displays), encoding="utf-8"
    )
    config = own_hall(folder, None)
    set_clock(folder / "clock.json", worth_entering(config.site, datetime.now(UTC)), speed)
    files = lay_out(place, config, dict.fromkeys(("server", *config.devices), f"mqtt://{place.mqtt}"), None)
    for id in config.devices:
        if id.startswith("display"):
            told = files[id].read_text(encoding="utf-8").replace('"sim:1920x1080"', '"eyes:1920x1080"')
            files[id].write_text(told, encoding="utf-8")
    devices = [id for id, device in config.devices.items()]
    return place, devices, accounts(folder, config)[0]["password"]


@contextlib.contextmanager
def running(id: str, place: Place, *words: str) -> Iterator[int]:
    """Python with `words` and the settings of device `id`; the process id."""
    settings = str(place.data / "programs" / f"{id}.toml")
    words = tuple(word.replace("SETTINGS", settings) for word in words)
    with (place.data / f"{id}.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdout=log,
            stderr=log,
            env={**os.environ, "MOTCUA_PARENT": str(os.getpid())},
        )
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def answers(place: Place, device: str) -> bool:
    try:
        return PanelClient(place.panel(device)).ask("GET", "/state")[0] == 200
    except PanelGone:
        return False


def measure(place: Place, devices: Sequence[str], password: str, count: int, speed: float) -> bool:
    """Run the hall, let `count` numbers be called and print; whether the promises were kept."""
    with contextlib.ExitStack() as stack:
        pids = {"broker": [stack.enter_context(process("broker", place)).pid]}
        wait_for(lambda: listens(place.mqtt))
        pids["server"] = [stack.enter_context(process("server", place)).pid]
        wait_for(lambda: answers_http(place.http))
        walls = []
        terminals = {}
        for id in devices:
            role, _, nth = id.partition("-")
            if role == "display":
                walls.append(Seen(place.data / f"{id}.seen"))
                walls[-1].path.touch()
                words = ("benchmarks.wall_with_eyes", "SETTINGS", str(walls[-1].path))
            else:
                words = ("motcua", role, "SETTINGS")
            pids.setdefault(role, []).append(stack.enter_context(running(id, place, *words)))
            if role == "counter":
                terminals[nth] = PanelClient(place.panel(id))
        for id in devices:
            wait_for(lambda id=id: answers(place, id))  # type: ignore[misc]
        clock = HallClock(place.data / "clock.json")
        officer = Officer(place.http, "manager", password)
        for _ in range(count + len(terminals)):
            officer.post("/tickets", service=SERVICE)
        places = [n for n in terminals if SERVICE in services(place, n)]
        for n in places:
            officer.post(f"/counters/{n}/open")
        print(f"{len(walls)} displays, {len(terminals)} counters, {count} calls, clock x{speed:g}")
        waits: dict[str, list[list[float]]] = {"console": [], "key": []}
        settle(walls, 50)
        idle = Work(pids)
        time.sleep(IDLE_S)
        idle.end()
        work = Work(pids)
        for turn in range(count):
            by = "console" if turn % 2 == 0 else "key"
            counter = places[turn // 2 % len(places)]
            keep_off_moves(clock, speed)
            waits[by].append(one_call(officer, terminals[counter], counter, by, walls))
            time.sleep((DWELL_S + SPARE_S) / speed)
            settle(walls, 1)
        work.end()
        for role, seconds in work.a_call(idle, count).items():
            print(
                f"  {role:<8} {1000 * seconds:8.2f}  ms of a processor for a call, each of {len(pids[role])}"
            )
    return told(waits)


class Work:
    """Processor time of the hall's processes between two moments."""

    def __init__(self, pids: Mapping[str, Sequence[int]]) -> None:
        self._pids, self._began = pids, time.monotonic()
        self.used = self._look()

    def _look(self) -> dict[str, float]:
        return {role: sum(cpu_s(pid) for pid in pids) / len(pids) for role, pids in self._pids.items()}

    def end(self) -> None:
        self.used = {role: now - self.used[role] for role, now in self._look().items()}
        self.seconds = time.monotonic() - self._began

    def a_call(self, idle: Work, count: int) -> dict[str, float]:
        """What each process spent on a call, beside what it spends anyway."""
        share = self.seconds / idle.seconds
        return {role: (spent - idle.used[role] * share) / count for role, spent in self.used.items()}


def cpu_s(pid: int) -> float:
    """A process and those that it started; user's and the kernel's."""
    place = Path(f"/proc/{pid}")
    fields = place.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    children = place.joinpath("task", str(pid), "children").read_text(encoding="ascii").split()
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(cpu_s(int(child)) for child in children)


def settle(walls: Sequence[Seen], looks: int) -> None:
    """Wait until every display shows the same call at so many looks."""
    give_up_at = time.monotonic() + 2 * PATIENCE_S
    same = 0
    while same < looks:
        assert time.monotonic() < give_up_at, "displays show different calls"
        time.sleep(0.1)
        for seen in walls:
            seen.look()
        same = same + 1 if len({seen.last for seen in walls}) == 1 and walls[0].last else 0


def keep_off_moves(clock: HallClock, speed: float) -> None:
    """Walls move what stands still by a hair every few minutes: not while something is measured."""
    left = (60 * STEP_MIN - clock.now().timestamp() % (60 * STEP_MIN)) / speed
    if left < CALL_MOST_S:
        time.sleep(left + CALL_MOST_S)


def services(place: Place, counter: str) -> str:
    text = (place.data / "hall.toml").read_text(encoding="utf-8")
    block = text.partition(f'[[counter]]\nid = "{counter}"\n')[2]
    return block.partition("[[")[0]


def one_call(
    officer: Officer, terminal: PanelClient, counter: str, by: str, walls: Sequence[Seen]
) -> list[float]:
    """Seconds from the press to the pixels of each display."""
    for seen in walls:
        seen.look()
        seen.new.clear()
    began = time.monotonic()
    if by == "console":
        officer.post(f"/counters/{counter}/next")
    else:
        status, _, said = terminal.ask("POST", "/press", json.dumps({"button": "next"}).encode())
        assert status == 200, said
    give_up_at = began + PATIENCE_S
    while not all(seen.new for seen in walls):
        assert time.monotonic() < give_up_at, f"a display saw nothing of a call at counter {counter}"
        time.sleep(0.02)
        for seen in walls:
            seen.look()
    return [seen.new[0][0] - began for seen in walls]


def told(waits: dict[str, list[list[float]]]) -> bool:
    print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms")
    for by, calls in waits.items():
        row(by, [wait for call in calls for wait in call])
    every = [call for calls in waits.values() for call in calls]
    row("last", [max(call) for call in every])
    all_waits = sorted(wait for call in every for wait in call)
    row("all", all_waits)
    p95, p99 = (all_waits[int(len(all_waits) * share)] for share in (0.95, 0.99))
    good = p95 < P95_S and p99 < P99_S
    print(
        f"{'':<10} promised: p95 < {1000 * P95_S:.0f}, p99 < {1000 * P99_S:.0f}: {'ok' if good else 'MISSED'}"
    )
    return good


def run(count: int, speed: float = 10.0, counters: int = 20, displays: int = 10) -> int:
    logging.getLogger().setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="motcua-light-") as folder:
        hall = made(Path(folder), speed, counters, displays)
        return 0 if measure(*hall, count, speed) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description="From an officer's key to the light of the walls.")
    parser.add_argument("--count", type=int, default=200, metavar="N")
    parser.add_argument("--speed", type=float, default=10.0, metavar="X", help="of the hall's clock")
    parser.add_argument("--counters", type=int, default=20, metavar="N")
    parser.add_argument("--displays", type=int, default=10, metavar="N")
    chosen = parser.parse_args()
    return run(chosen.count, chosen.speed, chosen.counters, chosen.displays)


if __name__ == "__main__":
    sys.exit(main())
