"""The report of dossiers for programs: the form, its files, what is behind a figure, the check of a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from flask import Response
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.dossiers.decoding import FileRefused
from server.dossiers.reports.behind import MOST_PAGES, PAGE, Figure as Meant, behind
from server.dossiers.reports.checks import Checked, Identity
from server.dossiers.reports.printed import MOST_BYTES, read_file
from server.dossiers.reports.rates import Rate, rates_of
from server.dossiers.reports.sheet import Figures, Line
from server.dossiers.status import Status
from server.dossiers.store import Stamp
from server.dossiers.tally import COLUMNS
from server.people.rights import Right
from server.web.asked import refuse
from server.web.dossiers.check import refused_text, tell
from server.web.dossiers.report import FORMS, asked as wanted_of, file_of, seen_of
from server.web.dossiers.report_form import Wanted
from server.web.dossiers.report_view import Seen
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.tickets import Day

Counts = dict[str, int | None]
ColumnName = Literal[
    "received_total", "received_new", "carried_over", "resolved_total", "resolved_early", "resolved_on_time",
    "resolved_late", "pending_total", "pending_not_due", "pending_overdue",
]  # fmt: skip
ByName = Literal["authority", "officer", "field", "channel"]
Name = Annotated[str, Meta(max_length=200)]


class ReportWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """begins, ends: days, both included; without them from where the import begins, or the year so far. by:
    what the lines are. of: the authority whose officers they are.
    """

    begins: Day | None = None
    ends: Day | None = None
    by: ByName = "authority"
    of: Name | None = None


class RateTold(msgspec.Struct, frozen=True):
    """part of whole, in per cent with two decimals: rounded halves upward, and cut off; null of nothing."""

    key: str
    part: int
    whole: int
    rounded: float | None
    cut: float | None


class LineTold(msgspec.Struct, frozen=True):
    """id: an authority, field, channel, or an officer as `authority/name`; "" for the sum. figures: null
    where nothing happened, which is not 0. note: in the reader's language.
    """

    id: str
    name: str
    figures: Counts
    note: str
    rates: tuple[RateTold, ...]


class FaultTold(msgspec.Struct, frozen=True):
    """An identity that does not hold in a line: its sum says `whole`, its parts come to `parts`."""

    line: str
    name: str
    identity: str
    columns: tuple[str, ...]
    whole: int
    parts: int


class SumTold(msgspec.Struct, frozen=True):
    """A column whose lines come to `found`, where the line of sums says `said`."""

    column: str
    said: int
    found: int


class ChecksTold(msgspec.Struct, frozen=True):
    """holding: identities that hold in every line."""

    good: bool
    holding: tuple[str, ...]
    faults: tuple[FaultTold, ...]
    sums: tuple[SumTold, ...]


class ReportTold(msgspec.Struct, frozen=True, kw_only=True):
    """known_at: as of when all of the register is; null while there is none."""

    known_at: datetime | None
    begins: date
    ends: date
    by: str
    of: str
    lines: tuple[LineTold, ...]
    total: LineTold | None
    checks: ChecksTold | None


class ReportBehindWanted(ReportWanted, frozen=True, forbid_unknown_fields=True):
    """line: an id of a line; the sum without it."""

    line: Name = ""
    column: ColumnName = "received_total"
    page: Annotated[int, Meta(ge=1, le=MOST_PAGES)] = 1


class DossierBehind(msgspec.Struct, frozen=True):
    code: str
    status: Status
    received: datetime
    due: datetime | None
    resolved: datetime | None


class DossiersBehind(msgspec.Struct, frozen=True):
    """total: as many as the report says. pages: that can be asked for."""

    total: int
    page: int
    pages: int
    dossiers: tuple[DossierBehind, ...]


class SuspectTold(msgspec.Struct, frozen=True):
    """A cell whose line and column both differ: there is a changed figure. no: as the table numbers it."""

    no: str
    name: str
    column: str


class TableChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What a printed table says and whether it adds up; nothing of it is kept. problem: why it could not be
    read, and then there are no checks. problems: for a reader. lines, blank: how many there are, and how many
    of them are blank. sums: of its lines, worked out.
    """

    problem: str = ""
    checks: ChecksTold | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    suspects: tuple[SuspectTold, ...] = ()
    lines: int = 0
    blank: int = 0
    sums: Counts = {}
    rates: tuple[RateTold, ...] = ()


def report(asked: Asked) -> ReportTold:
    """The form of a period: received, resolved, in process, with its identities checked."""
    wanted, stamp = _wanted(asked)
    seen = seen_of(wanted, stamp)
    lines = () if seen is None else seen.sheet.lines
    return ReportTold(
        known_at=None if stamp is None else stamp.whole_at,
        begins=wanted.begins,
        ends=wanted.ends,
        by=wanted.by.value,
        of=wanted.of,
        lines=tuple(_line(line, seen) for line in lines if seen is not None),
        total=None if seen is None else _line(seen.sheet.total, seen),
        checks=None if seen is None else _checks(seen.checked),
    )


