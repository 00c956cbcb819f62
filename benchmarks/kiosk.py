"""From the last touch to the first byte at the printer: real broker, server and kiosk, a printer on a socket.

    answered   the server gives the number
    away       the server is known to be away: the kiosk gives its own
    hung       the server takes the request and says nothing (SIGSTOP): the kiosk waits 300 ms, then its own

`python -m benchmarks.kiosk [COUNT]`. Each row is p50, p95, p99 and the worst, in milliseconds. The first byte
is the first of the ticket: questions for the printer's status do not count.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.hall import PATIENCE_S, made, process, row, wait_for
from benchmarks.printer import Watched
from hardware.clock import HallClock, set_clock
from hardware.panel import PanelClient, PanelGone
from server.demo.supervisor import answers_http, listens
from tests.hardware.tcp_printer import TcpPrinter

SPEED = 20.0  # of the hall's clock: a kiosk gives 12 numbers a minute of it
KIOSK = "kiosk-1"


def run(count: int) -> None:
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder, contextlib.ExitStack() as stack:
        place = made(Path(folder))
        time_file = place.data / "clock.json"
        clock = HallClock(time_file)
        set_clock(time_file, clock.now(), SPEED)
        printer = Watched(80, clock)
        far = stack.enter_context(TcpPrinter(printer))
        settings = place.data / "programs" / f"{KIOSK}.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('"sim:80"', f'"{far.url}"'), encoding="utf-8")
        stack.enter_context(process("broker", place))
        wait_for(lambda: listens(place.mqtt))
        server = stack.enter_context(process("server", place))
        wait_for(lambda: answers_http(place.http))
        stack.enter_context(kiosk(place))
        panel = PanelClient(place.panel(KIOSK))
        wait_for(lambda: bool(targets(panel)))
        time.sleep(1.0)  # the server confirms the kiosk's own series
        print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms, {count} of each")
        row("answered", [one_number(panel, printer) for _ in range(count)])
        server.send_signal(signal.SIGSTOP)
        row("hung", [one_number(panel, printer) for _ in range(count)])
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait(PATIENCE_S)
        row("away", [one_number(panel, printer) for _ in range(count)])
        print(f"{'':<10} {printer.last} tickets came out")


@contextlib.contextmanager
def kiosk(place: Any) -> Iterator[None]:
    settings = place.data / "programs" / f"{KIOSK}.toml"
    with (place.data / f"{KIOSK}.log").open("ab") as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "motcua", "kiosk", str(settings)], stdout=words, stderr=words
        )
    try:
        yield
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def one_number(panel: PanelClient, printer: Watched) -> float:
    """All touches to a number; the seconds from the last of them to the printer's first byte."""
    before = printer.last
    while ("class", "") not in (shown := targets(panel)):
        way = [box for (verb, _), box in shown.items() if verb in ("service", "authority")]
        if way:
            touch(panel, way[0])
            wait_for(lambda shown=shown: targets(panel) not in ({}, shown))  # type: ignore[misc]
    box = targets(panel)[("class", "")]
    printer.began, began = None, time.monotonic()
    touch(panel, box)
    wait_for(lambda: printer.began is not None)
    assert printer.began is not None
    wait_for(lambda: printer.last > before)
    wait_for(lambda: ("done", "") in targets(panel))
    touch(panel, targets(panel)[("done", "")])
    return printer.began - began


def targets(panel: PanelClient) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    with contextlib.suppress(PanelGone):
        told = json.loads(panel.ask("GET", "/state")[2])["targets"]
        return {(t["verb"], t["of"]): tuple(t["box"]) for t in told}
    return {}


def touch(panel: PanelClient, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    panel.ask("POST", "/touch", json.dumps({"x": x + width // 2, "y": y + height // 2}).encode())


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
