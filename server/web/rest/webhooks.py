"""Webhooks for programs: who is told of what happens, and what became of each message.

A secret is in the answer that made it, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.people.rights import Right
from server.web.asked import refuse
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint, Nothing, instant
from server.webhooks.addresses import LONGEST, BadAddress
from server.webhooks.desk import BadHook, Desk, NoHook, progress
from server.webhooks.posting import Answer
from server.webhooks.store import Delivery, Subscription, TooManyHooks

EventName = Literal[
    "issued",
    "called",
    "finished",
    "rated",
    "dossier.due-soon",
    "dossier.apology-due",
    "dossier.overdue",
]
Url = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Events = Annotated[tuple[EventName, ...], Meta(min_length=1, max_length=7)]


class WebhookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Url
    events: Events


class WebhookChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """paused: hold it; what happens meanwhile is sent when it goes on."""

    url: Url
    events: Events
    paused: bool = False


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """behind: messages that wait, 1001 for more than a thousand. tries: of the first of
    them, with what came of the last one.
    """

    id: str
    url: str
    events: tuple[str, ...]
    paused: bool
    made_at: datetime
    made_by: str
    behind: int
    tries: int
    next_at: datetime | None
    status: int | None
    error: str | None


class NewWebhook(Webhook, frozen=True, kw_only=True):
    """secret: signs every message, as Standard Webhooks has it. Seen once."""

    secret: str


class NewSecret(msgspec.Struct, frozen=True):
    """The old secret signs beside this one for a day. Seen once."""

    secret: str


class Webhooks(msgspec.Struct, frozen=True):
    webhooks: tuple[Webhook, ...]


class TryAnswer(msgspec.Struct, frozen=True):
    """status: of HTTP, null without an answer. error: null when it was taken, that is for 2xx."""

    status: int | None
    error: str | None


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """message: the `webhook-id`. state: taken, or given up after a day."""

    delivery: int
    message: str
    type: str
    at: datetime
    state: Literal["done", "failed"]
    tries: int
    status: int | None
    error: str | None


class Deliveries(msgspec.Struct, frozen=True):
    """The newest first."""

    deliveries: tuple[DeliveryRow, ...]


def listed(asked: Asked) -> Webhooks:
    """Who is told of what happens here."""
    return Webhooks(tuple(_webhook(asked, hook) for hook in asked.hall.webhooks.store.all()))


def one(asked: Asked) -> Webhook:
    """One webhook, and how far it has come."""
    return _webhook(asked, _found(asked))


def add(asked: Asked) -> NewWebhook:
    """Tell an address of what happens from now on. The answer has its secret."""
    try:
        made = desk(asked).add(asked.body.url, asked.body.events)
    except TooManyHooks:
        raise Declined("too-many-webhooks") from None
    except (BadAddress, BadHook) as error:
        refuse([(f"/{getattr(error, 'field', 'url')}", error.code)])
    return NewWebhook(secret=made.secret, **msgspec.structs.asdict(_webhook(asked, made)))


def change(asked: Asked) -> Webhook:
    """Change an address or what it is told, hold it, or let it go on."""
    _found(asked)
    told: WebhookChange = asked.body
    try:
        changed = desk(asked).change(asked.at["webhook"], told.url, told.events, told.paused)
    except (BadAddress, BadHook) as error:
        refuse([(f"/{getattr(error, 'field', 'url')}", error.code)])
    return _webhook(asked, changed)


def remove(asked: Asked) -> Nothing:
    """Tell that address nothing any more, and forget what it was told."""
    _found(asked)
    desk(asked).remove(asked.at["webhook"])
    return Nothing()


def rotate(asked: Asked) -> NewSecret:
    """A new secret; the old one signs beside it for a day."""
    _found(asked)
    return NewSecret(desk(asked).rotate(asked.at["webhook"]))


def test(asked: Asked) -> TryAnswer:
    """Send a message that says nothing, now, and tell what was answered."""
    _found(asked)
    return _answer(desk(asked).test(asked.at["webhook"]))


def deliveries(asked: Asked) -> Deliveries:
    """The last messages that were taken or given up."""
    found = asked.hall.webhooks.store.deliveries(_found(asked).id)
    return Deliveries(tuple(map(_row, found)))


def again(asked: Asked) -> TryAnswer:
    """Send a message once more, out of its order, and tell what was answered."""
    n = asked.at["delivery"]
    if not (n.isascii() and n.isdecimal() and len(n) <= 12):
        raise NotFound
    try:
        return _answer(desk(asked).again(asked.at["webhook"], int(n)))
    except NoHook:
        raise NotFound from None


def desk(asked: Asked) -> Desk:
    who = asked.who.name
    return Desk(asked.hall.webhooks, who, lambda what, **about: audit(who, what, **about))


def _found(asked: Asked) -> Subscription:
    found = asked.hall.webhooks.store.find(asked.at["webhook"])
    if found is None:
        raise NotFound
    return found


def _webhook(asked: Asked, hook: Subscription) -> Webhook:
    found = progress(asked.hall.senders, hook)
    here = found.of
    return Webhook(
        id=hook.id,
        url=hook.url,
        events=tuple(sorted(hook.events)),
        paused=hook.paused,
        made_at=instant(hook.made_at),
        made_by=hook.made_by,
        behind=found.behind,
        tries=here.tries,
        next_at=instant(here.next_at) if here.tries else None,
        status=here.status,
        error=here.error,
    )


def _row(found: Delivery) -> DeliveryRow:
    return DeliveryRow(
        delivery=found.n,
        message=found.message,
        type=found.type,
        at=instant(found.at),
        state=found.state,
        tries=found.tries,
        status=found.status,
        error=found.error,
    )


def _answer(found: Answer) -> TryAnswer:
    return TryAnswer(found.status, found.error)


_ONE = "/webhooks/{webhook}"
ENDPOINTS = (
    Endpoint(
        name="list-webhooks",
        method="GET",
        path="/webhooks",
        does=listed,
        answer=Webhooks,
        right=Right.SETUP,
        area="webhooks",
    ),
    Endpoint(
        name="add-webhook",
        method="POST",
        path="/webhooks",
        does=add,
        answer=NewWebhook,
        right=Right.SETUP,
        area="webhooks",
        body=WebhookBody,
        status=201,
        shown_once=True,
        refusals=("too-many-webhooks",),
    ),
    Endpoint(
        name="get-webhook",
        method="GET",
        path=_ONE,
        does=one,
        answer=Webhook,
        right=Right.SETUP,
        area="webhooks",
    ),
    Endpoint(
        name="change-webhook",
        method="PUT",
        path=_ONE,
        does=change,
        answer=Webhook,
        right=Right.SETUP,
        area="webhooks",
        body=WebhookChange,
    ),
    Endpoint(
        name="remove-webhook",
        method="DELETE",
        path=_ONE,
        does=remove,
        answer=Nothing,
        right=Right.SETUP,
        area="webhooks",
    ),
    Endpoint(
        name="rotate-webhook-secret",
        method="POST",
        path=f"{_ONE}/rotate",
        does=rotate,
        answer=NewSecret,
        right=Right.SETUP,
        area="webhooks",
        shown_once=True,
    ),
    Endpoint(
        name="test-webhook",
        method="POST",
        path=f"{_ONE}/test",
        does=test,
        answer=TryAnswer,
        right=Right.SETUP,
        area="webhooks",
    ),
    Endpoint(
        name="list-deliveries",
        method="GET",
        path=f"{_ONE}/deliveries",
        does=deliveries,
        answer=Deliveries,
        right=Right.SETUP,
        area="webhooks",
    ),
    Endpoint(
        name="resend-delivery",
        method="POST",
        path=f"{_ONE}/deliveries/{{delivery}}/again",
        does=again,
        answer=TryAnswer,
        right=Right.SETUP,
        area="webhooks",
    ),
)
