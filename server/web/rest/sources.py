"""Sources of dossiers for programs: what the page of sources does, without the page.

A source is told by its mapping as it is kept. Whoever may not see people cannot let them be kept.
"""

from __future__ import annotations

from typing import Annotated, Final, NoReturn

import msgspec
from msgspec import Meta
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable

from broker.users import NoBroker
from server.device_keys import DeviceKeys
from server.dossiers.desk import Desk
from server.dossiers.fields import KINDS
from server.dossiers.importing import Report
from server.dossiers.mapping import STANDARD_MAPPING, Mapping, Source, faults, people_change
from server.dossiers.sources import MOST, NAMED, NoSource
from server.dossiers.telling import column_name, problem_text, reason_text
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.web.asked import MISTAKES_TOLD, Mistake, refuse
from server.web.dossiers.imports import UPLOAD_BYTES
from server.web.rest.caller import audit
from server.web.rest.dossiers import TABLE, WORKBOOK, RefusedLine
from server.web.rest.endpoint import Asked, Endpoint, Nothing
from server.web.rest.register import SourceId
from server.web.words import TEXTS

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?(?!\n)$")]
Name = Annotated[str, Meta(min_length=1, max_length=NAMED, pattern=r"^\S(.*\S)?(?!\n)$")]


class SourceTold(msgspec.Struct, frozen=True):
    """mqtt: since when it may send by itself, Unix seconds; null: it may not."""

    id: str
    name: str
    mapping: Mapping
    mqtt: float | None


class SourcesTold(msgspec.Struct, frozen=True):
    sources: tuple[SourceTold, ...]


class SourceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """name: for people."""

    name: Name
    mapping: Mapping


