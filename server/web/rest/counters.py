"""The counters for programs: how each stands, and every verb that an officer can press there.

The verbs are the table of `server.web.verbs`; each row has an endpoint here. A press that comes twice within
a moment is one press, whoever sent it (`server.web.presses`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import msgspec
from flask import current_app

from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.state import CounterState
from server.hall.tickets import State
from server.people.rights import Right
from server.web import handing
from server.web.console_view import Here, Queue, Return, console
from server.web.hall import Hall
from server.web.paper import kiosk_for, send
from server.web.presses import SAME_PRESS_S, Presses
from server.web.rest.endpoint import Asked, Caller, Endpoint
from server.web.verbs import VERBS, FinishBody, Named, ReprintBody, Verb

Status = Literal["open", "paused", "closed"]
# Pressed again from a page that shows what the first press brought, they are still one press.
FINISHING = ("next", "call", "undo")


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a press: the number it touched, if any, and how that stands now.

    id: the key of the press. repeats: it was the same as another press of a moment before.
    """

    id: str
    repeats: bool
    number: str | None = None
    state: State | None = None
    counter: str | None = None


class Reprinted(Pressed, frozen=True, kw_only=True):
    """kiosk: where the paper was ordered."""

    kiosk: str
    ticket: str


class CounterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A counter now. officer: who sits there. reason: of the pause; since: when this status began. Both
    are working time: null unless the asker sits there, or has the right to see working time.
    """

    counter: str
    status: Status
    officer: str | None
    reason: str | None
    since: datetime | None


class Counters(msgspec.Struct, frozen=True):
    counters: tuple[CounterRow, ...]


class CounterNow(CounterRow, frozen=True, kw_only=True):
    """What stands on the officer's page: who is here, who comes next, what may come back. The note of who is
    here is told to whoever may press at this counter alone.
    """

    at: datetime
    here: Here | None
    served: str | None
    queue: Queue
    returns: tuple[Return, ...]
    undo_until: datetime | None


def rows(hall: Hall, who: Caller) -> tuple[CounterRow, ...]:
    """Every counter of the hall as `who` may know it, in the order of its configuration."""
    view = hall.writer.view
    knows = who.may(Right.WORKING_TIME)
    found = (view.state.counter(id) for id in view.site.counters)
    return tuple(
        CounterRow(counter=f.id, status=f.status, officer=f.officer, **_working_time(f, who, knows))
        for f in found
    )


def _working_time(there: CounterState, who: Caller, knows: bool) -> dict[str, Any]:
    """What a counter tells of its officer's working time, to himself and to who may know everybody's."""
    told = knows or there.officer == who.name
    return {"reason": there.reason if told else None, "since": there.since if told else None}


def listed(asked: Asked) -> Counters:
    """All counters and how they stand."""
    return Counters(rows(asked.hall, asked.who))


def one(asked: Asked) -> CounterNow:
    """One counter as its officer sees it."""
    hall, id = asked.hall, asked.at["counter"]
    view = hall.writer.view
    if id not in view.site.counters:
        raise Refusal("unknown-counter", counter=id)
    now = max(hall.clock.now(), view.at)
    seen = console(view, hall.config.devices, hall.devices.snapshot(), id, now)
    there, here = seen.counter, seen.here
    if here is not None and not (asked.who.may(Right.CALL) and holds(hall, asked.who, id)):
        here = replace(here, note=None)
    return CounterNow(
        counter=id,
        status=there.status,
        officer=there.officer,
        at=now,
        here=here,
        served=seen.served,
        queue=seen.queue,
        returns=seen.returns,
        undo_until=seen.undo_until,
        **_working_time(there, asked.who, asked.who.may(Right.WORKING_TIME)),
    )


def pressing(name: str, verb: Verb) -> Callable[[Asked], Pressed]:
    """What the endpoint of a verb does."""

    def pressed(asked: Asked) -> Pressed:
        counter, told = asked.at["counter"], asked.body
        must_hold(asked.hall, asked.who, counter, name)
        if isinstance(told, FinishBody):
            handing.checked(told)
        result, id = press(asked, counter, name, verb.make)
        if (isinstance(told, FinishBody) and told.returned) or name == "undo":
            handing.put_down(asked.hall)
        return Pressed(**_told(asked, result, id))

    return pressed


def reprint(asked: Asked) -> Reprinted:
    """Let the paper of a number come out once more, at one kiosk; what came of it is the ticket's paper."""
    hall, counter, told = asked.hall, asked.at["counter"], asked.body
    must_hold(hall, asked.who, counter, "reprint")
    kiosk = kiosk_for(hall, told.number, told.kiosk)
    result, id = press(
        asked, counter, "reprint", lambda b, at, who: c.Reprint(number=b.number, kiosk=kiosk, **at)
    )
    send(hall, kiosk, id, result["ticket"])
    return Reprinted(kiosk=kiosk, ticket=result["ticket"], **_told(asked, result, id))


