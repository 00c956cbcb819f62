"""A day's facts as sums by service, counter, officer and half hour, and as its working time. Pure.

A ticket belongs to the service, counter and officer where it ended. Of half hours, a number counts in the one
in which it was issued, a wait in the one of the first call: half-open, 08:30:00 belongs to 08:30.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import compress
from typing import Final

import msgspec

from server.hall import events as e
from server.hall.site import Site
from server.hall.tickets import Klass, State, Ticket
from server.history.facts import DayFacts, Spell, Stay
from server.history.sums import MICROSECOND, Sums, wait_code, within
from server.released import hidden_of
from server.unseen import LEAST, Whose

ALL: Final = "all"
SERVICE: Final = "service"
COUNTER: Final = "counter"
OFFICER: Final = "officer"
SLOT: Final = "slot"  # "2.17": weekday (Monday 0) and half hour (from midnight) in the site's own time
DIMS: Final = (ALL, SERVICE, COUNTER, OFFICER, SLOT)  # and `slot_dim` of each service

Cube = dict[str, dict[str, Sums]]


class Work(msgspec.Struct, frozen=True):
    """What one officer did at one counter on one day. officer: "" for nobody known.

    begins: opened; ends: closed or handed over, else the last thing done (left). breaks: from, until, reason.
    """

    day: str
    officer: str
    counter: str
    begins: datetime
    ends: datetime
    left: bool
    open_us: int
    busy_us: int
    breaks: tuple[tuple[datetime, datetime, str], ...]
    calls: int
    finished: int
    first_call: datetime | None
    last_call: datetime | None


def slot_dim(service: str) -> str:
    """The dimension that has one service's half hours."""
    return f"{SLOT} {service}"


