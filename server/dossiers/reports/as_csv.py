"""The form as CSV: UTF-8 with a mark so that spreadsheets see Vietnamese, no formula in it, blanks blank.

Three lines of header, a word in the first cell of what it spans; then the lines, then their sum. Figures are
plain, 35591, for programs. What is said of the table stands above and below it, an empty line apart.
"""

from __future__ import annotations

from server.dossiers.reports.sheet import WIDTH, Sheet, head_rows
from server.history.as_csv import MARK, harmless, quoted


def csv(sheet: Sheet) -> bytes:
    rows: list[list[str]] = [[sheet.title], *([line] for line in sheet.above), []]
    for level in head_rows(sheet.heads):
        row = [""] * WIDTH
        for word, head in level:
            row[head.left] = word
        rows.append(row)
    rows += [["" if cell is None else str(cell) for cell in row] for row in sheet.cells()]
    rows += [[], *([line] for line in sheet.below)]
    lines = (",".join(quoted(harmless(cell)) for cell in row) + "\r\n" for row in rows)
    return (MARK + "".join(lines)).encode()
