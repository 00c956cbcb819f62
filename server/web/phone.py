"""The page of one ticket on its holder's phone: the number, how many are before it, how long, where to go;
and what he may say there: that he comes later, that he is here, that he does not want the number any more.

The address holds a secret of 128 bits and is all that is needed to look; the page knows no person, sets no
cookie, and says of an unknown ticket exactly what it says of one of yesterday. Everything works without
scripts: links, forms and a page that reloads itself. With scripts it is pushed, at once when the number is
called, else at most every 15 s.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden

from server.hall import commands as c
from server.hall.holders import TRIES
from server.hall.refusals import Refusal
from server.hall.tickets import Ticket
from server.pace import Pace
from server.projection import Projection
from server.web import guard
from server.web.hall import Hall, Outcome, View
from server.web.live import BEAT_S, Streams, stream
from server.web.phone_view import AGE_S, CALM_S, Page, Told, page_of, ticket_of
from server.web.problems import sentence
from server.web.words import TEXTS, clock_text, people_text

REFRESH_S = 30
OWN_WORDS = {"grace-over": "phone.away_over"}  # the hall's own sentence wants him to take a new number
FORM_ID = re.compile(r"[0-9a-f]{16}")

phone = Blueprint("phone", __name__, url_prefix="/t/<token>")


@phone.before_request
def find() -> ResponseReturnValue | None:
    """The ticket of the address, for whatever is asked of it; the same answer for all that lead nowhere."""
    hall = guard.hall()
    view = hall.writer.view
    token = (request.view_args or {}).get("token", "")
    g.ticket = ticket_of(view, token, max(hall.clock.now(), view.at))
    pace: Pace = current_app.extensions["pace"]
    address, known = request.remote_addr or "", "" if g.ticket is None else g.ticket.id
    if (wait_s := pace.wait_s(address, known, hall.tick())) > 0:
        return busy(wait_s)
    return gone() if g.ticket is None else None


@phone.after_request
def keep_to_itself(answer: Response) -> Response:
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@phone.get("")
def show(token: str) -> ResponseReturnValue:
    hall, view, ticket = guard.hall(), guard.hall().writer.view, _ticket()
    return render_template("phone.html", **fields(hall, view, ticket, _lang(ticket), _way(), _asked()))


@phone.get("/live")
def fragment(token: str) -> ResponseReturnValue:
    """The part of the page that changes, for one whose stream does not come through."""
    hall, view, ticket = guard.hall(), guard.hall().writer.view, _ticket()
    return render_template("phone_live.html", **fields(hall, view, ticket, _lang(ticket), _way(), _asked()))


@phone.get("/events")
def events(token: str) -> ResponseReturnValue:
    """The same part, as a JSON text, whenever it is worth telling: see `Told`."""
    hall, lang, way, asked = guard.hall(), _lang(_ticket()), _way(), _asked()
    streams: Streams = current_app.extensions["phones"]
    places, template = projection(), current_app.jinja_env.get_template("phone_live.html")

    def told(view: View, ticket: Ticket, page: Page | None) -> str:
        return template.render(**fields(hall, view, ticket, lang, way, asked, page, places))

    return stream(streams, lambda: follow(hall, token, places, told, streams.stopping))


def follow(
    hall: Hall,
    token: str,
    places: Projection,
    told: Callable[[View, Ticket, Page | None], str],
    stopping: threading.Event,
) -> Iterator[str]:
    """The lines of one stream, until the server stops, the day is over, or nothing comes of the ticket."""
    yield "retry: 15000\n\n"
    last, spoke = Told(), hall.tick()
    ended: float | None = None
    while not stopping.is_set():
        view, now = hall.writer.view, hall.tick()
        at = max(hall.clock.now(), view.at)
        ticket = ticket_of(view, token, at)
        if ticket is None or (ended is not None and now - ended >= AGE_S):
            return
        page = None if last.calm(ticket, now) else last.next(page_of(view, ticket, at, places), now)
        if page is not None:
            ended, spoke = now if page.over else None, now
            yield f"data: {json.dumps(told(view, ticket, page))}\n\n"
        elif now - spoke >= BEAT_S:
            spoke = now
            yield ": beat\n\n"
        else:
            yield ""


@phone.get("/late")
def ask_late(token: str) -> ResponseReturnValue:
    return ask("late")


@phone.post("/late")
def late(token: str) -> ResponseReturnValue:
    return said("late", c.SayLate)


@phone.get("/here")
def back_from_here(token: str) -> ResponseReturnValue:
    """Nobody is asked before: who changes the language of a refusal finds how his number stands."""
    return redirect(_way() + _asked(), 303)


@phone.post("/here")
def here(token: str) -> ResponseReturnValue:
    return said("here", c.SayHere)


@phone.get("/cancel")
def ask_cancel(token: str) -> ResponseReturnValue:
    return ask("cancel")


@phone.post("/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """The second tap, with the figures of the paper. What comes of wrong ones is counted by the rules."""
    code = "".join(request.form.get("code", "").split())[:8]
    # One form with other figures is another command. The mark tells them apart and nobody the figures.
    mark = hmac.new(guard.hall().secret, f"{token} {code}".encode(), hashlib.sha256).hexdigest()[:16]
    return said("cancel", c.GiveUp, mark, secret=code)


def said(verb: str, kind: type[c.ByHolder], mark: str = "", **more: str) -> ResponseReturnValue:
    """Carry out what the holder says. The form's id is the command's, so that a double tap is one command."""
    only_from_here()
    hall, ticket, form = guard.hall(), _ticket(), request.form.get("id", "")
    if not FORM_ID.fullmatch(form):
        raise BadRequest("id")
    id = f"phone:{ticket.id}:{verb}:{form}{mark}"
    try:
        outcome: Outcome = hall.writer.ask(kind(id=id, by="phone", ticket=ticket.id, **more))
    except Refusal as refusal:
        key = OWN_WORDS.get(refusal.code)
        words = TEXTS(key, _lang(ticket)) if key else sentence(refusal.code, _lang(ticket), refusal.params)
        return ask(verb, words, status=409)
    if kind is c.GiveUp and outcome.result["state"] != "cancelled":
        return ask(verb, wrong=True, status=422)
    return redirect(_way() + _asked(), 303)


def only_from_here() -> None:
    """Raises 403 for a form on another site's page.

    There is no CSRF token, because there is no cookie that a browser would add to a forged form: the token in
    the address and the figures on the paper are the proof, and who can send both needs no forged form. Our
    own pages send no referrer, so browsers say "null" of where their forms come from.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("cross-site")
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.host:
        raise Forbidden("cross-site")


