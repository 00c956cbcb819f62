"""The ticket printer as a noun: what it can be asked, what it may answer, and which driver a URL names.

Knows no driver beyond its name and no ticket: a job is bytes, a result is one of a closed set.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from hardware.clock import Clock


class PrinterStatus(StrEnum):
    """How the printer is. `paper-low` still prints; everything below it does not."""

    OK = "ok"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER_ERROR = "cutter-error"
    UNPLUGGED = "unplugged"  # or switched off, or silent: it does not answer


class PrintResult(StrEnum):
    """What became of one job. `maybe`: bytes left us and the printer never said whether they are on paper."""

    PRINTED = "printed"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER_ERROR = "cutter-error"
    UNPLUGGED = "unplugged"
    MAYBE = "maybe"


class Printer(Protocol):
    """A ticket printer. Thread-safe; `print` is for a worker thread, the rest for any."""

    @property
    def width_mm(self) -> int:
        """Paper width: 58 or 80."""

    @property
    def status(self) -> PrinterStatus:
        """The last known status, without asking."""

    def look(self) -> PrinterStatus:
        """Ask the printer now and report a change. At most two seconds; waits for a job under way."""

    def print(self, job: bytes, title: str = "") -> PrintResult:
        """Print one job (`escpos.raster_job`) and say what became of it, within seconds, never for ever.

        Anything but `printed` and `maybe` means that no whole ticket came out. `title` (the number) is for
        the log and the simulator's list.
        """

    def on_status(self, put: Callable[[PrinterStatus], object]) -> None:
        """Call `put` with the present status now and with each new one from then on, from any thread."""

    def close(self) -> None:
        """Let the wire go. Bounded; a closed printer is unplugged."""


class UnknownPrinter(ValueError):
    """A printer URL that names no driver or asks it for something it does not have."""


def open_printer(url: str, clock: Clock) -> Printer:
    """The printer that `url` names, opened; it may well be unplugged or out of paper at this moment.

    `sim:80`, `sim:58`: a simulated one (`hardware.printer_sim`), quick; `sim:80?mm_per_s=150` moves its paper
    at that speed in `clock`'s time. Raises UnknownPrinter, one sentence, for anything else.
    """
    parts = urlsplit(url)
    opener = DRIVERS.get(parts.scheme)
    if opener is None:
        raise UnknownPrinter(f"printer '{url}' names no driver of ours: known are {', '.join(_KNOWN)}")
    try:
        return opener(parts.path, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query))), clock)
    except ValueError as error:
        raise UnknownPrinter(f"printer '{url}': {error}") from None


def _open_sim(where: str, options: dict[str, str], clock: Clock) -> Printer:
    from hardware.printer_sim import open_simulated  # a kiosk with a real printer never loads it

    return open_simulated(where, options, clock)


DRIVERS: dict[str, Callable[[str, dict[str, str], Clock], Printer]] = {"sim": _open_sim}
_KNOWN = ("sim:80", "sim:58")
