"""`motcua demo`: a whole hall on one machine, from one command to Ctrl-C.

Knows what is asked for, what would make it fail, and whose data folder it is; the programs themselves are
plugged in by `server.demo.supervisor`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from broker.program import CannotStart as PortTaken, check_free
from hardware.clock import set_clock
from hardware.panel import PanelError
from hardware.settings import SettingsError
from server.demo.children import CannotStart
from server.demo.clock import NeverOpens, day_to_play, resumed, worth_entering
from server.demo.files import Day, NoHall, Place, own_hall
from server.demo.supervisor import Supervisor
from server.site_file import HallConfig

MISUSED = 2

__all__ = ["Day", "Wishes", "run"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for. http, mqtt: host:port."""

    http: str
    mqtt: str
    data: Path
    hall: Path | None = None
    real_clock: bool = False
    windows: bool = False
    day: Day | None = None


class Refused(Exception):
    """The demo cannot start as asked; one sentence that says what to do."""


def run(wishes: Wishes) -> int:
    """Run the hall until Ctrl-C or SIGTERM; 0 when it ended cleanly, 2 when it could not start as asked."""
    try:
        _check(wishes)
        wishes.data.mkdir(parents=True, exist_ok=True)
        with _owned(wishes.data), _short_folder() as sockets, _log_into(wishes.data / "logs"):
            config = own_hall(wishes.data, wishes.hall)
            clock_file = wishes.data / "clock.json"
            place = Place(
                data=wishes.data.resolve(),
                http=wishes.http,
                mqtt=wishes.mqtt,
                sockets=sockets,
                clock="system" if wishes.real_clock else f"hall:{clock_file.resolve()}",
                windows=wishes.windows,
            )
            _set_clock(clock_file, config, wishes)
            return asyncio.run(Supervisor(place, config, wishes.day).run())
    except (Refused, PortTaken, CannotStart, NoHall, NeverOpens, PanelError, SettingsError) as error:
        print(f"motcua demo: {error}", file=sys.stderr)
        return MISUSED


def _check(wishes: Wishes) -> None:
    """Everything that can be known to fail before anything is started."""
    check_free(wishes.http, "MOTCUA_HTTP=host:port")
    check_free(wishes.mqtt, "MOTCUA_MQTT=host:port")
    if wishes.http == wishes.mqtt:
        raise Refused(f"pages and broker cannot both have {wishes.http}: move one of them")
    if wishes.windows and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Refused("--windows needs a desktop: neither DISPLAY nor WAYLAND_DISPLAY is set")
    if wishes.day is not None and wishes.real_clock:
        raise Refused("--day plays with the hall's clock: leave --clock real out")


def _set_clock(file: Path, config: HallConfig, wishes: Wishes) -> None:
    """Where the hall's clock begins today; with the real one, its file is kept for whoever reads it."""
    now = resumed(file, datetime.now(UTC))
    if wishes.day is not None:
        now = day_to_play(config.site, now)
    elif not wishes.real_clock:
        now = worth_entering(config.site, now)
    set_clock(file, now, 1.0)


@contextlib.contextmanager
def _owned(data: Path) -> Iterator[None]:
    """The data folder is ours alone: two halls in one would give the same numbers twice."""
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise Refused(
                f"{data} belongs to a running hall (process {owner}); choose another folder with MOTCUA_DATA"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def _short_folder() -> Iterator[Path]:
    """A folder for sockets, whose names may have 107 bytes: not in the data folder, which may lie deep."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _log_into(folder: Path) -> Iterator[None]:
    """The demo's own log goes beside those of its programs; the terminal is for its person."""
    folder.mkdir(mode=0o700, exist_ok=True)
    root = logging.getLogger()
    terminal = list(root.handlers)
    file = logging.FileHandler(folder / "demo.log", encoding="utf-8")
    if terminal:
        file.setFormatter(terminal[0].formatter)
    root.addHandler(file)
    for handler in terminal:
        handler.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.removeHandler(file)
        file.close()
        for handler in terminal:
            handler.setLevel(logging.NOTSET)