def slot_of(at: datetime, weekday: int, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{weekday}.{2 * local.hour + local.minute // 30}"


def cube_of(site: Site, facts: DayFacts, over: bool = True) -> Cube:
    """over: the day has ended. What was said of a day that runs is only counted: who looks often would see
    single ratings come in."""
    cube: Cube = defaultdict(lambda: defaultdict(Sums), {dim: defaultdict(Sums) for dim in DIMS})
    cube[ALL][""] = Sums()
    weekday = date.fromisoformat(facts.day).weekday()
    of = {ticket.id: ticket for ticket in facts.tickets}

    def slots(service: str, at: datetime) -> tuple[Sums, Sums]:
        slot = slot_of(at, weekday, site.zone)
        return cube[SLOT][slot], cube[slot_dim(service)][slot]

    def groups(service: str, counter: str | None, officer: str | None) -> tuple[Sums, ...]:
        return (
            cube[ALL][""],
            cube[SERVICE][service],
            cube[COUNTER][counter or ""],
            cube[OFFICER][officer or ""],
        )

    for ticket in facts.tickets:
        mine = groups(ticket.service, ticket.counter, ticket.officer)
        _count(ticket, (*mine, *slots(ticket.service, ticket.issued_at)))
        if ticket.called_at is not None:
            _wait(site, ticket, ticket.called_at, (*mine, *slots(ticket.service, ticket.called_at)))
    for note in facts.notes:
        ticket = of[note.ticket]
        name = note.what.replace("-", "_")
        for sums in groups(ticket.service, ticket.counter, ticket.officer):
            setattr(sums, name, getattr(sums, name) + 1)
    for place, stay in enumerate(facts.stays):
        if stay.handled is None:
            continue
        took = stay.handled + facts.wraps.get(place, timedelta())
        busy = _inside(stay, took, facts.spells)
        mine = (*groups(stay.service, stay.counter, stay.officer), *slots(stay.service, stay.called_at))
        for sums in mine:
            sums.handled_n += 1
            sums.handled_us += took // MICROSECOND
            sums.busy_us += busy // MICROSECOND
            if stay.service_time is not None:
                sums.service_n += 1
                sums.service_us += stay.service_time // MICROSECOND
    for spell in facts.spells:
        if not spell.paused:
            for sums in (cube[ALL][""], cube[COUNTER][spell.counter], cube[OFFICER][spell.officer or ""]):
                sums.open_us += _long(spell) // MICROSECOND
    _ratings(cube, facts.ratings, over)
    return {dim: dict(parts) for dim, parts in cube.items()}


def _count(ticket: Ticket, into: Iterable[Sums]) -> None:
    expired = ticket.state is State.CANCELLED and ticket.reason == "expired"
    for sums in into:
        sums.issued += 1
        sums.priority += ticket.klass is Klass.PRIORITY
        match ticket.state:
            case State.SERVED:
                sums.served += 1
                sums.auto += ticket.reason == "auto"
            case State.NO_SHOW:
                sums.no_show += 1
            case State.CANCELLED:
                sums.expired += expired
                sums.cancelled += not expired
            case _:
                sums.unfinished += 1


def _wait(site: Site, ticket: Ticket, called_at: datetime, into: Iterable[Sums]) -> None:
    code = wait_code(called_at - ticket.issued_at)
    service = site.services.get(ticket.service)
    kept = service is not None and within(code, service.target // timedelta(minutes=1))
    for sums in into:
        sums.called += 1
        sums.waits[code] = sums.waits.get(code, 0) + 1
        sums.judged += service is not None
        sums.kept += kept


def _inside(stay: Stay, took: timedelta, spells: Iterable[Spell]) -> timedelta:
    """How much of it fell into time in which its counter was open."""
    begins, ends = stay.called_at, stay.called_at + took
    inside = timedelta()
    for spell in spells:
        if spell.counter == stay.counter and not spell.paused and spell.ends is not None:
            inside += max(timedelta(), min(ends, spell.ends) - max(begins, spell.begins))
    return inside


def _long(spell: Spell) -> timedelta:
    return timedelta() if spell.ends is None else spell.ends - spell.begins


_WHOSE: Final[dict[str, Callable[[e.Rated], str]]] = {
    SERVICE: lambda rated: rated.service,
    COUNTER: lambda rated: rated.counter or "",
    OFFICER: lambda rated: rated.officer or "",
}


def _ratings(cube: Cube, ratings: Sequence[e.Rated], over: bool) -> None:
    """All are counted; what they say is summed only where a day's own figures show it. So nothing that a day
    hides can be worked out from two periods, nor from a period and the day."""
    ways = {dim: [of(r) for r in ratings] for dim, of in _WHOSE.items()}
    whose = {ALL: [""] * len(ratings), **ways}
    for dim, ids in whose.items():
        for id in ids:
            cube[dim][id].rated += 1
    if not over:
        return
    unsaid = _hidden(ways)
    for dim, ids in whose.items():
        for id, rated in zip(ids, ratings, strict=True):
            if id not in unsaid[dim]:
                said, key = cube[dim][id].said, f"{rated.levels}-{rated.level}"
                said[key] = said.get(key, 0) + 1
    for question in sorted({question for rated in ratings for question in rated.answers}):
        gave = [question in rated.answers for rated in ratings]
        hidden = _hidden(ways, gave)
        for dim, ids in whose.items():
            for id, rated in compress(zip(ids, ratings, strict=True), gave):
                if id not in hidden[dim] | unsaid[dim]:
                    answers, key = cube[dim][id].answers, f"{question}-{rated.answers[question]}"
                    answers[key] = answers.get(key, 0) + 1


def _hidden(ways: Mapping[str, Sequence[Whose]], gave: Sequence[bool] | None = None) -> dict[str, set[Whose]]:
    """Who is only counted, of the ratings or of the answers to one question."""
    n = len(ways[SERVICE]) if gave is None else sum(gave)
    found = zip(ways, hidden_of([*ways.values()], gave), strict=True)
    return {ALL: {""} if n < LEAST else set(), **dict(found)}


def work_of(facts: DayFacts) -> tuple[Work, ...]:
    """Each officer at each counter, by officer and by when they began."""
    spells = defaultdict[tuple[str, str], list[Spell]](list)
    for spell in facts.spells:
        spells[spell.officer or "", spell.counter].append(spell)
    stays = defaultdict[tuple[str, str], list[tuple[Stay, timedelta]]](list)
    for place, stay in enumerate(facts.stays):
        stays[stay.officer or "", stay.counter].append((stay, facts.wraps.get(place, timedelta())))
    found = []
    for key in spells.keys() | stays.keys():
        officer, counter = key
        mine, calls = spells[key], [stay for stay, _ in stays[key]]
        begins = min([*(s.begins for s in mine), *(s.called_at for s in calls)])
        ends = max([*(s.ends for s in mine if s.ends), *(s.called_at for s in calls)])
        busy = timedelta()
        for stay, wrap in stays[key]:
            if stay.handled is not None:
                busy += _inside(stay, stay.handled + wrap, mine)
        found.append(
            Work(
                day=facts.day,
                officer=officer,
                counter=counter,
                begins=begins,
                ends=ends,
                left=any(s.left for s in mine),
                open_us=sum(_long(s) // MICROSECOND for s in mine if not s.paused),
                busy_us=busy // MICROSECOND,
                breaks=tuple((s.begins, s.ends, s.reason) for s in mine if s.paused and s.ends is not None),
                calls=len(calls),
                finished=sum(s.end == "finished" and not s.auto for s in calls),
                first_call=min((s.called_at for s in calls), default=None),
                last_call=max((s.called_at for s in calls), default=None),
            )
        )
    return tuple(sorted(found, key=lambda w: (w.officer, w.begins, w.counter)))
