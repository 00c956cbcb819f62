"""The payloads of the contract: UTF-8 JSON objects, typed at the door.

Every message carries `v` (the schema's version). Unknown fields are ignored, so that an older program lives
beside a newer one; wrong ones are refused by `broker.codec`. Instants are ISO 8601 in UTC. A citizen's name,
phone or papers have no field here, and get none: what cannot be said cannot leak.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True)]  # an instant without its zone is refused
# `$` alone would let a line break through at the end.
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
Level = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]
Number = Annotated[str, Meta(min_length=1, max_length=12)]
Note = Annotated[str, Meta(max_length=500)]
Lang = Literal["vi", "en"]
Klass = Literal["normal", "priority"]
Count = Annotated[int, Meta(ge=0)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every payload."""

    v: Literal[1] = 1


class Words(msgspec.Struct, frozen=True):
    """One text in both languages."""

    vi: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


class Range(msgspec.Struct, frozen=True):
    """An announced wait in minutes, rounded outward: `low` to `high`; low 0 means "under `high`"."""

    low: Count
    high: Count


# --- device -> server: requests -------------------------------------------------------------------------


class Request(Message, frozen=True, kw_only=True, tag_field="kind"):
    """A question that wants an answer now. `id` makes it one command however often it is sent."""

    id: Id
    at: Instant


class IssueRequest(Request, frozen=True, kw_only=True, tag="issue"):
    """A citizen asks for a number."""

    service: Level
    klass: Klass = "normal"
    lang: Lang = "vi"


class KeyRequest(Request, frozen=True, kw_only=True, tag="key"):
    """An officer pressed a key at the counter; the server knows which counter the device stands at."""

    key: Literal["next", "recall", "start", "finish", "no-show", "park", "undo"]


AnyRequest = IssueRequest | KeyRequest


# --- server -> device: replies --------------------------------------------------------------------------


class Reply(Message, frozen=True, kw_only=True, tag_field="kind"):
    """The answer to the request with the same `id`, sent after the commit."""

    id: Id


class TicketReply(Reply, frozen=True, kw_only=True, tag="ticket"):
    """A number was issued: everything the paper and the screen say about it."""

    ticket: Id
    number: Number
    issued_at: Instant
    service: Words
    authority: Words
    klass: Klass
    lang: Lang
    ahead: Count
    wait: Range | None
    place: Words  # "Khu B – quầy 6, 7, 8"
    url: Annotated[str, Meta(max_length=60)]  # the phone page, printed as a QR code
    grace_min: Count


class DoneReply(Reply, frozen=True, kw_only=True, tag="done"):
    """A key press was carried out: the ticket it touched, if any, and the state it is in now."""

    number: Number | None = None
    state: str | None = None


class RefusedReply(Reply, frozen=True, kw_only=True, tag="refused"):
    """The server said no. `code` is stable; the device has a text for it in its catalogues."""

    code: str
    reopens_at: Instant | None = None


AnyReply = TicketReply | DoneReply | RefusedReply


# --- device -> server: facts ----------------------------------------------------------------------------


class Fact(Message, frozen=True, kw_only=True, tag_field="kind"):
    """Something that happened at a device. Kept in its outbox, `seq` by `seq`, until receipted."""

    id: Id
    seq: Annotated[int, Meta(ge=1)]
    at: Instant


class PrintFact(Fact, frozen=True, kw_only=True, tag="print"):
    """What became of a ticket's paper. `maybe`: the power went while it was printing."""

    ticket: Id
    outcome: Literal["printed", "failed", "maybe"]


class AbandonFact(Fact, frozen=True, kw_only=True, tag="abandon"):
    """The kiosk gave up waiting for request `request`: its number, however late, belongs to nobody."""

    request: Id


class RatingFact(Fact, frozen=True, kw_only=True, tag="rating"):
    """A citizen pressed a satisfaction button. Matched by the number served at this device's counter."""

    number: Number
    level: Annotated[int, Meta(ge=1, le=5)]  # 1 worst, `levels` best
    levels: Annotated[int, Meta(ge=2, le=5)]
    reason: Level | None = None


AnyFact = PrintFact | AbandonFact | RatingFact


class Refusal(msgspec.Struct, frozen=True):
    id: Id
    code: str


class Receipt(Message, frozen=True, kw_only=True):
    """Facts the outbox may forget: committed ones, and ones that were refused for good."""

    ids: tuple[Id, ...]
    refused: tuple[Refusal, ...] = ()


# --- status ---------------------------------------------------------------------------------------------


PrinterState = Literal["ok", "paper-low", "paper-out", "cover-open", "cutter-error", "unplugged"]


