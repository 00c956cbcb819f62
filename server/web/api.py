"""The HTTP interface that the staff page and scripts use: one POST for each verb of a counter.

Bodies are JSON objects, typed at the door; fields that are not of the verb are refused, so that nobody
sets what is not his to set. Answers come after the commit. Who may act at a counter: the officer who
opened it, and managers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from msgspec import Meta
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized

from broker.basics import new_secret
from broker.messages import Control
from server.devices import can_print
from server.hall import commands as c
from server.hall.looking import ticket_by_number
from server.hall.refusals import Refusal
from server.people.accounts import Account
from server.people.rights import Right
from server.web import guard
from server.web.hall import Hall
from server.web.login import try_log_in
from server.web.phone import projection
from server.web.presses import SAME_PRESS_S, Presses
from server.web.verbs import VERBS, Body, ReprintBody, TicketBody, fresh

MAX_BODY = 64 * 1024

api = Blueprint("api", __name__, url_prefix="/api/v1")
T = TypeVar("T")


class LoginBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=1000)]
    code: Annotated[str, Meta(max_length=64)] = ""  # of the second step


class NotJson(HTTPException):
    code = 415
    description = "not-json"


def typed_body(shape: type[T]) -> T:
    """The request's JSON as `shape`. Raises 415, 413 or a bad-request refusal; never anything else."""
    if request.mimetype != "application/json":
        raise NotJson
    raw = request.get_data(cache=False)
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("bad-request", detail=ascii(str(error))[1:-1][:200]) from None


@api.post("/login")
def log_in() -> ResponseReturnValue:
    """{"name", "password"} -> {"name", "role", "csrf"} and the cookie."""
    guard.check_same_site()
    asked = typed_body(LoginBody)
    found = try_log_in(asked.name, asked.password, asked.code)
    if found is None:
        raise Unauthorized("login")
    token = guard.begin(found.key, found.account, guard.language())
    role = found.account.role_at(guard.hall().config.site.id)
    return json({"name": found.account.name, "role": role.value if role else None, "csrf": token})


@api.post("/logout")
def log_out() -> ResponseReturnValue:
    guard.check_csrf()
    guard.end()
    return json({})


@api.post("/counters/<counter>/<verb>")
@guard.needs(Right.CALL)
def at_counter(counter: str, verb: str) -> ResponseReturnValue:
    """Do `verb` at `counter`; the answer says which number it touched and how that stands now."""
    guard.check_same_site()
    guard.check_csrf()
    if verb not in VERBS:
        raise NotFound
    hall, who = guard.hall(), guard.account()
    assert who is not None
    told = typed_body(VERBS[verb].body)
    must_hold(hall, who, counter, verb)
    result, id = press(counter, verb, told, VERBS[verb].make)
    return json({"number": None, "state": None, **result, "id": told.id, "repeats": id != own_id(who, told)})


@api.post("/counters/<counter>/reprint")
@guard.needs(Right.CALL)
def reprint(counter: str) -> ResponseReturnValue:
    """{"id", "number", "kiosk"?} -> the number, and the kiosk that was told; what came of it is the ticket's
    paper. The order has an id that follows from the press, so that a kiosk prints once for each.
    """
    guard.check_same_site()
    guard.check_csrf()
    hall, who = guard.hall(), guard.account()
    assert who is not None
    told = typed_body(ReprintBody)
    must_hold(hall, who, counter, "reprint")
    kiosk = told.kiosk or source_of(hall, told.number)
    if kiosk not in hall.config.devices or hall.config.devices[kiosk].role != "kiosk":
        raise Refusal("unknown-device")
    if not can_print(hall.devices.snapshot().get(kiosk)):
        raise Refusal("cannot-print")
    result, id = press(
        counter, "reprint", told, lambda b, at, who: c.Reprint(number=b.number, kiosk=kiosk, **at)
    )
    order = hashlib.sha256(id.encode()).hexdigest()[:32]
    ticket = hall.writer.view.state.tickets.get(result["ticket"])
    if ticket is not None:
        hall.order(kiosk, Control(do="reprint", id=order, ticket=projection().reprint(order, ticket)))
    return json({**result, "kiosk": kiosk, "id": told.id, "repeats": id != own_id(who, told)})


def source_of(hall: Hall, number: str) -> str:
    """The device that gave a number. Raises Refusal."""
    return ticket_by_number(hall.writer.view.state, number).source


def press(
    counter: str, verb: str, told: Any, make: Callable[[Any, dict[str, str], Account], c.Command]
) -> tuple[dict[str, Any], str]:
    """Ask for what was pressed at a counter: the result, and the id of the command that it was."""
    hall, who = guard.hall(), guard.account()
    assert who is not None
    at = {"counter": counter, "by": f"officer:{who.name}"}
    what = (verb, *(repr(v) for k, v in msgspec.structs.asdict(told).items() if k != "id"))
    window = hall.clock.real_seconds(SAME_PRESS_S)
    with presses().at(counter, what, own_id(who, told), hall.tick(), window) as id:
        outcome = hall.writer.ask(make(told, {"id": id, **at}, who))
    return dict(outcome.result), id


def own_id(who: Account, told: Body) -> str:
    return f"web:{who.name}:{told.id}"


@api.post("/tickets")
@guard.needs(Right.ISSUE)
def issue() -> ResponseReturnValue:
    """A number for somebody who cannot use a kiosk, given at reception."""
    guard.check_same_site()
    guard.check_csrf()
    hall, who = guard.hall(), guard.account()
    assert who is not None
    told = typed_body(TicketBody)
    outcome = hall.writer.ask(
        c.Issue(
            id=f"web:{who.name}:{told.id}",
            by=f"officer:{who.name}",
            **fresh(),
            secret=new_secret(),
            source="reception",
            service=told.service,
            klass=told.klass,
            lang=told.lang,
        )
    )
    told_of = {name: value for name, value in outcome.result.items() if name != "secret"}  # paper's alone
    return json({**told_of, "id": told.id}, 201)


@api.get("/hall")
@guard.needs(Right.LOOK)
def look() -> ResponseReturnValue:
    """The hall as it is: the wall's board, who works where, and the last word of each device."""
    hall = guard.hall()
    view = hall.writer.view
    counters = [
        {
            "counter": id,
            "status": view.state.counter(id).status,
            "officer": view.state.counter(id).officer,
            "reason": view.state.counter(id).reason,
            "since": view.state.counter(id).since,
        }
        for id in view.site.counters
    ]
    return json({"board": view.board, "counters": counters, "devices": dict(hall.devices.snapshot())})


def must_hold(hall: Hall, who: Account, counter: str, verb: str) -> None:
    """Raises Refusal when the counter is unknown, or another officer works there."""
    view = hall.writer.view
    if counter not in view.site.counters:
        raise Refusal("unknown-counter", counter=counter)
    there = view.state.counter(counter)
    strangers = there.status != "closed" and there.officer not in (None, who.name)
    if strangers and not guard.has(Right.ANY_COUNTER) and not (verb == "open" and there.status == "paused"):
        raise Refusal("counter-taken", officer=there.officer)


def presses() -> Presses:
    found: Presses = current_app.extensions["presses"]
    return found


def json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")


@api.before_request
def small() -> None:
    """A body without a length is a stream, and nobody streams to a counter."""
    if request.method == "POST" and request.content_length is None:
        raise BadRequest("length")
