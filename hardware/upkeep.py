"""What every program with a screen does when staff ask for it: its picture, and the last lines of its log.

Knows screen and log; keeps out who asks and how the answer travels.
"""

from __future__ import annotations

from typing import Final

from hardware.log import tail
from hardware.memory import give_back
from hardware.screen import Screen

LONGEST_PX: Final = 1280  # of a picture's longer side: to see what is on, not to measure it


def picture(screen: Screen) -> bytes:
    """What is on the screen now, as PNG. In the program's loop, where the picture is whole."""
    wide, high = screen.size
    made = screen.png(round(wide * min(1.0, LONGEST_PX / max(wide, high))))
    give_back()  # copies of a large picture, which this program never needs again
    return made


def log_lines() -> bytes:
    """The last lines of this program's log, without what could name or open something."""
    return tail.text().encode("utf-8", "replace")
