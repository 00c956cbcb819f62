"""The words of a device's session: what goes into `broker.session`, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broker import messages as m
from broker.wire import Connected, Disconnected, Message, Received


@dataclass(frozen=True)
class Now:
    """An instant on both clocks: `mono` seconds for waiting, `wall` (aware) for what is written down."""

    mono: float
    wall: datetime
    synchronised: bool = True


# --- what the program hears -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ServerUp:
    """The server is there and will answer. Comes again with a new epoch when the server restarted."""

    epoch: int


@dataclass(frozen=True)
class ServerDown:
    """No server within reach: it said so, its will said so, or the link is down. The device works alone."""


@dataclass(frozen=True)
class ConfigArrived:
    config: m.DeviceConfig


@dataclass(frozen=True)
class BoardArrived:
    """A board newer, by (epoch, rev), than every one before."""

    board: m.Board


@dataclass(frozen=True)
class DossiersArrived:
    """Dossiers newer, by rev, than all before. Comes to displays only."""

    dossiers: m.Dossiers


@dataclass(frozen=True)
class ReplyArrived:
    """The answer to a request that was still open. Comes once for each request."""

    reply: m.AnyReply


@dataclass(frozen=True)
class NoAnswer:
    """A request's deadline passed. Its reply, however late, will not be delivered."""

    request_id: str


@dataclass(frozen=True)
class ControlArrived:
    control: m.Control


@dataclass(frozen=True)
class ClockOffset:
    """The server's clock minus this device's, in seconds: add it to the local time to get the server's."""

    seconds: float


Heard = (
    ServerUp
    | ServerDown
    | ConfigArrived
    | BoardArrived
    | DossiersArrived
    | ReplyArrived
    | NoAnswer
    | ControlArrived
    | ClockOffset
)

# --- what the program says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """Send a request again and again until its reply, or for `deadline_s` seconds."""

    request: m.AnyRequest
    deadline_s: float


@dataclass(frozen=True)
class Recorded:
    """A fact is in the outbox now."""

    fact: m.Fact


@dataclass(frozen=True)
class StatusChanged:
    """Fields of DeviceStatus with their new values."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """What came of an order; not kept for later."""

    outcomes: tuple[m.AnyOutcome, ...]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class Leave:
    """The program ends in good order."""


Input = Connected | Disconnected | Received | Ask | Recorded | StatusChanged | Answered | Tick | Leave

# --- what is to be done ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Publish:
    message: Message


@dataclass(frozen=True)
class Deliver:
    """Put this into the program's inbox."""

    heard: Heard


@dataclass(frozen=True)
class Forget:
    """The server has answered for these facts: the outbox may let go of them."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """Look how the machine is, and say so with a StatusChanged."""


@dataclass(frozen=True)
class Note:
    """One line for the log."""

    line: str


Effect = Publish | Deliver | Forget | Measure | Note
