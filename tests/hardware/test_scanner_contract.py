"""Simulated, serial and keyboard scanners keep one contract: whole scans once, halves never, nothing logged.

The serial one reads a pseudo-terminal. The keyboard's events come from the tests; a real kernel device is
in `test_scanner_keys`.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import tty
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from hardware.scanner import LONGEST, Scan, Scanner, ScannerStatus, SimulatedScanner
from hardware.scanner_keys import PLAIN, SHIFTED, Keys
from hardware.scanner_wired import SerialWire, WiredScanner

SECRET = "001090123456|012345678|NGUYEN VAN A|01011990|Nam|Phuong X, Tinh Y|15042021"
PATIENCE_S = 30  # a machine may be as slow as it likes


class Rig(Protocol):
    accents: bool
    scanner: Scanner
    scans: queue.Queue[Scan]

    def send(self, data: bytes) -> None:
        """The device sends these bytes."""

    def plug(self, plugged: bool) -> None: ...
    def close(self) -> None: ...


class SimulatedRig:
    accents = True

    def __init__(self, folder: Path) -> None:
        self.scans: queue.Queue[Scan] = queue.Queue()
        self.simulated = SimulatedScanner(self.scans.put)
        self.scanner: Scanner = self.simulated
        self.plug, self.close = self.simulated.plug, self.simulated.close

    def send(self, data: bytes) -> None:
        self.simulated.send(data)
        self.simulated.quiet()


class SerialRig:
    """The scanner's end is the master of a pseudo-terminal; a link stands for /dev/ttyACM0."""

    accents = True

    def __init__(self, folder: Path) -> None:
        self.scans: queue.Queue[Scan] = queue.Queue()
        self._link, self._master, self._slave = folder / "ttyACM0", -1, -1
        self.plug(True)
        self.wired = WiredScanner(
            lambda quiet_s: SerialWire(str(self._link), 9600, quiet_s),
            self.scans.put,
            quiet_s=0.05,
            retry_s=0.01,
        )
        self.scanner: Scanner = self.wired

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def plug(self, plugged: bool) -> None:
        if plugged:
            self._master, self._slave = os.openpty()
            tty.setraw(self._slave)
            self._link.symlink_to(os.ttyname(self._slave))
        else:
            self._link.unlink()
            os.close(self._slave)
            os.close(self._master)

    def close(self) -> None:
        self.wired.close()
        if self._link.is_symlink():
            self.plug(False)


class KeyboardRig:
    """Key events through `Keys`, one at a time, as `KeyboardWire` hands them over."""

    accents = False

    def __init__(self, folder: Path) -> None:
        self.scans: queue.Queue[Scan] = queue.Queue()
        self._wire = TypingWire()
        self.wired = WiredScanner(self._wire.opened, self.scans.put, quiet_s=0.05, retry_s=0.01)
        self.scanner: Scanner = self.wired
        self.close = self.wired.close

    def send(self, data: bytes) -> None:
        self._wire.put(strokes(data.decode("ascii")))

    def plug(self, plugged: bool) -> None:
        self._wire.plugged = plugged
        if not plugged:
            self._wire.put([None])


class TypingWire:
    """A keyboard without a kernel: strokes that are put together come without a pause between them."""

    def __init__(self) -> None:
        self.plugged = True
        self._come = threading.Condition()
        self._events: deque[tuple[int, int] | None] = deque()

    def opened(self, quiet_s: float) -> TypingWire:
        if not self.plugged:
            raise FileNotFoundError(2, "No such file or directory", "/dev/input/by-id/scanner")
        self._keys, self._quiet_s = Keys(), quiet_s
        return self

    def put(self, events: Iterable[tuple[int, int] | None]) -> None:
        with self._come:
            self._events.extend(events)
            self._come.notify()

    def read(self) -> bytes | None:
        with self._come:
            if not self._come.wait_for(lambda: self._events, self._quiet_s):
                return None
            event = self._events.popleft()
        if event is None:
            raise OSError(19, "No such device")
        return self._keys.key(*event)

    def close(self) -> None:
        """Nothing is held."""


def strokes(text: str) -> Iterator[tuple[int, int]]:
    """What fingers do on a US keyboard to type `text`."""
    codes = {key: (code, False) for code, key in reversed(PLAIN.items())}
    codes |= {key: (code, True) for code, key in SHIFTED.items() if key not in codes}
    codes |= {"\r": (28, False), "\n": (96, False)}
    for letter in text:
        code, shift = codes.get(letter, (59, False))  # F1, for what a keyboard cannot type
        keys = [42, code] if shift else [code]
        yield from ((key, 1) for key in keys)
        yield from ((key, 0) for key in reversed(keys))


RIGS: dict[str, Callable[[Path], Rig]] = {
    "simulated": SimulatedRig,
    "serial": SerialRig,
    "keyboard": KeyboardRig,
}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


def texts(rig: Rig, count: int) -> list[str]:
    return [rig.scans.get(timeout=PATIENCE_S).text for _ in range(count)]


def wait_for(rig: Rig, status: ScannerStatus) -> None:
    heard: queue.Queue[ScannerStatus] = queue.Queue()
    rig.scanner.on_status(heard.put)
    while heard.get(timeout=PATIENCE_S) is not status:
        pass


