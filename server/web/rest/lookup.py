"""Looking a dossier up, for everybody, as the page and the kiosks do; and results that were handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from flask import request
from msgspec import Meta
from werkzeug.exceptions import NotFound

from broker.whisper import Rest, StatusWord
from server.dossiers.code import EXAMPLE
from server.dossiers.handovers import Kind, returned, unrecorded
from server.dossiers.lookup import LONGEST
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.web.problems import TooMany
from server.web.rest.endpoint import Asked, Endpoint


class LookupBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """factor: the secret on the slip, the last four figures of the phone, or the number of the identity card;
    it is compared and forgotten."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    factor: Annotated[str, Meta(max_length=LONGEST)] = ""


class LookupTold(msgspec.Struct, frozen=True, kw_only=True):
    """status, due: all that a code alone tells. rest: only with a factor that fits, and masked. matches: null
    without a factor; which one did not fit is never said."""

    code: str
    status: StatusWord
    due: datetime | None
    matches: bool | None
    rest: Rest | None


class ReturnedWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """kind: unrecorded without being asked; recorded-late: returned in time, recorded after the promise."""

    kind: Kind = Kind.UNRECORDED


class HandoverTold(msgspec.Struct, frozen=True, kw_only=True):
    """A result that was handed over. authority: "" for a dossier that the register does not have. recorded:
    when the source says that it was returned. open_hours: between the two, or until now."""

    code: str
    authority: str
    officer: str
    at: datetime
    by: str
    counter: str
    due: datetime | None
    recorded: datetime | None
    open_hours: float


class HandoversTold(msgspec.Struct, frozen=True, kw_only=True):
    """unrecorded: how many there are. results: of the asked kind, the first 200."""

    unrecorded: int
    results: tuple[HandoverTold, ...]


def look_up(asked: Asked) -> LookupTold:
    """How a dossier stands; with a second factor also the rest, masked."""
    if asked.hall.lookups is None:
        raise NotFound
    told = asked.body
    found = asked.hall.lookups.find(told.code, told.factor, request.remote_addr or "", asked.hall.tick())
    if not found.code:
        raise Refusal("bad-request", detail=f"a code looks like {EXAMPLE}")
    if (wait := max(found.asked_too_often, found.wait_s)) > 0:
        raise TooMany(wait)
    if found.status is None:
        raise NotFound
    matches = found.rest is not None if found.tried else None
    return LookupTold(code=found.code, status=found.status, due=found.due, matches=matches, rest=found.rest)


def list_returned(asked: Asked) -> HandoversTold:
    """Results that were handed over here, and whether their sources say so."""
    desk = asked.hall.desk
    if desk is None:
        raise NotFound
    now = asked.hall.clock.now()
    with desk.store.reading() as db:
        count, rows = unrecorded(db, now), returned(db, asked.query.kind, now)
    return HandoversTold(
        unrecorded=count,
        results=tuple(
            HandoverTold(
                code=r.code,
                authority=r.authority,
                officer=r.officer,
                at=r.at,
                by=r.by,
                counter=r.counter,
                due=r.due,
                recorded=r.recorded,
                open_hours=round(r.open_s(now) / 3600, 1),
            )
            for r in rows
        ),
    )


ENDPOINTS = (
    Endpoint(
        name="look-up-dossier",
        method="POST",
        path="/lookup",
        does=look_up,
        answer=LookupTold,
        right=None,
        area="dossiers",
        body=LookupBody,
        keyed=False,
        open=True,
    ),
    Endpoint(
        name="list-returned",
        method="GET",
        path="/dossiers/returned",
        does=list_returned,
        answer=HandoversTold,
        right=Right.DOSSIERS,
        area="dossiers",
        query=ReturnedWanted,
    ),
)
