"""What is held about one person, and how long everything is held, for programs.

What somebody is searched by comes in a body and is kept nowhere, nor is the answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.dossiers import persons, retention
from server.dossiers.code import read_code
from server.dossiers.desk import Desk
from server.dossiers.persons import By, Held, Reason
from server.people.rights import Right
from server.web.asked import refuse
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint

CodeText = Annotated[str, Meta(min_length=1, max_length=64)]


class ClassTold(msgspec.Struct, frozen=True):
    """days: after which it goes; 0: it is kept."""

    name: str
    days: int


class NightTold(msgspec.Struct, frozen=True):
    """counts: how much was deleted, by class."""

    day: str
    began: datetime
    ended: datetime
    counts: dict[str, int]


class RetentionTold(msgspec.Struct, frozen=True):
    """nights: the last ones, the newest first."""

    classes: tuple[ClassTold, ...]
    nights: tuple[NightTold, ...]


class PersonWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """text: an identity number, which is compared and forgotten, a phone number, or a dossier's code."""

    by: By
    text: Annotated[str, Meta(min_length=1, max_length=64)]


class PersonTold(msgspec.Struct, frozen=True):
    """held: dossier by dossier, all of it. Ratings are linked to nobody. others: codes of what has the same
    identity number or phone and is not in it: of the same person, or of who shares a phone."""

    held: tuple[Held, ...]
    others: tuple[str, ...]


class ForgetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    codes: Annotated[tuple[CodeText, ...], Meta(min_length=1, max_length=persons.MOST)]
    reason: Reason


class AsideTold(msgspec.Struct, frozen=True):
    """A source of which imported files lie in `inbox/<source>/done` or `refused`, each for so many days."""

    source: str
    days: int


class Forgotten(msgspec.Struct, frozen=True):
    """people: how many people's rows there were; no import brings them again. aside: whose files may still
    hold them."""

    people: int
    aside: tuple[AsideTold, ...]


def kept(asked: Asked) -> RetentionTold:
    """How long what is held of dossiers stays, and what the last nights deleted."""
    config = asked.hall.config
    return RetentionTold(
        tuple(ClassTold(name, days) for name, days in retention.days(config.retention).items()),
        tuple(NightTold(n.day, n.began, n.ended, n.counts) for n in retention.nights(_desk(asked).store)),
    )


def held(asked: Asked) -> PersonTold:
    """All that is held about one person."""
    desk, told = _desk(asked), asked.body
    if not persons.readable(told.by, told.text):
        refuse([("/text", "form")])
    codes = persons.find(desk.store, desk.seals, told.by, told.text)
    audit(asked.who.name, "persons.exported", by=told.by.value, dossiers=len(codes))
    found = tuple(persons.held(desk.store, asked.hall.engine, codes))
    return PersonTold(found, persons.others(desk.store, codes))


def forget(asked: Asked) -> Forgotten:
    """Delete who handed these dossiers in, for good."""
    read = [read_code(text) for text in asked.body.codes]
    wrong = [(f"/codes/{n}", "form") for n, one in enumerate(read) if one is None]
    if wrong:
        refuse(wrong)
    codes = [one.text for one in read if one is not None]
    desk = _desk(asked)
    count = persons.forget(desk.store, codes, asked.who.name, asked.hall.clock.now())
    reason = asked.body.reason.value
    audit(asked.who.name, "persons.forgotten", reason=reason, dossiers=len(codes), people=count)
    return Forgotten(count, tuple(AsideTold(one.id, one.mapping.keep_days) for one in desk.laid_aside()))


def _desk(asked: Asked) -> Desk:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk


ENDPOINTS = (
    Endpoint(
        name="get-retention",
        method="GET",
        path="/privacy/retention",
        does=kept,
        answer=RetentionTold,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="find-person",
        method="POST",
        path="/privacy/person",
        does=held,
        answer=PersonTold,
        right=Right.PERSONS,
        area="dossiers",
        body=PersonWanted,
        keyed=False,
    ),
    Endpoint(
        name="forget-person",
        method="POST",
        path="/privacy/forget",
        does=forget,
        answer=Forgotten,
        right=Right.PERSONS,
        area="dossiers",
        body=ForgetBody,
    ),
)
