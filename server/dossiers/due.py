"""When a dossier is due: a limit counted along a site's working time, by the province's convention. Pure.

`hours` pours the limit into the sessions, eight hours a day, from the moment the dossier was complete: the
result keeps the clock time. `days` does not count the day of receipt: due at the close, or at the same clock
time, of the n-th working day after it; hours, and what is less than a day, are poured there too. What comes
outside the sessions counts as come at the next opening. Which texts say so is in decision 0043.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal, Protocol

from server.dossiers.limits import Limit
from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status
from server.dossiers.working_time import WorkCalendar
from server.hall.site import Hours, Session

Convention = Literal["hours", "days"]
DueAt = Literal["close", "same-time"]
LateRule = Literal["off", "forwarding", "clock"]

STANDS: Final = PAUSED | {Status.STOPPED}  # the clock stands still; all but a supplement let it run on


class Moment(Protocol):
    """A line of a dossier's history; see `server.dossiers.register.Step`."""

    @property
    def at(self) -> datetime: ...
    @property
    def status(self) -> Status: ...


@dataclass(frozen=True, slots=True)
class Counting:
    """What a site chooses. day_s: seconds of work that one day of a limit is worth where it is poured.

    late_hour: what comes after it is forwarded at the next working day's opening; with `clock` it also counts
    as come then. week: the sessions that count, Monday first; () for those in which the hall is open.
    """

    convention: Convention = "hours"
    due_at: DueAt = "close"
    day_s: int = 8 * 3600
    late_hour: time = time(15)
    late_rule: LateRule = "forwarding"
    week: tuple[tuple[Session, ...], ...] = ()


AS_USUAL: Final = Counting()


@dataclass(frozen=True)
class Rules:
    """How a site counts, and when it works."""

    calendar: WorkCalendar
    by: Counting = AS_USUAL

    def begins(self, received: datetime) -> datetime:
        """When the clock of a dossier starts that came, complete, at that instant. Raises NoTime."""
        snapped = self.calendar.snapped(received)
        return (
            self._next_opening(snapped) if self.by.late_rule == "clock" and self._late(snapped) else snapped
        )

    def forward_by(self, received: datetime) -> datetime:
        """Until when it goes to the authority: that day, or after the late hour the next day's opening."""
        snapped = self.calendar.snapped(received)
        if self.by.late_rule != "off" and self._late(snapped):
            return self._next_opening(snapped)
        return self.calendar.closes_on(snapped.date())

    def due(self, received: datetime, limit: Limit) -> datetime:
        """When a dossier is due that came complete at `received`. Raises NoTime."""
        return self._due(_Run(self.begins(received)), limit)

    def clock(self, received: datetime, limit: Limit, history: Iterable[Moment] = ()) -> Clock:
        """The clock of a dossier over its history; what happened before `received` does not matter.

        It stands while the citizen is waited for, and while processing is stopped. When a supplement came it
        starts anew, after anything else it runs on. A pause that begins after the due date moves nothing.
        Raises NoTime.
        """
        run = _Run(self.begins(received))
        due = self._due(run, limit)
        state: State = "runs"
        stood: datetime | None = None
        ran_on: datetime | None = None
        anew = False
        for step in sorted(history, key=lambda step: step.at):
            if step.at < received or step.status in UNCOUNTED:
                continue
            if step.status in STANDS:
                stood, state = stood or step.at, "stands"
                anew = anew or step.status is Status.AWAITING_SUPPLEMENT
                continue
            if step.status in ENDED:
                state = "ended"
                continue
            if stood is not None:
                if stood < due:
                    run = _Run(self.begins(step.at)) if anew else self._resumed(run, stood, step.at)
                    due, ran_on = self._due(run, limit), step.at
                stood, anew = None, False
            state = "runs"
        return Clock(due, state, ran_on)

    # --- inside

    def _late(self, at: datetime) -> bool:
        return at.time() > self.by.late_hour

    def _next_opening(self, at: datetime) -> datetime:
        return self.calendar.opens_on(self.calendar.day_after(at.date(), 1))

    def _due(self, run: _Run, limit: Limit) -> datetime:
        if limit.same_day:
            return self._same_day(self._later(run.start, run.days))
        if limit.unit == "h" or self.by.convention == "hours":
            return self._poured(run, limit)
        whole, rest = divmod(limit.amount, 1)
        start = self._later(run.start, run.days)
        if not whole:
            return min(self._poured(run, limit), self._on_day(start, 1))
        due = self._on_day(start, int(whole))
        if rest:  # poured, but never beyond the next whole day, which may have fewer hours
            poured = self.calendar.after(due, self._seconds(Limit(rest)))
            return min(poured, self._on_day(start, int(whole) + 1))
        return due

    def _poured(self, run: _Run, limit: Limit) -> datetime:
        return self.calendar.after(run.resumed or run.start, self._seconds(limit) - run.spent)

    def _same_day(self, start: datetime) -> datetime:
        late = self.by.late_rule != "off" and self._late(start)
        return self.calendar.closes_on(self.calendar.day_after(start.date(), int(late)))

    def _on_day(self, start: datetime, count: int) -> datetime:
        day = self.calendar.day_after(start.date(), count)
        if self.by.due_at == "close":
            return self.calendar.closes_on(day)
        return self.calendar.on(day, start.time())

    def _later(self, start: datetime, days: int) -> datetime:
        """The same clock time so many working days later."""
        return self.calendar.on(self.calendar.day_after(start.date(), days), start.time()) if days else start

    def _resumed(self, run: _Run, stood: datetime, at: datetime) -> _Run:
        since, calendar = run.resumed or run.start, self.calendar
        return _Run(
            run.start,
            calendar.snapped(max(at, since)),
            run.spent + max(calendar.elapsed(since, stood), 0),
            run.days + calendar.days_between(max(stood, since), max(at, since)),
        )

    def _seconds(self, limit: Limit) -> int:
        return round(limit.amount * (3600 if limit.unit == "h" else self.by.day_s))


State = Literal["runs", "stands", "ended"]


@dataclass(frozen=True, slots=True)
class Clock:
    """due: as long as the clock stands, what it was before. ran_on: when it last did after a pause that moved
    the due date, anew or not."""

    due: datetime
    state: State
    ran_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """start: from which a limit counts. resumed: when the clock last ran on, having counted `spent` seconds;
    days: the working days that it stood since `start`."""

    start: datetime
    resumed: datetime | None = None
    spent: int = 0
    days: int = 0


@lru_cache(maxsize=64)
def rules_for(hours: Hours, zone: tzinfo, by: Counting) -> Rules:
    """The rules of a hall; for the same hall the same ones, whose calendar is laid out already."""
    return Rules(WorkCalendar(zone, by.week or hours.week, hours.holidays, hours.made_up), by)


def apology_by(rules: Rules, due: datetime) -> datetime:
    """Until when a delay is told and excused: a day before the promise (Decree 61/2018 Art. 19(9)), and in
    office: the close of the last working day before the promised one."""
    calendar, local = rules.calendar, rules.calendar.local(due)
    day = calendar.day_after(local.date() - timedelta(days=1), 0)
    return calendar.closes_on(day if day < local.date() else calendar.day_after(day, -1))
