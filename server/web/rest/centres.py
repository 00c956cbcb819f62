"""The centres of this installation, for people with their session: which there are, one more, another name,
one less.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.drafting.files import MOST_BYTES
from server.hall.site import Words
from server.people.rights import Right, may
from server.site_shape import File
from server.web import guard, sites_page
from server.web.asked import refuse
from server.web.centres import PREFIX, halls
from server.web.rest.counters import command_id
from server.web.rest.endpoint import Asked, Endpoint, Nothing


class CentreRow(msgspec.Struct, frozen=True):
    """at: where its pages and its interface are. role: of whoever asks, there."""

    site: str
    name: Words
    at: str
    role: str


class Centres(msgspec.Struct, frozen=True):
    """The first one of the installation first."""

    centres: tuple[CentreRow, ...]


class CentreBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """document: its configuration, with an id of its own, which stays for ever."""

    document: File


class NameBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Words


class Renamed(msgspec.Struct, frozen=True):
    """version: of that centre's configuration, which has the name."""

    site: str
    name: Words
    version: int


class CentreMade(msgspec.Struct, frozen=True):
    site: str
    at: str


class RetireBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """site: its id again, for whoever means it."""

    site: Annotated[str, Meta(max_length=64)]


def listed(asked: Asked) -> Centres:
    """The centres where whoever asks has something to do."""
    who = guard.account()
    assert who is not None
    rows = (
        CentreRow(site, hall.config.site.name, f"{PREFIX}{site}", role.value)
        for site, hall in halls().items()
        if (role := who.role_at(site)) is not None and may(role, Right.LOOK)
    )
    return Centres(tuple(rows))


def add(asked: Asked) -> CentreMade:
    """One more centre, at work at once."""
    installation, document = sites_page.governs_all(), asked.body.document
    made = installation.add(document)
    guard.audit("site.added", added=document.id, name=document.name.vi)
    site = made.config.site.id
    return CentreMade(site, f"{PREFIX}{site}")


def rename(asked: Asked) -> Renamed:
    """Another name from now on, as a version of that centre's configuration."""
    site, told = asked.at["site"], asked.body.name
    hall = sites_page.hall_of(site)
    typed = {"name.vi": told.vi, "name.en": told.en}
    document, wrong = sites_page.renamed(hall, typed)
    if document is None:
        refuse((f"/{field.replace('.', '/')}", "wrong") for field in wrong)
    version = sites_page.rename_to(hall, document, command_id(asked), asked.who.by)
    return Renamed(site, Words(document.name.vi, document.name.en), version)


def retire(asked: Asked) -> Nothing:
    """End a centre; its log stays on disk."""
    installation, site = sites_page.governs_all(), asked.at["site"]
    if site not in installation.halls or asked.body.site != site:
        raise NotFound
    sites_page.end(installation, site)
    return Nothing()


ENDPOINTS = (
    Endpoint(
        name="list-centres",
        method="GET",
        path="/centres",
        does=listed,
        answer=Centres,
        right=Right.LOOK,
        area="centres",
        people_only=True,
    ),
    Endpoint(
        name="add-centre",
        method="POST",
        path="/centres",
        does=add,
        answer=CentreMade,
        right=Right.SITES,
        area="centres",
        body=CentreBody,
        most=MOST_BYTES,
        status=201,
        people_only=True,
        refusals=("site-taken", "setup-wrong"),
    ),
    Endpoint(
        name="rename-centre",
        method="PUT",
        path="/centres/{site}/name",
        does=rename,
        answer=Renamed,
        right=Right.SITES,
        area="centres",
        body=NameBody,
        people_only=True,
        refusals=("setup-stale", "setup-planned", "setup-wrong", "setup-breaks"),
    ),
    Endpoint(
        name="retire-centre",
        method="POST",
        path="/centres/{site}/retire",
        does=retire,
        answer=Nothing,
        right=Right.SITES,
        area="centres",
        body=RetireBody,
        people_only=True,
        refusals=("unknown-site", "first-site"),
    ),
)
