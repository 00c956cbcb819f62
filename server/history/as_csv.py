"""A report as CSV: RFC 4180, UTF-8 with a mark so that spreadsheets see Vietnamese, and no formula in it.

Figures are written for programs: 1234, 93.4, 0:07:05, 2026-11-23, 08:12. Tables follow one another, an empty
line between them.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from server.history.table import Kind, Report, Value

MARK: Final = "\ufeff"
# What a spreadsheet may take for a formula, also behind blanks and quotes; full-width signs are read as the
# plain ones by spreadsheets of East Asia.
FORMULA: Final = re.compile(r"[\s\"'\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠]")


def csv(report: Report) -> bytes:
    lines = [[harmless(report.title)], *([harmless(line)] for line in report.lines)]
    for table in report.tables:
        lines += [[], [harmless(table.title)], [harmless(c.head) for c in table.columns]]
        lines += [
            [plain(cell.value, table.kind(cell, n)) for n, cell in enumerate(row)] for row in table.rows
        ]
    lines += [[]] + [[harmless(term), harmless(text)] for term, text in report.definitions]
    return (MARK + "".join(",".join(map(quoted, line)) + "\r\n" for line in lines)).encode()


def plain(value: Value, kind: Kind) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case datetime():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    if kind is Kind.DURATION:
        return f"{value // 3600}:{value // 60 % 60:02}:{value % 60:02}"
    return str(value)


def harmless(text: str) -> str:
    """The same text, with an apostrophe before what a spreadsheet would work out."""
    return "'" + text if FORMULA.match(text) else text


def quoted(field: str) -> str:
    if any(mark in field for mark in ',"\r\n'):
        return '"' + field.replace('"', '""') + '"'
    return field
