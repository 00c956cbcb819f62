"""The page of one ticket on its holder's phone: the number, how many are before it, how long, where to go.

The address holds a secret of 128 bits and is all that is needed; the page knows no person, sets no
cookie, and says of an unknown ticket exactly what it says of one of yesterday.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from broker.messages import Words
from server.hall.calendar import sessions_on
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import Klass, State, Ticket
from server.hall.waiting import Estimator, ahead_in_line, announce
from server.projection import Projection
from server.web import guard
from server.web.hall import View
from server.web.words import TEXTS, clock_text, people_text

AFTER_CLOSING = timedelta(hours=2)  # then the address leads nowhere
NEAR = 2  # so few before it: come to the counters
REFRESH_S = 30
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")

phone = Blueprint("phone", __name__)


@dataclass(frozen=True, slots=True)
class Page:
    """ahead, wait: only while the ticket waits. call: the newest call of its line, number and counter."""

    ticket: Ticket
    ahead: int | None
    wait: tuple[int, int] | None
    place: Words
    call: tuple[str, str] | None
    near: bool


@phone.get("/t/<token>")
def show(token: str) -> ResponseReturnValue:
    hall = guard.hall()
    view = hall.writer.view
    now = max(hall.clock.now(), view.at)
    ticket = ticket_of(view, token, now)
    asked = request.args.get("lang")
    lang = asked if asked in ("vi", "en") else ticket.lang if ticket else "vi"
    if ticket is None:
        answer = Response(
            render_template("phone_gone.html", lang=lang, t=_t(lang), english=_t("en"), refresh=REFRESH_S),
            404,
        )
    else:
        service = view.site.services[ticket.service]
        authority = next(a for a in view.site.authorities if a.id == service.authority)
        answer = Response(
            render_template(
                "phone.html",
                lang=lang,
                t=_t(lang),
                people=lambda n: people_text(n, lang),
                page=page_of(view, ticket, now, projection()),
                service=service,
                authority=authority,
                site=view.site,
                updated=clock_text(now, view.site.zone),
                grace=int(view.site.grace.total_seconds() // 60),
                refresh=REFRESH_S,
            )
        )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def ticket_of(view: View, token: str, now: datetime) -> Ticket | None:
    """Today's ticket of that address, until two hours after closing."""
    if not TOKEN.fullmatch(token):
        return None
    found = next((t for t in view.state.tickets.values() if t.token == token), None)
    if found is None or view.state.day != found.day:
        return None
    local = found.issued_at.astimezone(view.site.zone).date()
    spans = sessions_on(view.site, local)
    return None if spans and now > spans[-1].closes + AFTER_CLOSING else found


def page_of(view: View, ticket: Ticket, now: datetime, places: Projection) -> Page:
    site, state = view.site, view.state
    waits = ticket.state is State.WAITING
    ahead = ahead_in_line(site, state, ticket, now) if waits else None
    return Page(
        ticket=ticket,
        ahead=ahead,
        wait=remaining(site, state, ticket, now, places.estimator) if waits else None,
        place=places.place(ticket.service),
        call=last_call(state, ticket),
        near=ahead is not None and ahead <= NEAR,
    )


def remaining(
    site: Site, state: HallState, ticket: Ticket, now: datetime, estimator: Estimator
) -> tuple[int, int] | None:
    """The range that somebody standing at the ticket's place in the line may be told."""
    before = state.copy()
    for id in state.waiting:
        other = state.tickets[id]
        passes = other.klass is Klass.PRIORITY and ticket.klass is Klass.NORMAL
        if id == ticket.id or (other.place > ticket.place and not passes):
            del before.waiting[id]
    service = site.services[ticket.service]
    told = estimator.at(site, before, now).wait(service, ticket.klass)
    return announce(told, state.known_calls.get(service.id, 0))


def last_call(state: HallState, ticket: Ticket) -> tuple[str, str] | None:
    """The newest call of the same letter, so that the holder sees his line move."""
    for line in state.calls:
        if state.tickets[line.ticket].letter == ticket.letter:
            return line.number, line.counter
    return None


def projection() -> Projection:
    made: Projection = current_app.extensions.setdefault("projection", Projection(guard.hall().config))
    return made


def _t(lang: str) -> object:
    return lambda key, **params: TEXTS(key, lang, **params)
