"""What a ticket must know of the printer it is made for: the paper, the dots of its head, and what it can do.

Knows numbers only; which printer has which is `hardware.printer_profiles`', what is done with them the
layout's and the encoder's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CHARACTER_DOTS: Final = 12  # width of Epson's font A


@dataclass(frozen=True)
class Head:
    """A printer's head and its paper.

    lean: the wire is slow, so a ticket is drawn and sent in as few bytes as it takes (`hardware.escpos`).
    """

    width_mm: int  # of the paper: 58 or 80
    dots: int  # printable ones, side by side
    dots_per_mm: float = 8.0  # 203 dpi
    raster: bool = True  # prints pictures; else letters of its own
    cutter: bool = True
    lean: bool = False
    columns: int = 0  # letters of its own in one line; 0: as many as Epson's font A has room for

    @property
    def dpi(self) -> int:
        return round(self.dots_per_mm * 25.4)

    @property
    def letters(self) -> int:
        """Letters of the printer's own in a line."""
        return self.columns or self.dots // CHARACTER_DOTS


HEADS: Final = {80: Head(80, 576), 58: Head(58, 384)}  # the usual ones, by paper width in mm
STANDARD: Final = HEADS[80]
