"""A network printer by its name: nobody waits for whoever answers late or never."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from hardware.printer import PrinterStatus, open_printer
from tests.hardware.tcp_printer import TcpPrinter
from tests.hardware.test_printer_contract import SOON_S

HANGS_S = 60.0  # longer than any test waits, so that one that waits for it is seen


class NameServer:
    """The system's look-up of names. It hangs unless `answers` is set, and knows `printer.local`."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.questions = 0
        self.waited_out = False
        self._real = socket.getaddrinfo

    def look_up(self, host: str, port: int, *, type: int) -> list[Any]:
        self.questions += 1
        if not self.answers.wait(HANGS_S):
            self.waited_out = True
        if host != "printer.local":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return list(self._real("127.0.0.1", port, type=type))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.look_up)
    yield server
    server.answers.set()
    for thread in threading.enumerate():
        if thread.name == "printer-host":
            thread.join()


def until_ok(look: Callable[[], PrinterStatus]) -> None:
    limit = time.monotonic() + SOON_S
    while look() is not PrinterStatus.OK:
        assert time.monotonic() < limit


def test_a_name_that_nobody_answers_for_keeps_nobody_waiting(names: NameServer) -> None:
    with TcpPrinter(PaperMachine(80, SystemClock())) as far:
        printer = open_printer(f"tcp://printer.local:{far.port}", SystemClock())
        assert printer.look() is PrinterStatus.UNPLUGGED
        assert not names.answers.is_set() and not names.waited_out, "it has answered while the name hangs"
        assert names.questions <= 1, "one question at a time"
        names.answers.set()
        until_ok(printer.look)
        names.answers.clear()
        far.unplug()
        assert printer.look() is PrinterStatus.UNPLUGGED
        far.replug()
        until_ok(printer.look)  # where it last was
        assert not names.answers.is_set() and not names.waited_out
        printer.close()


def test_a_name_that_nobody_knows_is_an_unplugged_printer(names: NameServer) -> None:
    names.answers.set()
    printer = open_printer("tcp://nowhere.local", SystemClock())
    assert printer.look() is PrinterStatus.UNPLUGGED
    printer.close()
