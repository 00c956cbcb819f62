"""Who asks the interface for programs: somebody's session with its cookie, or a program with its token.

A token needs no CSRF, for no browser sends it by itself; a cookie needs both checks of every page. What a
program may do are its scopes, which are names of rights, at the centre it was made for. Each refusal of a
program is told to the audit; who guesses tokens has to wait longer and longer.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, session
from werkzeug.exceptions import Forbidden

from server.people.rights import Right, may
from server.web import guard
from server.web.hall import Hall
from server.web.problems import Declined, TooMany
from server.web.rest.endpoint import NOBODY, Caller, Endpoint

REALM = 'Bearer realm="motcua"'


def caller(row: Endpoint) -> Caller:
    """Whoever asks, once it is known that the request is really theirs and that they may ask this.

    Raises 401, 403, 429, or 400 for a page that is not ours.
    """
    if "Authorization" in request.headers:
        who = _program(guard.hall(), request.headers["Authorization"])
    else:
        who = _person()
    if who is NOBODY and not row.open:
        raise Declined("login-needed", headers={"WWW-Authenticate": REALM})
    if row.people_only and who.program:
        audit(who.name, "token.refused", endpoint=row.name, right=row.right.value if row.right else "")
        raise Declined("people-only")
    if row.right is not None and not who.may(row.right):
        if who.program:
            audit(who.name, "token.refused", endpoint=row.name, right=row.right.value)
        else:
            guard.refused(row.right)
        raise Forbidden("role")
    if row.changes and not who.program:
        guard.check_same_site()
        if not row.open:
            guard.check_csrf()
    return who


def _person() -> Caller:
    hall, who = guard.hall(), guard.account()
    if who is None:
        return NOBODY
    key = str(session["key"])

    def may_now(right: Right) -> bool:
        found = hall.accounts.who(key, hall.wall())
        return found is not None and may(found.role_at(hall.config.site.id), right)

    return Caller(name=who.name, by=f"officer:{who.name}", may=may_now)


def _program(hall: Hall, header: str) -> Caller:
    address, guesses = request.remote_addr or "", current_app.extensions["programs-guesses"]
    wait_s = guesses.wait_s(address, address, hall.tick())
    if wait_s > 0:
        raise TooMany(wait_s)
    scheme, _, key = header.partition(" ")
    key = key.strip()
    found = hall.accounts.tokens.who(key, hall.wall()) if scheme.lower() == "bearer" else None
    if found is None:
        guesses.failed(address, address, hall.tick())
        audit("", "token.unknown", address=address)
        raise Declined("token-wrong", headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})
    guesses.succeeded(address, address)
    wait_s = current_app.extensions["programs-pace"].wait_s(found.id, "", hall.tick())
    if wait_s > 0:
        raise TooMany(wait_s)

    def may_now(right: Right) -> bool:
        now = hall.accounts.tokens.who(key, hall.wall())
        return now is not None and now.may(right.value, hall.config.site.id)

    return Caller(name=f"token:{found.id}", by=f"token:{found.id}", may=may_now, program=True)


def program_here(header: str, right: Right) -> bool:
    """Whether this header has a token with this right here; for a look at a head, which nobody is told of."""
    hall = guard.hall()
    scheme, _, key = header.partition(" ")
    found = hall.accounts.tokens.who(key.strip(), hall.wall()) if scheme.lower() == "bearer" else None
    return found is not None and found.may(right.value, hall.config.site.id)


def audit(who: str, what: str, **about: Any) -> None:
    """Tell the audit that `who` did `what` here. about: JSON values, nothing secret."""
    hall = guard.hall()
    if hall.audit is not None:
        hall.audit.tell(hall.wall(), who, what, hall.config.site.id, about)
