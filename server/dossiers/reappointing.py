"""A new date in place of a promise that cannot be kept, and the apology that tells it: facts of our own.

No import touches them. The law knows one new date (Decree 61/2018 Art. 19(9)); a second is refused unless
whoever sets it says that they mean it, and is marked wherever the dossier is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from server.dossiers.register import Reappointment, renewed
from server.dossiers.rows import reappointment_table, text_of
from server.dossiers.status import ENDED, UNCOUNTED
from server.dossiers.store import DossierStore, Whole
from server.dossiers.working_time import NoTime, WorkCalendar

LONGEST: Final = 300  # characters of a reason
FARTHEST: Final = timedelta(days=365)
# A phone or an identity number has no business in a reason that is listed and printed; a date has.
DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}")
NUMBER: Final = re.compile(r"(?:\d[ .-]?){9}")
# Reasons that are offered, by the keys of their words: `promise.reason-<key>`.
REASONS: Final = ("appraisal", "partner", "complicated", "records", "system", "staff")


class NotRenewed(Exception):
    """A new date that cannot be. field: due, reason or twice, or "" for the dossier; code: stable."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Renewal:
    """What somebody asks for. number: which re-appointment they saw it would be. twice: a second is meant."""

    code: str
    number: int
    due: datetime
    reason: str
    by: str
    twice: bool = False


def wrong(whole: Whole, asked: Renewal, calendar: WorkCalendar, now: datetime) -> NotRenewed | None:
    """The first thing that is wrong with a new date."""
    d, old = whole.dossier, whole.due
    if d.status in ENDED or d.status in UNCOUNTED:
        return NotRenewed("", "not-open")
    if old is None:
        return NotRenewed("", "no-promise")
    if asked.number != len(whole.reappointments) + 1:
        return NotRenewed("", "changed")
    reason = " ".join(asked.reason.split())
    rows = (
        (asked.due <= max(old, now), "due", "not-later"),
        (asked.due > now + FARTHEST, "due", "too-far"),
        (not _works(calendar, asked.due), "due", "not-worked"),
        (not reason, "reason", "reason-missing"),
        (len(reason) > LONGEST, "reason", "reason-long"),
        (NUMBER.search(DATE.sub("", reason)) is not None, "reason", "reason-number"),
        (renewed(d, whole.reappointments) > 0 and not asked.twice, "twice", "second"),
    )
    return next((NotRenewed(field, code) for bad, field, code in rows if bad), None)


def renew(store: DossierStore, asked: Renewal, calendar: WorkCalendar, now: datetime) -> Reappointment:
    """Set a new date. Raises NotRenewed, LookupError for a dossier that there is not.

    The same asked twice is done once: the second finds another number.
    """
    whole = store.find(asked.code)
    if whole is None:
        raise LookupError(asked.code)
    if (found := wrong(whole, asked, calendar, now)) is not None:
        raise found
    assert whole.due is not None
    row = {
        "code": asked.code,
        "number": asked.number,
        "at": text_of(now),
        "by": asked.by,
        "old_due": text_of(whole.due),
        "new_due": text_of(asked.due),
        "reason": " ".join(asked.reason.split()),
    }
    try:
        with store.writing() as db:
            db.execute(reappointment_table.insert().values(**row))
    except sa.exc.IntegrityError:
        raise NotRenewed("", "changed") from None
    return Reappointment(asked.code, asked.number, now, asked.by, whole.due, asked.due, str(row["reason"]))


def letter_sent(store: DossierStore, code: str, number: int, now: datetime) -> bool:
    """The apology that tells a new date is on its way; False when it was before, or there is none."""
    of = reappointment_table.c
    with store.writing() as db:
        done = db.execute(
            reappointment_table.update()
            .where(of.code == code, of.number == number, of.letter_at.is_(None))
            .values(letter_at=text_of(now))
        )
    return done.rowcount == 1


def _works(calendar: WorkCalendar, at: datetime) -> bool:
    """Whether somebody is there at that hour to hand a result over."""
    try:
        return calendar.snapped(at) == at
    except NoTime:
        return True