class DeviceStatus(Message, frozen=True, kw_only=True):
    """Retained. The will of a device is the same message with `online` false."""

    online: bool
    role: Literal["kiosk", "counter", "display"]
    version: str = ""
    at: Instant | None = None
    clock_synchronised: bool = True
    outbox: Count = 0
    printer: PrinterState | None = None
    error: Annotated[str, Meta(max_length=200)] | None = None


class ServerStatus(Message, frozen=True, kw_only=True):
    """Retained. A device that sees `online` false, or nothing, works alone. `epoch` counts server starts."""

    online: bool
    epoch: Count
    version: str = ""
    at: Instant | None = None


class Time(Message, frozen=True, kw_only=True):
    """The server's clock, every 30 s, so that a device knows its error."""

    at: Instant


class Control(Message, frozen=True, kw_only=True):
    """An order to a device."""

    do: Literal["identify", "test-print", "reload", "restart"]


# --- server -> device: what it needs to work ------------------------------------------------------------


class Opening(msgspec.Struct, frozen=True):
    """A stretch in which numbers are given: from `opens` up to, not including, `closes` (the cut-off)."""

    opens: Instant
    closes: Instant


class ServicePlan(msgspec.Struct, frozen=True):
    id: Level
    letter: str
    name: Words
    openings: tuple[Opening, ...]  # today and the coming days, in order


class AuthorityPlan(msgspec.Struct, frozen=True):
    id: Level
    letter: str
    name: Words
    short: Words
    services: tuple[ServicePlan, ...]


class PriorityGroup(msgspec.Struct, frozen=True):
    """A legal group a citizen may declare. Only the class leaves the kiosk, never the group."""

    id: Level
    name: Words


class KioskPlan(msgspec.Struct, frozen=True):
    authorities: tuple[AuthorityPlan, ...]
    groups: tuple[PriorityGroup, ...]
    documents: Words  # "Mang theo: ..." at the foot of the ticket
    hotline: str


class CounterPlan(msgspec.Struct, frozen=True):
    counter: str
    levels: Annotated[int, Meta(ge=2, le=5)]
    reasons: tuple[PriorityGroup, ...]  # id and words of each reason after a negative answer
    window_s: Count  # how long after the end a rating is open


class DisplayPlan(msgspec.Struct, frozen=True):
    dwell_s: float
    rows: Count | None = None


class DeviceConfig(Message, frozen=True, kw_only=True):
    """Retained, one for each device: concrete answers, no policy."""

    rev: Count
    at: Instant
    hall: Words
    time_zone: str
    kiosk: KioskPlan | None = None
    counter: CounterPlan | None = None
    display: DisplayPlan | None = None


# --- the wall -------------------------------------------------------------------------------------------


class Call(msgspec.Struct, frozen=True):
    """One line of the wall. `seq` grows with every call and recall of the day, without gaps."""

    seq: Annotated[int, Meta(ge=1)]
    number: Number
    counter: str
    at: Instant
    recall: Count = 0  # 0: the first call; 1, 2 ...: "nhắc lại"
    lang: Lang = "vi"


class CounterLine(msgspec.Struct, frozen=True):
    """What stands at a counter now. A number stays after `served` until the next call: the rating asks.

    leaving: the one whose visit was ended by calling the next, while that one walks up: may still be asked.
    """

    counter: str
    status: Literal["open", "paused", "closed"]
    number: Number | None = None
    state: Literal["called", "serving", "served"] | None = None
    since: Instant | None = None
    leaving: Number | None = None
    left_at: Instant | None = None


class WaitingLine(msgspec.Struct, frozen=True):
    """One service's line: how many wait, the range a newcomer would hear, and whether it takes numbers."""

    service: Level
    letter: str
    name: Words
    waiting: Count
    wait: Range | None
    open: bool
    reason: str | None = None  # why not: a refusal code
    reopens_at: Instant | None = None


class Board(Message, frozen=True, kw_only=True):
    """Retained and public: all that walls, terminals and phones may know of the hall, and nothing else."""

    epoch: Count
    rev: Count
    at: Instant
    day: str  # the business day, YYYY-MM-DD
    hall: Words
    calls: tuple[Call, ...]  # newest first, at most 30
    counters: tuple[CounterLine, ...]
    waiting: tuple[WaitingLine, ...]
    notices: tuple[Words, ...] = ()


class DossierLine(msgspec.Struct, frozen=True):
    code: str
    authority: Words
    status: str
    due: Instant | None = None


class Dossiers(Message, frozen=True, kw_only=True):
    """Retained and public: progress by code only."""

    rev: Count
    at: Instant
    lines: tuple[DossierLine, ...] = ()
