"""What an administrator does with webhooks, for the page and for programs alike; each is told to the audit.

An address may carry a key of the receiver in its query, so the audit is told the host alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from server.webhooks.addresses import target
from server.webhooks.posting import Answer
from server.webhooks.sender import EVENTS, Sender
from server.webhooks.store import Delivery, Subscription

Tell = Callable[..., Any]  # (what, **about)


class BadHook(Exception):
    """A subscription that cannot be. field: url or events; code: stable."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


class NoHook(Exception):
    """No subscription, or no delivery, of that id."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an address has come in all logs. behind: messages that wait; of: where its tries are."""

    behind: int
    of: Subscription


def progress(senders: Iterable[Sender], hook: Subscription) -> Progress:
    """senders: one for each log, of the same subscriptions."""
    behind, worst = 0, hook
    for sender in senders:
        here = sender.store.find(hook.id)
        if here is not None:
            behind += sender.source.log.count(here.cursor, here.events)
            worst = max(worst, here, key=lambda one: one.tries)
    return Progress(behind, worst)


@dataclass(frozen=True, slots=True)
class Desk:
    """by: who works at it. tell: the audit."""

    sender: Sender
    by: str
    tell: Tell

    def add(self, url: str, events: Collection[str]) -> Subscription:
        """From now on; its secret is in what comes back. Raises BadHook, BadAddress, TooManyHooks."""
        host = self._checked(url, events, None)
        cursor, now = self.sender.source.log.last(), self.sender.source.wall()
        made = self.sender.store.add(url, events, cursor, self.by, now)
        self.tell("webhook.added", webhook=made.id, host=host, events=sorted(events))
        return made

    def change(self, id: str, url: str, events: Collection[str], paused: bool) -> Subscription:
        """Raises BadHook, BadAddress, NoHook."""
        before = self.find(id)
        host = self._checked(url, events, id)
        if (url, frozenset(events)) != (before.url, before.events):
            self.sender.store.change(id, url, events)
            self.tell("webhook.changed", webhook=id, host=host, events=sorted(events))
        return self.hold(id, paused)

    def hold(self, id: str, paused: bool) -> Subscription:
        """Hold it, or go on at once where it was."""
        before = self.find(id)
        self.sender.store.pause(id, paused)
        if before.paused != paused:
            self.tell("webhook.paused" if paused else "webhook.resumed", webhook=id)
        return self.find(id)

    def rotate(self, id: str) -> str:
        """The new secret; the old one signs beside it for a day."""
        secret = self.sender.store.rotate(id, self.sender.source.wall())
        if secret is None:
            raise NoHook
        self.tell("webhook.rotated", webhook=id)
        return secret

    def remove(self, id: str) -> None:
        if not self.sender.store.remove(id):
            raise NoHook
        self.tell("webhook.removed", webhook=id)

    def test(self, id: str) -> Answer:
        return self.sender.test(self.find(id))

    def again(self, id: str, n: int) -> Answer:
        """Send a delivery once more."""
        answer = self.sender.again(self.find(id), self.delivery(id, n))
        self.tell("webhook.resent", webhook=id, delivery=n)
        return answer

    def find(self, id: str) -> Subscription:
        found = self.sender.store.find(id)
        if found is None:
            raise NoHook
        return found

    def delivery(self, id: str, n: int) -> Delivery:
        found = self.sender.store.delivery(id, n)
        if found is None:
            raise NoHook
        return found

    def _checked(self, url: str, events: Collection[str], id: str | None) -> str:
        """The host. One address is told once of each thing."""
        host = target(url).host
        if not events or not set(events) <= set(EVENTS):
            raise BadHook("events", "no-events")
        if any(other.url == url and other.id != id for other in self.sender.store.all()):
            raise BadHook("url", "url-taken")
        return host
