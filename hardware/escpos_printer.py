"""The dialogue with an ESC/POS printer that keeps paper and screen honest, over any wire.

Knows when to ask and what to believe; the bytes are `hardware.escpos`, the wire is a driver's. The dialogue
exists because a printer without paper takes a whole ticket without complaint and prints it when somebody puts
a roll in: so the status is asked before the first byte, and again until the printer says the last row is out.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from hardware import escpos
from hardware.printer import PrinterStatus, PrintResult

log = logging.getLogger(__name__)

ANSWER_S = 0.5  # DLE EOT is answered within milliseconds: a printer silent for so long is not there
MOTION_S = 4.0  # paper motion of the longest ticket at 100 mm/s, twice over
LOOK_S = 0.5  # between two looks at an idle printer: a fault is on the screen within the second

_RESULTS = {
    PrinterStatus.PAPER_OUT: PrintResult.PAPER_OUT,
    PrinterStatus.COVER_OPEN: PrintResult.COVER_OPEN,
    PrinterStatus.CUTTER_ERROR: PrintResult.CUTTER_ERROR,
    PrinterStatus.UNPLUGGED: PrintResult.UNPLUGGED,
}


class WireGone(OSError):
    """The wire is dead: unplugged, switched off, or it takes no more bytes."""


class Wire(Protocol):
    """What a driver brings: bytes out, bytes in. Reopens itself when the printer comes back."""

    @property
    def bytes_per_s(self) -> float:
        """The slowest honest rate, for time limits."""

    def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all of `data`. Raises WireGone when that does not succeed within the time."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, waiting at most so long for the first byte; empty if nothing came.

        May raise WireGone.
        """

    def close(self) -> None:
        """Let go. Bounded."""


class EscposPrinter:
    """A `hardware.printer.Printer` that speaks ESC/POS over `wire`."""

    def __init__(self, wire: Wire, width_mm: int) -> None:
        self._wire = wire
        self._width_mm = width_mm
        self._talk = threading.Lock()  # one dialogue at a time: a look never eats a job's answer
        self._status = PrinterStatus.UNPLUGGED
        self._puts: list[Callable[[PrinterStatus], object]] = []
        self._half_done = False  # paper of a broken job may still hang in the slot
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self.look()

    @property
    def width_mm(self) -> int:
        return self._width_mm

    @property
    def status(self) -> PrinterStatus:
        return self._status

    def look(self) -> PrinterStatus:
        with self._talk:
            self._look()
            return self._status

    def glance(self) -> None:
        """Look, unless a job is under way: that looks itself."""
        if self._talk.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._talk.release()

    def print(self, job: bytes, title: str = "") -> PrintResult:
        with self._talk:
            started = time.monotonic()
            result = self._print(job)
            took = time.monotonic() - started
        log.info("print title=%s result=%s bytes=%d took_s=%.2f", title, result, len(job), took)
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
            self._watcher.join(timeout=LOOK_S + 4 * ANSWER_S)
        with self._talk:
            self._wire.close()
            self._became(PrinterStatus.UNPLUGGED)

    def _print(self, job: bytes) -> PrintResult:
        self._look()
        if (refusal := _RESULTS.get(self._status)) is not None:
            return refusal
        limit = time.monotonic() + len(job) / self._wire.bytes_per_s + MOTION_S
        before = escpos.INIT + escpos.CUT if self._half_done else b""  # nobody gets two tickets in one strip
        self._half_done = True
        try:
            self._wire.write(before + job + escpos.DONE, limit - time.monotonic())
            while time.monotonic() < limit:
                done = any(map(escpos.is_done, self._wire.read(ANSWER_S / 2)))
                status, done_meanwhile = self._ask()  # silence is no news here: slow wires answer behind data
                if status is not None:
                    self._became(status)
                if done or done_meanwhile:
                    self._half_done = False
                    return PrintResult.PRINTED
                if (fault := _RESULTS.get(self._status)) is not None:
                    self._wire.write(escpos.CLEAR, ANSWER_S)  # else the rest comes out with the next roll
                    return fault
        except WireGone:
            self._became(PrinterStatus.UNPLUGGED)
        return PrintResult.MAYBE

    def _look(self) -> None:
        try:
            self._wire.read(0)  # stale bytes have answered other questions
            status, _ = self._ask()
        except WireGone:
            status = None
        self._became(PrinterStatus.UNPLUGGED if status is None else status)

    def _ask(self) -> tuple[PrinterStatus | None, bool]:
        """The status (None: no answer), and whether the end of a job was answered meanwhile."""
        answers: dict[int, int] = {}
        done = False
        for n in (escpos.OFFLINE, escpos.ERROR, escpos.PAPER):
            self._wire.write(escpos.ask(n), ANSWER_S)
            limit = time.monotonic() + ANSWER_S
            while n not in answers and (left := limit - time.monotonic()) > 0:
                for byte in self._wire.read(left):
                    done = done or escpos.is_done(byte)
                    if escpos.is_answer(byte):
                        answers[n] = byte
            if n not in answers:
                return None, done
        return escpos.status_of(answers), done

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
