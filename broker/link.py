"""The wire between a program and its broker: MQTT 3.1.1, one thread, callbacks that only enqueue.

The only importer of paho. It knows connections and acknowledgements, and nothing of topics or payloads. Every
connection is a clean session on a fresh client, so nothing published on a lost connection is delivered later:
what must not be lost waits in an outbox, and what is retained is published again by its owner on every
`Connected`.
"""

from __future__ import annotations

import logging
import math
import random
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from broker.wire import (
    Connected,
    Credentials,
    Disconnected,
    Link,
    LinkBroken,
    Message,
    NotConnected,
    OpenLink,
    Put,
    Received,
    parse_address,
    read_credentials,
)

__all__ = [
    "Connected",
    "Credentials",
    "Disconnected",
    "Link",
    "LinkBroken",
    "Message",
    "MqttLink",
    "NotConnected",
    "OpenLink",
    "Put",
    "Received",
    "open_link",
    "parse_address",
    "read_credentials",
]

log = logging.getLogger(__name__)


class _NoTls:
    """What paho names of `ssl` whenever half a packet has arrived. Nothing here speaks TLS, and a device does
    without OpenSSL, which is 4 MB (`motcua.UNUSED`)."""

    class SSLWantReadError(OSError): ...

    class SSLWantWriteError(OSError): ...


if vars(paho)["ssl"] is None:
    vars(paho)["ssl"] = _NoTls

KEEPALIVE_S = 15  # the broker gives a silent client 1.5 x this (MQTT 3.1.1, 3.1.2.10)
CONNECT_S = 5.0  # for the TCP connection, and again for CONNACK and SUBACK
RETRY_FIRST_S = 0.5
RETRY_MOST_S = 8.0
STEADY_S = 5.0  # a connection that lasted this long starts the back-off anew
# NATS delivers a retained message first and stores it a moment later: who subscribes in between gets neither
# (measured: 14 of 150 times when both happen at once). Asking again brings the stored copy once more.
ASK_AGAIN_S = 1.0
MAX_INFLIGHT = 100  # the broker's own limit in the files of broker.provision
MAX_QUEUED = 2_000  # unacknowledged publishes of one connection; a broker that far behind is given up


def open_link(
    address: str,
    credentials: Credentials | None,
    client_id: str,
    inbox: Put,
    subscriptions: Sequence[tuple[str, int]],
    will: Message | None = None,
) -> Link:
    """A link to a real broker, not started yet. Puts Connected, Disconnected, Received, LinkBroken."""
    return MqttLink(address, credentials, client_id, inbox, subscriptions, will)


class _Connection:
    """One connection from CONNECT to its end. Its callbacks run in the link's thread and only enqueue."""

    def __init__(self, link: MqttLink) -> None:
        self.link = link
        self.up = False
        self.was_up = False
        self.ended: str | None = None
        self.sock: socket.socket | None = None
        self._lock = threading.Lock()
        self._unacknowledged = 0
        self._early: list[Received] = []
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=link.client_id,
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.max_inflight_messages_set(MAX_INFLIGHT)
        client.max_queued_messages_set(MAX_QUEUED)
        if link.credentials is not None:
            client.username_pw_set(link.credentials.user, link.credentials.password)
        if link.will is not None:
            client.will_set(link.will.topic, link.will.payload, link.will.qos, link.will.retain)
        client.on_socket_open = self._on_socket_open
        # Any callback here keeps paho from writing to the socket in the publisher's thread.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        self.client = client

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        with self._lock:
            self._unacknowledged += 1
        code = self.client.publish(topic, payload, qos, retain).rc
        if code == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            self.give_up(f"more than {MAX_QUEUED} messages unacknowledged")
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotConnected(code.name)
        self.link.wake()

    def subscribe(self) -> None:
        if self.link.subscriptions:
            self.client.subscribe(list(self.link.subscriptions))

    @property
    def flushed(self) -> bool:
        return self._unacknowledged == 0

    def give_up(self, reason: str) -> None:
        """End the connection as a cut cable would; the link's thread notices."""
        self.ended = self.ended or reason
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("link socket already closed")

    def _on_socket_open(self, _client: Client, _data: Any, sock: Any) -> None:
        # Without it a request and the acknowledgement before it wait 44 ms for each other (Nagle).
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: Any, *_: Any) -> None:
        if reason.is_failure:
            self.ended = f"refused: {reason}"
        elif self.link.subscriptions:
            self.subscribe()
        else:
            self._is_up(())

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: Any, *_: Any) -> None:
        if self.up:
            return
        pairs = zip(self.link.subscriptions, reasons, strict=False)
        self._is_up(tuple(wanted for (wanted, _), reason in pairs if reason.is_failure))

    def _is_up(self, refused: tuple[str, ...]) -> None:
        self.up = self.was_up = True
        self.link.inbox.put(Connected(refused))
        for received in self._early:
            self.link.inbox.put(received)
        self._early.clear()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            log.warning("link dropped reason=topic-not-utf8")
            return
        received = Received(topic, bytes(message.payload), message.retain)
        if self.up:
            self.link.inbox.put(received)
        else:  # a broker may send before its SUBACK (MQTT 3.1.1, 3.8.4), but a program hears Connected first
            self._early.append(received)

    def _on_publish(self, *_: Any) -> None:
        with self._lock:
            self._unacknowledged -= 1

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, *_: Any) -> None:
        self.up = False
        self.ended = self.ended or str(reason)


