"""Who is asking, in which language, and whether the request is really theirs.

Knows the signed cookie (the key of a log-in, a CSRF token, the language) and which role may do what.
Keeps out passwords and pages. A log-in is looked up at every request, so that logging out, disabling an
account or changing its role takes effect with the next one.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, Unauthorized
from werkzeug.routing import RequestRedirect

from server.people.accounts import Account
from server.people.rights import Right, may
from server.throttle import Lately
from server.web.hall import Hall

P = ParamSpec("P")
R = TypeVar("R")

CSRF_HEADER = "X-CSRF-Token"
PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._~-]*)+")
PARTS = ("events", "live", "state")  # what scripts of a page fetch: no pages to come back to
SITE = "motcua.site"  # in the WSGI environment: the centre that the address names


def hall() -> Hall:
    """The hall of the centre that this request is for; the first one's where it names none."""
    if "hall" not in g:
        site = request.environ.get(SITE)
        every: Mapping[str, Hall] = current_app.extensions["installation"].halls
        g.hall = current_app.extensions["hall"] if site is None else every[site]
    value: Hall = g.hall
    return value


def language() -> str:
    """Vietnamese unless the reader chose otherwise: by link, at an earlier page, or (scripts) by header."""
    asked = request.args.get("lang")
    if asked in ("vi", "en"):
        return asked
    chosen = session.get("lang")
    if chosen in ("vi", "en"):
        return str(chosen)
    if wants_json():
        return request.accept_languages.best_match(["vi", "en"]) or "vi"
    return "vi"


def wants_json(path: str | None = None) -> bool:
    """Programs are answered in JSON wherever they ask."""
    return (request.path if path is None else path).startswith(("/api/", "/sim/"))


def account() -> Account | None:
    """Who is logged in, looked up once a request."""
    if "account" not in g:
        here, key = hall(), session.get("key")
        g.account = here.accounts.who(key, here.wall()) if isinstance(key, str) else None
    found: Account | None = g.account
    return found


def begin(key: str, who: Account, lang: str) -> str:
    """Start a log-in in this browser: everything known before it is forgotten. Returns its CSRF token."""
    session.clear()
    session.update(key=key, lang=lang, csrf=secrets.token_urlsafe())
    g.account = who
    return str(session["csrf"])


def end() -> None:
    key = session.get("key")
    if isinstance(key, str):
        hall().accounts.log_out(key)
    lang = session.get("lang")
    session.clear()
    session["lang"] = lang
    g.account = None


def csrf_token() -> str:
    """The token that forms carry; made with the first form."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe()
    return str(session["csrf"])


def check_csrf() -> None:
    """Raises 400 for a request that our own page did not send."""
    sent = request.headers.get(CSRF_HEADER) or (request.form.get("csrf", "") if not wants_json() else "")
    known = session.get("csrf")
    if not isinstance(known, str) or not hmac.compare_digest(sent.encode(), known.encode()):
        raise BadRequest("csrf")


def check_same_site() -> None:
    """Raises 403 for a stream or a command that another site's page opened."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("cross-site")
    origin = request.headers.get("Origin")  # browsers leave Sec-Fetch-Site out on plain http:// addresses
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden("cross-site")


def audit(what: str, **about: Any) -> None:
    """Tell the audit that whoever asks did `what` (`device.revoked`) at this centre, before it is answered.

    about: JSON values that say to what it was done; nothing secret, and nobody's data but the staff's.
    """
    who = account()
    audit_as(who.name if who else "", what, **about)


def audit_as(who: str, what: str, **about: Any) -> None:
    """The same of somebody who is not logged in: a program, or whoever just proved to be this account."""
    here = hall()
    if here.audit is not None:
        here.audit.tell(here.wall(), who, what, here.config.site.id, about)


def check() -> None:
    """Raises 400 or 403 for a change that no form of ours asked for."""
    check_same_site()
    check_csrf()


def has(right: Right) -> bool:
    """Whether whoever asks has this right at this request's centre."""
    who = account()
    return who is not None and may(who.role_at(hall().config.site.id), right)


def refused(right: Right) -> None:
    """Tell the audit that somebody asked for what is not theirs: once a minute, however often they try."""
    here, who, route = hall(), account(), str(request.url_rule)
    lately: Lately = current_app.extensions["refusals"]
    if who is not None and lately.first((who.name, route, here.config.site.id), here.tick()):
        audit("right.refused", right=right.value, route=route, method=request.method)


def is_guarded(endpoint: str) -> bool:
    """Whether the view of this name asks who is there; everybody may open the others."""
    return hasattr(current_app.view_functions.get(endpoint), "right")


def safe_next(path: str) -> str | None:
    """Where a log-in may lead: a page of ours for those who are logged in, as a path that begins here, also
    when we are mounted below another path. None for everything else.
    """
    if not PLAIN_PATH.fullmatch(path):
        return None
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    if not is_guarded(endpoint) or path.rpartition("/")[2] in PARTS or wants_json(path):
        return None
    return request.script_root + path


def needs(right: Right | None) -> Callable[[Callable[P, R]], Callable[P, R | ResponseReturnValue]]:
    """Let only those in who have the right, or with None whoever is logged in. A page sends strangers to the
    log-in, anything else answers 401 or 403, which the audit is told."""

    def guard(view: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
            if account() is None:
                accepts = request.accept_mimetypes
                page = accepts.accept_html or not accepts
                if request.method == "GET" and page and not wants_json():
                    return redirect(url_for("login.form", next=request.path))
                raise Unauthorized("login")
            if right is not None and not has(right):
                refused(right)
                raise Forbidden("role")
            return view(*args, **kwargs)

        guarded.__dict__["right"] = right
        return guarded

    return guard