def listed(asked: Asked) -> DossiersBehind:
    """The dossiers behind one figure of the report, by code."""
    wanted, stamp = _wanted(asked)
    query: ReportBehindWanted = asked.query
    seen = seen_of(wanted, stamp)
    if seen is None or stamp is None:
        return DossiersBehind(0, query.page, 1, ())
    row = seen.rows.get(query.line) if query.line else seen.total
    if row is None:
        refuse([("/line", "choice")])
    values, n = [query.line] if query.line else list(seen.rows), getattr(row, query.column)
    assert asked.hall.desk is not None
    store = asked.hall.desk.store
    with store.reading() as db:
        figure = Meant(wanted.by, values, query.column, wanted.period, stamp.known_at, store.zone)
        rows = behind(db, figure, (query.page - 1) * PAGE, n) if values else []
    told = tuple(DossierBehind(d.code, d.status, d.received, d.due, d.over) for d in rows)
    return DossiersBehind(n, query.page, min(MOST_PAGES, max(1, -(-n // PAGE))), told)


def check_table(asked: Asked) -> TableChecked:
    """Send a printed table (CSV or XLSX) and be told whether it adds up; nothing of it is kept."""
    assert asked.file is not None
    try:
        told = tell(asked.hall.config, read_file(asked.file.stream.read(MOST_BYTES + 1)), asked.lang)
    except FileRefused as error:
        return TableChecked(problem=error.key, problems=(refused_text(error, asked.lang),))
    found = told.checked
    return TableChecked(
        checks=_checks(found),
        problems=told.problems,
        remarks=told.remarks,
        suspects=tuple(SuspectTold(line.no, line.name, column) for line, column in found.suspects),
        lines=found.lines,
        blank=found.blank,
        sums=_counts(found.total),
        rates=tuple(map(_rate, rates_of(told.sheet.total))),
    )


def export_as(kind: str) -> Callable[[Asked], Response]:
    """What an endpoint does that gives the report as a file."""

    def exported(asked: Asked) -> Response:
        wanted, stamp = _wanted(asked)
        seen = seen_of(wanted, stamp)
        if seen is None:
            raise NotFound
        audit(asked.who.name, "report.exported", form=kind, **wanted.query())
        return file_of(seen.sheet, kind, wanted)

    return exported


def _wanted(asked: Asked) -> tuple[Wanted, Stamp | None]:
    if asked.hall.desk is None:
        raise NotFound
    stamp = asked.hall.desk.store.stamp()
    told = msgspec.structs.asdict(asked.query)
    wanted = wanted_of({name: str(value) for name, value in told.items() if value is not None}, stamp)
    if wanted.errors:
        refuse([(f"/{field}", "wrong") for field in wanted.errors])
    return wanted, stamp


def _line(line: Line, seen: Seen) -> LineTold:
    rates = tuple(map(_rate, seen.rates[line.id]))
    return LineTold(line.id, line.name, _counts(line.figures), line.note, rates)


def _counts(figures: Figures) -> Counts:
    return dict(zip(COLUMNS, figures, strict=True))


def _rate(rate: Rate) -> RateTold:
    rounded, cut = (None if value is None else float(value) for value in (rate.rounded, rate.cut))
    return RateTold(rate.key, rate.part, rate.whole, rounded, cut)


def _checks(found: Checked) -> ChecksTold:
    return ChecksTold(
        good=found.good,
        holding=tuple(i.value for i in Identity if not found.fails(i)),
        faults=tuple(
            FaultTold(f.line.id, f.line.name, f.identity.value, f.columns, f.whole, f.parts)
            for f in found.faults
        ),
        sums=tuple(SumTold(one.column, one.said, one.found) for one in found.sums),
    )


ENDPOINTS = (
    Endpoint(
        name="get-report",
        method="GET",
        path="/dossiers/report",
        does=report,
        answer=ReportTold,
        right=Right.FIGURES,
        area="dossiers",
        query=ReportWanted,
    ),
    Endpoint(
        name="list-report-dossiers",
        method="GET",
        path="/dossiers/report/dossiers",
        does=listed,
        answer=DossiersBehind,
        right=Right.FIGURES,
        area="dossiers",
        query=ReportBehindWanted,
    ),
    Endpoint(
        name="check-report",
        method="POST",
        path="/dossiers/report/check",
        does=check_table,
        answer=TableChecked,
        right=Right.FIGURES,
        area="dossiers",
        file="text/csv",
        keyed=False,
        most=MOST_BYTES,
    ),
    Endpoint(
        name="check-report-workbook",
        method="POST",
        path="/dossiers/report/check/xlsx",
        does=check_table,
        about="Send a printed table as a workbook (XLSX), likewise.",
        answer=TableChecked,
        right=Right.FIGURES,
        area="dossiers",
        file=FORMS["xlsx"][1],
        keyed=False,
        most=MOST_BYTES,
    ),
    *(
        Endpoint(
            name=f"export-report-{kind}",
            method="GET",
            path=f"/dossiers/report/export.{kind}",
            does=export_as(kind),
            answer=bytes,
            right=Right.FIGURES,
            area="dossiers",
            about=f"The very table of the same query, to take away as {kind.upper()}.",
            query=ReportWanted,
            media=content.partition(";")[0],
        )
        for kind, (_, content) in FORMS.items()
    ),
)
