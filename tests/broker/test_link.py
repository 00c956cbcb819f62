"""The promises of a link, kept alike by the in-memory broker, NATS and Mosquitto."""

from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from broker import topics
from broker.codec import MAX_BYTES
from broker.link import (
    Connected,
    Credentials,
    Disconnected,
    LinkBroken,
    Message,
    NotConnected,
    Received,
    open_link,
    parse_address,
)
from tests.brokers import SITE, AnyBroker, Inbox, RealBroker

BOARD = topics.BOARD.of(SITE)
REQUEST = topics.REQUEST.of(SITE, "k1")
REPLY = topics.REPLY.of(SITE, "k1")
STATUS = topics.STATUS.of(SITE, "k1")


def test_a_request_reaches_the_server_and_its_reply_the_device(broker: AnyBroker) -> None:
    server, at_server = broker.link("server", "server", [(topics.REQUEST.of_all(SITE), 1)])
    device, at_device = broker.link("k1", "k1", [(REPLY, 1)])
    device.publish(REQUEST, b"ask", qos=1, retain=False)
    assert at_server.until(Received) == Received(REQUEST, b"ask", retained=False)
    server.publish(REPLY, b"answer", qos=1, retain=False)
    assert at_device.until(Received) == Received(REPLY, b"answer", retained=False)


def test_messages_of_one_sender_keep_their_order(broker: AnyBroker) -> None:
    _, at_server = broker.link("server", "server", [(topics.FACT.of_all(SITE), 1)])
    device, _ = broker.link("k1", "k1")
    sent = [f"{i}".encode() for i in range(500)]
    for payload in sent:
        device.publish(topics.FACT.of(SITE, "k1"), payload, qos=1, retain=False)
    assert [at_server.until(Received).payload for _ in sent] == sent


def test_who_comes_later_gets_the_retained_state_marked_as_such(broker: AnyBroker) -> None:
    server, _ = broker.link("server", "server")
    _, first = broker.link("d1", "d1", [(BOARD, 1)])
    server.publish(BOARD, b"old", qos=1, retain=True)
    server.publish(BOARD, b"new", qos=1, retain=True)
    assert first.until(Received) == Received(BOARD, b"old", retained=False)
    assert first.until(Received) == Received(BOARD, b"new", retained=False)
    _, second = broker.link("k1", "k1", [(BOARD, 1)])
    assert second.until(Received) == Received(BOARD, b"new", retained=True)


def test_an_empty_payload_takes_the_retained_state_away(broker: AnyBroker) -> None:
    server, _ = broker.link("server", "server")
    _, witness = broker.link("d1", "d1", [(BOARD, 1)])
    server.publish(BOARD, b"state", qos=1, retain=True)
    server.publish(BOARD, b"", qos=1, retain=True)
    witness.until(lambda item: isinstance(item, Received) and item.payload == b"")
    _, late = broker.link("k1", "k1", [(BOARD, 1)])
    server.publish(BOARD, b"live", qos=1, retain=False)
    assert late.until(Received) == Received(BOARD, b"live", retained=False)


def test_a_client_that_dies_leaves_its_will_and_it_is_retained(broker: AnyBroker) -> None:
    _, at_server = broker.link("server", "server", [(topics.STATUS.of_all(SITE), 1)])
    broker.die_as("k1", "k1", Message(STATUS, b"gone"))
    assert at_server.until(Received) == Received(STATUS, b"gone", retained=False)
    _, late = broker.link("server", "late", [(topics.STATUS.of_all(SITE), 1)])
    assert late.until(Received) == Received(STATUS, b"gone", retained=True)


def test_a_client_that_stops_says_its_last_word_and_leaves_no_will(broker: AnyBroker) -> None:
    _, at_server = broker.link("server", "server", [(topics.STATUS.of_all(SITE), 1)])
    device, _ = broker.link("k1", "k1", [], Message(STATUS, b"will"))
    device.publish(STATUS, b"goodbye", qos=1, retain=True)
    device.stop()
    again, _ = broker.link("k1", "k1")
    again.publish(STATUS, b"back", qos=1, retain=True)
    heard = [b""]
    while heard[-1] != b"back":
        heard.append(at_server.until(Received).payload)
    assert set(heard[1:]) == {b"goodbye", b"back"}


