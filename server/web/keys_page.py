"""Pages behind a one-time link: make the first administrator, choose a password.

Whoever has the link needs no log-in; a link that was used, is over or never was is told from nothing else.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.people.accounts import Account, AccountError
from server.people.once import Kind
from server.people.passwords import SHORTEST
from server.web import guard, login
from server.web.words import TEXTS

keys = Blueprint("keys", __name__)


@keys.get("/first/<key>")
def first(key: str) -> ResponseReturnValue:
    return _page(Kind.FIRST, key)


@keys.post("/first/<key>")
def make_first(key: str) -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    hall, name = guard.hall(), request.form.get("name", "").strip().lower()
    _look(Kind.FIRST, key)
    try:
        account = hall.accounts.add_first(key, name, _password(), hall.wall())
    except AccountError as error:
        return _page(Kind.FIRST, key, error, name)
    return _in(account, "account.first")


@keys.get("/password/<key>")
def choose(key: str) -> ResponseReturnValue:
    return _page(Kind.PASSWORD, key)


@keys.post("/password/<key>")
def chosen(key: str) -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    hall = guard.hall()
    _look(Kind.PASSWORD, key)
    try:
        account = hall.accounts.choose_password(key, _password(), hall.wall())
    except AccountError as error:
        return _page(Kind.PASSWORD, key, error)
    if hall.accounts.second.is_on(account.name):  # the link replaces the password, and nothing else
        guard.audit_as(account.name, "password.chosen")
        return redirect(url_for("login.form"), 303)
    return _in(account, "password.chosen")


def _in(account: Account, what: str) -> Response:
    found = login.begin(account, "link")
    guard.begin(found.key, account, guard.language())
    guard.audit(what)
    return redirect(url_for("me.page"), 303)  # type: ignore[return-value]


def _password() -> str:
    """What was typed twice. Raises `AccountError`."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise AccountError("differ", "the two passwords differ")
    return password


def _look(kind: Kind, key: str) -> str:
    """The account behind the link, empty for the first. Raises 404 for one that is none (any more), and 429
    for whoever tries many.
    """
    hall = guard.hall()
    login.wait(login.nobody())
    found = hall.accounts.once.look(kind, key, hall.wall())
    if found is None or (kind is Kind.FIRST and hall.accounts.has_administrator()):
        login.failed(login.nobody())
        raise NotFound
    return found.account or ""


def _page(kind: Kind, key: str, error: AccountError | None = None, name: str = "") -> Response:
    lang, account = guard.language(), _look(kind, key)
    errors = {}
    if error is not None:
        nameless = error.code == "odd-name" and not name
        words = TEXTS("mistake.empty" if nameless else f"people.{error.code}", lang, n=SHORTEST, name=name)
        errors = {FIELDS.get(error.code, "password"): words}
    page = render_template(
        "key.html", kind=kind.value, key=key, whose=account, name=name, errors=errors, shortest=SHORTEST
    )
    return Response(page, 422 if error is not None else 200)


FIELDS = {"odd-name": "name", "taken": "name", "differ": "again"}  # which field an error stands beside
