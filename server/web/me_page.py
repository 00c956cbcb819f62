"""/me: what whoever is logged in keeps of themselves: the password, the second step, the log-ins.

A change asks for the password again, so that a screen left open gives nothing away; wrong ones wait as at the
log-in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import segno
from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from server.people import second
from server.people.accounts import Account, AccountError
from server.people.contacts import BadContact
from server.people.passwords import SHORTEST
from server.people.rights import EVERYWHERE
from server.web import guard, login
from server.web.my_dossiers import my_authorities
from server.web.problems import TooMany
from server.web.sites import names
from server.web.words import TEXTS, said

me = Blueprint("me", __name__)


@me.get("/me")
@guard.needs(None)
def page() -> ResponseReturnValue:
    return _page()


@me.post("/me/password")
@guard.needs(None)
def password() -> ResponseReturnValue:
    """Choose another one: every other log-in ends, this one gets a new key."""
    who = _asking()
    if (wrong := _proved(who, "password_now")) is not None:
        return wrong
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _page({"again": "people.differ"})
    try:
        guard.hall().accounts.set_password(who.name, new)
    except AccountError as error:
        return _page({"password": f"people.{error.code}"})
    guard.audit("password.changed")
    anew(who)
    return redirect(url_for("me.page", done="password"), 303)


@me.post("/me/logins/end")
@guard.needs(None)
def end_logins() -> ResponseReturnValue:
    """End one log-in, or with no `id` all but this one."""
    who, logins = _asking(), guard.hall().accounts.logins
    id = request.form.get("id", "")
    count = int(logins.end_one(who.name, id)) if id else logins.end_all(who.name, str(session["key"]))
    guard.audit("login.ended", count=count)
    return redirect(url_for("me.page", done="logins"), 303)


@me.post("/me/email")
@guard.needs(None)
def email() -> ResponseReturnValue:
    """Where reminders go."""
    who = _asking()
    try:
        guard.hall().accounts.contacts.set_email(who.name, request.form.get("email", ""))
    except BadContact as error:
        return _page({"email": f"people.{error.code}"})
    guard.audit("account.contact", account=who.name)
    return redirect(url_for("me.page", done="contact"), 303)


@me.get("/me/second")
@guard.needs(None)
def second_form() -> ResponseReturnValue:
    """The picture for the authenticator; nothing is in force before a code came back."""
    who = guard.account()
    assert who is not None
    if guard.hall().accounts.second.is_on(who.name):
        return redirect(url_for("me.page"))
    return _second(who)


@me.post("/me/second")
@guard.needs(None)
def second_on() -> ResponseReturnValue:
    who, hall = _asking(), guard.hall()
    if hall.accounts.second.is_on(who.name):
        return redirect(url_for("me.page"), 303)
    if (
        wrong := _proved(who, "password_now", lambda errors, status: _second(who, errors, status))
    ) is not None:
        return wrong
    codes = hall.accounts.second.turn_on(who.name, request.form.get("code", "").replace(" ", ""), hall.wall())
    if codes is None:
        return _second(who, {"code": "login.wrong_code"}, 422)
    guard.audit("second.on")
    hall.accounts.logins.end_all(who.name)
    anew(who)
    return Response(render_template("second_codes.html", codes=codes))


@me.post("/me/second/off")
@guard.needs(None)
def second_off() -> ResponseReturnValue:
    who = _asking()
    if (wrong := _proved(who, "password_off")) is not None:
        return wrong
    guard.hall().accounts.second.turn_off(who.name)
    guard.audit("second.off", account=who.name)
    return redirect(url_for("me.page", done="second"), 303)


def _asking() -> Account:
    """Who sends a form of ours. Raises 400 and 403."""
    guard.check_same_site()
    guard.check_csrf()
    who = guard.account()
    assert who is not None
    return who


def anew(who: Account) -> str:
    """Go on in this browser with a new key; the old one is dead. Returns its CSRF token."""
    hall = guard.hall()
    found = hall.accounts.begin(who, hall.wall(), request.remote_addr or "", request.user_agent.string)
    return guard.begin(found.key, who, guard.language())


def _proved(who: Account, field: str, show: Any = None) -> Response | None:
    """None when the field has the password of whoever asks; else the page that says so."""
    show = show or _page
    try:
        if login.check_password(who.name, request.form.get(field, "")) is not None:
            return None
    except TooMany as error:
        words = TEXTS("refusal.too-many", guard.language(), seconds=error.wait_s)
        answer: Response = show({field: words}, 429)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    refused: Response = show({field: "me.wrong_password"}, 422)
    return refused


def _words(errors: dict[str, str] | None) -> dict[str, str]:
    lang = guard.language()
    return {f: TEXTS(k, lang, n=SHORTEST) if k in TEXTS else k for f, k in (errors or {}).items()}


def _second(who: Account, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    hall = guard.hall()
    secret = hall.accounts.second.want(who.name)
    picture = segno.make(second.address(secret, who.name, f"motcua {hall.config.site.id}"), error="m")
    spelled = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    page = render_template(
        "second.html",
        picture=picture.png_data_uri(scale=5, border=4),
        spelled=spelled,
        errors=_words(errors),
    )
    return Response(page, status)


def _page(errors: dict[str, str] | None = None, status: int | None = None) -> Response:
    hall, who, lang = guard.hall(), guard.account(), guard.language()
    assert who is not None
    zone, every = hall.config.site.zone, {**names(lang), EVERYWHERE: TEXTS("people.everywhere", lang)}
    logins = [
        {
            "row": row,
            "began": _time(row.began_at, zone),
            "seen": _time(row.seen_at, zone),
            "machine": machine(row.agent),
        }
        for row in hall.accounts.logins.of(who.name, hall.wall(), str(session["key"]))
    ]
    mine = my_authorities()
    page = render_template(
        "me.html",
        who=who,
        roles=[(every.get(site, site), role.value) for site, role in who.roles.items()],
        second=hall.accounts.second.is_on(who.name),
        left=hall.accounts.second.codes_left(who.name),
        logins=logins,
        contact=hall.accounts.contacts.of(who.name),
        stands_for=[said(a.name, lang) for a in hall.config.site.authorities if a.id in mine],
        errors=_words(errors),
        done=request.args.get("done", "") if request.args.get("done") in DONE else "",
        shortest=SHORTEST,
    )
    return Response(page, status or (422 if errors else 200))


DONE = ("password", "logins", "second", "contact")


def machine(agent: str) -> str:
    """A browser and its machine as people know them; what it says itself when it is none of the known."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, MACHINES)]
    return " · ".join(name for name in found if name) or agent[:40]


# The first that is found: most browsers also name the ones that they are like.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac", "Mac"),
    ("Linux", "Linux"),
)


def _time(at: float, zone: Any) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M %d/%m/%Y")