def test_a_scan_ends_at_return_or_line_feed_and_comes_once(rig: Rig) -> None:
    rig.send(b"H42.05-260101-0001\rH42.05-260101-0002\r\nH42.05-260101-0003\n\n\r\n")
    rig.send(b"end\r")
    assert texts(rig, 4) == ["H42.05-260101-0001", "H42.05-260101-0002", "H42.05-260101-0003", "end"]
    assert rig.scans.empty()


def test_a_whole_identity_card_arrives_as_it_is(rig: Rig) -> None:
    rig.send(SECRET.encode() + b"\r")
    assert texts(rig, 1) == [SECRET]


def test_every_printable_sign_arrives(rig: Rig) -> None:
    signs = "".join(chr(code) for code in range(33, 127))
    rig.send(signs.encode() + b"\r")
    assert texts(rig, 1) == [signs]


def test_accents_arrive_where_the_wire_can_carry_them(rig: Rig) -> None:
    if not rig.accents:
        pytest.skip("keyboards have no accents: this is why docs/wiring.md wants serial mode")
    rig.send("Nguyễn Thị Ánh|Phường Ệ\r".encode())
    rig.send("Nguye\u0302\u0303n\r".encode())
    assert texts(rig, 2) == ["Nguyễn Thị Ánh|Phường Ệ", "Nguyễn"]


def test_half_a_scan_is_dropped_after_silence(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    drops: queue.Queue[str] = queue.Queue()
    caplog.set_level(logging.INFO)

    def keep(record: logging.LogRecord) -> bool:
        if record.name == "hardware.scanner":
            drops.put(record.getMessage())
        return True

    caplog.handler.addFilter(keep)
    rig.send(b"H42.05-2601")
    assert drops.get(timeout=PATIENCE_S) == "scan_dropped scans=1"
    rig.send(b"G09-260101-0001\r")
    assert texts(rig, 1) == ["G09-260101-0001"]
    assert rig.scans.empty()


def test_a_thousand_bytes_are_a_scan_and_one_more_is_none(rig: Rig) -> None:
    rig.send(b"7" * LONGEST + b"\r")
    rig.send(b"8" * (LONGEST + 1) + b"\r")
    rig.send(b"next\r")
    assert texts(rig, 2) == ["7" * LONGEST, "next"]


def test_unplugged_and_plugged_again_is_told_and_heals_itself(rig: Rig) -> None:
    told: queue.Queue[ScannerStatus] = queue.Queue()
    rig.scanner.on_status(told.put)
    assert told.get(timeout=PATIENCE_S) is ScannerStatus.OK and rig.scanner.trouble == ""
    rig.send(b"torn in hal")
    rig.plug(False)
    assert told.get(timeout=PATIENCE_S) is ScannerStatus.UNPLUGGED
    assert rig.scanner.trouble != "" and "\n" not in rig.scanner.trouble
    rig.plug(True)
    assert told.get(timeout=PATIENCE_S) is ScannerStatus.OK
    rig.send(b"whole\r")
    assert texts(rig, 1) == ["whole"]


def test_nothing_that_was_scanned_is_in_the_log_or_in_a_representation(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rig.send(SECRET.encode() + b"\r")
    scan = rig.scans.get(timeout=PATIENCE_S)
    logging.getLogger("a.program").info("heard %r", scan)
    rig.send(SECRET.encode() * 20 + b"\rnext\r")
    assert texts(rig, 1) == ["next"]
    rig.send(SECRET.encode())
    rig.plug(False)
    wait_for(rig, ScannerStatus.UNPLUGGED)
    rig.plug(True)
    wait_for(rig, ScannerStatus.OK)
    assert "heard Scan(at=" in caplog.text and "scan_dropped" in caplog.text
    for word in ("001090123456", "NGUYEN", "01011990"):
        assert word not in caplog.text


def test_a_closed_scanner_says_nothing_more(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    told: queue.Queue[ScannerStatus] = queue.Queue()
    rig.scanner.on_status(told.put)
    assert told.get(timeout=PATIENCE_S) is ScannerStatus.OK
    rig.send(b"before\r")
    assert texts(rig, 1) == ["before"]
    rig.scanner.close()
    caplog.set_level(logging.INFO)
    rig.send(b"after\r")
    rig.send(b"half")
    rig.plug(False)
    rig.plug(True)
    rig.send(b"plugged again\r")
    assert rig.scans.empty() and told.empty() and caplog.messages == []
    assert rig.scanner.status is ScannerStatus.OK, "as it was at its end"


class LateWire:
    """Its one scan comes when the scanner has begun to close."""

    def __init__(self) -> None:
        self.reading = threading.Event()
        self.scanner: queue.Queue[WiredScanner] = queue.Queue()

    def read(self) -> bytes | None:
        self.reading.set()
        assert self.scanner.get(timeout=PATIENCE_S)._ended.wait(PATIENCE_S)
        return b"late\r"

    def close(self) -> None:
        """Nothing is held."""


def test_what_is_read_while_a_scanner_closes_is_no_scan_any_more() -> None:
    wire, told = LateWire(), queue.Queue[object]()
    scanner = WiredScanner(lambda quiet_s: wire, told.put)
    wire.scanner.put(scanner)
    assert wire.reading.wait(PATIENCE_S)
    scanner.close()
    assert told.empty()
