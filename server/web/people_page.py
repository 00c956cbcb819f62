"""/admin/people: who may log in, what for and where; and what is done when a password or a phone is lost.

Whoever keeps accounts at one centre gives roles there, and touches only accounts that hold none elsewhere
(`rights.governs`): nobody gets into a centre through somebody else's account. Passwords are never seen: a
one-time link, shown once, lets people choose their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from server.people.accounts import NAME, Account, AccountError, Row
from server.people.once import Kind
from server.people.rights import EVERYWHERE, Right, Role, governs, may, role_at
from server.web import guard
from server.web.sites import names
from server.web.words import TEXTS

people = Blueprint("people", __name__, url_prefix="/admin/people")

DONE = ("roles", "disabled", "enabled", "logged-out", "second")


@people.get("/")
@guard.needs(Right.USERS)
def page() -> ResponseReturnValue:
    return _page()


@people.post("/")
@guard.needs(Right.USERS)
def make() -> ResponseReturnValue:
    """A new account without a password, and the link to choose one."""
    check()
    hall, lang = guard.hall(), guard.language()
    name = request.form.get("name", "").strip().lower()
    site, role = request.form.get("site", ""), request.form.get("role", "")
    errors = {} if NAME.fullmatch(name) else {"name": "people.odd-name"}
    if site not in sites_kept(lang):
        errors["site"] = "people.no-site"
    if role not in set(Role):
        errors["role"] = "people.choose_role"
    if not errors:
        try:
            account = hall.accounts.add(name, {site: Role(role)}, None, hall.wall())
        except AccountError as error:
            errors["name"] = f"people.{error.code}"
        else:
            guard.audit("account.made", account=name, roles=dict(account.roles))
            return _page(link=_link(name), to=name)
    return _page(errors)


@people.get("/<name>")
@guard.needs(Right.USERS)
def one(name: str) -> ResponseReturnValue:
    return _one(_found(name))


@people.post("/<name>/roles")
@guard.needs(Right.USERS)
def roles(name: str) -> ResponseReturnValue:
    """The roles at the centres that whoever asks keeps; those elsewhere stay."""
    check()
    row, mine = _found(name), sites_kept(guard.language())
    before = row.account.roles
    if request.form.get("before", "") != _spelled(before):
        return _one(row, {"before": "people.changed"}, status=409)
    asked = {site: request.form.get(f"role:{site}", "") for site in before if site in mine}
    if request.form.get("role", ""):
        asked[request.form.get("site", "")] = request.form["role"]
    if any(site not in mine or (role and role not in set(Role)) for site, role in asked.items()):
        return _one(row, {"role": "people.choose_role"})
    kept = {site: role for site, role in before.items() if site not in asked}
    after = kept | {site: Role(role) for site, role in asked.items() if role}
    if after != before:
        try:
            guard.hall().accounts.set_roles(name, after)
        except AccountError as error:
            return _one(row, {"role": f"people.{error.code}"})
        guard.audit("account.roles", account=name, before=dict(before), after=after)
    return _done(name, "roles")


@people.post("/<name>/reset")
@guard.needs(Right.USERS)
def reset(name: str) -> ResponseReturnValue:
    """A link to choose a new password; the old one works until it is used."""
    check()
    row = _governed(name)
    if row.disabled:
        return _one(row, {"reset": "people.is_disabled"})
    guard.audit("account.reset", account=name)
    return _one(row, link=_link(name), status=200)


@people.post("/<name>/disable")
@guard.needs(Right.USERS)
def disable(name: str) -> ResponseReturnValue:
    return _change(name, guard.hall().accounts.disable, "account.disabled", "disabled")


@people.post("/<name>/enable")
@guard.needs(Right.USERS)
def enable(name: str) -> ResponseReturnValue:
    return _change(name, guard.hall().accounts.enable, "account.enabled", "enabled")


@people.post("/<name>/logout")
@guard.needs(Right.USERS)
def log_out(name: str) -> ResponseReturnValue:
    return _change(name, guard.hall().accounts.logins.end_all, "account.logged-out", "logged-out")


@people.post("/<name>/second-off")
@guard.needs(Right.USERS)
def second_off(name: str) -> ResponseReturnValue:
    """For a lost phone: from now on the password alone is enough."""
    return _change(name, guard.hall().accounts.second.turn_off, "second.off", "second")


def _change(name: str, act: Callable[[str], object], what: str, done: str) -> ResponseReturnValue:
    check()
    row = _governed(name)
    try:
        act(name)
    except AccountError as error:
        return _one(row, {"account": f"people.{error.code}"})
    guard.audit(what, account=name)
    return _done(name, done)


def check() -> None:
    guard.check_same_site()
    guard.check_csrf()


def _mine() -> Mapping[str, Role]:
    who = guard.account()
    assert who is not None
    return who.roles


def sites_kept(lang: str) -> dict[str, str]:
    """Where whoever asks may give roles: centre -> name, all centres first."""
    mine = _mine()
    everywhere = (
        {EVERYWHERE: TEXTS("people.everywhere", lang)} if governs(mine, {EVERYWHERE: Role.OFFICER}) else {}
    )
    return everywhere | {
        site: name for site, name in names(lang).items() if may(role_at(mine, site), Right.USERS)
    }


def _shown(row: Row) -> bool:
    """Whether whoever asks is shown this account: it holds a role where they keep accounts, or is theirs."""
    here = set(sites_kept("vi")) | {EVERYWHERE}
    return governs(_mine(), row.account.roles) or bool(here & set(row.account.roles))


def _found(name: str) -> Row:
    """Raises 404 for an account that is not there, or not theirs to see."""
    for row in guard.hall().accounts.rows():
        if row.account.name == name and _shown(row):
            return row
    raise NotFound


def _governed(name: str) -> Row:
    """Raises 403 for an account that may more, elsewhere, than whoever asks."""
    row = _found(name)
    if not governs(_mine(), row.account.roles):
        guard.refused(Right.USERS)
        raise Forbidden("role")
    return row


def _link(name: str) -> str:
    hall = guard.hall()
    key = hall.accounts.once.give(Kind.PASSWORD, name, hall.wall())
    return hall.config.url.rstrip("/") + url_for("keys.choose", key=key)


def _done(name: str, done: str) -> Response:
    return redirect(url_for("people.one", name=name, done=done), 303)  # type: ignore[return-value]


def _spelled(roles: Mapping[str, Role]) -> str:
    """The roles as a form carries them, to tell whether somebody else changed them meanwhile."""
    return " ".join(f"{site}={role.value}" for site, role in sorted(roles.items()))


def _role_words(lang: str) -> list[tuple[str, str]]:
    return [(role.value, TEXTS(f"role.{role.value}", lang)) for role in Role]


def _words(errors: Mapping[str, str] | None) -> dict[str, str]:
    return {field: TEXTS(key, guard.language()) for field, key in (errors or {}).items()}


def _held(account: Account, lang: str) -> list[dict[str, Any]]:
    known = {**names(lang), EVERYWHERE: TEXTS("people.everywhere", lang)}
    mine = sites_kept(lang)
    return [
        {"site": site, "name": known.get(site, site), "role": role.value, "mine": site in mine}
        for site, role in account.roles.items()
    ]


def _page(errors: Mapping[str, str] | None = None, link: str = "", to: str = "") -> Response:
    lang = guard.language()
    sites = sites_kept(lang)
    rows = [
        {"row": row, "held": _held(row.account, lang)} for row in guard.hall().accounts.rows() if _shown(row)
    ]
    page = render_template(
        "people.html",
        rows=rows,
        sites=list(sites.items()),
        site=request.form.get("site") or guard.hall().config.site.id,
        roles=[("", TEXTS("people.choose_role", lang)), *_role_words(lang)],
        role="" if link else request.form.get("role", ""),
        name="" if link else request.form.get("name", "")[:64],
        errors=_words(errors),
        link=link,
        to=to,
    )
    return Response(page, 422 if errors else 200)


def _one(row: Row, errors: Mapping[str, str] | None = None, link: str = "", status: int = 0) -> Response:
    lang = guard.language()
    free = [(site, name) for site, name in sites_kept(lang).items() if site not in row.account.roles]
    done = request.args.get("done", "")
    page = render_template(
        "person.html",
        row=row,
        held=_held(row.account, lang),
        before=_spelled(row.account.roles),
        governed=governs(_mine(), row.account.roles),
        sites=free,
        roles=_role_words(lang),
        logins=len(guard.hall().accounts.logins.of(row.account.name, guard.hall().wall())),
        errors=_words(errors),
        link=link,
        done=done if done in DONE else "",
    )
    return Response(page, status or (422 if errors else 200))
