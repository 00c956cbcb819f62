"""/admin/webhooks: which programs are told of what happens, whether they take it, what to do when not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.happenings import COUNTED
from server.people.rights import Right
from server.web import guard
from server.web.words import TEXTS, figure_text
from server.webhooks.addresses import LONGEST, BadAddress
from server.webhooks.desk import BadHook, Desk, NoHook, progress
from server.webhooks.posting import Answer
from server.webhooks.sender import EVENTS
from server.webhooks.store import MOST, Subscription, TooManyHooks

webhooks = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")

DONE = ("paused", "resumed", "changed")
SHOWN = 50  # deliveries of one page


@webhooks.get("/")
@guard.needs(Right.SETUP)
def page() -> ResponseReturnValue:
    return _page()


@webhooks.post("/")
@guard.needs(Right.SETUP)
def add() -> ResponseReturnValue:
    """A new one, and its secret, which is shown this once."""
    check()
    url, events = request.form.get("url", "").strip(), request.form.getlist("events")
    try:
        made = desk().add(url, events)
    except (BadAddress, BadHook, TooManyHooks) as error:
        return _page(_wrong(error))
    return _one(made, secret=made.secret)


@webhooks.get("/<id>")
@guard.needs(Right.SETUP)
def one(id: str) -> ResponseReturnValue:
    return _one(_found(id))


@webhooks.post("/<id>/change")
@guard.needs(Right.SETUP)
def change(id: str) -> ResponseReturnValue:
    check()
    hook = _found(id)
    try:
        desk().change(id, request.form.get("url", "").strip(), request.form.getlist("events"), hook.paused)
    except (BadAddress, BadHook) as error:
        return _one(hook, _wrong(error))
    return _back(id, "changed")


@webhooks.post("/<id>/pause")
@guard.needs(Right.SETUP)
def pause(id: str) -> ResponseReturnValue:
    """Hold it, with `paused=yes`; else let it go on at once."""
    check()
    paused = request.form.get("paused") == "yes"
    desk().hold(_found(id).id, paused)
    return _back(id, "paused" if paused else "resumed")


@webhooks.post("/<id>/rotate")
@guard.needs(Right.SETUP)
def rotate(id: str) -> ResponseReturnValue:
    check()
    secret = desk().rotate(_found(id).id)
    return _one(_found(id), secret=secret)


@webhooks.post("/<id>/remove")
@guard.needs(Right.SETUP)
def remove(id: str) -> ResponseReturnValue:
    check()
    desk().remove(_found(id).id)
    return redirect(url_for("webhooks.page", done="removed"), 303)


@webhooks.post("/<id>/test")
@guard.needs(Right.SETUP)
def test(id: str) -> ResponseReturnValue:
    """Send a message that says nothing, and show what was answered."""
    check()
    return _one(_found(id), answer=desk().test(_found(id).id))


@webhooks.post("/<id>/deliveries/<int(max=999999999999):n>/again")
@guard.needs(Right.SETUP)
def again(id: str, n: int) -> ResponseReturnValue:
    check()
    try:
        return _one(_found(id), answer=desk().again(id, n))
    except NoHook:
        raise NotFound from None


def check() -> None:
    guard.check_same_site()
    guard.check_csrf()


def desk() -> Desk:
    who = guard.account()
    return Desk(guard.hall().webhooks, who.name if who else "", guard.audit)


def _found(id: str) -> Subscription:
    found = guard.hall().webhooks.store.find(id)
    if found is None:
        raise NotFound
    return found


def _back(id: str, done: str) -> Response:
    return Response(status=303, headers={"Location": url_for("webhooks.one", id=id, done=done)})


def _wrong(error: BadAddress | BadHook | TooManyHooks) -> dict[str, str]:
    """What is wrong, by the field it stands beside."""
    lang = guard.language()
    if isinstance(error, TooManyHooks):
        return {"url": TEXTS("refusal.too-many-webhooks", lang)}
    field = error.field if isinstance(error, BadHook) else "url"
    return {field: TEXTS(f"asked.{error.code}", lang)}


def _page(errors: dict[str, str] | None = None) -> Response:
    hall, lang = guard.hall(), guard.language()
    hooks = [_row(hook, lang) for hook in hall.webhooks.store.all()]
    page = render_template(
        "webhooks.html",
        hooks=hooks,
        most=MOST,
        done=request.args.get("done") == "removed",
        **_form(errors or {}, request.form.get("url", ""), request.form.getlist("events") or EVENTS),
    )
    return Response(page, 422 if errors else 200)


def _one(
    hook: Subscription,
    errors: dict[str, str] | None = None,
    secret: str = "",
    answer: Answer | None = None,
) -> Response:
    store, lang = guard.hall().webhooks.store, guard.language()
    hook = store.find(hook.id) or hook
    typed = request.form if errors else None
    at, done = _clock(), request.args.get("done", "")
    page = render_template(
        "webhook.html",
        hook=_row(hook, lang),
        secret=secret,
        old_secret=at(hook.old_until)
        if hook.old_secret and guard.hall().webhooks.source.wall() < hook.old_until
        else "",
        answer=answer,
        answered=_said(answer.status, answer.error, lang) if answer else "",
        done=done if done in DONE else "",
        deliveries=[
            {
                "of": found,
                "clock": at(found.at).split()[0],
                "day": at(found.at).split()[1],
                "word": TEXTS(f"webhook.event-{found.type}", lang),
                "said": _said(found.status, found.error, lang),
            }
            for found in store.deliveries(hook.id, SHOWN)
        ],
        **_form(
            errors or {},
            typed.get("url", "") if typed else hook.url,
            typed.getlist("events") if typed else sorted(hook.events),
        ),
    )
    return Response(page, 422 if errors else 200)


def _form(errors: dict[str, str], url: str, chosen: Any) -> dict[str, Any]:
    lang = guard.language()
    return {
        "errors": errors,
        "url": url[: LONGEST * 2],
        "longest": LONGEST,
        "chosen": list(chosen),
        "events": [(name, TEXTS(f"webhook.event-{name}", lang)) for name in EVENTS],
    }


def _row(hook: Subscription, lang: str) -> dict[str, Any]:
    """A subscription as the page shows it. state: paused, trying, or okay."""
    at = _clock()
    found = progress(guard.hall().senders, hook)
    here = found.of
    return {
        "of": hook,
        "events": [
            TEXTS(f"webhook.event-{name}", lang).replace(" ", "\u00a0")
            for name in EVENTS
            if name in hook.events
        ],
        "behind": _behind(found.behind, lang),
        "state": "paused" if hook.paused else "trying" if here.tries else "okay",
        "said": _said(here.status, here.error, lang) if here.tries else "",
        "next_at": at(here.next_at) if here.tries else "",
    }


def _behind(n: int, lang: str) -> str:
    return TEXTS("webhook.more_than", lang, n=figure_text(COUNTED, lang)) if n > COUNTED else str(n)


def _said(status: int | None, error: str | None, lang: str) -> str:
    """What came of a try, in words."""
    if error is None:
        return TEXTS("webhook.taken", lang, status=status or "")
    key = f"webhook.error-{error}" if f"webhook.error-{error}" in TEXTS else f"asked.{error}"
    return TEXTS(key, lang, status=status)


def _clock() -> Callable[[float], str]:
    zone = guard.hall().config.site.zone
    return lambda at: f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%H:%M:%S %d/%m/%Y}"
