"""What the citizen sees, as a value: which screen with which content, and what can be touched on it.

The core makes a `View`, the layout finds a place for everything in it, the painter draws it. Keeps out
pixels, colours and catalogues. Two equal views look the same: a view that did not change is not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from broker.messages import Lang, PriorityGroup, Range, TicketReply, Words
from broker.whisper import Rest
from hardware.identity import Identity


class Verb(StrEnum):
    """What a touch asks for."""

    AUTHORITY = "authority"  # of: its id
    SERVICE = "service"  # of: its id
    CLASS = "class"  # of: the id of the priority group, or NORMAL
    NEXT_PAGE = "next-page"
    PREVIOUS_PAGE = "previous-page"
    TURN_PAGE = "turn-page"  # the next page, and from the last one to the first: where one button does it
    BACK = "back"
    HOME = "home"
    HELP = "help"  # how it works
    STAFF = "staff"  # somebody is to come
    LANGUAGE = "language"
    TEXT_SIZE = "text-size"
    CONTRAST = "contrast"
    LOW = "low"
    DONE = "done"
    PRINT_AGAIN = "print-again"
    MORE_TIME = "more-time"
    TAKE_ANOTHER = "take-another"
    LOOKUP = "lookup"  # how does my dossier stand?
    KEY = "key"  # of: the letter or figure that is typed
    SHIFT = "shift"  # the next letters
    ERASE = "erase"
    ENTER = "enter"
    MORE = "more"  # all of a dossier, for who can show that it is theirs
    COLLECT = "collect"  # its result


NORMAL = ""  # the priority question's "no"
PRIORITY = "*"  # its "yes" without saying which group: a wired button's
ONLY = ""  # the one service that there is to choose


@dataclass(frozen=True)
class Target:
    """One thing that can be touched."""

    verb: Verb
    of: str = ""


@dataclass(frozen=True)
class Look:
    """How the citizen wants to see it; goes back to the default at the end of the session."""

    lang: Lang = "vi"
    large: bool = False
    contrast: bool = False  # the other theme than the device's own
    low: bool = False  # everything to touch within reach of somebody seated


@dataclass(frozen=True)
class Closing:
    """Why no number is given: a refusal code, and when numbers are given again, if known."""

    code: str
    reopens_at: datetime | None = None


@dataclass(frozen=True)
class Offer:
    """One button of the first two screens. `waiting` and `wait` are None where nobody knows."""

    target: Target
    letter: str
    name: Words
    short: Words
    waiting: int | None
    wait: Range | None
    closing: Closing | None


@dataclass(frozen=True)
class Grid:
    """How a list of choices is spread over pages: the same on each, so that nothing jumps."""

    columns: int
    rows: int
    lines: int  # of a name at most
    turning: bool  # more than one page: there are arrows
    taken: int = 0  # cells that something else stands in
    short: bool = False  # all names in their short form: too many do not fit in full

    @property
    def size(self) -> int:
        """Choices on a page."""
        return self.columns * self.rows - self.taken


class Shelf(Protocol):
    """Decides a grid: what room the panel has for these names. Pure; the layout's part of the core."""

    def __call__(
        self, kind: Literal["choices", "hinted", "groups"], names: tuple[tuple[str, str], ...], look: Look, /
    ) -> Grid:
        """names: the long and the short form of every name, over all pages. hinted: choices with a line
        for the scanner."""
        ...


# --- screens --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Starting:
    """Nothing is known yet."""


@dataclass(frozen=True)
class Choices:
    """The first screen, the services of one authority, or those where a dossier's result is collected."""

    offers: tuple[Offer, ...]  # of this page
    grid: Grid
    page: int
    pages: int
    authority: Words | None = None  # None: the first screen
    single: bool = False  # the first screen shows services: of the only authority, or because buttons do
    hinted: bool = False  # there is a scanner to hold a slip to
    dossier: str | None = None  # the code that was scanned
    lookup: bool = False  # one may ask how a dossier stands
    collects: bool = True  # its result; or it is only taken along to a service of `authority`


@dataclass(frozen=True)
class Question:
    """Does the citizen belong to a group that goes first?

    lead: the group in the first place, where the usual answer stands otherwise. That one is then the first
    of the others.
    """

    service: Words
    groups: tuple[PriorityGroup, ...]  # of this page, but for `lead`
    grid: Grid
    page: int
    pages: int
    suggested: str | None = None  # the group that the citizen's card speaks for, from so many
    years: int = 0  # on
    dossier: str | None = None
    collects: bool = True
    lead: PriorityGroup | None = None


