"""Current: how the call that is the hero looks while time passes.

Knows the gold frame and the calm change of colour of a new call; keeps out which call it is.
A new call changes once a second between two colours that are too close to be a flash (WCAG 2.3.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from broker import messages as m
from display import discreet
from display.scene import Hero

FRESH_S: Final = 5.0  # gold frame
PULSE_S: Final = 1.0  # one light and one dark phase


@dataclass(frozen=True)
class Current:
    """A call that stands since then. `loud`: it is new to the hall, and was announced."""

    call: m.Call
    since: datetime
    loud: bool

    def looks(self, now: datetime, calm: bool) -> Hero:
        """`calm`: a new call has its frame but does not pulse."""
        passed = (now - self.since).total_seconds()
        fresh = self.loud and passed < FRESH_S
        pulse = fresh and not calm and passed % PULSE_S < PULSE_S / 2
        return Hero(discreet.number(self.call.number), discreet.counter(self.call.counter), fresh, pulse)

    def changes(self, now: datetime, calm: bool) -> Iterator[datetime]:
        """The next change of colour and the end of the frame."""
        passed = (now - self.since).total_seconds()
        if self.loud and passed < FRESH_S:
            yield self.since + timedelta(seconds=FRESH_S)
            if not calm:
                half = PULSE_S / 2
                yield self.since + timedelta(seconds=(passed // half + 1) * half)