def test_after_kill_9_of_the_broker_all_come_back_and_the_owner_restores_the_retained_state(
    broker: AnyBroker,
) -> None:
    server, at_server = broker.link("server", "server", [(topics.REQUEST.of_all(SITE), 1)])
    device, at_device = broker.link("k1", "k1", [(BOARD, 1)])
    server.publish(BOARD, b"before", qos=1, retain=True)
    at_device.until(Received)
    broker.kill()
    at_server.until(Disconnected)
    at_device.until(Disconnected)
    broker.start()
    at_server.until(Connected)
    server.publish(BOARD, b"after", qos=1, retain=True)
    at_device.until(lambda item: isinstance(item, Received) and item.payload == b"after")
    device.publish(REQUEST, b"ask", qos=1, retain=False)
    assert at_server.until(Received).payload == b"ask"
    _, late = broker.link("d1", "d1", [(BOARD, 1)])
    assert late.until(Received) == Received(BOARD, b"after", retained=True)


def test_what_was_published_without_a_connection_is_refused_and_never_delivered_later(
    broker: AnyBroker,
) -> None:
    server, at_server = broker.link("server", "server", [(topics.REQUEST.of_all(SITE), 1)])
    device, at_device = broker.link("k1", "k1")
    broker.kill()
    at_server.until(Disconnected)
    at_device.until(Disconnected)
    with pytest.raises(NotConnected):
        device.publish(REQUEST, b"lost", qos=1, retain=False)
    broker.start()
    at_server.until(Connected)
    at_device.until(Connected)
    device.publish(REQUEST, b"new", qos=1, retain=False)
    assert at_server.until(Received).payload == b"new"
    assert server.connected


def test_the_largest_payload_passes_and_is_retained_whole(broker: AnyBroker) -> None:
    server, _ = broker.link("server", "server")
    _, witness = broker.link("d1", "d1", [(BOARD, 1)])
    payload = b"x" * MAX_BYTES
    server.publish(BOARD, payload, qos=1, retain=True)
    assert witness.until(Received).payload == payload
    _, late = broker.link("k1", "k1", [(BOARD, 1)])
    assert late.until(Received) == Received(BOARD, payload, retained=True)


def test_an_oversized_payload_reaches_nobody_and_the_others_notice_nothing(broker: AnyBroker) -> None:
    _, at_server = broker.link("server", "server", [(topics.REQUEST.of_all(SITE), 1)])
    bad, _ = broker.link("k1", "k1")
    good, _ = broker.link("k2", "k2")
    bad.publish(REQUEST, b"x" * 1_048_576, qos=1, retain=False)
    good.publish(topics.REQUEST.of(SITE, "k2"), b"fine", qos=1, retain=False)
    assert at_server.until(lambda item: not isinstance(item, Connected)).payload == b"fine"


def test_any_bytes_arrive_as_they_were_sent(broker: AnyBroker) -> None:
    _, at_server = broker.link("server", "server", [(topics.REQUEST.of_all(SITE), 1)])
    device, _ = broker.link("k1", "k1")
    odd = [b"\x00", b"\xff\xfe", b"[" * 5_000, bytes(range(256)), "\u202e nặng".encode()]
    for payload in odd:
        device.publish(REQUEST, payload, qos=1, retain=False)
    assert [at_server.until(Received).payload for _ in odd] == odd


def test_a_second_client_with_the_same_id_takes_the_first_ones_place(broker: AnyBroker) -> None:
    first, at_first = broker.link("k1", "k1")
    broker.link("k1", "k1")
    at_first.until(Disconnected)
    first.stop()


