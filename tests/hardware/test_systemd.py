"""What systemd hears: read from a real datagram socket, with the time in hand."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.systemd import START_S, Systemd


class Manager:
    """The end that systemd holds, on a path or in the abstract space."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire.bind("\0" + name[1:] if name.startswith("@") else name)
        self.wire.setblocking(False)
        self.now = 1000.0

    def program(self, **more: str) -> Systemd:
        return Systemd({"NOTIFY_SOCKET": self.name, **more}, lambda: self.now)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.wire.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@motcua-{uuid.uuid4().hex}"
    made = Manager(name)
    yield made
    made.wire.close()


def test_a_life_from_start_to_end(manager: Manager) -> None:
    program = manager.program(WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getpid()))
    program.beat()
    assert manager.heard() == [f"EXTEND_TIMEOUT_USEC={int(START_S * 1e6)}"]
    program.ready("printer ok,\n screen 1080x1920")
    assert manager.heard() == ["READY=1\nSTATUS=printer ok, screen 1080x1920"]
    manager.now += 10
    program.beat()
    program.stopping()
    assert manager.heard() == ["WATCHDOG=1", "STOPPING=1"]


def test_beats_are_as_many_as_the_watchdog_wants_however_fast_the_loop_turns(manager: Manager) -> None:
    program = manager.program(WATCHDOG_USEC="30000000")
    program.ready()
    assert program.every_s == 10
    manager.heard()
    for _ in range(6000):  # a minute of a hundred turns a second
        program.beat()
        manager.now += 0.01
    assert manager.heard() == ["WATCHDOG=1"] * 6


def test_a_loop_that_hung_beats_once_and_makes_up_for_nothing(manager: Manager) -> None:
    program = manager.program(WATCHDOG_USEC="6000000")
    program.ready()
    program.beat()
    manager.heard()
    manager.now += 3600
    for _ in range(5):
        program.beat()
    assert manager.heard() == ["WATCHDOG=1"]


def test_ready_is_said_once_and_the_status_when_it_changes(manager: Manager) -> None:
    program = manager.program()
    program.status("waiting for the printer")
    program.status("waiting for the printer")
    program.ready("paper low")
    program.ready("paper low")
    program.ready("paper out")
    assert manager.heard() == [
        "STATUS=waiting for the printer",
        "READY=1\nSTATUS=paper low",
        "STATUS=paper out",
    ]


@pytest.mark.parametrize(
    "surroundings",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "6000000", "WATCHDOG_PID": "1"},  # meant for another process
        {"WATCHDOG_USEC": "120000000"},
    ],
)
def test_without_a_watchdog_of_its_own_a_start_still_beats(
    manager: Manager, surroundings: dict[str, str]
) -> None:
    assert manager.program(**surroundings).every_s == START_S / 3


@pytest.mark.parametrize("name", ["", "vsock:2:1234", "relative/path"])
def test_nobody_who_listens_is_no_fault(name: str) -> None:
    program = Systemd({"NOTIFY_SOCKET": name} if name else {})
    for say in (program.beat, program.ready, program.stopping):
        say()
    assert program.every_s is None


def test_a_socket_that_is_gone_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    program = Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    program.ready()
    program.stopping()
    assert [record.message for record in caplog.records] == [
        "systemd does not hear: No such file or directory"
    ]


def test_a_full_queue_does_not_hold_the_loop_up(manager: Manager) -> None:
    program = manager.program()
    for n in range(10_000):
        program.status(str(n))
    assert manager.heard()[0] == "STATUS=0"
