"""/admin/people: who may log in, what for and where; and what is done when a password or a phone is lost.

Whoever keeps accounts at one centre gives roles there, and touches only accounts that hold none elsewhere
(`rights.governs`): nobody gets into a centre through somebody else's account. Passwords are never seen: a
one-time link, shown once, lets people choose their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.people.accounts import NAME, Account, AccountError, Row
from server.people.contacts import LONGEST, BadContact
from server.people.rights import EVERYWHERE, Right, Role, governs
from server.web import guard, keeping
from server.web.sites import names
from server.web.words import TEXTS, said

people = Blueprint("people", __name__, url_prefix="/admin/people")

A_PAGE = 100
DONE = ("roles", "disabled", "enabled", "logged-out", "second", "contact")


@people.get("/")
@guard.needs(Right.USERS)
def page() -> ResponseReturnValue:
    return _page()


@people.post("/")
@guard.needs(Right.USERS)
def make() -> ResponseReturnValue:
    """A new account without a password, and the link to choose one."""
    guard.check()
    hall, lang = guard.hall(), guard.language()
    name = request.form.get("name", "").strip().lower()
    site, role = request.form.get("site", ""), request.form.get("role", "")
    errors = {} if NAME.fullmatch(name) else {"name": "people.odd-name" if name else "mistake.empty"}
    if site not in keeping.sites(lang):
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
            return _page(link=keeping.link(name), to=name)
    return _page(errors)


@people.get("/<name>")
@guard.needs(Right.USERS)
def one(name: str) -> ResponseReturnValue:
    return _one(keeping.found(name))


@people.post("/<name>/roles")
@guard.needs(Right.USERS)
def roles(name: str) -> ResponseReturnValue:
    """The roles at the centres that whoever asks keeps; those elsewhere stay."""
    guard.check()
    row, mine = keeping.found(name), keeping.sites(guard.language())
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


@people.post("/<name>/contact")
@guard.needs(Right.USERS)
def contact(name: str) -> ResponseReturnValue:
    """Where reminders go, who this is in the system of record, and which authorities of this centre they
    stand for."""
    guard.check()
    row, contacts, site = keeping.governed(name), guard.hall().accounts.contacts, guard.hall().config.site
    stands_for = {a.id for a in site.authorities} & set(request.form.getlist("authority"))
    try:
        told = request.form.get("email", ""), request.form.get("source_name", "")
        contacts.set(name, *told, site.id, stands_for)
    except BadContact as error:
        return _one(row, {error.field: f"people.{error.code}"})
    guard.audit("account.contact", account=name, authorities=sorted(stands_for))
    return _done(name, "contact")


@people.post("/<name>/reset")
@guard.needs(Right.USERS)
def reset(name: str) -> ResponseReturnValue:
    """A link to choose a new password; the old one works until it is used."""
    guard.check()
    row = keeping.governed(name)
    if row.disabled:
        return _one(row, {"reset": "people.is_disabled"})
    guard.audit("account.reset", account=name)
    return _one(row, link=keeping.link(name), status=200)


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
    guard.check()
    row = keeping.governed(name)
    try:
        act(name)
    except AccountError as error:
        return _one(row, {"account": f"people.{error.code}"})
    guard.audit(what, account=name)
    return _done(name, done)


def _done(name: str, done: str) -> Response:
    return redirect(url_for("people.one", name=name, done=done), 303)  # type: ignore[return-value]


def _spelled(roles: Mapping[str, Role]) -> str:
    """The roles as a form carries them, to tell whether somebody else changed them meanwhile."""
    return " ".join(f"{site}={role.value}" for site, role in sorted(roles.items()))


def _role_words(lang: str) -> list[tuple[str, str]]:
    return [(role.value, TEXTS(f"role.{role.value}", lang)) for role in Role]


def _words(errors: Mapping[str, str] | None) -> dict[str, str]:
    return {field: TEXTS(key, guard.language()) for field, key in (errors or {}).items()}


def _held(lang: str) -> Callable[[Account], list[dict[str, Any]]]:
    """The roles of an account as pages show them."""
    known = {**names(lang), EVERYWHERE: TEXTS("people.everywhere", lang)}
    mine = keeping.sites(lang)

    def held(account: Account) -> list[dict[str, Any]]:
        return [
            {"site": site, "name": known.get(site, site), "role": role.value, "mine": site in mine}
            for site, role in account.roles.items()
        ]

    return held


def _page(errors: Mapping[str, str] | None = None, link: str = "", to: str = "") -> Response:
    lang, here, held = guard.language(), guard.hall().config.site.id, _held(guard.language())
    sites = keeping.sites(lang)
    find, at = request.args.get("find", "").strip().lower()[:32], request.args.get("at", here)
    found = [
        row
        for row in keeping.shown()
        if find in row.account.name
        and row.account.name > request.args.get("after", "")
        and (at == "" or not row.account.roles or {at, EVERYWHERE} & set(row.account.roles))
    ]
    more = {"find": find, "at": at, "after": found[A_PAGE - 1].account.name} if len(found) > A_PAGE else {}
    page = render_template(
        "people.html",
        rows=[{"row": row, "held": held(row.account)} for row in found[:A_PAGE]],
        more="?" + urlencode(more) if more else "",
        find=find,
        at=at,
        centres=[("", TEXTS("people.at_all", lang)), *((s, n) for s, n in sites.items() if s != EVERYWHERE)],
        sites=list(sites.items()),
        site=request.form.get("site") or here,
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
    free = [(site, name) for site, name in keeping.sites(lang).items() if site not in row.account.roles]
    done, hall, typed = request.args.get("done", ""), guard.hall(), request.form
    name, site = row.account.name, hall.config.site
    kept = hall.accounts.contacts.stands_for(name, site.id)
    page = render_template(
        "person.html",
        row=row,
        held=_held(lang)(row.account),
        before=_spelled(row.account.roles),
        governed=governs(keeping.my_roles(), row.account.roles),
        sites=free,
        roles=_role_words(lang),
        logins=len(hall.accounts.logins.of(name, hall.wall())),
        contact=hall.accounts.contacts.of(name),
        authorities=[(a.id, said(a.name, lang)) for a in site.authorities],
        stands_for=set(typed.getlist("authority")) if "source_name" in typed else kept,
        longest=LONGEST,
        typed=typed,
        errors=_words(errors),
        link=link,
        done=done if done in DONE else "",
    )
    return Response(page, status or (422 if errors else 200))
