"""A dossier as this hall knows it: where it belongs, how it stands and when. Pure.

It has no citizen, no phone, no address and no officer. `procedure` is for staff and later reports; nothing
that leaves the server takes it along.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status


class Dossier(msgspec.Struct, frozen=True):
    """code: as `server.dossiers.code` writes it. authority, counter: ids of the hall, or "" for no counter.

    Instants are aware. A date without an hour is the start of its day, a due date without one its end.
    resolved: when the result was there, also of a dossier that was stopped or taken back; returned: when it
    was handed over. Either may be unknown.
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
