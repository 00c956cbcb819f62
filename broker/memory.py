"""A broker inside the process, for tests and stories: the promises of `broker.link`, no sockets, no sleeping.

It delivers in the publisher's call, in order, so that a story is the same every time. On request it does what
networks do: a cut cable, a lost or doubled message, a broker that dies and comes back having forgotten
everything.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broker.access import PUBLIC, Grants
from broker.codec import MAX_BYTES
from broker.wire import Connected, Credentials, Disconnected, Link, Message, NotConnected, Put, Received


def matches(filter_: str, topic: str) -> bool:
    """Whether a subscription filter covers a topic (MQTT 3.1.1, 4.7)."""
    wanted, levels = filter_.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("#", "+"):
        return False
    for i, level in enumerate(wanted):
        if level == "#":
            return True
        if i >= len(levels) or level not in ("+", levels[i]):
            return False
    return len(wanted) == len(levels)


@dataclass
class _Client:
    """One link as the broker sees it."""

    id: str
    inbox: Put
    subscriptions: tuple[tuple[str, int], ...]
    will: Message | None
    grants: Grants | None = None  # None: every right
    started: bool = False
    cut: bool = False
    up: bool = False


class MemoryBroker:
    """Retained messages, wills, QoS 1 while connected; nothing is kept for who is away.

    With `grants` (see `broker.access`) the links of `open_link` have the rights of their user and no more.
    """

    def __init__(self, grants: Mapping[str, Grants] | None = None) -> None:
        self._grants = grants
        self._lock = threading.RLock()
        self._clients: dict[str, _Client] = {}
        self._retained: dict[str, tuple[bytes, int]] = {}
        self._alive = True
        self._lose = 0
        self._duplicate = 0

    def link(
        self,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None = None,
    ) -> Link:
        """A link to this broker, not started yet. A second one with the same id takes its place."""
        return _MemoryLink(self, _Client(client_id, inbox, tuple(subscriptions), will))

    def open_link(
        self,
        address: str,
        credentials: Credentials | None,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None = None,
    ) -> Link:
        """`link` in the shape of `broker.link.open_link`; the address is ignored, any password will do."""
        client = _Client(client_id, inbox, tuple(subscriptions), will)
        if self._grants is not None:
            client.grants = self._grants[credentials.user if credentials is not None else PUBLIC]
        return _MemoryLink(self, client)

    # --- what networks and brokers do ---------------------------------------------------------------

    def cut(self, client_id: str) -> None:
        """Pull the client's cable: both sides notice at once, and its will is published."""
        with self._lock:
            client = self._clients[client_id]
            client.cut = True
            self._drop(client, "cable cut", will=True)

    def heal(self, client_id: str) -> None:
        """Plug the cable in again."""
        with self._lock:
            client = self._clients[client_id]
            client.cut = False
            self._connect(client)

    def kill(self) -> None:
        """End the broker at once: everybody is disconnected, no will is published, all retained is lost."""
        with self._lock:
            self._alive = False
            self._retained.clear()
            for client in self._clients.values():
                self._drop(client, "broker gone", will=False)

    def revive(self) -> None:
        """Start the broker again, empty; the links come back by themselves."""
        with self._lock:
            self._alive = True
            for client in self._clients.values():
                self._connect(client)

    def lose_next(self, count: int = 1) -> None:
        """Accept the next `count` publishes and deliver them to nobody."""
        with self._lock:
            self._lose += count

    def duplicate_next(self, count: int = 1) -> None:
        """Deliver the next `count` publishes twice, as QoS 1 may."""
        with self._lock:
            self._duplicate += count

    def retained(self, topic: str) -> bytes | None:
        """The payload a new subscriber of `topic` would get."""
        with self._lock:
            stored = self._retained.get(topic)
            return stored[0] if stored else None

    # --- what links do ------------------------------------------------------------------------------

    def _start(self, client: _Client) -> None:
        with self._lock:
            before = self._clients.get(client.id)
            if before is not None and before is not client:
                self._drop(before, "taken over", will=True)
                before.started = False
            client.started = True
            self._clients[client.id] = client
            self._connect(client)

    def _stop(self, client: _Client) -> None:
        with self._lock:
            client.started = False
            self._drop(client, "stopped", will=False)

    def _publish(self, client: _Client, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if not topic or "#" in topic or "+" in topic:
            raise ValueError(f"'{topic}' is not a topic to publish on")
        with self._lock:
            if not client.up:
                raise NotConnected("no connection")
            self._deliver(Message(topic, payload, qos, retain), client)

    def _connect(self, client: _Client) -> None:
        if client.up or client.cut or not client.started or not self._alive:
            return
        client.up = True
        client.inbox.put(Connected())
        for filter_, _ in client.subscriptions:
            for topic, (payload, _) in sorted(self._retained.items()):
                if matches(filter_, topic) and _may_read(client, topic):
                    client.inbox.put(Received(topic, payload, retained=True))

    def _drop(self, client: _Client, reason: str, *, will: bool) -> None:
        if not client.up:
            return
        client.up = False
        client.inbox.put(Disconnected(reason))
        if will and client.will is not None:
            self._deliver(client.will, client)

    def _deliver(self, message: Message, speaker: _Client) -> None:
        # As over MQTT 3.1.1, a publish without the right to it is acknowledged and dropped.
        if len(message.payload) > MAX_BYTES or not _may_publish(speaker, message.topic):
            return
        copies = 1
        if self._lose:
            self._lose -= 1
            copies = 0
        elif self._duplicate:
            self._duplicate -= 1
            copies = 2
        if message.retain and copies:
            if message.payload:
                self._retained[message.topic] = (message.payload, message.qos)
            else:
                self._retained.pop(message.topic, None)
        for client in self._clients.values():
            wanted = any(matches(filter_, message.topic) for filter_, _ in client.subscriptions)
            if client.up and wanted and _may_read(client, message.topic):
                for _ in range(copies):
                    client.inbox.put(Received(message.topic, message.payload, retained=False))


def _may_publish(client: _Client, topic: str) -> bool:
    return client.grants is None or any(matches(filter_, topic) for filter_ in client.grants.publish)


def _may_read(client: _Client, topic: str) -> bool:
    return client.grants is None or any(matches(filter_, topic) for filter_ in client.grants.read)


class _MemoryLink:
    def __init__(self, broker: MemoryBroker, client: _Client) -> None:
        self._broker = broker
        self._client = client

    @property
    def connected(self) -> bool:
        return self._client.up

    def start(self) -> None:
        self._broker._start(self._client)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        self._broker._publish(self._client, topic, payload, qos, retain)

    def stop(self, timeout_s: float = 2.0) -> None:
        self._broker._stop(self._client)
