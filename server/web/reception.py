"""Reception: numbers for people who cannot use a kiosk, and what is to be done with numbers that they have.

Forms that work without scripts. A form carries an id, so that sent twice it is one number. Keeps out numbers
written by hand (`server.web.handwritten`).
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from typing import Any, get_args

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from broker.basics import new_secret
from broker.messages import Lang
from server.hall import commands as c
from server.hall.looking import ticket_by_number
from server.hall.refusals import Refusal
from server.hall.state import HallState
from server.hall.tickets import Klass, Ticket
from server.people.rights import Right
from server.web import guard
from server.web.console_view import hall_lines, visits_of
from server.web.hall import Hall
from server.web.paper import RECEPTION, kiosk_for, printers, send
from server.web.phone_view import page_of
from server.web.problems import sentence
from server.web.verbs import fresh
from server.web.words import TEXTS, said

reception = Blueprint("reception", __name__, url_prefix="/reception")
FORM_ID = re.compile(r"[0-9a-f]{16}")
LATEST = 6  # numbers given here that stay on the page
RAISE, LOWER, PRINT = "raise", "lower", "print"
OF_PAPER = ("unknown-device", "cannot-print")  # what is wrong with the kiosk that was chosen
KLASS = {RAISE: Klass.PRIORITY, LOWER: Klass.NORMAL}


@reception.get("/")
@guard.needs(Right.ISSUE)
def page() -> ResponseReturnValue:
    return desk()


@reception.get("/live")
@guard.needs(Right.ISSUE)
def fragment() -> ResponseReturnValue:
    """The hall and the latest numbers alone, which the page puts in place of the old ones."""
    return render_template("reception_live.html", **around(guard.hall(), guard.language()))


@reception.post("/")
@guard.needs(Right.ISSUE)
def give() -> ResponseReturnValue:
    """A number, and its paper at a kiosk where one was chosen; then the page that shows it."""
    hall, form = checked(), request.form
    typed = {name: form.get(name, "") for name in ("service", "klass", "lang", "kiosk")}
    if typed["lang"] not in get_args(Lang) or typed["klass"] not in ("", *Klass):
        raise BadRequest
    asked = {"id": form_command("give"), "by": by(), "secret": new_secret(), "source": RECEPTION, **fresh()}
    klass = Klass(typed["klass"] or Klass.NORMAL)
    try:
        if typed["kiosk"]:
            kiosk_for(hall, "", typed["kiosk"])  # before there is a number that nobody would be told
        outcome = hall.writer.ask(c.Issue(service=typed["service"], klass=klass, lang=typed["lang"], **asked))
    except Refusal as refusal:
        field = "kiosk" if refusal.code in OF_PAPER else "service"
        return desk(typed, beside(field, refusal), 409)
    if typed["kiosk"]:
        with suppress(Refusal):  # its page shows the number, and offers the paper again
            reprint(hall, str(outcome.result["number"]), typed["kiosk"], form_command("paper"))
    return redirect(url_for("reception.given", ticket=str(outcome.result["ticket"])), 303)


@reception.post("/number")
@guard.needs(Right.ISSUE)
def number() -> ResponseReturnValue:
    """Of a number that somebody has: its paper once more, or whether its holder has priority."""
    hall, typed, do = checked(), request.form.get("number", "").strip(), request.form.get("do", "")
    command = form_command(do)
    try:
        if do == PRINT:
            reprint(hall, typed, request.form.get("kiosk") or None, command)
        elif do in KLASS:
            hall.writer.ask(c.CheckPriority(id=command, by=by(), number=typed[:12], klass=KLASS[do]))
        else:
            raise BadRequest
        found = ticket_by_number(hall.writer.view.state, typed)
    except Refusal as refusal:
        field = "at" if refusal.code in OF_PAPER else "number"
        return desk({"number": typed[:12]}, beside(field, refusal), 409)
    return redirect(url_for("reception.page", done=do, number=found.number), 303)


@reception.get("/given/<ticket>")
@guard.needs(Right.ISSUE)
def given(ticket: str) -> ResponseReturnValue:
    """One number, large, with the way to its phone page."""
    return render_template("reception_given.html", new_id=secrets.token_hex(8), **card(ticket))


@reception.get("/given/<ticket>/card")
@guard.needs(Right.ISSUE)
def given_card(ticket: str) -> ResponseReturnValue:
    """The number alone, for a dialog of the console."""
    return render_template("reception_card.html", **card(ticket))


def card(id: str) -> dict[str, Any]:
    """What is shown of a number of today, which must be there and not over."""
    hall, lang = guard.hall(), guard.language()
    view = hall.writer.view
    ticket = view.state.tickets.get(id)
    if ticket is None or ticket.service not in view.site.services:
        raise NotFound
    now = max(hall.clock.now(), view.at)
    code = segno.make(hall.projection.url(ticket.token), error="m", micro=False)
    place = hall.projection.place(ticket.service)
    return {
        "page": page_of(view, ticket, now, hall.projection),
        "service": said(view.site.services[ticket.service].name, lang),
        "place": place.en if lang == "en" else place.vi,
        "code": code.svg_data_uri(scale=6, border=4, light="#fff"),
        "printers": printers(hall, lang),
    }


def desk(
    typed: dict[str, str] | None = None, wrong: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page. typed: what stays in its fields. wrong: field -> the sentence that is told beside it."""
    hall, lang = guard.hall(), guard.language()
    done = request.args.get("done", "")
    told = None
    number = request.args.get("number", "")
    if done in (PRINT, *KLASS) and number in hall.writer.view.state.by_number:
        told = TEXTS(f"reception.done-{done}", lang, number=number)
    text = render_template(
        "reception.html",
        typed=typed or {},
        wrong=wrong or {},
        told=told,
        printers=printers(hall, lang),
        new_id=secrets.token_hex(8),
        **around(hall, lang),
    )
    return text, status


