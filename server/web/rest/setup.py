"""The configuration for programs: what holds, what is planned, every version, and a change to another one.

A document is the hall's file (`hall.toml`) as JSON. The writer alone decides about a change, as for the
pages: it says which version it follows, so that nobody undoes what he has not seen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import Response
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.drafting.files import MOST_BYTES
from server.drafting.trees import Edit, compare
from server.hall.changing import strains
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.setup import Change, State, document_of, versions
from server.site_file import WrongSetup, config_of
from server.site_shape import File
from server.web.fields import Line
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.counters import command_id
from server.web.rest.endpoint import Asked, Endpoint
from server.web.setup_review import file_of
from server.web.setup_words import lines


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """newest: the highest version there is, also of one that is planned: what a change says it follows.
    planned: its version and first day.
    """

    version: int
    newest: int
    document: File
    planned: int | None
    planned_from: date | None


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    at: datetime
    by: str
    note: str
    source: str
    state: State
    starts: date | None
    in_force_at: datetime | None


class VersionList(msgspec.Struct, frozen=True):
    """The newest first."""

    versions: tuple[VersionRow, ...]


class Document(msgspec.Struct, frozen=True):
    """One version's document."""

    version: int
    document: File


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """where: steps into the document; a row with an id goes by it. old, new: what stands there."""

    kind: Literal["changed", "added", "removed", "moved"]
    where: tuple[str, ...]
    old: Any
    new: Any


class InWords(msgspec.Struct, frozen=True):
    """The same for a reader, by the page where one edits it."""

    page: str
    kind: str
    where: tuple[str, ...]
    old: str
    new: str


class VersionsDiffer(msgspec.Struct, frozen=True):
    """From the older of two documents to the other."""

    differences: tuple[Difference, ...]
    words: tuple[InWords, ...]


class OtherWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """since: the version it is compared with; the one that holds now without it."""

    since: Annotated[int, Meta(ge=1, le=10**9)] | None = None


class ChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """base: the newest version that is known to whoever asks. starts: the business day from which it holds;
    at once without it. agree: also where people ought to know more of it first (`strained`).
    """

    base: Annotated[int, Meta(ge=0, le=10**9)]
    document: File
    note: Line = ""
    starts: date | None = None
    agree: bool = False


class RestoreBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As for a change, with the document of that version."""

    base: Annotated[int, Meta(ge=0, le=10**9)]
    note: Line = ""
    starts: date | None = None
    agree: bool = False


class WithdrawBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base: Annotated[int, Meta(ge=0, le=10**9)]


class Changed(msgspec.Struct, frozen=True):
    """The version that holds now, or from its day on."""

    version: int
    starts: date | None


def now(asked: Asked) -> Configuration:
    """The configuration that holds, and what is planned."""
    writer = asked.hall.writer
    here, planned = writer.view.setup, writer.planned
    if here.document is None:
        raise NotFound
    return Configuration(
        version=here.version,
        newest=writer.newest,
        document=here.document,
        planned=None if planned is None else planned.version,
        planned_from=None if planned is None else planned.starts,
    )


def history(asked: Asked) -> VersionList:
    """Every version of the configuration."""
    found = versions(asked.hall.engine)
    return VersionList(tuple(msgspec.convert(v, VersionRow, from_attributes=True) for v in found))


def one(asked: Asked) -> Document:
    """The document of one version."""
    version = _version(asked)
    return Document(version, _document(asked, version))


def compared(asked: Asked) -> VersionsDiffer:
    """What a version changes of another one; of the one that holds, what its coming back would change."""
    since = asked.query.since or asked.hall.writer.view.setup.version
    old, new = _document(asked, since), _document(asked, _version(asked))
    edits = compare(old, new)
    return VersionsDiffer(tuple(map(difference, edits)), in_words(edits, old, new, asked.lang))


def difference(edit: Edit) -> Difference:
    return Difference(kind=edit.kind, where=edit.where, old=edit.old, new=edit.new)


def in_words(edits: tuple[Edit, ...], old: File, new: File, lang: str) -> tuple[InWords, ...]:
    """Differences as a reader is told them, page by page."""
    found = lines(edits, old, new, lang).items()
    return tuple(InWords(page, one.kind, one.where, one.old, one.new) for page, told in found for one in told)


def as_file(asked: Asked) -> Response:
    """One version as the file that a server starts with."""
    version = _version(asked)
    return file_of(_document(asked, version), version)


def change(asked: Asked) -> Changed:
    """Bring another configuration into force, or plan it for a coming day."""
    told: ChangeBody = asked.body
    return bring(asked, told.base, told.document, told)


def restore(asked: Asked) -> Changed:
    """Bring a version back, as a new one."""
    return bring(asked, asked.body.base, _document(asked, _version(asked)), asked.body)


def withdraw(asked: Asked) -> Changed:
    """Take back what was planned for a coming day."""
    planned = asked.hall.writer.planned
    _ask(asked, asked.body.base, None, "", None)
    if planned is not None:
        audit(asked.who.name, "setup.withdrawn", version=planned.version)
    return Changed(asked.hall.writer.view.setup.version, None)


def bring(asked: Asked, base: int, document: File, told: Any) -> Changed:
    """Ask the writer. told: has note, starts, agree. Raises Refusal, and `strained` where nobody agreed."""
    if told.starts is None:
        _must_not_be_early(asked, document)
    if told.starts is None and not told.agree:
        _must_not_strain(asked, document)
    result = _ask(asked, base, document, told.note, told.starts)
    version, starts = result.get("version"), told.starts
    audit(asked.who.name, "setup.changed", version=version, note=told.note, starts=str(starts or ""))
    return Changed(int(version or asked.hall.writer.newest), starts)


def _must_not_be_early(asked: Asked, document: File) -> None:
    """At once, nothing comes into force of what is planned for a coming day. Raises Refusal."""
    here, planned = asked.hall.writer.view.setup, asked.hall.writer.planned
    if planned is None or planned.document is None or here.document is None:
        return
    ahead = compare(here.document, planned.document)
    if any(edit in ahead for edit in compare(here.document, document)):
        raise Refusal("setup-planned", version=planned.version, starts=str(planned.starts))


def _must_not_strain(asked: Asked, document: File) -> None:
    """What people ought to know before it comes into force now. A document with mistakes is the writer's."""
    hall = asked.hall
    view = hall.writer.view
    try:
        new = config_of(document).site
    except WrongSetup:
        return
    found = tuple(strains(view.site, new, view.state, max(hall.clock.now(), view.at)))
    if found:
        raise Declined("strained", {"problems": found})


