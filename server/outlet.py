"""What the server says over MQTT, after the commit: boards, configurations, replies, receipts, the time.

Nothing is kept here for later. What a broken link swallows is said again: state on every connect, replies and
receipts when the device repeats itself.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime

from msgspec.structs import replace

from broker import codec, messages as m, topics
from broker.link import Link, Message, NotConnected
from broker.seal import SEAL_BYTES, Sealer
from broker.topics import Topic
from server.writer import View

REVS_AN_EPOCH = 100_000  # configurations of one start; the next start begins above them
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Outlet:
    """The server's voice. Any thread may speak; `link` is given after construction, for its will needs us."""

    def __init__(self, site: str, version: str, sealer: Sealer) -> None:
        self._site, self._version, self._sealer = site, version, sealer
        self._link: Link | None = None
        self._epoch = 0
        self._config_rev = 0
        self._speaking = threading.Lock()
        self._board_rev = -1
        self._dossiers = m.Dossiers(site=site, rev=0, at=NEVER)

    def will(self, epoch: int) -> Message:
        """What the broker says when the server vanishes."""
        gone = m.ServerStatus(online=False, epoch=epoch, version=self._version)
        topic = topics.SERVER_STATUS
        return Message(topic.of(self._site), codec.encode(gone), topic.qos, topic.retain)

    def speak_through(self, link: Link, epoch: int) -> None:
        self._link, self._epoch = link, epoch

    def connected(self, view: View, now: datetime) -> None:
        """Say everything that is retained anew: the broker may have forgotten it. The status comes last,
        so that a device that hears of the server finds its configuration and the board in place."""
        self.configs(view, now)
        self.board(view)
        with self._speaking:
            self._dossiers = replace(self._dossiers, rev=self._next_rev(), at=now)
            self._say(topics.DOSSIERS, self._dossiers)
        self._say(topics.SERVER_STATUS, self._status(True, now))

    def leaving(self, now: datetime) -> None:
        self._say(topics.SERVER_STATUS, self._status(False, now))

    def board(self, view: View) -> None:
        """Publish a view's board, unless a newer one was said already: what is retained never steps back."""
        with self._speaking:
            if view.rev >= self._board_rev:
                self._board_rev = view.rev
                self._say(topics.BOARD, view.board)

    def dossiers(self, dossiers: m.Dossiers) -> m.Dossiers:
        """Say from now on how dossiers stand. Returns it as said: our site, a revision above all before."""
        with self._speaking:
            self._dossiers = replace(dossiers, site=self._site, rev=self._next_rev())
            self._say(topics.DOSSIERS, self._dossiers)
            return self._dossiers

    def configs(self, view: View, now: datetime, devices: tuple[str, ...] | None = None) -> None:
        """Tell devices, all of the hall's file unless told, what they work from; two tellers take turns, the
        later last."""
        setup = view.setup
        with self._speaking:
            rev = self._next_rev()
            for device in setup.config.devices if devices is None else devices:
                plan = setup.projection.device_config(device, now, rev, view.state)
                self._say(topics.CONFIG, plan, device)

    def reply(self, device: str, reply: m.AnyReply) -> None:
        self._say(topics.REPLY, reply, device)

    def control(self, device: str, order: m.Control) -> None:
        """An order that no broker keeps: a device that is away does not hear it."""
        self._say(topics.CONTROL, order, device)

    def receipt(self, device: str, receipt: m.Receipt) -> None:
        self._say(topics.RECEIPT, receipt, device)

    def taken(self, source: str, receipt: m.SentReceipt) -> None:
        """What became of dossiers that a source sent."""
        self._say(topics.TAKEN, receipt, source)

    def beat(self, view: View, now: datetime) -> None:
        """The time, and once more what a broker that came back empty, or was given a fake, would not have."""
        self._say(topics.TIME, m.Time(at=now))
        self.board(view)
        with self._speaking:
            self._say(topics.DOSSIERS, self._dossiers)
        self._say(topics.SERVER_STATUS, self._status(True, now))

    def _status(self, online: bool, now: datetime) -> m.ServerStatus:
        return m.ServerStatus(online=online, epoch=self._epoch, version=self._version, at=now)

    def _next_rev(self) -> int:
        self._config_rev += 1
        return self._epoch * REVS_AN_EPOCH + self._config_rev

    def _say(self, topic: Topic, message: m.Message, device: str | None = None) -> None:
        assert self._link is not None
        with suppress(NotConnected):
            path = topic.of(self._site, device)
            payload = codec.encode(message, SEAL_BYTES if topic.sealed else 0)
            if topic.sealed:
                payload = self._sealer.sealed(path, payload)
            self._link.publish(path, payload, qos=topic.qos, retain=topic.retain)
