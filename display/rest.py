"""Rest: when a wall may let its panel rest, and how far it moves what stands still.

Knows opening times and minutes; keeps out pictures and power switches. A panel that shows the same all
night is burnt in after some months; one that is dark outside the hours is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from broker.messages import Opening

BEFORE: Final = timedelta(minutes=30)  # people wait at the door, and officers come
AFTER: Final = timedelta(minutes=15)  # of the hours, and of a call that was made outside of them
# While a wall is awake its picture moves by a step every so often, around a small square: enough for the
# edges of cards and letters that stand all day, and nobody sees it.
STEP_MIN: Final = 10
STEPS: Final = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))


def awake(openings: Sequence[Opening], now: datetime, called_at: datetime | None) -> bool:
    """Whether somebody may be looking.

    Always, without opening times, and when all of them are over: then nobody has told the next, as the server
    does, for days, and a dark wall might be in an open hall.
    """
    called = called_at is not None and called_at <= now < called_at + AFTER
    if called or next_opening(openings, now) is None:
        return True
    return any(opening.opens - BEFORE <= now < opening.closes + AFTER for opening in openings)


def changes(openings: Sequence[Opening], called_at: datetime | None) -> list[datetime]:
    """The instants at which `awake` may change."""
    edges = [edge for o in openings for edge in (o.opens - BEFORE, o.closes + AFTER)]
    return edges if called_at is None else [*edges, called_at + AFTER]


def next_opening(openings: Sequence[Opening], now: datetime) -> datetime | None:
    return min((opening.opens for opening in openings if opening.opens > now), default=None)


def drift(now: datetime) -> tuple[int, int]:
    """How many steps right and down the picture stands at this time."""
    return STEPS[int(now.timestamp() // (60 * STEP_MIN)) % len(STEPS)]
