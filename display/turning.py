"""Turning: which page of several stands now, each for its time, and on after an interruption.

Knows one position and how long it has stood; keeps out what is on the pages. Only time in which the page was
seen counts, so that a call which takes the wall takes nothing from anybody who reads.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PAINT: Final = timedelta(seconds=0.2)  # a page may be painted so much later than it is due
LEAST: Final = timedelta(seconds=5)  # a page that comes back stays at least so long


class Turning:
    """Pages one after the other. Tell it with `seen` whenever they begin or cease to be seen."""

    def __init__(self, stands_s: float) -> None:
        self.index = 0
        self._stands = timedelta(seconds=stands_s) + PAINT
        self._left: timedelta | None = None  # of an interrupted page, when it is seen again
        self._ends: datetime | None = None  # while it is seen

    def seen(self, seen: bool, now: datetime) -> None:
        """From now on the page is seen, or is not."""
        if seen and self._ends is None:
            self._ends = now + (self._stands if self._left is None else self._left)
        elif not seen and self._ends is not None:
            self._left = max(self._ends - now, LEAST)
            self._ends = None

    def stands(self, seconds: float) -> None:
        """Pages that begin from now on stand so long."""
        self._stands = timedelta(seconds=seconds) + PAINT

    @property
    def due(self) -> datetime | None:
        """When the next page's turn is; None while no page is seen."""
        return self._ends

    def turn(self, now: datetime) -> bool:
        """Go on to the next page if it is time; it stands from now on, however late that is."""
        if self._ends is None or now < self._ends:
            return False
        self.index += 1
        self._ends, self._left = now + self._stands, None
        return True

    def back(self, step: timedelta) -> None:
        """The clock was set back by `step`."""
        if self._ends is not None:
            self._ends -= step

    def first(self) -> None:
        """Begin again, with whole time."""
        self.index = 0
        self._left = self._ends = None
