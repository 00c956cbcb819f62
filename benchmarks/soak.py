"""A wall's day and night in half an hour: 24 hours of calls, and what the display has become by then.

    python -m benchmarks.soak [--hours H] [--calls N] [--speed X] [--screen WxH]

A real broker, and a display as a process of its own with a voice, an eye on its surface
(`benchmarks.wall_with_eyes`) and the hall's clock `speed` times as fast. The server's side is played here,
sealed with its key: calls one by one and five at once, new dossiers every hour, an hour each of dossiers
alone, of both and of slides, a midnight, and every three hours a broker that is killed and comes back.
Compares with what was promised:

    memory    RSS: the median of the last tenth of the time against that of the tenth after the first quarter,
              when everything has been shown once; in percent
    frames    from a call's way to the broker to its pixels, where the wall was free for it
    handles   open files and threads, the same way
    record    `shown.jsonl` against all calls that were made, in order

Ends with 1 when a promise is missed.
"""

from __future__ import annotations

import argparse
import bisect
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.agent import memory_mb, row
from benchmarks.hall import row as spread
from benchmarks.light import PATIENCE_S
from benchmarks.wall import DEVICE, SEALER, say
from broker import messages as m, topics
from broker.link import Link
from display.rest import STEP_MIN
from hardware.clock import HallClock, set_clock
from tests.brokers import SITE, RealBroker, running
from tests.display.hall import MORNING, ZONE, Hall
from tests.display.zones.register import config, dossiers, many, plan

GROWTH_PERCENT, FRAME_S = 5.0, 0.200
SAMPLES = 200
BURST, BURST_EVERY = 5, 50
TURN_S = 9.0  # of the hall's time: what each call has for itself
KILL_EVERY = timedelta(hours=3)


@dataclass
class Day:
    """What was done so far."""

    made: list[tuple[str, str, str]] = field(default_factory=list)  # day, number, counter
    alone: list[float] = field(default_factory=list)  # when calls were made that found a free wall
    rss: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)


class Night:
    """The server's side of a hall whose calendar turns."""

    def __init__(self, broker: RealBroker, clock: HallClock) -> None:
        self.broker, self.clock = broker, clock
        self.hall = Hall(day=self.today())
        self._register = 0
        self.link = self._connect()

    def today(self) -> str:
        return f"{self.clock.now() + timedelta(hours=7):%Y-%m-%d}"

    def _connect(self) -> Link:
        link, _ = self.broker.link("server", "server")
        return link

    def everything(self) -> None:
        """What a server publishes when it is connected."""
        spans = [
            ("11:00", "12:00", "progress"),
            ("12:00", "13:00", "calls-progress"),
            ("13:00", "14:00", "slides"),
        ]
        schedule = tuple(
            m.ZoneSpan(days=tuple(range(7)), starts=a, ends=b, zone=zone) for a, b, zone in spans
        )
        say(self.link, topics.SERVER_STATUS, m.ServerStatus(online=True, epoch=1))
        say(self.link, topics.CONFIG, config(plan("calls", page_s=12, schedule=schedule)), DEVICE)
        self.dossiers()
        self.board()

    def dossiers(self) -> None:
        self._register += 1
        now = self.clock.now()
        say(self.link, topics.DOSSIERS, dossiers(many(550 + self._register % 50), self._register, now))

    def board(self) -> None:
        say(self.link, topics.BOARD, self.hall.board(self.clock.now()))

    def midnight(self) -> None:
        rev = self.hall.rev
        self.hall = Hall(day=self.today())
        self.hall.rev = rev
        self.board()

    def fall(self) -> None:
        """The broker dies and comes back, and the server with it."""
        self.broker.kill()
        time.sleep(1.0)
        self.broker.start()
        self.link.stop(0.1)
        self.link = self._connect()
        self.everything()
        time.sleep(12.0)  # the display comes back in its own time


def play(night: Night, pid: int, hours: float, calls: int, speed: float) -> Day:
    """The whole time; what was done and measured."""
    done, chance = Day(), random.Random(1)
    clock, begin = night.clock, night.clock.now()
    end = begin + timedelta(hours=hours)
    every = timedelta(hours=hours) / calls
    next_fall, next_hour, next_sample = begin + KILL_EVERY, begin + timedelta(hours=1), begin
    lost = timedelta()  # nobody calls while the broker is away
    while (now := clock.now()) < end + lost and len(done.made) < calls:
        if night.today() != night.hall.day:
            night.midnight()
        if now >= next_hour:
            next_hour = now + timedelta(hours=1)
            night.dossiers()
        if now >= next_sample:
            next_sample = now + timedelta(hours=hours) / SAMPLES
            sample(pid, done)
        if now >= next_fall:
            night.fall()
            next_fall = clock.now() + KILL_EVERY
            lost += clock.now() - now
            continue
        burst = BURST if len(done.made) % BURST_EVERY < BURST and len(done.made) % BURST_EVERY == 0 else 1
        for _ in range(burst):
            nth = len(done.made)
            number, counter = f"{'ABCDEFGH'[nth // 1000]}{nth % 1000:03}", str(chance.randint(1, 20))
            night.hall.call(clock.now(), number, counter)
            done.made.append((night.hall.day, number, counter))
        if burst == 1 and quiet(clock, speed):
            done.alone.append(time.monotonic())
        night.board()
        pause = max(every.total_seconds() * burst, TURN_S * burst)
        time.sleep(pause / speed)
    time.sleep(TURN_S * BURST / speed + 2.0)
    sample(pid, done)
    return done


