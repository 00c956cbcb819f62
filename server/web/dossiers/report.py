"""The form of the Hà Nam report for any period and its files, and the dossiers behind each of its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers.reports.as_csv import csv
from server.dossiers.reports.as_docx import docx
from server.dossiers.reports.as_pdf import pdf
from server.dossiers.reports.as_xlsx import xlsx
from server.dossiers.reports.behind import MOST_PAGES, PAGE, Figure, behind
from server.dossiers.reports.checks import Identity
from server.dossiers.reports.rates import fraction, per_cent
from server.dossiers.reports.sheet import Sheet, head_rows
from server.dossiers.store import Stamp
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, desk_here
from server.web.dossiers.report_form import Wanted, presets, read
from server.web.dossiers.report_view import Seen, column_word, identity_text, rate_text, see, sums_text
from server.web.words import TEXTS, said

report = Blueprint("dossier_report", __name__, url_prefix="/dossiers/report")

FORMS: Final[Mapping[str, tuple[Callable[[Sheet], bytes], str]]] = {
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (csv, "text/csv; charset=utf-8"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (pdf, "application/pdf"),
}


@report.get("")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?begins=&ends=` (YYYY-MM-DD, the last day included) `&by=authority|officer|field|channel&of=`."""
    stamp = desk_here().store.stamp()
    wanted = asked(request.args, stamp)
    seen = seen_of(wanted, stamp) if not wanted.errors else None
    lang = guard.language()
    answer = render_template(
        "dossiers_report.html",
        wanted=wanted,
        seen=seen,
        columns=COLUMNS,
        heads=list(head_rows(seen.sheet.heads)) if seen else [],
        dimensions=list(Dimension),
        authorities=[(a.id, said(a.name, lang)) for a in guard.hall().config.site.authorities],
        presets=presets(_today()),
        forms=tuple(FORMS),
        checks=[identity_text(seen.checked, i, lang) for i in Identity] if seen else [],
        failing=[bool(seen.checked.fails(i)) for i in Identity] if seen else [],
        sums_told=sums_text(seen.checked, lang) if seen else "",
        rate_text=lambda rate: rate_text(rate, lang),
        per_cent=lambda value: per_cent(value, lang),
        fraction=lambda rate: fraction(rate, lang),
        **around(stamp),
    )
    return answer, 400 if wanted.errors else 200


@report.get("/export.<kind>")
@guard.needs(Right.FIGURES)
def export(kind: str) -> ResponseReturnValue:
    """The table of the same query as a file."""
    stamp = desk_here().store.stamp()
    wanted = asked(request.args, stamp)
    seen = seen_of(wanted, stamp) if not wanted.errors else None
    if kind not in FORMS or seen is None:
        raise NotFound
    guard.audit("report.exported", form=kind, **wanted.query())
    return file_of(seen.sheet, kind, wanted)


@report.get("/behind")
@guard.needs(Right.FIGURES)
def listed() -> ResponseReturnValue:
    """`?line=` (of which line, "" of the sum) `&column=` `&page=`: the dossiers behind one figure."""
    store, lang = desk_here().store, guard.language()
    stamp = store.stamp()
    wanted = asked(request.args, stamp)
    line, column = request.args.get("line", ""), request.args.get("column", "")
    if wanted.errors or stamp is None or column not in COLUMNS:
        raise NotFound
    seen = see(store, guard.hall().config, wanted, stamp, lang)
    names = {one.id: one.name for one in (*seen.sheet.lines, seen.sheet.total)}
    row = seen.total if line == "" else seen.rows.get(line)
    if row is None:
        raise NotFound
    values = [line] if line else list(seen.rows)
    n, at = getattr(row, column), _page(request.args.get("page", ""))
    figure = Figure(wanted.by, values, column, wanted.period, stamp.known_at, store.zone)
    with store.reading() as db:
        rows = behind(db, figure, (at - 1) * PAGE, n) if values else []
    return render_template(
        "dossiers_behind.html",
        wanted=wanted,
        line=line,
        name=names[line],
        column=column,
        column_is=column_word(column, lang),
        rows=rows,
        may_open=guard.has(Right.DOSSIERS),
        n=n,
        at=at,
        last=min(MOST_PAGES, max(1, -(-n // PAGE))),
        most=MOST_PAGES * PAGE,
        status_is=lambda status: TEXTS(f"report.status-{status.value}", lang),
        **around(stamp),
    )


def asked(args: Mapping[str, str], stamp: Stamp | None) -> Wanted:
    """What an address or a program asks for. Without a period: from where the import says that it begins, or
    else the year so far."""
    config, today = guard.hall().config, _today()
    zone = config.site.zone
    known = today if stamp is None else stamp.known_at.astimezone(zone).date()
    begun = None if stamp is None or stamp.begins is None else stamp.begins.astimezone(zone).date()
    usual = begun or known.replace(month=1, day=1), known
    return read(args, usual, [a.id for a in config.site.authorities])


def seen_of(wanted: Wanted, stamp: Stamp | None) -> Seen | None:
    """The report, or None while there is no dossier at all."""
    if stamp is None:
        return None
    return see(desk_here().store, guard.hall().config, wanted, stamp, guard.language())


def file_of(sheet: Sheet, kind: str, wanted: Wanted) -> Response:
    write, content = FORMS[kind]
    answer = Response(write(sheet), content_type=content)
    name = f"motcua-dossiers-{wanted.by.value}-{wanted.begins}-{wanted.ends}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _today() -> date:
    hall = guard.hall()
    now: datetime = hall.clock.now()
    return now.astimezone(hall.config.site.zone).date()


def _page(text: str) -> int:
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and int(text[:9]) > 0 else 1
