"""What a device at a counter knows of its hall: the plan, the board, and the server's clock. Pure.

Keeps out what follows from it: questions are `kiosk.counter.asking`'s, keys `kiosk.counter.core`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now


class Known:
    """Fed with what the server says; asked for what stands at the counter."""

    def __init__(self) -> None:
        self.plan: m.CounterPlan | None = None
        self.board: m.Board | None = None
        self._offset: timedelta | None = None  # the server's clock minus ours; None: not told yet

    def take(self, input: heard.Heard) -> bool:
        """Take note. Whether plan or board are new."""
        match input:
            case heard.ConfigArrived(m.DeviceConfig(counter=m.CounterPlan() as plan)):
                self.plan = plan
            case heard.BoardArrived(board):
                self.board = board
            case heard.ClockOffset(seconds):
                self._offset = timedelta(seconds=seconds)
                return False
            case _:
                return False
        return True

    @property
    def day(self) -> str:
        return self.board.day if self.board else ""

    @property
    def here(self) -> m.CounterLine | None:
        """What the board says about this counter."""
        if self.board is None or self.plan is None:
            return None
        return next((line for line in self.board.counters if line.counter == self.plan.counter), None)

    def lang(self, number: str) -> m.Lang:
        """The language in which the number was taken, as far as the board still knows its call."""
        calls = self.board.calls if self.board else ()
        return next((call.lang for call in calls if call.number == number), "vi")

    def server_time(self, now: Now) -> datetime:
        """The server's clock as far as we know it: a clock that nobody keeps right is not believed alone."""
        if self._offset is not None:
            return now.wall + self._offset
        return now.wall if now.synchronised or self.board is None else self.board.at

    def trusted(self, now: Now) -> bool:
        """Whether that is more than a guess: the server told its time, or something keeps our clock right."""
        return self._offset is not None or now.synchronised

    def ago(self, at: datetime | None, now: Now) -> timedelta:
        """How long ago, at least: by the server's clock on both ends."""
        if at is None or self.board is None:
            return timedelta(0)
        return max(self.board.at, self.server_time(now)) - at
