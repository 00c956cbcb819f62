"""The scanner as a noun: what it can be asked, how bytes become a scan, and which driver a URL names.

Knows where a scan begins and ends. Keeps out what was scanned means (the program knows). A scan may be an
identity card: it is delivered once, kept nowhere, and no log has a letter of it.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final, Protocol, TypeAlias
from urllib.parse import unquote

from hardware.broken import DeviceBroken
from hardware.url_options import parted, read_options

log = logging.getLogger(__name__)

LONGEST: Final = 1000  # bytes; an identity card has about 200
QUIET_S: Final = 0.3  # a scanner that says nothing for so long has lost the rest of a scan
CANCEL: Final = 0x18  # ASCII CAN: what came before it is in error
_ENDS: Final = b"\r\n"
# Controls, invisible formatting (it can turn the order of letters round), half pairs, private letters.
_NOT_TEXT: Final = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_BAUD: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


@dataclass(frozen=True)
class Scan:
    """`text` was scanned at `at`, monotonic seconds. NFC, one line, no control characters; never empty.

    `repr` is safe for a log: it does not show the text.
    """

    text: str = field(repr=False)
    at: float


Put: TypeAlias = Callable[[Scan | DeviceBroken], object]


class ScannerStatus(StrEnum):
    OK = "ok"
    UNPLUGGED = "unplugged"  # or not to be opened; `Scanner.trouble` says why


class Scanner(Protocol):
    """A barcode and QR reader. Scans go to the `put` that `open_scanner` was given, from any thread."""

    @property
    def status(self) -> ScannerStatus:
        """The last known status."""

    @property
    def trouble(self) -> str:
        """Why it is unplugged, one sentence; empty while it is not."""

    def on_status(self, put: Callable[[ScannerStatus], object]) -> None:
        """Call `put` with the present status now and with each new one from then on, from any thread."""

    def close(self) -> None:
        """Let the wire go. At most half a second; a closed scanner says nothing more."""


class UnknownScanner(ValueError):
    """A scanner URL that names no driver, or asks it for something it does not have."""


class Gather:
    """Bytes in, whole scans out. Pure: whoever feeds it says when there was silence.

    A scan ends at CR or LF and has at most 1,000 bytes of UTF-8; a longer or cancelled one is dropped up to
    its end. Bytes that are no UTF-8 become U+FFFD: figures beside them stay readable.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._skipping = False
        self.dropped = 0  # scans, since the start

    def feed(self, data: bytes) -> Iterator[str]:
        for byte in data:
            if byte in _ENDS:
                text = "" if self._skipping else cleaned(bytes(self._bytes))
                self._bytes.clear()
                self._skipping = False
                if text:
                    yield text
            elif not self._skipping:
                self._bytes.append(byte)
                if byte == CANCEL or len(self._bytes) > LONGEST:
                    self._drop()
                    self._skipping = True

    def quiet(self) -> None:
        """Nothing came for 300 ms: a half scan will not become whole, and stays nowhere."""
        if self._bytes:
            self._drop()
        self._skipping = False

    def _drop(self) -> None:
        self._bytes.clear()
        self.dropped += 1


def cleaned(raw: bytes) -> str:
    """What was scanned as text: NFC, without control characters and without space around it."""
    text = unicodedata.normalize("NFC", raw.decode("utf-8", errors="replace"))
    return "".join(c for c in text if unicodedata.category(c) not in _NOT_TEXT).strip()


class ScannerCore:
    """What every driver shares: bytes to scans, and telling how the scanner is."""

    def __init__(self, put: Put, monotonic: Callable[[], float]) -> None:
        self._put, self._monotonic = put, monotonic
        self._gather = Gather()
        self._lock = threading.Lock()
        self._status, self._trouble = ScannerStatus.OK, ""
        self._told: list[Callable[[ScannerStatus], object]] = []

    @property
    def status(self) -> ScannerStatus:
        return self._status

    @property
    def trouble(self) -> str:
        return self._trouble

    def on_status(self, put: Callable[[ScannerStatus], object]) -> None:
        with self._lock:
            self._told.append(put)
            put(self._status)

    def _feed(self, data: bytes) -> None:
        before = self._gather.dropped
        for text in self._gather.feed(data):
            self._put(Scan(text, self._monotonic()))
        self._count(before)

    def _quiet(self) -> None:
        before = self._gather.dropped
        self._gather.quiet()
        self._count(before)

    def _count(self, before: int) -> None:
        if self._gather.dropped > before:
            log.info("scan_dropped scans=%d", self._gather.dropped - before)

    def _become(self, status: ScannerStatus, trouble: str = "") -> None:
        with self._lock:
            self._trouble = trouble
            if status is self._status:
                return
            self._status = status
            log.info("scanner_%s trouble=%s", status.value, trouble)
            for put in self._told:
                put(status)


