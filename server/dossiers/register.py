"""A dossier as this hall knows it: where it belongs, how it stands and when, and what became of it. Pure.

It has no citizen: who somebody is stands apart (`server.dossiers.applicants`). What a source says of a
dossier and what our own people put down of it are different things, and neither overwrites the other.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status


class Channel(StrEnum):
    """How it was handed in, in the portal's order: its number is the place in this list, from 1."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Dossier(msgspec.Struct, frozen=True):
    """What a source says of one dossier now.

    code: as `server.dossiers.code` writes it. authority, counter: ids of the hall, or "" for no counter.
    Instants are aware. A date without an hour is the start of its day, a due date without one its end.
    resolved: when the result was there, also of a dossier that was stopped or taken back; returned: when it
    was handed over; recorded: when that was entered. Any may be unknown.

    procedure_code: "1.005129". field: the procedure's field in the source's words. officer: who handles it,
    as the source names staff. limit: what the procedure is promised in, "3d", "0.5d", "4h". complete: when it
    was received complete, so that the clock starts. fee: in VND. first_due: the promise before
    re-appointments. reappointed: how many of these the source knows. group: names the set of an interlinked
    procedure. due_by_us: the due date was worked out here, of `complete` and `limit`: the source had none.
    """

    code: str
    authority: str
    procedure: str
    status: Status
    received: datetime
    due: datetime | None = None
    resolved: datetime | None = None
    returned: datetime | None = None
    counter: str = ""
    procedure_code: str = ""
    field: str = ""
    channel: Channel | None = None
    officer: str = ""
    limit: str = ""
    complete: datetime | None = None
    fee: int | None = None
    paid: bool | None = None
    recorded: datetime | None = None
    reappointed: int = 0
    first_due: datetime | None = None
    group: str = ""
    due_by_us: bool = False

    @property
    def counts(self) -> bool:
        """Whether the form counts it: it was taken in."""
        return self.status not in UNCOUNTED

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def ended_at(self) -> datetime | None:
        """When it was resolved as far as is known; None also for one that is not."""
        return (self.resolved or self.returned) if self.ended else None

    def overdue(self, at: datetime) -> bool:
        """Taken in, promised for a time that is over, in process, and not waiting for its citizen."""
        waits = self.ended or self.status in PAUSED or self.status in UNCOUNTED
        return not waits and self.due is not None and self.due < at


class Step(msgspec.Struct, frozen=True):
    """A line of a dossier's history: how it stood from `at` on, and with whom as far as is known."""

    at: datetime
    status: Status
    authority: str = ""
    officer: str = ""


class Leg(msgspec.Struct, frozen=True):
    """What one authority does of an interlinked dossier.

    place: 1 for the first; legs of one place run side by side. given: when it was handed to the authority.
    """

    place: int
    authority: str
    given: datetime | None = None
    due: datetime | None = None
    done: datetime | None = None
    note: str = ""


class Handover(msgspec.Struct, frozen=True):
    """A result that was put into somebody's hands at a counter: a fact of ours, whatever a source says."""

    code: str
    at: datetime
    ticket: str
    counter: str
    by: str


class Reappointment(msgspec.Struct, frozen=True):
    """A promise of ours in place of one that could not be kept. number: 1 for the first, the only lawful one.

    by: the account. letter_at: when the apology was marked as sent; None: not yet.
    """

    code: str
    number: int
    at: datetime
    by: str
    old_due: datetime
    new_due: datetime
    reason: str
    letter_at: datetime | None = None


def ours_holds(dossier: Dossier, ours: tuple[Reappointment, ...]) -> bool:
    """Whether the source still says the due date that our last re-appointment took the place of."""
    return bool(ours) and dossier.due is not None and ours[-1].old_due >= dossier.due


def promised(dossier: Dossier, ours: tuple[Reappointment, ...]) -> datetime | None:
    """The due date that holds: ours, or the source's."""
    return ours[-1].new_due if ours_holds(dossier, ours) else dossier.due


def ours_stands(dossier: Dossier, ours: tuple[Reappointment, ...]) -> bool:
    """Whether the due date that holds is not later than the one that we set last, which was to be told."""
    due = promised(dossier, ours)
    return bool(ours) and due is not None and due <= ours[-1].new_due


def counted_by_source(dossier: Dossier, ours: tuple[Reappointment, ...]) -> bool:
    """Whether the due date that holds is a new one by what the source counts."""
    return not ours_holds(dossier, ours) and dossier.reappointed >= max(1, len(ours))


def renewed(dossier: Dossier, ours: tuple[Reappointment, ...]) -> int:
    """How often a promise took the place of another. What the source counts is its own while ours holds, and
    ours among it once it says another date."""
    return max(dossier.reappointed + ours_holds(dossier, ours), len(ours))
