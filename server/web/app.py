"""The web of one hall: what is served where, under which rules for browsers.

`create_app` is handed everything it uses. Keeps out the rules of the hall and how they are stored.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from flask import Flask, Response, render_template, request, session
from flask.typing import ResponseReturnValue

from server.dossiers import publications
from server.pace import Pace
from server.throttle import Lately, Throttle
from server.web import guard, problems
from server.web.api import MAX_BODY, api, json as json_answer
from server.web.audit_page import Checks, audit
from server.web.board import CALM_S as BOARD_CALM_S, board
from server.web.centres import Alone, Installation, centres, mount
from server.web.console import console
from server.web.devices_page import devices
from server.web.dossiers import ROOMS
from server.web.enrol import enrolment
from server.web.figures_page import figures
from server.web.frame import Frame, keep_look, speak
from server.web.hall import Hall
from server.web.handwritten import handwritten
from server.web.history_page import history
from server.web.keys_page import keys
from server.web.live import (
    PHONES_IN_ALL,
    PHONES_PER_ADDRESS,
    PUBLIC_IN_ALL,
    PUBLIC_PER_ADDRESS,
    Streams,
    live,
)
from server.web.login import login
from server.web.lookup import FORM_S, lookup
from server.web.me_page import me
from server.web.people_page import people
from server.web.phone import phone
from server.web.presses import Presses
from server.web.reception import reception
from server.web.setup import setup
from server.web.sim import let_in, sim
from server.web.sites_page import sites
from server.web.squeeze import squeeze
from server.web.tokens_page import tokens
from server.web.webhooks_page import webhooks
from server.web.words import TEXTS, clock_text, date_text, figure_text, people_text, range_text, said
from server.web.work_page import work

FONT_AGE_S = 7 * 24 * 3600
REFUSED_AGAIN_S = 60.0  # how soon the audit is told again of the same refusal
WITHOUT_COOKIES = ("phone", "lookup", "board", "api", "sim")

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


def create_app(hall: Hall, installation: Installation | None = None) -> Flask:
    """The WSGI application. `app.extensions["streams"].stopping` ends its live streams.

    hall: the first centre, which answers where an address names none. installation: all of them; None for
    this one alone.
    """
    app = Flask("server.web")
    app.secret_key = hall.secret
    secure = hall.config.url.startswith("https:")
    mark = hashlib.sha256(b"cookie name" + hall.secret).hexdigest()[:8]
    app.config.update(
        # Cookies know no ports: two halls on one machine need two names.
        SESSION_COOKIE_NAME=f"{'__Host-' if secure else ''}motcua_{mark}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=secure,
        MAX_CONTENT_LENGTH=MAX_BODY,
    )
    streams = Streams()
    app.extensions.update(hall=hall, throttle=Throttle(), presses=Presses(), streams=streams)
    app.extensions["installation"] = installation or Alone(hall)
    app.extensions.update(refusals=Lately(REFUSED_AGAIN_S), checks=Checks())
    app.extensions["lookup-forms"] = Lately(FORM_S)
    app.extensions["boards"] = Streams(PUBLIC_PER_ADDRESS, PUBLIC_IN_ALL, streams.stopping, BOARD_CALM_S)
    app.extensions.update(phones=Streams(PHONES_PER_ADDRESS, PHONES_IN_ALL, streams.stopping), pace=Pace())
    for blueprint in (reception, handwritten, setup, sites, webhooks):
        app.register_blueprint(blueprint)
    app.register_blueprint(enrolment)
    for blueprint in (login, console, figures, devices, *ROOMS, live, board, phone, lookup, api, centres):
        app.register_blueprint(blueprint)
    for blueprint in (keys, me, people, tokens, audit, history, work):
        app.register_blueprint(blueprint)
    if hall.oidc is not None:
        from server.web.oidc_page import oidc  # with its library, of which a hall without it has nothing

        app.register_blueprint(oidc)
    if hall.demo is not None:
        app.register_blueprint(sim)
        let_in(hall, hall.demo)
    problems.register(app)
    mount(app)
    speak(app)
    squeeze(app)
    _words_in_templates(app)

    @app.before_request
    def keep_language() -> None:
        """A reader who chose a language keeps it; phones, boards and programs have no cookies for it."""
        asked = request.args.get("lang")
        if asked in ("vi", "en") and request.blueprint not in WITHOUT_COOKIES:
            session["lang"] = asked

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "same-origin")
        answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.endpoint != "static":
            answer.headers.setdefault("Cache-Control", "no-store")
        elif request.path.endswith(".woff2"):
            answer.headers["Cache-Control"] = f"public, max-age={FONT_AGE_S}"
        if request.blueprint not in WITHOUT_COOKIES:
            keep_look(answer)
        return answer

    @app.get("/")
    def index() -> ResponseReturnValue:
        desk, late = guard.hall().desk, False
        if desk is not None:
            with desk.store.reading() as db:
                late = bool(publications.periods(db))
        return render_template("index.html", late=late)

    @app.get("/healthz")
    def health() -> ResponseReturnValue:
        """For whoever watches the process: it answers, and up to where it has come."""
        view = guard.hall().writer.view
        return json_answer({"ok": True, "site": view.site.id, "epoch": view.epoch, "rev": view.rev})

    return app


def _words_in_templates(app: Flask) -> None:
    """What pages call things: `t` for the catalogues, `said` for the hall's own words, and times as
    people write them.
    """

    def at(instant: datetime, seconds: bool = False) -> str:
        return clock_text(instant, guard.hall().config.site.zone, seconds)

    app.jinja_env.globals.update(said=said, at=at, day=date_text, range_text=range_text)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def around() -> dict[str, Any]:
        lang = guard.language()

        def t(key: str, **params: object) -> str:
            return TEXTS(key, lang, **params)

        def people(n: int) -> str:
            return people_text(n, lang)

        def figure(value: float, digits: int = 0) -> str:
            return figure_text(value, lang, digits)

        return {
            "t": t,
            "people": people,
            "figure": figure,
            "lang": lang,
            "hall_name": said(guard.hall().config.site.name, lang),
            "demo": app.extensions["hall"].demo is not None,
            "account": guard.account,
            "csrf": guard.csrf_token,
            "frame": Frame(lang),
        }
