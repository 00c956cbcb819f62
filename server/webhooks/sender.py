"""Sends what happened to whoever subscribed: in order, again and again, until it is taken or a day is over.

Each subscription has a thread and a place in the log of its own, so that a slow receiver keeps nobody waiting
but itself; the hall's writer never waits for any. A message is the same, id and body, however often it is
sent: receivers get it at least once, and tell repeats by `webhook-id`.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from server.webhooks.logs import DOSSIER_EVENTS, HALL_EVENTS, Log, Told
from server.webhooks.posting import Answer, Poster
from server.webhooks.signing import headers
from server.webhooks.store import Delivery, HookStore, Subscription

log = logging.getLogger("webhooks")

EVENTS: tuple[str, ...] = (*HALL_EVENTS, *DOSSIER_EVENTS)
TEST = "test"
LOOK_S = 1.0
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """After a failed try: `first_s`, twice as long each time up to `most_s`, give or take a fifth; given up
    when `all_s` passed since the first try.
    """

    first_s: float = 5.0
    most_s: float = 3600.0
    all_s: float = 24 * 3600.0

    def wait_s(self, tries: int, luck: float) -> float:
        """luck: 0 to 1."""
        usual = min(self.most_s, self.first_s * 2.0 ** min(tries - 1, 30))
        return usual * (0.8 + 0.4 * luck)


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sent. data: what a log tells, but for `mark`, which is part of `webhook-id`."""

    type: str
    timestamp: str
    site: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What the sender needs of a hall. changed: waits for the next commit, or so many seconds.

    look_s: how soon a new subscription begins, and a paused one goes on.
    """

    site: str
    log: Log
    changed: Callable[[float], object]
    wall: Callable[[], float]
    look_s: float = LOOK_S


class Sender:
    """`start`, then `stop`. Pages ask it to test and to send again, from any thread."""

    def __init__(
        self, store: HookStore, source: Source, pace: Pace = Pace(), poster: Poster | None = None
    ) -> None:
        self.store, self.source = store, source
        self._pace, self._poster = pace, poster or Poster()
        self._stopping = threading.Event()
        self._couriers: dict[str, threading.Thread] = {}
        self._thread = threading.Thread(target=self._watch, name=f"webhooks {source.site}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End what is under way; it is sent again after the next start."""
        self._stopping.set()
        self._poster.abort()
        for thread in (self._thread, *self._couriers.values()):
            if thread.ident is not None:
                thread.join(STOP_S)

    def test(self, to: Subscription) -> Answer:
        """Send a message that says nothing, now."""
        at = datetime.fromtimestamp(self.source.wall(), UTC).isoformat()
        body = msgspec.json.encode(Message(TEST, at, self.source.site, {}))
        return self._post(to, f"{self.source.site}-test-{secrets.token_hex(8)}", body)

    def again(self, to: Subscription, delivery: Delivery) -> Answer:
        """Send a message once more, out of its order, now."""
        answer = self._post(to, delivery.message, delivery.body)
        self.store.sent_again(delivery.n, self.source.wall(), answer.status, answer.error)
        return answer

    # --- threads --------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Keep a courier for each subscription that is not held."""
        while not self._stopping.is_set():
            for subscription in self.store.all():
                running = self._couriers.get(subscription.id)
                if subscription.paused or (running is not None and running.is_alive()):
                    continue
                courier = threading.Thread(
                    target=self._carry,
                    args=(subscription.id,),
                    name=f"webhook {subscription.id}",
                    daemon=True,
                )
                self._couriers[subscription.id] = courier
                courier.start()
            self._stopping.wait(self.source.look_s)

    def _carry(self, id: str) -> None:
        """Deliver one subscription's messages in order, until it is held, gone, or the server stops."""
        read, waiting = -1, deque[Told]()
        while not self._stopping.is_set():
            to = self.store.find(id)
            if to is None or to.paused:
                return
            if read < 0:
                read = self._begin(to)
            waiting = deque(h for h in waiting if h.type in to.events)
            if not waiting:
                found, upto = self.source.log.after(read, to.events)
                waiting.extend(found)
                if not found and upto - to.cursor >= self.source.log.far:
                    self.store.move(id, upto)
                read = max(read, upto)
            if not waiting:
                self.source.changed(self.source.look_s)
                continue
            wait_s = self._step(to, waiting[0])
            if wait_s is None:
                waiting.popleft()
            else:
                self._stopping.wait(min(wait_s, LOOK_S))

    def _begin(self, to: Subscription) -> int:
        """Its place in the log, which may be shorter now: after a backup was restored."""
        newest = self.source.log.last()
        if to.cursor > newest:
            log.warning("log_shorter subscription=%s cursor=%d newest=%d", to.id, to.cursor, newest)
            self.store.move(to.id, newest)
        return min(to.cursor, newest)

    def _step(self, to: Subscription, happening: Told) -> float | None:
        """One try, if it is time. None: this message is dealt with; else how long to wait, in s."""
        now = self.source.wall()
        if now < to.next_at <= now + self._pace.most_s * 2:  # a clock that was set back keeps nobody waiting
            return to.next_at - now
        message, body = f"{self.source.site}-{happening.seq}-{happening.mark}", self._body(happening)
        answer = self._post(to, message, body)
        if self._stopping.is_set():
            return LOOK_S
        now = self.source.wall()
        tries, first = to.tries + 1, now if to.first_try_at is None else to.first_try_at
        over = answer.error is not None and now - first >= self._pace.all_s
        if answer.error is None or over:
            told = {"message": message, "type": happening.type, "body": body, "at": now, "tries": tries}
            state = "failed" if over else "done"
            self.store.ended(
                to.id,
                happening.seq,
                {**told, "state": state, "status": answer.status, "error": answer.error},
            )
            if over:
                log.warning("given_up subscription=%s seq=%d tries=%d", to.id, happening.seq, tries)
            return None
        wait_s = self._pace.wait_s(tries, random.random())
        self.store.missed(to.id, tries, first, now + wait_s, {"status": answer.status, "error": answer.error})
        return wait_s

    def _body(self, happening: Told) -> bytes:
        data = msgspec.to_builtins(happening)
        del data["mark"]
        timestamp = data["at"]
        return msgspec.json.encode(Message(happening.type, timestamp, self.source.site, data))

    def _post(self, to: Subscription, message: str, body: bytes) -> Answer:
        now = self.source.wall()
        return self._poster.post(to.url, headers(to.keys(now), message, int(now), body), body)
