"""Snapshot: what this wall would show now, as a PNG, on any machine: no panel, no sound, no trace.

Knows how to hear what a display hears without being taken for it: another name at the broker, and nothing
said. Keeps out what is shown. It shows what a display would that is started now: the last call is there, and
nothing pulses.
"""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from broker.device import BoardArrived, ClockOffset, ConfigArrived, DeviceLink, DossiersArrived, LinkBroken
from broker.link import OpenLink, open_link
from broker.wire import Credentials, Link, Message, Put
from display.core import Tick
from display.fit import LayoutRefused
from display.programme import zones_of
from display.settings import Settings
from display.stage import Stage
from display.wall import WITH_PROGRESS, Wall
from hardware.clock import Clock, ClockError, open_clock
from hardware.release import release
from hardware.screen import ScreenError, in_memory

OK, UNHEARD, REFUSED = 0, 1, 2
OFFSET_S: Final = 2.0  # a clock that nobody keeps right is corrected by the server's from this error on


class Listener:
    """A link that says nothing: no status, no will. What is published is forgotten."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def connected(self) -> bool:
        return self._link.connected

    def start(self) -> None:
        self._link.start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """A snapshot is no display of the hall."""

    def stop(self, timeout_s: float = 2.0) -> None:
        self._link.stop(timeout_s)


def listening(opener: OpenLink) -> OpenLink:
    """`opener`, but for links that only listen, and beside the device itself."""

    def open_one(
        address: str,
        credentials: Credentials | None,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None = None,
    ) -> Link:
        own = f"{client_id}-snapshot-{time.monotonic_ns()}"
        return Listener(opener(address, credentials, own, inbox, subscriptions, None))

    return open_one


class Hearing:
    """Feeds a wall with what the hall says, until it knows all that it needs."""

    def __init__(self, settings: Settings, stage: Stage, clock: Clock) -> None:
        self._stage, self._clock = stage, clock
        self._offset = timedelta()
        self.wall = Wall(self.now(), settings.time_zone, settings.lang, stage.rooms, calm=True)
        self._wanted: set[type] = {ConfigArrived, BoardArrived}

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    @property
    def missing(self) -> list[str]:
        names = {ConfigArrived: "its plan", BoardArrived: "the board", DossiersArrived: "the dossiers"}
        return [name for kind, name in names.items() if kind in self._wanted]

    def take(self, input: Any) -> None:
        match input:
            case LinkBroken():
                raise input
            case ClockOffset(seconds):
                if not self._clock.synchronised and abs(seconds) > OFFSET_S:
                    self._offset = timedelta(seconds=seconds)
                return
            case ConfigArrived(config) if config.display is not None:
                self._stage.ask(config.display)
                if WITH_PROGRESS & set(zones_of(config.display)) and ConfigArrived in self._wanted:
                    self._wanted.add(DossiersArrived)
        if isinstance(input, ConfigArrived | BoardArrived | DossiersArrived):
            self._wanted.discard(type(input))
        self.wall.handle(input, self.now())


def run(settings: Settings, file: Path, wait_s: float, opener: OpenLink = open_link) -> int:
    """Write the picture; 0. 1: it was written, but not all was heard within `wait_s`; 2: it cannot be."""
    try:
        screen = in_memory(settings.screen)
        stage = Stage(screen, settings)
        hearing = Hearing(settings, stage, open_clock(settings.clock))
        missing = listen(settings, hearing, wait_s, opener)
        hearing.wall.handle(Tick(), hearing.now())
        refused = stage.unreadable()
        stage.show(hearing.wall.view(hearing.now()), hearing.now())
        draft = file.with_name(f".{file.name}")
        draft.write_bytes(screen.png())
        draft.replace(file)
    except (LayoutRefused, ScreenError, ClockError, OSError, ValueError, LookupError) as refusal:
        print(f"motcua: {refusal}", file=sys.stderr)
        return REFUSED
    if refused:
        print(f"motcua: {refused}", file=sys.stderr)
    if missing:
        print(
            f"motcua: {settings.broker.address} did not say {', '.join(missing)} within {wait_s:g} s: "
            f"{file} is a wall that does not know better",
            file=sys.stderr,
        )
    return REFUSED if refused else UNHEARD if missing else OK


def listen(settings: Settings, hearing: Hearing, wait_s: float, opener: OpenLink) -> list[str]:
    """Hear what the hall says; what was not said in time."""
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    link = DeviceLink(
        settings.broker,
        "display",
        release(),
        None,
        inbox,
        open_clock(settings.clock),
        open_link=listening(opener),
    )
    link.start()
    give_up_at = time.monotonic() + wait_s
    try:
        while hearing.missing and (left := give_up_at - time.monotonic()) > 0:
            try:
                hearing.take(inbox.get(timeout=left))
            except queue.Empty:
                break
    finally:
        link.stop(0.5)
    return hearing.missing
