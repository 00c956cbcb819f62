"""Logging in and out with a cookie, for the pages' scripts; and who one is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.exceptions import Unauthorized

from server.people.rights import Right
from server.web import guard
from server.web.login import try_log_in
from server.web.rest.endpoint import Asked, Endpoint, Nothing


class LoginBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """code: of the second step, where the account has one."""

    name: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=1000)]
    code: Annotated[str, Meta(max_length=64)] = ""


class LoggedIn(msgspec.Struct, frozen=True):
    """csrf: to be sent with every change, as the header `X-CSRF-Token`."""

    name: str
    role: str | None
    csrf: str


class Me(msgspec.Struct, frozen=True):
    """rights: what one may do at this centre. program: one asks with a token."""

    name: str
    site: str
    rights: tuple[str, ...]
    program: bool


def log_in(asked: Asked) -> LoggedIn:
    """Begin a session; the answer sets its cookie."""
    found = try_log_in(asked.body.name, asked.body.password, asked.body.code)
    if found is None:
        raise Unauthorized("login")
    csrf = guard.begin(found.key, found.account, asked.lang)
    role = found.account.role_at(asked.hall.config.site.id)
    return LoggedIn(found.account.name, role.value if role else None, csrf)


def log_out(asked: Asked) -> Nothing:
    """End the session whose cookie came along."""
    guard.end()
    return Nothing()


def me(asked: Asked) -> Me:
    """Who asks, and what they may do."""
    rights = tuple(right.value for right in Right if asked.who.may(right))
    return Me(asked.who.name, asked.hall.config.site.id, rights, asked.who.program)


ENDPOINTS = (
    Endpoint(
        name="log-in",
        method="POST",
        path="/login",
        does=log_in,
        answer=LoggedIn,
        right=None,
        area="session",
        body=LoginBody,
        keyed=False,
        open=True,
    ),
    Endpoint(
        name="log-out",
        method="POST",
        path="/logout",
        does=log_out,
        answer=Nothing,
        right=None,
        area="session",
        keyed=False,
    ),
    Endpoint(name="get-me", method="GET", path="/me", does=me, answer=Me, right=None, area="session"),
)
