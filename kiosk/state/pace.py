"""How fast one kiosk may give numbers: against double taps and playing children.

Measured in the hall's time, which a demo plays faster. A clock that is set back never locks the kiosk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

GAP = timedelta(seconds=3)  # between two numbers
MINUTE = timedelta(minutes=1)
PER_MINUTE = 12
SAME_AGAIN = timedelta(seconds=10)  # the same service twice within: asks first


@dataclass
class Pace:
    """The requests of the last minute, and the last number that came of one."""

    _asked: list[datetime] = field(default_factory=list)
    _last: tuple[str, str, datetime] | None = None

    def free_at(self, now: datetime) -> datetime:
        """When the next number may be asked for: `now` or later."""
        self._asked = [at for at in self._asked if timedelta(0) <= now - at < MINUTE]
        free = now
        if self._asked:
            free = max(free, self._asked[-1] + GAP)
        if len(self._asked) >= PER_MINUTE:
            free = max(free, self._asked[-PER_MINUTE] + MINUTE)
        return free

    def asked(self, now: datetime) -> None:
        self._asked.append(now)

    def took(self, service: str, number: str, now: datetime) -> None:
        self._last = (service, number, now)

    def just_taken(self, service: str, now: datetime) -> str | None:
        """The number that was taken for the same service a moment ago."""
        if self._last is None:
            return None
        last, number, at = self._last
        return number if last == service and timedelta(0) <= now - at < SAME_AGAIN else None
