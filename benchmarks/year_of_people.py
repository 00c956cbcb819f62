"""A year of a hall with people in it, written through its rules into a real store, without waiting.

`python -m benchmarks.year_of_people FILE [DAYS] [TICKETS]` writes a log; `benchmarks.history` measures pages
over it. Unlike in `start_after_a_year` people wait: they come in waves; officers sit down, take breaks,
forget to close, send people on, take back; some leave, some rate. The same seed gives the same year.
"""

from __future__ import annotations

import heapq
import random
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.start_after_a_year import HALL, Year
from server.hall import commands as c
from server.hall.calendar import admission, sessions_on
from server.hall.events import Rated
from server.hall.numbers import day_due
from server.hall.site import Site
from server.hall.tickets import Klass, State
from server.site_file import load_site
from server.store import Store, sqlite_url

WAVES = (0.7, 1.2, 1.5, 1.2, 0.8, 0.6, 0.9, 1.2, 1.1, 0.9, 0.7)  # how busy each stretch of a day is
LEAVING = timedelta(hours=1)
LEVELS = (4, 4, 4, 4, 3, 3, 3, 2, 1)


class People(Year):
    """Days in which people come, wait, are called, and go."""

    def __init__(self, site: Site, store: Store, seed: int = 7) -> None:
        super().__init__(site, store)
        self._dice = random.Random(seed)
        weight = {
            s: sum(1 / len(c.services) for c in site.counters_for(s)) * self._dice.uniform(0.6, 1.2)
            for s in site.services
        }
        self._services, self._weights = list(weight), list(weight.values())
        self._to_come: list[tuple[datetime, int, str, str]] = []
        self._n = 0

    def _rating(self, event: Rated) -> dict[str, Any]:
        return {**super()._rating(event), "answers": "{}"}

    def day(self, day: date, tickets: int, until: time | None = None) -> None:
        """until: of the site's day, where it is left as it stands then."""
        site, dice = self._site, self._dice
        spans = sessions_on(site, day)
        self.now = spans[0].opens - timedelta(hours=1)
        due = day_due(site, self._state, self.now)
        if due is not None:
            self._take(due)
            self.commit()
        ends = spans[-1].closes + LEAVING
        if until is not None:
            ends = datetime.combine(day, until, site.zone)
        self._to_come.clear()
        for at in self._arriving(spans, tickets):
            self._later(at, "come", "")
        for span in spans:
            for counter in site.counters:
                self._later(span.opens + timedelta(minutes=dice.uniform(0, 12)), "sit", counter)
                if dice.random() < 0.5:
                    middle = span.opens + (span.closes - span.opens) * dice.uniform(0.3, 0.8)
                    self._later(middle, "pause", counter)
                if dice.random() > 0.02 or span is not spans[-1]:
                    late = timedelta(minutes=dice.uniform(-4, 12))
                    self._later(span.closes + late, "close", counter)
        while self._to_come:
            at, _, kind, counter = heapq.heappop(self._to_come)
            if at > ends:
                break  # what nobody has closed by now stays open until the day closes
            self.now = max(self.now, at)
            getattr(self, f"_{kind}")(counter)
        self.commit()

    def _later(self, at: datetime, kind: str, counter: str) -> None:
        self._n += 1
        heapq.heappush(self._to_come, (at, self._n, kind, counter))

    def _arriving(self, spans: Any, tickets: int) -> list[datetime]:
        found, total = [], sum(WAVES)
        opened = sum((s.closes - s.opens for s in spans), timedelta())
        for n, wave in enumerate(WAVES):
            for _ in range(round(tickets * wave / total)):
                into = opened * ((n + self._dice.random()) / len(WAVES))
                for span in spans:
                    if into < span.closes - span.opens:
                        at = span.opens + into
                        if admission(self._site, at) is None:
                            found.append(at)
                        break
                    into -= span.closes - span.opens
        return found

    # --- what happens -----------------------------------------------------------------------------------

    def _come(self, _: str) -> None:
        dice, id = self._dice, f"{self.now:%y%m%d}-{self._n}-{self._asked}"
        service = dice.choices(self._services, self._weights)[0]
        klass = Klass.PRIORITY if dice.random() < 0.12 else Klass.NORMAL
        self.ask(c.Issue, ticket=id, token=id, source="kiosk-1", service=service, klass=klass)
        self.ask(c.RecordPaper, ticket=id, outcome="printed")

    def _sit(self, counter: str) -> None:
        number = list(self._site.counters).index(counter) + 1
        officer = f"officer-{number}" if self._dice.random() < 0.9 else f"officer-{number % 13 + 1}"
        self.ask(c.OpenCounter, counter=counter, officer=officer)
        self._later(self.now + timedelta(seconds=self._dice.uniform(5, 60)), "call", counter)

    def _pause(self, counter: str) -> None:
        stands = self._state.counter(counter)
        if stands.status != "open" or stands.current is not None:
            if stands.status == "open":
                self._later(self.now + timedelta(minutes=1), "pause", counter)
            return
        self.ask(c.PauseCounter, counter=counter, reason=self._dice.choice(("break", "meeting", "technical")))
        self._later(self.now + timedelta(minutes=self._dice.uniform(4, 20)), "again", counter)

    def _again(self, counter: str) -> None:
        if self._state.counter(counter).status == "paused":
            self.ask(c.OpenCounter, counter=counter, officer=self._state.counter(counter).officer)
            self._later(self.now + timedelta(seconds=5), "call", counter)

    def _close(self, counter: str) -> None:
        stands = self._state.counter(counter)
        if stands.current is not None:
            self._later(self.now + timedelta(minutes=2), "close", counter)
        elif stands.status != "closed":
            self.ask(c.CloseCounter, counter=counter)

    def _call(self, counter: str) -> None:
        stands, dice = self._state.counter(counter), self._dice
        if stands.status != "open" or stands.current is not None:
            return
        if not self.ask(c.CallNext, counter=counter):
            self._later(self.now + timedelta(seconds=40), "look", counter)
            return
        if dice.random() < 0.004:
            self.now += timedelta(seconds=4)
            called = self._state.counter(counter).current
            if self.ask(c.Undo, counter=counter) and called is not None:
                self._batch.tickets[called] = self._state.tickets[called]
            self._later(self.now + timedelta(seconds=20), "call", counter)
        elif dice.random() < 0.06:
            self._later(self.now + timedelta(minutes=1.5), "missed", counter)
        else:
            self._later(self.now + timedelta(seconds=dice.uniform(10, 50)), "start", counter)

    def _look(self, counter: str) -> None:
        if self._state.counter(counter).status == "open":
            self._call(counter)

    def _missed(self, counter: str) -> None:
        self.ask(c.MarkNoShow, counter=counter)
        self._later(self.now + timedelta(seconds=3), "call", counter)

    def _start(self, counter: str) -> None:
        self.ask(c.Start, counter=counter)
        minutes = min(40.0, self._dice.lognormvariate(1.4, 0.6))
        self._later(self.now + timedelta(minutes=minutes), "end", counter)

    def _end(self, counter: str) -> None:
        dice, current = self._dice, self._state.counter(counter).current
        if current is None:
            return
        luck = dice.random()
        if luck < 0.02:
            self.ask(c.Transfer, counter=counter, to_service=dice.choice(self._services))
        elif luck < 0.04:
            self.ask(c.Park, counter=counter)
            number = self._state.tickets[current].number
            if dice.random() < 0.8:
                self.ask(c.BringBack, counter=counter, number=number)
        else:
            self.ask(c.Finish, counter=counter)
            ticket = self._state.tickets[current]
            if ticket.state is State.SERVED and dice.random() < 0.33:
                level = dice.choice(LEVELS)
                self.ask(c.Rate, counter=counter, number=ticket.number, level=level, levels=4)
        self._later(self.now + timedelta(seconds=dice.uniform(5, 60)), "call", counter)


def write(
    file: Path,
    days: int,
    tickets: int,
    first: date | None = None,
    until: time | None = None,
    hall: Path = HALL,
) -> datetime:
    """A log of so many working days in `file`, the last of them up to `until`. Returns when that is."""
    store = Store(sqlite_url(file))
    year = People(load_site(hall).site, store)
    if first is not None:
        wanted = [d for n in range(3 * days + 30) if sessions_on(year._site, d := first + timedelta(days=n))]
    else:
        wanted = year.working_days(days)
    for n, day in enumerate(wanted[:days], 1):
        year.day(day, tickets, until if n == days else None)
    year.commit()
    store.snapshot(year._state)
    store.close()
    return year.now


if __name__ == "__main__":
    to, days, tickets = sys.argv[1], *(int(a) for a in (*sys.argv[2:], *("250", "800")[len(sys.argv) - 2 :]))
    began = perf_counter()
    last = write(Path(to), days, tickets)
    print(f"{days} days of {tickets} tickets up to {last:%Y-%m-%d}: {perf_counter() - began:.0f} s")
