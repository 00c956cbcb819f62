"""The words of the kiosk's core: what goes into `Kiosk.handle`, and what comes out of it.

What the server says comes in the words of `broker.vocabulary`, unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from broker.messages import DeviceConfig, FloorsRequest, IssueRequest, TicketFact, TicketReply
from broker.vocabulary import Heard
from broker.whisper import Rest
from hardware.printer import PrinterStatus, PrintResult
from kiosk.state.series import UNCONFIRMED, Series
from kiosk.view import Target

Outcome = Literal["printed", "failed", "maybe"]
Phase = Literal["pending", "issued", "printing"]

SERVICE: Final = "service-"  # the wired button of a service: what its id begins with


def button_of(service: str) -> str:
    """The id of the wired button of a service."""
    return SERVICE + service


@dataclass(frozen=True)
class Job:
    """One attempt to put a ticket on paper. `request` is the id that the number was asked for with."""

    request: str
    attempt: int
    ticket: TicketReply


# --- inputs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tapped:
    """A finger on the screen; `target` is None beside every target."""

    target: Target | None


@dataclass(frozen=True)
class ButtonPressed:
    """A wired button: `service-<id>`, `ok`, `priority`, `back`, `help`, `language` or `page`."""

    button: str


@dataclass(frozen=True)
class Scanned:
    """What a citizen held to the scanner, as it read it. Its text goes no farther than the core."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class ScannerIs:
    """Whether there is a scanner to hold something to."""

    present: bool


@dataclass(frozen=True)
class PrinterIs:
    """The printer's status, now and at every change."""

    status: PrinterStatus


@dataclass(frozen=True)
class PrintEnded:
    """What became of a job."""

    job: Job
    result: PrintResult


@dataclass(frozen=True)
class Unfinished:
    """A ticket's life that the last run did not bring to its end. `ticket` is None while `pending`."""

    request: str
    phase: Phase
    attempt: int
    ticket: TicketReply | None


@dataclass(frozen=True)
class Booted:
    """The first input: what the last run left behind, oldest first, and what it knew of hall and numbers.

    boot: this start of the machine, which the monotonic clock counts from.
    """

    unfinished: tuple[Unfinished, ...]
    series: Series = UNCONFIRMED
    config: DeviceConfig | None = None
    boot: str = "unknown"


@dataclass(frozen=True)
class Sought:
    """What the server answered to a look-up. status: None for a dossier that nobody knows. collect: services.
    wait_s: asked or tried too often. tried: something was shown; rest: and it fits."""

    request: str
    status: str | None
    due: datetime | None
    collect: tuple[str, ...]
    wait_s: int
    tried: bool
    rest: Rest | None = field(repr=False)


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


Input = Tapped | ButtonPressed | Scanned | ScannerIs | PrinterIs | PrintEnded | Booted | Sought | Tick | Heard


# --- effects: all that is to be remembered is durable before anything of it is seen ------------------------


@dataclass(frozen=True)
class Ask:
    """Remember the request, then send it; without an answer in `deadline_s` it is given up."""

    request: IssueRequest
    deadline_s: float


@dataclass(frozen=True)
class Seek:
    """Ask how a dossier stands. factor: what shows whose it is, or ""; sealed before it leaves the kiosk."""

    request: str
    code: str
    factor: str = field(repr=False)
    deadline_s: float


@dataclass(frozen=True)
class AskFloors:
    """Ask from where on the kiosk's own series are free. Nothing depends on the answer but later numbers."""

    request: FloorsRequest


@dataclass(frozen=True)
class KeepSeries:
    """Remember what the server confirmed."""

    series: Series


@dataclass(frozen=True)
class KeepConfig:
    """Remember the plan, for a start while the server is away; without the counter's, which has a name."""

    config: DeviceConfig


@dataclass(frozen=True)
class Give:
    """Remember a number of the kiosk's own, with the series it was taken from and the fact that tells the
    server, in one commit; and that request `gave_up`, if any, is not waited for any more."""

    ticket: TicketReply
    fact: TicketFact
    series: Series
    gave_up: str | None


@dataclass(frozen=True)
class Abandon:
    """Record that nobody waits for this request's number any more."""

    request: str


@dataclass(frozen=True)
class Forget:
    """The request was refused: nothing came of it."""

    request: str


@dataclass(frozen=True)
class Keep:
    """Remember the number that was issued, before anybody sees it."""

    request: str
    ticket: TicketReply


@dataclass(frozen=True)
class Print:
    """Remember that printing begins, then hand the job to the printer."""

    job: Job


@dataclass(frozen=True)
class Report:
    """Record what became of the paper. `late`: after it was recorded that nobody knows."""

    job: Job
    outcome: Outcome
    late: bool = False


@dataclass(frozen=True)
class TellPrinter:
    """Let the server know how the printer is."""

    status: PrinterStatus


@dataclass(frozen=True)
class PrintTest:
    """Print a page that is nobody's ticket, and tell what became of it: order `order` asked for it."""

    order: str | None


@dataclass(frozen=True)
class Answer:
    """Tell what came of an order: carried out, or refused for the reason `refused`."""

    order: str | None
    refused: str = ""


@dataclass(frozen=True)
class Restart:
    """End in good order and start again."""


@dataclass(frozen=True)
class Note:
    """One line for the log."""

    line: str


@dataclass(frozen=True)
class TellAlone:
    """Let the server know, once it is back, that numbers were given without it; or no longer are."""

    alone: bool


@dataclass(frozen=True)
class CallStaff:
    """Let the server know that somebody needs help at this kiosk; or no longer does."""

    wanted: bool


Effect = (
    Ask
    | Seek
    | AskFloors
    | KeepSeries
    | KeepConfig
    | Give
    | Abandon
    | Forget
    | Keep
    | Print
    | Report
    | TellPrinter
    | TellAlone
    | CallStaff
    | PrintTest
    | Answer
    | Restart
    | Note
)
