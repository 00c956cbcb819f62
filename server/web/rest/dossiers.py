"""Dossiers for programs: an import, what everybody may know of them, the form, and the list of late
authorities.

An import is looked at before it counts: a table is sent, what it would change is told, and only then it is
confirmed. Refusals of rows never repeat a cell.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from broker.messages import Dossiers, LateList
from server.dossiers.bringing import Codes
from server.dossiers.desk import Desk
from server.dossiers.late import wall_list
from server.dossiers.late_desk import draft
from server.dossiers.store import Changes, NoDraft
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS, Row, months_back
from server.dossiers.telling import column_name, problem_text, reason_text
from server.people.rights import Right
from server.web.asked import refuse
from server.web.dossiers.imports import UPLOAD_BYTES
from server.web.dossiers.parts import MONTHS, month_of, period_of
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.late import Published, shown_now
from server.web.rest.register import SourceId
from server.web.rest.tickets import Day

TABLE = "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YEARS = range(2000, 2100)

Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}(?!\n)$")]


class DossiersWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """begins, ends: of the form, both days included. month: of the late list, one of the last months."""

    begins: Day | None = None
    ends: Day | None = None
    month: Month | None = None


class FormTold(msgspec.Struct, frozen=True, kw_only=True):
    """known_at: as of when all of the register is; null: there is none, and nothing else. rows: by authority,
    null without dossiers. late: of `month`, to be approved under `mark`. published: what walls show.
    """

    known_at: datetime | None
    ends: date
    rows: dict[str, dict[str, int] | None]
    total: dict[str, int]
    month: str
    late: LateList | None
    mark: str | None
    published: Published | None


class ImportWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """as_of: when the register was like this; now without it. source: whose mapping the table follows, of
    /dossiers/sources; without it the standard columns."""

    as_of: Annotated[datetime, Meta(tz=True)] | None = None
    source: SourceId = ""


class RefusedLine(msgspec.Struct, frozen=True):
    """line: of the table, its head is 1. column: as the table probably calls it. detail: for a reader."""

    line: int
    column: str
    code: str
    detail: str


class ImportSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do. token: confirms it; null where nothing of it can be taken, which `problem` and
    `refused` tell why. refused: all that is wrong with the first 50 of `refused_count` rows. stopped: so many
    were refused that the rest was not read: there are at least these. shrinks: more than half of what is
    known would go. codes: of those that are new, changed and gone the first 50 each.
    """

    token: str | None
    rows: int
    coding: str
    ignored: int
    problem: str
    detail: str
    refused: tuple[RefusedLine, ...]
    refused_count: int
    stopped: bool
    changes: Changes | None
    codes: Codes
    shrinks: bool


class ConfirmBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=64)]


def preview(asked: Asked) -> ImportSeen:
    """Send a table of dossiers and be told what it would change; nothing of it counts yet."""
    desk, now, lang = _desk(asked), asked.hall.clock.now(), asked.lang
    known_at = asked.query.as_of or now
    if known_at.year not in YEARS or known_at > now:
        refuse([("/as_of", "range")])
    assert asked.file is not None
    token, report = desk.preview(asked.file.stream, known_at, now, asked.query.source)
    return ImportSeen(
        token=token if report.good else None,
        rows=report.rows,
        coding=report.coding,
        ignored=report.ignored,
        problem=report.problem,
        detail=problem_text(report, lang) if report.problem else "",
        refused=tuple(
            RefusedLine(
                row.line, column_name(row.column, lang, report.columns), row.key, reason_text(row, lang)
            )
            for row in report.refused
        ),
        refused_count=report.refused_count,
        stopped=report.stopped,
        changes=report.changes,
        codes=report.codes,
        shrinks=report.changes is not None and report.changes.shrinks,
    )


def confirm(asked: Asked) -> Changes:
    """Import what was previewed; the second time there is nothing to do."""
    try:
        changes = _desk(asked).confirm(asked.body.token, asked.who.name, asked.hall.clock.now())
    except NoDraft:
        raise Declined("cannot-be", {"why": "too-old"}) from None
    audit(asked.who.name, "dossiers.imported")
    return changes


def wall(asked: Asked) -> Dossiers:
    """What walls and phones may know of dossiers: codes, stages, counters; nobody needs to log in for it."""
    return asked.hall.dossiers()


def form(asked: Asked) -> FormTold:
    """How dossiers stand by authority, in the form of the report, and who is late."""
    desk, hall = _desk(asked), asked.hall
    now = hall.clock.now()
    stamp = desk.store.stamp()
    month = month_of(asked.query.month, _months(asked))
    _, ends, period = period_of(stamp, now)
    found = draft(desk.store, hall.config, month)
    made = None
    if stamp is not None:
        ids = [a.id for a in hall.config.site.authorities]
        made = desk.store.form(Dimension.AUTHORITY, ids, period, stamp.known_at)
    return FormTold(
        known_at=None if stamp is None else stamp.whole_at,
        ends=ends,
        rows={} if made is None else {id: _row(row) for id, row in made.rows.items()},
        total={} if made is None else _row(made.total) or {},
        month=month,
        late=None if found is None else wall_list(found, officers=False),
        mark=None if found is None else found.mark,
        published=shown_now(desk.store),
    )


def _desk(asked: Asked) -> Desk:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk


def _months(asked: Asked) -> Any:
    today = asked.hall.clock.now().astimezone(asked.hall.config.site.zone).date()
    return months_back(today, MONTHS)


def _row(row: Row | None) -> dict[str, int] | None:
    return None if row is None else dict(zip(COLUMNS, row.figures, strict=True))


ENDPOINTS = (
    Endpoint(
        name="preview-import",
        method="POST",
        path="/dossiers/import",
        does=preview,
        answer=ImportSeen,
        refusals=("busy",),
        right=Right.DOSSIERS,
        area="dossiers",
        query=ImportWanted,
        file=TABLE,
        most=UPLOAD_BYTES,
    ),
    Endpoint(
        name="preview-workbook",
        method="POST",
        path="/dossiers/import/xlsx",
        does=preview,
        about="Send a table of dossiers as a workbook (XLSX), likewise.",
        answer=ImportSeen,
        refusals=("busy",),
        right=Right.DOSSIERS,
        area="dossiers",
        query=ImportWanted,
        file=WORKBOOK,
        most=UPLOAD_BYTES,
    ),
    Endpoint(
        name="confirm-import",
        method="POST",
        path="/dossiers/import/confirm",
        does=confirm,
        answer=Changes,
        right=Right.DOSSIERS,
        area="dossiers",
        body=ConfirmBody,
        refusals=("cannot-be", "busy"),
    ),
    Endpoint(
        name="get-dossiers-wall",
        method="GET",
        path="/dossiers/wall",
        does=wall,
        answer=Dossiers,
        right=None,
        area="dossiers",
        open=True,
    ),
    Endpoint(
        name="get-dossiers",
        method="GET",
        path="/dossiers",
        does=form,
        answer=FormTold,
        right=Right.DOSSIERS,
        area="dossiers",
        query=DossiersWanted,
    ),
)
