"""The display's core: which call is the hero now, which are listed, what is announced. Pure.

Knows boards, order and age; keeps out pixels, words and sound, and what a board says beside its calls (see
`facts`). Every call of the day has its time as hero, one after the other, however many come in one second.
`now` is the hall's time, aware; it may run fast, and every duration here is taken from it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from broker import messages as m
from broker.device import BoardArrived, ConfigArrived, ServerDown, ServerUp
from display import discreet, facts
from display.current import Current
from display.pages import Turns
from display.scene import Scene, Staleness, plain

DWELL_S = 8.0  # a hero stays at least so long
TOO_OLD_S = 30.0  # calls that arrive older than this are listed, never announced
PAGE_S = 12.0  # a page stands at least so long
SOUND_MOST_S = 45.0  # no announcement keeps the next call waiting for longer; thrice in both languages has 30
STALE_S = {Staleness.NOTED: 10.0, Staleness.LOST: 60.0, Staleness.BLANK: 300.0}
NIGHT_ENDS_H = 6  # until this hour a hall's day may still be the one before
MOST_KNOWN = 60  # calls kept; a board carries 30
COMPLETE_BELOW = 20  # a board with fewer calls has all of the day: none fell off its end

Turn = Literal["loud", "quiet", "listed"]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class SoundLasts:
    """The announcement of call `seq` begins now and takes so long; its hero stays at least until its end."""

    seq: int
    seconds: float


Input = BoardArrived | ServerUp | ServerDown | ConfigArrived | SoundLasts | Tick


@dataclass(frozen=True)
class Shown:
    """A call became the hero at `at`; each call of a day once, in the order in which they were called."""

    day: str
    call: m.Call
    at: datetime


@dataclass(frozen=True)
class Announce:
    """Let the hall hear this call."""

    call: m.Call


@dataclass(frozen=True)
class Complain:
    """Something arrived that cannot be used: one line for the log."""

    reason: str


@dataclass(frozen=True)
class Withdrawn:
    """The call was taken back: what of it has not been said stays unsaid."""

    seq: int


Effect = Shown | Announce | Withdrawn | Complain


@dataclass(frozen=True)
class _Turn:
    """A call that waits to become the hero, and how: listed ones only pass on into the list."""

    call: m.Call
    how: Turn
    since: datetime


class Display:
    """Feed it every input with `handle`, draw what `view` says, wake it at `next_deadline`.

    `calm`: a new call has its frame but does not pulse (reduced motion, or a clock that runs fast).
    `lag_s`: how much hall time may pass while a message is on its way, in a demo whose clock runs fast.
    `pace`: hall seconds in a real one; pages are for eyes, so there they stand for as many times longer.
    """

    def __init__(
        self,
        now: datetime,
        zone: str,
        lang: m.Lang = "vi",
        dwell_s: float = DWELL_S,
        calm: bool = False,
    ) -> None:
        self._zone = ZoneInfo(zone)
        self._lang = lang
        self._dwell = timedelta(seconds=dwell_s)
        self.calm = calm
        self.lag_s = 0.0
        self.pace = 1.0
        self._page_s = PAGE_S
        self._desks = True  # what stands at each counter takes turns with the latest calls
        self._last = now
        self._hall = m.Words("", "")
        self._board: m.Board | None = None
        self._newest = (-1, -1)
        self._known: dict[int, m.Call] = {}  # of this day, by seq, oldest first
        self._turned: dict[int, datetime] = {}  # when their turns were, by seq
        self._queue: deque[_Turn] = deque()
        self._hero: Current | None = None
        self._free_at = now  # the hero stays at least until then
        self._shown_upto = 0
        self._lost_since: datetime | None = now  # None while the server is up
        self._gap = True  # the next board may tell of calls that were made while we heard nothing
        self._known_at: datetime | None = None

    def handle(self, input: Input, now: datetime) -> list[Effect]:
        """What follows from this input at this time. Turns that became due in between come first."""
        self._keep_up_with(now)
        effects = self._advance(now)
        match input:
            case BoardArrived(board):
                effects += self._board_arrived(board, now)
            case ServerUp():
                self._lost_since = None
            case ServerDown():
                self._gap = True
                if self._lost_since is None:
                    self._lost_since = self._known_at = now
            case ConfigArrived(config):
                effects += self._config_arrived(config)
            case SoundLasts(seq, seconds):
                if self._hero is not None and self._hero.call.seq == seq:
                    self._free_at = max(self._free_at, now + timedelta(seconds=min(seconds, SOUND_MOST_S)))
            case Tick():
                pass
        return effects + self._advance(now)

    def next_deadline(self, now: datetime) -> datetime:
        """When the next Tick is due: until then `view` stays as it is, if nothing arrives."""
        local = self._local(now)
        minute = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
        turns = self._turns
        due = [minute.astimezone(UTC), turns.begins(turns.at(now) + 1)]
        due += self._needed().values()
        if self._lost_since is not None:
            due += [self._lost_since + timedelta(seconds=s) for s in STALE_S.values()]
        if (hero := self._hero) is not None:
            if self._queue:
                due.append(self._free_at)
            due += hero.changes(now, self.calm)
        if self._queue and self._free_at <= now:
            return now
        return min(at for at in due if at > now)

    @property
    def zone(self) -> ZoneInfo:
        """Where the hall is."""
        return self._zone

    def hero_until(self, now: datetime) -> datetime | None:
        """Until when a call has its time as hero; None: none has it now, and none waits for it."""
        if self._hero is None or not self._hero.loud or (now >= self._free_at and not self._queue):
            return None
        return self._free_at

    def view(self, now: datetime) -> Scene:
        """What the wall shows at `now`."""
        scene = Scene(
            hall=plain(self._hall[self._lang], facts.MOST_SIGNS),
            day=self._local(now).date(),
            clock=self._minute(now),
            page=self._turns.at(now),
            staleness=self._staleness(now),
        )
        if scene.staleness >= Staleness.LOST and self._known_at is not None:
            scene = replace(scene, known_at=self._minute(self._known_at))
        board = self._board
        if board is None:
            return scene
        scene = replace(scene, notices=facts.notices_of(board, self._lang))
        if self._of_yesterday(board, now):
            return scene
        hero = self._hero
        known = scene.staleness < Staleness.LOST  # how it stands, and not only what was called
        return replace(
            scene,
            hero=hero.looks(now, self.calm) if hero and scene.staleness < Staleness.BLANK else None,
            rows=facts.rows_of(
                self._had_their_turn(), hero.call.number if hero else None, self._needed(), now
            ),
            called=self._called_in(scene.page),
            desks=facts.desks_of(board.counters, self._unheard()) if known and self._desks else (),
            waiting=facts.waiting_by_letter(board.waiting, known),
            upcoming=tuple(discreet.number(number) for number in board.upcoming) if known else (),
        )

    # --- what arrives -----------------------------------------------------------------------------------

    def _board_arrived(self, board: m.Board, now: datetime) -> list[Effect]:
        if (board.epoch, board.rev) <= self._newest:
            return []  # never back to an older board
        first = self._board is None
        if self._board is not None and self._board.day != board.day:
            self._known.clear()
            self._turned.clear()
            self._queue.clear()
            self._hero = None
            self._free_at = now
            self._shown_upto = 0
        self._newest = (board.epoch, board.rev)
        self._board = board
        self._hall = board.hall
        if self._lost_since is not None and (now - board.at).total_seconds() < STALE_S[Staleness.NOTED]:
            self._lost_since = now  # whoever published it lived a moment ago
        if self._known_at is None or self._lost_since is not None:
            self._known_at = board.at
        said = {call.seq: call for call in sorted(board.calls, key=lambda call: call.seq)}
        effects = self._withdraw(said)
        self._take_in([call for seq, call in said.items() if seq not in self._known], first, now)
        return effects

    def _withdraw(self, said: dict[int, m.Call]) -> list[Effect]:
        """Forget calls that the board took back: undone ones, or all since a restored server's backup."""
        oldest = min(said) if len(said) >= COMPLETE_BELOW else 0
        gone = {
            seq
            for seq, call in self._known.items()
            if seq >= oldest
            and (seq not in said or (said[seq].number, said[seq].counter) != (call.number, call.counter))
        }
        for seq in gone:
            del self._known[seq]
            self._turned.pop(seq, None)
        self._queue = deque(turn for turn in self._queue if turn.call.seq not in gone)
        self._shown_upto = min(self._shown_upto, max(said, default=0))
        if self._hero is not None and self._hero.call.seq in gone:
            self._hero = None
            self._free_at = self._last
            if not self._queue and self._known:
                self._queue.append(_Turn(self._known[max(self._known)], "quiet", self._last))
        return [Withdrawn(seq) for seq in sorted(gone)]

    def _take_in(self, new: list[m.Call], first: bool, now: datetime) -> None:
        """Give new calls their turns. Old ones go to the list, but the newest of all is always shown."""
        too_old_s = TOO_OLD_S if self._gap else max(TOO_OLD_S, self.lag_s)
        self._gap = False
        for call in new:
            self._known[call.seq] = call
            fresh = not first and (now - call.at).total_seconds() <= too_old_s
            how: Turn = "loud" if fresh else "quiet" if call is new[-1] else "listed"
            self._queue.append(_Turn(call, how, now))
        queued = {turn.call.seq for turn in self._queue}
        for seq in sorted(self._known)[:-MOST_KNOWN]:
            if seq not in queued:
                del self._known[seq]
                self._turned.pop(seq, None)

    def _config_arrived(self, config: m.DeviceConfig) -> list[Effect]:
        effects: list[Effect] = []
        self._hall = config.hall
        try:
            self._zone = ZoneInfo(config.time_zone)
        except (OSError, ValueError, LookupError):  # LookupError: ZoneInfoNotFoundError
            effects.append(Complain(f"config refused time_zone={config.time_zone!a}"))
        if (plan := config.display) is not None:
            self._desks = plan.counters
            if plan.dwell_s > 0:
                self._dwell = timedelta(seconds=plan.dwell_s)
            else:
                effects.append(Complain(f"config refused dwell_s={plan.dwell_s}"))
            if plan.page_s >= PAGE_S:
                self._page_s = plan.page_s
            else:
                effects.append(Complain(f"config refused page_s={plan.page_s}"))
        return effects

    # --- time -------------------------------------------------------------------------------------------

    def _advance(self, now: datetime) -> list[Effect]:
        """Let every turn that is due by `now` happen, each at its own time."""
        effects: list[Effect] = []
        while self._queue and self._free_at <= now:
            turn = self._queue.popleft()
            if turn.how == "listed":
                continue
            since = max(turn.since, self._free_at)
            loud = turn.how == "loud"
            self._hero = Current(turn.call, since, loud)
            if loud:
                self._turned[turn.call.seq] = since
            self._free_at = since + self._dwell if loud else since
            if turn.call.seq > self._shown_upto:
                self._shown_upto = turn.call.seq
                effects.append(Shown(self._board.day if self._board else "", turn.call, since))
            if loud:
                effects.append(Announce(turn.call))
        return effects

    def _keep_up_with(self, now: datetime) -> None:
        """A clock that stepped back takes our instants along: else a hero would stand for hours."""
        if now < self._last:
            back = self._last - now
            if self._hero is not None:
                self._hero = replace(self._hero, since=self._hero.since - back)
            self._free_at -= back
            self._queue = deque(replace(turn, since=turn.since - back) for turn in self._queue)
            self._turned = {seq: at - back for seq, at in self._turned.items()}
            if self._lost_since is not None:
                self._lost_since -= back
        self._last = now

    # --- what is seen -----------------------------------------------------------------------------------

    def _needed(self) -> dict[int, datetime]:
        counters = self._board.counters if self._board is not None else ()
        return facts.needed_until(self._known.values(), self._turned, counters)

    def _had_their_turn(self) -> list[m.Call]:
        queued = {turn.call.seq for turn in self._queue}
        return [call for seq, call in self._known.items() if seq not in queued]

    def _unheard(self) -> set[str]:
        """Numbers whose first turn is yet to come: no other part of the wall tells of them before."""
        return {turn.call.number for turn in self._queue} - {c.number for c in self._had_their_turn()}

    def _called_in(self, page: int) -> bool:
        """Whether the hero's call came in this turn of the pages."""
        if self._hero is None:
            return False
        came = self._hero.since if self._hero.loud else self._hero.call.at
        return came >= self._turns.begins(page)

    @property
    def _turns(self) -> Turns:
        return Turns(self._page_s * max(1.0, self.pace))

    def _staleness(self, now: datetime) -> Staleness:
        if self._lost_since is None:
            return Staleness.FRESH
        passed = (now - self._lost_since).total_seconds()
        return max((level for level, s in STALE_S.items() if passed >= s), default=Staleness.FRESH)

    def _of_yesterday(self, board: m.Board, now: datetime) -> bool:
        """Is it of an earlier day, signed or not? While a server is up the night is still that day's."""
        hours = NIGHT_ENDS_H if self._lost_since is None else 0
        return board.day < (self._local(now) - timedelta(hours=hours)).date().isoformat()

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _minute(self, at: datetime) -> time:
        return self._local(at).time().replace(second=0, microsecond=0)
