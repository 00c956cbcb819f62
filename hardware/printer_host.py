"""Where a printer on the network is: an address, or a name that somebody else knows the address of.

Knows how to connect within a time, whoever answers late: the system's look-up of a name has no limit of its
own and may take half a minute, so it has a thread to itself. Keeps out what is said over the connection.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

LOOK_UP_S: Final = 0.4  # that a connection waits for a name: a name server in the building takes milliseconds

Found = tuple[int, int, int, str, tuple[Any, ...]]  # family, kind, protocol, "", address: as getaddrinfo says


class Host:
    """A host and port, looked up for each connection; while nobody answers, it is where it last was.

    An address in figures is looked up as well: the system answers that by itself, at once. `name` is one that
    could be looked up (`hardware.printer_wires` sees to that).
    """

    def __init__(self, name: str, port: int) -> None:
        self._name = name
        self._port = port
        self._asking: threading.Thread | None = None
        self._found: Sequence[Found] = ()
        self._why = "its name has not been found yet"

    def connected(self, limit_s: float) -> socket.socket:
        """A connection, made within `limit_s` whatever happens. Raises OSError."""
        limit = time.monotonic() + limit_s
        self._look_up()
        found = self._found
        error = OSError(f"{self._name}: {self._why}")
        for tried, (family, kind, protocol, _, address) in enumerate(found):
            connection = socket.socket(family, kind, protocol)
            try:
                left = max(limit - time.monotonic(), 0.01)  # 0 would not wait at all
                connection.settimeout(left / (len(found) - tried))
                connection.connect(address)
            except OSError as refused:
                connection.close()
                error = refused
            else:
                return connection
        raise error

    def _look_up(self) -> None:
        """Ask where the name is, one question at a time; an answer that comes late is for the next time."""
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask, name="printer-host", daemon=True)
            self._asking.start()
        self._asking.join(LOOK_UP_S)

    def _ask(self) -> None:
        try:
            self._found = socket.getaddrinfo(self._name, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            self._why = str(error)
