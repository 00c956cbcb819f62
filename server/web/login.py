"""Logging in and out, with or without JavaScript. One message for a wrong name and a wrong password.

With a second step (`server/people/second.py`) the right password leads to a page that asks for a code: what
the browser keeps in between is a one-time key and no log-in. Whoever fails waits; the audit is told of
failures, and once of each wait.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from server.pace import near
from server.people.accounts import Account, LogIn
from server.people.once import Kind
from server.people.rights import Role
from server.throttle import Lately, Throttle
from server.web import guard
from server.web.problems import CodeNeeded, TooMany
from server.web.words import TEXTS

log = logging.getLogger(__name__)

login = Blueprint("login", __name__)
# Where the day begins, by the role at this centre: the first of these pages that there is.
HOME = {
    Role.RECEPTION: ("reception.page", "index"),
    Role.OFFICER: ("console.choose",),
    Role.MANAGER: ("figures.page",),
    Role.INSPECTOR: ("figures.page",),
    Role.ADMINISTRATOR: ("devices.page",),
}


@login.get("/login")
def form() -> ResponseReturnValue:
    who = guard.account()
    return redirect(home(who)) if who else page(None)


@login.post("/login")
def submit() -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    try:
        account = check_password(request.form.get("name", ""), request.form.get("password", ""))
    except TooMany as error:
        return page(error)
    if account is None:
        return page("refusal.login-needed")
    hall = guard.hall()
    if hall.accounts.second.is_on(account.name):
        session["second"] = hall.accounts.once.give(Kind.SECOND, account.name, hall.wall())
        return redirect(url_for("login.code_form", next=request.form.get("next", "")[:200]), 303)
    return entered(account, "password")


@login.get("/login/code")
def code_form() -> ResponseReturnValue:
    return code_page(None) if pending() else redirect(url_for("login.form"))


@login.post("/login/code")
def code_submit() -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    account = pending()
    if account is None:
        return redirect(url_for("login.form"), 303)
    try:
        passed = check_code(account, request.form.get("code", ""))
    except TooMany as error:
        return code_page(error)
    if not passed:
        hall, key = guard.hall(), str(session["second"])
        hall.accounts.once.missed(Kind.SECOND, key)
        return code_page("login.wrong_code") if pending() else redirect(url_for("login.form"), 303)
    guard.hall().accounts.once.use(Kind.SECOND, str(session["second"]), guard.hall().wall())
    return entered(account, "code")


@login.post("/logout")
def leave() -> ResponseReturnValue:
    """Out, and with `next` back to this page for whoever comes now: a counter is handed over in two forms."""
    guard.check()
    if guard.account():
        guard.audit("login.ended")
    guard.end()
    back = request.form.get("next", "")
    return redirect(url_for("login.form", next=back if guard.safe_next(back) else None), 303)


def pending() -> Account | None:
    """Who gave the right password in this browser, and owes a code."""
    hall, key = guard.hall(), session.get("second")
    found = hall.accounts.once.look(Kind.SECOND, key, hall.wall()) if isinstance(key, str) else None
    return hall.accounts.find(found.account) if found is not None and found.account else None


def try_log_in(name: str, password: str, code: str = "") -> LogIn | None:
    """A new log-in, or None. Raises `TooMany` after failures, whoever is right, and `CodeNeeded` when the
    password is right and a code is to come with it.
    """
    account = check_password(name, password)
    if account is None:
        return None
    second = guard.hall().accounts.second.is_on(account.name)
    if second and not code:
        raise CodeNeeded
    if second and not check_code(account, code):
        return None
    return begin(account, "code" if second else "password")


def check_password(name: str, password: str) -> Account | None:
    """Whose name and password this is. Raises `TooMany`."""
    hall, name = guard.hall(), name.strip().lower()
    wait(name)
    account = hall.accounts.check(name, password)
    if account is None:
        missed(name, "password")
    return account


def check_code(account: Account, code: str) -> bool:
    """Whether it is the account's code of now, or a recovery code. Raises `TooMany`."""
    hall = guard.hall()
    wait(account.name)
    if hall.accounts.second.passes(account.name, code, hall.wall()):
        return True
    missed(account.name, "code")
    return False


def nobody() -> str:
    """Whose failures count where no name was given: this address's, and no account's."""
    return f"@{near(request.remote_addr or '')}"


def wait(name: str) -> None:
    """Raises `TooMany` while this name may not be tried from here."""
    hall, address = guard.hall(), request.remote_addr or ""
    throttle: Throttle = current_app.extensions["throttle"]
    seconds = throttle.wait_s(name, address, hall.tick())
    if seconds <= 0:
        return
    lately: Lately = current_app.extensions["refusals"]
    if lately.first(("login.slowed", near(address)), hall.tick()):
        log.warning("login_slowed address=%s", address)
        guard.audit("login.slowed", account=known(name), address=address)
    raise TooMany(seconds)


def missed(name: str, what: str) -> None:
    """A wrong password or code was given."""
    address = request.remote_addr or ""
    failed(name)
    guard.audit("login.failed", account=known(name), address=address, wrong=what)


def failed(name: str) -> None:
    """The next try takes longer."""
    hall, throttle = guard.hall(), current_app.extensions["throttle"]
    throttle.failed(name, request.remote_addr or "", hall.tick())
    log.info("login_failed account=%s", known(name))


def known(name: str) -> str:
    """The name of an account that there is. What else was typed is kept nowhere: it may be a password."""
    return name if guard.hall().accounts.find(name) else ""


def begin(account: Account, by: str) -> LogIn:
    """A new log-in of whoever proved to be this account: `by` password, code or provider."""
    hall, address = guard.hall(), request.remote_addr or ""
    throttle: Throttle = current_app.extensions["throttle"]
    throttle.succeeded(account.name, address)
    found = hall.accounts.begin(account, hall.wall(), address, request.user_agent.string)
    log.info("logged_in account=%s", account.name)
    guard.audit_as(account.name, "login.ok", address=address, by=by)
    return found


def entered(account: Account, by: str) -> Response:
    """Log in and go where the reader wanted to."""
    found = begin(account, by)
    guard.begin(found.key, found.account, guard.language())
    wanted = guard.safe_next(request.values.get("next", ""))
    return Response(status=303, headers={"Location": wanted or home(account)})


def home(who: Account) -> str:
    """Where the day begins for this account at this centre, or the centres where it has a role."""
    role = who.role_at(guard.hall().config.site.id)
    pages = HOME[role] if role is not None else ("centres.page",)
    return url_for(next(name for name in pages if name in current_app.view_functions))


def page(error: TooMany | str | None) -> Response:
    """The log-in, and what was wrong: a key of the catalogues, or the wait."""
    return _form("login.html", error)


def code_page(error: TooMany | str | None) -> Response:
    return _form("login_code.html", error)


def _form(template: str, error: TooMany | str | None) -> Response:
    """error: a key of the catalogues, or the wait."""
    lang = guard.language()
    words, status = (TEXTS(error, lang), 401) if isinstance(error, str) else (None, 200)
    if isinstance(error, TooMany):
        words, status = TEXTS("refusal.too-many", lang, seconds=error.wait_s), 429
    oidc = guard.hall().oidc
    fields: dict[str, Any] = {
        "error": words,
        "next": request.values.get("next", "")[:200],
        "provider": oidc.name if oidc is not None else "",
    }
    answer = Response(render_template(template, **fields), status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer
