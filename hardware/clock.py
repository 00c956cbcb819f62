"""Clocks: what time it is in the hall, and whether the machine's clock can be believed.

Knows the system clock and the demo's clock, which several programs share through one file so that a whole
day can be played in minutes. Keeps out time zones: instants are aware and UTC; only edges turn them into
the site's time.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

RECHECK_S = 0.1  # how often a hall clock looks whether its file changed
TIME_ERROR = 5  # what adjtimex(2) returns while nothing disciplines the clock


class ClockError(Exception):
    """A clock that cannot be opened; one sentence."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The hall's time, aware, UTC."""
        ...

    @property
    def synchronised(self) -> bool:
        """Whether something keeps this clock right."""
        ...

    def real_seconds(self, hall_seconds: float) -> float:
        """How long to really wait until that much time has passed in the hall."""
        ...


class SystemClock:
    """The machine's own clock. It may jump when the network first tells the time: few Pis have a battery."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def synchronised(self) -> bool:
        """As the kernel says. False where the kernel cannot be asked: better a warning too many."""
        ask = getattr(ctypes.CDLL(None), "adjtimex", None)
        if ask is None:
            return False
        everything_zero = ctypes.create_string_buffer(512)  # of a struct timex: asks, changes nothing
        state = int(ask(everything_zero))
        return 0 <= state < TIME_ERROR

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds


class Line(NamedTuple):
    """hall = self.hall + (real - self.real) * speed; both in Unix seconds."""

    real: float
    hall: float
    speed: float


class HallClock:
    """The demo's clock: a JSON file `{"real": s, "hall": s, "speed": x}` that every program of the hall
    reads.

    The file may be replaced at any time with `set_clock`. Inside one process the time never steps back: a
    file that says earlier holds the clock where it is until the hall has caught up. Safe to ask from any
    thread.
    """

    synchronised = True

    def __init__(
        self,
        path: Path,
        real: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._real, self._monotonic = path, real, monotonic
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._line = self._read()
        self._checked = monotonic()
        self._last = float("-inf")

    def now(self) -> datetime:
        with self._lock:
            line = self._current()
            hall = line.hall + (self._real() - line.real) * line.speed
            self._last = max(self._last, hall)
            return datetime.fromtimestamp(self._last, UTC)

    @property
    def speed(self) -> float:
        with self._lock:
            return self._current().speed

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds / self.speed

    def _current(self) -> Line:
        moment = self._monotonic()
        if moment - self._checked >= RECHECK_S:
            self._checked = moment
            stamp = self._stamp()
            if stamp != self._seen:
                self._line = self._read()
                self._seen = stamp
        return self._line

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise ClockError(f"The hall's clock {self._path} cannot be read: {error.strerror}") from error
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> Line:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            line = Line(float(said["real"]), float(said["hall"]), float(said["speed"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClockError(f"The hall's clock {self._path} cannot be read: {error!r}") from error
        if not 0 < line.speed <= 100_000:
            raise ClockError(f"The hall's clock {self._path} cannot run at {line.speed} times real time")
        return line


def set_clock(path: Path, hall: datetime, speed: float, real: Callable[[], float] = time.time) -> None:
    """Let every clock on `path` read `hall` (aware) now and run `speed` times as fast as real time."""
    if hall.tzinfo is None:
        raise ValueError("the hall's time needs a time zone")
    if not 0 < speed <= 100_000:
        raise ValueError(f"speed {speed}: not possible")
    line = {"real": real(), "hall": hall.timestamp(), "speed": float(speed)}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(line), encoding="utf-8")
    draft.replace(path)


def open_clock(url: str) -> Clock:
    """`system`, or `hall:/path/to/clock.json`. Raises `ClockError`."""
    kind, _, rest = url.partition(":")
    if kind == "system" and not rest:
        return SystemClock()
    if kind == "hall" and rest:
        return HallClock(Path(rest))
    raise ClockError(f"There is no clock {url!r}: say 'system' or 'hall:/path/clock.json'")
