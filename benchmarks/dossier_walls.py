"""From a source of dossiers to the light of a wall: a hall, each program a process of its own.

    python -m benchmarks.dossier_walls [--count N] [--files N] [--broker nats|mosquitto]

A broker, a server and a wall that shows dossiers, and a system of record that changes the promise of a
dossier by REST, by MQTT and by a file in its folder. The clock starts when the sender has its answer: the
response, the receipt, the file in `done`. `told` is when the stream of `/board` has it, which is said at the
same moment as the message to the walls; `shown` is when the wall has painted it. A wall takes dossiers in
between two pages, which stand 12 s, so what is sent at any time is shown some 6 s later: each waits for a
moment of its own.

Rows are p50, p95, p99 and the worst, in milliseconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from benchmarks.hall import row
from tests.system.dossier_hall import DossierHall, dossier
from tests.system.running import PATIENCE_S

PAGE_S = 12.0
FIRST = date(2026, 12, 1)


def one(hall: DossierHall, door: str, day: date) -> tuple[float, float]:
    """Seconds until it is told and until it is shown."""
    hall.news.rest()
    taken = hall.sends(door, dossier(118, day.isoformat()))
    told = hall.news.until(lambda heard: True, PATIENCE_S)
    shown = hall.wall.until(lambda heard: any(day.isoformat() == row[2] for row in heard["rows"]), PATIENCE_S)
    return max(0.0, told["at"] - taken), max(0.0, shown["at"] - taken)


def run(count: int, files: int, broker: str) -> int:
    """Send and print; `count` by each of REST and MQTT, `files` by the folder."""
    chance = random.Random(7)
    waits: dict[str, list[float]] = defaultdict(list)
    doors = ["rest", "mqtt"] * count + ["folder"] * files
    with (
        tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder,
        DossierHall(Path(folder), broker) as hall,
    ):
        hall.sends("rest", dossier(118))
        hall.wall.until(lambda heard: bool(heard["rows"]), PATIENCE_S)
        for nth, door in enumerate(chance.sample(doors, len(doors))):
            time.sleep(chance.uniform(0.0, PAGE_S))
            told, shown = one(hall, door, FIRST + timedelta(days=nth))
            waits[f"{door} told"].append(told)
            waits[f"{door} shown"].append(shown)
    print(f"{'':<12} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms, {broker}")
    for name in sorted(waits):
        row(f"{name:<12}", waits[name])
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="From a source of dossiers to the light of a wall.")
    parser.add_argument("--count", type=int, default=20, metavar="N")
    parser.add_argument("--files", type=int, default=5, metavar="N")
    parser.add_argument("--broker", choices=("nats", "mosquitto"), default="nats")
    chosen = parser.parse_args()
    return run(chosen.count, chosen.files, chosen.broker)


if __name__ == "__main__":
    sys.exit(main())
