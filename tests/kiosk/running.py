"""A kiosk that runs as a program in a thread, the server it talks to, and what its card remembers."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from broker.link import Link, Received
from broker.memory import MemoryBroker
from broker.outbox import Outbox
from hardware.panel import PanelClient, PanelGone
from kiosk.program import KioskProgram, Settings
from kiosk.store import Store
from kiosk.view import NORMAL
from tests.brokers import SITE, Inbox, eventually
from tests.kiosk import sample
from tests.orders import answered

T = TypeVar("T")

DEVICE = "kiosk-1"
SUBSCRIPTIONS = [
    (topic.of_all(SITE), topic.qos) for topic in (topics.REQUEST, topics.FACT, topics.STATUS, topics.OUTCOME)
]


def now() -> datetime:
    return datetime.now(UTC)


def opened(config: m.DeviceConfig, groups: bool) -> m.DeviceConfig:
    """The sample hall, open around the present moment."""
    assert config.kiosk is not None
    openings = (m.Opening(now() - timedelta(hours=1), now() + timedelta(hours=1)),)
    authorities = tuple(
        msgspec.structs.replace(
            a, services=tuple(msgspec.structs.replace(s, openings=openings) for s in a.services)
        )
        for a in config.kiosk.authorities
    )
    plan = msgspec.structs.replace(
        config.kiosk, authorities=authorities, groups=config.kiosk.groups if groups else ()
    )
    return msgspec.structs.replace(config, kiosk=plan)


@dataclass
class Server:
    """A server of few words, and the panel of the kiosk it talks to."""

    inbox: Inbox
    link: Link
    client: PanelClient
    rev: int = 0

    @classmethod
    def of(cls, broker: MemoryBroker, folder: Path, groups: bool = True) -> Server:
        inbox = Inbox()
        link = broker.link("server", inbox, SUBSCRIPTIONS)
        link.start()
        server = cls(inbox, link, PanelClient(folder / "panel"))
        server.say(topics.SERVER_STATUS, m.ServerStatus(online=True, epoch=1))
        server.say(topics.CONFIG, opened(sample.config(), groups))
        server.say(topics.BOARD, msgspec.structs.replace(sample.board(lines=()), at=now()))
        return server

    def say(self, topic: topics.Topic, payload: m.Message) -> None:
        concrete = topic.of(SITE, DEVICE if "{device}" in topic.path else None)
        self.link.publish(concrete, codec.encode(payload), qos=topic.qos, retain=topic.retain)

    def hears(self, topic: topics.Topic) -> Any:
        concrete = topic.of(SITE, DEVICE)
        received = self.inbox.until(lambda item: isinstance(item, Received) and item.topic == concrete)
        return codec.decode(topic, received.payload)

    def gives(self, number: str = "B047") -> str:
        """Answer the request that comes with a number; the request's id."""
        request = self.hears(topics.REQUEST)
        assert isinstance(request, m.IssueRequest)
        self.say(topics.REPLY, sample.ticket(request.id, number, ticket=f"t-{number}", issued_at=now()))
        return request.id

    def orders(self, do: m.Order) -> tuple[list[str], bytes]:
        """Order something, and wait for what comes of it."""
        id = uuid.uuid4().hex
        self.say(topics.CONTROL, m.Control(do=do, id=id))
        return answered(id, lambda: self.hears(topics.OUTCOME))

    def says(self, wanted: Callable[[m.DeviceStatus], bool]) -> m.DeviceStatus:
        """The next status that is `wanted`."""
        while not wanted(status := self.hears(topics.STATUS)):
            pass
        found: m.DeviceStatus = status
        return found

    def status(self, printer: str) -> bool:
        """Wait until the kiosk says how its printer is."""
        topic = topics.STATUS.of(SITE, DEVICE)
        self.inbox.until(
            lambda item: (
                isinstance(item, Received)
                and item.topic == topic
                and codec.decode(topics.STATUS, item.payload).printer == printer
            )
        )
        return True

    # --- at the panel -----------------------------------------------------------------------------------

    def ask(self, path: str) -> Any:
        return json.loads(self.client.ask("GET", path)[2])

    def post(self, path: str, **body: Any) -> int:
        return self.client.ask("POST", path, json.dumps(body).encode())[0]

    def target(self, verb: str, of: str = "") -> list[int] | None:
        for target in self.ask("/state")["targets"]:
            if (target["verb"], target["of"]) == (verb, of):
                return list(target["box"])
        return None

    def tap(self, verb: str, of: str = "") -> None:
        """Wait for a target, then touch its middle."""
        boxes: list[list[int]] = []

        def seen() -> bool:
            boxes.extend(box for box in [self.target(verb, of)] if box is not None)
            return bool(boxes)

        assert eventually(seen), (verb, of)
        x, y, width, height = boxes[0]
        assert self.post("/touch", x=x + width // 2, y=y + height // 2) == 200

    def take(self) -> None:
        self.tap("service", "tai-nguyen")
        self.tap("class", NORMAL)


def settings(folder: Path, **changes: Any) -> Settings:
    broker = BrokerSettings(site=SITE, device=DEVICE, server_key=changes.pop("server_key", ""))
    return Settings(data=folder / "data", broker=broker, panel=folder / "panel", **changes)


@contextmanager
def kiosk(folder: Path, broker: MemoryBroker, **changes: Any) -> Iterator[KioskProgram]:
    program = KioskProgram(settings(folder, **changes), open_link=broker.open_link)
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(program.run()))
    thread.start()
    assert eventually(lambda: answers(folder / "panel"))
    try:
        yield program
    finally:
        program.stop()
        thread.join(20)
        assert ended == [0]


def facts(folder: Path) -> list[m.AnyFact]:
    outbox = Outbox(folder / "data" / "kiosk.db")
    try:
        return outbox.pending()
    finally:
        outbox.close()


def kept(folder: Path, what: Callable[[Store], T]) -> T:
    """What the kiosk's card remembers."""
    store = Store(folder / "data" / "kiosk.db")
    try:
        return what(store)
    finally:
        store.close()


def answers(panel: Path) -> bool:
    try:
        return PanelClient(panel).ask("GET", "/state")[0] == 200
    except PanelGone:
        return False
