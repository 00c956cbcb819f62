"""The payloads of the contract: UTF-8 JSON objects, typed at the door.

Every message carries `v` (the schema's version). Unknown fields are ignored, so that an older program lives
beside a newer one; wrong ones are refused by `broker.codec`. Instants are ISO 8601 in UTC. A citizen's name,
phone or papers have no field here, and get none: what cannot be said cannot leak.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.basics import (
    Count as Count,
    DossierCode as DossierCode,
    Id as Id,
    Instant as Instant,
    Klass as Klass,
    Lang as Lang,
    Letter as Letter,
    Level as Level,
    Message as Message,
    Note as Note,
    Number as Number,
    Range as Range,
    Secret as Secret,
    Token as Token,
    Words as Words,
)
from broker.plans import (
    AuthorityPlan as AuthorityPlan,
    CounterPlan as CounterPlan,
    DeviceConfig as DeviceConfig,
    DisplayPlan as DisplayPlan,
    KioskPlan as KioskPlan,
    Opening as Opening,
    PriorityGroup as PriorityGroup,
    Question as Question,
    ServicePlan as ServicePlan,
    Slide as Slide,
    VolumeSpan as VolumeSpan,
    Zone as Zone,
    ZoneSpan as ZoneSpan,
)
from broker.sent import (
    CodedDossier as CodedDossier,
    SentDossier as SentDossier,
    SentDossiers as SentDossiers,
    SentFault as SentFault,
    SentLeg as SentLeg,
    SentReceipt as SentReceipt,
    SentStep as SentStep,
)
from broker.wall import (
    Board as Board,
    Call as Call,
    CounterLine as CounterLine,
    DossierLine as DossierLine,
    Dossiers as Dossiers,
    LateList as LateList,
    LateOfficer as LateOfficer,
    LateUnit as LateUnit,
    Stage as Stage,
    WaitingLine as WaitingLine,
)
from broker.whisper import ANSWER_BYTES, OVERHEAD, QUESTION_BYTES, StatusWord

# --- device -> server: requests -------------------------------------------------------------------------


class Request(Message, frozen=True, kw_only=True, tag_field="kind"):
    """A question that wants an answer now. `id` makes it one command however often it is sent."""

    id: Id
    at: Instant


class IssueRequest(Request, frozen=True, kw_only=True, tag="issue"):
    """A citizen asks for a number. `dossier`: the one whose result is to be collected."""

    service: Level
    klass: Klass = "normal"
    lang: Lang = "vi"
    dossier: DossierCode | None = None


class FloorsRequest(Request, frozen=True, kw_only=True, tag="floors"):
    """A kiosk asks from where on its own series are certainly free. Asked by every memory, old or new."""


class KeyRequest(Request, frozen=True, kw_only=True, tag="key"):
    """An officer pressed a key at the counter; the server knows which counter the device stands at."""

    key: Literal["next", "recall", "start", "finish", "returned", "no-show", "park", "undo"]


class LookupRequest(Request, frozen=True, kw_only=True, tag="lookup"):
    """A citizen asks how a dossier stands. box: what shows that it is theirs, sealed (`broker.whisper`)."""

    code: DossierCode
    box: Annotated[bytes, Meta(max_length=QUESTION_BYTES + OVERHEAD)] | None = None


AnyRequest = IssueRequest | FloorsRequest | KeyRequest | LookupRequest


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
    ahead: Count | None  # None: nobody knows, the kiosk gave the number by itself
    wait: Range | None
    place: Words  # "Khu B – quầy 6, 7, 8"
    url: Annotated[str, Meta(max_length=60)]  # the phone page, printed as a QR code
    grace_min: Count
    dossier: DossierCode | None = None
    timed: bool = True  # false: no clock was to be believed, so that `issued_at` is not to be shown
    secret: Secret = ""  # stands on the paper alone: who cancels the number by phone has to know it


class FloorsReply(Reply, frozen=True, kw_only=True, tag="floors"):
    """By letter, the first number of the asking kiosk's own series that was never used on `day`.

    The server has taken every fact that reached it before the question. `at` is its clock at the answer.
    """

    at: Instant
    day: str  # the business day, YYYY-MM-DD
    next: dict[Letter, Annotated[int, Meta(ge=1)]]


class DoneReply(Reply, frozen=True, kw_only=True, tag="done"):
    """A key press was carried out: the ticket it touched, if any, and the state it is in now."""

    number: Number | None = None
    state: str | None = None


class RefusedReply(Reply, frozen=True, kw_only=True, tag="refused"):
    """The server said no. `code` is stable; the device has a text for it in its catalogues."""

    code: str
    reopens_at: Instant | None = None


class LookupReply(Reply, frozen=True, kw_only=True, tag="lookup"):
    """How a dossier stands, and the time it is promised for. status: null for one that nobody knows.

    wait_s: asked too often; nothing is said for so long. collect: the services that give its result out, when
    it is ready. box: the answer to the request's, sealed for who asked.
    """

    status: StatusWord | None = None
    due: Instant | None = None
    wait_s: Count = 0
    collect: tuple[Level, ...] = ()
    box: Annotated[bytes, Meta(max_length=ANSWER_BYTES + OVERHEAD)] | None = None


AnyReply = TicketReply | FloorsReply | DoneReply | RefusedReply | LookupReply


# --- device -> server: facts ----------------------------------------------------------------------------


class Stamp(msgspec.Struct, frozen=True):
    """A machine's stopwatch: seconds since its start `boot`, right also where its clock is not."""

    boot: Id
    mono: float


