"""What a device says to its server and when it says it again: the rules of the contract, without any I/O.

`handle(input, now)` takes what the link received, what the program asked and the passing of time, and
returns effects. It decides about resending, order and what is stale; it knows no sockets, disks or threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import msgspec

from broker import codec, messages as m, topics
from broker.seal import Forged, Opener
from broker.topics import Topic
from broker.vocabulary import (
    Answered,
    Ask,
    BoardArrived,
    ClockOffset,
    ConfigArrived,
    ControlArrived,
    Deliver,
    DossiersArrived,
    Effect,
    Forget,
    Input,
    Leave,
    Measure,
    NoAnswer,
    Note,
    Now,
    Publish,
    Recorded,
    ReplyArrived,
    ServerDown,
    ServerUp,
    StatusChanged,
    Tick,
)
from broker.wire import Connected, Disconnected, Message, Received

Role = Literal["kiosk", "counter", "display"]

REQUEST_RESEND_S = 0.5
FACT_WINDOW = 50  # facts on their way at once; a receipt moves the window
FACT_RESEND_S = 1.5  # without a receipt; doubled each time, so that a silent server is not flooded
FACT_RESEND_MOST_S = 12.0
OFFSET_STEP_S = 0.5  # a clock that moved by less is not worth a message
QUIET_S = 60.0  # of a topic that brings nonsense one line is told in so long, with how many came besides
MEASURE_S = 60.0  # between two looks at the machine; what they find is also the sign that the device lives
ORDERS_KEPT = 200  # ids of orders, so that none is taken twice
STATUS_OUTBOX_S = 2.0  # a change of nothing but the outbox's length waits this long, and often undoes itself

TOPIC_NAMES = frozenset(topic.name for topic in topics.TABLE)


@dataclass
class _Open:
    """A request that waits for its reply."""

    payload: bytes
    send_at: float
    give_up_at: float


class Session:
    """One device's conversation with its server. Give it the outbox's facts, then every input in order."""

    def __init__(
        self,
        site: str,
        device: str,
        role: Role,
        version: str,
        facts: Iterable[m.Fact] = (),
        boot: str = "unknown",
        opener: Opener | None = None,
        life: str | None = None,
        measures: bool = False,
    ) -> None:
        """life: this run of the program. measures: look at the machine now and then. boot: the start of the
        machine that `Now.mono` counts from. opener: with it, what has to be sealed is believed only when the
        server of that key sealed it.
        """
        self._site = site
        self._device = device
        self._boot = boot
        self._opener = opener
        self._connected = False
        self._epoch: int | None = None  # of the server that is up; None: no server
        self._highest_epoch = -1
        self._open: dict[str, _Open] = {}
        self._facts: dict[str, m.Fact] = {}
        self._sent_upto = 0  # facts up to this seq are on their way
        self._resend_at: float | None = None
        self._resend_s = FACT_RESEND_S
        self._status = m.DeviceStatus(online=True, role=role, version=version, life=life)
        self._life = life
        self._orders: dict[str, None] = {}  # taken, the oldest first
        self._measure_at = 0.0 if measures else None
        self._published: m.DeviceStatus | None = None
        self._publish_at: float | None = None
        self._board = (-1, -1)
        self._config = (-1, -1)
        self._dossiers = -1
        self._quiet: dict[
            str, tuple[float, int]
        ] = {}  # topic -> no line until then, and how many were dropped
        self._facts.update((fact.id, fact) for fact in facts)
        self._received: dict[Topic, Callable[[Any, Now], list[Effect]]] = {
            topics.REPLY: self._reply,
            topics.RECEIPT: self._receipt,
            topics.CONFIG: self._config_arrived,
            topics.CONTROL: self._ordered,
            topics.SERVER_STATUS: self._server_status,
            topics.TIME: self._time,
            topics.BOARD: self._board_arrived,
        }
        if role == "display":
            self._received[topics.DOSSIERS] = self._dossiers_arrived

    @property
    def subscriptions(self) -> list[tuple[str, int]]:
        """The filters of this device's link, with their QoS."""
        return [(self._path(topic), topic.qos) for topic in self._received]

    @property
    def will(self) -> Message:
        """The status that the broker publishes when this device vanishes."""
        gone = m.DeviceStatus(online=False, role=self._status.role, version=self._status.version)
        return self._message(topics.STATUS, codec.encode(gone))

    def handle(self, input: Input, now: Now) -> list[Effect]:
        """What is to be done about one input. Raises only for bugs: a bad message becomes a Note."""
        effects = self._take(input, now)
        return [
            *effects,
            *self._act_on_requests(now),
            *self._act_on_facts(now),
            *self._act_on_time(now),
            *self._act_on_status(now),
        ]

    def wake_at(self) -> float | None:
        """The monotonic instant at which a Tick has something to do; None: not before the next input."""
        times = [o.give_up_at for o in self._open.values()]
        if self._connected and self._publish_at is not None:
            times.append(self._publish_at)
        if self._connected and self._measure_at is not None:
            times.append(self._measure_at)
        if self._epoch is not None:
            times += [o.send_at for o in self._open.values()]
            if self._resend_at is not None:
                times.append(self._resend_at)
        return min(times, default=None)

    def _take(self, input: Input, now: Now) -> list[Effect]:
        match input:
            case Connected(refused):
                self._connected = True
                notes = [Note(f"subscription refused filter={filter}") for filter in refused]
                return [*notes, *self._publish_status(now)]
            case Disconnected():
                self._connected = False
                return self._server_down()
            case Received():
                return self._message_received(input, now)
            case Ask(request, deadline_s):
                payload = codec.encode(request)
                self._open[request.id] = _Open(payload, now.mono, now.mono + deadline_s)
            case Recorded(fact):
                self._facts[fact.id] = fact
            case StatusChanged(changes):
                self._status = msgspec.structs.replace(self._status, **changes)
            case Answered(outcomes):
                return self._outcomes(*outcomes) if self._connected else []
            case Leave():
                self._status = msgspec.structs.replace(self._status, online=False)
            case Tick():
                pass
        return []

    # --- sending --------------------------------------------------------------------------------------

    def _act_on_requests(self, now: Now) -> list[Effect]:
        effects: list[Effect] = []
        for id, request in list(self._open.items()):
            if now.mono >= request.give_up_at:
                del self._open[id]
                effects.append(Deliver(NoAnswer(id)))
            elif self._epoch is not None and now.mono >= request.send_at:
                request.send_at = now.mono + REQUEST_RESEND_S
                effects.append(Publish(self._message(topics.REQUEST, request.payload)))
        return effects

    def _act_on_facts(self, now: Now) -> list[Effect]:
        if self._epoch is None:
            return []
        if self._resend_at is not None and now.mono >= self._resend_at:
            self._sent_upto = 0
            self._resend_s = min(2 * self._resend_s, FACT_RESEND_MOST_S)
            self._resend_at = None
        effects: list[Effect] = []
        for fact in islice(self._facts.values(), FACT_WINDOW):
            if fact.seq > self._sent_upto:
                self._sent_upto = fact.seq
                payload = codec.encode(self._stamped(fact, now))
                effects.append(Publish(self._message(topics.FACT, payload)))
        if effects and self._resend_at is None:
            self._resend_at = now.mono + self._resend_s
        return effects

    def _stamped(self, fact: m.Fact, now: Now) -> m.Fact:
        """The fact with the stopwatch at this sending, where the server needs to know how long ago it was."""
        if isinstance(fact, m.TicketFact):
            return msgspec.structs.replace(fact, sent=m.Stamp(self._boot, now.mono))
        return fact

    def _act_on_time(self, now: Now) -> list[Effect]:
        if self._measure_at is None or not self._connected or now.mono < self._measure_at:
            return []
        self._measure_at = now.mono + MEASURE_S
        return [Measure()]

    def _outcomes(self, *outcomes: m.AnyOutcome) -> list[Effect]:
        return [Publish(self._message(topics.OUTCOME, codec.encode(outcome))) for outcome in outcomes]

    def _act_on_status(self, now: Now) -> list[Effect]:
        if not self._connected:
            return []
        current = self._current_status(now)
        if current == self._published:
            self._publish_at = None
            return []
        only_outbox = self._published is not None and current == msgspec.structs.replace(
            self._published, outbox=current.outbox
        )
        if only_outbox:
            if self._publish_at is None:
                self._publish_at = now.mono + STATUS_OUTBOX_S
            if now.mono < self._publish_at:
                return []
        return self._publish_status(now)

    def _publish_status(self, now: Now) -> list[Effect]:
        self._publish_at = None
        self._published = self._current_status(now)
        stamped = msgspec.structs.replace(self._published, at=now.wall)
        return [Publish(self._message(topics.STATUS, codec.encode(stamped)))]

    def _current_status(self, now: Now) -> m.DeviceStatus:
        return msgspec.structs.replace(
            self._status, outbox=len(self._facts), clock_synchronised=now.synchronised
        )

    # --- receiving ------------------------------------------------------------------------------------

    def _message_received(self, received: Received, now: Now) -> list[Effect]:
        address = topics.parse(received.topic)
        if (
            address is None
            or address.site != self._site
            or address.device not in (None, self._device)
            or address.topic not in self._received
        ):
            return self._dropped(codec.quoted(received.topic.encode()), "not-for-us", now)
        topic, payload = address.topic, received.payload
        if received.retained and not topic.retain:
            return self._dropped(topic.name, "retained", now)
        try:
            if topic.sealed and self._opener is not None and len(payload) <= codec.limit(topic):
                payload = self._opener.opened(received.topic, payload)
            message = codec.decode(topic, payload)
        except Forged as error:
            return self._dropped(topic.name, _quoted(f"{error}: {codec.quoted(payload)}"), now)
        except codec.Malformed as error:
            return self._dropped(topic.name, _quoted(str(error)), now)
        if getattr(message, "site", "") not in ("", self._site):
            return self._dropped(topic.name, _quoted(f"of another site: {message.site}"), now)
        return self._received[topic](message, now)

    def _dropped(self, topic: str, reason: str, now: Now) -> list[Effect]:
        """One line for the log, unless there was one for this topic just now."""
        known = topic if topic in TOPIC_NAMES else "other"
        until, untold = self._quiet.get(known, (now.mono, 0))
        if now.mono < until:
            self._quiet[known] = (until, untold + 1)
            return []
        self._quiet[known] = (now.mono + QUIET_S, 0)
        besides = f" besides={untold}" if untold else ""
        return [Note(f"dropped topic={topic} reason={reason}{besides}")]

    def _reply(self, reply: m.AnyReply, now: Now) -> list[Effect]:
        if self._open.pop(reply.id, None) is None:
            return []  # a second copy, or too late
        told = self._time(reply, now) if isinstance(reply, m.FloorsReply) else []
        return [*told, Deliver(ReplyArrived(reply))]

    def _receipt(self, receipt: m.Receipt, now: Now) -> list[Effect]:
        answered = [*receipt.ids, *(refusal.id for refusal in receipt.refused)]
        gone = tuple(id for id in answered if self._facts.pop(id, None) is not None)
        if not gone:
            return []
        self._resend_s = FACT_RESEND_S
        self._resend_at = now.mono + FACT_RESEND_S if self._facts else None
        notes = [Note(f"fact refused id={r.id} code={r.code!a}") for r in receipt.refused if r.id in gone]
        return [*notes, Forget(gone)]

    def _server_status(self, status: m.ServerStatus, now: Now) -> list[Effect]:
        if status.epoch < self._highest_epoch:
            return []  # the will of a server that has been replaced already
        self._highest_epoch = status.epoch
        if not status.online:
            return self._server_down()
        if self._epoch == status.epoch:
            return []
        self._epoch = status.epoch
        self._sent_upto = 0
        self._resend_at = None
        self._resend_s = FACT_RESEND_S
        for request in self._open.values():
            request.send_at = now.mono
        return [Deliver(ServerUp(status.epoch))]

    def _server_down(self) -> list[Effect]:
        if self._epoch is None:
            return []
        self._epoch = None
        return [Deliver(ServerDown())]

    def _config_arrived(self, config: m.DeviceConfig, now: Now) -> list[Effect]:
        arrived = (self._highest_epoch, config.rev)  # a server restored from a backup may count lower again
        if arrived <= self._config:
            return []
        self._config = arrived
        return [Deliver(ConfigArrived(config))]

    def _board_arrived(self, board: m.Board, now: Now) -> list[Effect]:
        if (board.epoch, board.rev) <= self._board:
            return []
        self._board = (board.epoch, board.rev)
        return [Deliver(BoardArrived(board))]

    def _dossiers_arrived(self, dossiers: m.Dossiers, now: Now) -> list[Effect]:
        if dossiers.rev <= self._dossiers:
            return []
        self._dossiers = dossiers.rev
        return [Deliver(DossiersArrived(dossiers))]

    def _ordered(self, order: m.Control, now: Now) -> list[Effect]:
        """Taken once, and only in the run that it is for: one that somebody kept and plays again does
        nothing, also after a restart."""
        if order.life not in (None, self._life):
            return [Note(f"order of another run do={order.do} id={order.id}")]
        if order.id is None:
            return [Deliver(ControlArrived(order))]
        if order.id in self._orders:
            return []
        self._orders[order.id] = None
        while len(self._orders) > ORDERS_KEPT:
            del self._orders[next(iter(self._orders))]
        return [*self._outcomes(m.Deed(order=order.id, what="heard")), Deliver(ControlArrived(order))]

    def _time(self, time: m.Time | m.FloorsReply, now: Now) -> list[Effect]:
        offset_s = (time.at - now.wall).total_seconds()
        told = self._status.clock_offset_s
        if told is None or abs(offset_s - told) >= OFFSET_STEP_S:
            self._status = msgspec.structs.replace(self._status, clock_offset_s=round(offset_s, 1))
        return [Deliver(ClockOffset(offset_s))]

    # --- topics ---------------------------------------------------------------------------------------

    def _path(self, topic: Topic) -> str:
        return topic.of(self._site, self._device if "{device}" in topic.path else None)

    def _message(self, topic: Topic, payload: bytes) -> Message:
        return Message(self._path(topic), payload, topic.qos, topic.retain)


def _quoted(text: str) -> str:
    """The start of a text that somebody else wrote, fit for one line of the log."""
    return ascii(text[:400])
