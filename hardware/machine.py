"""The machine that a program runs on: how warm, how full, how long up, and what its firmware complains of.

Knows files of Linux's /proc and /sys, and a simulated machine whose figures its URL says; keeps out what is
too warm or too full. What a machine has not is None: a PC has no throttling, a container no thermometer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from hardware.log import Tail, tail
from hardware.url_options import number, parted, read_options

MB: Final = 1_000_000
ROUGHLY_MB: Final = 10  # finer than this, figures only flicker
THROTTLED: Final = "sys/devices/platform/soc/soc:firmware/get_throttled"
THERMAL: Final = "sys/class/thermal/thermal_zone0/temp"
# Bits 0 to 3 of the firmware's word are what is now, as `vcgencmd get_throttled` has them.
FLAGS: Final = ("under-voltage", "capped", "throttled", "soft-limit")


class Machine(Protocol):
    def measured(self) -> Mapping[str, Any]:
        """Fields of a device's status, read now: some ten small files, a millisecond on a Raspberry Pi."""
        ...


class RealMachine:
    """This one. `folder`: where the program keeps what has to last; `root`: where /proc and /sys are."""

    def __init__(
        self,
        folder: Path,
        started_at: datetime,
        root: Path = Path("/"),
        log: Tail = tail,
    ) -> None:
        self._folder, self._started_at, self._root, self._log = folder, started_at, root, log

    def measured(self) -> Mapping[str, Any]:
        return {
            "started_at": self._started_at,
            "uptime_s": self._read("proc/uptime", lambda text: int(float(text.split()[0]))),
            "temperature_c": self._read(THERMAL, lambda text: round(int(text) / 1000.0)),
            "throttled": self._read(THROTTLED, flags) or (),
            "memory_free_mb": self._read("proc/meminfo", available_mb),
            "memory_mb": self._read("proc/self/statm", resident_mb),
            "disk_free_mb": self._disk_free_mb(),
            **last_error(self._log),
        }

    def _disk_free_mb(self) -> int | None:
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return None
        return roughly(found.f_bavail * found.f_frsize)

    def _read(self, name: str, meaning: Callable[[str], Any]) -> Any:
        try:
            return meaning((self._root / name).read_text(encoding="ascii"))
        except (
            OSError,
            ValueError,
            LookupError,
            OverflowError,
        ):  # not this kind of machine, or not readable here
            return None


class SimulatedMachine:
    """Its figures are what its URL says; the log and the program's start are real."""

    def __init__(self, figures: Mapping[str, Any], started_at: datetime, log: Tail = tail) -> None:
        self._figures, self._started_at, self._log = figures, started_at, log

    def measured(self) -> Mapping[str, Any]:
        now = datetime.now(UTC)
        uptime_s = self._figures["uptime_s"] + int((now - self._started_at).total_seconds())
        told = {**self._figures, "uptime_s": max(0, uptime_s), "started_at": self._started_at}
        return {**told, **last_error(self._log)}


def open_machine(url: str, folder: Path) -> Machine:
    """The machine that `url` names. Raises ValueError, one sentence.

    `system`: this one. `sim:`, or `sim:temperature=52&disk=9000&memory=300&uptime=60&throttled=capped`: one
    with these figures (degrees, megabytes free, seconds).
    """
    started_at = datetime.now(UTC)
    if url == "system":
        return RealMachine(folder, started_at)
    _, query = parted(url, ("sim",), "system and sim:")
    told = read_options(query, ("temperature", "disk", "memory", "uptime", "throttled"))
    throttled = told.get("throttled")
    if throttled is not None and throttled not in FLAGS:
        raise ValueError(f"throttled is one of {', '.join(FLAGS)}, not '{throttled}'")
    return SimulatedMachine(
        {
            "uptime_s": int(number(told, "uptime", 86_400, 0, 1e9)),
            "temperature_c": round(number(told, "temperature", 48, -40, 150)),
            "throttled": () if throttled is None else (throttled,),
            "memory_free_mb": int(number(told, "memory", 1_200, 0, 1e9)),
            "disk_free_mb": int(number(told, "disk", 9_000, 0, 1e9)),
        },
        started_at,
    )


def last_error(log: Tail) -> Mapping[str, Any]:
    last = log.last_error
    return (
        {"last_error": None, "last_error_at": None}
        if last is None
        else {
            "last_error": last.line[:200],
            "last_error_at": last.at,
        }
    )


def flags(text: str) -> tuple[str, ...]:
    """What the firmware's word says of now. Raises ValueError."""
    word = int(text.strip().removeprefix("0x"), 16)
    return tuple(name for bit, name in enumerate(FLAGS) if word & 1 << bit)


def available_mb(text: str) -> int:
    """MemAvailable of /proc/meminfo, which is in kibibytes. Raises LookupError."""
    (line,) = (line for line in text.splitlines() if line.startswith("MemAvailable:"))
    return roughly(int(line.split()[1]) * 1024)


def resident_mb(text: str) -> int:
    return round(int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB)


def roughly(bytes: int) -> int:
    """Whole tens of megabytes, rounded down."""
    return bytes // MB // ROUGHLY_MB * ROUGHLY_MB
