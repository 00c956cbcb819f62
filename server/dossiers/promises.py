"""How a promise stands: one table, asked of one dossier here and of all of them in the database. Pure.

A delay is told and excused at the latest one day before the promised one (Decree 61/2018 Art. 19(9)), so
that an apology is due from the beginning of the last working day before it. A promise is renewed at most
once; a second time is marked, and stays marked. A dossier that waits for its citizen is late for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from server.dossiers.limits import Limit
from server.dossiers.register import (
    Dossier,
    Reappointment,
    counted_by_source,
    ours_stands,
    promised,
    renewed,
)
from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status
from server.dossiers.working_time import NoTime, WorkCalendar

ONE_DAY: Final = Limit(Fraction(1))
# What a source may say of a dossier whose result we handed over.
RECORDED: Final = frozenset({Status.RETURNED, Status.WITHDRAWN, Status.STOPPED, Status.REJECTED})


class Standing(StrEnum):
    """What can be said of a promise now; in the order of the lists, what needs somebody first."""

    UNEXCUSED = "unexcused"  # overdue, and nobody was told why
    OVERDUE = "overdue"
    APOLOGY_DUE = "apology-due"
    DUE_SOON = "due-soon"
    UNRECORDED = "unrecorded"  # we handed the result over, and the source does not say so
    TWICE = "twice"  # a new date for the second time, which the law does not know
    REAPPOINTED = "reappointed"
    WAITING = "waiting"  # for the citizen
    UNDATED = "undated"
    NOT_DUE = "not-due"
    OVER = "over"
    OUTSIDE = "outside"  # never taken in


# Standing, facts that hold, facts that do not: the first row that fits.
TABLE: Final[Sequence[tuple[Standing, tuple[str, ...], tuple[str, ...]]]] = (
    (Standing.UNRECORDED, ("handed",), ("recorded",)),
    (Standing.OUTSIDE, ("outside",), ()),
    (Standing.OVER, ("ended",), ()),
    (Standing.WAITING, ("waits",), ()),
    (Standing.UNDATED, (), ("dated",)),
    (Standing.UNEXCUSED, ("past",), ("excused",)),
    (Standing.OVERDUE, ("past",), ()),
    (Standing.APOLOGY_DUE, ("unwritten",), ()),
    (Standing.APOLOGY_DUE, ("tomorrow",), ("excused",)),
    (Standing.DUE_SOON, ("soon",), ()),
    (Standing.TWICE, ("twice",), ()),
    (Standing.REAPPOINTED, ("again",), ()),
    (Standing.NOT_DUE, (), ()),
)
# Whose lists an officer or a manager goes through; the others are as they should be.
EXCEPTIONS: Final = tuple(s for s in Standing if s not in (Standing.NOT_DUE, Standing.OVER, Standing.OUTSIDE))
LATE: Final = frozenset({Standing.UNEXCUSED, Standing.OVERDUE})
URGENT: Final = LATE | {Standing.APOLOGY_DUE, Standing.DUE_SOON, Standing.UNRECORDED}


@dataclass(frozen=True, slots=True)
class Marks:
    """One moment, as far as promises go, in whole seconds: what is due before `now` is past, before `apology`
    it wants an apology, before `soon` it is due soon."""

    now: datetime
    apology: datetime
    soon: datetime

    @classmethod
    def at(cls, calendar: WorkCalendar, now: datetime, soon: Limit) -> Marks:
        """soon: so much working time before the promised hour."""
        now = now.replace(microsecond=0)
        return cls(now, ahead(calendar, now, ONE_DAY), ahead(calendar, now, soon))


@dataclass(frozen=True, slots=True)
class Promise:
    """due: the promise that holds. times: how often it took the place of another, by us or by the source.

    excused: somebody apologised, and told a date that the promise is not later than; what a source renewed,
    it told. unwritten: a new date was set, and its letter is still to be sent.
    """

    standing: Standing
    due: datetime | None
    times: int
    excused: bool
    unwritten: bool

    @property
    def flagged(self) -> bool:
        """Renewed more often than the law knows, however it stands otherwise."""
        return self.times > 1


def promise(d: Dossier, ours: tuple[Reappointment, ...], handed: bool, marks: Marks) -> Promise:
    """How the promise of one dossier stands. handed: its result was put into somebody's hands here."""
    due, times = promised(d, ours), renewed(d, ours)
    by_source, stands = counted_by_source(d, ours), ours_stands(d, ours)
    written = bool(ours) and ours[-1].letter_at is not None
    excused = by_source or (stands and written)
    unwritten = stands and not written and not by_source
    facts = {
        "handed": handed,
        "recorded": d.status in RECORDED,
        "outside": d.status in UNCOUNTED,
        "ended": d.status in ENDED,
        "waits": d.status in PAUSED,
        "dated": due is not None,
        "past": due is not None and due < marks.now,
        "tomorrow": due is not None and due < marks.apology,
        "soon": due is not None and due < marks.soon,
        "excused": excused,
        "unwritten": unwritten,
        "again": times > 0,
        "twice": times > 1,
    }
    return Promise(standing(facts), due, times, excused, unwritten)


def standing(facts: Mapping[str, bool]) -> Standing:
    return next(
        found
        for found, yes, no in TABLE
        if all(facts[name] for name in yes) and not any(facts[name] for name in no)
    )


def ahead(calendar: WorkCalendar, now: datetime, span: Limit) -> datetime:
    """Before which something is due that is due within so much working time from `now` on.

    Within n days is by the end of the n-th working day after today; within hours, when these are worked. A
    site that never works goes by the days of the calendar.
    """
    today = calendar.local(now).date()
    try:
        if span.unit == "h":
            return calendar.after(now, round(span.amount * 3600)) + timedelta(seconds=1)
        last = calendar.day_after(today + timedelta(days=1), int(span.amount) - 1)
    except NoTime:
        last = today + timedelta(days=int(span.amount))
    return datetime.combine(last + timedelta(days=1), time(), calendar.zone)