class Fact(Message, frozen=True, kw_only=True, tag_field="kind"):
    """Something that happened at a device. Kept in its outbox, `seq` by `seq`, until receipted.

    box: which memory of the device numbered it. A card that was wiped or restored begins a box of its own.
    """

    id: Id
    seq: Annotated[int, Meta(ge=1)]
    at: Instant
    box: Annotated[str, Meta(max_length=32, pattern=r"^[a-z0-9]*(?!\n)$")] = ""


class TicketFact(Fact, frozen=True, kw_only=True, tag="ticket"):
    """A number that the kiosk gave from its own series: `A2-017`, letter A, kiosk 2, ordinal 17.

    `at`: the server's time of issue as far as the kiosk knew it; `trusted`: something kept that clock right.
    `stamp` is the stopwatch at the issue, `sent` the same stopwatch at this sending: their difference is how
    long ago it was, whatever the clocks say.
    """

    ticket: Id
    number: Number
    letter: Letter
    ordinal: Annotated[int, Meta(ge=1)]
    service: Level
    klass: Klass = "normal"
    lang: Lang = "vi"
    token: Token
    dossier: DossierCode | None = None
    trusted: bool
    stamp: Stamp
    sent: Stamp | None = None
    secret: Secret = ""


class PrintFact(Fact, frozen=True, kw_only=True, tag="print"):
    """What became of a ticket's paper. `maybe`: the power went while it was printing."""

    ticket: Id
    outcome: Literal["printed", "failed", "maybe"]


class AbandonFact(Fact, frozen=True, kw_only=True, tag="abandon"):
    """The kiosk gave up waiting for request `request`: its number, however late, belongs to nobody."""

    request: Id


class RatingFact(Fact, frozen=True, kw_only=True, tag="rating"):
    """A citizen pressed a satisfaction button. Matched by the number served at this device's counter.

    `at`: when the level was pressed, by the server's time as far as the device knew it; `trusted`: the server
    had told it, or something kept the device's clock right.
    """

    number: Number
    level: Annotated[int, Meta(ge=1, le=5)]  # 1 worst, `levels` best
    levels: Annotated[int, Meta(ge=2, le=5)]
    reason: Level | None = None
    # of the questionnaire, by question
    answers: dict[Level, Annotated[int, Meta(ge=0, le=2)]] = msgspec.field(default_factory=dict)
    trusted: bool = False


AnyFact = TicketFact | PrintFact | AbandonFact | RatingFact


