"""A printer that never answers: a queue of CUPS, a plain file, a cheap printer behind a one-way cable.

Knows that bytes can only be handed over, and says no more than that: a job was `sent`, never `printed`.
"""

from __future__ import annotations

from typing import Protocol

from hardware.escpos_printer import STALL_S, NothingLeft, WireGone
from hardware.print_head import Head
from hardware.print_job import PrintJob
from hardware.printer import REFUSES, PrinterStatus, PrintResult
from hardware.printer_watched import WatchedPrinter


class Outlet(Protocol):
    """Where bytes can be put, and nothing comes back."""

    @property
    def bytes_per_s(self) -> float:
        """The slowest honest rate, for time limits."""

    def state(self, fresh: bool = False) -> PrinterStatus:
        """What can be seen from outside, mostly nothing. Raises WireGone when it cannot be reached.

        `fresh`: asked now, where asking is dear and an answer is otherwise kept for some seconds.
        """

    def hand_over(self, data: bytes, title: str, timeout_s: float) -> None:
        """Put all of `data` there. Raises WireGone; NothingLeft, a WireGone, when no byte has left us."""

    def close(self) -> None:
        """Let go. Bounded."""


class OneWayPrinter(WatchedPrinter):
    """A `hardware.printer.Printer` that takes what it gets."""

    slowest_look_s = STALL_S

    def __init__(self, outlet: Outlet, head: Head) -> None:
        super().__init__(head)
        self._outlet = outlet
        self.look()

    def _look(self) -> None:
        self._ask(fresh=False)

    def _let_go(self) -> None:
        self._outlet.close()

    def _print(self, job: PrintJob, title: str) -> PrintResult:
        self._ask(fresh=True)
        if (refusal := REFUSES.get(self._status)) is not None:
            return refusal
        try:
            self._outlet.hand_over(bytes(job), title, STALL_S + len(job) / self._outlet.bytes_per_s)
        except WireGone as error:
            self._became(PrinterStatus.UNPLUGGED, str(error))
            return PrintResult.UNPLUGGED if isinstance(error, NothingLeft) else PrintResult.MAYBE
        return PrintResult.SENT

    def _ask(self, fresh: bool) -> None:
        try:
            status, trouble = self._outlet.state(fresh), ""
        except WireGone as error:
            status, trouble = PrinterStatus.UNPLUGGED, str(error)
        self._became(status, trouble)
