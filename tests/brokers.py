"""Brokers for tests: in memory and real processes, behind one face. A missing program is a failure."""

from __future__ import annotations

import contextlib
import os
import pwd
import queue
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from broker.access import all_grants
from broker.link import Connected, Credentials, Link, Message, open_link, read_credentials
from broker.memory import MemoryBroker
from broker.program import nats_server
from broker.provision import Provisioned, provision

SITE = "hn"
DEVICES = ("k1", "k2", "d1")
PATIENCE_S = 20.0  # how long a test waits for what must come; only a failing test waits that long


class Inbox(queue.SimpleQueue[Any]):
    """A program's inbox that a test reads."""

    def until(self, wanted: Callable[[Any], bool] | type, patience_s: float = PATIENCE_S) -> Any:
        """The next item that is `wanted` (a predicate or a type); what comes before it is discarded."""
        deadline = time.monotonic() + patience_s
        passed: list[Any] = []
        while True:
            try:
                item = self.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"never came; instead: {passed}") from None
            if isinstance(item, wanted) if isinstance(wanted, type) else wanted(item):
                return item
            passed.append(item)

    def rest(self) -> list[Any]:
        """Everything that is there now."""
        items = []
        with contextlib.suppress(queue.Empty):
            while True:
                items.append(self.get_nowait())
        return items


class AnyBroker(Protocol):
    """What contract tests do to a broker."""

    def link(
        self,
        user: str | None,
        client_id: str,
        subscriptions: Sequence[tuple[str, int]] = (),
        will: Message | None = None,
    ) -> tuple[Link, Inbox]:
        """A started link of a user (None: without credentials) that is connected already."""

    def die_as(self, user: str | None, client_id: str, will: Message) -> None:
        """Let a client connect with a will and die without a goodbye."""

    def kill(self) -> None:
        """As kill -9."""

    def start(self) -> None:
        """Start, or start again after `kill`, at the same address."""

    def stop(self) -> None:
        """End everything, links too."""


class InMemory:
    def __init__(self) -> None:
        self.broker = MemoryBroker(all_grants(SITE, DEVICES))
        self.links: list[Link] = []

    def link(
        self,
        user: str | None,
        client_id: str,
        subscriptions: Sequence[tuple[str, int]] = (),
        will: Message | None = None,
    ) -> tuple[Link, Inbox]:
        inbox = Inbox()
        credentials = Credentials(user, "") if user is not None else None
        link = self.broker.open_link("mqtt://memory", credentials, client_id, inbox, subscriptions, will)
        link.start()
        inbox.until(Connected)
        return link, inbox

    def die_as(self, user: str | None, client_id: str, will: Message) -> None:
        self.link(user, client_id, (), will)
        self.broker.cut(client_id)

    def kill(self) -> None:
        self.broker.kill()

    def start(self) -> None:
        self.broker.revive()

    def stop(self) -> None:
        pass


class RealBroker:
    """A broker process on a free port of loopback, provisioned in a folder of the test."""

    def __init__(self, folder: Path, command: Callable[[Provisioned], list[str]]) -> None:
        self.folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._links: list[Link] = []
        self.port = 0
        self.provisioned: Provisioned

    @property
    def address(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def credentials(self, user: str) -> Credentials:
        return read_credentials(user, self.provisioned.credentials[user])

    def start(self) -> None:
        for _ in range(5 if self.port == 0 else 1):
            port = self.port or free_port()
            run_as = pwd.getpwuid(os.getuid()).pw_name if os.getuid() == 0 else None
            self.provisioned = provision(
                self.folder, SITE, DEVICES, listen=f"127.0.0.1:{port}", run_as=run_as
            )
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    self._command(self.provisioned), stdout=log, stderr=log, stdin=subprocess.DEVNULL
                )
            if _listens(port, self._process):
                self.port = port
                return
        raise AssertionError((self.folder / "log").read_text(errors="replace"))

    def link(
        self,
        user: str | None,
        client_id: str,
        subscriptions: Sequence[tuple[str, int]] = (),
        will: Message | None = None,
    ) -> tuple[Link, Inbox]:
        inbox = Inbox()
        credentials = self.credentials(user) if user is not None else None
        link = open_link(self.address, credentials, client_id, inbox, subscriptions, will)
        self._links.append(link)
        link.start()
        inbox.until(Connected)
        return link, inbox

    def die_as(self, user: str | None, client_id: str, will: Message) -> None:
        code = (
            "import sys, queue; from pathlib import Path; from broker.link import *\n"
            "address, user, file, client_id, topic, payload = sys.argv[1:]\n"
            "inbox = queue.SimpleQueue()\n"
            "will = Message(topic, payload.encode())\n"
            "credentials = read_credentials(user, Path(file)) if user else None\n"
            "open_link(address, credentials, client_id, inbox, [], will).start()\n"
            "print(inbox.get(), flush=True); inbox.get(); inbox.get()\n"
        )
        file = str(self.provisioned.credentials[user]) if user else ""
        arguments = [self.address, user or "", file, client_id, will.topic, will.payload.decode()]
        with subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                assert b"Connected" in process.stdout.readline()
            finally:
                process.kill()

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        for link in self._links:
            link.stop(0.5)
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
            self.kill()


def nats(folder: Path) -> RealBroker:
    return RealBroker(folder, lambda made: [str(nats_server()), "-c", str(made.nats)])


def mosquitto(folder: Path) -> RealBroker:
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    assert program is not None, "Mosquitto is not installed: apt-get install mosquitto"
    return RealBroker(folder, lambda made: [program, "-c", str(made.mosquitto)])


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[AnyBroker]:
    """A broker of a kind (`memory`, `nats`, `mosquitto`) that runs, and ends with the block."""
    kinds: dict[str, Callable[[Path], AnyBroker]] = {
        "memory": lambda _: InMemory(),
        "nats": nats,
        "mosquitto": mosquitto,
    }
    broker = kinds[kind](folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether a condition that nothing announces comes true while a test has patience."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def free_port() -> int:
    """A port that was free a moment ago; whoever takes it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.01)
    return False
