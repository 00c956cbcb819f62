"""The figures of a day, worked out from its tickets and ratings and from nothing else.

Every figure has one definition, given in its docstring and shown beside it on the page.
Waiting time runs from issue to the first call; percentiles are by nearest rank over tickets *called* in a
half-open period. What citizens said is `server.satisfaction`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any

import msgspec
import sqlalchemy as sa

from server.hall.site import Site
from server.hall.tickets import State
from server.satisfaction import Opinions, Rating, Served, opinions_of
from server.store import event_table, rating_table, ticket_table

LAST_HOUR = timedelta(minutes=60)
HALF_HOUR = timedelta(minutes=30)
SOON = 0.8  # of the promised wait: from here on "soon late"
TARGET_SHARE = 90  # per cent that ought to be called within the promised wait

# Each rating with the end of its visit, where that is known, in the log's order.
_LOGGED = (
    sa.select(sa.func.min(event_table.c.seq))
    .where(event_table.c.ticket == rating_table.c.ticket, event_table.c.kind == "Rated")
    .scalar_subquery()
)
RATINGS = (
    sa.select(rating_table, ticket_table.c.ended_at)
    .join_from(rating_table, ticket_table, rating_table.c.ticket == ticket_table.c.id, isouter=True)
    .order_by(_LOGGED)
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What figures need of one ticket. Instants are aware."""

    service: str
    state: State
    issued_at: datetime
    called_at: datetime | None = None  # the first call
    ended_at: datetime | None = None
    counter: str | None = None
    officer: str | None = None

    @property
    def wait(self) -> timedelta | None:
        return None if self.called_at is None else max(timedelta(), self.called_at - self.issued_at)


@dataclass(frozen=True, slots=True)
class Sums:
    """Where all numbers of the day are now."""

    issued: int
    served: int
    no_show: int
    cancelled: int
    waiting: int
    parked: int
    called: int
    serving: int

    @property
    def agree(self) -> bool:
        """Each issued number is in exactly one place."""
        parts = (
            self.served,
            self.no_show,
            self.cancelled,
            self.waiting,
            self.parked,
            self.called,
            self.serving,
        )
        return self.issued == sum(parts)


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits of the tickets called in a period, whole minutes; None while there are none."""

    n: int
    p50: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class HalfHour:
    """Tickets called from `begins` up to, not including, half an hour later."""

    begins: datetime
    waits: Waits


@dataclass(frozen=True, slots=True)
class Within:
    """Of the `n` tickets called, how many waited no longer than their service promises."""

    n: int
    kept: int

    @property
    def share(self) -> float | None:
        return 100 * self.kept / self.n if self.n else None


class Word(StrEnum):
    """A line's state, with a shape and a word on the page."""

    KEPT = "kept"
    SOON = "soon"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """One group of services at one instant. longest: whole minutes; waits: of the last 60 minutes."""

    id: str
    letter: str
    waiting: int
    longest: int | None
    waits: Waits
    open: int
    counters: int
    word: Word


@dataclass(frozen=True, slots=True)
class DayFigures:
    sums: Sums
    within: Within
    half_hours: tuple[HalfHour, ...]
    opinions: Opinions


def read_day(engine: sa.Engine, day: str) -> tuple[list[Visit], list[Rating]]:
    """Tickets and ratings of a business day (YYYY-MM-DD), as of one instant."""
    t, r = ticket_table.c, rating_table.c
    tickets = sa.select(t.service, t.state, t.issued_at, t.called_at, t.ended_at, t.counter, t.officer).where(
        t.day == day
    )
    ratings = RATINGS.where(r.day == day)
    with engine.connect() as db:
        visits = [
            Visit(
                service=row.service,
                state=State(row.state),
                issued_at=datetime.fromisoformat(row.issued_at),
                called_at=_instant(row.called_at),
                ended_at=_instant(row.ended_at),
                counter=row.counter,
                officer=row.officer,
            )
            for row in db.execute(tickets)
        ]
        return visits, [_rating(row) for row in db.execute(ratings)]


def read_officer(engine: sa.Engine, officer: str, begins: str, ends: str) -> tuple[int, list[Rating]]:
    """How many an officer served, and what they said: business days from `begins` up to before `ends`."""
    t, r = ticket_table.c, rating_table.c
    visits = (
        sa.select(sa.func.count())
        .select_from(ticket_table)
        .where(t.officer == officer, t.state == State.SERVED.value, t.day >= begins, t.day < ends)
    )
    ratings = RATINGS.where(r.officer == officer, r.day >= begins, r.day < ends)
    with engine.connect() as db:
        return int(db.execute(visits).scalar() or 0), [_rating(row) for row in db.execute(ratings)]


