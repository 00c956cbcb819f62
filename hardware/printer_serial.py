"""A printer on a serial port or a USB-serial cable, set up by pyserial.

Knows speed and flow control, and when bytes have left; reading and writing are a device file's.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import serial

from hardware.printer_file import FileWire
from hardware.printer_pace import LINE_BITS
from hardware.terminal import as_os_error

DRAIN_S: Final = 0.002  # between two looks at what has not left the port
FLOWS: Final = ("none", "rtscts", "xonxoff")


class SerialWire(FileWire):
    """A serial port, set up by pyserial. Bytes count as written when they have left it."""

    def __init__(self, path: Path, baud: int, flow: str) -> None:
        super().__init__(path)
        self._baud, self._flow = baud, flow
        self._port: serial.Serial | None = None
        self.bytes_per_s = baud / LINE_BITS

    def open(self) -> int:
        with as_os_error():
            self._port = serial.Serial(
                str(self._path),
                self._baud,
                timeout=0,
                rtscts=self._flow == "rtscts",
                xonxoff=self._flow == "xonxoff",
                exclusive=True,
            )
        return int(self._port.fileno())

    def let_go(self, fd: int) -> None:
        port, self._port = self._port, None
        assert port is not None
        try:
            with as_os_error():
                port.reset_output_buffer()  # closing waits for what is not taken, for ever
        finally:
            port.close()

    def drain(self, fd: int, limit: float) -> None:
        assert self._port is not None
        while self._port.out_waiting:
            if time.monotonic() > limit:
                raise TimeoutError("it takes no bytes")
            time.sleep(DRAIN_S)
