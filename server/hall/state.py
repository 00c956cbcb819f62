"""What a hall remembers of its day. Only `server.hall.applying` changes it.

Small sums that the rules need across days (handling times) live here too, bounded. Keeps out how things
come about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from server.hall.tickets import Ticket


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call or recall, as the wall shows it."""

    seq: int
    ticket: str
    number: str
    counter: str
    at: datetime
    recall: int
    lang: str
    command: str


@dataclass(frozen=True, slots=True)
class LastAction:
    """What `undo` would take back: the command, and how tickets and counter stood before it.

    normals: of the services it touched, the normal calls since a priority one.
    """

    command: str
    at: datetime
    tickets: dict[str, Ticket]
    current: str | None
    served: str | None
    normals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter now. current: the ticket called or in service; served: the last one that was served here."""

    id: str
    status: Literal["open", "paused", "closed"] = "closed"
    officer: str | None = None
    reason: str | None = None
    since: datetime | None = None
    current: str | None = None
    served: str | None = None
    last: LastAction | None = None


@dataclass(slots=True)
class HallState:
    """One site's day. Only `apply` writes to it; `copy` gives readers a day that no longer changes."""

    day: str | None = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)
    by_request: dict[str, str] = field(default_factory=dict)
    by_token: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # a kiosk's id of a ticket -> the one it has here
    early_papers: dict[str, str] = field(default_factory=dict)  # told before their ticket was
    waiting: dict[str, None] = field(default_factory=dict)  # ids, a set that keeps its order
    next_ordinal: dict[str, int] = field(default_factory=dict)  # by series: "A", or "A2" of kiosk 2's own
    counters: dict[str, CounterState] = field(default_factory=dict)
    call_seq: int = 0
    calls: list[CallLine] = field(default_factory=list)  # newest first
    given: dict[str, int] = field(default_factory=dict)  # "service session-opening" -> numbers given
    normals_since: dict[str, int] = field(
        default_factory=dict
    )  # service -> normal calls since a priority one
    voided: dict[str, None] = field(default_factory=dict)  # requests given up before they arrived
    handling: dict[str, list[float]] = field(default_factory=dict)  # service -> last handling times, s
    known_calls: dict[str, int] = field(default_factory=dict)  # service -> calls ever seen
    last_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.by_token:  # read from a snapshot of before it was kept
            self.by_token = {ticket.token: ticket.id for ticket in self.tickets.values()}

    def counter(self, id: str) -> CounterState:
        return self.counters.get(id) or CounterState(id)

    def copy(self) -> HallState:
        """The same day in containers of its own; the values inside are immutable."""
        return replace(
            self,
            tickets=dict(self.tickets),
            by_number=dict(self.by_number),
            by_request=dict(self.by_request),
            by_token=dict(self.by_token),
            aliases=dict(self.aliases),
            early_papers=dict(self.early_papers),
            waiting=dict(self.waiting),
            next_ordinal=dict(self.next_ordinal),
            counters=dict(self.counters),
            calls=list(self.calls),
            given=dict(self.given),
            normals_since=dict(self.normals_since),
            voided=dict(self.voided),
            handling={k: list(v) for k, v in self.handling.items()},
            known_calls=dict(self.known_calls),
        )


def given_key(service: str, session: str) -> str:
    return f"{service} {session}"