def ask(verb: str, refused: str = "", wrong: bool = False, status: int = 200) -> ResponseReturnValue:
    """The page between the first tap and the second: what will happen, and for cancelling the figures."""
    hall, view = guard.hall(), guard.hall().writer.view
    ticket = view.state.tickets.get(_ticket().id, _ticket())
    told = fields(hall, view, ticket, _lang(ticket), _way(), _asked())
    page: Page = told["page"]
    if not refused and not (page.may_say_late if verb == "late" else page.may_give_up):
        refused = sentence("not-now", told["lang"], {"number": ticket.number})
    if not refused and verb == "cancel" and (not ticket.secret or ticket.tries >= TRIES):
        code = "locked" if ticket.secret else "no-secret"
        refused = sentence(code, told["lang"], {"number": ticket.number})
    left = TRIES - ticket.tries
    answer = render_template("phone_ask.html", verb=verb, refused=refused, wrong=wrong, left=left, **told)
    return answer, status


def gone() -> ResponseReturnValue:
    lang = request.args.get("lang") if request.args.get("lang") in ("vi", "en") else "vi"
    told = {"lang": lang, "t": _t(str(lang)), "english": _t("en"), "refresh": REFRESH_S}
    return render_template("phone_gone.html", **told), 404


def busy(wait_s: float) -> ResponseReturnValue:
    seconds = int(wait_s) + 1
    answer = Response(TEXTS("phone.busy", "vi", n=seconds) + "\n" + TEXTS("phone.busy", "en", n=seconds), 429)
    answer.headers.update({"Retry-After": str(seconds), "Content-Type": "text/plain; charset=utf-8"})
    return answer


def fields(
    hall: Hall,
    view: View,
    ticket: Ticket,
    lang: str,
    way: str,
    asked: str,
    page: Page | None = None,
    places: Projection | None = None,
) -> dict[str, Any]:
    """Everything that the templates say, needing no request, for a stream outlives its own."""
    now = max(hall.clock.now(), view.at)
    service = view.site.services[ticket.service]
    return {
        "lang": lang,
        "way": way,
        "asked": asked,
        "t": _t(lang),
        "people": lambda n: people_text(n, lang),
        "page": page or page_of(view, ticket, now, places or projection()),
        "service": service,
        "authority": next(a for a in view.site.authorities if a.id == service.authority),
        "site": view.site,
        "updated": clock_text(now, view.site.zone),
        "grace": int(view.site.grace.total_seconds() // 60),
        "refresh": REFRESH_S,
        "calm": CALM_S,
        "form": secrets.token_hex(8),
    }


def projection() -> Projection:
    return guard.hall().projection


def _ticket() -> Ticket:
    found: Ticket = g.ticket
    return found


def _lang(ticket: Ticket) -> str:
    asked = request.args.get("lang", "")
    return asked if asked in ("vi", "en") else ticket.lang


def _way() -> str:
    """The address of the ticket, within its centre."""
    return url_for("phone.show", token=_ticket().token)


def _asked() -> str:
    """What every address of these pages ends in, so that a chosen language stays without a cookie."""
    asked = request.args.get("lang")
    return f"?lang={asked}" if asked in ("vi", "en") else ""


def _t(lang: str) -> Callable[..., str]:
    return lambda key, **params: TEXTS(key, lang, **params)
