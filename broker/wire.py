"""What programs and links say to each other, whichever broker carries it: no sockets, no paho."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

DEFAULT_PORT = 1883


class Put(Protocol):
    """An inbox: a `queue.SimpleQueue`, a `queue.Queue` or anything with their `put`."""

    def put(self, item: Any, /) -> None: ...


@dataclass(frozen=True)
class Connected:
    """The broker answered and the subscriptions stand. `refused`: filters it did not grant."""

    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Disconnected:
    """The connection is gone; the link goes on trying by itself."""

    reason: str


@dataclass(frozen=True)
class Received:
    """A message. `retained`: it is the broker's stored copy, not one published just now.

    Expect everything twice: QoS 1 may repeat, and the stored copies come again a second after Connected.
    """

    topic: str
    payload: bytes
    retained: bool


class LinkBroken(RuntimeError):
    """The link's own thread died of a bug. It is put into the inbox: the program raises it and ends."""


class NotConnected(ConnectionError):
    """A publish was refused because there is no connection. Nothing of it will be delivered later."""


@dataclass(frozen=True)
class Credentials:
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """What a link leaves behind as its will."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


class Link(Protocol):
    """What programs use of a broker; `MqttLink` and `broker.memory` keep the same promises."""

    @property
    def connected(self) -> bool: ...

    def start(self) -> None:
        """Connect in the background and keep connected. Never waits."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Hand a message to the connection. Raises NotConnected; never waits for an acknowledgement."""

    def stop(self, timeout_s: float = 2.0) -> None:
        """Flush what is on its way, disconnect without the will, and return within `timeout_s`."""


class OpenLink(Protocol):
    """Makes a link: `open_link` for a real broker, `MemoryBroker.open_link` for tests."""

    def __call__(
        self,
        address: str,
        credentials: Credentials | None,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None = None,
    ) -> Link: ...


def read_credentials(user: str, password_file: Path) -> Credentials:
    """The credentials that provisioning left in a file. OSError has a sentence where it is missing."""
    try:
        return Credentials(user, password_file.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{password_file} is not there: start `motcua broker` once, it makes the passwords; copy this one"
        ) from None


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of `mqtt://host:port`. Raises ValueError with a sentence fit to show."""
    parts = urlsplit(address)
    try:
        port = DEFAULT_PORT if parts.port is None else parts.port
    except ValueError:
        port = 0
    if parts.scheme != "mqtt" or not parts.hostname or not 0 < port < 65_536 or parts.path.strip("/"):
        raise ValueError(f"'{address}' is not a broker's address: write mqtt://host:port")
    return parts.hostname, port
