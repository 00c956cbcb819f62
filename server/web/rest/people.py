"""Accounts over the interface: for people with their session, and for no program.

Who keeps accounts is a person, whose own roles decide which accounts they may touch
(`server.web.keeping`). A link is in the answer that made it, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from werkzeug.exceptions import Forbidden

from server.people.accounts import AccountError, Row
from server.people.contacts import BadContact
from server.people.rights import Right, Role
from server.web import guard, keeping
from server.web.asked import refuse
from server.web.problems import Declined
from server.web.rest.endpoint import Asked, Endpoint

TEXTS_OF = {"taken": "choice", "odd-name": "form"}

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]
Site = Annotated[str, Meta(min_length=1, max_length=64)]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """roles: by centre, `*` for all. ready: a password was chosen. second: a code is asked for too."""

    account: str
    roles: dict[str, Role]
    disabled: bool
    ready: bool
    second: bool


class People(msgspec.Struct, frozen=True):
    people: tuple[Person, ...]


class PersonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: Name
    site: Site
    role: Role


class RolesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All roles that the account is to have. before: those that whoever asks has seen."""

    before: dict[Site, Role]
    roles: dict[Site, Role]


class ContactBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either may be blank. source_name: as the system of record names this person. authorities: of this
    centre, that the account stands for, these and no others; without it they stay."""

    email: Annotated[str, Meta(max_length=254)]
    source_name: Annotated[str, Meta(max_length=120)]
    authorities: Annotated[tuple[Site, ...], Meta(max_length=200)] | None = None


class ContactTold(msgspec.Struct, frozen=True):
    account: str
    email: str
    source_name: str
    authorities: tuple[str, ...]


class Invited(msgspec.Struct, frozen=True):
    """link: where a password is chosen, once. Seen once."""

    account: str
    link: str


def listed(asked: Asked) -> People:
    """The accounts that whoever asks may see."""
    return People(tuple(_person(row) for row in keeping.shown()))


def one(asked: Asked) -> Person:
    """One account."""
    return _person(keeping.found(asked.at["account"]))


def add(asked: Asked) -> Invited:
    """A new account without a password, and the link to choose one."""
    told: PersonBody = asked.body
    if told.site not in keeping.sites(asked.lang):
        refuse([("/site", "choice")])
    try:
        made = asked.hall.accounts.add(told.account, {told.site: told.role}, None, asked.hall.wall())
    except AccountError as error:
        refuse([("/account", TEXTS_OF.get(error.code, "wrong"))])
    guard.audit("account.made", account=made.name, roles=dict(made.roles))
    return Invited(made.name, keeping.link(made.name))


def set_roles(asked: Asked) -> Person:
    """Other roles, at the centres that whoever asks keeps; those elsewhere stay as they are."""
    told: RolesBody = asked.body
    row, mine = keeping.found(asked.at["account"]), keeping.sites(asked.lang)
    before = dict(row.account.roles)
    if told.before != before:
        raise Declined("cannot-be", {"why": "changed"})
    changed = {s for s in {*before, *told.roles} if before.get(s) != told.roles.get(s)}
    if not changed <= set(mine):
        guard.refused(Right.USERS)
        raise Forbidden("role")
    if changed:
        try:
            asked.hall.accounts.set_roles(row.account.name, told.roles)
        except AccountError as error:
            raise Declined("cannot-be", {"why": error.code}) from None
        guard.audit("account.roles", account=row.account.name, before=before, after=told.roles)
    return one(asked)


def contact(asked: Asked) -> ContactTold:
    """Where reminders of dossiers go, and whose dossiers they are."""
    contacts, site = asked.hall.accounts.contacts, asked.hall.config.site.id
    found = contacts.of(keeping.found(asked.at["account"]).account.name)
    stands_for = tuple(sorted(contacts.stands_for(found.account, site)))
    return ContactTold(found.account, found.email, found.source_name, stands_for)


def set_contact(asked: Asked) -> ContactTold:
    """Send reminders there, of the dossiers that bear this name or are of these authorities."""
    name, told, site = keeping.governed(asked.at["account"]).account.name, asked.body, asked.hall.config.site
    known = {a.id for a in site.authorities}
    wrong = [
        (f"/authorities/{n}", "choice") for n, id in enumerate(told.authorities or ()) if id not in known
    ]
    if wrong:
        refuse(wrong)
    where = () if told.authorities is None else (site.id, told.authorities)
    try:
        asked.hall.accounts.contacts.set(name, told.email, told.source_name, *where)
    except BadContact as error:
        refuse([(f"/{error.field}", "form")])
    now = contact(asked)
    guard.audit("account.contact", account=name, authorities=now.authorities)
    return now


def reset(asked: Asked) -> Invited:
    """A link to choose a new password; the old one works until it is used."""
    row = keeping.governed(asked.at["account"])
    if row.disabled:
        raise Declined("cannot-be", {"why": "disabled"})
    guard.audit("account.reset", account=row.account.name)
    return Invited(row.account.name, keeping.link(row.account.name))


def disable(asked: Asked) -> Person:
    """End an account; its sessions end with the next thing they ask."""
    return _change(asked, asked.hall.accounts.disable, "account.disabled")


def enable(asked: Asked) -> Person:
    """Let an account in again."""
    return _change(asked, asked.hall.accounts.enable, "account.enabled")


def end_sessions(asked: Asked) -> Person:
    """End every session of an account."""
    return _change(asked, asked.hall.accounts.logins.end_all, "account.logged-out")


def second_off(asked: Asked) -> Person:
    """For a lost phone: from now on the password alone is enough."""
    return _change(asked, asked.hall.accounts.second.turn_off, "second.off")


def _change(asked: Asked, act: Callable[[str], object], what: str) -> Person:
    name = keeping.governed(asked.at["account"]).account.name
    try:
        act(name)
    except AccountError as error:
        raise Declined("cannot-be", {"why": error.code}) from None
    guard.audit(what, account=name)
    return one(asked)


def _person(row: Row) -> Person:
    account = row.account
    return Person(
        account=account.name,
        roles=dict(account.roles),
        disabled=row.disabled,
        ready=row.ready,
        second=row.second,
    )


def _row(name: str, method: Any, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    """A row for people alone."""
    told: dict[str, Any] = {"right": Right.USERS, "area": "people", "people_only": True, **more}
    return Endpoint(name=name, method=method, path=path, does=does, answer=answer, **told)


_ONE = "/people/{account}"
_SECRET: dict[str, Any] = {"shown_once": True, "status": 201}
_MAY_NOT: dict[str, Any] = {"refusals": ("cannot-be",)}
ENDPOINTS = (
    _row("list-people", "GET", "/people", listed, People),
    _row("add-person", "POST", "/people", add, Invited, body=PersonBody, **_SECRET),
    _row("get-person", "GET", _ONE, one, Person),
    _row("set-roles", "PUT", f"{_ONE}/roles", set_roles, Person, body=RolesBody, **_MAY_NOT),
    _row("get-contact", "GET", f"{_ONE}/contact", contact, ContactTold),
    _row("set-contact", "PUT", f"{_ONE}/contact", set_contact, ContactTold, body=ContactBody),
    _row("reset-password", "POST", f"{_ONE}/reset", reset, Invited, **_SECRET, **_MAY_NOT),
    _row("disable-person", "POST", f"{_ONE}/disable", disable, Person, **_MAY_NOT),
    _row("enable-person", "POST", f"{_ONE}/enable", enable, Person, **_MAY_NOT),
    _row("end-sessions", "POST", f"{_ONE}/end-sessions", end_sessions, Person, **_MAY_NOT),
    _row("second-off", "POST", f"{_ONE}/second-off", second_off, Person, **_MAY_NOT),
)