class NewSource(SourceBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """id: it stays; in topics, addresses and folders."""

    id: Id


class SourceSampleWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """source: whose file's form is known already."""

    source: Annotated[str, Meta(max_length=32)] = ""


class SourceSampleTold(msgspec.Struct, frozen=True, kw_only=True):
    """head: its columns. proposed: our field -> the column that it is likely to be. rows: ten, masked.
    strange, strange_channels: spellings of statuses and channels that nobody knows. problem: why there is
    none, with `detail`."""

    coding: str
    head: tuple[str, ...]
    proposed: dict[str, str]
    rows: tuple[tuple[str, ...], ...]
    strange: tuple[str, ...]
    strange_channels: tuple[str, ...]
    problem: str
    detail: str


class RefusedWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """token: of a preview in which rows were refused, within the hour."""

    token: Annotated[str, Meta(min_length=1, max_length=64)]


class RefusedTold(msgspec.Struct, frozen=True):
    """stopped: so many were refused that the rest of the table was not read: there may be more."""

    rows: tuple[RefusedLine, ...]
    stopped: bool


class TakeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """of: whose dossiers, also of a source that was deleted; "" for those that were imported without one."""

    of: SourceId


class TakenOver(msgspec.Struct, frozen=True):
    """dossiers: how many."""

    dossiers: int


class KeyTold(msgspec.Struct, frozen=True):
    """For a broker on this server's host. sends, hears: its topics."""

    user: str
    password: str
    port: int
    sends: str
    hears: str


def every(asked: Asked) -> SourcesTold:
    """Who brings dossiers here, and how each writes them."""
    return SourcesTold(tuple(_told(asked, source) for source in _desk(asked).sources()))


def one(asked: Asked) -> SourceTold:
    """One source of dossiers."""
    return _told(asked, _one(asked))


def add(asked: Asked) -> SourceTold:
    """Describe a new source of dossiers."""
    body: NewSource = asked.body
    known = {source.id for source in _desk(asked).sources()}
    if body.id in known or len(known) >= MOST:
        _refuse([("/id", "id-taken" if body.id in known else "too-many")], asked.lang)
    return _saved(asked, Source(body.id, body.name, body.mapping), STANDARD_MAPPING)


def change(asked: Asked) -> SourceTold:
    """Describe a source of dossiers otherwise, from its next import on."""
    before, body = _one(asked), asked.body
    return _saved(asked, Source(before.id, body.name, body.mapping), before.mapping)


def delete(asked: Asked) -> Nothing:
    """Forget how a source writes; its dossiers stay, the files in its folder go, and its password opens
    nothing any more."""
    source, keys = _one(asked), asked.hall.keys
    if keys is not None and source.id in keys.sources():
        _shut(keys, source.id)
    files = _desk(asked).delete(source.id)
    audit(asked.who.name, "dossiers.source-deleted", source=source.id, files=files)
    return Nothing()


def take(asked: Asked) -> TakenOver:
    """Let a source take over all dossiers of another: from now on this one brings them, and no other can."""
    source, of = _one(asked), asked.body.of
    if of == source.id:
        refuse([("/of", "choice")])
    count = _desk(asked).take_over(source.id, of)
    if count:
        audit(asked.who.name, "dossiers.taken-over", source=source.id, of=of, dossiers=count)
    return TakenOver(count)


def sample(asked: Asked) -> SourceSampleTold:
    """Send a table, and be told its columns, what each is likely to be, and ten rows, masked."""
    mapping = STANDARD_MAPPING
    if asked.query.source:
        try:
            mapping = _desk(asked).source(asked.query.source).mapping
        except NoSource:
            refuse([("/source", "choice")])
    assert asked.file is not None
    found = _desk(asked).sample(asked.file.stream, mapping)
    report = Report(problem=found.problem, params=found.params)
    detail = problem_text(report, asked.lang) if found.problem else ""
    return SourceSampleTold(
        coding=found.coding,
        head=found.head,
        proposed=found.proposed,
        rows=found.rows,
        strange=found.strange,
        strange_channels=found.strange_channels,
        problem=found.problem,
        detail=detail,
    )


def refused(asked: Asked) -> RefusedTold:
    """Every refused row of a preview, and why; never what stood in a cell."""
    found, lang = _desk(asked).refused(asked.query.token), asked.lang
    if found is None:
        refuse([("/token", "choice")])
    return RefusedTold(
        tuple(
            RefusedLine(
                row.line, column_name(row.column, lang, found.columns), row.key, reason_text(row, lang)
            )
            for row in found.rows
        ),
        found.stopped,
    )


def key(asked: Asked) -> KeyTold:
    """A new password by which a source sends dossiers over MQTT; the one before opens nothing any more."""
    source, keys = _one(asked), _keys(asked)
    try:
        made = keys.admit_source(source.id)
    except NoBroker:
        raise ServiceUnavailable from None
    audit(asked.who.name, "dossiers.source-enrolled", source=source.id)
    return KeyTold(made.user, made.password, made.port, made.sends, made.hears)


def shut(asked: Asked) -> Nothing:
    """Take a source's password back: its connection ends."""
    source = _one(asked)
    _shut(_keys(asked), source.id)
    audit(asked.who.name, "dossiers.source-shut", source=source.id)
    return Nothing()


def _desk(asked: Asked) -> Desk:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk


def _one(asked: Asked) -> Source:
    try:
        return _desk(asked).source(asked.at["source"])
    except NoSource:
        raise NotFound from None


def _keys(asked: Asked) -> DeviceKeys:
    if asked.hall.keys is None or not asked.hall.keys.manages:
        raise NotFound
    return asked.hall.keys


def _shut(keys: DeviceKeys, source: str) -> None:
    try:
        keys.shut_source(source)
    except NoBroker:
        raise ServiceUnavailable from None


def _told(asked: Asked, source: Source) -> SourceTold:
    since = asked.hall.keys.sources() if asked.hall.keys is not None else {}
    return SourceTold(source.id, source.name, source.mapping, since.get(source.id))


def _saved(asked: Asked, source: Source, before: Mapping) -> SourceTold:
    mapping = source.mapping
    wrong = [
        (f"/mapping/columns/{name}" if name in KINDS or name in mapping.columns else f"/mapping/{name}", code)
        for name, code in faults(mapping)
    ]
    if wrong:
        _refuse(wrong, asked.lang)
    if people_change(before, mapping) and not asked.who.may(Right.PERSONS):
        raise Forbidden("role")
    _desk(asked).save(source, asked.who.name, asked.hall.clock.now())
    audit(
        asked.who.name,
        "dossiers.source-saved",
        source=source.id,
        persons=mapping.persons,
        folder=mapping.folder,
    )
    return _told(asked, _desk(asked).source(source.id))


def _refuse(wrong: list[tuple[str, str]], lang: str) -> NoReturn:
    told = [Mistake(pointer, code, TEXTS(f"source.wrong-{code}", lang)) for pointer, code in wrong]
    raise Refusal("bad-request", errors=told[:MISTAKES_TOLD])


_ONE: Final = "/dossiers/sources/{source}"
ENDPOINTS = (
    Endpoint(
        name="list-sources",
        method="GET",
        path="/dossiers/sources",
        does=every,
        answer=SourcesTold,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="add-source",
        method="POST",
        path="/dossiers/sources",
        does=add,
        answer=SourceTold,
        right=Right.DOSSIERS,
        area="dossiers",
        body=NewSource,
        status=201,
    ),
    Endpoint(
        name="get-source",
        method="GET",
        path=_ONE,
        does=one,
        answer=SourceTold,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="change-source",
        method="PUT",
        path=_ONE,
        does=change,
        answer=SourceTold,
        right=Right.DOSSIERS,
        area="dossiers",
        body=SourceBody,
        keyed=False,
    ),
    Endpoint(
        name="delete-source",
        method="DELETE",
        path=_ONE,
        does=delete,
        answer=Nothing,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="take-dossiers",
        method="POST",
        path=f"{_ONE}/take",
        does=take,
        answer=TakenOver,
        right=Right.DOSSIERS,
        area="dossiers",
        body=TakeBody,
    ),
    *(
        Endpoint(
            name=name,
            method="POST",
            path=f"/dossiers/sample{tail}",
            does=sample,
            answer=SourceSampleTold,
            right=Right.DOSSIERS,
            area="dossiers",
            query=SourceSampleWanted,
            file=media,
            most=UPLOAD_BYTES,
            keyed=False,
        )
        for name, tail, media in (("show-sample", "", TABLE), ("show-sample-workbook", "/xlsx", WORKBOOK))
    ),
    Endpoint(
        name="list-refused-rows",
        method="GET",
        path="/dossiers/import/refused",
        does=refused,
        answer=RefusedTold,
        right=Right.DOSSIERS,
        area="dossiers",
        query=RefusedWanted,
    ),
    Endpoint(
        name="make-source-key",
        method="POST",
        path=f"{_ONE}/key",
        does=key,
        answer=KeyTold,
        right=Right.WORK_DEVICES,
        area="dossiers",
        status=201,
        shown_once=True,
    ),
    Endpoint(
        name="take-source-key",
        method="DELETE",
        path=f"{_ONE}/key",
        does=shut,
        answer=Nothing,
        right=Right.WORK_DEVICES,
        area="dossiers",
    ),
)
