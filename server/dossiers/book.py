"""The register book: every dossier that was taken in, numbered from 1 each year, by receipt.

The number is worked out and kept nowhere: the sums know how many came in on the days before. A dossier that
an import brings later, with an earlier day of receipt, moves the numbers behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers import applicants, sums
from server.dossiers.applicants import Applicant
from server.dossiers.register import Dossier, Reappointment, promised
from server.dossiers.rows import (
    dossier_of,
    dossier_table,
    handover_table,
    instant_of,
    reappointment_table,
    text_of,
)
from server.dossiers.status import UNCOUNTED
from server.dossiers.store import DossierStore

CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of the book. n: within its year. due: the promise that holds. returned: when the result was
    handed over, as the source says or else as we put it down. applicant: None unless asked for and known."""

    n: int
    dossier: Dossier
    due: datetime | None
    returned: datetime | None
    applicant: Applicant | None = None


class TooMany(Exception):
    """More dossiers than were wanted. count: how many there are."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def book(store: DossierStore, begins: date, ends: date, persons: bool, most: int) -> list[Booked]:
    """The lines of a period of days of the centre, both included. Raises TooMany."""
    with store.reading() as db:
        wanted = _taken_in(begins, ends, store.zone)
        count = int(db.execute(sa.select(sa.func.count()).where(*wanted)).scalar_one())
        if count > most:
            raise TooMany(count)
        d = dossier_table.c
        rows = db.execute(dossier_table.select().where(*wanted).order_by(d.received, d.code))
        dossiers = [dossier_of(row) for row in rows]
        found: list[Booked] = []
        year, n = begins.year, _before(db, begins)
        for first in range(0, len(dossiers), CHUNK):
            some = dossiers[first : first + CHUNK]
            codes = [dossier.code for dossier in some]
            known = applicants.known(db, codes) if persons else {}
            ours, handed = _reappointments(db, codes), _handovers(db, codes)
            for dossier in some:
                if (now := dossier.received.astimezone(store.zone).year) != year:
                    year, n = now, 0
                n += 1
                person = known.get(dossier.code)
                found.append(
                    Booked(
                        n,
                        dossier,
                        promised(dossier, ours.get(dossier.code, ())),
                        dossier.returned or handed.get(dossier.code),
                        None if person is applicants.FORGOTTEN else person,
                    )
                )
        return found


def number_of(store: DossierStore, dossier: Dossier) -> int | None:
    """The number of one dossier in the book of its year; None for one that was not taken in."""
    if not dossier.counts:
        return None
    day = dossier.received.astimezone(store.zone).date()
    d = dossier_table.c
    received = text_of(dossier.received)
    with store.reading() as db:
        till = sa.or_(d.received < received, sa.and_(d.received == received, d.code <= dossier.code))
        on_its_day = sa.select(sa.func.count()).where(*_taken_in(day, day, store.zone), till)
        return _before(db, day) + int(db.execute(on_its_day).scalar_one())


def _taken_in(begins: date, ends: date, zone: tzinfo) -> tuple[sa.ColumnElement[bool], ...]:
    d = dossier_table.c
    first, last = _midnight(begins, zone), _midnight(ends + timedelta(days=1), zone)
    return d.received >= first, d.received < last, d.status.not_in([status.value for status in UNCOUNTED])


def _midnight(day: date, zone: tzinfo) -> str:
    return text_of(datetime.combine(day, time(), zone))


def _before(db: sa.Connection, day: date) -> int:
    """How many were taken in that year, on the days before."""

    def all_before(day: date) -> int:
        return sum(kinds[sums.RECEIVED] for kinds in sums.before(db, sums.Dimension.AUTHORITY, day).values())

    return all_before(day) - all_before(date(day.year, 1, 1))


def _reappointments(db: sa.Connection, codes: Sequence[str]) -> dict[str, tuple[Reappointment, ...]]:
    r = reappointment_table.c
    found: dict[str, tuple[Reappointment, ...]] = {}
    for row in db.execute(reappointment_table.select().where(r.code.in_(codes)).order_by(r.code, r.number)):
        one = Reappointment(
            row.code,
            row.number,
            instant_of(row.at),
            row.by,
            instant_of(row.old_due),
            instant_of(row.new_due),
            row.reason,
        )
        found[row.code] = (*found.get(row.code, ()), one)
    return found


def _handovers(db: sa.Connection, codes: Sequence[str]) -> dict[str, datetime]:
    h = handover_table.c
    wanted: Any = sa.select(h.code, sa.func.min(h.at)).where(h.code.in_(codes)).group_by(h.code)
    return {code: instant_of(at) for code, at in db.execute(wanted)}
