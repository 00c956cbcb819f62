"""USB as it is: endpoints where the descriptor says, a kernel driver in the way, a plug to be pulled."""

from __future__ import annotations

import queue
from array import array
from collections.abc import Callable, Iterator

import pytest
import usb.core

from hardware import escpos
from hardware.clock import SystemClock
from hardware.escpos_printer import EscposPrinter, NothingLeft, WireGone
from hardware.paper_machine import PaperMachine
from hardware.print_head import STANDARD
from hardware.printer import PrinterStatus, PrintResult
from hardware.printer_usb import UsbWire, identity
from tests.brokers import eventually
from tests.hardware.test_printer_contract import PICTURE
from tests.hardware.usb_bus import PRODUCT, SERIAL, VENDOR, UsbBus

JOB = escpos.raster_job(PICTURE)
PATIENCE_S = 30  # a machine may be as slow as it likes


class Broken(UsbBus):
    """A bus on which something happens when half a ticket has passed."""

    happens: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, machine: PaperMachine) -> None:
        super().__init__(machine)
        self.passed = 0

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: array[int], timeout: int) -> int:
        before, self.passed = self.passed, self.passed + len(data)
        if before < len(JOB) // 2 <= self.passed:
            self.happens()
        return super().bulk_write(dev_handle, ep, intf, data, timeout)


@pytest.fixture
def machine() -> PaperMachine:
    return PaperMachine(80, SystemClock())


@pytest.fixture
def bus(machine: PaperMachine) -> Broken:
    return Broken(machine)


@pytest.fixture
def printer(bus: Broken) -> Iterator[EscposPrinter]:
    opened = EscposPrinter(UsbWire(VENDOR, PRODUCT, backend=bus), STANDARD)
    yield opened
    opened.close()


def test_the_kernels_driver_steps_aside_and_gets_the_printer_back(
    bus: Broken, printer: EscposPrinter
) -> None:
    assert printer.status is PrinterStatus.OK
    assert not bus.kernel_driver and bus.claimed == {1}, "the interface of class 7, not the first"
    assert bus.resets == 0, "a reset would lose what the printer holds"
    printer.close()
    assert bus.kernel_driver and bus.claimed == set()


def test_a_printer_is_chosen_by_its_serial_number(bus: Broken) -> None:
    right, wrong = (UsbWire(VENDOR, PRODUCT, serial, backend=bus) for serial in (SERIAL, "another"))
    right.write(b"\n", 1.0)
    right.close()
    with pytest.raises(NothingLeft, match="not plugged in"):
        wrong.write(b"\n", 1.0)


def test_unplugged_in_mid_ticket_is_maybe_and_the_half_is_cut_off_before_the_next(
    bus: Broken, machine: PaperMachine, printer: EscposPrinter
) -> None:
    bus.happens = bus.unplug
    assert printer.print(JOB) is PrintResult.MAYBE
    assert printer.status is PrinterStatus.UNPLUGGED
    bus.replug()
    assert printer.look() is PrinterStatus.OK
    assert printer.print(JOB) is PrintResult.PRINTED
    half, whole = machine.papers()
    assert half.picture.height < 816
    assert whole.picture.crop((0, 0, 576, 800)).tobytes() == PICTURE.tobytes()


def test_a_printer_that_hangs_in_mid_ticket_is_given_up_and_comes_back(
    bus: Broken, machine: PaperMachine, printer: EscposPrinter
) -> None:
    bus.happens = lambda: machine.switch("printer", "silent")
    assert printer.print(JOB) is PrintResult.MAYBE
    assert printer.look() is PrinterStatus.UNPLUGGED
    machine.switch("printer", "plugged")
    assert printer.look() is PrinterStatus.OK
    assert printer.print(JOB) is PrintResult.PRINTED
    assert machine.papers()[-1].picture.crop((0, 0, 576, 800)).tobytes() == PICTURE.tobytes()


def test_a_transfer_that_is_cut_short_is_an_error(bus: Broken, machine: PaperMachine) -> None:
    class Short(UsbBus):
        def bulk_write(self, dev_handle: str, ep: int, intf: int, data: array[int], timeout: int) -> int:
            return len(data) - 1

    wire = UsbWire(VENDOR, PRODUCT, backend=Short(machine))
    with pytest.raises(WireGone, match="part"):
        wire.write(JOB, 1.0)


