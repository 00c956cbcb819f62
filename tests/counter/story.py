"""A terminal and its clock in a test's hand, with the words to tell what happens to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from kiosk.counter.asking import DWELL_S
from kiosk.counter.core import Terminal
from kiosk.counter.view import Line
from kiosk.counter.vocabulary import Effect, Input, Rate, Tapped, Tick

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY = "2026-11-23"
REASONS = tuple(
    m.PriorityGroup(id, m.Words(vi=id, en=id)) for id in ("wait", "guide", "attitude", "trips", "other")
)
PLAN = m.CounterPlan(counter="7", levels=4, reasons=REASONS, window_s=600)


def rate(level: int, reason: str | None = None, at: datetime = START + timedelta(seconds=DWELL_S)) -> Rate:
    """What is recorded of B047, whose citizen pressed when the page could be read, unless told."""
    return Rate(DAY, "B047", level, 4, at, reason, trusted=True)


class Story:
    """A terminal, its clock in our hand, and everything it did."""

    def __init__(
        self,
        *,
        plan: m.CounterPlan | None = PLAN,
        settled: Any = (),
        server: bool = True,
        draft: Rate | None = None,
        mixed: Any = lambda reasons: reasons[::-1],
    ) -> None:
        self.mono, self.wall = 1000.0, START
        ids = count(1)
        self.terminal = Terminal("counter-7", "", lambda: f"r{next(ids)}", settled, self.now, draft, mixed)
        self.done: list[Effect] = []
        self.rev = 0
        if server:
            self(heard.ServerUp(1))
        if plan is not None:
            self.configure(plan)

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall)

    def __call__(self, input: Input) -> list[Effect]:
        effects = self.terminal.handle(input, self.now)
        self.done += effects
        return effects

    def wait(self, seconds: float) -> list[Effect]:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)
        return self(Tick())

    def configure(self, plan: m.CounterPlan) -> None:
        hall = m.Words(vi="Trung tâm", en="Centre")
        config = m.DeviceConfig(rev=1, at=self.wall, hall=hall, time_zone="Asia/Ho_Chi_Minh", counter=plan)
        self(heard.ConfigArrived(config))

    def board(
        self,
        number: str | None = None,
        state: Any = None,
        *,
        status: Any = "open",
        since: datetime | None = None,
        day: str = DAY,
        calls: tuple[m.Call, ...] = (),
        leaving: str | None = None,
    ) -> list[Effect]:
        self.rev += 1
        line = m.CounterLine("7", status, number, state, since or (self.wall if number else None))
        if leaving is not None:
            line = msgspec.structs.replace(line, leaving=leaving, left_at=self.wall)
        other = m.CounterLine("6", "open", "A001", "served", self.wall)
        board = m.Board(
            epoch=1,
            rev=self.rev,
            at=self.wall,
            day=day,
            hall=m.Words(vi="Trung tâm", en="Centre"),
            calls=calls,
            counters=(other, line),
            waiting=(),
        )
        return self(heard.BoardArrived(board))

    def served(self, number: str = "B047") -> None:
        """The number's visit ends, and its citizen has read the page."""
        self.board(number, "served")
        self.wait(DWELL_S)

    @property
    def page(self) -> Any:
        return self.terminal.view(self.now).page

    @property
    def line(self) -> Line | None:
        return self.terminal.view(self.now).line

    def touch(self, target: Any) -> list[Effect]:
        """A finger, of somebody who has read the page."""
        self.wait(DWELL_S)
        return self(Tapped(target))

    @property
    def rates(self) -> list[Rate]:
        return [effect for effect in self.done if isinstance(effect, Rate)]


def replace_plan(**changes: Any) -> m.CounterPlan:
    facts = {name: getattr(PLAN, name) for name in PLAN.__struct_fields__}
    return m.CounterPlan(**(facts | changes))
