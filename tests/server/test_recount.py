"""The recount agrees with the rules: whatever day the hall can have, it finds nothing broken in its log."""

from __future__ import annotations

import json

import msgspec
from hypothesis import settings

from server.books import Day as ToldDay, Row, by_state
from server.hall import events as e
from server.recount import Recount
from server.store import instant
from tests.hall.searching import SEARCHED
from tests.hall.test_day_machine import Day


class RecountedDay(Day):
    """Any days of the small hall, and at their end the books of somebody else."""

    def teardown(self) -> None:
        super().teardown()
        breaches: list[tuple[str, str]] = []
        recount = Recount(lambda promise, sentence: breaches.append((promise, sentence)))
        days: list[ToldDay | None] = []
        day: str | None = None
        for seq, event in enumerate(self.log, 1):
            day = event.day if isinstance(event, e.DayOpened) else day
            body = json.loads(msgspec.json.encode(event))
            row = Row(seq, str(instant(event.at)), day, type(event).__name__, event.command, body)
            days.append(recount.take(row))
        assert breaches == []
        told = [d for d in days if d is not None]
        late = [
            (x.ticket.day, x.ticket.number)
            for x, day in zip(self.log, days_of(self.log), strict=True)
            if isinstance(x, e.ToldTooLate) or (isinstance(x, e.Entered) and x.ticket.day != day)
        ]
        assert {(d.name, v.number) for d in told for v in d.visits.values()} == {
            (day, number) for day, numbers in self.given.items() for number in numbers
        } - set(late)
        assert all(sum(by_state(d).values()) == len(d.visits) for d in told)


def days_of(log: list[e.Event]) -> list[str]:
    """The business day that each event happened on."""
    days: list[str] = []
    for event in log:
        days.append(event.day if isinstance(event, e.DayOpened) else days[-1] if days else "")
    return days


RecountedDayTest = RecountedDay.TestCase
RecountedDayTest.settings = settings(SEARCHED, max_examples=80, stateful_step_count=60)
