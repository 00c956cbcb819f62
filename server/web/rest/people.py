"""Accounts, tokens and the audit over the interface: for people with their session, and for no program.

Who keeps accounts is a person, whose own roles decide which accounts they may touch
(`server.web.keeping`); a token that could make tokens would be worth more than any password. Links and
keys are in the answer that made them, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from flask import current_app
from msgspec import Meta
from werkzeug.exceptions import Forbidden, NotFound

from server.people.accounts import AccountError, Row
from server.people.audit import Wanted
from server.people.contacts import BadContact
from server.people.rights import EVERYWHERE, Right, Role, may
from server.people.tokens import LONGEST_DAYS, Token
from server.web import guard, keeping
from server.web.asked import refuse
from server.web.problems import Declined
from server.web.rest.endpoint import Asked, Endpoint, Nothing
from server.web.tokens_page import DAY_S, SCOPES

PAGE = 100
TEXTS_OF = {"taken": "choice", "odd-name": "form"}

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]
Site = Annotated[str, Meta(min_length=1, max_length=64)]
TokenName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]


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
    """Either may be blank. source_name: as the system of record names this person."""

    email: Annotated[str, Meta(max_length=254)]
    source_name: Annotated[str, Meta(max_length=120)]


class ContactTold(msgspec.Struct, frozen=True):
    account: str
    email: str
    source_name: str


class Invited(msgspec.Struct, frozen=True):
    """link: where a password is chosen, once. Seen once."""

    account: str
    link: str


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    name: str
    site: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: str
    until: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class TokenRows(msgspec.Struct, frozen=True):
    """The newest first."""

    tokens: tuple[TokenRow, ...]


class TokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """site: a centre, or `*` for all. scopes: rights. days: how long it works."""

    name: TokenName
    site: Site
    scopes: Annotated[tuple[Right, ...], Meta(min_length=1, max_length=len(SCOPES))]
    days: Annotated[int, Meta(ge=1, le=LONGEST_DAYS)]


class NewToken(msgspec.Struct, frozen=True):
    """key: what the program sends as `Authorization: Bearer <key>`. Seen once."""

    token: str
    key: str


class AuditWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """who: a whole name. what: a word or its first part. before: entries older than this number."""

    who: Annotated[str, Meta(max_length=80)] = ""
    what: Annotated[str, Meta(max_length=64)] = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    before: Annotated[int, Meta(ge=0, lt=10**15)] | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = PAGE


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    entry: int
    at: datetime
    who: str
    what: str
    site: str
    about: dict[str, Any]


class AuditEntries(msgspec.Struct, frozen=True):
    """The newest first."""

    entries: tuple[AuditEntry, ...]


class AuditChecked(msgspec.Struct, frozen=True, kw_only=True):
    """count: entries that hold, from the first. broken: what is wrong with entry `entry`; null while the
    whole list is what was written.
    """

    at: datetime
    count: int
    broken: str | None
    entry: int | None


# --- accounts -----------------------------------------------------------------------------------------------


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
    found = asked.hall.accounts.contacts.of(keeping.found(asked.at["account"]).account.name)
    return ContactTold(found.account, found.email, found.source_name)


def set_contact(asked: Asked) -> ContactTold:
    """Send reminders there, of the dossiers that bear this name."""
    name = keeping.governed(asked.at["account"]).account.name
    try:
        asked.hall.accounts.contacts.set(name, asked.body.email, asked.body.source_name)
    except BadContact as error:
        refuse([(f"/{error.field}", "form")])
    guard.audit("account.contact", account=name)
    return contact(asked)


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


# --- tokens and audit ---------------------------------------------------------------------------------------


def tokens(asked: Asked) -> TokenRows:
    """The tokens of programs at the centres that whoever asks keeps."""
    sites = keeping.sites(asked.lang)
    found = (t for t in asked.hall.accounts.tokens.all() if t.program.site in sites)
    return TokenRows(tuple(map(_token, found)))


def make_token(asked: Asked) -> NewToken:
    """A token for a program: what it may do, where, and for how long."""
    told: TokenBody = asked.body
    wrong = [] if told.site in keeping.sites(asked.lang) else [("/site", "choice")]
    if not set(told.scopes) <= set(SCOPES):
        wrong.append(("/scopes", "choice"))
    if wrong:
        refuse(wrong)
    now, scopes = asked.hall.wall(), sorted(scope.value for scope in told.scopes)
    until = now + told.days * DAY_S
    key, made = asked.hall.accounts.tokens.make(told.name, told.site, scopes, until, asked.who.name, now)
    guard.audit(
        "token.made", token=made.id, name=made.name, for_site=told.site, scopes=scopes, days=told.days
    )
    return NewToken(made.id, key)


def revoke_token(asked: Asked) -> Nothing:
    """End a token; the program is refused from its next request on."""
    accounts, id = asked.hall.accounts, asked.at["token"]
    found = next((t for t in accounts.tokens.all() if t.program.id == id), None)
    if found is None:
        raise NotFound
    if found.program.site not in keeping.sites(asked.lang):
        guard.refused(Right.USERS)
        raise Forbidden("role")
    if accounts.tokens.revoke(id, asked.hall.wall()):
        guard.audit("token.revoked", token=id, name=found.program.name)
    return Nothing()


def audit(asked: Asked) -> AuditEntries:
    """Who did what at this centre; at all of them for whoever may look everywhere."""
    hall, who, wanted = asked.hall, guard.account(), asked.query
    assert who is not None
    if hall.audit is None:
        raise NotFound
    everywhere = may(who.roles.get(EVERYWHERE), Right.AUDIT)
    found = hall.audit.entries(
        Wanted(
            site=None if everywhere else hall.config.site.id,
            who=wanted.who,
            what=wanted.what,
            since=None if wanted.since is None else wanted.since.timestamp(),
            until=None if wanted.until is None else wanted.until.timestamp(),
            before=wanted.before,
        ),
        wanted.limit,
    )
    return AuditEntries(
        tuple(
            AuditEntry(
                entry=e.seq, at=_instant(e.at), who=e.who, what=e.what, site=e.site, about=dict(e.about)
            )
            for e in found
        )
    )


def check_audit(asked: Asked) -> AuditChecked:
    """Read the whole audit, and tell whether it is still what was written."""
    hall, checks = asked.hall, current_app.extensions["checks"]
    if hall.audit is None:
        raise NotFound
    looked = checks.look(hall.audit, hall.wall(), hall.tick())
    found = looked.finding
    return AuditChecked(at=_instant(looked.at), count=found.count, broken=found.broken, entry=found.row)


def _token(token: Token) -> TokenRow:
    program = token.program
    return TokenRow(
        token=program.id,
        name=program.name,
        site=program.site,
        scopes=tuple(sorted(program.scopes)),
        made_at=_instant(token.made_at),
        made_by=token.made_by,
        until=_instant(token.until),
        used_at=None if token.used_at is None else _instant(token.used_at),
        revoked_at=None if token.revoked_at is None else _instant(token.revoked_at),
    )


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _row(name: str, method: Any, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    """A row for people alone."""
    told: dict[str, Any] = {"right": Right.USERS, "area": "people", "people_only": True, **more}
    return Endpoint(name=name, method=method, path=path, does=does, answer=answer, **told)


_ONE = "/people/{account}"
_SECRET: dict[str, Any] = {"shown_once": True, "status": 201}
_MAY_NOT: dict[str, Any] = {"refusals": ("cannot-be",)}
_AUDIT: dict[str, Any] = {"right": Right.AUDIT, "area": "audit"}
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
    _row("list-tokens", "GET", "/tokens", tokens, TokenRows),
    _row("make-token", "POST", "/tokens", make_token, NewToken, body=TokenBody, **_SECRET),
    _row("revoke-token", "DELETE", "/tokens/{token}", revoke_token, Nothing),
    _row("list-audit", "GET", "/audit", audit, AuditEntries, query=AuditWanted, **_AUDIT),
    _row("check-audit", "GET", "/audit/check", check_audit, AuditChecked, **_AUDIT),
)
