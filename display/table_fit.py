"""Table fit: how large the dossiers' rows are for who reads them, and how many a page has.

Knows eyes, columns and their widths in ems; keeps out what is in a row. What a visitor must act on has
capitals of D/155 where that leaves three rows, at least D/200 (see `fit`); D is to the seat from which
dossiers are read. Rows stand in one line, or in two where the panel is too narrow for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from display.fit import ROW_RATIO, WORD_RATIO, Panel
from display.marks import Box
from hardware import type as letters

LINE: Final = letters.LINE
CODE_EM: Final = 6 * 0.65 + 0.61 + 4 * 0.70  # date, dash, and a heavier serial of four figures
AUTHORITY_EM: Final = 4.2  # "Xây dựng"; what is longer is drawn smaller, then cut
SIGN_EM: Final = 1.02  # the icon of a standing and the air behind it
GAP_EM: Final = 0.26
MOST_ROWS: Final = 40
FEW_ROWS: Final = 3  # below that rather smaller letters
# In ems of the words above the table.
TITLE, HEADS, AIR, FOOT, SPARE = 1.5, 1.45, 0.3, 0.25, 0.4

Kind = Literal["line", "stacked"]


@dataclass(frozen=True)
class Widths:
    """The widest words of a language, in ems: a standing, and what stands in the last column."""

    standing: float
    last: float

    @property
    def line(self) -> float:
        """A row in one line, in ems."""
        return CODE_EM + AUTHORITY_EM + SIGN_EM + self.standing + self.last + 3 * GAP_EM

    @property
    def stacked(self) -> float:
        """The wider of a row's two lines."""
        return max(CODE_EM + self.last, SIGN_EM + self.standing + AUTHORITY_EM) + 2 * GAP_EM


@dataclass(frozen=True)
class Grid:
    """Where the parts of a page lie. `px`: em of rows; `word`: of title and headings; `least`: of all."""

    kind: Kind
    px: int
    word: int
    least: int
    rows: int
    title: Box
    heads: Box
    body: Box


def grid(box: Box, margin: int, table: Panel, widths: Widths, rows: int | None = None) -> Grid | None:
    """The best page of dossiers in this box of the panel; None when none can be read from the seat.

    rows: of a page that was made before for a box of another height: they stand closer, or their letters
    are smaller, but none is lost.
    """
    if rows is not None:
        found = grid(box, margin, table, widths)
        return None if found is None else squeezed(found, rows)
    best: Grid | None = None
    for candidate in candidates(box, margin, table, widths):
        if candidate.rows >= FEW_ROWS:
            return candidate
        if candidate.rows and (best is None or candidate.rows > best.rows):
            best = candidate
    return best


def candidates(box: Box, margin: int, table: Panel, widths: Widths) -> Iterator[Grid]:
    """Pages that keep the rule, best first."""
    room = box.width - 2 * margin
    most, least = table.least(ROW_RATIO), table.least(WORD_RATIO)
    ems: dict[Kind, float] = {"line": widths.line, "stacked": widths.stacked}
    kinds: tuple[Kind, ...] = ("line", "stacked")
    for kind in kinds:
        if ems[kind] * most <= room:
            yield parts(box, margin, kind, most, least)
    for kind in kinds:
        px = min(most, int(room / ems[kind]))
        if px >= least:
            yield parts(box, margin, kind, px, least)
            yield parts(box, margin, kind, least, least)


def parts(box: Box, margin: int, kind: Kind, px: int, word: int) -> Grid:
    lines = 1 if kind == "line" else 2
    width = box.width - 2 * margin
    air = round(AIR * word)
    title = Box(margin, box.y + air, width, round(lines * TITLE * word))
    heads = Box(margin, title.bottom, width, round(HEADS * word) if kind == "line" else air)
    foot = round(FOOT * word)
    body = Box(margin, heads.bottom, width, max(0, box.bottom - foot - heads.bottom))
    pitch = math.ceil(lines * LINE * px)
    rows = min(MOST_ROWS, body.height // pitch)
    if kind == "line" and rows:  # what is left over parts the headings from the title
        spare = min(round(SPARE * word), (body.height - rows * pitch) // 2)
        heads = heads._replace(y=heads.y + spare)
        body = body._replace(y=body.y + spare, height=body.height - spare)
    return Grid(kind, px, word, word, rows, title, heads, body)


def squeezed(found: Grid, rows: int) -> Grid:
    """The same page with another number of rows."""
    lines = 1 if found.kind == "line" else 2
    px = min(found.px, max(1, int(found.body.height / max(1, rows) / lines / LINE)))
    return replace(found, rows=rows, px=px, least=min(found.least, px))


@lru_cache(maxsize=32)
def em(text: str, weight: int) -> float:
    """The width of words in ems, figures in their cells."""
    signs = sum(letters.FIGURE_CELL[weight] for sign in text if sign in letters.FIGURES)
    rest = "".join(sign for sign in text if sign not in letters.FIGURES)
    return signs + letters.width(rest, 200, weight) / 200 + 0.02 * len(rest)
