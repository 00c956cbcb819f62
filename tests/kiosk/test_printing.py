"""The thread between a ticket and the printer: one paper for each ticket, however often it is asked for."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from broker.messages import Words
from hardware.clock import SystemClock
from hardware.print_head import Head
from hardware.printer import Printer, PrintResult, open_printer
from kiosk.printing import PaperUsed, Printing
from kiosk.vocabulary import Job, PrintEnded
from tests.brokers import PATIENCE_S
from tests.kiosk import sample

FIRST = Job("r-1", 1, sample.ticket("r-1", "B047"))
AGAIN = replace(FIRST, attempt=2)
OTHER = Job("r-2", 1, sample.ticket("r-2", "B048"))


class Gate:
    """A simulated printer that begins a job when the test lets it."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.gate: queue.SimpleQueue[None] = queue.SimpleQueue()

    @property
    def head(self) -> Head:
        return self._printer.head

    def print(self, job: bytes, title: str = "") -> PrintResult:
        self.begun.put(title)
        self.gate.get(timeout=PATIENCE_S)
        return self._printer.print(job, title)


class Desk:
    """One worker with its printer."""

    def __init__(self, printer: Printer) -> None:
        self.printer = Gate(printer)
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.printing = Printing(self.printer, self.inbox)  # type: ignore[arg-type]
        self.printing.start()

    def ask(self, job: Job) -> None:
        plan = sample.config().kiosk
        assert plan is not None
        self.printing.print(job, plan, Words("Trung tâm", "Centre"), ZoneInfo("Asia/Ho_Chi_Minh"))

    def begun(self) -> str:
        return self.printer.begun.get(timeout=PATIENCE_S)

    def let(self) -> None:
        self.printer.gate.put(None)

    def ended(self) -> PrintEnded:
        while not isinstance(told := self.inbox.get(timeout=PATIENCE_S), PrintEnded):
            assert isinstance(told, PaperUsed)
        return told


@pytest.fixture
def desk() -> Iterator[Desk]:
    printer = open_printer("sim:80", SystemClock())
    desk = Desk(printer)
    yield desk
    desk.printing.stop()
    printer.close()


def test_of_two_attempts_that_wait_only_the_later_is_printed(desk: Desk) -> None:
    desk.ask(OTHER)
    assert desk.begun() == "B048"
    desk.ask(FIRST)
    desk.ask(AGAIN)
    desk.let()
    assert desk.ended() == PrintEnded(OTHER, PrintResult.PRINTED)
    assert desk.begun() == "B047"
    desk.let()
    assert desk.ended() == PrintEnded(AGAIN, PrintResult.PRINTED)
    assert desk.printer.begun.empty() and desk.inbox.empty()


def test_a_ticket_that_comes_out_while_it_is_asked_for_again_is_enough(desk: Desk) -> None:
    desk.ask(FIRST)
    assert desk.begun() == "B047"
    desk.ask(AGAIN)
    desk.let()
    assert desk.ended() == PrintEnded(FIRST, PrintResult.PRINTED)
    assert desk.ended() == PrintEnded(AGAIN, PrintResult.PRINTED)
    desk.ask(OTHER)
    assert desk.begun() == "B048", "and nothing of B047 in between"
    desk.let()
    assert desk.ended() == PrintEnded(OTHER, PrintResult.PRINTED)
