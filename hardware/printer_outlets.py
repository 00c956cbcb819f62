"""Where tickets are handed over without an answer: CUPS, a plain file or FIFO, a printer that never speaks.

Knows how to hand over within a time and to tell "nothing has left" from "something has".
"""

from __future__ import annotations

import os
import select
import stat
import subprocess
import time
from pathlib import Path
from typing import Final

from hardware.escpos_printer import NothingLeft, Wire, WireGone
from hardware.printer import PrinterStatus
from hardware.printer_file import USB_BYTES_PER_S, FileWire, write_all

LPSTAT_S: Final = 2.0  # to answer
IDLE_S: Final = 3.0  # between two questions of an idle queue, each a process: a fault is told within 5 s
# What the backend of a job says of its printer, less the "-error", "-warning" or "-report" behind it.
ALERTS: Final = {
    "media-empty": PrinterStatus.PAPER_OUT,
    "cover-open": PrinterStatus.COVER_OPEN,
    "door-open": PrinterStatus.COVER_OPEN,
}


class FileOutlet:
    """A plain file, which tickets are appended to, or a FIFO, which stays open while somebody reads it."""

    bytes_per_s = USB_BYTES_PER_S

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fifo: int | None = None

    def state(self, fresh: bool = False) -> PrinterStatus:
        """A FIFO without a reader is unplugged, like a file that is not there."""
        if not self._kept(self._opened()):
            raise WireGone(f"{self._path}: nobody reads it")
        return PrinterStatus.OK

    def hand_over(self, data: bytes, title: str, timeout_s: float) -> None:
        fd = self._opened()
        try:
            write_all(fd, data, time.monotonic() + timeout_s)
        except OSError as error:
            raise WireGone(f"{self._path}: {error}") from error
        finally:
            self._kept(fd)

    def close(self) -> None:
        if self._fifo is not None:
            os.close(self._fifo)
            self._fifo = None

    def _opened(self) -> int:
        if self._fifo is not None:
            return self._fifo
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        try:
            kind = self._path.stat().st_mode
            fd = os.open(self._path, flags | (os.O_APPEND if stat.S_ISREG(kind) else 0))
        except OSError as error:
            raise NothingLeft(str(error)) from error
        if stat.S_ISFIFO(kind):
            self._fifo = fd
        return fd

    def _kept(self, fd: int) -> bool:
        """Close a plain file; keep a FIFO, unless its reader has gone. Whether it can be written to."""
        if fd != self._fifo:
            os.close(fd)
            return True
        look = select.poll()
        look.register(fd, select.POLLERR)
        gone = bool(look.poll(0))
        if gone:
            self.close()
        return not gone


class WireOutlet:
    """A wire whose printer says nothing."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def bytes_per_s(self) -> float:
        return self._wire.bytes_per_s

    def state(self, fresh: bool = False) -> PrinterStatus:
        self._wire.read(0)
        self._wire.write(b"", 1.0)
        return PrinterStatus.OK

    def hand_over(self, data: bytes, title: str, timeout_s: float) -> None:
        self._wire.write(data, timeout_s)

    def close(self) -> None:
        self._wire.close()


class PortOutlet(WireOutlet):
    """A device file whose printer says nothing, and whose port may: paper and fault, as on parallel ports."""

    def __init__(self, wire: FileWire) -> None:
        super().__init__(wire)
        self._port = wire.port

    def state(self, fresh: bool = False) -> PrinterStatus:
        return self._port() or super().state()


class CupsQueue:
    """A raw queue of this machine's CUPS, through `lp` (Debian's cups-client).

    What the queue does with a ticket, and when, is CUPS's: it may keep it while the printer is away and print
    it long after its number was called. So the queue's error policy should be "abort-job".
    """

    bytes_per_s = USB_BYTES_PER_S

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._asked_at = float("-inf")
        self._state, self._trouble = PrinterStatus.UNPLUGGED, ""

    def state(self, fresh: bool = False) -> PrinterStatus:
        """Whether CUPS knows the queue, it is enabled and takes jobs. Asked every three seconds at most, and
        before each ticket."""
        now = time.monotonic()
        if fresh or now >= self._asked_at + IDLE_S:
            self._asked_at = now
            self._state, self._trouble = self._asked()
        if self._state is PrinterStatus.UNPLUGGED:
            raise WireGone(f"CUPS: {self._trouble}")
        return self._state

    def hand_over(self, data: bytes, title: str, timeout_s: float) -> None:
        ask = ["lp", "-s", "-d", self._queue, "-o", "raw", "-t", title or "ticket", "--", "-"]
        try:
            done = subprocess.run(ask, input=data, capture_output=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired as error:
            raise WireGone(f"lp: it took no ticket within {timeout_s:.0f} s") from error
        except OSError as error:
            raise NothingLeft(f"lp: {error}") from error
        if done.returncode:
            raise NothingLeft(done.stderr.decode(errors="replace") or f"lp: it ended with {done.returncode}")

    def close(self) -> None:
        """Nothing is open between tickets."""

    def _asked(self) -> tuple[PrinterStatus, str]:
        """How the queue is by what lpstat says of it, in English, and those words."""
        try:
            told = subprocess.run(
                ["lpstat", "-l", "-p", self._queue, "-a", self._queue],
                capture_output=True,
                timeout=LPSTAT_S,
                check=False,
                env=os.environ | {"LC_ALL": "C"},
            )
        except subprocess.TimeoutExpired:
            return PrinterStatus.UNPLUGGED, f"lpstat gave no answer within {LPSTAT_S:g} s"
        except OSError as error:
            return PrinterStatus.UNPLUGGED, f"lpstat: {error}"
        said = told.stdout.decode(errors="replace")
        heads = [line for line in said.splitlines() if not line.startswith("\t")]  # below: options, users
        why = " ".join(heads) or told.stderr.decode(errors="replace") or "lpstat says nothing of it"
        return queue_status(self._queue, said), why


def queue_status(queue: str, told: str) -> PrinterStatus:
    """How a queue is, by what `lpstat -l -p QUEUE -a QUEUE` says in English. Names have no case.

    Alerts count only while a job is under way. They stay when it has ended, and only another job would take
    them away: the queue would stand for ever.
    """
    lines = told.lower().splitlines()
    name = queue.lower()

    def says(start: str) -> bool:
        return any(line.startswith(start) for line in lines)

    prints = says(f"printer {name} now printing ")
    if not (prints or says(f"printer {name} is idle.")) or not says(f"{name} accepting requests "):
        return PrinterStatus.UNPLUGGED
    if prints:
        alerts = " ".join(line for line in lines if line.startswith("\talerts: "))
        for alert, status in ALERTS.items():
            if f" {alert}" in alerts:
                return status
    return PrinterStatus.OK
