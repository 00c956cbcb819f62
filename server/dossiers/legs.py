"""The legs of an interlinked dossier: who holds it now, how long each took, and who is late.

A leg is held from when it was handed over, or where nobody wrote that down from when the legs before it were
done; legs of one place run side by side. Whoever has not been given a dossier yet is not late with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from server.dossiers.bringing import leg_of
from server.dossiers.register import Dossier, Leg
from server.dossiers.rows import dossier_table, leg_table, text_of
from server.dossiers.working_time import NoTime, WorkCalendar


class LegState(StrEnum):
    DONE = "done"
    DONE_LATE = "done-late"
    HELD = "held"
    LATE = "late"
    AHEAD = "ahead"  # others have it first


@dataclass(frozen=True, slots=True)
class LegSeen:
    """A leg at one moment. begun: from when it is held, None for one ahead. worked_s: seconds of work since
    then, until it was done. over_s: of these, after its due date."""

    leg: Leg
    state: LegState
    begun: datetime | None
    worked_s: int
    over_s: int


@dataclass(frozen=True, slots=True)
class LateLeg:
    code: str
    leg: Leg
    over_s: int


def seen(dossier: Dossier, legs: Sequence[Leg], calendar: WorkCalendar, now: datetime) -> tuple[LegSeen, ...]:
    """All legs in order. Pure."""
    found = []
    for leg in sorted(legs, key=lambda one: (one.place, one.authority)):
        before = [one for one in legs if one.place < leg.place]
        open_before = any(one.done is None for one in before)
        begun = leg.given or max((one.done for one in before if one.done), default=dossier.received)
        held = leg.given is not None or not open_before
        ended = leg.done or (dossier.ended_at if dossier.ended else None)
        found.append(_seen(leg, begun if held or leg.done else None, ended, dossier.ended, calendar, now))
    return tuple(found)


def _seen(
    leg: Leg,
    begun: datetime | None,
    ended: datetime | None,
    closed: bool,
    calendar: WorkCalendar,
    now: datetime,
) -> LegSeen:
    until = ended or now
    late = leg.due is not None and leg.due < until
    over = leg.done is not None or closed
    state = {
        (True, False): LegState.DONE,
        (True, True): LegState.DONE_LATE,
        (False, False): LegState.HELD,
        (False, True): LegState.LATE,
    }[over, late]
    if begun is None and not over:
        return LegSeen(leg, LegState.AHEAD, None, 0, 0)
    since = leg.due if late and leg.due is not None else until
    return LegSeen(
        leg, state, begun, elapsed(calendar, begun or until, until), elapsed(calendar, since, until)
    )


def elapsed(calendar: WorkCalendar, begins: datetime, ends: datetime) -> int:
    """Seconds of work; of the clock at a site that never works."""
    try:
        return max(0, calendar.elapsed(begins, ends))
    except NoTime:
        return max(0, round((ends - begins).total_seconds()))


def late(
    db: sa.Connection, calendar: WorkCalendar, now: datetime, authority: str = "", most: int = 200
) -> list[LateLeg]:
    """Legs that are late with whoever holds them, the oldest promise first."""
    mine = _late(now, authority).order_by(leg_table.c.due, leg_table.c.code).limit(most)
    return [
        LateLeg(row.code, leg := leg_of(row), elapsed(calendar, leg.due or now, now))
        for row in db.execute(mine)
    ]


def late_counts(db: sa.Connection, now: datetime) -> dict[str, int]:
    """How many each authority is late with."""
    rows = _late(now).subquery()
    counted = sa.select(rows.c.authority, sa.func.count()).group_by(rows.c.authority)
    return {authority: n for authority, n in db.execute(counted)}


def _late(now: datetime, authority: str = "") -> sa.Select[Any]:
    one, d = leg_table, dossier_table.c
    other = one.alias("other")
    before = sa.exists().where(
        other.c.code == one.c.code, other.c.place < one.c.place, other.c.done.is_(None)
    )
    rows = (
        one.select()
        .join(dossier_table, d.code == one.c.code)
        .where(one.c.done.is_(None), one.c.due < text_of(now), d.over.is_(None))
        .where(sa.or_(one.c.given.is_not(None), ~before))
    )
    return rows.where(one.c.authority == authority) if authority else rows
