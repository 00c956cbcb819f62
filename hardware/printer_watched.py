"""What every real printer's driver shares: one job or look at a time, a status that is told when it changes,
why the printer cannot be reached, and a thread that looks while nobody prints; should that thread die,
whoever is told the status is told so.

Knows nothing of bytes and wires; a driver says how it looks, prints and lets go.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from hardware.broken import DeviceBroken, observed
from hardware.print_head import Head
from hardware.print_job import PrintJob
from hardware.printer import PrinterStatus, PrintResult

log = logging.getLogger(__name__)

LOOK_S = 0.5  # between two looks at an idle printer: a fault is on the screen within the second


class WatchedPrinter(ABC):
    """A `hardware.printer.Printer`, but for the three things a driver does. Its constructor looks at last."""

    slowest_look_s: float  # how long a look may take: closing waits so long for it

    def __init__(self, head: Head) -> None:
        self._head = head
        self._talk = threading.Lock()  # one dialogue at a time: a look never eats a job's answer
        self._status = PrinterStatus.UNPLUGGED
        self._trouble = ""
        self._puts: list[Callable[[PrinterStatus | DeviceBroken], object]] = []
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    # --- what a driver does, one thing at a time --------------------------------------------------------

    @abstractmethod
    def _look(self) -> None:
        """Find out how the printer is, and say so with `_became`."""

    @abstractmethod
    def _print(self, job: PrintJob, title: str) -> PrintResult:
        """Print a job and say what became of it, within a bounded time."""

    @abstractmethod
    def _let_go(self) -> None:
        """Close the wire. Bounded."""

    # --- the printer ------------------------------------------------------------------------------------

    @property
    def head(self) -> Head:
        return self._head

    @property
    def width_mm(self) -> int:
        return self._head.width_mm

    @property
    def status(self) -> PrinterStatus:
        return self._status

    @property
    def trouble(self) -> str:
        return self._trouble

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
            result = self._print(PrintJob.whole(job), title)
            took = time.monotonic() - started
        log.info("print title=%s result=%s bytes=%d took_s=%.2f", title, result, len(job), took)
        return result

    def on_status(self, put: Callable[[PrinterStatus | DeviceBroken], object]) -> None:
        self._puts.append(put)
        put(self._status)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="printer-status", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join(timeout=LOOK_S + self.slowest_look_s)
        with self._talk:
            self._let_go()
            self._became(PrinterStatus.UNPLUGGED)

    # --- inside -----------------------------------------------------------------------------------------

    def _became(self, status: PrinterStatus, trouble: str = "") -> None:
        """`trouble`: what the system said, if it did, of a printer that cannot be reached.

        It is in the log once, however often its words change until the printer is back.
        """
        was, had = self._status, self._trouble
        self._status, self._trouble = status, " ".join(trouble.split())
        if status is not was or (trouble and not had):
            log.info("printer status=%s was=%s trouble=%s", status, was, self._trouble)
        if status is not was:
            self._tell(status)

    def _tell(self, news: PrinterStatus | DeviceBroken) -> None:
        for put in self._puts:
            put(news)

    def _watch(self) -> None:
        with observed("printer", self._tell):
            while not self._closed.wait(LOOK_S):
                self.look()
