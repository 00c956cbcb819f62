"""A printer behind a device file, such as /dev/usb/lp0 of the kernel's usblp: asked and answered.

Knows how a character device is read and written without ever hanging on it.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import select
import stat
import time
from pathlib import Path
from typing import Final

from hardware.escpos_printer import NothingLeft, WireGone, or_let_go
from hardware.printer import PrinterStatus

log = logging.getLogger(__name__)

USB_BYTES_PER_S: Final = 200_000.0  # full speed carries a megabyte; half of a cheap printer's best
READ_BYTES: Final = 256
EMPTY_S: Final = 0.01  # usblp says "readable" and gives nothing, again and again

LPGETSTATUS: Final = 0x060B  # linux/lp.h: the three wires of a parallel port, which USB printers still tell
_PORT: tuple[tuple[int, int, PrinterStatus], ...] = (  # mask, bits, meaning; the first that fits
    (0x20, 0x20, PrinterStatus.PAPER_OUT),
    (0x10, 0x00, PrinterStatus.UNPLUGGED),  # not selected: switched off or offline
    (0x08, 0x00, PrinterStatus.CUTTER_ERROR),  # an error, it does not say which
)


def port_status(byte: int) -> PrinterStatus:
    """What the status byte of a printer port says: 0x18 is well, 0x30 without paper."""
    return next((meaning for mask, bits, meaning in _PORT if byte & mask == bits), PrinterStatus.OK)


def is_device(path: Path) -> bool:
    """Whether answers can be hoped for. What is not there may be a device that is unplugged."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return True
    return stat.S_ISCHR(mode)


class FileWire:
    """A character device. Opens it again after it was gone."""

    bytes_per_s = USB_BYTES_PER_S

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def port(self) -> PrinterStatus | None:
        """What the port says of its printer; None where the device is no printer port. Raises WireGone."""
        fd = self._opened()
        try:
            told = fcntl.ioctl(fd, LPGETSTATUS, bytes(4))
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):
                return None
            self.close()
            raise WireGone(f"{self._path}: {error}") from error
        return port_status(told[0])

    def open(self) -> int:
        """A file descriptor that does not block. Raises OSError."""
        return os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)

    def let_go(self, fd: int) -> None:
        """The end of a file descriptor. Raises OSError."""
        os.close(fd)

    def drain(self, fd: int, limit: float) -> None:
        """Wait until the bytes have left, where that is not at once. Raises OSError."""

    def write(self, data: bytes, timeout_s: float) -> None:
        limit = time.monotonic() + timeout_s
        fd = self._opened()
        with or_let_go(self, str(self._path)):
            write_all(fd, data, limit)
            self.drain(fd, limit)

    def read(self, timeout_s: float) -> bytes:
        if self._fd is None:
            return b""
        limit = time.monotonic() + timeout_s
        with or_let_go(self, str(self._path)):
            while True:
                ready, _, _ = select.select([self._fd], [], [], max(0.0, limit - time.monotonic()))
                if not ready:
                    return b""
                try:
                    found = os.read(self._fd, READ_BYTES)
                except BlockingIOError:
                    found = b""
                if found or time.monotonic() >= limit:
                    return found
                time.sleep(EMPTY_S)

    def close(self) -> None:
        """Never raises: whatever the system says of it, Linux has let go of the descriptor (close(2))."""
        fd, self._fd = self._fd, None
        if fd is not None:
            try:
                self.let_go(fd)
            except OSError as error:  # unplugged while it was open
                log.info("%s let go: %s", self._path, error)

    def _opened(self) -> int:
        if self._fd is None:
            try:
                self._fd = self.open()
            except OSError as error:
                raise NothingLeft(str(error)) from error
        return self._fd


def write_all(fd: int, data: bytes, limit: float) -> None:
    """Write all of `data` to a file or socket that does not block, until `limit`. Raises OSError."""
    rest = memoryview(data)
    while rest:
        left = limit - time.monotonic()
        _, ready, _ = select.select([], [fd], [], max(0.0, left))
        if not ready:
            raise TimeoutError("it takes no bytes")
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            time.sleep(EMPTY_S)
