"""A USB bus with one printer on it, below pyusb: what libusb would be, made of descriptors and two endpoints.

Its endpoints are 0x81 and 0x02 on the second interface, as on printers where fixed numbers fail. It can be
unplugged, and it can hang.
"""

from __future__ import annotations

import errno
import threading
from array import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core
import usb.util

from hardware.paper_machine import PaperMachine

VENDOR, PRODUCT = 0x04B8, 0x0202
SERIAL = "J3A1"
IN, OUT = 0x81, 0x02
PACKET = 64


class UsbBus(usb.backend.IBackend):
    def __init__(self, machine: PaperMachine) -> None:
        super().__init__()
        self.machine = machine
        self.resets = 0
        self.claimed: set[int] = set()
        self.kernel_driver = True  # usblp has it
        self._plugged = threading.Event()
        self._plugged.set()

    def unplug(self) -> None:
        self._plugged.clear()

    def replug(self) -> None:
        self.kernel_driver = True
        self._plugged.set()

    def _must_be_there(self) -> None:
        if not self._plugged.is_set():
            raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)

    # --- what pyusb asks of libusb ----------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[str]:
        return iter(["printer"] if self._plugged.is_set() else [])

    def get_device_descriptor(self, dev: str) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT,
            bcdDevice=0x0100, iManufacturer=0, iProduct=0, iSerialNumber=3, bNumConfigurations=1, address=7,
            bus=1, port_number=2, port_numbers=(2,), speed=usb.util.SPEED_FULL,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: str, config: int) -> Any:
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=55, bNumInterfaces=2, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> Any:
        if alt or intf > 1:
            raise IndexError("no such interface")
        kind, count = ((3, 0), (7, 2))[intf]
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0, bNumEndpoints=count,
            bInterfaceClass=kind, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(IN, OUT)[ep], bmAttributes=2,
            wMaxPacketSize=PACKET, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: str) -> str:
        self._must_be_there()
        return dev

    def close_device(self, dev_handle: str) -> None:
        pass

    def get_configuration(self, dev_handle: str) -> int:
        self._must_be_there()
        return 1

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        self._must_be_there()

    def claim_interface(self, dev_handle: str, intf: int) -> None:
        self._must_be_there()
        if self.kernel_driver:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: str, intf: int) -> None:
        self._must_be_there()
        self.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: str, intf: int) -> bool:
        self._must_be_there()
        return self.kernel_driver

    def detach_kernel_driver(self, dev_handle: str, intf: int) -> None:
        self.kernel_driver = False

    def attach_kernel_driver(self, dev_handle: str, intf: int) -> None:
        self.kernel_driver = True

    def ctrl_transfer(
        self,
        dev_handle: str,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: array[int],
        timeout: int,
    ) -> int:
        """Strings: the languages, and the serial number."""
        self._must_be_there()
        assert bRequest == 6 and wValue >> 8 == 3
        body = b"\x09\x04" if wValue & 0xFF == 0 else SERIAL.encode("utf-16-le")
        told = bytes((2 + len(body), 3)) + body
        data[: len(told)] = array("B", told)
        return len(told)

    def reset_device(self, dev_handle: str) -> None:
        self.resets += 1

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: array[int], timeout: int) -> int:
        self._must_be_there()
        assert ep == OUT and intf == 1 and timeout > 0
        if self.machine.switches["printer"] == "silent":
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        self.machine.write(bytes(data), timeout / 1000)
        return len(data)

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        self._must_be_there()
        assert ep == IN and intf == 1 and timeout > 0 and len(buff) % PACKET == 0
        told = self.machine.read(timeout / 1000)
        if not told:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        buff[: len(told)] = array("B", told)
        return len(told)
