"""A USB printer through libusb, found by its identity.

Knows the printer class of USB (interface class 7): which interface and endpoints carry bytes is read from the
descriptor, since it differs from printer to printer. The kernel's own driver (usblp) is asked to step aside
and takes the printer back when we let go.
"""

from __future__ import annotations

import errno
import logging
import re
import time
from typing import Any, Final
from urllib.parse import unquote

import usb.backend.libusb1
import usb.core
import usb.util

from hardware.escpos_printer import NothingLeft, or_let_go

log = logging.getLogger(__name__)

PRINTER_CLASS: Final = 7
USB_BYTES_PER_S: Final = 200_000.0
PIECE_BYTES: Final = 4096  # of one transfer: what a time-out may leave unclear
READ_BYTES: Final = 512  # a whole packet also at high speed: less, and libusb calls it an overflow
# USBError is an OSError. Besides, pyusb raises a ValueError where strings cannot be read (udev has not given
# the rights yet, the device is busy after a replug), and NotImplementedError for what a system cannot do.
_REFUSALS: Final = (OSError, ValueError, NotImplementedError)
_IDENTITY: Final = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")


def identity(netloc: str, path: str) -> tuple[int, int, str]:
    """Vendor, product and serial number (or "") out of a URL. Raises ValueError, also without libusb."""
    found = _IDENTITY.fullmatch(netloc)
    serial = unquote(path.removeprefix("/"))
    if found is None or "/" in serial:
        raise ValueError("a USB printer is written usb://VVVV:PPPP as lsusb shows it, and /SERIAL if need be")
    if usb.backend.libusb1.get_backend() is None:
        raise ValueError("libusb is missing, install Debian's libusb-1.0-0, or say file:///dev/usb/lp0")
    return int(found[1], 16), int(found[2], 16), serial


class UsbWire:
    """A USB printer. Looks for it again after it was unplugged. `backend` is libusb where none is given."""

    bytes_per_s = USB_BYTES_PER_S

    def __init__(self, vendor: int, product: int, serial: str = "", backend: Any = None) -> None:
        self._wanted = {"idVendor": vendor, "idProduct": product}
        self._serial = serial
        self._backend = backend
        self._device: usb.core.Device | None = None
        self._interface = self._into = self._out = 0
        self._detached = False  # the kernel's driver had the printer

    def write(self, data: bytes, timeout_s: float) -> None:
        limit = time.monotonic() + timeout_s
        device = self._opened()
        with or_let_go(self, "USB printer"):  # USBError is an OSError
            for at in range(0, len(data), PIECE_BYTES):
                piece = data[at : at + PIECE_BYTES]
                sent = device.write(self._out, piece, _ms(limit - time.monotonic()))
                if sent != len(piece):
                    raise OSError(errno.EIO, "it took a part only")

    def read(self, timeout_s: float) -> bytes:
        if self._device is None:
            return b""
        with or_let_go(self, "USB printer"):
            try:
                return bytes(self._device.read(self._into, READ_BYTES, _ms(timeout_s)))
            except usb.core.USBTimeoutError:
                return b""

    def close(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        try:
            usb.util.release_interface(device, self._interface)
            if self._detached:
                device.attach_kernel_driver(self._interface)
        except _REFUSALS as error:  # gone, or it never had a driver
            log.info("USB printer let go: %s", error)
        usb.util.dispose_resources(device)

    def _opened(self) -> usb.core.Device:
        if self._device is None:
            try:
                self._device = self._found()
            except _REFUSALS as error:
                raise NothingLeft(f"USB printer: {error}") from error
        return self._device

    def _found(self) -> usb.core.Device:
        """The printer, claimed; one that does not tell its number is passed over. Raises any of _REFUSALS."""
        silent: Exception | None = None
        for device in usb.core.find(find_all=True, backend=self._backend, **self._wanted):
            if self._serial:
                try:
                    told = device.serial_number
                except _REFUSALS as error:
                    silent = error
                    continue
                if told != self._serial:
                    continue
            self._claim(device)
            return device
        if silent is not None:
            raise OSError(errno.EACCES, f"its serial number cannot be read: {silent}") from silent
        raise OSError(errno.ENODEV, "it is not plugged in")

    def _claim(self, device: usb.core.Device) -> None:
        """Take the printer's interface and its endpoints. Raises any of _REFUSALS."""
        try:
            configuration = device.get_active_configuration()
        except usb.core.USBError:
            device.set_configuration()
            configuration = device.get_active_configuration()
        interface = next((i for i in configuration if i.bInterfaceClass == PRINTER_CLASS), None)
        if interface is None:
            raise OSError(errno.ENODEV, "it has no printer in it")
        into, out = (
            usb.util.find_descriptor(interface, custom_match=_bulk(direction))
            for direction in (usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT)
        )
        if into is None or out is None:
            raise OSError(errno.ENODEV, "it cannot answer, say answers=no on file:///dev/usb/lp0")
        number = interface.bInterfaceNumber
        try:
            self._detached = bool(device.is_kernel_driver_active(number))
            if self._detached:
                device.detach_kernel_driver(number)
        except NotImplementedError:
            pass
        usb.util.claim_interface(device, number)
        if interface.bAlternateSetting:
            device.set_interface_altsetting(number, interface.bAlternateSetting)
        self._interface, self._into, self._out = number, into.bEndpointAddress, out.bEndpointAddress


def _bulk(direction: int) -> Any:
    return lambda endpoint: (
        usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction
    )


def _ms(seconds: float) -> int:
    """libusb counts milliseconds, and 0 means for ever."""
    return max(1, round(seconds * 1000))