@dataclass(frozen=True)
class Done:
    """A number with its paper, printed or on its way."""

    ticket: TicketReply
    printing: bool
    left_s: int


@dataclass(frozen=True)
class Held:
    """A number without paper. `cause`: a PrintResult; `again`: printing may be tried once more."""

    ticket: TicketReply
    cause: str
    again: bool
    left_s: int


@dataclass(frozen=True)
class Leftover:
    """After a power cut: a number that was taken just before, and whose paper nobody can vouch for."""

    ticket: TicketReply
    again: bool
    left_s: int


@dataclass(frozen=True)
class Shut:
    """No number is given anywhere, or not for `name`. `whole`: the kiosk's resting screen."""

    closing: Closing
    whole: bool
    name: Words | None = None
    elsewhere: tuple[Words, ...] = ()  # the kiosks that do give numbers


@dataclass(frozen=True)
class NoServer:
    """No number can be given because the server does not answer. `asked`: somebody just tried."""

    asked: bool


@dataclass(frozen=True)
class Pause:
    """Too many numbers in a short time."""

    seconds: int


class Calling(StrEnum):
    """Whether staff can be called to the kiosk, or was."""

    OFFERED = "offered"
    TOLD = "told"
    AWAY = "away"  # the server is: nobody would hear


@dataclass(frozen=True)
class Help:
    """How it works and whom to ask. `ticket`: a number that must stay on the screen meanwhile."""

    ticket: TicketReply | None
    calling: Calling = Calling.OFFERED


@dataclass(frozen=True)
class Keyboard:
    """Letters and figures, a layer at a time, and what was typed: a dossier's code, or with `code` what shows
    whose it is. next: the next layer's keys. ready: there is enough to ask with. asking: the server is asked.
    scanner: a slip or a card may be held to it instead.
    """

    keys: tuple[str, ...]
    next: str
    text: str = field(repr=False)
    code: str | None
    ready: bool
    asking: bool
    scanner: bool


@dataclass(frozen=True)
class Told:
    """How a dossier stands. due, and the instants of `rest`: by the hall's clock. more: there may be a rest
    for who shows whose it is. collect: its result is given out here."""

    code: str
    status: str
    due: datetime | None
    rest: Rest | None = field(repr=False)
    more: bool
    collect: bool
    left_s: int
    page: int = 0  # of two, where all of it finds no room on one


Screen = (
    Starting | Choices | Question | Done | Held | Leftover | Shut | NoServer | Pause | Help | Keyboard | Told
)  # fmt: skip


# --- dialogs: in place of a screen, which comes back after them -------------------------------------------


@dataclass(frozen=True)
class MoreTime:
    """Is anybody there? `number`: one that must stay on the screen meanwhile."""

    left_s: int
    number: str | None = None


@dataclass(frozen=True)
class Another:
    """The same service twice in a moment."""

    number: str


class Scan(StrEnum):
    """What was held to the scanner, or typed, and leads nowhere."""

    HEALTH_CARD = "health-card"
    ADDRESS = "address"  # of a web page
    TICKET = "ticket"  # one of ours
    NO_QUEUE = "no-queue"  # a dossier's code, but results are not collected here
    UNKNOWN = "unknown"
    NO_CODE = "no-code"  # typed, and no dossier's code
    NOT_FOUND = "not-found"
    NO_MATCH = "no-match"  # what was shown is not this dossier's
    TOO_OFTEN = "too-often"
    NO_LOOKUP = "no-lookup"  # the server does not answer


@dataclass(frozen=True)
class Remark:
    """Why nothing comes of what was scanned or typed."""

    scan: Scan


Dialog = MoreTime | Another | Remark


@dataclass(frozen=True)
class View:
    """Everything on the panel. `at` is the hall's local time, whole minutes; None while it is not known."""

    screen: Screen
    look: Look
    at: datetime | None = None
    hall: Words | None = None
    hotline: str = ""
    dialog: Dialog | None = None
    pressed: Target | None = None  # the number is being taken for this button: all targets are dead
    trouble: str | None = None  # a PrinterStatus that keeps paper from coming out
    clock_wrong: bool = False
    alone: bool = False  # the server does not answer: numbers are the kiosk's own
    card: bool = False  # a citizen's card was read, and nothing of it kept
    identify: Identity | None = None  # instead of all else, because somebody asked which one this is
