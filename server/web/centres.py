"""Many centres under one address: `/at/<site>/…` is the same application for another hall.

The prefix becomes the WSGI script name, so that `url_for` stays within the centre and no page knows of it.
The first centre answers without a prefix as well. Cookies are of the whole address: one log-in, and a role at
each centre.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.people.rights import Right, may
from server.web import guard
from server.web.guard import SITE
from server.web.hall import Hall
from server.web.words import said

PREFIX = "/at/"

centres = Blueprint("centres", __name__)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Installation(Protocol):
    @property
    def halls(self) -> Mapping[str, Hall]:
        """Site -> hall, the first one first."""
        ...


class Alone:
    """One centre, and no others."""

    def __init__(self, hall: Hall) -> None:
        self.halls: Mapping[str, Hall] = {hall.config.site.id: hall}


def mounted(environ: dict[str, Any]) -> dict[str, Any]:
    """The environment of a request as the application is to see it."""
    path = str(environ.get("PATH_INFO", ""))
    if not path.startswith(PREFIX):
        return environ
    site, slash, rest = path.removeprefix(PREFIX).partition("/")
    prefix = f"{environ.get('SCRIPT_NAME', '')}{PREFIX}{site}"
    return {**environ, SITE: site, "SCRIPT_NAME": prefix, "PATH_INFO": slash + rest}


def mount(app: Flask) -> None:
    """Let the application answer for every centre."""
    inner: Wsgi = app.wsgi_app
    app.wsgi_app = lambda environ, start: inner(mounted(environ), start)  # type: ignore[method-assign,assignment]

    @app.before_request
    def known() -> None:
        """A centre that is not there has no pages, whoever asks. Raises 404."""
        site = request.environ.get(SITE)
        if site is not None and site not in halls():
            g.hall = current_app.extensions["hall"]  # whose words the answer has
            raise NotFound


def halls() -> Mapping[str, Hall]:
    found: Mapping[str, Hall] = current_app.extensions["installation"].halls
    return found


@centres.get("/centres")
def page() -> ResponseReturnValue:
    """The centres where whoever is logged in has something to do, whichever one the address names."""
    who, lang = guard.account(), guard.language()
    if who is None:
        return redirect(url_for("login.form", next=request.path))
    rows = [
        {"site": site, "name": said(hall.config.site.name, lang), "role": role.value}
        for site, hall in halls().items()
        if (role := who.role_at(site)) is not None and may(role, Right.LOOK)
    ]
    return render_template("centres.html", centres=rows, prefix=PREFIX, here=guard.hall().config.site.id)
