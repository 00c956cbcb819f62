"""What happened in the hall. Events are facts: complete, in order, never changed; the log is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.hall.tickets import Klass, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """at: the server's clock, UTC, never backwards in a day. command, by: what caused it, and whose."""

    at: datetime
    command: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed(Event):
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened(Event):
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(Event):
    """A number was given. `session`: the opening instant of the session it counts towards, for caps."""

    ticket: Ticket
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Event):
    """A kiosk told of a number that was called before that: from now on what only the kiosk knew holds.

    ticket: the one that was called. told: as the kiosk tells of it; its id is another name of `ticket`.
    service: the one it is for, as far as that is still open.
    """

    ticket: str
    told: Ticket
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTooLate(Event):
    """A kiosk told of a number whose day is over: `ticket` belongs to the books of that day, ended."""

    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprintOrdered(Event):
    """An officer, or reception, wanted the paper of a ticket once more, from `kiosk`."""

    ticket: str
    counter: str | None
    kiosk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Event):
    """A number that was written by hand during an outage, and whose visit was over when it was entered.

    ticket: as the sheet tells of it, of today or of an earlier day: served or cancelled, with nothing known
    of when the service began. `session`: as with `Issued`.
    """

    ticket: Ticket
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVoided(Event):
    """A request was given up before it was seen: it must not issue, however late it comes."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecorded(Event):
    ticket: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOpened(Event):
    counter: str
    officer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPaused(Event):
    counter: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterClosed(Event):
    counter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTicket(Event):
    """Base of what happens to a ticket at a counter (None: away from one)."""

    ticket: str
    counter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(OfTicket):
    """seq: the day's call number, shared with recalls. exception: why it was out of turn, else None."""

    seq: int
    officer: str | None
    exception: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled(OfTicket):
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(OfTicket):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(OfTicket):
    """auto: the day ended with the citizen still at the counter; excluded from service times.

    returned: codes of the dossiers whose result was put into the citizen's hands.
    """

    auto: bool = False
    returned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedNoShow(OfTicket):
    auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(OfTicket):
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack(OfTicket):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(OfTicket):
    to_service: str
    to_counter: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(OfTicket):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChecked(OfTicket):
    """Its holder's papers were looked at: from now on its class is `klass`, which was `was`."""

    klass: Klass
    was: Klass


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(OfTicket):
    """note: None took the one before away."""

    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLate(OfTicket):
    """Its holder comes later: passed over until he says that he is here, or a counter brings him back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidHere(OfTicket):
    """Its holder has come and stands at his old place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretMissed(OfTicket):
    """Somebody wanted to cancel the number by phone and did not know the figures on its paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(OfTicket):
    """answers: question -> points. pressed_at: when the button was; None: not known, so `at` has to do."""

    level: int
    levels: int
    reason: str | None
    service: str
    officer: str | None
    answers: dict[str, int] = field(default_factory=dict)
    pressed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Event):
    """The command `undoes` of this counter was taken back: `tickets` stand as they stood before it."""

    counter: str
    undoes: str
    tickets: tuple[Ticket, ...]
    current: str | None
    served: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupChanged(Event):
    """From here on configuration `version` holds. digest: SHA-256 of its document."""

    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlanned(Event):
    """Configuration `version` is to hold from business day `starts` (YYYY-MM-DD) on."""

    version: int
    digest: str
    starts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupWithdrawn(Event):
    """The planned configuration `version` will not come."""

    version: int


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        DayClosed,
        DayOpened,
        Issued,
        Merged,
        ToldTooLate,
        ReprintOrdered,
        Entered,
        RequestVoided,
        PaperRecorded,
        CounterOpened,
        CounterPaused,
        CounterClosed,
        Called,
        Recalled,
        Started,
        Finished,
        MarkedNoShow,
        Parked,
        BroughtBack,
        Transferred,
        Cancelled,
        PriorityChecked,
        Noted,
        SaidLate,
        SaidHere,
        SecretMissed,
        Rated,
        Undone,
        SetupChanged,
        SetupPlanned,
        SetupWithdrawn,
    )
}