def quiet(clock: HallClock, speed: float) -> bool:
    """Whether nothing but a call changes where calls stand: no other zone, no move of what stands still."""
    now = clock.now()
    local, since = now + timedelta(hours=7), now.timestamp() % (60 * STEP_MIN)
    return not 10.9 < local.hour + local.minute / 60 < 14.1 and speed < since < 60 * STEP_MIN - speed


def sample(pid: int, done: Day) -> None:
    done.rss.append(memory_mb(pid)[0])
    done.files.append(len(os.listdir(f"/proc/{pid}/fd")))
    done.threads.append(len(os.listdir(f"/proc/{pid}/task")))


def frames(seen: Path, alone: list[float]) -> list[float]:
    """From each call to the first change of pixels after it, in seconds."""
    at = [int(line.split()[0]) / 1e9 for line in seen.read_text(encoding="ascii").splitlines()]
    return [at[i] - when for when in alone if (i := bisect.bisect(at, when)) < len(at)]


def growth(values: list[float] | list[int]) -> float:
    quarter, tenth = len(values) // 4, max(1, len(values) // 10)
    before, after = statistics.median(values[quarter : quarter + tenth]), statistics.median(values[-tenth:])
    return 100 * (after - before) / before


@contextlib.contextmanager
def display(folder: Path, broker: RealBroker, screen: str) -> Iterator[int]:
    """The display's process id; its record is `folder/data/shown.jsonl`, its eye's `folder/seen`."""
    (folder / "display.toml").write_text(
        f'program = "display"\ndata = "{folder / "data"}"\nscreen = "eyes:{screen}"\nspeaker = "alsa:"\n'
        f'voice = "auto"\nclock = "hall:{folder / "clock.json"}"\ntime_zone = "{ZONE}"\n'
        f'[broker]\nsite = "{SITE}"\ndevice = "{DEVICE}"\naddress = "{broker.address}"\n'
        f'password_file = "{broker.provisioned.credentials[DEVICE]}"\nserver_key = "{SEALER.public_key}"\n',
        encoding="utf-8",
    )
    words = ("-m", "benchmarks.wall_with_eyes", str(folder / "display.toml"), str(folder / "seen"))
    surroundings = {**os.environ, "MOTCUA_LOG": "error", "SDL_AUDIODRIVER": "dummy"}
    child = subprocess.Popen([sys.executable, *words], env=surroundings)
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def main() -> int:
    parser = argparse.ArgumentParser(description="A wall's day and night in half an hour.")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--screen", default="1920x1080")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-soak-") as place:
        folder = Path(place)
        set_clock(folder / "clock.json", MORNING, chosen.speed)
        with running("nats", folder / "broker") as broker:
            assert isinstance(broker, RealBroker)
            night = Night(broker, HallClock(folder / "clock.json"))
            night.everything()
            with display(folder, broker, chosen.screen) as pid:
                time.sleep(5.0)
                done = play(night, pid, chosen.hours, chosen.calls, chosen.speed)
        record = (folder / "data" / "shown.jsonl").read_text(encoding="utf-8").splitlines()
        shown = [tuple(json.loads(line)[name] for name in ("day", "number", "counter")) for line in record]
        waits = frames(folder / "seen", done.alone)
    return 0 if told(chosen.hours, done, shown, waits) else 1


def told(hours: float, done: Day, shown: list[tuple[str, ...]], waits: list[float]) -> bool:
    print(f"{hours:g} hours, {len(done.made)} calls on {len({day for day, *_ in done.made})} days")
    grown = growth(done.rss)
    good = row("memory, growth", f"{grown:+.1f} %", grown < GROWTH_PERCENT, f"< {GROWTH_PERCENT:g} %")
    row("memory, RSS at the end", f"{done.rss[-1]:.1f} MB", None)
    good &= row("open files", f"{done.files[0]} to {done.files[-1]}", growth(done.files) <= 0, "flat")
    good &= row("threads", f"{done.threads[0]} to {done.threads[-1]}", growth(done.threads) <= 0, "flat")
    spread(f"frames {len(waits)}", waits)
    good &= row(
        "slowest frame", f"{1000 * max(waits):.0f} ms", max(waits) < FRAME_S, f"< {1000 * FRAME_S:g} ms"
    )
    same = shown == done.made
    good &= row("record", f"{len(shown)} of {len(done.made)}", same, "all, in order")
    return good


if __name__ == "__main__":
    sys.exit(main())
