"""How small and quick a kiosk's program is: a process as systemd starts it, all hardware simulated.

    python -m benchmarks.agent [--starts N] [--idle SECONDS] [--screen URL] [--cold]

Prints, and compares with what the appliance was promised to be:

    ready     from exec to READY=1 on the socket that systemd would give it (median and worst of N starts)
    memory    RSS and PSS once it is ready and idle
    idle      processor time, wake-ups, written bytes and syncs of a kiosk that nobody touches

There is no broker: the kiosk looks for one all the time, as on a morning when the server is late. Ends with 1
when a promise is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0
SETTLE_S = 3.0  # after ready: what a start leaves to do
READY_S, RSS_MB, IDLE_PERCENT = 1.0, 60.0, 1.0  # issue "a kiosk that a citizen trusts": the appliance
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Count:
    """What a process used up since its start."""

    cpu_s: float
    wakes: int
    written: int  # bytes that went to the disk's queue


class Agent:
    """A kiosk in `folder`, started by `start`."""

    def __init__(self, folder: Path, screen: str) -> None:
        self._folder = folder
        self._settings = folder / "kiosk.toml"
        self._settings.write_text(
            f'program = "kiosk"\ndata = "data"\nscreen = "{screen}"\nprinter = "sim:80"\n'
            '[broker]\nsite = "hanam"\ndevice = "kiosk-1"\naddress = "mqtt://127.0.0.1:9"\n',
            encoding="utf-8",
        )

    @contextlib.contextmanager
    def start(self, *before: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
        """A kiosk that said it is ready, and after how many seconds. before: words before python's."""
        name = str(self._folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(name)
            manager.settimeout(PATIENCE_S)
            began = time.perf_counter()
            child = subprocess.Popen(
                [*before, sys.executable, "-m", "motcua", "kiosk", str(self._settings)],
                env={**os.environ, "NOTIFY_SOCKET": name, "MOTCUA_LOG": "error"},
            )
            try:
                while b"READY=1" not in manager.recv(4096).split(b"\n"):
                    pass
                yield child, time.perf_counter() - began
            finally:
                child.send_signal(signal.SIGTERM)
                child.wait(PATIENCE_S)
                os.unlink(name)


def memory_mb(pid: int) -> tuple[float, float]:
    """RSS and PSS; PSS counts what is shared by half, thirds, and so on."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = {name: int(kb) / 1024 for name, kb in re.findall(r"^(Rss|Pss): +(\d+) kB", text, re.M)}
    return found["Rss"], found["Pss"]


def used(pid: int) -> Count:
    """Over all threads."""
    place = Path(f"/proc/{pid}")
    fields = place.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    wakes = 0
    for thread in place.joinpath("task").iterdir():
        status = thread.joinpath("status").read_text(encoding="utf-8")
        wakes += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])  # type: ignore[index]
    written = int(re.search(r"^write_bytes: (\d+)", place.joinpath("io").read_text(), re.M)[1])  # type: ignore[index]
    return Count((int(fields[11]) + int(fields[12])) / TICKS, wakes, written)


def syncs(agent: Agent, seconds: float, folder: Path) -> tuple[int, int] | None:
    """fsync and the like, in a start and in `seconds` of idling; None without strace."""
    if shutil.which("strace") is None:
        return None
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    words = (
        "strace",
        "-D",
        "-f",
        "-qq",
        "-e",
        "trace=fsync,fdatasync,sync_file_range,msync",
        "-o",
        str(trace),
    )
    with agent.start(*words):
        time.sleep(SETTLE_S)
        in_start = len(trace.read_text().splitlines())
        time.sleep(seconds)
        return in_start, len(trace.read_text().splitlines()) - in_start


def forget_files() -> None:
    """Let the kernel forget what it has read of files, as after power came back. Needs root."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")


def row(name: str, value: str, good: bool | None, promise: str = "") -> bool:
    word = "" if good is None else "ok" if good else "MISSED"
    print(f"{name:<24} {value:>22}   {promise:<14} {word}", flush=True)
    return good is not False


def main() -> int:
    parser = argparse.ArgumentParser(description="How small and quick a kiosk's program is.")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--idle", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--screen", default="sim:1080x1920", metavar="URL")
    parser.add_argument("--cold", action="store_true", help="let the kernel forget files before each start")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-agent-") as place:
        folder = Path(place)
        agent = Agent(folder, chosen.screen)
        starts = []
        for _ in range(chosen.starts):
            if chosen.cold:
                forget_files()
            with agent.start() as (_, seconds):
                starts.append(seconds)
        print(f"kiosk, {chosen.screen}, {'cold' if chosen.cold else 'warm'}, {chosen.starts} starts")
        ready = statistics.median(starts)
        good = row("exec to ready, median", f"{1000 * ready:.0f} ms", ready < READY_S, f"< {READY_S:g} s")
        good &= row("exec to ready, worst", f"{1000 * max(starts):.0f} ms", None)
        with agent.start() as (child, _):
            time.sleep(SETTLE_S)
            rss, pss = memory_mb(child.pid)
            before = used(child.pid)
            time.sleep(chosen.idle)
            after = used(child.pid)
            threads = len(list(Path(f"/proc/{child.pid}/task").iterdir()))
        good &= row("memory, RSS", f"{rss:.1f} MB", rss < RSS_MB, f"< {RSS_MB:g} MB")
        row("memory, PSS", f"{pss:.1f} MB", None)
        row("threads", str(threads), None)
        share = 100 * (after.cpu_s - before.cpu_s) / chosen.idle
        good &= row("idle, of one core", f"{share:.2f} %", share < IDLE_PERCENT, f"< {IDLE_PERCENT:g} %")
        row("idle, wake-ups", f"{(after.wakes - before.wakes) / chosen.idle:.1f} a second", None)
        row("idle, written", f"{after.written - before.written} bytes", None)
        fresh = folder / "fresh"
        fresh.mkdir()
        first, later = syncs(Agent(fresh, chosen.screen), 0, folder), syncs(agent, chosen.idle, folder)
        if first is None or later is None:
            row("syncs", "strace is missing", None)
        else:
            row("syncs, the first start", str(first[0]), None)
            row("syncs, a later start", str(later[0]), None)
            good &= row("syncs while idle", str(later[1]), later[1] == 0, "none")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
