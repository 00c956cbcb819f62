"""A late list as one table, which page, paper and every file are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from flask import Response

from server.dossiers.late import Figures, LateSheet, UnitLine, span
from server.dossiers.publications import Publication
from server.history.as_csv import csv
from server.history.as_docx import docx
from server.history.as_pdf import pdf
from server.history.as_xlsx import xlsx
from server.history.table import Cell, Column, Kind, Report, Table
from server.site_file import HallConfig
from server.web.words import TEXTS, said

FORMS: Final[Mapping[str, tuple[Callable[[Report], bytes], str]]] = {
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (csv, "text/csv; charset=utf-8"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (pdf, "application/pdf"),
}


def report_of(
    found: LateSheet, config: HallConfig, lang: str, approved: Publication | None = None, staff: bool = False
) -> Report:
    """approved: what says that it was; a draft without. staff: with what authorities say in writing."""

    def word(key: str, **blanks: object) -> str:
        return TEXTS(f"late.{key}", lang, **blanks)

    head = title_of(found, lang)
    lines = [said(config.site.name, lang), moment(found, config, lang)]
    lines.append(approval(approved, config, lang) if approved is not None else word("draft"))
    columns = [
        Column(word("unit"), Kind.TEXT),
        Column(word("officer"), Kind.TEXT),
        Column(word("overdue"), Kind.COUNT),
        Column(word("resolved-year" if found.yearly else "resolved-month"), Kind.COUNT),
        Column(word("remark"), Kind.TEXT),
    ]
    rows = [row for unit in ordered(found) for row in _rows(unit, lang, staff)]
    rows.append((Cell(word("total")), Cell(""), *_cells(found.total), Cell("")))
    about = [(word("overdue"), word("about-overdue")), (word("resolved"), word("about-resolved"))]
    about.append((word("blank"), word("about-blank")))
    about.append((word("officer"), word("about-officer")))
    if found.yearly:
        about.append((word("year"), word("about-year")))
    table = Table("late", head, tuple(columns), tuple(rows), total=True, heads=2)
    return Report(f"late-{found.period}", head, tuple(lines), (table,), tuple(about), word("notes"), lang)


def ordered(found: LateSheet) -> tuple[UnitLine, ...]:
    """Those with late dossiers, then those with none, then those without any."""
    return (*found.late, *found.calm, *found.blank)


def title_of(found: LateSheet, lang: str) -> str:
    return TEXTS("late.title-of", lang, period=period_text(found.period, lang))


def moment(found: LateSheet, config: HallConfig, lang: str) -> str:
    """As of when what is overdue is so: the end of the period, or of how the register was last known."""
    at = found.overdue_at.astimezone(config.site.zone)
    if found.overdue_at >= span(found.period, config.site.zone).ends:
        return TEXTS("late.at-end", lang, at=f"{at - timedelta(days=1):%d/%m/%Y}")
    return TEXTS("late.as-of", lang, at=f"{at:%H:%M %d/%m/%Y}")


def approval(approved: Publication, config: HallConfig, lang: str) -> str:
    at = approved.approved_at.astimezone(config.site.zone)
    return TEXTS("late.approved-by", lang, by=approved.approver, at=f"{at:%H:%M %d/%m/%Y}")


def period_text(period: str, lang: str) -> str:
    """tháng 10/2026, năm 2026"""
    if len(period) == 4:
        return TEXTS("late.of-year", lang, year=period)
    return TEXTS("late.of-month", lang, month=f"{period[5:]}/{period[:4]}")


def file_of(report: Report, kind: str) -> Response:
    write, content = FORMS[kind]
    answer = Response(write(report), content_type=content)
    answer.headers["Content-Disposition"] = f'attachment; filename="motcua-{report.id}.{kind}"'
    return answer


def _rows(unit: UnitLine, lang: str, staff: bool) -> Iterator[tuple[Cell, ...]]:
    name = unit.name[lang]
    remark = ""
    if unit.figures is None:
        remark = TEXTS("late.no-dossiers", lang)
    elif not unit.figures:
        remark = TEXTS("late.none-late", lang)
    elif staff:
        remark = unit.note
    figures = unit.figures
    yield (
        Cell(name),
        Cell(""),
        *(_cells(figures) if figures is not None else (Cell(None), Cell(None))),
        Cell(remark),
    )
    for one in unit.officers:
        who = f"{one.name}, {one.title}" if one.title else one.name
        yield Cell(name), Cell(who), *_cells(one.figures), Cell(one.note if staff else "")


def _cells(figures: Figures) -> tuple[Cell, Cell]:
    return Cell(figures.overdue), Cell(figures.resolved_late)
