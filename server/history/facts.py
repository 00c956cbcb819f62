"""A business day as its events tell it: tickets, who stood at which counter, when counters were open. Pure.

`DayFold` takes the events of one day in order. Tickets are the rules' own (`server.hall.applying`); stays and
spells are put down here, and taken back with an undone command.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.hall import events as e
from server.hall.applying import apply
from server.hall.state import HallState
from server.hall.tickets import State, Ticket

WRAP_UP: Final = timedelta(seconds=20)  # of the time up to the next call, so much belongs to the one before
BY_CLOSING: Final = "hall"  # whose command ends what a day left open

_ENDS: Final = {
    e.Finished: "finished",
    e.MarkedNoShow: "no-show",
    e.Parked: "parked",
    e.Transferred: "transferred",
    e.Cancelled: "cancelled",
}
_BACK: Final = frozenset({State.PARKED, State.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Stay:
    """A ticket at a counter, from a call to how it ended there. service: what it was for then.

    `*_by`: the commands, so that an undone one can be taken back. auto: the day's closing ended it, and
    nobody knows when its citizen left.
    """

    ticket: str
    counter: str
    officer: str | None
    service: str
    called_at: datetime
    called_by: str
    started_at: datetime | None = None
    started_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    end: str = ""
    auto: bool = False

    @property
    def handled(self) -> timedelta | None:
        """From the call to the end, for a stay that somebody ended."""
        return None if self.ended_at is None or self.auto else self.ended_at - self.called_at

    @property
    def service_time(self) -> timedelta | None:
        """From the start (the call, where nobody pressed start) to the end, of who was served."""
        if self.handled is None or self.ended_at is None or self.end != "finished":
            return None
        return self.ended_at - (self.started_at or self.called_at)


@dataclass(frozen=True, slots=True)
class Spell:
    """A counter open or paused under one officer. reason: of a pause. left: nobody closed it, the day did;
    it is then reckoned up to the last thing that was done there. still: it is so now."""

    counter: str
    officer: str | None
    paused: bool
    begins: datetime
    ends: datetime | None = None
    reason: str = ""
    left: bool = False
    still: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something of a ticket that is only counted: "requeued", "transferred", "recalled", "out-of-turn"."""

    command: str
    ticket: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Everything that is summed of a day. spells: ended; wraps: stay's place in `stays` -> its wrap-up."""

    day: str
    tickets: tuple[Ticket, ...]
    stays: tuple[Stay, ...]
    spells: tuple[Spell, ...]
    notes: tuple[Note, ...]
    ratings: tuple[e.Rated, ...]
    wraps: dict[int, timedelta]


