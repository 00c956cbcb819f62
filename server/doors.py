"""The MQTT door: messages in, commands to the writer, answers out.

One thread reads one inbox. What is malformed, unknown or stale costs one log line and a refusal to whoever
can be told; nothing that arrives here can stop the process. Which counter a key belongs to comes from the
hall's file and the topic's device, never from the payload.
"""

from __future__ import annotations

import logging
import queue
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from broker import codec, messages as m, topics
from broker.basics import new_secret
from broker.link import Connected, Disconnected, LinkBroken, Received
from hardware.clock import Clock
from server.devices import Devices
from server.dossiers.door import SourceDoor
from server.hall import commands as c
from server.hall.own_numbers import floors
from server.hall.refusals import PASSING
from server.hall.tickets import Klass
from server.orders import Orders
from server.outlet import Outlet
from server.projection import Projection
from server.site_file import Device, HallConfig
from server.writer import FactMark, Outcome, View, Writer

log = logging.getLogger("doors")

TIME_EVERY_S = 30.0
STALE_S = 30.0  # a request that took longer to arrive is not what the person wants now
LONGEST_S = 30 * 24 * 3600.0  # a stopwatch that says more is broken
TOKEN_BYTES = 16  # 128 bits, 22 characters: a phone page's address cannot be guessed

SUBSCRIPTIONS = (topics.STATUS, topics.REQUEST, topics.FACT, topics.OUTCOME, topics.SENT)

KEYS: dict[str, Callable[..., c.AtCounter]] = {
    "next": c.CallNext,
    "recall": c.Recall,
    "start": c.Start,
    "finish": c.Finish,
    "returned": partial(c.Finish, returned=True),
    "no-show": c.MarkNoShow,
    "park": c.Park,
    "undo": c.Undo,
}


class Stop:
    """Ends the door's loop."""


