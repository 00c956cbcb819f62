"""What stands behind the question mark of a printer's URL, read strictly.

Knows options, their values, and the sentence for each mistake with the nearest thing that would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from hardware.print_head import Head
from hardware.printer_pace import BAUDS, checked_baud
from hardware.printer_profiles import head_of

PAPER: Final = ("width", "profile", "mode", "lean")  # every driver has these


class Options:
    """The options of one URL. Every mistake is a ValueError with one sentence."""

    def __init__(self, query: str, known: Iterable[str]) -> None:
        try:
            pairs = parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
        except ValueError:
            raise ValueError(f"'{query}' is not written as name=value&name=value") from None
        self._told = dict(pairs)
        allowed = sorted({*PAPER, *known})
        for name in self._told:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                hint = f"the nearest is '{near[0]}'" if near else f"there are {', '.join(allowed)}"
                raise ValueError(f"unknown option '{name}', {hint}")
            if [said for said, _ in pairs].count(name) > 1:
                raise ValueError(f"'{name}' is said twice, say only {name}={self._told[name]}")

    def text(self, name: str, default: str = "") -> str:
        return self._told.get(name, default)

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        told = self._told.get(name, default)
        if told not in values:
            raise ValueError(
                f"{name} is {' or '.join(values)}, not '{told}': the nearest is '{nearest(told, values)}'"
            )
        return told

    def baud(self, head: Head) -> int:
        """The speed of a serial line at which tickets for `head` are out in time."""
        told = self._told.get("baud", "115200")
        if told not in map(str, BAUDS):
            number = int(told) if told.isdecimal() else 115200
            near = min(BAUDS, key=lambda rate: abs(rate - number))
            raise ValueError(f"there is no speed of {told} baud, the nearest is {near}")
        return checked_baud(head, int(told))

    def number(self, name: str, default: float, low: float, high: float) -> float:
        told = self._told.get(name)
        if told is None:
            return default
        try:
            value = float(told)
        except ValueError:
            raise ValueError(f"{name} is a number, not '{told}'") from None
        if not low <= value <= high:
            raise ValueError(f"{name} is {low:g} to {high:g}, not {told}")
        return value

    def head(self, width_mm: int | None = None, lean: bool = False) -> Head:
        """The head that `profile`, `width`, `mode` and `lean` describe, 80 mm of pictures if none does."""
        width = self.choice("width", ("58", "80"), str(width_mm or "80"))
        asked = int(width) if "width" in self._told or width_mm else None
        mode = self.choice("mode", ("raster", "text", "auto"), "auto")
        lean = self.choice("lean", ("yes", "no"), "yes" if lean else "no") == "yes"
        return head_of(self._told.get("profile"), asked, mode, lean)


def nearest(told: str, known: Iterable[str]) -> str:
    """What was probably meant; the first there is where nothing is like it."""
    words = list(known)
    return (difflib.get_close_matches(told, words, n=1, cutoff=0.3) or words)[0]
