"""The plug of a panel: whether one is connected, and when what is connected may be another one.

Knows what the kernel tells of connectors: a word and the best mode of each in /sys/class/drm, and its
announcements over netlink (`HOTPLUG=1`). Keeps out SDL and what is done about it. SDL's KMS/DRM driver looks
at connectors when its video begins and never again (SDL 2.32, tried), and the kernel asks a panel for its
modes again only when the card's owner does: so whoever owns it opens its screen anew.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

DRM: Final = Path("/sys/class/drm")
LOOK_S: Final = 0.25  # between two looks; a hand cannot change a cable that fast
SETTLE_S: Final = 0.4  # contacts bounce, and a panel that wakes says so several times
AGAIN_S: Final = 2.0  # between two openings: a loose plug must not keep the panel black
NETLINK_KOBJECT_UEVENT: Final = 15
FROM_KERNEL: Final = 1  # the group of the kernel's own words; udev's come in another
LARGEST: Final = 8192  # bytes of an announcement


class Announcements:
    """What the kernel says of cards while nobody asks; `wire` carries its datagrams (see `from_kernel`)."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._wire.setblocking(False)

    def heard(self) -> bool:
        """Whether a panel was plugged or changed since the last question."""
        found = False
        while True:
            try:
                fields = self._wire.recv(LARGEST).split(b"\0")
            except BlockingIOError:
                return found
            except OSError as error:  # ENOBUFS: more was said than could be kept, so look
                log.info("plug announcements lost reason=%s", error.strerror)
                return True
            found = found or (b"SUBSYSTEM=drm" in fields and b"HOTPLUG=1" in fields)

    def close(self) -> None:
        self._wire.close()


def from_kernel() -> socket.socket:
    """Needs no privilege, only leave to use AF_NETLINK. Raises OSError."""
    wire = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_KOBJECT_UEVENT)
    wire.bind((0, FROM_KERNEL))
    return wire


class Plug:
    """Ask it with `changed` as often as you like, with monotonic seconds; tell it with `opened`."""

    def __init__(self, drm: Path = DRM, heard: Callable[[], bool] = lambda: False) -> None:
        self._drm, self._heard = drm, heard
        self._seen = self._connectors()
        self._looked_at = self._opened_at = float("-inf")
        self._due: float | None = None

    @property
    def connected(self) -> bool:
        """Whether there is somebody to show something to; where no connector is known, supposed."""
        return not self._seen or any(word != "disconnected" for word, _ in self._seen.values())

    def changed(self, now: float) -> bool:
        """Whether the screen should be opened anew now: a panel is connected, and was not or was another."""
        if now < self._looked_at + LOOK_S:
            return False
        self._looked_at = now
        connectors, said = self._connectors(), self._heard()
        if said or connectors != self._seen:
            log.info("plug changed connectors=%s", {name: word for name, (word, _) in connectors.items()})
            self._seen = connectors
            self._due = max(now + SETTLE_S, self._opened_at + AGAIN_S)
        return self._due is not None and now >= self._due and self.connected

    def opened(self, now: float, well: bool) -> None:
        """The screen was opened anew; where that went wrong, it is to be tried again."""
        self._opened_at = now
        self._seen = self._connectors()  # opening asked the panel for its modes
        self._due = None if well else now + AGAIN_S

    def _connectors(self) -> dict[str, tuple[str, str]]:
        """Connector -> (`connected`, `disconnected` or `unknown`; its best mode or nothing)."""
        found = {}
        for status in sorted(self._drm.glob("card*-*/status")):
            try:
                modes = status.with_name("modes").read_text("ascii").splitlines()
                found[status.parent.name] = (status.read_text("ascii").strip(), modes[0] if modes else "")
            except OSError as error:  # a card that is just being taken out, as a dock's
                log.info("plug unreadable connector=%s reason=%s", status.parent.name, error.strerror)
        return found
