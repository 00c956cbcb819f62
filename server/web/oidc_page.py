"""To the OpenID provider and back. Part of the application only where the server's file has `[oidc]`.

What the browser keeps on the way is signed, lives ten minutes, and is the only thing that a provider's answer
is believed with: an answer to somebody else's question, or a second one, opens nothing. It is not the
session's cookie, for that one does not come along from another site; so the way back ends on a page that
leads on by itself, from here to here.
"""

from __future__ import annotations

import hashlib
import logging

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import NotFound

from server.people.accounts import AccountError
from server.people.arrivals import admit
from server.people.oidc import OidcRefused, Provider, Trip
from server.web import guard, login
from server.web.problems import TooMany

log = logging.getLogger(__name__)

oidc = Blueprint("oidc", __name__)

LIVES_S = 600
WORDS = {"unknown": "oidc.unknown", "taken": "oidc.unknown", "no-role": "oidc.no_role"}


@oidc.get("/login/oidc")
def begin() -> ResponseReturnValue:
    """Away to the provider. Query: `next`, as at the log-in."""
    hall = guard.hall()
    try:
        login.wait(login.nobody())
        address, trip = _provider().begin(_returns_to(), hall.wall())
    except TooMany as error:
        return login.page(error)
    except OidcRefused as error:
        return _refused(error.code, str(error), "oidc.away")
    wanted = guard.safe_next(request.args.get("next", "")) or (
        request.script_root and f"{request.script_root}/"
    )
    answer = redirect(address)
    answer.set_cookie(
        _cookie(),
        _signer().dumps([trip.state, trip.nonce, trip.verifier, wanted]),
        max_age=LIVES_S,
        path="/login/oidc",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return answer


@oidc.get("/login/oidc/back")
def back() -> ResponseReturnValue:
    """Back from the provider. Query: `code` and `state`, or `error`."""
    hall, provider = guard.hall(), _provider()
    try:
        login.wait(login.nobody())
        trip, wanted = _trip()
        person = provider.finish(trip, request.args.to_dict(), _returns_to(), hall.wall())
        account = admit(hall.accounts, person, provider.makes_accounts, hall.wall(), guard.audit_as)
    except TooMany as error:
        return login.page(error)
    except OidcRefused as error:
        return _refused(error.code, str(error), "oidc.refused")
    except AccountError as error:
        return _refused(error.code, str(error), WORDS.get(error.code, "oidc.refused"))
    found = login.begin(account, "provider")
    guard.begin(found.key, account, guard.language())
    page = render_template("oidc_in.html", onward=wanted or login.home(account))
    return _forget(Response(page))


def _provider() -> Provider:
    provider = guard.hall().oidc
    if provider is None:
        raise NotFound
    return provider


def _returns_to() -> str:
    """One address for all centres: the provider knows it beforehand."""
    first = current_app.extensions["hall"].config.url
    return str(first).rstrip("/") + "/login/oidc/back"


def _trip() -> tuple[Trip, str]:
    """What this browser set out with. Raises `OidcRefused`."""
    try:
        state, nonce, verifier, wanted = _signer().loads(request.cookies.get(_cookie(), ""), max_age=LIVES_S)
    except (BadData, ValueError, TypeError):
        raise OidcRefused("state", "this browser did not set out from here") from None
    return Trip(state, nonce, verifier), str(wanted)


def _refused(code: str, why: str, words: str) -> Response:
    log.warning("oidc_refused %s", why)
    login.failed(login.nobody())
    guard.audit("login.refused", by="provider", why=code)
    return _forget(login.page(words))


def _forget(answer: Response) -> Response:
    answer.delete_cookie(_cookie(), path="/login/oidc", httponly=True, samesite="Lax")
    return answer


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(guard.hall().secret, salt="oidc")


def _cookie() -> str:
    name = str(current_app.config["SESSION_COOKIE_NAME"])
    return f"trip_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
