"""What one can ask of a hall. A command carries its id (the same id is the same command) and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from server.hall.tickets import Klass


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """id: chosen by the asker, taken once. by: `device:kiosk-1`, `officer:ha`, `hall`."""

    id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay(Command):
    """The business day turned: end what is left of the old one."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Command):
    """A number, please. `ticket` and `token` are fresh ids made at the door, `secret` fresh figures; `source`
    is the device.
    """

    ticket: str
    token: str
    source: str
    service: str
    klass: Klass = Klass.NORMAL
    lang: str = "vi"
    dossier: str | None = None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOwnNumber(Command):
    """A kiosk tells of a number that it gave from its own series; what its paper says is so.

    box, seq: the fact's place in the kiosk's own order. at, trusted, age: what is known of the time of issue
    (`issue_time`). spare: another token, if somebody has `token`. taken: ids, tokens and numbers that other
    days use; the writer fills it in, for the rules see only today.
    """

    ticket: str
    token: str
    spare: str
    source: str
    number: str
    service: str
    box: str
    seq: int
    at: datetime
    trusted: bool
    age: timedelta | None
    klass: Klass = Klass.NORMAL
    lang: str = "vi"
    dossier: str | None = None
    secret: str = field(default="", repr=False)
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon(Command):
    """The kiosk gave request `request` up: its number belongs to nobody, whenever it comes."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPaper(Command):
    """What became of a ticket's paper: printed, failed, maybe."""

    ticket: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtCounter(Command):
    """Base of what happens at one counter. here: the number that the asker sees standing there, "" for
    nobody; None: whoever it is. Of somebody else by now it is refused.
    """

    counter: str
    here: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounter(AtCounter):
    """An officer sits down, or comes back from a break."""

    officer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCounter(AtCounter):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCounter(AtCounter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNext(AtCounter):
    """Finish the one who is here and call the one whose turn it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNumber(AtCounter):
    """Call one number. Out of turn it needs a reason, which is logged.

    ticket, token: fresh ids, for a number of a kiosk's own series that the kiosk did not tell of yet; without
    them such a number is unknown.
    """

    number: str
    reason: str | None = None
    ticket: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(AtCounter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(AtCounter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(AtCounter):
    """returned: the result was handed over: of the dossier that the ticket was taken for, and of `codes`."""

    returned: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNoShow(AtCounter):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Park(AtCounter):
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BringBack(AtCounter):
    """A parked or missed number goes back to its old place in the line."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(AtCounter):
    """Send the one who is here on: to another service, to another counter, or to that counter for another
    service which it serves.
    """

    to_service: str | None = None
    to_counter: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """Take a number out of the day."""

    number: str
    reason: str
    counter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNumber(Command):
    """Base of what an officer or reception puts down of a number. counter: where, None at reception; number:
    None for the one who stands at that counter.
    """

    counter: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPriority(OfNumber):
    """The papers were looked at: the holder belongs to a priority group, or to none, whatever was said."""

    klass: Klass


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote(OfNumber):
    """A line that stays with the number for whoever serves it; empty: away with it."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handwritten:
    """One number of the paper roll, and what has become of its holder by the time it is entered.

    given_at: as written on the sheet, UTC. at: when he was served or left; None for one who waits, or of
    whom nobody knows when he left. counter: where he was served. ticket, token: fresh ids.
    """

    number: str
    service: str
    given_at: datetime
    klass: Klass = Klass.NORMAL
    fate: Literal["waiting", "served", "left"] = "waiting"
    at: datetime | None = None
    counter: str | None = None
    ticket: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHandwritten(Command):
    """After an outage: the numbers of one day that were given by hand, all of them or none.

    taken: those of the numbers that the day has already; the writer fills it in, for the rules see only
    today.
    """

    day: date
    rows: tuple[Handwritten, ...]
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHolder(Command):
    """Base of what the holder of a ticket says on its phone page."""

    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayLate(ByHolder):
    """He comes later: pass him over until he is here. Once a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SayHere(ByHolder):
    """He has come: back to his place in the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp(ByHolder):
    """He does not want the number any more, and knows the figures on its paper."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint(Command):
    """Let the paper of a number come out once more, at `kiosk`. counter: who wants it, None for reception."""

    number: str
    kiosk: str
    counter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(AtCounter):
    """Take back the last thing done at this counter, which `here` is seen to have come of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(AtCounter):
    """A citizen pressed a satisfaction button: level 1 (worst) to `levels`.

    answers: of the questionnaire, question -> 2, 1 or 0 points; what was skipped is not there.
    pressed_at: by the device's clock; None where that cannot be believed, and the arrival has to do.
    """

    number: str
    level: int
    levels: int
    reason: str | None = None
    answers: dict[str, int] = field(default_factory=dict)
    pressed_at: datetime | None = None
