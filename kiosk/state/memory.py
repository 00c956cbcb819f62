"""Everything the kiosk remembers between two inputs, and when each step ends by itself.

People's time-outs run on the monotonic clock, the pace of numbers and opening hours on the hall's.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broker.messages import Words
from broker.vocabulary import Now
from hardware.identity import Identity
from hardware.printer import READY, PrinterStatus, PrintResult
from hardware.printer_pace import PATIENCE_S
from kiosk.state import showing
from kiosk.state.hall import Hall
from kiosk.state.pace import Pace
from kiosk.state.series import Series
from kiosk.state.steps import (
    Asking,
    Helping,
    Home,
    Looked,
    Pausing,
    Recalled,
    Remarked,
    Showing,
    Step,
    Typing,
)
from kiosk.view import Look, NoServer, Shelf, Starting
from kiosk.vocabulary import Job, button_of

IDLE_S = 30.0  # without a touch on an inner screen: is anybody there? (WCAG 2.2.1)
ANSWER_S = 20.0  # to answer that
REMARK_S = 20.0  # why nothing comes of a scan, unless somebody says "go on" (WCAG 2.2.1)
DONE_S = 10.0  # after printing
CALL_S = 180.0  # the staff is called for so long, and has come by then
WIPED_S = 30.0  # what was looked up
HELD_S = 40.0  # a number without paper stays on the screen
RECALL_S = 120.0  # a number of before the power cut is offered
PRINT_S = PATIENCE_S  # a printer answers within seconds; nobody waits longer for a thread that hangs
SETTLE_S = 0.25  # a new screen is dead so long: the second half of a double tap hits nothing
SERVER_GRACE_S = 3.0  # a server that restarts is back before anybody is told that it was gone
START_S = 10.0  # from power to the configuration, before the kiosk says that nobody answers
CLOCK_WRONG = timedelta(seconds=300)  # beyond, the panel says that this machine's clock is wrong


@dataclass
class Memory:
    """The kiosk's state. `new_id` makes the ids of requests, `new_token` those of phone pages, `new_secret`
    the figures that cancel a number there, `shelf` knows how much fits on a page."""

    device: str
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    new_secret: Callable[[], str]
    shelf: Shelf
    started: float  # monotonic seconds, as all times that are not datetimes
    touch: bool = True  # false: wired buttons alone
    wired: Set[str] | None = None  # their ids; None: whatever is asked for
    seals: bool = False  # what is personal can be asked for, sealed for the server
    scanner: bool = False
    scanned: tuple[int, float] | None = None  # what was read last, as a hash that nobody can read, and when
    card: bool = False  # a citizen's card was read in this session, and all that is left of it:
    elderly: bool = False  # whether its holder is old enough for the elderly's group
    hall: Hall = field(default_factory=Hall)
    look: Look = field(default_factory=Look)
    step: Step = field(default_factory=Home)
    pace: Pace = field(default_factory=Pace)
    printer: PrinterStatus | None = None
    recall: Job | None = None  # of before the power cut, until there is a hall to show it in
    reprints: tuple[str, ...] = ()  # orders of the staff that were taken: each is printed once
    series: Series = field(default_factory=Series)
    floors_asked: str | None = None  # the question that waits for its answer
    series_asked: Series = field(default_factory=Series)  # the series as it was then
    floors_at: float = 0.0  # when to ask next, while the server is there
    offset: timedelta | None = None  # the server's clock minus ours; None: not told since the machine started
    boot: str = "unknown"  # this start of the machine
    alone: bool = False  # the last number was the kiosk's own
    calling: bool = False  # the server was told that somebody needs help here
    touched: float = 0.0
    changed: float = -SETTLE_S
    asked_at: float | None = None  # since when the kiosk asks whether anybody is there
    down_since: float | None = None
    identify: Identity | None = None  # shown until `identify_until`
    identify_until: float | None = None

    def wall(self, now: Now) -> datetime:
        """The hall's time: the server's clock as far as we were told."""
        return now.wall + (self.offset or timedelta(0))

    def at(self, now: Now) -> datetime | None:
        """The hall's time, or None where nobody knows it."""
        return self.wall(now) if self.time_known(now) else None

    def time_known(self, now: Now) -> bool:
        """Whether `wall` can be believed. A Pi without a battery starts with some old time."""
        return now.synchronised or self.offset is not None

    @property
    def has_series(self) -> bool:
        """Whether the hall's plan has numbers of this kiosk's own."""
        return self.hall.plan is not None and self.hall.plan.series is not None

    @property
    def clock_wrong(self) -> bool:
        return self.offset is not None and abs(self.offset) > CLOCK_WRONG

    def can_give(self, service: str) -> bool:
        """Whether a number for `service` may be given here when the server does not answer."""
        found, plan = self.hall.service(service), self.hall.plan
        return plan is not None and found is not None and self.series.covers(found[1].letter, plan.series)

    def settled(self, now: Now) -> bool:
        """Whether a touch does anything yet."""
        return now.mono - self.changed >= SETTLE_S

    def go(self, step: Step, now: Now) -> None:
        self.step = step
        self.asked_at = None
        self.touched = self.changed = now.mono

    def end(self, now: Now) -> None:
        """The citizen has gone, or is done: everything as for the next one."""
        self.look = Look()
        self.card = self.elderly = False
        self.go(Home(), now)

    def end_of_step(self) -> float | None:
        """When the step ends by itself, None: never."""
        if self.asked_at is not None:
            return self.asked_at + ANSWER_S
        match self.step:
            case Home(page):
                return self.touched + IDLE_S if page or self.card or self.look != Look() else None
            case Remarked():
                return self.touched + REMARK_S
            case Helping(called=float() as since):
                return since + CALL_S
            case Showing(result=None, since=since):
                return since + PRINT_S
            case Showing(result=PrintResult.PRINTED | PrintResult.SENT, since=since):
                return since + DONE_S
            case Showing(since=since):
                return since + HELD_S
            case Recalled(since=since):
                return since + RECALL_S
            case Looked(since=since):
                return since + WIPED_S
            case Typing(request=str()):
                return None  # the answer ends it, or that there is none
            case Asking() | Pausing():
                return None  # the server's answer ends the one, the hall's time the other
        return self.touched + IDLE_S

    @property
    def called(self) -> bool:
        """Whether the citizen waits for somebody of the staff."""
        return isinstance(self.step, Helping) and self.step.called is not None

    def away(self, now: Now) -> bool:
        """Whether the server does not answer, for longer than it takes to start again."""
        return self.down_since is not None and now.mono - self.down_since >= SERVER_GRACE_S

    @property
    def printing(self) -> bool:
        return isinstance(self.step, Showing) and self.step.result is None

    @property
    def no_paper(self) -> bool:
        """Whether nothing may be given because the hall gives numbers on paper only, and here is none."""
        plan = self.hall.plan
        return plan is not None and not plan.paperless and self.printer not in (None, *READY)

    def resting(self, now: Now) -> Starting | NoServer | None:
        """The first screen while there is nothing to choose from, or nobody who would answer."""
        if self.hall.config is None:
            return Starting() if now.mono - self.started < START_S else NoServer(asked=False)
        if not self.away(now) or any(map(self.can_give, self.hall.services)):
            return None
        return NoServer(asked=False)

    def open(self, now: Now) -> bool:
        """Whether there is anything to choose: nothing keeps the whole kiosk shut."""
        shut = self.hall.all_closed(self.at(now)) is not None
        return self.resting(now) is None and not self.no_paper and not shut

    def situation(self, now: Now) -> showing.Situation:
        return showing.Situation(
            self.hall,
            self.look,
            self.shelf,
            self.printer,
            self.wall(now),
            self.time_known(now),
            now.mono,
            self.end_of_step(),
            self.resting(now),
            self.no_paper,
            self.scanner,
            self.elderly,
            self._choosing_buttons(),
            self.away(now),
            self.seals,
        )

    def _choosing_buttons(self) -> Set[str] | None:
        """The buttons that choose where no finger does."""
        if self.touch:
            return None
        return self.wired if self.wired is not None else set(map(button_of, self.hall.services))

    def name_of(self, service: str) -> Words | None:
        """What a citizen calls it: the authority's name, where that has one service only."""
        found = self.hall.service(service)
        if found is None:
            return None
        authority, plan = found
        return authority.name if len(authority.services) == 1 else plan.name
