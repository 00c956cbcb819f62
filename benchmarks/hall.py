"""How quick a hall is: a broker and a server as processes of their own, devices in this one.

    number    from a kiosk's request to its ticket, one after another; the ticket is on the disk by then
    numbers   the same with many kiosks' requests under way at once, and how many a second that makes
    wall      from a call key to the board that shows the call, at a display
    start     from `motcua server` to its first answer, with the log of everything above

Each row is p50, p95, p99 and the worst, in milliseconds.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from broker import messages as m
from broker.device import BoardArrived, BrokerSettings, DeviceLink, ReplyArrived, ServerUp
from hardware.clock import HallClock, set_clock
from server.demo.clock import worth_entering
from server.demo.files import Place, lay_out, own_hall
from server.demo.supervisor import answers_http, listens

PATIENCE_S = 30.0
WINDOW = 32  # requests under way at once


class Device:
    """One device's end, for one thread."""

    def __init__(self, id: str, role: Any, place: Place, clock: HallClock) -> None:
        password = place.data / "broker" / "credentials" / id
        here = BrokerSettings(site="hanam", device=id, address=f"mqtt://{place.mqtt}", password_file=password)
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.clock = clock
        self.link = DeviceLink(here, role, "bench", None, self.inbox, clock)
        self.link.start()
        self.until(lambda heard: isinstance(heard, ServerUp))

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        while True:
            heard = self.inbox.get(timeout=PATIENCE_S)
            if wanted(heard):
                return heard

    def ask_number(self, service: str) -> str:
        id = str(uuid.uuid4())
        self.link.request(m.IssueRequest(id=id, at=self.clock.now(), service=service), PATIENCE_S)
        return id

    def press(self, key: Any) -> str:
        id = str(uuid.uuid4())
        self.link.request(m.KeyRequest(id=id, at=self.clock.now(), key=key), PATIENCE_S)
        return id

    def reply(self) -> m.AnyReply:
        return self.until(lambda heard: isinstance(heard, ReplyArrived)).reply  # type: ignore[no-any-return]


def run(count: int) -> int:
    """Measure and print; `count` of each."""
    logging.getLogger().setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder, contextlib.ExitStack() as stack:
        place = made(Path(folder))
        clock = HallClock(place.data / "clock.json")
        stack.enter_context(process("broker", place))
        wait_for(lambda: listens(place.mqtt))
        server = stack.enter_context(process("server", place))
        wait_for(lambda: answers_http(place.http))
        kiosks = [Device(id, "kiosk", place, clock) for id in ("kiosk-1", "kiosk-2")]
        wall = Device("display-1", "display", place, clock)
        counter = Device("counter-1", "counter", place, clock)
        print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms, {count} of each")
        row("number", [one_number(kiosks[0]) for _ in range(count)])
        began = time.monotonic()
        row("numbers", many_numbers(kiosks, count))
        print(f"{'':<10} {count / (time.monotonic() - began):.0f} numbers a second, {WINDOW} under way")
        row("wall", [one_call(counter, wall) for _ in range(count)])
        for device in (*kiosks, wall, counter):
            device.link.stop(0.5)
        server.terminate()
        server.wait(PATIENCE_S)
        began = time.monotonic()
        stack.enter_context(process("server", place))
        wait_for(lambda: answers_http(place.http))
        row("start", [time.monotonic() - began])
    return 0


def one_number(kiosk: Device) -> float:
    began = time.monotonic()
    kiosk.ask_number("transport-licence")
    assert isinstance(kiosk.reply(), m.TicketReply)
    return time.monotonic() - began


def many_numbers(kiosks: Sequence[Device], count: int) -> list[float]:
    """The waits of `count` requests, WINDOW of them under way, at the kiosks in turn."""
    asked: list[dict[str, float]] = [{} for _ in kiosks]
    waits: list[float] = []
    sent = 0
    while len(waits) < count:
        for nth, kiosk in enumerate(kiosks):
            while sent < count and len(asked[nth]) < WINDOW // len(kiosks):
                began = time.monotonic()
                asked[nth][kiosk.ask_number("transport-licence")] = began
                sent += 1
        for nth, kiosk in enumerate(kiosks):
            if asked[nth]:
                waits.append(-asked[nth].pop(kiosk.reply().id) + time.monotonic())
    return waits


def one_call(counter: Device, wall: Device) -> float:
    """From the key to the wall; the call is known by the counter and the number of the reply."""
    began = time.monotonic()
    counter.press("next")
    done = counter.reply()
    assert isinstance(done, m.DoneReply) and done.state == "called", done
    wall.until(lambda heard: isinstance(heard, BoardArrived) and shows(heard.board, done.number))
    return time.monotonic() - began


def shows(board: m.Board, number: str | None) -> bool:
    return any(line.number == number and line.state == "called" for line in board.counters)


def made(folder: Path, hall: Path | None = None) -> Place:
    """A hall of the example, or of `hall`, on free ports, in the middle of a working morning."""
    place = Place(
        data=folder,
        http=f"127.0.0.1:{free_port()}",
        mqtt=f"127.0.0.1:{free_port()}",
        sockets=folder,
        clock=f"hall:{folder / 'clock.json'}",
        windows=False,
    )
    config = own_hall(folder, hall)
    set_clock(folder / "clock.json", worth_entering(config.site, datetime.now(UTC)), 1.0)
    lay_out(place, config, dict.fromkeys(("server", *config.devices), f"mqtt://{place.mqtt}"), None)
    return place


@contextlib.contextmanager
def process(word: str, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    settings = place.data / "programs" / f"{word}.toml"
    with (place.data / f"{word}.log").open("ab") as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "motcua", word, str(settings)],
            stdout=words,
            stderr=words,
            env={**os.environ, "MOTCUA_PARENT": str(os.getpid())},
        )
    try:
        yield child
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def wait_for(answers: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not answers():
        if time.monotonic() > give_up_at:
            raise TimeoutError("no answer: see the logs")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def row(name: str, seconds: Sequence[float]) -> None:
    ranked = sorted(seconds)
    shown = [ranked[min(len(ranked) - 1, int(len(ranked) * share))] for share in (0.5, 0.95, 0.99, 1.0)]
    print(f"{name:<10} " + " ".join(f"{1000 * s:8.2f}" for s in shown), flush=True)
