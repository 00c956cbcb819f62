"""How an import is told, on a page and at a terminal: in sentences that never repeat a cell of the file."""

from __future__ import annotations

from importlib.resources import files

from hardware.texts import Texts
from server.dossiers.columns import NAMES
from server.dossiers.importing import RefusedRow, Report

TEXTS = Texts.read(files("server.dossiers") / "texts")


def thousands(n: int, lang: str) -> str:
    """35.591 for Vietnamese readers, 35,591 for others."""
    return f"{n:,}".replace(",", "." if lang == "vi" else ",")


def column_name(column: str, lang: str) -> str:
    """As the file probably calls it."""
    if not column:
        return TEXTS("import.whole_row", lang)
    return NAMES[column][0] if lang == "vi" else column


def problem_text(report: Report, lang: str) -> str:
    """Why a file is no table of dossiers, and what to do about it."""
    params = {k: thousands(v, lang) if isinstance(v, int) else v for k, v in report.params.items()}
    return TEXTS(f"file.{report.problem}", lang, **params)


def reason_text(row: RefusedRow, lang: str) -> str:
    """Why a row is refused, with the nearest valid value where there is one."""
    reason = TEXTS(f"row.{row.key}", lang, nearest=row.nearest)
    if not row.nearest or row.nearest in reason:
        return reason
    return f"{reason} {TEXTS('import.nearest', lang, nearest=row.nearest)}"


def lines(report: Report, lang: str, done: bool) -> list[str]:
    """The summary for a terminal. done: it was imported, not only examined."""
    if report.problem:
        return [problem_text(report, lang)]
    found = [
        TEXTS(
            "import.read",
            lang,
            rows=thousands(report.rows, lang),
            coding=report.coding.upper(),
            ignored=report.ignored,
        )
    ]
    if report.refused_count:
        found.append(TEXTS("import.refused", lang, n=thousands(report.refused_count, lang)))
        for row in report.refused:
            place = TEXTS("import.place", lang, line=row.line, column=column_name(row.column, lang))
            found.append(f"  {place}: {reason_text(row, lang)}")
        more = report.refused_count - len(report.refused)
        return [*found, TEXTS("import.more", lang, n=thousands(more, lang))] if more else found
    if report.changes is not None:
        counts = {k: thousands(getattr(report.changes, k), lang) for k in ("new", "changed", "same", "gone")}
        found.append(TEXTS("import.changed" if done else "import.would_change", lang, **counts))
    return found
