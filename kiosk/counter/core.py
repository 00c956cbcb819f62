"""The terminal's core: from keys, taps and what the server says, to requests and answers. Pure.

`handle(input, now)` returns effects, `view(now)` says what is on the screen, `wake(now)` when to look again.
It knows no pixels, disks or threads, and no rule of the hall: whether a key may be pressed the server says.

A key is a wish of this moment: without a server it is refused, never kept for later. An answer is a fact: it
is recorded whatever the server does. Each number of a day is asked once, and only after it was served here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args, get_type_hints

from broker import messages as m
from broker import vocabulary as heard
from broker.vocabulary import Now
from kiosk.counter.view import (
    NEGATIVE,
    Faces,
    Idle,
    Level,
    Line,
    More,
    Page,
    Reason,
    Reasons,
    Skip,
    Target,
    Thanks,
    View,
    face_of,
    reasons_page,
)
from kiosk.counter.vocabulary import (
    Ask,
    ButtonPressed,
    Effect,
    Input,
    Leaving,
    Note,
    Rate,
    Restart,
    Settle,
    Tapped,
    Tick,
    Wake,
)

Key = Literal["next", "recall", "start", "finish", "no-show", "park", "undo"]
KEYS: Final[tuple[Key, ...]] = get_args(get_type_hints(m.KeyRequest)["key"])
RATINGS: Final = tuple(f"rate-{level}" for level in range(1, 6))

DWELL_S: Final = 0.5  # a new page is dead so long: nobody reads faster, and a double tap is one tap
REASON_S: Final = 20.0  # who gave an answer and walked away gave no reason
THANKS_S: Final = 3.0
LEAVING_S: Final = 30.0  # who was ended by "next" may answer while the next one walks up
LINE_S: Final = 6.0  # the officer glances at the line and goes on
SERVER_GRACE_S: Final = 3.0  # a server that restarts is back before anybody is told that it was gone
FORGET_S: Final = 60.0  # after so long without the server, what stood here is not known any more
IDENTIFY_S: Final = 10.0

NO_CONNECTION: Final = Line("line.no-connection", tone="fault")
NO_ANSWER: Final = Line("line.no-answer", tone="fault")


@dataclass(frozen=True)
class _Asking:
    """The faces are open for `number`, until `closes` by the hall's time. With a `level`: the reasons are."""

    day: str
    number: str
    closes: datetime
    level: int | None = None
    page: int = 0


@dataclass(frozen=True)
class _Thanking:
    lang: m.Lang


