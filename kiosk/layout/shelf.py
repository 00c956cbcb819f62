"""How many choices fit on a page: fewer things when names are long, never smaller letters.

Among the grids in which every name has room one is taken for the whole list, so that all its pages look
alike. A name that fits nowhere gives way to its short form, then to an ellipsis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from hardware.type import line_px
from kiosk.layout.frame import Rect, body, foot, head
from kiosk.layout.groups import Groups
from kiosk.layout.names import fitting_name, least_name, name_size
from kiosk.layout.panel import BUTTON_MM, LARGE, Panel
from kiosk.view import Grid, Look, Shelf

HOME_HEAD_MM = 116.5
HIGHEST_MM = {1: 52.0, 2: 58.0}  # by columns: a button of a tall panel that grows further gains nothing
ARROW_MM = 30.0
READ_MM = 17.0  # a choice that is only read holds its letter
SCAN_MM = 7.9  # the ink of a line of the least capitals; three rows of buttons stay below it
MIXED = 0.2  # of the names may be short among long ones
MOST_LINES = 4

Names = tuple[tuple[str, str], ...]


def make_shelf(panel: Panel) -> Shelf:
    """The shelf of a panel: remembers what it has worked out."""

    @lru_cache(maxsize=64)
    def shelf(kind: Literal["choices", "hinted", "groups"], names: Names, look: Look, /) -> Grid:
        return choose(
            Groups(panel, look) if kind == "groups" else Choices(panel, look, kind == "hinted"), names
        )

    return shelf


def choose(room: Choices | Groups, names: Names) -> Grid:
    """The grid for a list of names, each with its long and its short form."""
    for turning in (False, True):
        fitting = [
            g
            for g in room.grids(turning)
            if (turning or g.size >= len(names)) and all(room.fits(pair, g) for pair in names)
        ]
        if fitting:
            # One page: as roomy as it gets. Several: as few of them as possible.
            best = max(fitting, key=lambda g: g.size) if turning else min(fitting, key=lambda g: g.size)
            return replace(best, short=_mostly_short(room, names, best))
    turning = room.largest(False).size < len(names)
    return room.largest(turning)


def _mostly_short(room: Choices | Groups, names: Names, grid: Grid) -> bool:
    """Whether so many names need their short form that all should have it: a mixture looks like a mistake."""
    return sum(not room.fits((long, long), grid) for long, _ in names) > MIXED * len(names)


@dataclass(frozen=True)
class Choices:
    """The grid of authorities or services. `hinted`: a line says that there is a scanner."""

    panel: Panel
    look: Look
    hinted: bool = False

    @property
    def wait_px(self) -> int:
        return self.panel.cap(self.panel.type.wait * (LARGE if self.look.large else 1))

    @property
    def pad(self) -> int:
        """Above and below what stands in a button."""
        return self.panel.mm(4.6) if self.panel.portrait else 0

    @property
    def side(self) -> int:
        """Left and right of it; on a wide panel only right, for the letter stands at the edge."""
        return self.panel.mm(4.8 if self.panel.portrait else 2.0)

    @property
    def tile(self) -> int:
        """The width of what the letter stands on: a square, or on a wide panel the button's left end."""
        return self.panel.mm(15.9 if self.panel.portrait else 10.0)

    @property
    def apart(self) -> int:
        """Between the letter and the name."""
        return self.panel.mm(4.0 if self.panel.portrait else 2.2)

    @property
    def legend(self) -> int:
        """The height of the line that says what the signs mean; a small panel has none."""
        return line_px(self.panel.cap(self.panel.type.legend)) if self.panel.portrait else 0

    @property
    def gap(self) -> int:
        """Between two choices: fingers need more than eyes."""
        return self.panel.gap if self.panel.touch else self.panel.mm(2.0)

    @property
    def arrow(self) -> int:
        return self.panel.mm(ARROW_MM)

    @property
    def scan_line(self) -> Rect:
        """Where a wide panel tells of the scanner; a tall one has room in its head."""
        top = head(self.panel, HOME_HEAD_MM, self.look)
        high = 0 if self.panel.portrait or not self.hinted else self.panel.mm(SCAN_MM)
        return Rect(self.panel.margin, top.bottom, self.panel.width - 2 * self.panel.margin, high)

    def beside(self, grid: Grid) -> int:
        """The width kept for the wait beside the name; 0: it stands below."""
        return 0 if self.panel.portrait or grid.columns == 2 else self.panel.mm(46.0)

    def body(self) -> Rect:
        whole = body(self.panel, head(self.panel, HOME_HEAD_MM, self.look), foot(self.panel))
        line = self.scan_line.height
        return Rect(whole.x, whole.y + line, whole.width, whole.height - line)

    def area(self, turning: bool) -> Rect:
        """Where the grid lies: on a tall panel above the legend and the arrows."""
        whole = self.body()
        if self.panel.portrait:
            half = self.panel.gap // 2
            arrows = self.arrow + half if turning and self.panel.touch else 0
            whole.height -= self.legend + half + arrows
        return whole

    def cell(self, grid: Grid) -> tuple[int, int]:
        area, gap = self.area(grid.turning), self.gap
        wide = (area.width - gap * (grid.columns - 1)) // grid.columns
        high = (area.height - gap * (grid.rows - 1)) // grid.rows
        most = self.panel.mm(HIGHEST_MM[grid.columns]) if self.panel.portrait else high
        return wide, min(high, most)

    def name_width(self, grid: Grid) -> int:
        sides = 2 * self.side if self.panel.portrait else self.side
        return self.cell(grid)[0] - sides - self.tile - self.apart - self.beside(grid)

    def lines(self, grid: Grid) -> int:
        """How many lines of name a cell has room for."""
        high = self.cell(grid)[1]
        if high < self.panel.mm(BUTTON_MM if self.panel.touch else READ_MM):
            return 0
        wait = 0 if self.beside(grid) else line_px(self.wait_px)
        px = (name_size if self.panel.portrait else least_name)(self.panel, self.look)
        return min(MOST_LINES, (high - 2 * self.pad - wait) // line_px(px))

    def grids(self, turning: bool) -> Iterator[Grid]:
        """Every grid with room for at least one line of name (two on a tall panel) and the wait."""
        for columns in (2, 1):
            for rows in range(12, 0, -1):
                lines = self.lines(Grid(columns, rows, 1, turning))
                # Two columns of one-line names read badly on a tall panel; one column may have them.
                if lines >= (2 if self.panel.portrait and columns == 2 else 1):
                    yield Grid(columns, rows, lines, turning)

    def largest(self, turning: bool) -> Grid:
        """The grid with the roomiest cells."""
        return max(self.grids(turning), key=lambda g: (self.name_width(g) * g.lines, g.rows))

    def fits(self, pair: tuple[str, str], grid: Grid) -> bool:
        px = least_name(self.panel, self.look)
        return fitting_name(pair, self.name_width(grid), grid.lines, px, not self.panel.portrait) is not None

    def cells(self, grid: Grid, count: int) -> list[Rect]:
        """The cells of a page, from the left and from the top; low on a tall panel."""
        area, gap = self.area(grid.turning), self.gap
        wide, high = self.cell(grid)
        rows = grid.rows if grid.turning else -(-count // grid.columns)
        top = area.bottom - rows * high - (rows - 1) * gap if self.panel.portrait else area.y
        return [
            Rect(area.x + n % grid.columns * (wide + gap), top + n // grid.columns * (high + gap), wide, high)
            for n in range(count)
        ]
