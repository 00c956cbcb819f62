"""What an apology tells: the new date that the register has, and never one that it does not know. Pure.

An apology gives the reason and a new date, at the latest a day before the promised one (Decree 61/2018 Art.
19(9)). So there is none without a new date, and none for a dossier that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.dossiers.due import Rules, apology_by
from server.dossiers.register import counted_by_source, ours_stands, renewed
from server.dossiers.status import ENDED, UNCOUNTED
from server.dossiers.store import Whole
from server.dossiers.working_time import NoTime


class NoApology(Exception):
    """code: stable; `over`, `no-promise`, or `no-new-date` where one is to be set first."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Apology:
    """old_due: None where nobody wrote down what was promised before. sent: when its letter was marked as
    sent; None: it was not. times: how often a promise took the place of another."""

    old_due: datetime | None
    new_due: datetime
    reason: str
    sent: datetime | None
    times: int

    @property
    def flagged(self) -> bool:
        """Of a new date more than the law knows."""
        return self.times > 1


def told(whole: Whole) -> Apology | None:
    """Of the new date that holds, ours or the source's; None where there is none."""
    d, ours, due = whole.dossier, whole.reappointments, whole.due
    if due is None:
        return None
    if ours_stands(d, ours):
        return Apology(ours[-1].old_due, due, ours[-1].reason, ours[-1].letter_at, renewed(d, ours))
    if counted_by_source(d, ours):
        return Apology(d.first_due, due, "", None, renewed(d, ours))
    return None


def apology(whole: Whole) -> Apology:
    """Raises NoApology."""
    d, found = whole.dossier, told(whole)
    if d.status in ENDED | UNCOUNTED or whole.handovers:
        raise NoApology("over")
    if found is None:
        raise NoApology("no-promise" if whole.due is None else "no-new-date")
    return found


def due_by(old_due: datetime | None, rules: Rules) -> datetime | None:
    """Until when an apology for a promise goes out; None where nobody knows the promise, or nobody works."""
    try:
        return None if old_due is None else apology_by(rules, old_due)
    except NoTime:
        return None


def missed(old_due: datetime | None, sent: datetime | None, rules: Rules, now: datetime) -> datetime | None:
    """Until when it ought to have gone, where it went later, or has not gone and it is later now."""
    by = due_by(old_due, rules)
    return by if by is not None and (sent or now) > by else None
