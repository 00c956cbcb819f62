"""Wires to real printers by their URL: which is opened how, and the network socket; others have modules.

Knows how bytes get there within a time and what an error of the system means; keeps out what the bytes are.
The transports of python-escpos are not used: they block for ever or hide how much was taken, reset a USB
printer at every opening, drop the socket of a printer that is off without closing it, and cost half a second
of import, on a Pi 3 five times that. Its profiles are (`hardware.printer_profiles`).
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote

from hardware.escpos_printer import EscposPrinter, NothingLeft, Wire, or_let_go
from hardware.print_head import Head
from hardware.printer import Printer
from hardware.printer_file import FileWire, is_device, write_all
from hardware.printer_host import Host
from hardware.printer_oneway import OneWayPrinter
from hardware.printer_options import Options
from hardware.printer_outlets import CupsQueue, FileOutlet, PortOutlet, WireOutlet

RAW_PORT: Final = 9100
CONNECT_S: Final = 1.5  # with its name; a printer in the same building answers within milliseconds
TCP_BYTES_PER_S: Final = 100_000.0  # a bad radio link
READ_BYTES: Final = 256
NETWORK: Final = "network printer"  # in what went wrong
DEVICES: Final = {"file": "/dev/usb/lp0", "serial": "/dev/ttyUSB0"}


def open_real(url: SplitResult) -> Printer:
    """The printer behind usb, tcp, serial, file and cups URLs. Raises ValueError, one sentence."""
    return OPENERS[url.scheme](url)


def _open_cups(url: SplitResult) -> Printer:
    return OneWayPrinter(CupsQueue(_only_host(url)), Options(url.query, ()).head())


def _open_file(url: SplitResult) -> Printer:
    options = Options(url.query, ("answers",))
    path = _device_path(url)
    if not is_device(path):
        return OneWayPrinter(FileOutlet(path), options.head())
    return _printer(FileWire(path), options, options.head())


def _open_serial(url: SplitResult) -> Printer:
    from hardware.printer_serial import FLOWS, SerialWire  # no other wire needs pyserial

    options = Options(url.query, ("answers", "baud", "flow"))
    head = options.head(lean=True)
    wire = SerialWire(_device_path(url), options.baud(head), options.choice("flow", FLOWS, "none"))
    return _printer(wire, options, head)


def _open_tcp(url: SplitResult) -> Printer:
    options = Options(url.query, ("answers",))
    return _printer(TcpWire(*_address(url)), options, options.head())


def _open_usb(url: SplitResult) -> Printer:
    from hardware.printer_usb import UsbWire, identity  # libusb is not on every machine

    options = Options(url.query, ("answers",))
    return _printer(UsbWire(*identity(url.netloc, url.path)), options, options.head())


OPENERS: Final = {
    "cups": _open_cups,
    "file": _open_file,
    "serial": _open_serial,
    "tcp": _open_tcp,
    "usb": _open_usb,
}


def _printer(wire: Wire, options: Options, head: Head) -> Printer:
    if options.choice("answers", ("yes", "no"), "yes") == "yes":
        return EscposPrinter(wire, head)
    return OneWayPrinter(PortOutlet(wire) if isinstance(wire, FileWire) else WireOutlet(wire), head)


def _address(url: SplitResult) -> tuple[str, int]:
    if not url.hostname or "@" in url.netloc or url.path not in ("", "/"):
        raise ValueError("a network printer is written tcp://host or tcp://host:9100")
    try:
        url.hostname.encode("idna")
    except UnicodeError:
        raise ValueError("no host has such a name, say tcp://192.168.1.50:9100") from None
    try:
        port = RAW_PORT if url.port is None else url.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("a port is 1 to 65535, nearly always tcp://host:9100")
    return url.hostname, port


def _device_path(url: SplitResult) -> Path:
    if url.netloc or not url.path.startswith("/"):
        raise ValueError(f"a device is written with three strokes: {url.scheme}:///dev/...")
    path = unquote(url.path)
    if not path.isprintable() or os.path.isdir(path):
        raise ValueError(f"{path!r} is no device's file, say {url.scheme}://{DEVICES[url.scheme]}")
    return Path(path)


def _only_host(url: SplitResult) -> str:
    name = unquote(url.netloc)
    if not name.isprintable() or not name or url.path not in ("", "/") or name.startswith("-"):
        raise ValueError("a queue is written cups://NAME")
    return name


class TcpWire:
    """A raw TCP connection, usually to port 9100. Connects again after the printer has closed it.

    Its socket always has a time limit, and so never blocks whoever writes to its descriptor.
    """

    bytes_per_s = TCP_BYTES_PER_S

    def __init__(self, host: str, port: int) -> None:
        self._host = Host(host, port)
        self._socket: socket.socket | None = None

    def write(self, data: bytes, timeout_s: float) -> None:
        connection = self._connected()
        with or_let_go(self, NETWORK):
            write_all(connection.fileno(), data, time.monotonic() + timeout_s)

    def read(self, timeout_s: float) -> bytes:
        if self._socket is None:
            return b""
        with or_let_go(self, NETWORK):
            self._socket.settimeout(timeout_s)  # 0 does not wait
            try:
                found = self._socket.recv(READ_BYTES)
            except (TimeoutError, BlockingIOError):
                return b""
            if not found:
                raise ConnectionError("it closed the connection")
            return found

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            try:
                self._socket = self._host.connected(CONNECT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                self.close()
                raise NothingLeft(f"{NETWORK}: {error}") from error
        return self._socket