def beside(field: str, refusal: Refusal) -> dict[str, str]:
    return {field: sentence(refusal.code, guard.language(), refusal.params)}


def around(hall: Hall, lang: str) -> dict[str, Any]:
    """The hall now, an authority a line, and the numbers that were given here last."""
    view = hall.writer.view
    now = max(hall.clock.now(), view.at)
    lines = hall_lines(view.site, view.state, visits_of(view.state), now)
    names = [said(a.short, lang) for a in view.site.authorities]
    return {
        "site": view.site,
        "lines": list(zip(names, lines, strict=True)),
        "latest": latest(view.state),
        "services": {s.id: said(s.name, lang) for s in view.site.services.values()},
        "now": now,
    }


def latest(state: HallState) -> list[Ticket]:
    """Those that reception gave, the newest first."""
    own = [t for t in reversed(state.tickets.values()) if t.source == RECEPTION]
    return own[:LATEST]


def reprint(hall: Hall, number: str, kiosk: str | None, command: str) -> None:
    """Order the paper of a number at a kiosk. Raises Refusal."""
    at = kiosk_for(hall, number, kiosk)
    outcome = hall.writer.ask(c.Reprint(id=command, by=by(), number=number, kiosk=at))
    send(hall, at, command, str(outcome.result["ticket"]))


def checked() -> Hall:
    """The hall, once it is certain that our own page sent this form."""
    guard.check_same_site()
    guard.check_csrf()
    return guard.hall()


def by() -> str:
    who = guard.account()
    assert who is not None
    return f"officer:{who.name}"


def form_command(what: str) -> str:
    """The command that this form is: the same form sent twice is the same command. Raises 400."""
    who, id = guard.account(), request.form.get("id", "")
    if who is None or not FORM_ID.fullmatch(id):
        raise BadRequest
    return f"web:{who.name}:{what}:{id}"
