"""The steps of a citizen's way to a number: where the kiosk stands between two touches.

Values only; which touch leads from which step to which is the core's table.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from broker.messages import Klass, TicketReply, Words
from broker.vocabulary import Now
from broker.whisper import Rest
from hardware.printer import PrintResult
from kiosk.view import Closing, Scan, Target
from kiosk.vocabulary import Job


@dataclass(frozen=True)
class Home:
    """The resting screen: authorities, or why there is nothing to choose."""

    page: int = 0


@dataclass(frozen=True)
class Services:
    """The services of one authority. `before` is where "back" leads."""

    authority: str
    before: Home
    page: int = 0


@dataclass(frozen=True)
class Question:
    """Priority or not, for one service. `before` is where "back" leads."""

    service: str
    before: Home | Services | Collecting
    page: int = 0


@dataclass(frozen=True)
class Collecting:
    """Where the result of dossier `code` is collected, in one service or one of several.

    Not `collects`: nobody gives results out; the services are those of its agency, and the code goes along.
    """

    code: str
    services: tuple[str, ...]
    before: Home
    page: int = 0
    collects: bool = True


Choosing = Home | Services | Question | Collecting
LAYERS: Final = ("1234567890.-H", "ABCDEFGHIJKLM", "NOPQRSTUVWXYZ")  # of the keyboard; H begins most agencies
READY: Final = "resolved"


@dataclass(frozen=True)
class Typing:
    """A dossier's code is typed, or after it what shows whose it is: then `told` is what is known already.

    slip: the code was held to the scanner before a choice; what the server cannot tell leads to its queue.
    """

    text: str = field(default="", repr=False)
    layer: int = 0
    told: Looked | None = None
    request: str | None = None  # the server is asked
    slip: bool = False

    @property
    def keys(self) -> str:
        return LAYERS[self.layer]

    @property
    def ready(self) -> bool:
        """Whether there is enough to ask with."""
        return len(self.text) >= (6 if self.told is None else 4)

    @property
    def longest(self) -> int:
        return 32 if self.told is None else 12

    @property
    def before(self) -> Home | Looked:
        """Where "back" leads."""
        return self.told if self.told is not None else Home()


@dataclass(frozen=True)
class Looked:
    """What the server told of a dossier; wiped after a while."""

    code: str
    status: str
    due: datetime | None
    collect: tuple[str, ...]
    since: float  # monotonic seconds
    rest: Rest | None = field(default=None, repr=False)
    page: int = 0


@dataclass(frozen=True)
class Wish:
    """What the citizen has chosen, complete. `pressed` is the button that showed it, on the step `on`."""

    service: str
    klass: Klass
    pressed: Target
    on: Choosing
    dossier: str | None = None  # whose result is to be collected


@dataclass(frozen=True)
class Asking:
    """The number is being taken. `request` is None while the pace holds it back until `hold` (hall time)."""

    wish: Wish
    request: str | None
    hold: datetime | None = None


@dataclass(frozen=True)
class Again:
    """The same service twice in a moment: meant so?"""

    wish: Wish
    number: str


@dataclass(frozen=True)
class Showing:
    """A number was issued. `result` is None while its paper is on the way; `since` starts the way home."""

    job: Job
    result: PrintResult | None
    since: float  # monotonic seconds
    last_try: bool = False  # printing again was tried


@dataclass(frozen=True)
class Recalled:
    """A number of before the power cut, offered once more."""

    job: Job
    since: float


@dataclass(frozen=True)
class Explaining:
    """Why nothing came of a choice. `before` is where "back" leads."""

    closing: Closing
    name: Words | None
    before: Choosing
    elsewhere: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Remarked:
    """Nothing comes of what was scanned; after a while the kiosk is back on `before` by itself."""

    scan: Scan
    before: Choosing | Typing | Looked


@dataclass(frozen=True)
class Unanswered:
    """The server did not answer in time."""


@dataclass(frozen=True)
class Pausing:
    """Numbers were taken too fast; over at `until` (hall time)."""

    until: datetime


@dataclass(frozen=True)
class Helping:
    """How it works. `before` is where "back" leads; `called`: since when the staff is called, if it is."""

    before: Step
    called: float | None = None  # monotonic seconds


Step = (
    Home
    | Services
    | Question
    | Collecting
    | Typing
    | Looked
    | Remarked
    | Asking
    | Again
    | Showing
    | Recalled
    | Explaining
    | Unanswered
    | Pausing
    | Helping
)

# Where somebody may have walked away in the middle: after a while the kiosk asks whether anybody is there.
INNER = (Services, Question, Collecting, Typing, Again, Explaining, Unanswered, Helping)


def dossier_of(step: Choosing) -> str | None:
    """The dossier whose result is to be collected."""
    match step:
        case Collecting(code):
            return code
        case Question(before=before):
            return dossier_of(before)
    return None


def collects(step: Choosing) -> bool:
    """Whether a dossier's result is what somebody came for."""
    match step:
        case Collecting():
            return step.collects
        case Question(before=before):
            return collects(before)
    return True


def held_anew(step: Showing | Recalled, now: Now) -> Showing | Recalled:
    """A number that the citizen looks at again is held as long as if it were new."""
    return replace(step, since=now.mono)


def ticket_of(step: Step) -> TicketReply | None:
    """The number that a step holds for the citizen."""
    match step:
        case Showing(job) | Recalled(job):
            return job.ticket
        case Helping(before):
            return ticket_of(before)
    return None
