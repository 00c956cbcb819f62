"""How an import is told, on a page and at a terminal: in sentences that never repeat a cell of the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from hardware.texts import Texts
from server.dossiers.importing import RefusedRow, Report

_LEG: Final = re.compile(r"leg(?P<n>[0-9])_(?P<part>[a-z]+)")
_OF_LEG: Final = {
    "authority": "column.leg_authority",
    "given": "column.leg_given",
    "due": "column.leg_due",
    "done": "column.leg_done",
    "note": "column.leg_note",
}
TEXTS = Texts.read(files("server.dossiers") / "texts")


def thousands(n: int, lang: str) -> str:
    """35.591 for Vietnamese readers, 35,591 for others."""
    return f"{n:,}".replace(",", "." if lang == "vi" else ",")


def column_name(column: str, lang: str, theirs: Mapping[str, str] = MappingProxyType({})) -> str:
    """As the file calls it. theirs: our field -> the source's name for it, where that is known."""
    if not column:
        return TEXTS("import.whole_row", lang)
    if column in theirs:
        return theirs[column]
    leg = _LEG.fullmatch(column)
    if leg is not None:
        return TEXTS(_OF_LEG[leg["part"]], lang, n=leg["n"])
    return TEXTS(f"column.{column}", lang)


def problem_text(report: Report, lang: str) -> str:
    """Why a file is no table of dossiers, and what to do about it."""
    params = {k: thousands(v, lang) if isinstance(v, int) else v for k, v in report.params.items()}
    if "fields" in params:  # ours, which nobody knows: as people call them
        params["columns"] = ", ".join(f"«{column_name(f, lang, report.columns)}»" for f in params["fields"])
    return TEXTS(f"file.{report.problem}", lang, **params)


def reason_text(row: RefusedRow, lang: str) -> str:
    """Why a row is refused, with the nearest valid value where there is one."""
    reason = TEXTS(f"row.{row.key}", lang, nearest=row.nearest)
    if not row.nearest or row.nearest in reason:
        return reason
    return f"{reason} {TEXTS('import.nearest', lang, nearest=row.nearest)}"


def not_shown(report: Report) -> int:
    """How many rows are refused beside those that are shown."""
    return report.refused_count - len({row.line for row in report.refused})


def lines(report: Report, lang: str, done: bool) -> list[str]:
    """The summary for a terminal. done: it was imported, not only examined."""
    if report.problem:
        return [problem_text(report, lang)]
    found = [
        TEXTS(
            "import.read",
            lang,
            rows=thousands(report.rows, lang),
            coding=report.coding if report.coding.startswith("XLSX") else report.coding.upper(),
            ignored=report.ignored,
        )
    ]
    if report.refused_count:
        key = "import.refused_least" if report.stopped else "import.refused"
        found.append(TEXTS(key, lang, n=thousands(report.refused_count, lang)))
        for row in report.refused:
            column = column_name(row.column, lang, report.columns)
            place = TEXTS("import.place", lang, line=row.line, column=column)
            found.append(f"  {place}: {reason_text(row, lang)}")
        more = not_shown(report)
        return [*found, TEXTS("import.more", lang, n=thousands(more, lang))] if more else found
    if report.changes is not None:
        counts = {k: thousands(getattr(report.changes, k), lang) for k in ("new", "changed", "same", "gone")}
        if not report.whole:
            del counts["gone"]
            found.append(TEXTS("import.stays" if done else "import.would_stay", lang, **counts))
        else:
            found.append(TEXTS("import.changed" if done else "import.would_change", lang, **counts))
    return found


def refused_csv(
    rows: Sequence[RefusedRow], columns: Mapping[str, str], lang: str, stopped: bool = False
) -> bytes:
    """Refused rows as a table: line, column, reason. With a mark, so that Excel reads its letters. stopped:
    the rest of the file was not read, which a last line says."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([TEXTS(f"page.{key}", lang) for key in ("line", "column", "reason")])
    for row in rows:
        name = column_name(row.column, lang, columns)
        if name[:1] in "=+-@\t\r＝＋－＠":  # a source's own name of a column is no formula
            name = "'" + name
        writer.writerow([row.line, name, reason_text(row, lang)])
    if stopped:
        count = len({row.line for row in rows})
        writer.writerow(["", "", TEXTS("import.not_read", lang, n=thousands(count, lang))])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
