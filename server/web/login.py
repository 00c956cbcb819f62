"""Logging in and out, with or without JavaScript. One message for a wrong name and a wrong password."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.people.accounts import Account, LogIn
from server.web import guard
from server.web.problems import TooMany
from server.web.throttle import Throttle
from server.web.words import TEXTS

log = logging.getLogger(__name__)

login = Blueprint("login", __name__)
HOME = {"officer": "console.choose", "manager": "figures.page", "administrator": "figures.page"}
# Where a log-in may lead: pages of ours, by name, so that no link leads elsewhere.
RETURNS = ("/console", "/figures", "/dossiers", "/hall")


@login.get("/login")
def form() -> ResponseReturnValue:
    who = guard.account()
    return redirect(home(who)) if who else page(None)


@login.post("/login")
def submit() -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    lang = guard.language()
    try:
        found = try_log_in(request.form.get("name", ""), request.form.get("password", ""))
    except TooMany as error:
        answer = page(TEXTS("refusal.too-many", lang, seconds=error.wait_s), 429)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    if found is None:
        return page(TEXTS("refusal.login-needed", lang), 401)
    guard.begin(found.key, found.account, lang)
    wanted = request.form.get("next", "")
    return redirect(wanted if is_ours(wanted) else home(found.account), 303)


@login.post("/logout")
def leave() -> ResponseReturnValue:
    guard.check_csrf()
    guard.end()
    return redirect(url_for("login.form"), 303)


def try_log_in(name: str, password: str) -> LogIn | None:
    """A new log-in, or None. Raises `TooMany` after failures, whoever is right."""
    hall = guard.hall()
    throttle: Throttle = current_app.extensions["throttle"]
    address, name = request.remote_addr or "", name.strip().lower()
    wait = throttle.wait_s(name, address, hall.tick())
    if wait > 0:
        raise TooMany(wait)
    found = hall.accounts.log_in(name, password, hall.wall())
    if found is None:
        throttle.failed(name, address, hall.tick())
        log.info("login_failed account=%s", ascii(name)[:40])
        return None
    throttle.succeeded(name, address)
    log.info("logged_in account=%s role=%s", found.account.name, found.account.role.value)
    return found


def is_ours(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in RETURNS) and "\\" not in path


def home(who: Account) -> str:
    return url_for(HOME[who.role.value])


def page(error: str | None, status: int = 200) -> Response:
    fields: dict[str, Any] = {"error": error, "next": request.values.get("next", "")[:200]}
    return Response(render_template("login.html", **fields), status)