def test_something_else_with_the_same_identity_is_no_printer(machine: PaperMachine) -> None:
    class Keyboard(UsbBus):
        def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> object:
            found = super().get_interface_descriptor(dev, intf, alt, config)
            found.bInterfaceClass = 3
            return found

    wire = UsbWire(VENDOR, PRODUCT, backend=Keyboard(machine))
    with pytest.raises(NothingLeft, match="no printer in it"):
        wire.write(b"\n", 1.0)


def test_a_denied_device_is_unplugged_and_no_crash(machine: PaperMachine) -> None:
    """udev's rule is missing: libusb may not open it."""

    class Denied(UsbBus):
        def open_device(self, dev: str) -> str:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, 13)

    printer = EscposPrinter(UsbWire(VENDOR, PRODUCT, backend=Denied(machine)), STANDARD)
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    printer.close()


class Mute(UsbBus):
    """A printer whose strings cannot be read: udev has not given the rights yet, or it is busy."""

    mute = True
    asked = 0

    def ctrl_transfer(self, *told: object) -> int:
        self.asked += 1
        if self.mute:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, 13)
        return super().ctrl_transfer(*told)  # type: ignore[arg-type]


def test_a_printer_that_does_not_tell_its_serial_number_yet_is_unplugged_until_it_does(
    machine: PaperMachine,
) -> None:
    """pyusb raises a ValueError there, which is no OSError."""
    bus = Mute(machine)
    printer = EscposPrinter(UsbWire(VENDOR, PRODUCT, SERIAL, backend=bus), STANDARD)
    assert printer.status is PrinterStatus.UNPLUGGED
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    bus.mute = False
    assert printer.look() is PrinterStatus.OK
    assert printer.print(JOB) is PrintResult.PRINTED
    printer.close()


def test_the_watch_over_a_printer_outlives_strings_that_cannot_be_read(machine: PaperMachine) -> None:
    bus = Mute(machine)
    bus.mute = False
    printer = EscposPrinter(UsbWire(VENDOR, PRODUCT, SERIAL, backend=bus), STANDARD)
    told: queue.SimpleQueue[object] = queue.SimpleQueue()
    printer.on_status(told.put)
    assert told.get(timeout=PATIENCE_S) is PrinterStatus.OK
    bus.unplug()
    assert told.get(timeout=PATIENCE_S) is PrinterStatus.UNPLUGGED
    bus.mute, before = True, bus.asked
    bus.replug()
    assert eventually(lambda: bus.asked > before + 1), "the watch looks, and looks again"
    bus.mute = False
    assert told.get(timeout=PATIENCE_S) is PrinterStatus.OK
    printer.close()


def test_a_mute_printer_does_not_hide_the_one_that_is_meant(machine: PaperMachine) -> None:
    class Two(UsbBus):
        def enumerate_devices(self) -> Iterator[str]:
            return iter(["mute", "printer"])

        def ctrl_transfer(self, dev_handle: str, *told: object) -> int:
            if dev_handle == "mute":
                raise usb.core.USBError("Access denied (insufficient permissions)", -3, 13)
            return super().ctrl_transfer(dev_handle, *told)  # type: ignore[arg-type]

    wire = UsbWire(VENDOR, PRODUCT, SERIAL, backend=Two(machine))
    wire.write(b"\n", 1.0)
    wire.close()
    with pytest.raises(NothingLeft, match="serial number cannot be read"):
        UsbWire(VENDOR, PRODUCT, "another", backend=Two(machine)).write(b"\n", 1.0)


def test_a_printer_that_may_not_be_opened_says_so_and_not_that_it_is_off(machine: PaperMachine) -> None:
    class Closed(UsbBus):
        def open_device(self, dev: str) -> str:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, 13)

    printer = EscposPrinter(UsbWire(VENDOR, PRODUCT, backend=Closed(machine)), STANDARD)
    assert printer.status is PrinterStatus.UNPLUGGED and "Access denied" in printer.trouble
    printer.close()


def test_an_identity_is_read_as_lsusb_shows_it() -> None:
    assert identity("04b8:0202", "") == (0x04B8, 0x0202, "")
    assert identity("04B8:0e28", "/J3%20A1") == (0x04B8, 0x0E28, "J3 A1")
