"""A device's conversation on a network that loses, doubles and reorders, while both sides start again."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, strategies as st

from broker import codec, messages as m, topics
from broker.link import Connected, Disconnected, Message, Received
from broker.vocabulary import Input, NoAnswer, Recorded, ReplyArrived
from tests.broker.talk import Talk, ask, fact, message, server


class Hall:
    """A device and a server with a network between them that does what it is told to."""

    def __init__(self) -> None:
        self.talk = Talk()
        self.connected = False
        self.epoch = 1
        self.to_server: list[Message] = []
        self.to_device: list[Received] = []
        self.outbox: dict[str, m.Fact] = {}
        self.committed: list[str] = []
        self.receipts: set[str] = set()
        self.asked: list[str] = []
        self.last_seq = 0

    def record(self) -> None:
        self.last_seq += 1
        recorded = fact(self.last_seq)
        self.outbox[recorded.id] = recorded
        self.step(Recorded(recorded))

    def ask(self) -> None:
        self.asked.append(f"r{len(self.asked)}")
        self.step(ask(self.asked[-1], 3.0))

    def cut(self) -> None:
        if self.connected:
            self.connected = False
            self.to_server.clear()
            self.to_device.clear()
            self.step(Disconnected("cut"))

    def heal(self) -> None:
        if not self.connected:
            self.connected = True
            self.step(Connected())
            self.to_device.insert(0, message(topics.SERVER_STATUS, server(self.epoch), retained=True))

    def restart_server(self) -> None:
        """It committed what it has, and forgets which receipts it sent."""
        self.epoch += 1
        if self.connected:
            self.to_device.append(message(topics.SERVER_STATUS, server(self.epoch)))

    def restart_device(self) -> None:
        """kill -9: the outbox is all that is left."""
        self.cut()
        forgotten, heard = self.talk.forgotten, self.talk.heard
        mono = self.talk.mono
        self.talk = Talk(*self.outbox.values())
        self.talk.forgotten, self.talk.heard, self.talk.mono = forgotten, heard, mono

    def pass_time(self, seconds: float) -> None:
        self.talk.wait(seconds)
        self.step()

    def deliver_up(self, index: int, copies: int) -> None:
        if self.to_server:
            sent = self.to_server.pop(index % len(self.to_server))
            for _ in range(copies):
                self.serve(sent)

    def deliver_down(self, index: int, copies: int) -> None:
        if self.to_device:
            received = self.to_device.pop(index % len(self.to_device))
            for _ in range(copies):
                self.step(received)

    def serve(self, sent: Message) -> None:
        address = topics.parse(sent.topic)
        assert address is not None
        if address.topic is topics.FACT:
            arrived = codec.decode(topics.FACT, sent.payload)
            if arrived.id not in self.committed:
                self.committed.append(arrived.id)
            self.to_device.append(message(topics.RECEIPT, m.Receipt(ids=(arrived.id,))))
        elif address.topic is topics.REQUEST:
            request = codec.decode(topics.REQUEST, sent.payload)
            self.to_device.append(message(topics.REPLY, m.DoneReply(id=request.id)))

    def step(self, *inputs: Input) -> None:
        before = len(self.talk.forgotten)
        self.talk.give(*inputs)
        for id in self.talk.forgotten[before:]:
            assert id in self.committed, "the server's commit comes before the outbox forgets"
            del self.outbox[id]  # exactly once: a second time is a KeyError
        if self.connected:
            self.to_server += self.talk.sent
        self.talk.sent.clear()

    def settle(self) -> None:
        self.cut()
        self.heal()
        for _ in range(400):
            while self.to_server or self.to_device:
                self.deliver_up(0, 1)
                self.deliver_down(0, 1)
            if not self.outbox and self.talk.session.wake_at() is None:
                return
            self.pass_time(0.5)
        raise AssertionError("it never came to rest")


copies = st.integers(0, 2)  # 0: lost, 2: doubled
index = st.integers(0, 5)  # 0: in order
ACTIONS: st.SearchStrategy[Callable[[Hall], None]] = st.one_of(
    st.just(Hall.record),
    st.just(Hall.ask),
    st.just(Hall.cut),
    st.just(Hall.heal),
    st.just(Hall.restart_server),
    st.just(Hall.restart_device),
    st.floats(0.0, 4.0).map(lambda seconds: lambda hall: hall.pass_time(seconds)),
    st.tuples(index, copies).map(lambda how: lambda hall: hall.deliver_up(*how)),
    st.tuples(index, copies).map(lambda how: lambda hall: hall.deliver_down(*how)),
)


@given(st.lists(ACTIONS, max_size=60))
def test_whatever_the_network_does_every_fact_is_committed_once_and_every_request_ends_once(
    actions: list[Callable[[Hall], None]],
) -> None:
    hall = Hall()
    hall.heal()
    for action in actions:
        action(hall)
    restarted = Hall.restart_device in actions
    hall.settle()
    assert hall.outbox == {}
    assert sorted(hall.committed) == sorted(f"f{seq}" for seq in range(1, hall.last_seq + 1))
    assert sorted(hall.talk.forgotten) == sorted(hall.committed)
    ended = [
        h.reply.id if isinstance(h, ReplyArrived) else h.request_id
        for h in hall.talk.heard
        if isinstance(h, (ReplyArrived, NoAnswer))
    ]
    assert len(ended) == len(set(ended))
    assert restarted or sorted(ended) == sorted(hall.asked)