def _rating(row: Any) -> Rating:
    return Rating(
        row.level,
        row.levels,
        row.service,
        row.counter,
        row.officer,
        row.reason,
        msgspec.json.decode(row.answers, type=dict[str, int]) if row.answers else {},
        _instant(row.at),
        _instant(row.ended_at),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def day_figures(
    site: Site,
    visits: Sequence[Visit],
    ratings: Sequence[Rating],
    spans: Sequence[tuple[datetime, datetime]],
    questions: Sequence[str] = (),
    officers: Iterable[str] = (),
    *,
    over: bool = True,
) -> DayFigures:
    """The figures of a day whose sessions are `spans` (aware, in order). questions: ids of the questionnaire;
    officers: in the order in which they are to be listed; over: the day has ended."""
    return DayFigures(
        sums_of(visits),
        within_target(site, visits),
        half_hours(visits, spans),
        opinions_of(
            ratings,
            served(visits),
            site.rating_levels,
            questions,
            site.services,
            site.counters,
            officers,
            over=over,
        ),
    )


def served(visits: Iterable[Visit]) -> list[Served]:
    """The visits that might have been rated."""
    return [Served(v.service, v.counter or "", v.officer) for v in visits if v.state is State.SERVED]


def sums_of(visits: Iterable[Visit]) -> Sums:
    count = dict.fromkeys(State, 0)
    for visit in visits:
        count[visit.state] += 1
    return Sums(
        issued=sum(count.values()),
        served=count[State.SERVED],
        no_show=count[State.NO_SHOW],
        cancelled=count[State.CANCELLED],
        waiting=count[State.WAITING],
        parked=count[State.PARKED],
        called=count[State.CALLED],
        serving=count[State.SERVING],
    )


def within_target(site: Site, visits: Iterable[Visit]) -> Within:
    """Services that the site no longer has are judged by nobody's promise and left out."""
    called = [(v, site.services[v.service]) for v in visits if v.service in site.services]
    kept = [v.wait <= s.target for v, s in called if v.wait is not None]
    return Within(len(kept), sum(kept))


def nearest_rank(values: Sequence[timedelta], percent: int) -> timedelta | None:
    """The smallest value that at least `percent` per cent of the values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(percent * len(ordered) / 100) - 1)]


def minutes(span: timedelta) -> int:
    """Whole minutes, rounded down: nobody has waited 10 minutes before 10 minutes are over."""
    return int(span.total_seconds() // 60)


def waits_called(visits: Iterable[Visit], begins: datetime, ends: datetime) -> Waits:
    """Over tickets first called from `begins` up to, not including, `ends`."""
    waits = [
        v.wait
        for v in visits
        if v.called_at is not None and begins <= v.called_at < ends and v.wait is not None
    ]
    p50, p90 = nearest_rank(waits, 50), nearest_rank(waits, 90)
    return Waits(len(waits), None if p50 is None else minutes(p50), None if p90 is None else minutes(p90))


def half_hours(visits: Sequence[Visit], spans: Sequence[tuple[datetime, datetime]]) -> tuple[HalfHour, ...]:
    """Every half hour of the day's sessions; calls outside them lengthen the row, so that none is lost."""
    called = [v.called_at for v in visits if v.called_at is not None]
    slots = {floor_half_hour(at) for at in called}
    for opens, closes in spans:
        at = floor_half_hour(opens)
        while at < closes:
            slots.add(at)
            at += HALF_HOUR
    return tuple(HalfHour(at, waits_called(visits, at, at + HALF_HOUR)) for at in sorted(slots))


def floor_half_hour(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


def line(
    site: Site,
    id: str,
    letter: str,
    services: frozenset[str],
    visits: Sequence[Visit],
    open_counters: frozenset[str],
    now: datetime,
) -> Line:
    """A group of services (an authority, or one service) as it stands at `now`."""
    mine = [v for v in visits if v.service in services]
    waiting = [v for v in mine if v.state is State.WAITING]
    able = [c.id for c in site.counters.values() if any(c.serves(s) for s in services)]
    open_now = sum(c in open_counters for c in able)
    longest = max((now - v.issued_at for v in waiting), default=None)
    strain = max(((now - v.issued_at) / site.services[v.service].target for v in waiting), default=0.0)
    return Line(
        id=id,
        letter=letter,
        waiting=len(waiting),
        longest=None if longest is None else minutes(longest),
        waits=waits_called(mine, now - LAST_HOUR, now + timedelta(microseconds=1)),
        open=open_now,
        counters=len(able),
        word=_word(strain, bool(waiting), open_now),
    )


def _word(strain: float, waiting: bool, open_counters: int) -> Word:
    if not waiting and not open_counters:
        return Word.CLOSED
    if strain > 1:
        return Word.LATE
    return Word.SOON if strain >= SOON else Word.KEPT
