"""A printer that never answers: a queue of CUPS, a plain file, a cheap printer behind a one-way cable.

Knows that bytes can only be handed over, and says no more than that: a job was `sent`, never `printed`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from hardware.escpos_printer import LOOK_S, STALL_S, WireGone
from hardware.print_head import Head
from hardware.print_job import PrintJob
from hardware.printer import PrinterStatus, PrintResult

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Where bytes can be put, and nothing comes back."""

    @property
    def bytes_per_s(self) -> float:
        """The slowest honest rate, for time limits."""

    def state(self) -> PrinterStatus:
        """What can be seen from outside: `unplugged` when it cannot be reached, mostly nothing more."""

    def hand_over(self, data: bytes, title: str, timeout_s: float) -> None:
        """Put all of `data` there. Raises WireGone; NothingLeft, a WireGone, when no byte has left us."""

    def close(self) -> None:
        """Let go. Bounded."""


class NothingLeft(WireGone):
    """It could not be reached: certainly nothing will come out."""


class OneWayPrinter:
    """A `hardware.printer.Printer` that takes what it gets."""

    def __init__(self, outlet: Outlet, head: Head) -> None:
        self._outlet = outlet
        self._head = head
        self._talk = threading.Lock()
        self._status = PrinterStatus.UNPLUGGED
        self._puts: list[Callable[[PrinterStatus], object]] = []
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self.look()

    @property
    def head(self) -> Head:
        return self._head

    @property
    def width_mm(self) -> int:
        return self._head.width_mm

    @property
    def status(self) -> PrinterStatus:
        return self._status

    def look(self) -> PrinterStatus:
        with self._talk:
            self._became(self._outlet.state())
            return self._status

    def print(self, job: bytes, title: str = "") -> PrintResult:
        with self._talk:
            result = self._print(PrintJob.whole(job), title)
        log.info("print title=%s result=%s bytes=%d", title, result, len(job))
        return result

    def on_status(self, put: Callable[[PrinterStatus], object]) -> None:
        self._puts.append(put)
        put(self._status)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="printer-status", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join(timeout=LOOK_S + STALL_S)
        with self._talk:
            self._outlet.close()
            self._became(PrinterStatus.UNPLUGGED)

    def _print(self, job: PrintJob, title: str) -> PrintResult:
        self._became(self._outlet.state())
        refusal = _REFUSED.get(self._status)
        if refusal is not None:
            return refusal
        try:
            self._outlet.hand_over(bytes(job), title, STALL_S + len(job) / self._outlet.bytes_per_s)
        except NothingLeft:
            self._became(PrinterStatus.UNPLUGGED)
            return PrintResult.UNPLUGGED
        except WireGone:
            self._became(PrinterStatus.UNPLUGGED)
            return PrintResult.MAYBE
        return PrintResult.SENT

    def _became(self, status: PrinterStatus) -> None:
        if status is self._status:
            return
        log.info("printer status=%s was=%s", status, self._status)
        self._status = status
        for put in self._puts:
            put(status)

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_S):
            self.look()


_REFUSED = {
    PrinterStatus.PAPER_OUT: PrintResult.PAPER_OUT,
    PrinterStatus.COVER_OPEN: PrintResult.COVER_OPEN,
    PrinterStatus.CUTTER_ERROR: PrintResult.CUTTER_ERROR,
    PrinterStatus.UNPLUGGED: PrintResult.UNPLUGGED,
}
