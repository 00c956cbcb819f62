"""What stands around every staff page: the way to other pages, the reader, the language, how it looks.

Templates have it as `frame`. A link that changes language or look stays on the page. Which look is a matter
of the machine that one sits at: it is kept in a cookie of its own for a year, beside log-ins, and without a
choice the browser says what it prefers. Phones and boards take no cookies.
"""

from __future__ import annotations

from urllib.parse import urlencode

import flask_babel
from flask import Flask, Response, current_app, request, url_for
from werkzeug.exceptions import HTTPException

from server.web import guard
from server.web.my_dossiers import MyLine, my_lines
from server.web.places import MY_PAGES, Place, Way, current, ways
from server.web.words import TEXTS

LOOKS = ("auto", "light", "dark", "contrast")
COOKIE = "motcua_look"
KEPT_S = 365 * 24 * 3600


def speak(app: Flask) -> None:
    """Wire Flask-Babel: the reader's language, the site's zone, the words of the catalogues by key."""
    babel = flask_babel.Babel(
        app,
        default_locale="vi",
        locale_selector=guard.language,
        timezone_selector=lambda: str(guard.hall().config.site.zone),
    )
    babel.domain_instance = TEXTS


def look() -> str:
    """`light`, `dark` or `contrast` where the reader chose one, else "": as the browser prefers."""
    chosen = request.args.get("look") or request.cookies.get(COOKIE, "")
    return chosen if chosen in LOOKS[1:] else ""


def keep_look(answer: Response) -> None:
    """Remember a look that was asked for with this request."""
    asked = request.args.get("look")
    if asked == "auto":
        answer.delete_cookie(COOKIE, samesite="Lax", httponly=True)
    elif asked in LOOKS:
        secure = guard.hall().config.url.startswith("https:")
        answer.set_cookie(COOKIE, asked, KEPT_S, secure=secure, httponly=True, samesite="Lax")


class Frame:
    """The frame of this request's page, in the reader's language. Nothing is looked up before it is drawn."""

    looks = LOOKS

    def __init__(self, lang: str) -> None:
        self.other_lang = "en" if lang == "vi" else "vi"
        self.look = look()

    @property
    def ways(self) -> tuple[Way, ...]:
        return ways(guard.has, request.endpoint)

    @property
    def place(self) -> Place | None:
        return current(request.endpoint)

    @property
    def mine(self) -> list[Place]:
        """The reader's own pages."""
        return [p for p in MY_PAGES if guard.has(p.right)]

    @property
    def name(self) -> str:
        """Whoever is logged in, as the hall's file names them, else by account. "" for a stranger."""
        who = guard.account()
        return guard.hall().config.officers.get(who.name, who.name) if who else ""

    @property
    def reminded(self) -> MyLine | None:
        """What whoever is logged in has to do something about, of their first list that has something."""
        return next(my_lines(), None)

    @property
    def reminders(self) -> list[MyLine]:
        """The same of all their lists."""
        return list(my_lines())

    def page(self, **change: str) -> str:
        return same_page(**change)


def same_page(**change: str) -> str:
    """The address of this page with another language or look.

    Of the first page where this one is the answer to a form and has no address.
    """
    if request.method != "GET" and not _readable():
        return url_for("index", **change)  # type: ignore[arg-type]
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in change]
    return "?" + urlencode([*kept, *change.items()])


def _readable() -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(method="GET"))
    except HTTPException:
        return False
