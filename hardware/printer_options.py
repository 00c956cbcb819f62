"""The options of a printer's URL, and the head that they describe.

Knows which options printers have and their values; how options are written is `hardware.url_options`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hardware.print_head import Head
from hardware.printer_pace import BAUDS, checked_baud
from hardware.printer_profiles import head_of
from hardware.url_options import choice, number, read_options

PAPER: Final = ("width", "profile", "mode", "lean")  # every driver has these


class Options:
    """The options of one URL. Every mistake is a ValueError with one sentence."""

    def __init__(self, query: str, known: Iterable[str]) -> None:
        self._told = read_options(query, sorted({*PAPER, *known}))

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        return choice(self._told, name, values, default)

    def baud(self, head: Head) -> int:
        """The speed of a serial line at which tickets for `head` are out in time."""
        told = self._told.get("baud", "115200")
        if told not in map(str, BAUDS):
            number = int(told) if told.isdecimal() else 115200
            near = min(BAUDS, key=lambda rate: abs(rate - number))
            raise ValueError(f"there is no speed of {told} baud, the nearest is {near}")
        return checked_baud(head, int(told))

    def number(self, name: str, default: float, low: float, high: float) -> float:
        return number(self._told, name, default, low, high)

    def head(self, width_mm: int | None = None, lean: bool = False) -> Head:
        """The head that `profile`, `width`, `mode` and `lean` describe, 80 mm of pictures if none does."""
        width = self.choice("width", ("58", "80"), str(width_mm or "80"))
        asked = int(width) if "width" in self._told or width_mm else None
        mode = self.choice("mode", ("raster", "text", "auto"), "auto")
        lean = self.choice("lean", ("yes", "no"), "yes" if lean else "no") == "yes"
        return head_of(self._told.get("profile"), asked, mode, lean)
