"""The priority question: the usual answer first and biggest, then the groups, with their papers announced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.type import line_px
from kiosk.layout.frame import Rect, body, foot, head, shares
from kiosk.layout.names import fitting_name, least_name
from kiosk.layout.panel import BUTTON_MM, LARGE, TARGET_MM, Panel
from kiosk.view import Grid, Look

QUESTION_HEAD_MM = 129.0
WIDE_GRIDS = ((2, 3), (2, 2), (1, 3), (1, 2))  # columns, rows; the usual answer takes the first cell


@dataclass(frozen=True)
class Groups:
    """The list of groups on a panel: rows on a tall one, cells on a wide one."""

    panel: Panel
    look: Look

    @property
    def px(self) -> int:
        return self.panel.cap(self.panel.type.action * (LARGE if self.look.large else 1))

    def body(self) -> Rect:
        return body(self.panel, head(self.panel, QUESTION_HEAD_MM, self.look), foot(self.panel))

    def parts(self, grid: Grid) -> tuple[list[Rect], dict[str, Rect]]:
        """The places of answers, the usual one first, and the boxes "heading", "note", "arrows" if any."""
        return self._tall(grid) if self.panel.portrait else self._wide(grid)

    def grids(self, turning: bool) -> Iterator[Grid]:
        return self._tall_grids(turning) if self.panel.portrait else self._wide_grids(turning)

    def name_width(self, grid: Grid) -> int:
        beside = 30.0 if self.panel.portrait and grid.columns == 1 else 8.0
        return self.parts(grid)[0][1].width - self.panel.mm(beside)

    def fits(self, pair: tuple[str, str], grid: Grid) -> bool:
        px = least_name(self.panel, self.look)
        return fitting_name(pair, self.name_width(grid), grid.lines, px, False) is not None

    def largest(self, turning: bool) -> Grid:
        return max(self.grids(turning), key=lambda g: (self.name_width(g) * g.lines, g.rows))

    # --- a tall panel -----------------------------------------------------------------------------------

    def _tall(self, grid: Grid) -> tuple[list[Rect], dict[str, Rect]]:
        panel, area, gap = self.panel, self.body(), self.panel.gap
        heading = line_px(self.px if grid.columns == 1 else least_name(panel, self.look))
        heights = [panel.mm(28.0 if self.look.low else 37.0), heading]
        heights += [self._row(grid)] * grid.rows
        arrows = grid.turning and panel.touch
        heights += [panel.mm(BUTTON_MM)] * arrows
        heights.append(panel.mm(16.0 if self.look.low else 20.5))
        after = [gap // 2, 0] + [gap] * (len(heights) - 2)
        used = sum(heights) + sum(after[:-1])
        y = max(area.y, area.bottom - used) if self.look.low else area.y
        boxes = []
        for high, space in zip(heights, after, strict=True):
            boxes.append(Rect(area.x, y, area.width, high))
            y += high + space
        named = {"heading": boxes[1], "note": boxes[-1]}
        if arrows:
            named["arrows"] = boxes[-2]
        rows = [shares(box, gap, [1] * grid.columns) for box in boxes[2 : 2 + grid.rows]]
        return [boxes[0], *(cell for row in rows for cell in row)], named

    def _row(self, grid: Grid) -> int:
        panel = self.panel
        if grid.columns == 2:
            return max(
                panel.mm(BUTTON_MM), grid.lines * line_px(least_name(panel, self.look)) + panel.mm(4.0)
            )
        return max(panel.mm(30.0), grid.lines * line_px(self.px) + panel.mm(6.0))

    def _tall_grids(self, turning: bool) -> Iterator[Grid]:
        """In one column; with "lower", where there is half the room, in two as well."""
        room = self.body().bottom
        for columns in (2, 1) if self.look.low else (1,):
            for lines in (1, 2, 3):
                for rows in range(8, 0, -1):
                    grid = Grid(columns, rows, lines, turning)
                    if rows == columns == 1 or self._tall(grid)[1]["note"].bottom <= room:
                        yield grid

    # --- a wide panel -----------------------------------------------------------------------------------

    def _wide(self, grid: Grid) -> tuple[list[Rect], dict[str, Rect]]:
        area, gap = self.body(), self.panel.gap
        boxes: dict[str, Rect] = {}
        if grid.turning:  # the arrows take the note's place in the foot
            boxes["note"] = Rect(area.x, 0, area.width, self.panel.mm(11.0))
            boxes["note"].bottom = area.bottom
            area.height -= boxes["note"].height + gap // 2
        rows = -(-(grid.size + 1) // grid.columns)
        wide = (area.width - gap * (grid.columns - 1)) // grid.columns
        high = (area.height - gap * (rows - 1)) // rows
        cells = [
            Rect(
                area.x + n % grid.columns * (wide + gap),
                area.y + n // grid.columns * (high + gap),
                wide,
                high,
            )
            for n in range(grid.size + 1)
        ]
        return cells, boxes

    def _wide_grids(self, turning: bool) -> Iterator[Grid]:
        for columns, rows in WIDE_GRIDS:
            grid = Grid(2, rows, 1, turning, taken=1) if columns == 2 else Grid(1, rows - 1, 1, turning)
            high = self._wide(grid)[0][0].height
            if high >= self.panel.mm(TARGET_MM):
                lines = max(1, high // line_px(least_name(self.panel, self.look)))
                yield Grid(grid.columns, grid.rows, lines, turning, grid.taken)