class MqttLink:
    """See `Link`. One daemon thread owns the socket; `publish` only queues and wakes it."""

    def __init__(
        self,
        address: str,
        credentials: Credentials | None,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None,
    ) -> None:
        self.address = address
        self.credentials = credentials
        self.client_id = client_id
        self.inbox = inbox
        self.subscriptions = tuple(subscriptions)
        self.will = will
        self._host, self._port = parse_address(address)
        self._connection: _Connection | None = None
        self._stop_by: float | None = None
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"link-{client_id}", daemon=True)

    @property
    def connected(self) -> bool:
        connection = self._connection
        return connection is not None and connection.up

    def start(self) -> None:
        self._thread.start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        connection = self._connection
        if connection is None or not connection.up:
            raise NotConnected("no connection")
        connection.publish(topic, payload, qos, retain)

    def stop(self, timeout_s: float = 2.0) -> None:
        self._stop_by = time.monotonic() + timeout_s
        self._stopping.set()
        self.wake()
        if self._thread.ident is None:
            self._close()
        elif threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def wake(self) -> None:
        """Make the link's thread look at what there is to write."""
        try:
            self._wake_write.send(b"\0")
        except BlockingIOError:
            pass  # a full pipe wakes as well
        except OSError:
            log.debug("link already stopped")

    def _run(self) -> None:
        try:
            self._keep_connected()
        except Exception as error:
            log.exception("link broken client=%s", self.client_id)
            self.inbox.put(LinkBroken(f"link of {self.client_id}: {error!r}"))
        finally:
            self._connection = None
            self._close()

    def _close(self) -> None:
        self._wake_read.close()
        self._wake_write.close()

    def _keep_connected(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            reason, was_up = self._connect_once()
            if was_up:
                log.info("link down client=%s reason=%s", self.client_id, ascii(reason))
            elif failures == 0 and not self._stopping.is_set():
                log.warning("link waits address=%s reason=%s", self.address, ascii(reason))
            failures = 0 if was_up and time.monotonic() - began > STEADY_S else failures + 1
            most = min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** min(failures, 8))
            # Random, so that the devices of a hall do not all come back in the same instant.
            self._stopping.wait(random.uniform(RETRY_FIRST_S, most))

    def _connect_once(self) -> tuple[str, bool]:
        """One connection from beginning to end: why it ended, and whether it was ever up."""
        connection = _Connection(self)
        try:
            connection.client.connect(self._host, self._port, KEEPALIVE_S)
        except OSError as error:
            return str(error), False
        self._connection = connection
        try:
            self._serve(connection)
        finally:
            self._connection = None
            if connection.sock is not None:
                connection.sock.close()
        reason = connection.ended or "closed"
        if connection.was_up:
            self.inbox.put(Disconnected(reason))
        return reason, connection.was_up

    def _serve(self, connection: _Connection) -> None:
        with selectors.DefaultSelector() as selector:  # select() would end at file descriptor 1024
            selector.register(self._wake_read, selectors.EVENT_READ)
            if connection.sock is not None:
                selector.register(connection.sock, selectors.EVENT_READ)
            self._serve_until_closed(connection, selector)

    def _serve_until_closed(self, connection: _Connection, selector: selectors.BaseSelector) -> None:
        client = connection.client
        give_up_at = time.monotonic() + CONNECT_S
        goodbye = False
        ask_again_at: float | None = None
        sock = connection.sock
        while sock is not None and client.socket() is not None:
            now = time.monotonic()
            if connection.was_up and ask_again_at is None:
                ask_again_at = now + ASK_AGAIN_S
                log.info("link up client=%s address=%s", self.client_id, self.address)
            if ask_again_at is not None and now > ask_again_at:
                ask_again_at = math.inf
                connection.subscribe()
            if not connection.was_up and now > give_up_at:
                connection.give_up("no answer to CONNECT")
            if self._stop_by is not None:
                if now > self._stop_by:
                    connection.give_up("stopped before all was acknowledged")
                elif not goodbye and (connection.flushed or not connection.was_up):
                    goodbye = True
                    connection.ended = "stopped"
                    client.disconnect()
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            selector.modify(sock, both if client.want_write() else selectors.EVENT_READ)
            for key, events in selector.select(1.0 if self._stop_by is None else 0.05):
                if key.fileobj is self._wake_read:
                    self._wake_read.recv(4096)
                    continue
                if events & selectors.EVENT_READ:
                    client.loop_read()
                if events & selectors.EVENT_WRITE and client.socket() is not None:
                    client.loop_write()
            client.loop_misc()
