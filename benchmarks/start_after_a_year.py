"""How long a server takes to start after a year: `python -m benchmarks.start_after_a_year [DAYS] [TICKETS]`.

Lets the hall of the example work 250 days of 1,500 tickets, through its rules and its store, without waiting.
Then starts a server's memory (hall file, database, state, writer, board) in a process of its own, with the
log in the machine's memory and without, and prints milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from server.hall import commands as c
from server.hall.applying import apply
from server.hall.calendar import admission, sessions_on
from server.hall.decide import decide
from server.hall.events import Rated
from server.hall.numbers import day_due
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import Klass
from server.site_file import load_site
from server.store import Batch, Store, instant, rating_table, sqlite_url
from server.writer import SNAPSHOT_EVERY

HALL = Path(__file__).parents[1] / "examples" / "hanam" / "hall.toml"
FIRST_DAY = date(2026, 1, 5)
COMMIT_EVERY = 500  # commands; a hall commits much oftener, which changes nothing in the file
STARTS = 5
RATING = tuple(column.name for column in rating_table.columns)
START = """
import sys, time
from pathlib import Path
begin = time.perf_counter()
from server.setup import Setup
from server.site_file import load_site
from server.store import Store, sqlite_url
from server.writer import Writer
from datetime import datetime
imported = time.perf_counter()
class Clock:
    def now(self):
        return datetime.fromisoformat(sys.argv[3])
    synchronised = True
config = load_site(Path(sys.argv[1]))
store = Store(sqlite_url(Path(sys.argv[2])))
writer = Writer(Setup.fixed(config), store, Clock(), print)
ready = time.perf_counter()
print(f"{1000 * (imported - begin):.0f} {1000 * (ready - imported):.0f} {store.seq} {store.tail}")
store.close()
"""


class Year:
    """A hall that works as fast as it can be written down."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site, self._store = site, store
        self._state, self._batch = HallState(), Batch()
        self._asked = 0
        self.now = datetime.min.replace(tzinfo=UTC)

    def ask(self, kind: type[c.Command], **what: Any) -> bool:
        self._asked += 1
        return self._take(kind(**{"id": f"bench/{self._asked}", "by": "bench", **what}))

    def _take(self, command: c.Command) -> bool:
        refusal: str | None = None
        try:
            for event in decide(self._site, self._state, command, self.now):
                before = self._state.day
                apply(self._state, event)
                self._batch.events.append((self._state.day or before, event))
                ticket = getattr(event, "ticket", None)
                id = getattr(ticket, "id", ticket)
                if id in self._state.tickets:
                    self._batch.tickets[id] = self._state.tickets[id]
                if isinstance(event, Rated):
                    self._batch.ratings.append(self._rating(event))
        except Refusal as error:
            refusal = error.code
        outcome = {"id": command.id, "at": instant(self.now), "refusal": refusal, "result": "{}"}
        self._batch.outcomes.append(outcome)
        if len(self._batch.outcomes) >= COMMIT_EVERY:
            self.commit()
        return refusal is None

    def _rating(self, event: Rated) -> dict[str, Any]:
        row = {name: getattr(event, name) for name in RATING if hasattr(event, name)}
        answers = msgspec.json.encode(event.answers).decode()
        return {**row, "answers": answers, "at": instant(event.at), "day": self._state.day}

    def commit(self) -> None:
        self._store.commit(self._batch)
        self._batch = Batch()
        if self._store.tail >= SNAPSHOT_EVERY:
            self._store.snapshot(self._state)

    def day(self, day: date, tickets: int) -> None:
        """Numbers in even steps over the day's sessions; every counter calls whenever somebody waits."""
        self.now = sessions_on(self._site, day)[0].opens - timedelta(hours=1)
        due = day_due(self._site, self._state, self.now)
        if due is not None:
            self._take(due)
            self.commit()
            self._store.snapshot(self._state)
        services, counters = list(self._site.services), list(self._site.counters)
        for n, at in enumerate(self._arrivals(day, tickets)):
            self.now = at
            id = f"{day}-{n}"
            klass = Klass.PRIORITY if n % 8 == 0 else Klass.NORMAL
            service = services[n * 7 % len(services)]
            self.ask(c.Issue, ticket=id, token=id, source="kiosk-1", service=service, klass=klass)
            self.ask(c.RecordPaper, ticket=id, outcome="printed")
            counter = counters[n % len(counters)]
            if self.ask(c.CallNext, counter=counter):
                self.ask(c.Start, counter=counter)
                served = self._state.counter(counter).served
                if n % 3 == 0 and served is not None:
                    number = self._state.tickets[served].number
                    self.ask(c.Rate, counter=counter, number=number, level=4, levels=4)

    def _arrivals(self, day: date, tickets: int) -> Iterator[datetime]:
        spans = sessions_on(self._site, day)
        given = sum((s.closes - self._site.hours.cut_off - s.opens for s in spans), timedelta())
        at, step = spans[0].opens, given / tickets
        for _ in range(tickets):
            while admission(self._site, at) is not None:
                at += timedelta(minutes=1)
            yield at
            at += step

    def working_days(self, count: int) -> list[date]:
        found: list[date] = []
        day = FIRST_DAY
        while len(found) < count:
            if sessions_on(self._site, day):
                found.append(day)
            day += timedelta(days=1)
        return found


def start(database: Path, now: datetime, cold: bool) -> tuple[float, list[str]]:
    """Wall milliseconds of a process that starts the server's memory, and what it says of itself."""
    if cold:
        with database.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    begin = time.perf_counter()
    command = [sys.executable, "-c", START, str(HALL), str(database), now.isoformat()]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return 1000 * (time.perf_counter() - begin), said.split()


def main() -> None:
    days, tickets = (int(a) for a in (*sys.argv[1:], *("250", "1500")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="motcua-year-") as folder:
        database = Path(folder) / "hall.db"
        store = Store(sqlite_url(database))
        year = Year(load_site(HALL).site, store)
        begin = time.perf_counter()
        for day in year.working_days(days):
            year.day(day, tickets)
        year.commit()
        store.close()
        size = database.stat().st_size / 2**20
        print(
            f"{days} days of {tickets} tickets: {size:.0f} MB, written in {time.perf_counter() - begin:.0f} s"
        )
        for cold in (False, True):
            runs = [start(database, year.now, cold) for _ in range(STARTS)]
            wall, (imports, memory, events, tail) = statistics.median(r[0] for r in runs), runs[-1][1]
            print(
                f"start, log {'not ' if cold else ''}in memory: {wall:.0f} ms in all, of them imports "
                f"{imports} and the hall {memory}; of {events} events {tail} were read"
            )


if __name__ == "__main__":
    main()
