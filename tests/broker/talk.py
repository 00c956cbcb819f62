"""A device's conversation with its own clock: what it is given, what it sent, heard, forgot and noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from broker import codec, messages as m, topics
from broker.link import Connected, Message, Received
from broker.session import Session
from broker.topics import Topic
from broker.vocabulary import Ask, Deliver, Effect, Forget, Heard, Input, Measure, Note, Now, Publish, Tick

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SITE, DEVICE = "hn", "k1"


def fact(seq: int) -> m.PrintFact:
    return m.PrintFact(id=f"f{seq}", seq=seq, at=START, ticket=f"t{seq}", outcome="printed")


def ask(id: str, deadline_s: float = 2.0) -> Ask:
    return Ask(m.IssueRequest(id=id, at=START, service="ho-tich"), deadline_s)


def board(epoch: int, rev: int) -> m.Board:
    hall = m.Words("Sảnh", "Hall")
    return m.Board(
        epoch=epoch, rev=rev, at=START, day="2026-11-23", hall=hall, calls=(), counters=(), waiting=()
    )


def config(rev: int) -> m.DeviceConfig:
    return m.DeviceConfig(rev=rev, at=START, hall=m.Words("", ""), time_zone="Asia/Ho_Chi_Minh")


def server(epoch: int, online: bool = True) -> m.ServerStatus:
    return m.ServerStatus(online=online, epoch=epoch)


def message(topic: Topic, payload: m.Message, device: str = DEVICE, retained: bool = False) -> Received:
    concrete = topic.of(SITE, device if "{device}" in topic.path else None)
    return Received(concrete, codec.encode(payload), retained)


class Talk:
    """A session with its own clock, and what came out of it."""

    def __init__(self, *facts: m.Fact, life: str | None = None, measures: bool = False) -> None:
        self.session = Session(SITE, DEVICE, "kiosk", "0.1", facts, life=life, measures=measures)
        self.measured = 0  # how often the machine was to be looked at
        self.mono = 1000.0
        self.heard: list[Heard] = []
        self.sent: list[Message] = []
        self.forgotten: list[str] = []
        self.notes: list[str] = []

    def give(self, *inputs: Input) -> Talk:
        for input in inputs:
            self._take(self.session.handle(input, self._now()))
        return self

    def wait(self, seconds: float) -> Talk:
        """Let time pass as a runner does: a Tick at each instant the session asks for."""
        end = self.mono + seconds
        while (wake_at := self.session.wake_at()) is not None and wake_at <= end:
            self.mono = max(self.mono, wake_at)
            self.give(Tick())
        self.mono = end
        return self

    def take_sent(self, topic: Topic) -> list[Any]:
        """The decoded messages on a topic since the last look; those of other topics are dropped."""
        concrete = topic.of(SITE, DEVICE)
        found = [codec.decode(topic, sent.payload) for sent in self.sent if sent.topic == concrete]
        self.sent.clear()
        return found

    def take_heard(self) -> list[Heard]:
        heard, self.heard = self.heard, []
        return heard

    def _now(self) -> Now:
        return Now(self.mono, START + timedelta(seconds=self.mono - 1000.0))

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Publish(sent):
                    self.sent.append(sent)
                case Deliver(heard):
                    self.heard.append(heard)
                case Forget(ids):
                    self.forgotten += ids
                case Measure():
                    self.measured += 1
                case Note(line):
                    self.notes.append(line)


def up(*facts: m.Fact, epoch: int = 1) -> Talk:
    """A talk with a server that is there, with nothing left unread."""
    talk = Talk(*facts).give(Connected(), message(topics.SERVER_STATUS, server(epoch), retained=True))
    talk.heard.clear()
    return talk
