"""The list of what people did over the interface: for people with their session, and for no program."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import current_app
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.people.audit import Wanted
from server.people.rights import EVERYWHERE, Right, may
from server.web import guard
from server.web.rest.endpoint import Asked, Endpoint, instant

PAGE = 100


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
                entry=e.seq, at=instant(e.at), who=e.who, what=e.what, site=e.site, about=dict(e.about)
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
    return AuditChecked(at=instant(looked.at), count=found.count, broken=found.broken, entry=found.row)


_SEEN: dict[str, Any] = {"right": Right.AUDIT, "area": "audit", "people_only": True}
ENDPOINTS = (
    Endpoint(
        name="list-audit",
        method="GET",
        path="/audit",
        does=audit,
        answer=AuditEntries,
        query=AuditWanted,
        **_SEEN,
    ),
    Endpoint(
        name="check-audit",
        method="GET",
        path="/audit/check",
        does=check_audit,
        answer=AuditChecked,
        **_SEEN,
    ),
)
