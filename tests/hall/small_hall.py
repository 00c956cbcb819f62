"""A small hall in the test's hand: commands in, events out, and the time of day as the test says.

Five services behind three counters: two share the letter A, one has a cap, and each policy is there once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from server.hall import commands as c
from server.hall.applying import apply
from server.hall.decide import decide
from server.hall.events import KINDS, Called, Event, Issued
from server.hall.numbers import day_due
from server.hall.site import (
    Authority,
    Counter,
    Hours,
    Policy,
    PolicyKind,
    Service,
    Session,
    Site,
    Words,
)
from server.hall.state import HallState
from server.hall.tickets import Klass, Ticket

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 11, 23)
MORNING, AFTERNOON = Session(time(7, 30), time(11, 30)), Session(time(13, 30), time(17, 0))
WORKDAY = (MORNING, AFTERNOON)
HOURS = Hours(
    week=(WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, (), ()),
    holidays=frozenset({date(2026, 11, 24)}),
    made_up=frozenset({date(2026, 11, 28)}),
)
ACCUMULATING = Policy()
RATIO = Policy(PolicyKind.RATIO, age_limit=timedelta(minutes=30), normals=2)
STRICT = Policy(PolicyKind.STRICT, age_limit=timedelta(minutes=20))
STRICT_FOR_EVER = Policy(PolicyKind.STRICT, age_limit=None)


def same(text: str) -> Words:
    return Words(text, text)


def service(id: str, letter: str, **changes: Any) -> Service:
    return Service(id, f"of-{letter.lower()}", same(id), letter, **changes)


def site(services: Iterable[Service], counters: Iterable[Counter], **changes: Any) -> Site:
    """A site with the authorities its services need."""
    services = tuple(services)
    letters = dict.fromkeys(s.letter for s in services)
    return replace(
        Site(
            id="small",
            name=same("small"),
            zone=ZONE,
            hours=HOURS,
            authorities=tuple(Authority(f"of-{x.lower()}", same(x), same(x), x) for x in letters),
            services={s.id: s for s in services},
            counters={counter.id: counter for counter in counters},
            rating_reasons=frozenset({"late", "attitude"}),
            own_series={"1": "kiosk-1", "2": "kiosk-2"},
        ),
        **changes,
    )


SMALL = site(
    (
        service("land", "A", digits=2, start=98, policy=ACCUMULATING),
        service("roads", "A", digits=2, start=98, policy=RATIO),
        service("health", "B", policy=STRICT),
        service("trade", "C", policy=STRICT_FOR_EVER, cap=3),
        service("justice", "E"),
    ),
    (
        Counter("1", ("land", "roads"), ("health",)),
        Counter("2", ("health", "land")),
        Counter("3", ("trade", "justice"), ("roads",)),
    ),
)


def local(text: str, day: date = MONDAY, zone: ZoneInfo = ZONE) -> datetime:
    """`08:30` or `08:30:05` of a day in the site's time, as UTC."""
    return datetime.combine(day, time.fromisoformat(text), zone).astimezone(UTC)


class SmallHall:
    """State, log and clock of one hall. Refusals are raised; what is answered is applied."""

    def __init__(self, of: Site = SMALL, at: str = "08:00") -> None:
        self.site, self.state = of, HallState()
        self.log: list[Event] = []
        self.now = local(at)
        self._ids = count(1)
        self.turn_the_day()

    def at(self, text: str, day: date = MONDAY) -> None:
        """Let it be that time of the day."""
        self.now = local(text, day)
        self.turn_the_day()

    def after(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.turn_the_day()

    def turn_the_day(self) -> None:
        due = day_due(self.site, self.state, self.now)
        if due is not None:
            self.take(decide(self.site, self.state, due, self.now))

    def take(self, events: list[Event]) -> list[Event]:
        for event in events:
            apply(self.state, event)
        self.log += events
        return events

    def ask(self, kind: type[c.Command], **what: Any) -> list[Event]:
        """Ask, and apply what it is answered with. Raises Refusal."""
        command = kind(**{"id": self.fresh(), "by": "test", **what})
        return self.take(decide(self.site, self.state, command, self.now))

    def fresh(self) -> str:
        return f"c{next(self._ids)}"

    # --- in the words of the hall -------------------------------------------------------------------------

    def issue(self, service: str = "land", klass: Klass = Klass.NORMAL, **what: Any) -> Ticket:
        id = self.fresh()
        asked = {"ticket": f"t-{id}", "token": f"k-{id}", "source": "kiosk-1", "id": id, **what}
        (event,) = self.ask(c.Issue, service=service, klass=klass, **asked)
        assert isinstance(event, Issued)
        return event.ticket

    def priority(self, service: str = "land", **what: Any) -> Ticket:
        return self.issue(service, Klass.PRIORITY, **what)

    def own(self, number: str = "A2-001", service: str = "land", **what: Any) -> Ticket:
        """A kiosk tells of a number of its own, given right now unless it says otherwise."""
        (event,) = self.tell(number, service, **what)
        assert isinstance(event, Issued)
        return event.ticket

    def tell(self, number: str = "A2-001", service: str = "land", **what: Any) -> list[Event]:
        id = self.fresh()
        told = {
            "id": id, "ticket": f"t-{id}", "token": f"k-{id}", "spare": f"s-{id}", "source": "kiosk-2",
            "box": "b", "seq": len(self.log), "at": self.now, "trusted": True, "age": None,
        }  # fmt: skip
        return self.ask(c.TakeOwnNumber, number=number, service=service, **{**told, **what})

    def call_untold(self, number: str = "A2-001", counter: str = "1", **what: Any) -> list[Event]:
        id = self.fresh()
        return self.ask(
            c.CallNumber, id=id, counter=counter, number=number, ticket=f"t-{id}", token=f"k-{id}", **what
        )

    def next(self, counter: str = "1") -> str | None:
        """The number that the counter called, if anybody waited."""
        called = [e for e in self.ask(c.CallNext, counter=counter) if isinstance(e, Called)]
        return self.ticket(called[0].ticket).number if called else None

    def at_counter(self, kind: type[c.Command], counter: str = "1", **what: Any) -> list[Event]:
        return self.ask(kind, counter=counter, **what)

    def ticket(self, id: str) -> Ticket:
        return self.state.tickets[id]

    def numbered(self, number: str) -> Ticket:
        return self.ticket(self.state.by_number[number])


def frozen(state: HallState) -> bytes:
    """Everything a state holds, to compare it with itself later."""
    return msgspec.json.encode(state)


def through_the_store(event: Event) -> Event:
    """The event as a restart reads it."""
    return msgspec.json.decode(msgspec.json.encode(event), type=KINDS[type(event).__name__])
