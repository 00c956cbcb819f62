"""The import of a table: what it would change is seen first, and only then it is confirmed. Works without
JavaScript."""

from __future__ import annotations

import io
import shutil
import tempfile
from typing import Final

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers.dates import NoDate, read_instant
from server.dossiers.importing import Report
from server.dossiers.mapping import Source
from server.dossiers.store import NoDraft
from server.dossiers.telling import column_name, lines, not_shown, problem_text, reason_text, refused_csv
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, back, desk_here

imports = Blueprint("dossier_import", __name__, url_prefix="/dossiers/import")

REFUSED_FILE: Final = "refused-rows.csv"
NAMED: Final = ("new", "changed", "gone")
# Reasons that a source can be described better by.
SPELT: Final = frozenset(
    {
        *("no-status", "no-channel", "no-date", "no-date-mdy", "no-limit"),
        *("number-ambiguous", "number-style", "persons-off"),
    }
)
UPLOAD_BYTES: Final = 16 * 1024 * 1024  # the command takes larger files; the demo's register has 6 MB


@imports.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """Also after an import: what it did, which is the last one of whoever looks."""
    desk, who = desk_here(), guard.account()
    stamp = desk.store.stamp()
    mine = stamp is not None and who is not None and stamp.by == who.name
    return render_template(
        "dossiers_import.html",
        sources=desk.sources(),
        chosen=request.args.get("source", ""),
        changes=stamp.changes if stamp is not None and mine else None,
        **around(stamp),
    )


@imports.post("/preview")
@guard.needs(Right.DOSSIERS)
def preview() -> ResponseReturnValue:
    """What an upload would change, or why it is refused; nothing of it counts yet."""
    request.max_content_length = UPLOAD_BYTES
    guard.check_same_site()
    guard.check_csrf()
    hall, lang, now = guard.hall(), guard.language(), guard.hall().clock.now()
    table = request.files.get("table")
    if table is None or not table.filename:
        return back("dossier_import.page", "no_file")
    try:
        text = request.form.get("as_of", "")
        known_at = read_instant(text, hall.config.site.zone) if text else now
    except NoDate:
        return back("dossier_import.page", "bad_as_of")
    if known_at > now:
        return back("dossier_import.page", "bad_as_of")
    with tempfile.TemporaryFile() as file:  # has no name, and is gone with the answer
        shutil.copyfileobj(table.stream, file)
        table.close()
        file.seek(0)
        source = request.form.get("source", "")[:40]
        token, report = desk_here().preview(file, known_at, now, source)
    return render_template(
        "dossiers_preview.html",
        report=report,
        source=_described(report, source),
        undescribed=not source and _of_source(report),
        chosen=source,
        lists=_lists(report),
        problem=problem_text(report, lang) if report.problem else "",
        summary=lines(report, lang, done=False) if report.good else [],
        refused=[
            (row.line, column_name(row.column, lang, report.columns), reason_text(row, lang))
            for row in report.refused
        ],
        more=not_shown(report),
        token=token,
        **around(None),
    )


def _of_source(report: Report) -> bool:
    """Whether what is wrong is how somebody writes, which a source can say."""
    return report.problem == "columns-missing" or any(row.key in SPELT for row in report.refused)


def _described(report: Report, id: str) -> Source | None:
    """The source whose description may be what is wrong."""
    if not id or not _of_source(report):
        return None
    return next((source for source in desk_here().sources() if source.id == id), None)


def _lists(report: Report) -> list[tuple[str, int, tuple[str, ...]]]:
    """What of an import is named: new, changed or gone, how many, and the first codes."""
    if report.changes is None:
        return []
    of = ((name, getattr(report.changes, name), getattr(report.codes, name)) for name in NAMED)
    return [(name, count, codes) for name, count, codes in of if codes]


@imports.get("/refused/<token>.csv")
@guard.needs(Right.DOSSIERS)
def refused(token: str) -> ResponseReturnValue:
    """Every refused row of a preview: line, column, reason, and nothing that stood in a cell."""
    found = desk_here().refused(token[:64])
    if found is None:
        raise NotFound
    table = refused_csv(found.rows, found.columns, guard.language(), found.stopped)
    return send_file(
        io.BytesIO(table),
        "text/csv; charset=utf-8",
        as_attachment=True,
        download_name=REFUSED_FILE,
        max_age=0,
    )


@imports.post("/confirm")
@guard.needs(Right.DOSSIERS)
def confirm() -> ResponseReturnValue:
    """Import what was previewed; the second press finds nothing to do."""
    guard.check_same_site()
    guard.check_csrf()
    who = guard.account()
    assert who is not None
    try:
        desk_here().confirm(request.form.get("token", "")[:64], who.name, guard.hall().clock.now())
    except NoDraft:
        report = Report(problem="too-old")
        problem = problem_text(report, guard.language())
        return render_template("dossiers_preview.html", report=report, problem=problem, **around(None))
    guard.audit("dossiers.imported")
    return back("dossier_import.page", "done")
