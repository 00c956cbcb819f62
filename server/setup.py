"""The hall's configuration as it is now, and how it becomes another one while people wait.

A configuration is one document (`server.site_shape.File`), kept as numbered versions; exactly one is in
force, and at most one more is planned for a coming business day. `hall.toml` is the first version, and again
a version whenever somebody edits it and starts the server. Keeps out who may change it, and pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from server.drafting.trees import merge
from server.hall.changing import breaks
from server.hall.events import SetupChanged, SetupPlanned, SetupWithdrawn
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.projection import Projection
from server.site_file import HallConfig, WrongSetup, config_of
from server.site_shape import File
from server.store import instant, setup_table

State = Literal["planned", "in-force", "past", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Setup:
    """One version, ready to work with. document: None for a hall that a program put together."""

    version: int
    config: HallConfig
    projection: Projection
    document: File | None = None
    starts: date | None = None

    @property
    def site(self) -> Site:
        return self.config.site

    @classmethod
    def fixed(cls, config: HallConfig, projection: Projection | None = None) -> Setup:
        """A hall whose configuration no file holds, and nobody changes."""
        return cls(1, config, projection or Projection(config))

    @classmethod
    def of(cls, version: int, document: File, starts: date | None = None) -> Setup:
        """Raises WrongSetup."""
        config = config_of(document)
        return cls(version, config, Projection(config), document, starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody wants another configuration.

    base: the newest version that he knew, planned ones too. document: None takes a planned one back.
    starts: the business day from which it holds; None for at once.
    """

    id: str
    by: str
    base: int
    document: File | None
    note: str = ""
    starts: date | None = None
    source: str = "web"


@dataclass(frozen=True, slots=True)
class Version:
    """A row of the history, for pages. source: "web", or "file:" and the digest of the file's bytes."""

    version: int
    at: datetime
    by: str
    note: str
    source: str
    state: State
    starts: date | None
    in_force_at: datetime | None


@dataclass(frozen=True, slots=True)
class Setups:
    """Which configuration holds, which is planned, and the highest number given so far."""

    now: Setup
    planned: Setup | None = None
    newest: int = 1


@dataclass(frozen=True, slots=True)
class Decided:
    """What a change comes to: the setups after it, its events for the log, the rows that change."""

    setups: Setups
    events: tuple[SetupChanged | SetupPlanned | SetupWithdrawn, ...]
    rows: tuple[dict[str, Any], ...]


def decide_change(setups: Setups, change: Change, state: HallState, now: datetime) -> Decided:
    """A change at once carries what is planned over: the plan becomes a new version, on top of the change.

    Raises Refusal: `setup-stale` (version), `setup-planned` (version, starts) where the plan and the change
    do not go together, `setup-wrong` and `setup-breaks` (problems), `setup-other-site`, `setup-fixed`.
    """
    if setups.now.document is None:
        raise Refusal("setup-fixed")
    if change.base != setups.newest:
        raise Refusal("setup-stale", version=setups.newest)
    meta: dict[str, Any] = {"at": now, "command": change.id, "by": change.by}
    if change.document is None:
        return _withdrawn(setups, meta)
    version = setups.newest + 1
    try:
        new = Setup.of(version, change.document, change.starts)
    except WrongSetup as wrong:
        raise Refusal("setup-wrong", problems=wrong.problems) from None
    if new.site.id != setups.now.site.id:
        raise Refusal("setup-other-site", site=setups.now.site.id)
    later = change.starts is not None and (state.day is None or change.starts.isoformat() > state.day)
    if not later and (broken := tuple(breaks(setups.now.site, new.site, state, now))):
        raise Refusal("setup-breaks", problems=broken)
    row = _row(version, change, now)
    if later:
        earlier = setups.planned
        rows = (row,) if earlier is None else (_ended(earlier, "withdrawn"), row)
        return Decided(Setups(setups.now, new, version), (_planning(new, meta),), rows)
    rows = (_ended(setups.now, "past"), {**row, "state": "in-force", "in_force_at": instant(now)})
    changed = SetupChanged(version=version, digest=digest(change.document), **meta)
    held = Setups(replace(new, starts=None), None, version)
    if setups.planned is None:
        return Decided(held, (changed,), rows)
    plan = _carried(setups.now, setups.planned, new)
    note = f"↷ {setups.planned.version}"
    of_plan = replace(change, document=plan.document, starts=plan.starts, note=note)
    return Decided(
        Setups(held.now, plan, plan.version),
        (changed, _planning(plan, meta)),
        (*rows, _ended(setups.planned, "withdrawn"), _row(plan.version, of_plan, now)),
    )


