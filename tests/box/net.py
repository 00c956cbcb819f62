"""A broker and its network in the test's hand: what is on its way arrives when, how often and in which order
the test says.

Keeps the promises of `broker.wire` and nothing more: what was published reaches whoever is connected, perhaps
twice, perhaps late, perhaps after something that was said later; what is on its way to a cut cable is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broker.memory import matches
from broker.wire import Connected, Credentials, Disconnected, Link, Message, NotConnected, Put, Received


@dataclass
class _End:
    id: str
    inbox: Put
    filters: tuple[str, ...]
    will: Message | None
    up: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Flight:
    """A message on its way to one client."""

    to: str
    received: Received


class Net:
    """Clients by id, what the broker keeps, and what is on its way, oldest first."""

    def __init__(self) -> None:
        self.flights: list[Flight] = []
        self._ends: dict[str, _End] = {}
        self._retained: dict[str, bytes] = {}
        self.delivered = 0

    def open_link(
        self,
        address: str,
        credentials: Credentials | None,
        client_id: str,
        inbox: Put,
        subscriptions: Sequence[tuple[str, int]],
        will: Message | None = None,
    ) -> Link:
        return _Link(self, _End(client_id, inbox, tuple(filter for filter, _ in subscriptions), will))

    # --- what the test does -----------------------------------------------------------------------------

    def deliver(self, nth: int = 0) -> None:
        """The nth message on its way arrives, before those that were sent earlier."""
        self._arrive(self.flights.pop(nth))

    def double(self, nth: int = 0) -> None:
        """It arrives, and will arrive again."""
        self._arrive(self.flights[nth])

    def deliver_all(self) -> None:
        while self.flights:
            self.deliver()

    def cut(self, id: str) -> None:
        """Pull a client's cable: what was on its way to it is lost."""
        end = self._ends.get(id)
        if end is not None and not end.cut:
            end.cut = True
            self._drop(end, will=True)

    def heal(self, id: str) -> None:
        end = self._ends.get(id)
        if end is not None and end.cut:
            end.cut = False
            self._connect(end)

    def forget(self) -> None:
        """The broker dies and comes back empty."""
        self._retained.clear()
        for end in self._ends.values():
            self._drop(end, will=False)
        for end in self._ends.values():
            if not end.cut:
                self._connect(end)

    def gone(self, id: str) -> None:
        """A client's machine has no power any more."""
        end = self._ends.pop(id, None)
        if end is not None:
            self._drop(end, will=True)

    # --- inside -----------------------------------------------------------------------------------------

    def start(self, end: _End) -> None:
        before = self._ends.get(end.id)
        self._ends[end.id] = end
        end.cut = before.cut if before is not None else end.cut
        if not end.cut:
            self._connect(end)

    def publish(self, end: _End, topic: str, payload: bytes, retain: bool) -> None:
        if not end.up:
            raise NotConnected("no connection")
        self._spread(topic, payload, retain)

    def _connect(self, end: _End) -> None:
        end.up = True
        end.inbox.put(Connected())
        for topic, payload in self._retained.items():
            if any(matches(filter, topic) for filter in end.filters):
                self.flights.append(Flight(end.id, Received(topic, payload, True)))

    def _drop(self, end: _End, will: bool) -> None:
        if not end.up:
            return
        end.up = False
        self.flights = [flight for flight in self.flights if flight.to != end.id]
        end.inbox.put(Disconnected("cut"))
        if will and end.will is not None:
            self._spread(end.will.topic, end.will.payload, end.will.retain)

    def _spread(self, topic: str, payload: bytes, retain: bool) -> None:
        if retain:
            self._retained[topic] = payload
        for other in self._ends.values():
            if other.up and any(matches(filter, topic) for filter in other.filters):
                self.flights.append(Flight(other.id, Received(topic, payload, False)))

    def _arrive(self, flight: Flight) -> None:
        end = self._ends.get(flight.to)
        if end is not None and end.up:
            end.inbox.put(flight.received)
            self.delivered += 1


class _Link:
    def __init__(self, net: Net, end: _End) -> None:
        self._net, self._end = net, end

    @property
    def connected(self) -> bool:
        return self._end.up

    def start(self) -> None:
        self._net.start(self._end)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        self._net.publish(self._end, topic, payload, retain)

    def stop(self, timeout_s: float = 2.0) -> None:
        self._net.gone(self._end.id)
