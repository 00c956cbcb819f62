"""One officer's working day at one counter of a played day: call, wait, serve, send on, note who stayed away.

Knows what an officer does and how long it takes in the hall's time; keeps out who comes (`server.demo.day`)
and how a press reaches the server (`server.demo.staff`).
"""

from __future__ import annotations

import random
import threading
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hardware.clock import Clock
from server.demo.day import Said, Visit
from server.demo.staff import Gone, Refused, Staff
from server.hall.calendar import Span

LOOKS_EVERY = timedelta(seconds=20)  # an officer without citizens looks again
BREATH = timedelta(seconds=8)  # between two citizens
CALLS_AGAIN = timedelta(seconds=30)  # somebody who was called and does not come
CALLS_IN_ALL = 3
STAYS_ON = timedelta(minutes=30)  # after the doors are closed, while citizens are still waiting
SPEED_MAY_CHANGE_S = 0.5
PARKED_FOR = timedelta(minutes=6)  # somebody fills in a form or fetches a copy


@dataclass
class Lines:
    """What all officers of a day share. service_of: number -> service; waiting: service -> how many, as the
    board says; sent_away: who was parked once. Safe from any thread.
    """

    clock: Clock
    ended: threading.Event
    visit: Callable[[str, str], Visit]  # service, number
    rate: Callable[[str, str, Said], None]  # counter, number, what its citizen said
    journal: Callable[[dict[str, object]], None]  # what somebody was told, and so must be in the log
    service_of: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    sent_away: set[str] = field(default_factory=set)
    done: Tally[str] = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def sleep(self, hall: timedelta) -> None:
        """Let that much time pass in the hall. Raises Gone when the day is ended meanwhile."""
        self.sleep_until(self.clock.now() + hall)

    def sleep_until(self, at: datetime) -> None:
        while (left := (at - self.clock.now()).total_seconds()) > 0:
            if self.ended.wait(min(self.clock.real_seconds(left), SPEED_MAY_CHANGE_S)):
                raise Gone


class Officer:
    """Works at `counter` through the sessions, the last one until nobody waits. services: what it serves."""

    def __init__(self, counter: str, services: Sequence[str], staff: Staff, lines: Lines, seed: int) -> None:
        self._counter, self._services, self._staff, self._lines = counter, services, staff, lines
        self._dice = random.Random(f"officer {seed} {counter}")
        self._parked: list[tuple[datetime, str]] = []

    def work(self, sessions: Sequence[Span]) -> None:
        """The whole day. Ends early, without a word, when the day is ended."""
        try:
            for nth, session in enumerate(sessions):
                self._lines.sleep_until(session.opens + timedelta(seconds=self._dice.uniform(-120, 90)))
                self._press("open")
                self._serve_until(session.closes)
                if nth + 1 < len(sessions):
                    self._press("pause", reason="break")
            self._press("close")
        except Gone:
            pass
        finally:
            self._staff.close()

    def _serve_until(self, closes: datetime) -> None:
        while True:
            self._bring_back()
            now = self._lines.clock.now()
            if now >= closes + STAYS_ON:
                return
            called = self._press("next") if self._somebody_waits() else None
            if called is None or called.get("state") != "called":
                if now >= closes and not self._parked:
                    return
                self._lines.sleep(LOOKS_EVERY)
                continue
            self._serve(str(called["number"]))
            self._lines.sleep(BREATH * self._dice.uniform(0.3, 2))

    def _somebody_waits(self) -> bool:
        return any(self._lines.waiting.get(service) for service in self._services)

    def _serve(self, number: str) -> None:
        service = self._lines.service_of.get(number, self._services[0])
        visit = self._lines.visit(service, number)
        self._lines.count("called")
        if visit.walk is None:
            for _ in range(CALLS_IN_ALL - 1):
                self._lines.sleep(CALLS_AGAIN)
                self._press("recall")
            self._lines.sleep(CALLS_AGAIN)
            self._note("no-show", "missed")
            return
        self._lines.sleep(visit.walk)
        self._press("start")
        self._lines.sleep(visit.service)
        if visit.then == "transfer" and visit.transfer_to is not None:
            self._lines.service_of[number] = visit.transfer_to
            self._note("transfer", "sent on", to_service=visit.transfer_to)
        elif visit.then == "park" and number not in self._lines.sent_away:
            self._lines.sent_away.add(number)
            if self._note("park", "parked"):
                self._parked.append((self._lines.clock.now() + PARKED_FOR, number))
        elif self._note("finish", "served") and visit.rating is not None:
            self._lines.sleep(visit.rating.after)
            self._lines.rate(self._counter, number, visit.rating)

    def _bring_back(self) -> None:
        """Who was sent to fill in a form comes back to the line."""
        now = self._lines.clock.now()
        for entry in [entry for entry in self._parked if entry[0] <= now]:
            self._parked.remove(entry)
            self._press("bring-back", number=entry[1])

    def _note(self, verb: str, what: str, **told: str) -> bool:
        done = self._press(verb, **told) is not None
        if done:
            self._lines.count(what)
        return done

    def _press(self, verb: str, **told: str) -> dict[str, object] | None:
        """What came of it; None when the hall said no, which is counted and an officer takes as it is."""
        try:
            answer = self._staff.press(self._counter, verb, **told)
            what = {"number": answer.get("number"), "state": answer.get("state")}
            self._lines.journal({"counter": self._counter, "verb": verb, **what})
            return answer
        except Refused as refused:
            if refused.code != "nobody-waiting":
                self._lines.count(f"refused {refused.code}")
            return None
