"""A server behind its MQTT door on a broker in the process, and devices by hand."""

from __future__ import annotations

import queue
import threading
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from broker import codec, messages as m, topics
from broker.link import Received
from broker.memory import MemoryBroker
from broker.seal import Sealer
from server.devices import Devices
from server.doors import SUBSCRIPTIONS, Doors, Stop
from server.outlet import Outlet
from server.setup import Setup
from tests.server.small_server import HandClock, SmallServer

SITE = "small"
SEALER = Sealer(bytes(range(32)))
PATIENCE_S = 10.0


class Peer:
    """A device by hand: publishes bytes, and hears what is for it."""

    def __init__(self, broker: MemoryBroker, device: str) -> None:
        self.device, self._inbox = device, queue.SimpleQueue[Any]()
        heard = (topics.REPLY, topics.RECEIPT, topics.CONFIG, topics.CONTROL)
        filters = [(topic.of(SITE, device), 1) for topic in heard]
        self._link = broker.link(device, self._inbox, [*filters, (topics.BOARD.of(SITE), 1)])
        self._link.start()
        self._ids = count(1)

    def publish(self, topic: topics.Topic, payload: bytes, retain: bool | None = None) -> None:
        kept = topic.retain if retain is None else retain
        self._link.publish(topic.of(SITE, self.device), payload, qos=topic.qos, retain=kept)

    def say(self, topic: topics.Topic, message: m.Message) -> None:
        self.publish(topic, codec.encode(message))

    def hear(self, topic: topics.Topic) -> Any:
        """The next message of a topic; others are let pass."""
        while True:
            item = self._inbox.get(timeout=PATIENCE_S)
            if isinstance(item, Received):
                address = topics.parse(item.topic)
                if address is not None and address.topic is topic:
                    return codec.decode(topic, item.payload)

    def silent(self) -> bool:
        """Nothing but boards and configurations waits to be heard."""
        while not self._inbox.empty():
            item = self._inbox.get()
            if isinstance(item, Received) and item.topic.endswith(("reply", "receipt")):
                return False
        return True


class Kiosk(Peer):
    def ask(self, at: Any, **what: Any) -> m.IssueRequest:
        return m.IssueRequest(id=f"r{next(self._ids)}", at=at, **{"service": "land", **what})

    def take(self, at: Any, **what: Any) -> Any:
        request = self.ask(at, **what)
        self.say(topics.REQUEST, request)
        while (reply := self.hear(topics.REPLY)).id != request.id:
            pass  # to something before it
        return reply


class Terminal(Peer):
    def press(self, key: Any, at: Any) -> Any:
        self.say(topics.REQUEST, m.KeyRequest(id=f"k{next(self._ids)}", at=at, key=key))
        return self.hear(topics.REPLY)


class Hall:
    """A server behind its door, on a broker in the process."""

    def __init__(self, data: Path, clock: HandClock, setup: Setup | None = None) -> None:
        """setup: another hall than the small one, of the same id."""
        self.clock = clock
        self.server = SmallServer(data, clock, shown=lambda view: self.doors.shown(view), setup=setup)
        self.broker, self.devices = MemoryBroker(), Devices()
        writer = self.server.writer
        self.outlet = outlet = Outlet(SITE, "test", SEALER)
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        filters = [(topic.of_all(SITE), topic.qos) for topic in SUBSCRIPTIONS]
        self.link = self.broker.link("server", self._inbox, filters, outlet.will(writer.view.epoch))
        outlet.speak_through(self.link, writer.view.epoch)
        self.doors = Doors(writer, outlet, clock, self.devices, self._inbox)
        self._thread = threading.Thread(target=self.doors.run)

    def start(self) -> None:
        self.server.writer.start()
        self.link.start()
        self._thread.start()
        self.kiosk = Kiosk(self.broker, "kiosk-1")
        self.terminal = Terminal(self.broker, "counter-1")

    def stop(self) -> None:
        self.link.stop()
        self._inbox.put(Stop())
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self.server.writer.stop()
        self.server.store.close()

    def put(self, item: object) -> None:
        self._inbox.put(item)

    def settle(self) -> None:
        """Let everything that was said so far be dealt with: a number is given behind it."""
        probe = Kiosk(self.broker, "kiosk-2")
        assert isinstance(probe.take(self.clock.now(), service="justice"), m.TicketReply)

    def rows(self, table: sa.Table) -> list[Any]:
        with self.server.store.engine.connect() as db:
            return list(db.execute(table.select()))
