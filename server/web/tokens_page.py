"""/admin/tokens: keys of programs, for one centre or all, for some things, until a day; revoked at once."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from server.people.rights import EVERYWHERE, Right
from server.people.tokens import LONGEST_DAYS, NAME_LENGTH
from server.web import guard, keeping
from server.web.sites import names
from server.web.words import TEXTS

tokens = Blueprint("tokens", __name__, url_prefix="/admin/tokens")

DAY_S = 86_400
USUAL_DAYS = 180
# What a program may be let to do: people's accounts and the audit are people's to keep.
SCOPES = tuple(right for right in Right if right not in (Right.USERS, Right.AUDIT, Right.SITES))


@tokens.get("/")
@guard.needs(Right.USERS)
def page() -> ResponseReturnValue:
    return _page()


@tokens.post("/")
@guard.needs(Right.USERS)
def make() -> ResponseReturnValue:
    guard.check()
    hall, form, who = guard.hall(), request.form, guard.account()
    assert who is not None
    name, site, days = form.get("name", "").strip(), form.get("site", ""), form.get("days", "")
    scopes = [scope for scope in form.getlist("scopes") if scope in set(SCOPES)]
    errors = {}
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        errors["name"] = "token.bad_name"
    if site not in keeping.sites(guard.language()):
        errors["site"] = "people.no-site"
    if not days.isascii() or not days.isdigit() or not 1 <= int(days[:6]) <= LONGEST_DAYS or len(days) > 6:
        errors["days"] = "token.bad_days"
    if not scopes or len(scopes) != len(form.getlist("scopes")):
        errors["scopes"] = "token.no_scope"
    if errors:
        return _page(errors)
    now = hall.wall()
    key, made = hall.accounts.tokens.make(name, site, scopes, now + int(days) * DAY_S, who.name, now)
    guard.audit(
        "token.made", token=made.id, name=made.name, for_site=site, scopes=sorted(scopes), days=int(days)
    )
    return _page(key=key)


@tokens.post("/<id>/revoke")
@guard.needs(Right.USERS)
def revoke(id: str) -> ResponseReturnValue:
    guard.check()
    hall = guard.hall()
    found = next((t for t in hall.accounts.tokens.all() if t.program.id == id), None)
    if found is None:
        raise NotFound
    if found.program.site not in keeping.sites(guard.language()):
        guard.refused(Right.USERS)
        raise Forbidden("role")
    if hall.accounts.tokens.revoke(id, hall.wall()):
        guard.audit("token.revoked", token=id, name=found.program.name)
    return redirect(url_for("tokens.page", done="revoked"), 303)


def _page(errors: dict[str, str] | None = None, key: str = "") -> Response:
    hall, lang = guard.hall(), guard.language()
    zone, now, sites = hall.config.site.zone, hall.wall(), keeping.sites(lang)
    known = {**names(lang), EVERYWHERE: TEXTS("people.everywhere", lang)}

    def day(at: float | None) -> str:
        return f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%d/%m/%Y}" if at is not None else ""

    rows = [
        {
            "token": token,
            "site": known.get(token.program.site, token.program.site),
            "scopes": [
                TEXTS(f"right.{s}", lang) for s in sorted(token.program.scopes) if f"right.{s}" in TEXTS
            ],
            "until": day(token.until),
            "used": day(token.used_at),
            "state": "revoked" if token.revoked_at else "lives" if token.lives(now) else "over",
        }
        for token in hall.accounts.tokens.all()
        if token.program.site in sites
    ]
    typed = {} if key else request.form
    page = render_template(
        "tokens.html",
        rows=rows,
        key=key,
        sites=list(sites.items()),
        site=typed.get("site") or hall.config.site.id,
        name=typed.get("name", "")[:200],
        days=typed.get("days", str(USUAL_DAYS))[:10],
        chosen=request.form.getlist("scopes") if not key else [],
        scopes=[(s.value, TEXTS(f"right.{s.value}", lang)) for s in SCOPES],
        errors={f: TEXTS(k, lang, n=LONGEST_DAYS) for f, k in (errors or {}).items()},
        done="revoked" if request.args.get("done") == "revoked" else "",
        longest=NAME_LENGTH,
    )
    return Response(page, 422 if errors else 200)
