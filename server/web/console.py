"""The staff page: choose a counter, then call. The page is drawn here; every press goes through `api`."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import get_args

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.devices import HELP, Trouble
from server.hall import commands as c
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.web import guard
from server.web.console_view import console as console_of, seats
from server.web.hall import Hall
from server.web.paper import printers
from server.web.problems import sentence
from server.web.verbs import Pause
from server.web.words import TEXTS, clock_text, named, said

console = Blueprint("console", __name__, url_prefix="/console")
PAUSES = tuple(reason for reason in get_args(Pause) if reason != "handover")  # which has a button
HANDOVER = "handover"


@console.get("/")
@guard.needs(Right.CALL)
def choose() -> ResponseReturnValue:
    """All counters; an officer who works at one already is taken there, unless he wants another."""
    who, view = guard.account(), guard.hall().writer.view
    assert who is not None
    mine = [seat for seat in seats(view, who.name) if seat.mine]
    if mine and "other" not in request.args:
        return redirect(url_for("console.page", counter=mine[0].counter))
    return choice(None)


@console.post("/")
@guard.needs(Right.CALL)
def take() -> ResponseReturnValue:
    """Sit down at a counter: it opens under the officer's name, and the one he leaves is closed."""
    guard.check_same_site()
    guard.check_csrf()
    hall, who, counter = guard.hall(), guard.account(), request.form.get("counter", "")
    assert who is not None
    view, lang = hall.writer.view, guard.language()
    left = [seat.counter for seat in seats(view, who.name) if seat.mine and seat.counter != counter]
    busy = [id for id in left if view.state.counter(id).current is not None]
    if busy:
        return choice(TEXTS("choose.finish_first", lang, n=busy[0]), 409)
    there, by = view.state.counter(counter), f"officer:{who.name}"
    try:
        if not (there.status == "open" and there.officer == who.name):
            id = f"web:{who.name}:{secrets.token_hex(8)}"
            hall.writer.ask(c.OpenCounter(id=id, by=by, counter=counter, officer=who.name))
        for old in left:
            id = f"web:{who.name}:{secrets.token_hex(8)}"
            hall.writer.ask(c.CloseCounter(id=id, by=by, counter=old))
    except Refusal as refusal:
        return choice(sentence(refusal.code, lang, refusal.params), 409)
    return redirect(url_for("console.page", counter=counter), 303)


def choice(error: str | None, status: int = 200) -> ResponseReturnValue:
    hall, who, lang = guard.hall(), guard.account(), guard.language()
    assert who is not None
    view = hall.writer.view
    found = seats(view, who.name)
    text = render_template(
        "choose.html",
        mine=[seat for seat in found if seat.mine],
        free=[seat for seat in found if not (seat.mine or seat.taken)],
        taken=[seat for seat in found if seat.taken],
        may_look=guard.has(Right.ANY_COUNTER),
        names=hall.config.officers,
        authorities={a.id: said(a.short, lang) for a in view.site.authorities},
        error=error,
    )
    return text, status


@console.get("/<counter>")
@guard.needs(Right.CALL)
def page(counter: str) -> ResponseReturnValue:
    if not may_sit(counter):
        return redirect(url_for("console.choose"))
    seen = fields(guard.hall(), counter)
    return render_template("console.html", pauses=PAUSES, handover=HANDOVER, **seen)


@console.get("/<counter>/live")
@guard.needs(Right.CALL)
def fragment(counter: str) -> ResponseReturnValue:
    """The calls for staff and the three zones alone, which the page puts in place of the old ones."""
    if not may_sit(counter):
        return redirect(url_for("console.choose"))
    return render_template("console_live.html", **fields(guard.hall(), counter))


def may_sit(counter: str) -> bool:
    """Whether this is the reader's own counter, or he may step in at any. Raises 404 where there is none."""
    view, who = guard.hall().writer.view, guard.account()
    if counter not in view.site.counters:
        raise NotFound
    assert who is not None
    return guard.has(Right.ANY_COUNTER) or view.state.counter(counter).officer == who.name


def fields(hall: Hall, counter: str) -> dict[str, object]:
    view, lang = hall.writer.view, guard.language()
    now = max(hall.clock.now(), view.at)
    seen = console_of(view, hall.config.devices, hall.devices.snapshot(), counter, now)
    return {
        "seen": seen,
        "mark": f"{view.epoch} {view.rev} {hall.devices.changes}",
        "place": view.site.counters[counter],
        "site": view.site,
        "now": now,
        "speed": 1 / hall.clock.real_seconds(1.0),
        "cries": trouble_lines(hall, tuple(t for t in seen.troubles if HELP in t.whats), lang),
        "troubles": trouble_lines(hall, tuple(t for t in seen.troubles if HELP not in t.whats), lang),
        "printers": printers(hall, lang),
        "shut": [id for id in view.site.counters if view.state.counter(id).status != "open"],
        "officer": hall.config.officers.get(seen.counter.officer or "", seen.counter.officer or ""),
        "authorities": {a.id: said(a.short, lang) for a in view.site.authorities},
    }


def trouble_lines(hall: Hall, troubles: tuple[Trouble, ...], lang: str) -> list[tuple[str, str, str]]:
    """Name, what is wrong, since when: a line for each device."""
    return [
        (
            named(hall.config, trouble.device, lang),
            ", ".join(TEXTS(f"trouble.{what}", lang) for what in trouble.whats),
            since(hall, trouble.at),
        )
        for trouble in troubles
    ]


def since(hall: Hall, at: datetime | None) -> str:
    return clock_text(at, hall.config.site.zone) if at else ""