class Terminal:
    """One counter's terminal. `new_id` makes ids of requests; `settled`: (day, number) that had their say."""

    def __init__(
        self,
        device: str,
        counter: str,
        new_id: Callable[[], str],
        settled: Iterable[tuple[str, str]],
        now: Now,
    ) -> None:
        self._device, self._counter, self._new_id = device, counter, new_id
        self._settled = set(settled)
        self._plan: m.CounterPlan | None = None
        self._board: m.Board | None = None
        self._offset: timedelta | None = None  # the server's clock minus ours; None: not told yet
        self._server = False
        self._down_since = now.mono
        self._step: _Asking | _Thanking | None = None
        self._changed = now.mono - DWELL_S
        self._open: tuple[str, Key] | None = None  # the request that waits for its reply
        self._line: tuple[Line, float] | None = None  # and until when
        self._identify_until: float | None = None

    # --- the questions ----------------------------------------------------------------------------------

    def handle(self, input: Input, now: Now) -> list[Effect]:
        """What is to be done about one input, in order."""
        effects = self._expire(now)
        match input:
            case ButtonPressed(button) if button in RATINGS:
                return effects + self._tapped(Level(RATINGS.index(button) + 1), now)
            case ButtonPressed(button):
                return effects + self._key(button, now)
            case Tapped(target):
                return effects + self._tapped(target, now)
            case Leaving():
                return effects + self._leave_page(now)
            case Tick():
                return effects
            case _:
                return effects + self._heard(input, now)

    def view(self, now: Now) -> View:
        """What is on the screen."""
        line = self._line[0] if self._line else None
        if not self._server and now.mono >= self._down_since + SERVER_GRACE_S:
            line = NO_CONNECTION
        return View(self._page(now), line, self._device if self._identify_until is not None else None)

    def lit(self) -> frozenset[str]:
        """The lamps: the key that waits for its reply, and the rating buttons while an answer is wanted."""
        lit = {self._open[1]} if self._open else set[str]()
        if self._plan and isinstance(self._step, _Asking) and self._step.level is None:
            lit |= set(RATINGS[: self._plan.levels])
        return frozenset(lit)

    def wake(self, now: Now) -> Wake:
        """When to hand in a Tick at the latest."""
        monos = [t for t in (self._end_of_page(), self._identify_until) if t is not None]
        if self._line:
            monos.append(self._line[1])
        if not self._server:
            monos += [t for after in (SERVER_GRACE_S, FORGET_S) if (t := self._down_since + after) > now.mono]
        step = self._step
        closes = step.closes if isinstance(step, _Asking) and step.level is None else None
        return Wake(min(monos, default=None), closes)

    # --- time -------------------------------------------------------------------------------------------

    def _end_of_page(self) -> float | None:
        match self._step:
            case _Thanking():
                return self._changed + THANKS_S
            case _Asking(level=int()):
                return self._changed + REASON_S
        return None

    def _expire(self, now: Now) -> list[Effect]:
        if self._line and now.mono >= self._line[1]:
            self._line = None
        if self._identify_until is not None and now.mono >= self._identify_until:
            self._identify_until = None
        end = self._end_of_page()
        if isinstance(self._step, _Asking):
            if now.wall >= self._step.closes and self._step.level is None:
                self._go(None, now)
            elif end is not None and now.mono >= end:
                return self._answer(self._step, None, now)
        elif end is not None and now.mono >= end:
            self._go(None, now)
        return []

    def _go(self, step: _Asking | _Thanking | None, now: Now) -> None:
        self._step, self._changed = step, now.mono

    # --- keys -------------------------------------------------------------------------------------------

    def _key(self, button: str, now: Now) -> list[Effect]:
        key = next((key for key in KEYS if key == button), None)
        if key is None:
            return [Note(f"button id={button!a} is not one of ours")]
        if self._open is not None:
            return []  # while one waits for its reply, more presses are the same press
        if not self._server:
            self._say(NO_CONNECTION, now)
            return [Note(f"key={key} refused, no server")]
        request = m.KeyRequest(id=self._new_id(), at=self._server_time(now), key=key)
        self._open = request.id, key
        return [Ask(request)]

    def _replied(self, id: str, line: Callable[[Key], Line], now: Now) -> None:
        if self._open is not None and self._open[0] == id:
            key = self._open[1]
            self._open = None
            self._say(line(key), now)

    def _say(self, line: Line, now: Now) -> None:
        self._line = line, now.mono + LINE_S

    # --- the server -------------------------------------------------------------------------------------

    def _heard(self, input: heard.Heard, now: Now) -> list[Effect]:
        match input:
            case heard.ServerUp():
                self._server = True
                if self._line and self._line[0] == NO_CONNECTION:
                    self._line = None
            case heard.ServerDown():
                self._server, self._down_since = False, now.mono
            case heard.ConfigArrived(config) if config.counter is None:
                return [Note(f"configuration rev={config.rev} is not a counter's")]
            case heard.ConfigArrived(config):
                self._plan = config.counter
                return self._reconsider(now)
            case heard.BoardArrived(board):
                self._board = board
                self._settled = {(day, number) for day, number in self._settled if day == board.day}
                return self._reconsider(now)
            case heard.ReplyArrived(m.DoneReply(id=id) as reply):
                self._replied(id, lambda key: done_line(key, reply), now)
            case heard.ReplyArrived(m.RefusedReply(id=id, code=code)):
                self._replied(id, lambda key: Line(f"refused.{code}", (("code", code),), "refused"), now)
            case heard.NoAnswer(id):
                self._replied(id, lambda key: NO_ANSWER, now)
            case heard.ClockOffset(seconds):
                self._offset = timedelta(seconds=seconds)
            case heard.ControlArrived(m.Control(do="restart")):
                return [*self._leave_page(now), Restart()]
            case heard.ControlArrived(m.Control(do="identify")):
                self._identify_until = now.mono + IDENTIFY_S
        return []

    def _here(self) -> m.CounterLine | None:
        """What the board says about this counter."""
        if self._board is None or self._plan is None:
            return None
        return next((line for line in self._board.counters if line.counter == self._plan.counter), None)

    def _reconsider(self, now: Now) -> list[Effect]:
        """The hall or the plan changed: close what is over, ask who was served just now."""
        line, day = self._here(), self._board.day if self._board else ""
        served, ended_at, open_s = self._served(line)
        effects: list[Effect] = []
        if isinstance(self._step, _Asking) and (self._step.day, self._step.number) != (day, served):
            # The next one is served: an answer given stays given. Taken back: the visit goes on, it is void.
            undone = line is not None and line.number == self._step.number and line.state != "served"
            effects = [] if undone else self._leave_page(now)
            self._go(None, now)
        if served is None or (day, served) in self._settled:
            return effects
        left = timedelta(seconds=open_s) - self._ago(ended_at, now)
        if isinstance(self._step, _Asking):
            closes = min(self._step.closes, now.wall + left)
            self._step = replace(self._step, closes=closes)  # the next one is on the way: be quick
        elif left > timedelta(0):
            self._go(_Asking(day, served, now.wall + left), now)
        return effects

    def _served(self, line: m.CounterLine | None) -> tuple[str | None, datetime | None, float]:
        """Who may be asked now, since when, and for how many seconds of the hall's time."""
        if line is None or self._plan is None:
            return None, None, 0.0
        if line.state == "served":
            return line.number, line.since, self._plan.window_s
        return line.leaving, line.left_at, LEAVING_S

    def _ago(self, at: datetime | None, now: Now) -> timedelta:
        """How long ago, at least: by the server's clock on both ends."""
        if at is None or self._board is None:
            return timedelta(0)
        return max(self._board.at, self._server_time(now)) - at

    def _server_time(self, now: Now) -> datetime:
        """The server's clock as far as we know it: a clock that nobody keeps right is not believed alone."""
        if self._offset is not None:
            return now.wall + self._offset
        return now.wall if now.synchronised or self._board is None else self._board.at

    # --- answers ----------------------------------------------------------------------------------------

    def _tapped(self, target: Target | None, now: Now) -> list[Effect]:
        step, plan = self._step, self._plan
        if now.mono < self._changed + DWELL_S or not isinstance(step, _Asking) or plan is None:
            return []
        match target:
            case Level(level) if step.level is None and level <= plan.levels:
                rated = replace(step, level=level)
                if face_of(level, plan.levels) > NEGATIVE or not plan.reasons:
                    return self._answer(rated, None, now)
                self._go(rated, now)
            case Reason(id) if step.level is not None:
                return self._answer(step, id, now)
            case More() if step.level is not None:
                self._go(replace(step, page=step.page + 1), now)
            case Skip() if step.level is not None:
                return self._answer(step, None, now)
            case Skip():
                self._settled.add((step.day, step.number))
                self._go(None, now)
                return [Settle(step.day, step.number)]
        return []

    def _answer(self, step: _Asking, reason: str | None, now: Now) -> list[Effect]:
        """Record the answer, thank, and never ask this number again."""
        if step.level is None or self._plan is None:
            return []
        self._settled.add((step.day, step.number))
        self._go(_Thanking(self._lang(step.number)), now)
        return [
            Rate(step.day, step.number, step.level, self._plan.levels, reason),
            Settle(step.day, step.number),
        ]

    def _leave_page(self, now: Now) -> list[Effect]:
        """An answer that only waits for its reason is recorded without one."""
        return self._answer(self._step, None, now) if isinstance(self._step, _Asking) else []

    # --- the screen -------------------------------------------------------------------------------------

    def _page(self, now: Now) -> Page:
        match self._step, self._plan:
            case _Asking(number=number, level=None), m.CounterPlan() as plan:
                return Faces(number, plan.counter, plan.levels, self._lang(number))
            case _Asking(number=number, page=page), m.CounterPlan() as plan:
                choices, more = reasons_page(plan.reasons, page)
                return Reasons(choices, more, self._lang(number))
            case _Thanking(lang), _:
                return Thanks(lang)
        return self._idle(now)

    def _idle(self, now: Now) -> Idle:
        line, counter = self._here(), self._plan.counter if self._plan else self._counter
        if line is None:
            return Idle("starting", counter)
        if not self._server and now.mono >= self._down_since + FORGET_S:
            return Idle("unknown", counter)
        if line.number is not None and line.state in ("called", "serving"):
            return Idle(
                "called" if line.state == "called" else "serving",
                counter,
                line.number,
                self._lang(line.number),
            )
        return Idle("ready" if line.status == "open" else line.status, counter)

    def _lang(self, number: str) -> m.Lang:
        """The language in which the number was taken, as far as the board still knows its call."""
        calls = self._board.calls if self._board else ()
        return next((call.lang for call in calls if call.number == number), "vi")


def done_line(key: Key, reply: m.DoneReply) -> Line:
    """What the officer reads about a key that was carried out."""
    if key == "next" and reply.state != "called":
        return Line("done.next-nobody")  # the one before was finished, nobody waits
    return Line(f"done.{key}", (("number", reply.number or ""),))
