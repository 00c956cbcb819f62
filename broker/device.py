"""DeviceLink: the device's side of the contract, for kiosks, counter terminals and displays.

A thread of its own runs `broker.session`, so that a program whose loop is busy painting or printing still
answers the broker in time. The program talks to it with method calls and hears from it in its own inbox.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import msgspec

from broker import messages as m
from broker.link import open_link
from broker.seal import Opener, key_bytes
from broker.session import Role, Session
from broker.vocabulary import (
    Answered,
    Ask,
    BoardArrived,
    ClockOffset,
    ConfigArrived,
    ControlArrived,
    Deliver,
    DossiersArrived,
    Effect,
    Forget,
    Heard,
    Leave,
    Measure,
    NoAnswer,
    Note,
    Now,
    Publish,
    Recorded,
    ReplyArrived,
    ServerDown,
    ServerUp,
    StatusChanged,
    Tick,
)
from broker.wire import LinkBroken, NotConnected, OpenLink, Put, read_credentials

if TYPE_CHECKING:  # SQLite is 2 MB, and a wall has no outbox
    from broker.outbox import Outbox

__all__ = [
    "BoardArrived",
    "BrokerSettings",
    "ClockOffset",
    "ConfigArrived",
    "ControlArrived",
    "DeviceLink",
    "DossiersArrived",
    "Heard",
    "LinkBroken",
    "NoAnswer",
    "ReplyArrived",
    "ServerDown",
    "ServerUp",
]

log = logging.getLogger(__name__)

F = TypeVar("F", bound=m.Fact)


class WallClock(Protocol):
    """The part of a clock that a link needs: aware UTC, and whether it can be believed."""

    def now(self) -> datetime: ...
    @property
    def synchronised(self) -> bool: ...


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[broker]` table of a device's file."""

    site: m.Level
    device: m.Level
    address: str = "mqtt://127.0.0.1:1883"
    user: str = ""  # the device's id where not given
    password_file: Path | None = None  # without credentials, which real brokers refuse
    server_key: str = ""  # the server's public key: with it, only boards that it signed are believed

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for what is no key."""
        try:
            if self.server_key:
                key_bytes(self.server_key)
        except ValueError as error:
            raise ValueError(f"server_key: {error}") from None


class Machine(Protocol):
    """What a link asks of the machine that it runs on, now and then."""

    def measured(self) -> Mapping[str, Any]:
        """Fields of DeviceStatus."""
        ...


def boot_id() -> str:
    """This start of the machine: what a stopwatch reading belongs to."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class DeviceLink:
    """The conversation of one device with its server.

    Puts into `inbox`: ServerUp, ServerDown, ConfigArrived, BoardArrived, DossiersArrived, ReplyArrived,
    NoAnswer, ControlArrived, ClockOffset; and LinkBroken, an exception for the program to raise, when a
    thread of the link died of a bug. Before the first ServerUp there is no server. Raises ValueError for a
    bad address or id, OSError when the password file cannot be read.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        role: Role,
        version: str,
        outbox: Outbox | None,
        inbox: Put,
        clock: WallClock,
        *,
        open_link: OpenLink = open_link,
        monotonic: Callable[[], float] = time.monotonic,
        boot: str | None = None,
        machine: Machine | None = None,
    ) -> None:
        """machine: asked once a minute how it is. boot: the start of the machine that `monotonic` counts
        from, where it is not this machine's.
        """
        self._program = inbox
        self._outbox = outbox
        self._clock = clock
        self._monotonic = monotonic
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._recording = threading.Lock()
        facts = outbox.pending() if outbox is not None else []
        opener = Opener(settings.server_key) if settings.server_key else None
        self._machine = machine
        self._session = Session(
            settings.site,
            settings.device,
            role,
            version,
            facts,
            boot or boot_id(),
            opener,
            secrets.token_hex(8),
            machine is not None,
        )
        user = settings.user or settings.device
        credentials = read_credentials(user, settings.password_file) if settings.password_file else None
        self._link = open_link(
            settings.address,
            credentials,
            user,  # at a broker of several sites a device's id alone may be two devices
            self._inbox,
            self._session.subscriptions,
            self._session.will,
        )
        self._thread = threading.Thread(target=self._run, name=f"device-{settings.device}", daemon=True)

    @property
    def network(self) -> Literal["up", "down"]:
        """Whether the broker is within reach, whatever the server does."""
        return "up" if self._link.connected else "down"

    def start(self, threaded: bool = True) -> None:
        """Connect in the background; returns at once. Not `threaded`: the caller pumps."""
        if threaded:
            self._thread.start()
        self._link.start()

    def request(self, request: m.AnyRequest, deadline_s: float = 2.0) -> None:
        """Ask the server, with the same id until it answers: ReplyArrived, or NoAnswer after the deadline.

        While no server is within reach the request waits for one until the deadline.
        """
        self._inbox.put(Ask(request, deadline_s))

    def fact(self, draft: F) -> F:
        """Record what happened and return it numbered; it is on the disk when this returns.

        Give the draft `seq=UNNUMBERED`. It is sent until the server's receipt, across restarts.
        """
        (fact,) = self.facts(draft)
        return fact

    def facts(self, *drafts: F, beside: Callable[[], object] | None = None) -> list[F]:
        """Record several facts, and what `beside` keeps on the same disk, in one commit."""
        if self._outbox is None:
            raise RuntimeError("this device was given no outbox, so it can record nothing")
        with self._recording:  # the session hears of facts in the order of their numbers
            with self._outbox.disk.transaction():
                if beside is not None:
                    beside()
                facts = [self._outbox.append(draft) for draft in drafts]
            for fact in facts:
                self._inbox.put(Recorded(fact))
        return facts

    def status(self, **changes: Any) -> None:
        """Change fields of this device's DeviceStatus (`printer`, `error`, ...); published if it differs."""
        unknown = changes.keys() - set(m.DeviceStatus.__struct_fields__)
        if unknown:
            raise TypeError(f"a device's status has no {', '.join(sorted(unknown))}")
        self._inbox.put(StatusChanged(changes))

    def done(self, order: str | None) -> None:
        """An order was carried out. One without an id wants no word."""
        self._answered(order, "done")

    def refuse(self, order: str | None, code: str) -> None:
        """An order cannot be carried out; `code` is a word of the catalogues, `order.<code>`."""
        self._answered(order, "refused", code)

    def hand_over(self, order: str | None, data: bytes) -> None:
        """What an order asked for, in pieces. What is too large is refused."""
        if order is None:
            return
        pieces = [data[at : at + m.PIECE_BYTES] for at in range(0, len(data), m.PIECE_BYTES)] or [b""]
        if len(pieces) > m.MOST_PIECES:
            self.refuse(order, "too-large")
            return
        said = (m.Piece(order=order, n=n, of=len(pieces), data=piece) for n, piece in enumerate(pieces, 1))
        self._inbox.put(Answered((*said, m.Deed(order=order, what="done"))))

    def _answered(self, order: str | None, what: Literal["done", "refused"], code: str = "") -> None:
        if order is not None:
            self._inbox.put(Answered((m.Deed(order=order, what=what, code=code),)))

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye and disconnect, within `timeout_s`. The outbox stays open: it is the program's."""
        deadline = time.monotonic() + timeout_s
        self._inbox.put(Leave())
        if self._thread.ident is not None:
            self._thread.join(timeout_s / 2)
        self._link.stop(max(0.1, deadline - time.monotonic()))

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not isinstance(input := self._next(), Leave):
                self._take(input)
            self._take(input)
        except Exception as error:
            log.exception("device link broken")
            self._program.put(error if isinstance(error, LinkBroken) else LinkBroken(repr(error)))

    def pump(self) -> None:
        """Do all that is to be done now and return. For a caller that gives this link no thread of its own:
        a simulation that holds the clock."""
        waiting = [Tick()]
        while not self._inbox.empty():
            waiting.append(self._inbox.get())
        for input in waiting:
            self._take(input)

    def _take(self, input: Any) -> None:
        if isinstance(input, LinkBroken):
            raise input
        for effect in self._session.handle(input, self._now()):
            self._carry_out(effect)

    def _next(self) -> Any:
        wake_at = self._session.wake_at()
        wait_s = None if wake_at is None else max(0.0, wake_at - self._monotonic())
        try:
            return self._inbox.get(timeout=wait_s)
        except queue.Empty:
            return Tick()

    def _now(self) -> Now:
        return Now(self._monotonic(), self._clock.now(), self._clock.synchronised)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Publish(message):
                # NotConnected: Disconnected is on its way, and after Connected the session sends it again.
                with contextlib.suppress(NotConnected):
                    self._link.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)
            case Deliver(heard):
                self._program.put(heard)
            case Forget(ids):
                if self._outbox is not None:
                    self._outbox.forget(ids)
            case Measure():
                if self._machine is not None:
                    self._inbox.put(StatusChanged(dict(self._machine.measured())))
            case Note(line):
                log.warning(line)
