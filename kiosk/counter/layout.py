"""Where things stand on the pages that a citizen answers, in pixels. Pure numbers.

Two families. Across: the 7-inch panel of the pictures, 800 x 480 at 5.25 px/mm, scaled to the surface.
Upright, as on a kiosk: rows from the lower edge up, in millimetres, so that a seated person reaches all of
them. Targets of at least 20 mm, 5 mm apart. Knows no colours, and of words only how high they must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot
from typing import Final

import pygame

from hardware.type import CAP_HEIGHT, line_px
from kiosk.layout.panel import BUTTON_MM, GAP_MM, LEAST_MM, MM_PER_INCH

DESIGN: Final = (800, 480)
MARGIN, GAP = 14, 27  # of the design
ROW_MM: Final = 35.0  # upright: a face or an answer
BELOW_MM: Final = 22.0  # under the foot of a kiosk: no target is centred below 800 mm from the floor
AT_HAND_MM: Final = 4.9  # capitals to be read at 400 mm, before one on a desk (EN 301 549 5.1.4)
TITLE_MM, WORDS_MM = 13.2, 8.3  # upright, as on the kiosk's own pages

Row = list[pygame.Rect]


@dataclass(frozen=True)
class Sheet:
    """The parts of one page. choices: best first. about: whose visit it is, or how far the questions are.

    away: where a guest takes a number. beside: a face stands to the left of its words, not above.
    """

    title: pygame.Rect
    about: pygame.Rect
    choices: tuple[pygame.Rect, ...]
    skip: pygame.Rect
    away: pygame.Rect | None = None
    beside: bool = False


class Layout:
    """The pages of one surface. needed_mm: capitals of what must be read, from where people stand."""

    def __init__(self, size: tuple[int, int], px_per_mm: float, needed_mm: float = AT_HAND_MM) -> None:
        self.size, self._px_per_mm = size, px_per_mm
        self.tall = size[1] > size[0]
        self.scale = min(size[0] / DESIGN[0], size[1] / DESIGN[1])
        self._shift = tuple((whole - own * self.scale) / 2 for whole, own in zip(size, DESIGN, strict=True))
        self.needed, self.least = self._cap(needed_mm), self._cap(LEAST_MM)
        if self.tall:
            self.title = max(self.needed, min(self._cap(TITLE_MM), size[0] // 13))
            self.words = max(self.needed, min(self._cap(WORDS_MM), size[0] // 16))
        else:
            self.title = max(self.needed, self.px(43))
            self.words = max(self.needed, self.px(37))

    @classmethod
    def of_panel(cls, size: tuple[int, int], diagonal_in: float, needed_mm: float = AT_HAND_MM) -> Layout:
        """The layout of a whole panel, by its diagonal in inches."""
        return cls(size, hypot(*size) / (diagonal_in * MM_PER_INCH), needed_mm)

    # --- pages ------------------------------------------------------------------------------------------

    def faces(self, levels: int, guest: bool) -> Sheet:
        if self.tall:
            return self._rows(levels, guest)
        if levels == 5:
            return self._five(guest)
        wide = (DESIGN[0] - 2 * MARGIN - (levels - 1) * GAP) / levels
        top, high = (70, 230) if guest else (76, 204)
        choices = tuple(self.rect(MARGIN + n * (wide + GAP), top, wide, high) for n in range(levels))
        if guest:
            return Sheet(
                title=self.rect(MARGIN, 4, 772, 62),
                about=self.rect(MARGIN, 304, 772, 68),
                choices=choices,
                skip=self.rect(414, 376, 372, 92),
                away=self.rect(MARGIN, 376, 372, 92),
            )
        return Sheet(
            title=self.rect(MARGIN, 8, 772, 62),
            about=self.rect(MARGIN, 284, 526, 194),
            choices=choices,
            skip=self.rect(556, 360, 230, 106),
        )

    def reasons(self, choices: int) -> Sheet:
        """Up to five choices; the sixth place is for skipping."""
        if self.tall:
            return self._rows(choices, False)
        cells = [self.rect(MARGIN + n % 2 * 400, 86 + n // 2 * 133, 372, 106) for n in range(6)]
        return Sheet(self.rect(MARGIN, 14, 772, 62), self.rect(0, 0, 0, 0), tuple(cells[:choices]), cells[5])

    def inquiry(self) -> Sheet:
        """Three answers."""
        if self.tall:
            return self._rows(3, False)
        return Sheet(
            title=self.rect(MARGIN, 0, 772, 102),
            about=self.rect(601, 103, 185, 106),
            choices=tuple(self.rect(MARGIN, 103 + n * 133, 560, 106) for n in range(3)),
            skip=self.rect(601, 369, 185, 106),
        )

    def _five(self, guest: bool) -> Sheet:
        """Five words do not stand side by side on a small panel at a size that can be read: three and two."""
        title, about, between = (50, 67, 19) if guest else (48, 96, GAP)
        top = title + about + 4
        wide, high = (DESIGN[0] - 2 * MARGIN - 2 * GAP) / 3, (DESIGN[1] - 2 - top - between) / 2
        cells = [
            self.rect(MARGIN + n % 3 * (wide + GAP), top + n // 3 * (high + between), wide, high)
            for n in range(6)
        ]
        last = cells[5]
        gap = self._mm(GAP_MM)
        part = (last.height - gap) // 2 if guest else self.px(106)
        skip = pygame.Rect(last.left, last.bottom - part, last.width, part)
        return Sheet(
            title=self.rect(MARGIN, 0, 772, title),
            about=self.rect(MARGIN, title, 772, about),
            choices=tuple(cells[:5]),
            skip=skip,
            away=pygame.Rect(last.left, last.top, last.width, part) if guest else None,
        )

    def _rows(self, choices: int, guest: bool) -> Sheet:
        wide, high = self.size
        large = wide / self._px_per_mm >= 200
        margin, below = (self._mm(11.8), self._mm(BELOW_MM)) if large else (self._mm(GAP_MM),) * 2
        gap, foot = self._mm(GAP_MM), self._mm(BUTTON_MM)
        across = wide - 2 * margin
        title = 2 * line_px(self.title)
        low = high - below - foot
        room = low - gap - title - gap - margin - 2 * line_px(self.needed) - (choices - 1) * gap
        row = min(self._mm(ROW_MM), room // choices)
        top = low - choices * row - choices * gap
        rows = tuple(pygame.Rect(margin, top + n * (row + gap), across, row) for n in range(choices))
        heading = pygame.Rect(margin, top - gap - title, across, title)
        half = (across - gap) // 2
        return Sheet(
            title=heading,
            about=pygame.Rect(margin, margin, across, heading.top - margin),
            choices=rows,
            skip=pygame.Rect(wide - margin - half, low, half, foot),
            away=pygame.Rect(margin, low, half, foot) if guest else None,
            beside=True,
        )

    # --- measures ---------------------------------------------------------------------------------------

    def px(self, length: float) -> int:
        """A length of the design."""
        return max(1, round(length * self.scale))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the design."""
        return self._shift[0] + x * self.scale, self._shift[1] + y * self.scale

    def rect(self, x: float, y: float, wide: float, high: float) -> pygame.Rect:
        """A rectangle of the design."""
        left, top = self.at(x, y)
        right, bottom = self.at(x + wide, y + high)
        return pygame.Rect(round(left), round(top), round(right) - round(left), round(bottom) - round(top))

    def _mm(self, length: float) -> int:
        return ceil(length * self._px_per_mm - 1e-6)

    def _cap(self, height_mm: float) -> int:
        """The type size whose capitals are so high, never lower."""
        return ceil(height_mm * self._px_per_mm / CAP_HEIGHT - 1e-6)
