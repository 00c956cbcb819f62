"""DeviceLink over a broker: what a program says and hears, across lost messages, cut cables and restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker import codec, messages as m, topics
from broker.device import (
    BoardArrived,
    BrokerSettings,
    ClockOffset,
    DeviceLink,
    LinkBroken,
    NoAnswer,
    ReplyArrived,
    ServerDown,
    ServerUp,
)
from broker.link import Connected, Link, OpenLink, Received, open_link
from broker.memory import MemoryBroker
from broker.outbox import UNNUMBERED, Outbox
from broker.topics import Topic
from tests.brokers import SITE, Inbox, RealBroker, eventually

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class StoppedClock:
    synchronised = True

    def now(self) -> datetime:
        return AT


class Server:
    """A server of few words: it answers requests and receipts facts."""

    def __init__(self, link: Link, inbox: Inbox) -> None:
        self.link = link
        self.inbox = inbox

    def say(self, topic: Topic, payload: m.Message, device: str = "k1") -> None:
        concrete = topic.of(SITE, device if "{device}" in topic.path else None)
        self.link.publish(concrete, codec.encode(payload), qos=topic.qos, retain=topic.retain)

    def hears(self, topic: Topic, device: str = "k1") -> m.Message:
        """The next message of the device on a topic."""
        concrete = topic.of(SITE, device)
        received = self.inbox.until(lambda item: isinstance(item, Received) and item.topic == concrete)
        message: m.Message = codec.decode(topic, received.payload)
        return message


SUBSCRIPTIONS = [(topic.of_all(SITE), topic.qos) for topic in (topics.REQUEST, topics.FACT, topics.STATUS)]


def in_memory(broker: MemoryBroker) -> Server:
    inbox = Inbox()
    link = broker.link("server", inbox, SUBSCRIPTIONS)
    link.start()
    return Server(link, inbox)


@contextmanager
def device(
    folder: Path, opened_by: OpenLink, settings: BrokerSettings | None = None
) -> Iterator[tuple[DeviceLink, Inbox, Outbox]]:
    inbox, outbox = Inbox(), Outbox(folder / "outbox.db")
    link = DeviceLink(
        settings or BrokerSettings(site=SITE, device="k1"),
        "kiosk",
        "0.1",
        outbox,
        inbox,
        StoppedClock(),
        open_link=opened_by,
    )
    link.start()
    try:
        yield link, inbox, outbox
    finally:
        link.stop()
        outbox.close()


def network(link: DeviceLink) -> str:
    return link.network


def printed(id: str) -> m.PrintFact:
    return m.PrintFact(id=id, seq=UNNUMBERED, at=AT, ticket="t1", outcome="printed")


def up(epoch: int) -> m.ServerStatus:
    return m.ServerStatus(online=True, epoch=epoch)


def test_a_citizens_request_survives_a_lost_request_and_a_doubled_reply(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = in_memory(broker)
    server.say(topics.SERVER_STATUS, up(1))
    with device(tmp_path, broker.open_link) as (link, inbox, _):
        assert inbox.until(ServerUp) == ServerUp(1)
        server.hears(topics.STATUS)
        broker.lose_next()
        link.request(m.IssueRequest(id="r1", at=AT, service="ho-tich"), deadline_s=20)
        request = server.hears(topics.REQUEST)
        assert isinstance(request, m.IssueRequest) and request.id == "r1"
        broker.duplicate_next()
        reply = m.RefusedReply(id="r1", code="closed")
        server.say(topics.REPLY, reply)
        server.say(topics.TIME, m.Time(at=AT))
        assert inbox.until(ReplyArrived) == ReplyArrived(reply)
        assert inbox.get(timeout=5) == ClockOffset(0.0), "the second copy is not delivered"


def test_a_request_that_nobody_answers_ends_at_its_deadline(tmp_path: Path) -> None:
    broker = MemoryBroker()
    with device(tmp_path, broker.open_link) as (link, inbox, _):
        link.request(m.KeyRequest(id="r1", at=AT, key="next"), deadline_s=0.05)
        assert inbox.until(NoAnswer) == NoAnswer("r1")


def test_a_fact_outlives_the_program_and_is_forgotten_on_its_receipt(tmp_path: Path) -> None:
    broker = MemoryBroker()
    with device(tmp_path, broker.open_link) as (link, _, outbox):
        assert link.fact(printed("f1")).seq == 1
        assert outbox.count() == 1
    server = in_memory(broker)
    server.say(topics.SERVER_STATUS, up(1))
    with device(tmp_path, broker.open_link) as (link, inbox, outbox):
        link.fact(printed("f2"))
        assert {server.hears(topics.FACT).id for _ in range(2)} == {"f1", "f2"}  # type: ignore[attr-defined]
        server.say(topics.RECEIPT, m.Receipt(ids=("f1", "f2")))
        server.say(topics.TIME, m.Time(at=AT))
        inbox.until(ClockOffset)  # what came before it has been carried out
        assert outbox.count() == 0
        assert link.fact(printed("f3")).seq == 3


def test_a_cut_cable_is_noticed_and_after_healing_facts_and_status_are_sent_again(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = in_memory(broker)
    server.say(topics.SERVER_STATUS, up(1))
    with device(tmp_path, broker.open_link) as (link, inbox, _):
        inbox.until(ServerUp)
        assert network(link) == "up"
        broker.cut("k1")
        inbox.until(ServerDown)
        assert network(link) == "down"
        server.inbox.until(lambda item: isinstance(item, Received) and b'"online":false' in item.payload)
        link.fact(printed("f1"))
        broker.heal("k1")
        inbox.until(ServerUp)
        status = server.hears(topics.STATUS)
        assert isinstance(status, m.DeviceStatus) and status.online
        fact = server.hears(topics.FACT)
        assert isinstance(fact, m.PrintFact) and fact.id == "f1"


def test_a_malformed_message_does_not_keep_the_next_from_arriving(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = MemoryBroker()
    server = in_memory(broker)
    with device(tmp_path, broker.open_link) as (_, inbox, _):
        for payload in (b"", b"[" * 100_000, b"\xff", b'{"epoch": -1}'):
            server.link.publish(topics.BOARD.of(SITE), payload, qos=1, retain=False)
        hall = m.Words("", "")
        board = m.Board(epoch=1, rev=1, at=AT, day="2026-11-23", hall=hall, calls=(), counters=(), waiting=())
        server.say(topics.BOARD, board)
        assert inbox.until(BoardArrived) == BoardArrived(board)
    assert len([line for line in caplog.messages if line.startswith("dropped topic=board")]) == 1


def test_a_program_that_ends_says_goodbye(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = in_memory(broker)
    with device(tmp_path, broker.open_link):
        server.hears(topics.STATUS)
    goodbye = server.hears(topics.STATUS)
    assert isinstance(goodbye, m.DeviceStatus) and not goodbye.online
    assert broker.retained(topics.STATUS.of(SITE, "k1")) is not None


def test_a_status_has_no_fields_but_the_contracts(tmp_path: Path) -> None:
    with device(tmp_path, MemoryBroker().open_link) as (link, _, _), pytest.raises(TypeError, match="mood"):
        link.status(mood="good")


def test_a_disk_that_refuses_ends_the_program_instead_of_silencing_it(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = in_memory(broker)
    server.say(topics.SERVER_STATUS, up(1))
    with device(tmp_path, broker.open_link) as (link, inbox, outbox):
        link.fact(printed("f1"))
        server.hears(topics.FACT)
        outbox.close()
        server.say(topics.RECEIPT, m.Receipt(ids=("f1",)))
        assert isinstance(inbox.until(LinkBroken), LinkBroken)
        with pytest.raises(sqlite3.Error):
            link.fact(printed("f2"))


def test_a_device_without_an_outbox_records_nothing() -> None:
    broker = MemoryBroker()
    settings = BrokerSettings(site=SITE, device="d1")
    link = DeviceLink(settings, "display", "0.1", None, Inbox(), StoppedClock(), open_link=broker.open_link)
    with pytest.raises(RuntimeError, match="no outbox"):
        link.fact(printed("f1"))


def test_a_missing_password_file_is_told_at_once(tmp_path: Path) -> None:
    settings = BrokerSettings(site=SITE, device="k1", password_file=tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        DeviceLink(settings, "kiosk", "0.1", None, Inbox(), StoppedClock())


def test_over_real_brokers_nothing_recorded_is_lost_when_the_broker_dies(
    real_broker: RealBroker, tmp_path: Path
) -> None:
    link, inbox = real_broker.link("server", "server", SUBSCRIPTIONS)
    server = Server(link, inbox)
    server.say(topics.SERVER_STATUS, up(1))
    settings = BrokerSettings(
        site=SITE,
        device="k1",
        address=real_broker.address,
        password_file=real_broker.provisioned.credentials["k1"],
    )
    with device(tmp_path, open_link, settings) as (kiosk, heard, outbox):
        heard.until(ServerUp)
        kiosk.fact(printed("f1"))
        server.hears(topics.FACT)
        real_broker.kill()
        heard.until(ServerDown)
        kiosk.fact(printed("f2"))
        real_broker.start()
        inbox.until(Connected)
        server.say(topics.SERVER_STATUS, up(1))
        heard.until(ServerUp)
        arrived: set[str] = set()
        while arrived != {"f1", "f2"}:
            fact = server.hears(topics.FACT)
            assert isinstance(fact, m.PrintFact)
            arrived.add(fact.id)
            server.say(topics.RECEIPT, m.Receipt(ids=(fact.id,)))
        # NATS keeps no order between topics: nothing that could be sent now would come after the receipt.
        assert eventually(lambda: outbox.count() == 0)
