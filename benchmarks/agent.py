"""How small and quick a kiosk's program is: a process as systemd starts it.

    python -m benchmarks.agent [--starts N] [--idle SECONDS] [--screen URL] [--cold]

Prints, and compares with what the appliance was promised to be:

    ready     from exec to READY=1 on the socket that systemd would give it (median and worst of N starts)
    memory    RSS and PSS once it is ready and idle, in MB of 10^6 bytes: with simulated hardware, and with
              the drivers of a real kiosk: a printer on the network, wired buttons, a serial scanner, and
              with the library of a keyboard scanner or of a USB printer besides
    idle      processor time, wake-ups, written bytes and syncs of a kiosk that nobody touches

The real drivers' far ends are a paper machine on a socket, gpiozero's mock pins (lgpio is loaded as on a
Raspberry Pi) and a pseudo-terminal; the screen is simulated, a panel's own library comes on top.

There is no broker: the kiosk looks for one all the time, as on a morning when the server is late. Ends with 1
when a promise is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from tests.hardware.tcp_printer import TcpPrinter

PATIENCE_S = 60.0
SETTLE_S = 3.0  # after ready: what a start leaves to do
READY_S, RSS_MB, IDLE_PERCENT = 1.0, 60.0, 1.0  # of a kiosk on a small Raspberry Pi
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Count:
    """What a process used up since its start."""

    cpu_s: float
    wakes: int
    written: int  # bytes that went to the disk's queue


SIMULATED = 'printer = "sim:80"\n'
KIOSK = ("motcua", "kiosk")
MOCK_PINS = ("benchmarks.kiosk_on_mock_pins",)
SETS: dict[str, tuple[str, ...]] = {"real": (), "and evdev": ("evdev",), "and libusb": ("libusb",)}


class Agent:
    """A kiosk in `folder` with `hardware`, started by `start` as the Python module that `command` names."""

    def __init__(
        self, folder: Path, screen: str, hardware: str = SIMULATED, command: tuple[str, ...] = KIOSK
    ) -> None:
        self._command = command
        self._folder = folder
        self._settings = folder / "kiosk.toml"
        self._settings.write_text(
            f'program = "kiosk"\ndata = "data"\nscreen = "{screen}"\n{hardware}'
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
                [*before, sys.executable, "-m", *self._command, str(self._settings)],
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
    """RSS and PSS in 10^6 bytes; PSS counts what is shared by half, thirds, and so on."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = {name: int(kb) * 1024 / 1e6 for name, kb in re.findall(r"^(Rss|Pss): +(\d+) kB", text, re.M)}
    return found["Rss"], found["Pss"]


@contextlib.contextmanager
def real(folder: Path, screen: str, *libraries: str) -> Iterator[Agent]:
    """A kiosk with the drivers of a real one, what is at their far ends, and `libraries` beside them."""
    folder.mkdir()
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        with TcpPrinter(PaperMachine(80, SystemClock())) as printer:
            hardware = (
                f'printer = "{printer.url}"\nscanner = "serial://{os.ttyname(slave)}"\n'
                'keys = "gpio:help=5,back=6/13"\n'
            )
            yield Agent(folder, screen, hardware, (*MOCK_PINS, *libraries))
    finally:
        os.close(slave)
        os.close(master)


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
        good &= row("memory, simulated, RSS", f"{rss:.1f} MB", rss < RSS_MB, f"< {RSS_MB:g} MB")
        row("memory, simulated, PSS", f"{pss:.1f} MB", None)
        for name, libraries in SETS.items():
            with (
                real(folder / name.replace(" ", "-"), chosen.screen, *libraries) as kiosk,
                kiosk.start() as (child, _),
            ):
                time.sleep(SETTLE_S)
                rss, pss = memory_mb(child.pid)
            good &= row(f"memory, {name}, RSS", f"{rss:.1f} MB", rss < RSS_MB, f"< {RSS_MB:g} MB")
            row(f"memory, {name}, PSS", f"{pss:.1f} MB", None)
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