class Refusal(msgspec.Struct, frozen=True):
    id: Id
    code: str


class Receipt(Message, frozen=True, kw_only=True):
    """Facts the outbox may forget: committed ones, and ones that were refused for good."""

    ids: tuple[Id, ...]
    refused: tuple[Refusal, ...] = ()


# --- status ---------------------------------------------------------------------------------------------


PrinterState = Literal["ok", "paper-low", "paper-out", "cover-open", "cutter-error", "unplugged"]


# A pack of recorded clips, a program that reads words, a model that the operator brought, or none of them.
Voice = Literal["pack", "espeak-ng", "piper", "chime"]


# What a Raspberry Pi's firmware tells of now: too little voltage, a capped or slow clock, a limit by heat.
Throttle = Literal["under-voltage", "capped", "throttled", "soft-limit"]


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
    clock_offset_s: float | None = None  # the server's clock minus this device's, where that is known
    alone: bool = False  # gives numbers of its own series, because the server does not answer
    paper_m: float | None = None  # metres printed since the roll was put in
    roll_m: float | None = None  # metres on a full roll, as the device's file says
    metres: float | None = None  # printed in the printer's life with this device
    cuts: Count | None = None
    scanner: Literal["ok", "unplugged"] | None = None
    stuck: tuple[Level, ...] = ()  # buttons that have been held for so long that nobody means it
    help: bool = False  # somebody stands there and has called the staff
    voice: Voice | None = None  # what spoke the last call of a display
    life: Id | None = None  # this run of the program: orders are for one run and no other
    started_at: Instant | None = None  # this run, by the device's clock
    uptime_s: Count | None = None  # of the machine, at `at`
    temperature_c: float | None = None  # of the processor
    throttled: tuple[Throttle, ...] = ()  # what the firmware of a Raspberry Pi slows it down for, now
    disk_free_mb: Count | None = None  # 10^6 bytes, where the program keeps what has to last
    memory_free_mb: Count | None = None  # of the machine, 10^6 bytes
    memory_mb: Count | None = None  # of the program, 10^6 bytes
    last_error: Annotated[str, Meta(max_length=200)] | None = None  # of this run, also one that is over
    last_error_at: Instant | None = None


class ServerStatus(Message, frozen=True, kw_only=True):
    """Retained. A device that sees `online` false, or nothing, works alone. `epoch` counts server starts."""

    online: bool
    epoch: Count
    version: str = ""
    at: Instant | None = None


class Time(Message, frozen=True, kw_only=True):
    """The server's clock, every 30 s, so that a device knows its error."""

    at: Instant


Order = Literal["identify", "test-print", "test-sound", "screenshot", "logs", "restart", "reprint"]


class Control(Message, frozen=True, kw_only=True):
    """An order to a device, taken once by its id, and only in the run of the program that it is for (`life`).

    name: what people call the device, for `identify`. ticket: what is to come out again, of a `reprint`.
    """

    do: Order
    id: Id | None = None
    life: Id | None = None
    name: Words | None = None
    ticket: TicketReply | None = None


# --- device -> server: what came of an order ------------------------------------------------------------


MOST_PIECES = 64
PIECE_BYTES = 32_768


class Outcome(Message, frozen=True, kw_only=True, tag_field="kind"):
    """Something about the order with this id. Kept nowhere: what a broken link swallows has no answer."""

    order: Id


class Deed(Outcome, frozen=True, kw_only=True, tag="deed"):
    """The order was heard, carried out, or refused for the reason `code`."""

    what: Literal["heard", "done", "refused"]
    code: Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,32}(?!\n)$")] = ""


class Piece(Outcome, frozen=True, kw_only=True, tag="piece"):
    """Part `n` of `of` of what the order asked for: a screen as PNG, lines of a log as UTF-8."""

    n: Annotated[int, Meta(ge=1, le=MOST_PIECES)]
    of: Annotated[int, Meta(ge=1, le=MOST_PIECES)]
    data: Annotated[bytes, Meta(max_length=PIECE_BYTES)]


AnyOutcome = Deed | Piece
