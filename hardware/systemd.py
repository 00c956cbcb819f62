"""What a program tells systemd that started it: ready, still turning, ending (sd_notify(3)).

Knows the datagram protocol and nothing of the program. Without NOTIFY_SOCKET, as in a demo or at a desk,
nobody listens and nothing is sent. A beat belongs into the program's main loop and nowhere else: a thread
of its own would go on saying that a hung loop is well.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Final

log = logging.getLogger(__name__)

START_S: Final = (
    30.0  # how much longer a start may take after each beat; units say the same (TimeoutStartSec)
)
FEWEST_S: Final = 1.0  # between two beats; a loop may turn a thousand times a second


class Systemd:
    """The service manager, as one program sees it. For the main loop alone; nothing here waits or raises.

    Until `ready`, beats lengthen the time that the start may take: a program that waits for its printer is
    starting, one whose loop hangs is killed and started again. After it they feed the watchdog.
    """

    def __init__(
        self,
        surroundings: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = _address(surroundings.get("NOTIFY_SOCKET", ""))
        self._every_s = _every_s(surroundings)
        self._monotonic = monotonic
        self._ready = False
        self._status = ""
        self._beaten_at = float("-inf")
        self._deaf = False

    @property
    def every_s(self) -> float | None:
        """The longest that the loop may sleep between two `beat`s; None when nobody minds."""
        return self._every_s if self._address is not None else None

    def ready(self, status: str = "") -> None:
        """The program does its work from now on. Said once; later calls only say the status anew."""
        if self._ready:
            self.status(status)
            return
        self._ready = True
        self._status = status
        self._send("READY=1", *([f"STATUS={_one_line(status)}"] if status else []))

    def status(self, words: str) -> None:
        """What `systemctl status` shows, one line; sent when it is another one."""
        if words != self._status:
            self._status = words
            self._send(f"STATUS={_one_line(words)}")

    def beat(self) -> None:
        """The main loop turns. Sends as often as systemd wants to hear it, not more."""
        now = self._monotonic()
        if self._address is None or now - self._beaten_at < self._every_s:
            return
        self._beaten_at = now
        self._send("WATCHDOG=1" if self._ready else f"EXTEND_TIMEOUT_USEC={int(START_S * 1e6)}")

    def stopping(self) -> None:
        """The program ends in good order."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
                wire.setblocking(False)
                wire.sendto("\n".join(lines).encode(), self._address)
            self._deaf = False
        except OSError as error:
            # systemd itself is being started anew, or its queue is full: it misses one beat of several. A
            # program that is never heard is started again by it, which is the right end of that.
            if not self._deaf:
                log.warning("systemd does not hear: %s", error.strerror)
            self._deaf = True


def _address(name: str) -> str | None:
    """A path, or `@name` in the abstract space. Other kinds (vsock) are for whole machines."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else None


def _every_s(surroundings: Mapping[str, str]) -> float:
    """Three beats in the time after which the watchdog bites; without a watchdog, a leisurely pace."""
    text, for_whom = surroundings.get("WATCHDOG_USEC", ""), surroundings.get("WATCHDOG_PID", "")
    if not text.isdecimal() or int(text) == 0 or for_whom not in ("", str(os.getpid())):
        return START_S / 3
    return min(max(FEWEST_S, int(text) / 1e6 / 3), START_S / 3)


def _one_line(words: str) -> str:
    return " ".join(words.split())