def _ask(asked: Asked, base: int, document: File | None, note: str, starts: date | None) -> Any:
    """Raises Refusal."""
    if document is not None and document.id != asked.hall.config.site.id:
        raise Refusal("setup-other-site")
    change = Change(
        id=command_id(asked),
        by=asked.who.by,
        base=base,
        document=document,
        note=note,
        starts=starts,
        source="api",
    )
    return asked.hall.writer.change(change).result


def _version(asked: Asked) -> int:
    text = asked.at["version"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise NotFound
    return int(text)


def _document(asked: Asked, version: int) -> File:
    found = document_of(asked.hall.engine, version)
    if found is None:
        raise NotFound
    return found


REFUSALS = (
    "setup-stale",
    "setup-planned",
    "setup-wrong",
    "setup-breaks",
    "setup-other-site",
    "setup-fixed",
)

ENDPOINTS = (
    Endpoint(
        name="get-setup",
        method="GET",
        path="/setup",
        does=now,
        answer=Configuration,
        right=Right.SETUP,
        area="setup",
    ),
    Endpoint(
        name="change-setup",
        method="PUT",
        path="/setup",
        does=change,
        answer=Changed,
        right=Right.SETUP,
        area="setup",
        body=ChangeBody,
        most=MOST_BYTES,
        refusals=(*REFUSALS, "strained"),
    ),
    Endpoint(
        name="withdraw-setup",
        method="POST",
        path="/setup/withdraw",
        does=withdraw,
        answer=Changed,
        right=Right.SETUP,
        area="setup",
        body=WithdrawBody,
        refusals=("setup-stale", "nothing-planned"),
    ),
    Endpoint(
        name="list-versions",
        method="GET",
        path="/setup/versions",
        does=history,
        answer=VersionList,
        right=Right.SETUP,
        area="setup",
    ),
    Endpoint(
        name="get-version",
        method="GET",
        path="/setup/versions/{version}",
        does=one,
        answer=Document,
        right=Right.SETUP,
        area="setup",
    ),
    Endpoint(
        name="compare-versions",
        method="GET",
        path="/setup/versions/{version}/differences",
        does=compared,
        answer=VersionsDiffer,
        right=Right.SETUP,
        area="setup",
        query=OtherWanted,
    ),
    Endpoint(
        name="get-version-file",
        method="GET",
        path="/setup/versions/{version}/hall.toml",
        does=as_file,
        answer=bytes,
        right=Right.SETUP,
        area="setup",
        media="application/toml",
    ),
    Endpoint(
        name="restore-version",
        method="POST",
        path="/setup/versions/{version}/restore",
        does=restore,
        answer=Changed,
        right=Right.SETUP,
        area="setup",
        body=RestoreBody,
        refusals=(*REFUSALS, "strained"),
    ),
)