class SimulatedScanner(ScannerCore):
    """A scanner without a wire, worked by a panel or a test; the same way from bytes to scans."""

    def __init__(self, put: Put, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(put, monotonic)
        self._closed = False

    def scan(self, text: str) -> None:
        """Somebody holds a code with this text under the scanner. Nothing happens while it is unplugged."""
        self.send(text.encode("utf-8", errors="replace") + b"\r")

    def send(self, data: bytes) -> None:
        """The scanner sends these bytes, whole scans or not."""
        if self._status is ScannerStatus.OK and not self._closed:
            self._feed(data)

    def quiet(self) -> None:
        """It has sent nothing for 300 ms."""
        if not self._closed:
            self._quiet()

    def plug(self, plugged: bool) -> None:
        """Pull its cable, or put it back in."""
        if self._closed:
            return
        self._quiet()
        if plugged:
            self._become(ScannerStatus.OK)
        else:
            self._become(ScannerStatus.UNPLUGGED, "its cable was pulled")

    def close(self) -> None:
        self._closed = True


def open_scanner(url: str, put: Put) -> Scanner | None:
    """The scanner that `url` names, opened; it may well be unplugged at this moment. `put` gets each `Scan`,
    and DeviceBroken should its thread die of a bug.

    `serial:///dev/ttyACM0?baud=9600`: in serial mode (USB-CDC or RS-232), the one that keeps accents;
    `evdev:///dev/input/by-id/usb-...-event-kbd` or `evdev:0c2e:0b61`, vendor and product in hexadecimal: as a
    keyboard, taken away from everybody else; `sim:`: simulated; `none:`: None, there is no scanner. Raises
    UnknownScanner, one sentence, for anything else.
    """
    try:
        driver, rest = parted(url, DRIVERS, EXAMPLES)
        return DRIVERS[driver](rest, put)
    except ValueError as error:
        raise UnknownScanner(f"scanner {url!r}: {error}") from None
    except ImportError as error:
        raise UnknownScanner(f"scanner {url!r} needs a package that is not installed: {error}") from error


def _open_sim(rest: str, put: Put) -> Scanner:
    if rest:
        raise ValueError("sim: takes nothing after it")
    return SimulatedScanner(put)


def _open_none(rest: str, put: Put) -> None:
    if rest:
        raise ValueError("none: takes nothing after it")


def _open_serial(rest: str, put: Put) -> Scanner:
    where, _, query = rest.partition("?")
    path = _device(where, "serial:///dev/ttyACM0")
    baud = read_options(query, ("baud",)).get("baud", "9600")
    if not (baud.isascii() and baud.isdecimal() and len(baud) < 9 and int(baud) in _BAUD):
        wanted = int(baud) if baud.isascii() and baud.isdecimal() and len(baud) < 9 else 9600
        near = min(_BAUD, key=lambda known: abs(known - wanted))
        raise ValueError(f"no scanner speaks at {baud} baud (did you mean {near}?)")
    from hardware.scanner_wired import SerialWire, WiredScanner

    return WiredScanner(lambda quiet_s: SerialWire(path, int(baud), quiet_s), put)


def _open_evdev(rest: str, put: Put) -> Scanner:
    from hardware.scanner_keys import KeyboardWire, keyboard_of
    from hardware.scanner_wired import WiredScanner

    if usb := re.fullmatch(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})", rest):
        vendor, product = usb[1].lower(), usb[2].lower()
        return WiredScanner(lambda quiet_s: KeyboardWire(keyboard_of(vendor, product), quiet_s), put)
    if not rest.startswith("//"):
        raise ValueError(
            "a keyboard is named as evdev:0c2e:0b61 (lsusb says it) or evdev:///dev/input/by-id/..."
        )
    where, _, query = rest.partition("?")
    path = _device(where, "evdev:///dev/input/by-id/...")
    read_options(query, ())
    return WiredScanner(lambda quiet_s: KeyboardWire(path, quiet_s), put)


def _device(where: str, sample: str) -> str:
    """The device's file. Three slashes: with two, the first folder would be taken for a machine's name."""
    path = unquote(where.removeprefix("//"))
    if where.startswith("//") and not path.startswith("/"):
        raise ValueError(f"a device's file begins after three slashes, as in {sample}")
    absolute = path.startswith("/") and path != "/" and ".." not in PurePosixPath(path).parts
    if not absolute or not path.isprintable():
        raise ValueError(f"{path!r} is no device's file, it looks like {sample}")
    return path


DRIVERS: dict[str, Callable[[str, Put], Scanner | None]] = {
    "serial": _open_serial,
    "evdev": _open_evdev,
    "sim": _open_sim,
    "none": _open_none,
}
EXAMPLES: Final = (
    "serial:///dev/ttyACM0?baud=9600, evdev:///dev/input/by-id/..., evdev:VID:PID, sim: and none:"
)
