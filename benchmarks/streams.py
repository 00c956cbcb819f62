"""How soon 500 open pages hear of a call, and what they cost: `python -m benchmarks.streams`.

A real broker and a real server, processes of their own; the listeners in a third process: consoles, boards
and phones, as many as the pools let in. Meanwhile one officer presses a key twice a second. Told are, in
ms, the presses (from the key to the answer) without and with listeners, and the way from a press to each
page that listens; then what a listener costs the server's memory and how busy it is while nothing happens.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import multiprocessing
import os
import tempfile
import time
import uuid
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.hall import Device, made, process, row, wait_for
from broker import messages as m
from hardware.clock import HallClock
from server.demo.supervisor import answers_http, listens
from server.people.accounts import open_accounts
from server.people.rights import Role
from server.site_file import load_site

PASSWORD = "mot-hai-ba-bon"
SERVICE = "transport-licence"
PRESS_S = 0.5  # between two presses: longer than a page may be left in peace
PER_ACCOUNT = 20
FROM_ONE_ADDRESS = 16


class Officer:
    """A browser's log-in, and what is pressed at one counter."""

    def __init__(self, host: str, name: str) -> None:
        self._wire = http.client.HTTPConnection(host, timeout=30)
        told = json.dumps({"name": name, "password": PASSWORD})
        self._wire.request("POST", "/api/v1/login", told, {"Content-Type": "application/json"})
        answer = self._wire.getresponse()
        found = json.loads(answer.read())
        assert answer.status == 200, found
        self.cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        self._headers = {"Cookie": self.cookie, "X-CSRF-Token": found["csrf"]}
        self._headers["Content-Type"] = "application/json"

    def press(self, counter: str, verb: str, **told: Any) -> tuple[float, float]:
        """When it was pressed, and when the answer was there."""
        body = json.dumps({"id": str(uuid.uuid4()), **told})
        began = time.monotonic()
        self._wire.request("POST", f"/api/v1/counters/{counter}/{verb}", body, self._headers)
        answer = self._wire.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return began, time.monotonic()


async def listen(host: str, pages: list[tuple[str, str]], pipe: Connection) -> None:
    """Open every page's stream and note when each says something, until told to stop."""
    heard: list[tuple[int, float]] = []
    name, port = host.split(":")

    async def one(nth: int, path: str, cookie: str) -> None:
        here = f"127.0.{1 + nth // FROM_ONE_ADDRESS}.1"
        reader, writer = await asyncio.open_connection(name, int(port), local_addr=(here, 0))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], (path, head)
        while line := await reader.readline():
            if line.startswith(b"data:"):
                heard.append((nth, time.monotonic()))

    asked = [asyncio.create_task(one(n, path, cookie)) for n, (path, cookie) in enumerate(pages)]
    while len({nth for nth, _ in heard}) < len(pages):
        await asyncio.sleep(0.05)
        for task in asked:
            if task.done():
                task.result()
    pipe.send("all")
    while not pipe.poll():
        await asyncio.sleep(0.05)
    pipe.send(heard)
    for task in asked:
        task.cancel()


def listener(host: str, pages: list[tuple[str, str]], pipe: Connection) -> None:
    asyncio.run(listen(host, pages, pipe))


def memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0])


def busy_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def presses(officer: Officer, counter: str, count: int) -> list[tuple[float, float]]:
    """`count` times next and finish in turn, PRESS_S between two."""
    made = []
    for n in range(count):
        began = time.monotonic()
        made.append(officer.press(counter, "finish" if n % 2 else "next"))
        time.sleep(max(0.0, PRESS_S - (time.monotonic() - began)))
    return made


def run(consoles: int, boards: int, phones: int, count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder, contextlib.ExitStack() as stack:
        place = made(Path(folder))
        (place.data / "server").mkdir(exist_ok=True)
        accounts = open_accounts(place.data / "server" / "accounts.db")
        names = [f"bench-{n}" for n in range(-(-consoles // PER_ACCOUNT) + 1)]
        for name in names:
            accounts.add(name, Role.MANAGER, PASSWORD, time.time())
        accounts.close()
        stack.enter_context(process("broker", place))
        wait_for(lambda: listens(place.mqtt))
        server = stack.enter_context(process("server", place))
        wait_for(lambda: answers_http(place.http))
        kiosk = Device("kiosk-1", "kiosk", place, HallClock(place.data / "clock.json"))
        tokens = []
        for _ in range(max(phones, 2 * count)):
            kiosk.ask_number(SERVICE)
            ticket = kiosk.reply()
            assert isinstance(ticket, m.TicketReply), ticket
            tokens.append(ticket.url.rsplit("/", 1)[1])
        counter = load_site(place.data / "hall.toml").devices["counter-1"].counter
        assert counter is not None
        officers = [Officer(place.http, name) for name in names]
        officer = officers[0]
        officer.press(counter, "open")
        alone = presses(officer, counter, count)
        before = memory_kb(server.pid)
        pages = [("/events", officers[1 + n // PER_ACCOUNT].cookie) for n in range(consoles)]
        pages += [("/board/events", "")] * boards
        pages += [(f"/t/{token}/events", "") for token in tokens[:phones]]
        here, there = multiprocessing.Pipe()
        ears = multiprocessing.get_context("spawn").Process(target=listener, args=(place.http, pages, there))
        ears.start()
        assert here.recv() == "all"
        time.sleep(2.0)
        after, idle = memory_kb(server.pid), busy_s(server.pid)
        time.sleep(5.0)
        idle = (busy_s(server.pid) - idle) / 5.0
        pressed = presses(officer, counter, count)
        worked = busy_s(server.pid)
        here.send("stop")
        heard: list[tuple[int, float]] = here.recv()
        ears.join()
        kiosk.link.stop(0.5)
    begins = [began for began, _ in pressed] + [float("inf")]
    first: dict[tuple[int, int], float] = {}
    for nth, at in sorted(heard, key=lambda found: found[1]):
        press = sum(began <= at for began in begins[:-1]) - 1
        if press >= 0:
            first.setdefault((nth, press), at - begins[press])
    staff = [wait for (nth, _), wait in first.items() if nth < consoles]
    walls = [wait for (nth, _), wait in first.items() if consoles <= nth < consoles + boards]
    print(f"{len(pages)} listen: {consoles} consoles, {boards} boards, {phones} phones; {count} presses")
    print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms")
    row("alone", [done - began for began, done in alone])
    row("press", [done - began for began, done in pressed])
    for name, waits, all_of in (("consoles", staff, consoles), ("boards", walls, boards)):
        if waits:
            row(name, waits)
            print(f"{'':<10} {len(waits)} heard of {all_of * count}")
    print(f"memory     {(after - before) / max(1, len(pages)):.1f} kB a page ({before} kB before)")
    print(f"idle       {100 * idle:.1f} % of a core; {worked:.1f} s worked in all")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="How soon 500 open pages hear of a call.")
    parser.add_argument("--consoles", type=int, default=200)
    parser.add_argument("--boards", type=int, default=64)
    parser.add_argument("--phones", type=int, default=204)
    parser.add_argument("--count", type=int, default=60, help="presses")
    told = parser.parse_args()
    return run(told.consoles, told.boards, told.phones, told.count)


if __name__ == "__main__":
    raise SystemExit(main())
