"""The check of a table that somebody else printed in the form: whether it adds up, and where it does not.

Nothing of it is kept or counted. Works without JavaScript; what the page says can be printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.dossiers.authorities import Authorities, Unknown
from server.dossiers.decoding import FileRefused
from server.dossiers.reports.checks import Checked, Identity, check
from server.dossiers.reports.printed import MOST_BYTES, Printed, Rows, read, read_file, read_text
from server.dossiers.reports.rates import rates_of
from server.dossiers.reports.sheet import Line, Sheet, grouped, head_rows
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS
from server.dossiers.telling import TEXTS as OURS, thousands
from server.people.rights import Right
from server.site_file import HallConfig
from server.web import guard
from server.web.dossiers.parts import around
from server.web.dossiers.report import report
from server.web.dossiers.report_view import column_word, heads_by, identity_text, rate_text, sums_text
from server.web.words import TEXTS, said

UPLOAD_BYTES: Final = MOST_BYTES + 64 * 1024
LONGEST_PASTE: Final = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a table. problems: sentences, the worst first; remarks: what is no error."""

    sheet: Sheet
    checked: Checked
    problems: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.problems


@report.get("/check")
@guard.needs(Right.FIGURES)
def check_page() -> ResponseReturnValue:
    longest = LONGEST_PASTE
    return render_template(
        "dossiers_check.html", told=None, problem="", pasted="", longest=longest, **around(None)
    )


@report.post("/check")
@guard.needs(Right.FIGURES)
def checked() -> ResponseReturnValue:
    """What the check of an upload or a paste says."""
    request.max_content_length = UPLOAD_BYTES
    request.max_form_memory_size = UPLOAD_BYTES
    guard.check()
    lang, file = guard.language(), request.files.get("table")
    pasted = request.form.get("pasted", "")[:LONGEST_PASTE]
    told, problem = None, ""
    try:
        if file is not None and file.filename:
            told = tell(guard.hall().config, read_file(file.stream.read(UPLOAD_BYTES)), lang)
        elif pasted.strip():
            told = tell(guard.hall().config, read_text(pasted), lang)
        else:
            problem = TEXTS("report.check-none", lang)
    except FileRefused as error:
        problem = refused_text(error, lang)
    answer = render_template(
        "dossiers_check.html",
        told=told,
        problem=problem,
        pasted=pasted if told is None else "",
        longest=LONGEST_PASTE,
        columns=COLUMNS,
        heads=list(head_rows(told.sheet.heads)) if told else [],
        suspects=[(line.no, line.id, column) for line, column in told.checked.suspects] if told else [],
        checks=[identity_text(told.checked, i, lang) for i in Identity if not told.checked.fails(i)]
        if told
        else [],
        **around(None),
    )
    return answer, 400 if problem else 200


def tell(config: HallConfig, rows: Rows, lang: str) -> Told:
    """Read and check. Raises FileRefused."""
    known, names = Authorities(config), {a.id: said(a.name, lang) for a in config.site.authorities}
    printed = read(rows, lambda name: _whose(known, name))
    checked = check(printed.lines, printed.total)
    total = printed.total or Line("", "", OURS("page.total", lang), checked.total)
    sheet = Sheet(
        title=OURS("page.form_title", lang),
        above=(said(config.site.name, lang), TEXTS("report.imported", lang)),
        heads=heads_by(Dimension.AUTHORITY, lang),
        lines=printed.lines,
        total=total,
        below=tuple(rate_text(rate, lang) for rate in rates_of(total)),
        lang=lang,
    )
    return Told(
        sheet,
        checked,
        tuple(_problems(printed, checked, lang)),
        tuple(_remarks(names, printed, checked, lang)),
    )


def refused_text(error: FileRefused, lang: str) -> str:
    """Why nothing of a file was read."""
    if error.key == "no-form":
        return TEXTS("report.check-no-form", lang)
    params = {k: thousands(v, lang) if isinstance(v, int) else v for k, v in error.params.items()}
    return OURS(f"file.{error.key}", lang, **params)


def _whose(known: Authorities, name: str) -> tuple[str, str]:
    try:
        return known.of(name, ""), ""
    except Unknown as error:
        return "", error.near


def _problems(printed: Printed, checked: Checked, lang: str) -> list[str]:
    found = [
        TEXTS("report.check-suspect", lang, no=line.no, name=line.name, column=column_word(column, lang))
        for line, column in checked.suspects
    ]
    found += [identity_text(checked, identity, lang) for identity in Identity if checked.fails(identity)]
    if checked.sums:
        found.append(sums_text(checked, lang))
    for one in printed.unread:
        words = {"row": one.row, "name": one.name, "column": column_word(one.column, lang)}
        found.append(
            TEXTS("report.check-unread", lang, **words, reason=TEXTS(f"report.unread-{one.key}", lang))
        )
    unread = {(one.name, one.column) for one in printed.unread}
    for half in checked.halves:
        blank = [column for column in half.columns if (half.line.name, column) not in unread]
        if blank:
            names = ", ".join(column_word(column, lang) for column in blank)
            found.append(
                TEXTS("report.check-half", lang, no=half.line.no, name=half.line.name, columns=names)
            )
    return found


def _remarks(names: dict[str, str], printed: Printed, checked: Checked, lang: str) -> list[str]:
    found = [TEXTS("report.check-lines", lang, n=checked.lines, blank=grouped(checked.blank, lang))]
    if printed.total is None:
        found.append(TEXTS("report.check-no-total", lang))
    for name, near in printed.unknown:
        text = TEXTS("report.check-unknown", lang, name=name)
        found.append(f"{text} {TEXTS('report.check-nearest', lang, near=near)}" if near else text)
    found += [TEXTS("report.check-twice", lang, name=names[id]) for id in printed.twice]
    if {".", ","} <= printed.marks:
        found.append(TEXTS("report.check-marks", lang))
    return found