def test_a_link_that_waits_for_a_broker_finds_it_when_it_comes(real_broker: RealBroker) -> None:
    real_broker.kill()
    inbox = Inbox()
    link = open_link(real_broker.address, real_broker.credentials("k1"), "k1", inbox, [(REPLY, 1)])
    link.start()
    try:
        assert not link.connected
        real_broker.start()
        inbox.until(Connected)
        assert link.connected
    finally:
        link.stop()


def test_a_wrong_password_opens_nothing(real_broker: RealBroker) -> None:
    inbox = Inbox()
    link = open_link(real_broker.address, Credentials("k1", "guess"), "k1", inbox, [])
    link.start()
    right, _ = real_broker.link("k2", "k2")
    assert right.connected and not link.connected and inbox.rest() == []
    link.stop()


def test_stopping_does_not_wait_for_a_broker_that_froze(real_broker: RealBroker) -> None:
    device, at_device = real_broker.link("k1", "k1")
    real_broker.signal(signal.SIGSTOP)
    device.publish(REQUEST, b"never acknowledged", qos=1, retain=False)
    device.stop(0.3)
    assert isinstance(at_device.until(Disconnected), Disconnected)
    assert not device.connected


def test_a_bug_in_the_links_thread_reaches_the_program_as_an_error(real_broker: RealBroker) -> None:
    class Faulty(Inbox):
        def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
            if isinstance(item, Received):
                raise ZeroDivisionError
            super().put(item)

    inbox = Faulty()
    link = open_link(real_broker.address, real_broker.credentials("d1"), "d1", inbox, [(BOARD, 1)])
    link.start()
    inbox.until(Connected)
    server, _ = real_broker.link("server", "server")
    server.publish(BOARD, b"state", qos=1, retain=True)
    assert isinstance(inbox.until(LinkBroken), RuntimeError)
    assert not link.connected


def test_many_threads_may_publish_at_once(real_broker: RealBroker) -> None:
    _, at_server = real_broker.link("server", "server", [(topics.FACT.of_all(SITE), 1)])
    device, _ = real_broker.link("k1", "k1")

    def send(name: int) -> None:
        for i in range(100):
            device.publish(topics.FACT.of(SITE, "k1"), f"{name}-{i}".encode() * 50, qos=1, retain=False)

    threads = [threading.Thread(target=send, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = {at_server.until(Received).payload for _ in range(400)}
    assert got == {f"{name}-{i}".encode() * 50 for name in range(4) for i in range(100)}


def test_a_program_with_thousands_of_open_files_connects_all_the_same(real_broker: RealBroker) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        device, inbox = real_broker.link("k1", "k1", [(BOARD, 1)])
        server, _ = real_broker.link("server", "server")
        server.publish(BOARD, b"state", qos=1, retain=True)
        assert inbox.until(Received).payload == b"state"
        device.stop()
        server.stop()
    finally:
        for handle in opened:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("program", ["kiosk", "server"])
def test_packets_that_come_byte_by_byte_arrive_also_where_there_is_no_tls(program: str) -> None:
    """A kiosk leaves OpenSSL out, whose errors paho names whenever it has to wait for the rest."""
    command = [sys.executable, "-m", "tests.broker.halves", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("whole\n", "")


def test_a_link_that_was_never_started_leaves_nothing_open() -> None:
    link = open_link("mqtt://127.0.0.1:1", None, "k1", Inbox(), [])
    link.stop()
    assert not link.connected


@pytest.mark.parametrize("address", ["localhost:1883", "http://x:1", "mqtt://", "mqtt://h:0", "mqtt://h:x"])
def test_a_bad_address_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(ValueError, match="write mqtt://host:port"):
        open_link(address, None, "k1", queue.SimpleQueue(), [])


def test_an_address_without_a_port_means_1883() -> None:
    assert parse_address("mqtt://hall.local") == ("hall.local", 1883)
    assert parse_address("mqtt://[::1]:2000") == ("::1", 2000)
