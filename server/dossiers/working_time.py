"""Working time: the sessions of a site laid out on one line, to count along it in both directions. Pure.

A calendar is a week of sessions, the days that are off (holidays, and days swapped for a Saturday) and those
that are worked instead. Instants are whole seconds and aware; answers are in the site's time zone. Seconds
worked before each session and the sessions of each working day are summed once, so that every question is a
search in a sorted list, however far it reaches. A session holds its close: what ends then ends in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from math import floor
from typing import Final

from server.hall.site import Session

LAST_YEAR: Final = 2500  # nothing is promised for later
AHEAD: Final = 2  # years that are laid out beyond those asked for


class NoTime(Exception):
    """A week without sessions, or a date beyond LAST_YEAR: no working time will ever be enough."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The sessions of the years from `first` up to, not including, `end`, as seconds since 1970.

    worked: seconds of work up to the end of each session. days: the working days, as ordinals; begins: where
    the sessions of each begin, and one past the last.
    """

    first: int
    end: int
    opens: Sequence[int]
    closes: Sequence[int]
    worked: Sequence[int]
    days: Sequence[int]
    begins: Sequence[int]


@dataclass(frozen=True)
class WorkCalendar:
    """When a site works. week: Monday first. A make-up day is worked like the first working day of the week;
    a day that is both off and made up is off, as in the hall."""

    zone: tzinfo
    week: tuple[tuple[Session, ...], ...]
    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()
    _kept: dict[str, _Line] = field(default_factory=dict, init=False, repr=False, compare=False)

    # --- days

    def sessions(self, day: date) -> tuple[Session, ...]:
        """In order; none on a day off."""
        if day in self.off:
            return ()
        return self._usual if day in self.made_up else self._week[day.weekday()]

    def works(self, day: date) -> bool:
        return bool(self.sessions(day))

    def working_days(self, first: date, end: date) -> int:
        """How many days are worked from `first` up to, not including, `end`."""
        line = self._covering(first.year, end.year)
        return bisect_left(line.days, end.toordinal()) - bisect_left(line.days, first.toordinal())

    def day_after(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`; before it for a negative count.

        A day that is not worked counts as the next one that is. Raises NoTime.
        """
        line, place = self._day(day)
        while not 0 <= place + count < len(line.days):
            line, place = self._day(day, wider=True, back=count < 0)
        return date.fromordinal(line.days[place + count])

    def opens_on(self, day: date) -> datetime:
        """The first opening of a day; of one that is not worked, that of the next one that is."""
        line, place = self._day(day)
        return self._at(line.opens[line.begins[place]])

    def closes_on(self, day: date) -> datetime:
        """The last close of a day; of one that is not worked, that of the next one that is."""
        line, place = self._day(day)
        return self._at(line.closes[line.begins[place + 1] - 1])

    def on(self, day: date, clock: time) -> datetime:
        """That hour of a working day: in a pause its end, before and after work the opening and the close."""
        line, place = self._day(day)
        wanted = _seconds(datetime.combine(date.fromordinal(line.days[place]), clock, self.zone))
        first, end = line.begins[place], line.begins[place + 1]
        found = bisect_left(line.closes, wanted, first, end)
        return self._at(line.closes[end - 1] if found == end else max(wanted, line.opens[found]))

    # --- instants

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def snapped(self, at: datetime) -> datetime:
        """The first instant in a session that is not before `at`. Raises NoTime."""
        wanted = _seconds(at)
        line = self._around(at)
        while (place := bisect_left(line.closes, wanted)) == len(line.closes):
            line = self._wider(line)
        return self._at(max(wanted, line.opens[place]))

    def after(self, at: datetime, seconds: int) -> datetime:
        """When so much has been worked from `at` on: poured into the sessions. Raises NoTime.

        seconds: 0 or more; of 0 it is `snapped`.
        """
        if not seconds:
            return self.snapped(at)
        line = self._around(at)
        goal = _worked(line, _seconds(at)) + seconds
        while not line.worked or goal > line.worked[-1]:
            line = self._wider(line)
            goal = _worked(line, _seconds(at)) + seconds
        place = bisect_left(line.worked, goal)
        return self._at(line.closes[place] - (line.worked[place] - goal))

    def elapsed(self, begins: datetime, ends: datetime) -> int:
        """Seconds of work from `begins` to `ends`; negative where `ends` is the earlier one."""
        first, last = self.local(begins).year, self.local(ends).year
        line = self._covering(min(first, last), max(first, last))
        return _worked(line, _seconds(ends)) - _worked(line, _seconds(begins))

    def days_between(self, begins: datetime, ends: datetime) -> int:
        """How many working days `ends` is after `begins`, each standing for the session that it is in."""
        first, last = (self.local(self.snapped(at)).date() for at in (begins, ends))
        return self.working_days(first, last) if first <= last else -self.working_days(last, first)

    # --- the line

    @cached_property
    def _week(self) -> tuple[tuple[Session, ...], ...]:
        return tuple(_merged(sessions) for sessions in self.week)

    @cached_property
    def _usual(self) -> tuple[Session, ...]:
        return next((sessions for sessions in self._week if sessions), ())

    def _at(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, self.zone)

    def _spans(self, day: date) -> list[tuple[int, int]]:
        """The sessions of a day; where clocks are put forward they may be short, never negative."""
        found: list[tuple[int, int]] = []
        for session in self.sessions(day):
            opens = _seconds(datetime.combine(day, session.opens, self.zone))
            closes = _seconds(datetime.combine(day, session.closes, self.zone))
            opens = max(opens, found[-1][1]) if found else opens
            if opens < closes:
                found.append((opens, closes))
        return found

    def _day(self, day: date, wider: bool = False, back: bool = False) -> tuple[_Line, int]:
        line = self._covering(day.year, day.year)
        if wider:
            line = self._wider(line, back)
        while (place := bisect_left(line.days, day.toordinal())) == len(line.days):
            line = self._wider(line)
        return line, place

    def _around(self, at: datetime) -> _Line:
        year = at.year  # a day off by the zone is within what is laid out beyond it
        line = self._kept.get("line")
        return line if line is not None and line.first < year < line.end - 1 else self._covering(year, year)

    def _covering(self, first: int, last: int) -> _Line:
        line = self._kept.get("line")
        if line is not None and line.first < first and last < line.end - 1:
            return line
        if line is None:
            return self._laid(first - 1, last + AHEAD)
        return self._laid(
            line.first if line.first < first else min(first - 1, 2 * line.first - line.end),
            line.end if last < line.end - 1 else max(last + AHEAD, 2 * line.end - line.first),
        )

    def _wider(self, line: _Line, back: bool = False) -> _Line:
        """Twice as many years, so that laying out costs no more than what is asked for."""
        if not self._usual or (line.first <= 1 if back else line.end >= LAST_YEAR):
            raise NoTime
        years = line.end - line.first
        return self._laid(line.first - (years if back else 0), line.end + (0 if back else years))

    def _laid(self, first: int, end: int) -> _Line:
        first, end = max(first, 1), min(end, LAST_YEAR)
        opens: list[int] = []
        closes: list[int] = []
        worked: list[int] = []
        days: list[int] = []
        begins: list[int] = []
        sum = 0
        day, last = date(first, 1, 1), date(end, 1, 1)
        while day < last:
            if spans := self._spans(day):
                days.append(day.toordinal())
                begins.append(len(opens))
            for opening, closing in spans:
                sum += closing - opening
                opens.append(opening)
                closes.append(closing)
                worked.append(sum)
            day += timedelta(days=1)
        line = _Line(first, end, opens, closes, worked, days, [*begins, len(opens)])
        self._kept["line"] = line  # whoever lays it out at the same time lays out the same
        return line


def _worked(line: _Line, at: int) -> int:
    """Seconds of work on the line before `at`."""
    place = bisect_right(line.opens, at) - 1
    return 0 if place < 0 else line.worked[place] - max(line.closes[place] - at, 0)


def _seconds(at: datetime) -> int:
    return floor(at.timestamp())


def _merged(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """In order, those that touch or overlap as one, those of no length left out."""
    found: list[Session] = []
    for session in sorted(sessions, key=lambda s: s.opens):
        if session.closes <= session.opens:
            continue
        if found and session.opens <= found[-1].closes:
            found[-1] = Session(found[-1].opens, max(found[-1].closes, session.closes))
        else:
            found.append(session)
    return tuple(found)
