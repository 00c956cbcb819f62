"""No thread of a device dies unheard: whatever nobody thought of reaches who listens to the device."""

from __future__ import annotations

import os
import queue
import threading
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from hardware.broken import DeviceBroken
from hardware.buttons import Press
from hardware.buttons_gpio import GpioButtons
from hardware.buttons_wiring import read_wiring
from hardware.escpos_printer import EscposPrinter, WireGone
from hardware.print_head import STANDARD
from hardware.printer import PrinterStatus
from hardware.printer_file import FileWire
from hardware.scanner_wired import SerialWire, WiredScanner

PATIENCE_S = 30  # a machine may be as slow as it likes


class Bug(Exception):
    """What nobody thought of."""


class BrokenWire:
    """A printer that is not there, and, once `armed`, a wire with a bug."""

    bytes_per_s = 1e6

    def __init__(self) -> None:
        self.armed = threading.Event()

    def write(self, data: bytes, timeout_s: float) -> None:
        if self.armed.is_set():
            raise Bug("write")
        raise WireGone("nobody there")

    def read(self, timeout_s: float) -> bytes:
        return b""

    def close(self) -> None:
        """Nothing is open."""


class BrokenScan:
    """An opened scanner whose first read is a bug."""

    closed = False

    def read(self) -> bytes | None:
        raise Bug("read")

    def close(self) -> None:
        self.closed = True


class BrokenPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that cannot be read once it is `armed`."""

    armed = False

    def _get_state(self) -> Any:
        if self.armed:
            raise Bug("level")
        return super()._get_state()


def test_a_bug_in_a_printers_watch_is_told_to_who_listens_to_its_status() -> None:
    wire = BrokenWire()
    printer = EscposPrinter(wire, STANDARD)
    told: queue.SimpleQueue[PrinterStatus | DeviceBroken] = queue.SimpleQueue()
    printer.on_status(told.put)
    assert told.get(timeout=PATIENCE_S) is PrinterStatus.UNPLUGGED
    wire.armed.set()
    found = told.get(timeout=PATIENCE_S)
    assert isinstance(found, DeviceBroken) and isinstance(found.error, Bug)
    printer.close()


def test_a_bug_in_a_scanners_thread_is_told_where_scans_go_and_its_wire_is_closed() -> None:
    wire = BrokenScan()
    told: queue.SimpleQueue[object] = queue.SimpleQueue()
    scanner = WiredScanner(lambda quiet_s: wire, told.put)
    found = told.get(timeout=PATIENCE_S)
    scanner.close()
    assert isinstance(found, DeviceBroken) and found.device == "scanner" and isinstance(found.error, Bug)
    assert wire.closed


def test_a_bug_in_the_buttons_watch_is_told_where_presses_go() -> None:
    factory = MockFactory(pin_class=BrokenPin)
    told: queue.SimpleQueue[object] = queue.SimpleQueue()
    buttons = GpioButtons(read_wiring("help=5,back=6"), told.put, factory, quiet_s=0.001)
    factory.pin(6).armed = True
    factory.pin(5).drive_low()  # an edge, after which the watch looks at every pin
    found = [told.get(timeout=PATIENCE_S) for _ in range(2)]
    assert isinstance(found[0], Press)
    assert isinstance(found[1], DeviceBroken) and isinstance(found[1].error, Bug)
    factory.pin(6).armed = False
    buttons.close()


def test_a_bug_in_the_thread_that_hears_edges_is_told_where_presses_go() -> None:
    factory = MockFactory()
    told: queue.SimpleQueue[object] = queue.SimpleQueue()

    def no_time() -> float:
        if started.is_set():
            raise Bug("clock")
        return 0.0

    started = threading.Event()
    buttons = GpioButtons(read_wiring("help=5"), told.put, factory, no_time, quiet_s=0.001)
    started.set()
    factory.pin(5).drive_low()
    found = told.get(timeout=PATIENCE_S)
    buttons.close()
    assert isinstance(found, DeviceBroken) and isinstance(found.error, Bug)


def test_a_device_file_that_the_system_will_not_close_is_let_go_all_the_same(tmp_path: Path) -> None:
    master, slave = os.openpty()
    wire = FileWire(Path(os.ttyname(slave)))
    wire.write(b"\n", 1.0)
    assert wire._fd is not None
    os.close(wire._fd)  # closing it once more is an error, EBADF
    with pytest.raises(WireGone):
        wire.write(b"\n", 1.0)
    wire.write(b"\n", 1.0)
    wire.close()
    os.close(master)
    os.close(slave)


def test_a_scanner_that_the_system_will_not_close_is_let_go_all_the_same() -> None:
    master, slave = os.openpty()
    before = os.listdir("/proc/self/fd")
    wire = SerialWire(os.ttyname(slave), 9600, 0.01)
    os.close(wire._port.fd)  # closing it once more is an error, EBADF
    with pytest.raises(OSError):
        wire.read()
    wire.close()
    wire.close()
    assert os.listdir("/proc/self/fd") == before, "nor do its pipes stay open"
    os.close(master)
    os.close(slave)
