"""Every wire to a printer with a machine of ours at its far end, for tests that hold for all of them.

A stand opens the driver by its URL as a kiosk does (USB: over a bus of our own below pyusb), and lets a test
pull the paper, the cover, the cutter and the plug.
"""

from __future__ import annotations

import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hardware.clock import SystemClock
from hardware.escpos_printer import EscposPrinter
from hardware.paper_machine import PaperMachine
from hardware.print_head import STANDARD
from hardware.printer import Printer, open_printer
from hardware.printer_sim import SimulatedPrinter
from hardware.printer_usb import UsbWire
from tests.hardware.tcp_printer import TcpPrinter
from tests.hardware.usb_bus import PRODUCT, VENDOR, UsbBus


@dataclass
class Stand:
    """A printer, opened; the machine that it is; and its plug."""

    printer: Printer
    machine: PaperMachine
    unplug: Callable[[], None]
    replug: Callable[[], None]

    def switch(self, name: str, value: str) -> None:
        self.machine.switch(name, value)


@contextmanager
def simulated(folder: Path) -> Iterator[Stand]:
    printer = open_printer("sim:80", SystemClock())
    assert isinstance(printer, SimulatedPrinter)
    machine = printer.machine
    yield Stand(
        printer,
        machine,
        lambda: machine.switch("printer", "unplugged"),
        lambda: machine.switch("printer", "plugged"),
    )
    printer.close()


@contextmanager
def network(folder: Path) -> Iterator[Stand]:
    machine = PaperMachine(80, SystemClock())
    with TcpPrinter(machine) as far:
        printer = open_printer(far.url, SystemClock())
        yield Stand(printer, machine, far.unplug, far.replug)
        printer.close()


@contextmanager
def usb(folder: Path) -> Iterator[Stand]:
    machine = PaperMachine(80, SystemClock())
    bus = UsbBus(machine)
    printer = EscposPrinter(UsbWire(VENDOR, PRODUCT, backend=bus), STANDARD)
    yield Stand(printer, machine, bus.unplug, bus.replug)
    printer.close()


@contextmanager
def serial_port(folder: Path) -> Iterator[Stand]:
    machine = PaperMachine(80, SystemClock())
    with Terminal(machine, folder / "ttyS9") as far:
        printer = open_printer(f"serial://{far.link}?baud=115200", SystemClock())
        yield Stand(printer, machine, far.unplug, far.replug)
        printer.close()


@contextmanager
def device_file(folder: Path) -> Iterator[Stand]:
    machine = PaperMachine(80, SystemClock())
    with Terminal(machine, folder / "lp0") as far:
        printer = open_printer(f"file://{far.link}", SystemClock())
        yield Stand(printer, machine, far.unplug, far.replug)
        printer.close()


ANSWERING = {
    "sim": simulated,
    "tcp": network,
    "usb": usb,
    "serial": serial_port,
    "file": device_file,
}


class Terminal:
    """A machine at the far end of a pseudo-terminal; `link` leads to it, as udev's links lead to a port."""

    def __init__(self, machine: PaperMachine, link: Path) -> None:
        self.machine = machine
        self.link = link
        self.received = 0

    def __enter__(self) -> Terminal:
        self.replug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def replug(self) -> None:
        """Plug it in: a new terminal under the old name."""
        self._ended = threading.Event()
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.link.symlink_to(os.ttyname(slave))
        os.close(slave)
        os.set_blocking(self._master, False)
        self._thread = threading.Thread(target=self._serve, name="terminal")
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out: whoever has it open gets an error."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join()
        self.link.unlink()
        os.close(self._master)

    def _serve(self) -> None:
        while not self._ended.is_set():
            data = b""
            if self.machine.switches["printer"] != "silent":
                with suppress(OSError):  # nothing there, or nobody has it open
                    data = os.read(self._master, 1024)
            if data:
                self.received += len(data)
                self.machine.write(data, 1.0)
            if told := self.machine.read(0):
                with suppress(OSError):  # who has gone away hears no more
                    os.write(self._master, told)
            if not data:
                time.sleep(0.001)
