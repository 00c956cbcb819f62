"""Tokens of programs over the interface: for people with their session, and for no program.

A token that could make tokens would be worth more than any password. A key is in the answer that made it, and
nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from werkzeug.exceptions import Forbidden, NotFound

from server.people.rights import Right
from server.people.tokens import LONGEST_DAYS, Token
from server.web import guard, keeping
from server.web.asked import refuse
from server.web.rest.endpoint import Asked, Endpoint, Nothing, instant
from server.web.rest.people import Site
from server.web.tokens_page import DAY_S, SCOPES

TokenName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]


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


def _token(token: Token) -> TokenRow:
    program = token.program
    return TokenRow(
        token=program.id,
        name=program.name,
        site=program.site,
        scopes=tuple(sorted(program.scopes)),
        made_at=instant(token.made_at),
        made_by=token.made_by,
        until=instant(token.until),
        used_at=None if token.used_at is None else instant(token.used_at),
        revoked_at=None if token.revoked_at is None else instant(token.revoked_at),
    )


_KEPT: dict[str, Any] = {"right": Right.USERS, "area": "people", "people_only": True}
ENDPOINTS = (
    Endpoint(name="list-tokens", method="GET", path="/tokens", does=tokens, answer=TokenRows, **_KEPT),
    Endpoint(
        name="make-token",
        method="POST",
        path="/tokens",
        does=make_token,
        answer=NewToken,
        body=TokenBody,
        status=201,
        shown_once=True,
        **_KEPT,
    ),
    Endpoint(
        name="revoke-token",
        method="DELETE",
        path="/tokens/{token}",
        does=revoke_token,
        answer=Nothing,
        **_KEPT,
    ),
)