class DayFold:
    """Takes the events of business day `day` (YYYY-MM-DD) one after another."""

    def __init__(self, day: str) -> None:
        self.day = day
        self._state = HallState(day=day)
        self._late: dict[str, Ticket] = {}
        self._stays: dict[str, list[Stay]] = defaultdict(list)
        self._spells: dict[str, list[Spell]] = defaultdict(list)
        self._last_act: dict[str, datetime] = {}
        self._notes: list[Note] = []
        self._ratings: dict[str, e.Rated] = {}

    def take(self, event: e.Event) -> None:
        """The next event of the day, or one of later that tells of a ticket of this day."""
        if isinstance(event, e.ToldTooLate) or (isinstance(event, e.Entered) and self._state.day is None):
            if event.ticket.day == self.day:
                self._late[event.ticket.id] = event.ticket
            return
        before = self._state.tickets.get(event.ticket) if isinstance(event, e.OfTicket) else None
        apply(self._state, event)
        match event:
            case e.CounterOpened():
                self._turn(event.counter, event.at, Spell(event.counter, event.officer, False, event.at))
            case e.CounterPaused():
                spells = self._spells[event.counter]
                officer = spells[-1].officer if spells else None
                spell = Spell(event.counter, officer, True, event.at, reason=event.reason)
                self._turn(event.counter, event.at, spell)
            case e.CounterClosed():
                self._turn(event.counter, event.at, None, left=event.by == BY_CLOSING)
            case e.Rated():
                self._ratings[event.ticket] = event
            case e.Merged():
                for stays in self._stays.values():
                    stays[:] = [
                        replace(s, service=event.service) if s.ticket == event.ticket else s for s in stays
                    ]
            case e.Undone():
                self._take_back(event)
            case e.OfTicket() if before is not None:
                self._of_ticket(event, before)

    def _of_ticket(self, event: e.OfTicket, before: Ticket) -> None:
        if event.counter is not None and event.by != BY_CLOSING:
            self._last_act[event.counter] = event.at
        stays = self._stays[event.counter] if event.counter is not None else []
        here = stays[-1] if stays and stays[-1].ticket == event.ticket and not stays[-1].end else None
        match event:
            case e.Called(counter=str(counter)):
                if before.state in _BACK:
                    self._note(event, "requeued")
                elif event.exception is not None:
                    self._note(event, "out-of-turn")
                stay = Stay(event.ticket, counter, event.officer, before.service, event.at, event.command)
                stays.append(stay)
            case e.Recalled():
                self._note(event, "recalled")
            case e.BroughtBack() | e.SaidHere():
                self._note(event, "requeued")
            case e.Started() if here is not None:
                stays[-1] = replace(here, started_at=event.at, started_by=event.command)
            case _ if type(event) in _ENDS:
                if isinstance(event, e.Transferred):
                    self._note(event, "transferred")
                if here is not None:
                    end, auto = _ENDS[type(event)], bool(getattr(event, "auto", False))
                    stays[-1] = replace(here, ended_at=event.at, ended_by=event.command, end=end, auto=auto)

    def _note(self, event: e.OfTicket, what: str) -> None:
        self._notes.append(Note(event.command, event.ticket, what, event.at))

    def _turn(self, counter: str, at: datetime, spell: Spell | None, left: bool = False) -> None:
        spells = self._spells[counter]
        if spells and spells[-1].ends is None:
            last = spells[-1]
            ends = max(last.begins, self._last_act.get(counter, last.begins)) if left else at
            spells[-1] = replace(last, ends=ends, left=left)
        if spell is not None:
            spells.append(spell)

    def _take_back(self, event: e.Undone) -> None:
        self._last_act[event.counter] = event.at
        undone = event.undoes
        self._notes = [n for n in self._notes if n.command != undone]
        stays = [s for s in self._stays[event.counter] if s.called_by != undone]
        for n, stay in enumerate(stays):
            if stay.ended_by == undone:
                stay = replace(stay, ended_at=None, ended_by="", end="", auto=False)
            if stay.started_by == undone:
                stay = replace(stay, started_at=None, started_by="")
            stays[n] = stay
        self._stays[event.counter] = stays

    def facts(self, now: datetime) -> DayFacts:
        """The day so far; what is still open is reckoned up to `now`."""
        stays, wraps = list[Stay](), dict[int, timedelta]()
        for counter, here in self._stays.items():
            opened = [s for s in self._spells[counter] if not s.paused]
            for place, stay in enumerate(here):
                after = here[place + 1].called_at if place + 1 < len(here) else None
                if stay.ended_at is not None and not stay.auto and after is not None:
                    spell = next((s for s in opened if s.begins <= stay.ended_at <= (s.ends or now)), None)
                    if spell is not None and after <= (spell.ends or now):
                        wraps[len(stays)] = min(WRAP_UP, after - stay.ended_at)
                stays.append(stay)
        return DayFacts(
            day=self.day,
            tickets=(*self._state.tickets.values(), *self._late.values()),
            stays=tuple(stays),
            spells=tuple(
                replace(s, ends=max(now, s.begins), still=True) if s.ends is None else s
                for spells in self._spells.values()
                for s in spells
            ),
            notes=tuple(self._notes),
            ratings=tuple(self._ratings.values()),
            wraps=wraps,
        )
