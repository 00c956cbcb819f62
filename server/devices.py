"""What devices last said of themselves, and what of it needs a person.

Knows no transport and no page: the door writes, pages read. What is wrong with a device is a table, the most
urgent first; texts for each word are in the catalogues of the web.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from broker.messages import DeviceStatus
from server.site_file import Device

log = logging.getLogger("devices")

TICKET_M = 0.11  # of paper: a ticket is at most 110 mm long
CLOCK_MARKED_S, CLOCK_WRONG_S = 2.0, 300.0  # marked on the page; wrong on the panel too
HOT_C = 80.0  # a Raspberry Pi slows itself down from here on
DISK_MB, MEMORY_MB = 200, 60  # free: less is soon too little
UNSENT_MARKED = 20  # facts that wait in an outbox although the device is online

HELP = "help"  # a citizen waits at the device for a person
STRANGER = "stranger"  # a device that speaks and is not in the hall's file
STRANGERS_KEPT = 50

PRINTS = frozenset({"ok", "paper-low"})


def _printer(state: str) -> Callable[[DeviceStatus], bool]:
    return lambda status: status.printer == state


def _clock(limit_s: float) -> Callable[[DeviceStatus], bool]:
    return lambda status: abs(status.clock_offset_s or 0.0) > limit_s


# What is wrong while a device is online, the most urgent first. A device may have several at once.
WRONGS: Mapping[str, Callable[[DeviceStatus], bool]] = {
    HELP: lambda status: status.help,
    "paper-out": _printer("paper-out"),
    "unplugged": _printer("unplugged"),
    "cover-open": _printer("cover-open"),
    "cutter-error": _printer("cutter-error"),
    "alone": lambda status: status.alone,
    "stuck": lambda status: bool(status.stuck),
    "scanner": lambda status: status.scanner == "unplugged",
    "clock": _clock(CLOCK_WRONG_S),
    "clock-unsure": lambda status: not status.clock_synchronised and status.clock_offset_s is None,
    "disk": lambda status: status.disk_free_mb is not None and status.disk_free_mb < DISK_MB,
    "paper-low": _printer("paper-low"),
    "power": lambda status: "under-voltage" in status.throttled,
    "hot": lambda status: (
        (status.temperature_c or 0.0) >= HOT_C or bool({"throttled", "soft-limit"} & {*status.throttled})
    ),
    "memory": lambda status: status.memory_free_mb is not None and status.memory_free_mb < MEMORY_MB,
    "unsent": lambda status: status.outbox >= UNSENT_MARKED,
}
MINOR = frozenset(
    {"paper-low", "unsent", "clock-unsure", "power", "hot", "memory"}
)  # can wait for a quiet moment


@dataclass(frozen=True, slots=True)
class Trouble:
    """A device that needs a person: `whats` is "offline" alone, or words of WRONGS, the most urgent first."""

    device: str
    whats: tuple[str, ...]
    at: datetime | None


class Devices:
    """The last known status of each device. Written by the door, read by pages, from any thread."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._heard: dict[str, float] = {}
        self._beats = 0
        self._known: dict[str, DeviceStatus] = {}
        self._strangers: set[str] = set()
        self._lock = threading.Lock()
        self._changes = 0
        self._reached = True

    def reach(self, reached: bool) -> None:
        """Whether the broker is there. Without it no call is heard, and no device is known to be well."""
        with self._lock:
            self._changes += reached != self._reached
            self._reached = reached

    def put_stranger(self, device: str, status: DeviceStatus) -> None:
        """The same for one that the hall's file does not have; of a crowd of them only some are kept."""
        with self._lock:
            if len(self._strangers) < STRANGERS_KEPT:
                self._strangers.add(device)
            kept = device in self._strangers
        if kept:
            self.put(device, status)

    def put(self, device: str, status: DeviceStatus) -> None:
        with self._lock:
            before = self._known.get(device)
            self._known[device] = status
            self._beats += 1
            if status.online:
                self._heard[device] = self._wall()
            changed = before is None or _seen(before) != _seen(status)
            self._changes += changed
        if changed:
            log.info(
                "device id=%s online=%s printer=%s alone=%s error=%s",
                device, status.online, status.printer, status.alone, status.error,
            )  # fmt: skip

    def life(self, device: str) -> str | None:
        """The run of the device's program that an order would reach now."""
        with self._lock:
            known = self._known.get(device)
        return known.life if known is not None else None

    def heard_at(self, device: str) -> float | None:
        """When a device was last heard itself, Unix seconds of this machine; None: not since we started."""
        with self._lock:
            return self._heard.get(device)

    @property
    def beats(self) -> int:
        """Grows with every word of every device, also where nobody needs to look."""
        with self._lock:
            return self._beats

    @property
    def changes(self) -> int:
        """Grows whenever a device says something that staff ought to see at once."""
        with self._lock:
            return self._changes

    def snapshot(self) -> Mapping[str, DeviceStatus]:
        with self._lock:
            if self._reached:
                return dict(self._known)
            return {id: replace(status, online=False) for id, status in self._known.items()}


def _seen(status: DeviceStatus) -> object:
    return wrongs(status), status.printer, status.error


def wrongs(status: DeviceStatus) -> tuple[str, ...]:
    """Everything that is wrong with one device, the most urgent first."""
    if not status.online:
        return ("offline",)
    return tuple(word for word, is_so in WRONGS.items() if is_so(status))


def troubles(devices: Mapping[str, Device], statuses: Mapping[str, DeviceStatus]) -> tuple[Trouble, ...]:
    """The devices that need a person: first where a citizen waits for one, then kiosks, whose state is
    written nowhere else in the hall.

    One that the hall's file does not have is heard by nobody: its facts wait until it is written there.
    """
    found = [
        Trouble(id, whats, statuses[id].at)
        for id, device in devices.items()
        if id in statuses and not device.temporary and (whats := wrongs(statuses[id]))
    ]
    strangers = ((id, status) for id, status in statuses.items() if id not in devices and status.online)
    found += [Trouble(id, (STRANGER,), status.at) for id, status in strangers]
    return tuple(
        sorted(
            found,
            key=lambda t: (
                HELP not in t.whats,
                MINOR.issuperset(t.whats),
                statuses[t.device].role != "kiosk",
            ),
        )
    )


def can_print(status: DeviceStatus | None) -> bool:
    """Would a ticket come out now, as far as is known?"""
    return status is not None and status.online and status.printer in PRINTS


def printing(devices: Mapping[str, Device], statuses: Mapping[str, DeviceStatus]) -> tuple[str, ...]:
    """The kiosks whose paper comes out now, in the order of the hall's file."""
    kiosks = (id for id, device in devices.items() if device.role == "kiosk" and not device.temporary)
    return tuple(id for id in kiosks if can_print(statuses.get(id)))


def tickets_left(status: DeviceStatus) -> int | None:
    """How many tickets the roll is still good for, roughly; None where the device's file does not say. None
    at all where the printer says that its paper is out, whatever was measured."""
    if status.printer == "paper-out":
        return 0
    if status.roll_m is None or status.paper_m is None:
        return None
    return max(0, int((status.roll_m - status.paper_m) / TICKET_M))
