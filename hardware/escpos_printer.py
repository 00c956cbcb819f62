"""The dialogue with an ESC/POS printer that keeps paper and screen honest, over any wire.

Knows when to ask and what to believe; the bytes are `hardware.escpos`, the wire is a driver's. The dialogue
exists because a printer without paper takes a whole ticket without complaint and prints it when somebody puts
a roll in: so the status is asked before the first byte and between the parts of a job, only so much is on its
way as the printer has not yet put on paper, and the cut leaves us last.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from hardware import escpos
from hardware.print_head import Head
from hardware.print_job import PrintJob
from hardware.printer import REFUSES, PrinterStatus, PrintResult
from hardware.printer_watched import WatchedPrinter

log = logging.getLogger(__name__)

ANSWER_S = 0.5  # DLE EOT is answered within milliseconds: a printer silent for so long is not there
STALL_S = 3.0  # a printer that takes no byte, or puts none of a part on paper, for so long hangs
SLOWEST_MM_PER_S = 75.0  # paper moves at 100 and more
PEEK_S = 0.25  # between two questions in the middle of a job
QUIET_S = 0.3  # a printer that has said nothing for so long has no more to say
AHEAD = 2  # parts on their way to a printer that says when it has printed one
PROBES = (PrinterStatus.OK, PrinterStatus.PAPER_LOW)


class WireGone(OSError):
    """The wire is dead: unplugged, switched off, or it takes no more bytes."""


class NothingLeft(WireGone):
    """It could not be reached: certainly nothing will come out."""


class Wire(Protocol):
    """What a driver brings: bytes out, bytes in. Reopens itself when the printer comes back."""

    @property
    def bytes_per_s(self) -> float:
        """The slowest honest rate, for time limits."""

    def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all of `data`. Raises WireGone when that does not succeed within the time.

        On a slow wire it returns when the bytes have left the machine. Opens what is not open.
        """

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, waiting at most so long for the first byte; empty if nothing came.

        May raise WireGone; the next `write` opens the wire anew.
        """

    def close(self) -> None:
        """Let go. Bounded."""


@contextmanager
def or_let_go(wire: Wire, name: str) -> Iterator[None]:
    """A wire on which something fails is let go. Raises WireGone for any OSError."""
    try:
        yield
    except OSError as error:
        wire.close()
        raise WireGone(f"{name}: {error}") from error


class EscposPrinter(WatchedPrinter):
    """A `hardware.printer.Printer` that speaks ESC/POS over `wire`."""

    slowest_look_s = 5 * ANSWER_S

    def __init__(self, wire: Wire, head: Head) -> None:
        super().__init__(head)
        self._wire = wire
        self._left_behind = False  # paper of a broken job may still hang in the slot
        self._torn = 0  # so many bytes may be missing to a command that broke off
        self._inherited = True  # another program may have broken off in a picture: it is not known yet
        self._unasked = 0  # bytes still to come of a status that nobody asked for
        self._acknowledges: bool | None = None  # GS r is answered; None: to be found out
        self.look()

    def _let_go(self) -> None:
        self._wire.close()

    # --- a job ------------------------------------------------------------------------------------------

    def _print(self, job: PrintJob, title: str) -> PrintResult:
        self._look()
        if (refusal := REFUSES.get(self._status)) is not None:
            return refusal
        under_way = _UnderWay(self._acknowledges is True, self._wire.bytes_per_s, job)
        try:
            if self._left_behind:
                self._bring_out(under_way)
            self._left_behind = True
            for at, part in enumerate(job.parts):
                last = at == len(job.parts) - 1
                if last:
                    under_way.peek_at = 0.0  # nothing is cut that has not come out
                self._wait_until(under_way, 0 if last else AHEAD - 1)
                self._send(part + (escpos.DONE if under_way.acknowledged else b""), under_way)
                under_way.parts += under_way.acknowledged
            self._wait_until(under_way, 0, to_the_end=True)
        except WireGone as error:
            self._torn = max(map(len, job.parts))
            self._became(PrinterStatus.UNPLUGGED, str(error))
            return PrintResult.MAYBE
        except _Stopped as stopped:
            self._drop()
            return stopped.result
        self._left_behind = False
        return PrintResult.PRINTED

    @property
    def _cut(self) -> bytes:
        """Nobody gets two tickets in one strip."""
        return escpos.CUT if self._head.cutter else b"\n\n"

    def _bring_out(self, under_way: _UnderWay) -> None:
        """Cut off what a broken job has left, and hear the acknowledgements that it still owed."""
        self._send(escpos.INIT + self._cut + (escpos.DONE if under_way.acknowledged else b""), under_way)
        while self._hear(QUIET_S):
            pass

    def _send(self, data: bytes, under_way: _UnderWay) -> None:
        self._wire.write(data, STALL_S + len(data) / self._wire.bytes_per_s)
        under_way.moved()

    def _wait_until(self, under_way: _UnderWay, at_most: int, to_the_end: bool = False) -> None:
        """Wait until at most so many parts are on their way, and look after the printer meanwhile.

        A printer that never says when it has printed is given the time that the paper needs. Raises _Stopped
        when the printer has a fault, or hangs.
        """
        while True:
            under_way.heard(self._hear(0))
            if under_way.parts <= at_most and not (to_the_end and under_way.moving()):
                break
            if time.monotonic() >= under_way.peek_at:
                self._peek(under_way)
                continue
            if under_way.stalled():
                raise _Stopped(PrintResult.MAYBE)
            under_way.heard(self._hear(PEEK_S / 5))
        if to_the_end and not under_way.acknowledged:
            self._peek(under_way, thoroughly=True)
        elif time.monotonic() >= under_way.peek_at:
            self._peek(under_way)

    def _peek(self, under_way: _UnderWay, thoroughly: bool = False) -> None:
        """Ask in the middle of a job. Silence is no news there: slow wires answer behind data.

        A fault is believed when it is said twice, because stray bytes can look like one. `thoroughly`: at the
        end, where a clean answer is the only sign that a ticket came out.
        """
        if not thoroughly and self._answers((escpos.OFFLINE,), under_way) in (None, PrinterStatus.OK):
            under_way.peeked()
            return
        status = self._answers(escpos.ASKED, under_way)
        under_way.peeked()
        if status is None and thoroughly:
            raise _Stopped(PrintResult.MAYBE)
        if status is None:
            return
        self._became(status)
        if (fault := REFUSES.get(status)) is not None:
            raise _Stopped(fault)

    def _drop(self) -> None:
        """Have the printer forget the rest of a job, else it comes out with the next roll."""
        try:
            self._wire.write(escpos.CLEAR, ANSWER_S)
        except WireGone as error:
            self._became(PrinterStatus.UNPLUGGED, str(error))

    # --- status -----------------------------------------------------------------------------------------

    def _look(self) -> None:
        try:
            self._hear(0)  # stale bytes have answered other questions
        except WireGone as error:
            log.info("printer wire closed: %s", error)  # asking opens it anew
        trouble = ""
        try:
            self._mend()
            status = self._answers(escpos.ASKED)
            if status is None and self._inherits():
                status = self._answers(escpos.ASKED)
            if status in PROBES and self._acknowledges is None:
                self._acknowledges = self._probed() or (self._inherits() and self._probed())
                self._inherited = False
        except WireGone as error:
            status, trouble = None, str(error)
        self._became(PrinterStatus.UNPLUGGED if status is None else status, trouble)

    def _mend(self) -> None:
        """End a command that broke off, with white: the printer takes all for the rest of a picture."""
        if self._torn:
            torn, self._torn = self._torn, 0
            self._wire.write(bytes(torn), STALL_S + torn / self._wire.bytes_per_s)

    def _inherits(self) -> bool:
        """Whether a printer that is met for the first time was worth mending: it may hold half a picture."""
        if not self._inherited:
            return False
        self._inherited = False
        self._left_behind = True
        self._torn = escpos.PART_BYTES
        self._mend()
        return True

    def _answers(self, asked: tuple[int, ...], under_way: _UnderWay | None = None) -> PrinterStatus | None:
        """The status by these questions, or None when one was not answered."""
        answers: dict[int, int] = {}
        for n in asked:
            self._wire.write(escpos.ask(n), ANSWER_S)
            limit = time.monotonic() + ANSWER_S
            while n not in answers and (left := limit - time.monotonic()) > 0:
                heard = self._hear(left)
                if under_way is not None:
                    under_way.heard(heard)
                for byte in filter(escpos.is_answer, heard):
                    answers[n] = byte
            if n not in answers:
                return None
        return escpos.status_of(answers)

    def _hear(self, timeout_s: float) -> bytes:
        """What has arrived, without what the printer says by itself, which looks like other answers."""
        answers = bytearray()
        for byte in self._wire.read(timeout_s):
            if self._unasked:
                self._unasked -= 1
            elif escpos.is_unasked(byte):
                self._unasked = escpos.UNASKED_BYTES - 1
            else:
                answers.append(byte)
        return bytes(answers)

    def _probed(self) -> bool:
        """Whether an idle printer says when it has carried out what it was sent; cheap ones do not."""
        self._wire.write(escpos.DONE, ANSWER_S)
        limit = time.monotonic() + ANSWER_S
        while (left := limit - time.monotonic()) > 0:
            if any(map(escpos.is_done, self._hear(left))):
                return True
        log.info("printer does not acknowledge, its paper is given time instead")
        return False

    def _became(self, status: PrinterStatus, trouble: str = "") -> None:
        if status not in PROBES:
            self._acknowledges = None
            self._unasked = 0
        super()._became(status, trouble)


class _Stopped(Exception):
    """A job that does not go on."""

    def __init__(self, result: PrintResult) -> None:
        self.result = result


class _UnderWay:
    """What of a job has left us and is not yet known to be on paper."""

    def __init__(self, acknowledged: bool, bytes_per_s: float, job: PrintJob) -> None:
        self.acknowledged = acknowledged
        self.parts = 0
        self._paper_s = job.mm / SLOWEST_MM_PER_S
        now = time.monotonic()
        self.peek_at = now + PEEK_S
        self._since = now  # when it last went on
        self._until = now + len(job) / bytes_per_s + self._paper_s + 2 * STALL_S  # longer: it hangs

    def moved(self) -> None:
        """Bytes have left."""
        self._since = time.monotonic()

    def heard(self, answers: bytes) -> None:
        done = sum(map(escpos.is_done, answers))
        if done and self.parts:
            self.parts = max(0, self.parts - done)
            self._since = time.monotonic()

    def peeked(self) -> None:
        self.peek_at = time.monotonic() + PEEK_S

    def moving(self) -> bool:
        """Whether paper may still be moving in a printer that does not say."""
        return not self.acknowledged and time.monotonic() < self._since + self._paper_s

    def stalled(self) -> bool:
        now = time.monotonic()
        return now >= self._until or (self.parts > 0 and now >= self._since + STALL_S + self._paper_s)
