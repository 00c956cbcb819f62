"""A scanner at the end of a wire: one thread that opens it, reads it, and opens it again after a replug.

Knows pyserial. Keeps out how a scan is cut out of the bytes (`hardware.scanner.Gather`) and how keys become
bytes (`hardware.scanner_keys`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from hardware.broken import observed
from hardware.scanner import QUIET_S, Put, ScannerCore, ScannerStatus
from hardware.terminal import as_os_error

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0  # an unplugged scanner is looked for this often


class Wire(Protocol):
    """An opened device."""

    def read(self) -> bytes | None:
        """What has come; None when nothing came for the quiet time it was opened with.

        Empty: something came that means nothing, a shift key for one. Raises OSError when the device is gone.
        """

    def close(self) -> None:
        """Never raises, also of a device that is gone."""


class WiredScanner(ScannerCore):
    """A Scanner over whatever `open_wire(quiet_s)` opens; it raises OSError while there is nothing to open.

    Silence is a read that waited and got nothing, not the time between two reads: a machine that was busy
    does not cut a scan in two.
    """

    def __init__(
        self,
        open_wire: Callable[[float], Wire],
        put: Put,
        monotonic: Callable[[], float] = time.monotonic,
        quiet_s: float = QUIET_S,
        retry_s: float = RETRY_S,
    ) -> None:
        super().__init__(put, monotonic)
        self._open_wire, self._quiet_s, self._retry_s = open_wire, quiet_s, retry_s
        self._ended = threading.Event()
        first = self._try_to_open()
        self._thread = threading.Thread(target=self._run, args=(first,), name="scanner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _try_to_open(self) -> Wire | None:
        try:
            wire = self._open_wire(self._quiet_s)
        except OSError as error:
            self._become(ScannerStatus.UNPLUGGED, _sentence(error))
            return None
        self._become(ScannerStatus.OK)
        return wire

    def _run(self, wire: Wire | None) -> None:
        with observed("scanner", self._put):
            self._read(wire)

    def _read(self, wire: Wire | None) -> None:
        try:
            while not self._ended.is_set():
                if wire is None:
                    if not self._ended.wait(self._retry_s):
                        wire = self._try_to_open()
                    continue
                try:
                    data = wire.read()
                except OSError as error:
                    wire.close()
                    wire = None
                    self._quiet()
                    self._become(ScannerStatus.UNPLUGGED, _sentence(error))
                    continue
                if self._ended.is_set():
                    break
                if data is None:
                    self._quiet()
                else:
                    self._feed(data)
        finally:
            if wire is not None:
                wire.close()


def _sentence(error: OSError) -> str:
    return " ".join(str(error).split())


class SerialWire:
    """A scanner in serial mode. Opens it, for us alone; raises OSError when that cannot be."""

    def __init__(self, path: str, baud: int, quiet_s: float) -> None:
        import serial

        with as_os_error():
            self._port = serial.Serial(path, baud, timeout=quiet_s, exclusive=True)

    def read(self) -> bytes | None:
        with as_os_error():
            first: bytes = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else None

    def close(self) -> None:
        try:
            self._port.close()
        except OSError as error:  # unplugged while it was open
            log.info("%s let go: %s", self._port.port, error)
            self._port.fd = os.open(os.devnull, os.O_RDONLY)  # Linux has let go of the other (close(2))
            self._port.close()  # its pipes too, where pyserial stopped
