"""The ticket printer as a noun: what it can be asked, what it may answer, and which driver a URL names.

Knows no driver beyond its name and no ticket: a job is bytes, a result is one of a closed set.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from hardware.broken import DeviceBroken
from hardware.clock import Clock
from hardware.print_head import Head
from hardware.url_options import checked


class PrinterStatus(StrEnum):
    """How the printer is. `paper-low` still prints; everything below it does not."""

    OK = "ok"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER_ERROR = "cutter-error"
    UNPLUGGED = "unplugged"  # or switched off, or silent: it does not answer


READY = (PrinterStatus.OK, PrinterStatus.PAPER_LOW)  # a ticket would come out


class PrintResult(StrEnum):
    """What became of one job. `maybe`: bytes left us and the printer never said whether they are on paper.

    `sent`: the same, of a printer that never answers anything: all that can be known.
    """

    PRINTED = "printed"
    SENT = "sent"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER_ERROR = "cutter-error"
    UNPLUGGED = "unplugged"
    MAYBE = "maybe"


# What a job comes to that is not even begun: a printer without paper might print it when a roll is put in.
REFUSES: Mapping[PrinterStatus, PrintResult] = {
    PrinterStatus.PAPER_OUT: PrintResult.PAPER_OUT,
    PrinterStatus.COVER_OPEN: PrintResult.COVER_OPEN,
    PrinterStatus.CUTTER_ERROR: PrintResult.CUTTER_ERROR,
    PrinterStatus.UNPLUGGED: PrintResult.UNPLUGGED,
}


class Printer(Protocol):
    """A ticket printer. Thread-safe; `print` is for a worker thread, the rest for any."""

    @property
    def head(self) -> Head:
        """What tickets are made for: dots, paper, pictures or letters of its own."""

    @property
    def width_mm(self) -> int:
        """Paper width: 58 or 80."""

    @property
    def status(self) -> PrinterStatus:
        """The last known status, without asking."""

    @property
    def trouble(self) -> str:
        """Why it is unplugged, one sentence; empty while it is not, or where it is only silent."""

    def look(self) -> PrinterStatus:
        """Ask the printer now and report a change. At most two seconds; waits for a job under way."""

    def print(self, job: bytes, title: str = "") -> PrintResult:
        """Print one job (a PrintJob) and say what became of it, within seconds, never for ever.

        Anything but `printed`, `sent` and `maybe` means that no whole ticket came out. `title` (the number)
        is for the log and the simulator's list.
        """

    def on_status(self, put: Callable[[PrinterStatus | DeviceBroken], object]) -> None:
        """Call `put` with the present status now and with each new one from then on, from any thread.

        DeviceBroken: the watch died of a bug, there will be no more.
        """

    def close(self) -> None:
        """Let the wire go. Bounded; a closed printer is unplugged."""


class UnknownPrinter(ValueError):
    """A printer URL that names no driver or asks it for something it does not have."""


def open_printer(url: str, clock: Clock) -> Printer:
    """The printer that `url` names, opened; it may well be unplugged or out of paper at this moment.

    usb://04b8:0202, usb://04b8:0202/SERIAL
        by its identity, through libusb.
    tcp://host, tcp://host:9100
        over the network.
    serial:///dev/ttyUSB0?baud=115200&flow=none
        a serial port or USB-serial cable; `flow` is none, rtscts or xonxoff. A lean ticket unless lean=no.
        Refused when it is too slow (`hardware.printer_pace`): 80 mm need 57600 baud, or 115200 with lean=no,
        58 mm need 38400, or 57600; mode=text does with 4800.
    file:///dev/usb/lp0
        a device file, asked and answered; a plain file or FIFO takes tickets and never answers.
    cups://QUEUE
        a queue of this machine's CUPS, which never answers.
    sim:80, sim:58, sim:80?mm_per_s=150
        a simulated one (`hardware.printer_sim`), quick, or with paper of that speed in `clock`'s time.

    All take `width` (58, 80), `profile` (a model of python-escpos), `mode` (raster, text, auto) and `lean`
    (yes, no); all real ones but cups take `answers=no` for a printer that never says how it is. Raises
    UnknownPrinter, one sentence with the nearest that would be right, for anything else.
    """
    scheme, colon, _ = url.partition(":")
    opener = DRIVERS.get(scheme)
    if opener is None or not colon:
        near = difflib.get_close_matches(scheme.lower(), DRIVERS, n=1, cutoff=0.5)
        meant = EXAMPLES["file" if url.startswith("/") else near[0] if near else "sim"]
        raise UnknownPrinter(f"printer {url!r} names no driver of ours, the nearest is '{meant}'")
    try:
        return opener(_split(url), clock)
    except ValueError as error:
        raise UnknownPrinter(f"printer {url!r}: {error}") from None


def _split(url: str) -> SplitResult:
    """Raises ValueError, one sentence."""
    checked(url)
    try:
        return urlsplit(url)
    except ValueError:
        like = EXAMPLES[url.partition(":")[0]]
        raise ValueError(f"its host cannot be read, IPv6 is written in [], others as in '{like}'") from None


def _open_sim(url: SplitResult, clock: Clock) -> Printer:
    from hardware.printer_sim import open_simulated  # a kiosk with a real printer never loads it

    return open_simulated(url, clock)


def _open_real(url: SplitResult, clock: Clock) -> Printer:
    from hardware.printer_wires import open_real  # and one with a simulated printer none of the real wires

    return open_real(url)


DRIVERS: dict[str, Callable[[SplitResult, Clock], Printer]] = {
    "sim": _open_sim,
    "usb": _open_real,
    "tcp": _open_real,
    "serial": _open_real,
    "file": _open_real,
    "cups": _open_real,
}
EXAMPLES = {
    "sim": "sim:80",
    "usb": "usb://04b8:0202",
    "tcp": "tcp://192.168.1.50:9100",
    "serial": "serial:///dev/ttyUSB0?baud=115200",
    "file": "file:///dev/usb/lp0",
    "cups": "cups://ticket",
}