def press(
    asked: Asked, counter: str, verb: str, make: Callable[[Any, dict[str, str], Named], c.Command]
) -> tuple[dict[str, Any], str]:
    """Ask for what was pressed at a counter: the result, and the id of the command that it was."""
    hall, told = asked.hall, asked.body
    at = {"counter": counter, "by": asked.who.by}
    aside = ("id", "here") if verb in FINISHING else ("id",)
    what = (verb, *(repr(v) for k, v in msgspec.structs.asdict(told).items() if k not in aside))
    window = hall.clock.real_seconds(SAME_PRESS_S)
    presses: Presses = current_app.extensions["presses"]
    here = f"{hall.config.site.id}/{counter}"
    with presses.at(here, what, command_id(asked), hall.tick(), window) as id:
        outcome = hall.writer.ask(make(told, {"id": id, **at}, asked.who))
    return dict(outcome.result), id


def command_id(asked: Asked) -> str:
    """The same key of the same asker is the same command."""
    return f"web:{asked.who.name}:{asked.key}"


def must_hold(hall: Hall, who: Caller, counter: str, verb: str) -> None:
    """Raises Refusal when the counter is unknown, or another officer works there."""
    view = hall.writer.view
    if counter not in view.site.counters:
        raise Refusal("unknown-counter", counter=counter)
    there = view.state.counter(counter)
    if not holds(hall, who, counter) and not (verb == "open" and there.status == "paused"):
        raise Refusal("counter-taken", officer=there.officer)


def holds(hall: Hall, who: Caller, counter: str) -> bool:
    """Whether nobody else works at this counter, which there is, or the asker may step in at any."""
    there = hall.writer.view.state.counter(counter)
    strangers = there.status != "closed" and there.officer not in (None, who.name)
    return not strangers or who.may(Right.ANY_COUNTER)


def _told(asked: Asked, result: dict[str, Any], id: str) -> dict[str, Any]:
    return {
        "id": asked.key,
        "repeats": id != command_id(asked),
        "number": result.get("number"),
        "state": result.get("state"),
        "counter": result.get("counter"),
    }


REFUSALS = (
    "unknown-counter",
    "unknown-number",
    "unknown-service",
    "counter-taken",
    "counter-busy",
    "nobody-waiting",
    "nobody-here",
    "moved-on",
    "elsewhere",
    "not-now",
    "not-served-here",
    "reason-needed",
    "recall-limit",
    "too-soon",
    "grace-over",
    "nothing-to-undo",
    "too-late",
)

FINISHING_REFUSALS = ("no-dossier", "bad-code", "too-many-codes")

ENDPOINTS = (
    Endpoint(
        name="list-counters",
        method="GET",
        path="/counters",
        does=listed,
        answer=Counters,
        right=Right.LOOK,
        area="counters",
    ),
    Endpoint(
        name="get-counter",
        method="GET",
        path="/counters/{counter}",
        does=one,
        answer=CounterNow,
        right=Right.LOOK,
        area="counters",
        refusals=("unknown-counter",),
    ),
    *(
        Endpoint(
            name=f"counter-{name}",
            method="POST",
            path=f"/counters/{{counter}}/{name}",
            does=pressing(name, verb),
            answer=Pressed,
            right=Right.CALL,
            area="counters",
            about=f"Press “{name}” at a counter.",
            body=verb.body,
            refusals=(*REFUSALS, *FINISHING_REFUSALS) if name == "finish" else REFUSALS,
        )
        for name, verb in VERBS.items()
    ),
    Endpoint(
        name="counter-reprint",
        method="POST",
        path="/counters/{counter}/reprint",
        does=reprint,
        answer=Reprinted,
        right=Right.CALL,
        area="counters",
        body=ReprintBody,
        refusals=("unknown-counter", "counter-taken", "unknown-number", "unknown-device", "cannot-print"),
    ),
)