class Doors:
    """Carries the contract between devices and the writer."""

    def __init__(
        self,
        writer: Writer,
        outlet: Outlet,
        clock: Clock,
        devices: Devices,
        inbox: queue.SimpleQueue[Any],
        orders: Orders | None = None,
        shut: Callable[[str], bool] = lambda device: False,
        look_up: Callable[[str, m.LookupRequest], m.AnyReply] | None = None,
        sources: SourceDoor | None = None,
    ) -> None:
        """orders: who hears what came of them. shut: whether a device's word counts for nothing any more.
        look_up: what a kiosk is told of a dossier; None where nobody knows any. sources: takes what sources
        of dossiers send."""
        self._writer, self._outlet = writer, outlet
        self._clock, self._devices, self._inbox = clock, devices, inbox
        self._look_up, self._sources = look_up, sources
        self._day, self._version = writer.view.board.day, writer.view.setup.version
        self._officers = self._served_by(writer.view)
        self._orders, self._shut = orders or Orders(), shut
        self._handlers: dict[topics.Topic, Callable[[str, Any], None]] = {
            topics.STATUS: self._status,
            topics.REQUEST: self._request,
            topics.FACT: self._fact,
            topics.OUTCOME: self._orders.outcome,
        }

    def run(self) -> None:
        """Read the inbox until a Stop. Raises LinkBroken when the link died of a bug."""
        tell_time_at = time.monotonic() + TIME_EVERY_S
        while True:
            try:
                item = self._inbox.get(timeout=max(0.0, tell_time_at - time.monotonic()))
            except queue.Empty:
                item = None
            if time.monotonic() >= tell_time_at:
                tell_time_at += TIME_EVERY_S
                self._outlet.beat(self._writer.view, self._clock.now())
            if isinstance(item, Stop):
                return
            self.take(item)

    def take(self, item: Any) -> None:
        """Carry one thing that the link heard. Raises LinkBroken."""
        match item:
            case Received():
                self._received(item)
            case Connected():
                log.info("broker connected")
                self._devices.reach(True)
                self._outlet.connected(self._writer.view, self._clock.now())
            case Disconnected(reason):
                log.warning("broker disconnected reason=%s", reason)
                self._devices.reach(False)
            case LinkBroken():
                raise item

    @property
    def _config(self) -> HallConfig:
        return self._writer.view.setup.config

    @property
    def _projection(self) -> Projection:
        return self._writer.view.setup.projection

    def shown(self, view: View) -> None:
        """A commit changed the picture: tell the walls, the devices when a new day has new hours or the
        configuration is another, and first those that ask how an officer was, when that is another."""
        officers = self._served_by(view)
        changed = tuple(device for device, name in officers.items() if name != self._officers.get(device))
        self._officers = officers
        if (view.board.day, view.setup.version) != (self._day, self._version):
            self._day, self._version = view.board.day, view.setup.version
            self._outlet.configs(view, view.at)
        elif changed:
            self._outlet.configs(view, view.at, changed)
        self._outlet.board(view)

    def _served_by(self, view: View) -> dict[str, str]:
        """Device -> the name that its citizens read."""
        own = {id: d.counter for id, d in view.setup.config.devices.items() if d.counter is not None}
        return {id: view.setup.projection.officer(view.state, counter) for id, counter in own.items()}

    # --- what devices say -----------------------------------------------------------------------------

    def _received(self, received: Received) -> None:
        concrete, payload = received.topic, received.payload
        address = topics.parse(concrete)
        if address is not None and address.topic is topics.SENT:
            self._sent(address.device or "", received)
            return
        handler = self._handlers.get(address.topic) if address is not None else None
        if address is None or handler is None or address.device is None:
            log.warning("message on unknown topic %s", codec.quoted(concrete.encode()))
            return
        if received.retained and not address.topic.retain:  # old, whoever left it there
            log.warning("retained device=%s topic=%s", address.device, address.topic.name)
            return
        try:
            message = codec.decode(address.topic, payload)
        except codec.Malformed as error:
            log.warning("malformed device=%s topic=%s %s", address.device, address.topic.name, error)
            self._refuse(address.topic, address.device, error.id, "bad-request")
            return
        if address.device not in self._config.devices:
            self._stranger(address.topic, address.device, message)
            return
        if self._shut(address.device) and getattr(message, "online", True):
            log.warning("shut out device=%s topic=%s", address.device, address.topic.name)
            return
        handler(address.device, message)

    def _sent(self, source: str, received: Received) -> None:
        """Dossiers of a source. Nothing of what is malformed is logged: it may be anybody's name."""
        if received.retained or self._sources is None:
            log.warning("not taken source=%s bytes=%d", source, len(received.payload))
            return
        try:
            self._sources.take(source, codec.decode(topics.SENT, received.payload))
        except codec.Malformed as error:
            log.warning("malformed source=%s bytes=%d", source, len(received.payload))
            self._sources.malformed(source, error)

    def _status(self, device: str, status: m.DeviceStatus) -> None:
        self._devices.put(device, status)
        self._orders.living(device, status)

    def _stranger(self, topic: topics.Topic, device: str, message: Any) -> None:
        """A device that the hall's file does not have, perhaps only today. Its facts are not receipted: a
        number that somebody holds must wait in its outbox until the device is written there again."""
        log.warning("unknown device=%s topic=%s", device, topic.name)
        if topic is topics.STATUS:
            self._devices.put_stranger(device, message)
        elif topic is topics.REQUEST:
            self._refuse(topic, device, message.id, "unknown-device")

    def _request(self, device: str, request: m.AnyRequest) -> None:
        if isinstance(request, m.FloorsRequest):
            self._floors(device, request)
            return
        if isinstance(request, m.LookupRequest):
            self._outlet.reply(device, self._looked_up(device, request))
            return
        command = self._command(device, request)
        if command is None:
            self._refuse(topics.REQUEST, device, request.id, "unknown-device")
        elif self._stale(device, request.at):
            log.warning("stale device=%s request=%s", device, request.id)
            self._refuse(topics.REQUEST, device, request.id, "stale")
        else:
            self._writer.submit(command, lambda outcome: self._reply(device, request, outcome))

    def _floors(self, device: str, request: m.FloorsRequest) -> None:
        """Behind every fact that came before the question; never from what an earlier answer was."""
        series = self._config.devices[device].series
        if series is None:
            self._refuse(topics.REQUEST, device, request.id, "unknown-device")
            return

        def answer(view: View) -> None:
            free = floors(self._config.site, view.state, series)
            day, now = view.state.day or view.board.day, max(self._clock.now(), view.at)
            self._outlet.reply(device, m.FloorsReply(id=request.id, at=now, day=day, next=free))

        self._writer.look(answer)

    def _looked_up(self, device: str, request: m.LookupRequest) -> m.AnyReply:
        """Changes nothing, so that no writer is asked; a question that came late is nobody's any more."""
        if self._config.devices[device].role != "kiosk" or self._look_up is None:
            return m.RefusedReply(id=request.id, code="unknown-device")
        if self._stale(device, request.at):
            return m.RefusedReply(id=request.id, code="stale")
        return self._look_up(device, request)

    def _command(self, device: str, request: m.AnyRequest) -> c.Command | None:
        own = self._config.devices[device]
        meta = {"id": command_id(device, request.id), "by": f"device:{device}"}
        match request:
            case m.IssueRequest() if own.role == "kiosk":
                return c.Issue(
                    ticket=secrets.token_hex(8),
                    token=secrets.token_urlsafe(TOKEN_BYTES),
                    source=device,
                    service=request.service,
                    klass=Klass(request.klass),
                    lang=request.lang,
                    dossier=request.dossier,
                    secret=new_secret(),
                    **meta,
                )
            case m.KeyRequest() if own.role == "counter" and own.counter is not None:
                return KEYS[request.key](counter=own.counter, **meta)
        return None

    def _stale(self, device: str, at: datetime) -> bool:
        """Did this take too long to come? Not asked of a device whose clock is not to be believed."""
        if not self._believed(device):
            return False
        return self._clock.real_seconds((self._clock.now() - at).total_seconds()) > STALE_S

    def _believed(self, device: str) -> bool:
        """Whether the device said that something keeps its clock right."""
        status = self._devices.snapshot().get(device)
        return status is None or status.clock_synchronised

    def _reply(self, device: str, request: m.AnyRequest, outcome: Outcome) -> None:
        self._outlet.reply(device, self._answer(request, outcome))

    def _answer(self, request: m.AnyRequest, outcome: Outcome) -> m.AnyReply:
        if outcome.refusal is not None:
            again = outcome.result.get("reopens_at")
            reopens_at = None if again is None else datetime.fromisoformat(again)
            return m.RefusedReply(id=request.id, code=outcome.refusal, reopens_at=reopens_at)
        if isinstance(request, m.IssueRequest):
            if outcome.result["service"] not in self._config.site.services:
                return m.RefusedReply(id=request.id, code="unknown-service")  # given up since it was answered
            now = self._writer.view.state.tickets.get(outcome.result["ticket"])
            if now is not None and now.reason == "abandoned":
                return m.RefusedReply(id=request.id, code="abandoned")  # the kiosk gave another number since
            return self._projection.ticket_reply(request.id, outcome.result)
        return m.DoneReply(
            id=request.id, number=outcome.result.get("number"), state=outcome.result.get("state")
        )

    def _fact(self, device: str, fact: m.AnyFact) -> None:
        command = self._fact_command(device, self._config.devices[device], fact)
        if command is None:
            self._refuse(topics.FACT, device, fact.id, "unknown-device")
            return
        mark = FactMark(device, fact.seq, type(fact).__struct_config__.tag, fact.at, fact.box)  # type: ignore[arg-type]
        self._writer.submit(command, lambda outcome: self._receipt(device, fact, outcome), mark)

    def _fact_command(self, device: str, own: Device, fact: m.AnyFact) -> c.Command | None:
        meta: dict[str, Any] = {"id": command_id(device, f"fact/{fact.id}"), "by": f"device:{device}"}
        match fact:
            case m.TicketFact() if own.role == "kiosk":
                return c.TakeOwnNumber(
                    ticket=fact.ticket,
                    token=fact.token,
                    spare=secrets.token_urlsafe(TOKEN_BYTES),
                    source=device,
                    number=fact.number,
                    service=fact.service,
                    box=fact.box,
                    seq=fact.seq,
                    at=fact.at,
                    trusted=fact.trusted,
                    age=self._age(fact),
                    klass=Klass(fact.klass),
                    lang=fact.lang,
                    dossier=fact.dossier,
                    secret=fact.secret,
                    **meta,
                )
            case m.PrintFact() if own.role == "kiosk":
                return c.RecordPaper(ticket=fact.ticket, outcome=fact.outcome, **meta)
            case m.AbandonFact() if own.role == "kiosk":
                return c.Abandon(request=command_id(device, fact.request), **meta)
            case m.RatingFact() if own.counter is not None:
                return c.Rate(
                    counter=own.counter,
                    number=fact.number,
                    level=fact.level,
                    levels=fact.levels,
                    reason=fact.reason,
                    answers=fact.answers,
                    pressed_at=fact.at if fact.trusted or self._believed(device) else None,
                    **meta,
                )
        return None

    def _age(self, fact: m.TicketFact) -> timedelta | None:
        """How long ago the number was given, in the hall's time; None where no stopwatch ran all along."""
        if fact.sent is None or fact.sent.boot != fact.stamp.boot:
            return None
        real_s = fact.sent.mono - fact.stamp.mono
        if not 0 <= real_s <= LONGEST_S:  # also what is no number at all
            return None
        return timedelta(seconds=real_s / self._clock.real_seconds(1.0))

    def _receipt(self, device: str, fact: m.AnyFact, outcome: Outcome) -> None:
        if isinstance(fact, m.TicketFact):
            self._told(device, fact, outcome)
            if outcome.refusal in PASSING:
                return  # it stays in the kiosk's outbox until the hall's file has the letter again
        refused = () if outcome.refusal is None else (m.Refusal(fact.id, outcome.refusal),)
        ids = (fact.id,) if outcome.refusal is None else ()
        self._outlet.receipt(device, m.Receipt(ids=ids, refused=refused))

    @staticmethod
    def _told(device: str, fact: m.TicketFact, outcome: Outcome) -> None:
        """What a person should look into: nobody is lost, but a number was given that was not the giver's."""
        number = outcome.result.get("number", fact.number)
        if outcome.refusal is not None:
            log.warning(
                "own number refused device=%s number=%r code=%s", device, fact.number, outcome.refusal
            )
        elif number.partition("/")[2]:
            log.warning("own number twice device=%s number=%s taken as %s", device, fact.number, number)

    def _refuse(self, topic: topics.Topic, device: str, id: str | None, code: str) -> None:
        """Tell the sender no, where it said who it is: a request gets a reply, a fact a receipt."""
        if id is None:
            return
        if topic is topics.REQUEST:
            self._outlet.reply(device, m.RefusedReply(id=id, code=code))
        elif topic is topics.FACT:
            self._outlet.receipt(device, m.Receipt(ids=(), refused=(m.Refusal(id, code),)))


def command_id(device: str, id: str) -> str:
    """A device's ids are its own: no device can speak for another's command. No id has a slash in it, so that
    a fact cannot pass for a request either, and be answered as one."""
    return f"{device}/{id}"