def _carried(now: Setup, planned: Setup, new: Setup) -> Setup:
    """What the plan changes, done to the new configuration. Raises Refusal `setup-planned`."""
    refusal = Refusal("setup-planned", version=planned.version, starts=str(planned.starts))
    if now.document is None or planned.document is None or new.document is None:
        raise refusal
    document, clashes = merge(now.document, planned.document, new.document)
    if clashes:
        raise refusal
    try:
        return Setup.of(new.version + 1, document, planned.starts)
    except WrongSetup:
        raise refusal from None


def _planning(plan: Setup, meta: dict[str, Any]) -> SetupPlanned:
    assert plan.document is not None
    return SetupPlanned(version=plan.version, digest=digest(plan.document), starts=str(plan.starts), **meta)


def _withdrawn(setups: Setups, meta: dict[str, Any]) -> Decided:
    if setups.planned is None:
        raise Refusal("nothing-planned")
    event = SetupWithdrawn(version=setups.planned.version, **meta)
    return Decided(replace(setups, planned=None), (event,), (_ended(setups.planned, "withdrawn"),))


def due(setups: Setups, day: str, now: datetime, command: str) -> Decided | None:
    """The planned version comes into force with business day `day`."""
    planned = setups.planned
    if planned is None or planned.document is None or str(planned.starts) > day:
        return None
    rows = (
        _ended(setups.now, "past"),
        {"version": planned.version, "state": "in-force", "in_force_at": instant(now)},
    )
    event = SetupChanged(
        version=planned.version, digest=digest(planned.document), at=now, command=command, by="hall"
    )
    return Decided(Setups(replace(planned, starts=None), None, setups.newest), (event,), rows)


def digest(document: File) -> str:
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _row(version: int, change: Change, now: datetime) -> dict[str, Any]:
    return {
        "version": version,
        "at": instant(now),
        "by": change.by,
        "note": change.note,
        "source": change.source,
        "body": msgspec.json.encode(change.document).decode(),
        "starts": None if change.starts is None else change.starts.isoformat(),
        "state": "planned",
        "in_force_at": None,
    }


def _ended(setup: Setup, state: State) -> dict[str, Any]:
    return {"version": setup.version, "state": state}


# --- reading ------------------------------------------------------------------------------------------


def versions(engine: sa.Engine) -> list[Version]:
    """Every version, the newest first."""
    s = setup_table.c
    columns = (s.version, s.at, s.by, s.note, s.source, s.state, s.starts, s.in_force_at)
    with engine.connect() as db:
        return [
            Version(
                row.version,
                datetime.fromisoformat(row.at),
                row.by,
                row.note,
                row.source,
                row.state,
                None if row.starts is None else date.fromisoformat(row.starts),
                None if row.in_force_at is None else datetime.fromisoformat(row.in_force_at),
            )
            for row in db.execute(sa.select(*columns).order_by(s.version.desc()))
        ]


def document_of(engine: sa.Engine, version: int) -> File | None:
    """The document of a version; None when there is no such version."""
    s = setup_table.c
    with engine.connect() as db:
        body = db.execute(sa.select(s.body).where(s.version == version)).scalar()
    return None if body is None else msgspec.json.decode(body, type=File)


def stored(engine: sa.Engine) -> Setups | None:
    """What holds and what is planned, as the log's database keeps it; None before the first version.

    Raises WrongSetup or msgspec.DecodeError for one of another program that this one cannot work with.
    """
    s = setup_table.c
    with engine.connect() as db:
        rows = db.execute(sa.select(s.version, s.body, s.starts, s.state).order_by(s.version)).all()
    found = {row.state: _setup(row) for row in rows if row.state in ("in-force", "planned")}
    if "in-force" not in found:
        return None
    return Setups(found["in-force"], found.get("planned"), rows[-1].version)


def _setup(row: Any) -> Setup:
    starts = None if row.starts is None or row.state != "planned" else date.fromisoformat(row.starts)
    return Setup.of(row.version, msgspec.json.decode(row.body, type=File), starts)


def file_version(path: Path) -> str:
    """The source of a version that came from this file as it stands."""
    return f"file:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def rows_of_file(setup: Setup, source: str, before: Setups | None, now: datetime) -> list[dict[str, Any]]:
    """The rows that make a version out of the hall's file; what was planned on top of another is no more."""
    assert setup.document is not None
    change = Change(id="", by="file", base=0, document=setup.document, source=source)
    new = {**_row(setup.version, change, now), "state": "in-force", "in_force_at": instant(now)}
    if before is None:
        return [new]
    planned = [] if before.planned is None else [_ended(before.planned, "withdrawn")]
    return [_ended(before.now, "past"), *planned, new]


def last_file(known: Sequence[Version]) -> str | None:
    """The source of the newest version that came from a file."""
    return next((v.source for v in known if v.source.startswith("file:")), None)
