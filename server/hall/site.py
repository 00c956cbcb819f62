"""What a centre is made of: authorities, services, counters, hours, policies; and what makes no sense.

A `Site` is configuration, a value that rules compare against. `problems(site)` names everything that would
break the day before anybody stands in front of a kiosk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property

from server.hall.mistakes import Problem

# Letters that read as figures (I, O, Q: DIN 1450) are refused outright; the second of a pair that
# sounds alike when called is refused while the first is in use.
UNREADABLE = frozenset("IOQ")
ALIKE = (("D", "Đ"), ("I", "Y"), ("S", "X"), ("B", "P"), ("M", "N"), ("O", "0"))


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    vi: str
    en: str


class PolicyKind(StrEnum):
    STRICT = "strict"
    RATIO = "ratio"
    ACCUMULATING = "accumulating"


@dataclass(frozen=True, slots=True)
class Policy:
    """How priority people pass others.

    weight: how many times faster priority waiting counts (b, 1 to 10); age_limit: after this wait nobody who
    came later passes, None for none; normals: of `ratio`, how many normal tickets go before a priority one.
    """

    kind: PolicyKind = PolicyKind.ACCUMULATING
    weight: float = 5.0
    age_limit: timedelta | None = timedelta(minutes=45)
    normals: int = 2


@dataclass(frozen=True, slots=True)
class Service:
    """A line people stand in. Services may share a letter: they then share one series of numbers."""

    id: str
    authority: str
    name: Words
    letter: str
    digits: int = 3
    start: int = 1
    policy: Policy = field(default_factory=Policy)
    typical: timedelta = timedelta(minutes=8)  # expected time at the counter until real ones are known
    target: timedelta = timedelta(minutes=15)  # promised wait
    cap: int | None = None  # numbers a session


@dataclass(frozen=True, slots=True)
class Authority:
    id: str
    name: Words
    short: Words
    letter: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A place of service. `services` are equal; those in `then` are called only when none of them waits."""

    id: str
    services: tuple[str, ...]
    then: tuple[str, ...] = ()
    area: str = ""

    @property
    def tiers(self) -> tuple[tuple[str, ...], ...]:
        return (self.services, self.then)

    def serves(self, service: str) -> bool:
        return service in self.services or service in self.then


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of opening in the site's own time."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of sessions, Monday first, and the days that differ from it."""

    week: tuple[tuple[Session, ...], ...]
    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()  # Saturdays worked instead of a swapped day
    cut_off: timedelta = timedelta(minutes=15)  # no numbers in the last minutes of a session
    day_changes: time = time(4, 0)


@dataclass(frozen=True)
class Site:
    """One centre. `counters` and `services` keep the order of the configuration.

    own_series: figure of a kiosk's own series ("2" in A2-017) -> its id. paperless: a number counts although
    its paper did not come out.
    """

    id: str
    name: Words
    zone: tzinfo
    hours: Hours
    authorities: tuple[Authority, ...]
    services: dict[str, Service]
    counters: dict[str, Counter]
    recall_limit: int = 3
    recall_gap: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(minutes=15)  # how long a missed number may come back
    undo: timedelta = timedelta(seconds=10)
    own_series: dict[str, str] = field(default_factory=dict)
    paperless: bool = True
    rating_window: timedelta = timedelta(minutes=10)
    rating_levels: int = 4
    rating_reasons: frozenset[str] = frozenset()
    rating_questions: frozenset[str] = frozenset()

    def counters_for(self, service: str) -> tuple[Counter, ...]:
        """The counters that serve a service, in the order of the configuration."""
        return self._serving.get(service, ())

    @cached_property
    def _serving(self) -> dict[str, tuple[Counter, ...]]:
        return {s: tuple(c for c in self.counters.values() if c.serves(s)) for s in self.services}


def problems(site: Site) -> Iterator[Problem]:
    """Everything that would break the day; nothing for a sound site. Rows go by their ids."""
    known = {a.id for a in site.authorities}
    for service in site.services.values():
        here = f"service.{service.id}"
        if service.authority not in known:
            yield Problem("no-authority", here, {"id": service.id, "authority": service.authority})
        if not site.counters_for(service.id):
            yield Problem("unserved", here, {"id": service.id})
        if service.start < 0 or not 2 <= service.digits <= 4:
            key = "digits" if service.start >= 0 else "start"
            yield Problem("digits", f"{here}.{key}", {"id": service.id})
        if not 1 <= service.policy.weight <= 10:
            yield Problem("weight", f"{here}.policy.weight", {"id": service.id})
    yield from _letter_problems(site)
    for counter in site.counters.values():
        yield from _serving_problems(site, counter)
    yield from _hour_problems(site.hours)


def _serving_problems(site: Site, counter: Counter) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, wanted in (("services", counter.services), ("then", counter.then)):
        for place, id in enumerate(wanted):
            here, params = f"counter.{counter.id}.{key}.{place}", {"counter": counter.id, "id": id}
            if id not in site.services:
                yield Problem("serves-unknown", here, params)
            elif id in seen:
                yield Problem("serves-twice", here, params)
            seen.add(id)
    if not counter.services:
        yield Problem("serves-nothing", f"counter.{counter.id}.services", {"counter": counter.id})


def _letter_problems(site: Site) -> Iterator[Problem]:
    used: dict[str, Service] = {}
    for service in site.services.values():
        letter, here = service.letter, f"service.{service.id}.letter"
        params = {"id": service.id, "letter": letter}
        if len(letter) != 1 or not ("A" <= letter <= "Z"):
            yield Problem("letter-form", here, params)
        elif letter in UNREADABLE:
            yield Problem("letter-figure", here, params)
        other = used.setdefault(letter, service)
        if (other.digits, other.start) != (service.digits, service.start):
            yield Problem("letter-numbers", f"service.{service.id}.digits", {**params, "other": other.id})
        if other.authority != service.authority:
            both = {"letter": letter, "other": other.authority, "authority": service.authority}
            yield Problem("letter-shared", here, both)
    for one, two in ALIKE:
        if one in used and two in used:
            yield Problem("letters-alike", f"service.{used[two].id}.letter", {"other": one, "letter": two})


def _hour_problems(hours: Hours) -> Iterator[Problem]:
    if len(hours.week) != 7:
        yield Problem("week", "hours")
    for name, day in zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), hours.week, strict=False):
        last = time(0, 0)
        for place, session in enumerate(day):
            here = f"hours.{name.lower()}.{place}"
            if session.closes <= session.opens:
                yield Problem("closes-first", here, {"day": name, "closes": f"{session.closes:%H:%M}"})
            if session.opens < last:
                yield Problem("sessions-overlap", here, {"day": name, "opens": f"{session.opens:%H:%M}"})
            if session.opens < hours.day_changes < session.closes:
                yield Problem("day-changes", here, {"day": name, "at": f"{hours.day_changes:%H:%M}"})
            last = session.closes
