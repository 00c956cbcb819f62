"""The panel in pixels and millimetres, and the sizes of type and space on it.

Every length on the screen starts as millimetres here: fingers and eyes do not know pixels. The floors come
from what a panel is checked for: targets, reach and capitals.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot
from typing import Final

from hardware.type import CAP_HEIGHT

MM_PER_INCH: Final = 25.4
TARGET_MM: Final = 20.0  # anything to touch, both ways
BUTTON_MM: Final = 25.0  # a choice: high
GAP_MM: Final = 5.0  # between two targets
NEEDED_MM: Final = 7.3  # capitals of what must be read (0.7 degrees at 600 mm)
LEAST_MM: Final = 4.8  # capitals of anything (ADA 707.7.2)
NUMBER_MM: Final = 60.0  # capitals of the citizen's number, where there is room
LOW_REACH_MM: Final = 1000.0  # from the floor: with "lower", no target is centred above
LARGE: Final = 1.25  # what "text size" does
PORTRAIT_INCH, LANDSCAPE_INCH = 21.5, 10.1  # the panels of the pictures, where a file gives none


class BadPanel(ValueError):
    """A panel that no layout fits; one sentence."""


@dataclass(frozen=True)
class Type:
    """Capital heights in mm, by what is written."""

    hall: float
    clock: float
    title: float
    hint: float
    name: float
    wait: float
    legend: float
    label: float
    action: float
    value: float


# Drawn sizes of the two families of pictures. On the small one only names and titles reach 7.3 mm.
_PORTRAIT: Final = Type(6.2, 10.3, 13.2, 7.5, 7.7, 7.5, 5.6, 5.7, 8.3, 11.0)
_LANDSCAPE: Final = Type(5.0, 7.55, 7.55, 5.0, NEEDED_MM, 5.0, 5.0, 5.0, NEEDED_MM, 7.4)


@dataclass(frozen=True)
class Panel:
    """A screen on a wall. `bottom_mm`: from the floor to the lower edge of its picture; `touch`: feels
    fingers, else wired buttons do what the screen says they do."""

    width: int
    height: int
    diagonal_in: float
    bottom_mm: float = 770.0
    touch: bool = True

    @classmethod
    def of(
        cls,
        size: tuple[int, int],
        diagonal_in: float | None = None,
        bottom_mm: float = 770.0,
        touch: bool = True,
    ) -> Panel:
        """The panel of `size` pixels. Raises BadPanel when its pixels cannot carry the least sizes."""
        inches = diagonal_in or (PORTRAIT_INCH if size[1] > size[0] else LANDSCAPE_INCH)
        panel = cls(*size, inches, bottom_mm, touch)
        short, long = sorted((size[0] / panel.px_per_mm, size[1] / panel.px_per_mm))
        if short < 130 or long < 210:
            raise BadPanel(f"a panel of {inches:g} inches is too small to touch: it takes 10 at least")
        if panel.px_per_mm < 2:
            raise BadPanel(f"{size[0]}x{size[1]} pixels on {inches:g} inches are too coarse to read")
        return panel

    @property
    def px_per_mm(self) -> float:
        return hypot(self.width, self.height) / (self.diagonal_in * MM_PER_INCH)

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def type(self) -> Type:
        return _PORTRAIT if self.portrait else _LANDSCAPE

    def mm(self, length: float) -> int:
        """A length in pixels, never shorter than asked."""
        return ceil(length * self.px_per_mm - 1e-6)

    def cap(self, height_mm: float) -> int:
        """The type size in pixels whose capitals are so high, never lower."""
        return ceil(height_mm * self.px_per_mm / CAP_HEIGHT - 1e-6)

    def from_floor(self, y: float) -> float:
        """The height of a row of pixels above the floor, in mm."""
        return self.bottom_mm + (self.height - y) / self.px_per_mm

    @property
    def gap(self) -> int:
        return self.mm(GAP_MM)

    @property
    def margin(self) -> int:
        return self.mm(11.8 if self.portrait else 4.0)
