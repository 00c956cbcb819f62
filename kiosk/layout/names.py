"""Names of authorities, services and groups: which form fits, and where it is broken into lines."""

from __future__ import annotations

from hardware import type as letters
from hardware.canvas import wrap
from kiosk.layout.panel import LARGE, NEEDED_MM, Panel
from kiosk.view import Look

WEIGHT = 700
LARGE_WIDE = 1.06  # of the usual: what names grow by at least on a wide panel, where they need two lines
# Before these a name breaks best: "Sở Tài nguyên / và Môi trường".
LINKING = frozenset(("và", "các", "khu", "tỉnh", "thành", "phường", "xã", "and", "of", "for", "in"))
ENDING = ("–", "-", ",", ":")  # and after these


def name_size(panel: Panel, look: Look) -> int:
    """The size names are drawn in, in pixels."""
    return panel.cap(panel.type.name * (LARGE if look.large else 1))


def least_name(panel: Panel, look: Look) -> int:
    """Names may be drawn a little smaller, to the floor of what must be read."""
    large = LARGE if panel.portrait else LARGE_WIDE
    return panel.cap(NEEDED_MM * (large if look.large else 1))


def fitting_name(pair: tuple[str, str], width: int, lines: int, px: int, short_first: bool) -> str | None:
    """The long or the short form of a name, whichever fits into so many lines; None: neither."""
    for name in pair[::-1] if short_first else pair:
        wrapped = wrap(name, width, px, WEIGHT)
        if wrapped is not None and len(wrapped) <= lines:
            return name
    return None


def broken(name: str, width: int, px: int, weight: int = WEIGHT) -> str:
    """A name that needs two lines, with the line feed where it reads best; any other as it is."""
    if letters.width(name, px, weight) <= width:
        return name
    words = name.split()
    halves = [(" ".join(words[:n]), " ".join(words[n:]), words[n].lower()) for n in range(1, len(words))]
    good = [half for half in halves if max(letters.width(line, px, weight) for line in half[:2]) <= width]
    linked = [half for half in good if half[2] in LINKING or half[0].endswith(ENDING)]
    if not good:
        return name
    # As even as it gets; of two alike the one with the longer first line.
    first, second, _ = min(linked or good, key=lambda half: (abs(len(half[0]) - len(half[1])), -len(half[0])))
    return f"{first}\n{second}"
