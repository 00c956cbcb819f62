"""What `motcua verify` writes down of a day while it reads the log: tickets as it tells them, calls, ratings.

Knows the log's and the tables' names for things, in its own words; which step is a breach is the business of
`server.recount`. Instants are the log's own texts, which sort as time does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

OVER: Final = frozenset({"served", "no_show", "cancelled"})


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the log: its columns, and its body as JSON has it."""

    seq: int
    at: str
    day: str | None
    kind: str
    command: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """One ticket, as the log tells of it so far. Names of columns are those of the ticket table."""

    id: str
    number: str
    letter: str
    ordinal: int
    service: str
    klass: str
    issued_at: str
    state: str = "waiting"
    counter: str | None = None
    bound_to: str | None = None
    called_at: str | None = None
    last_called_at: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    recalls: int = 0
    series: str = ""
    guessed: str | None = None  # the service a number was called for before its kiosk told of it
    level: int | None = None
    late: bool = False  # its holder said once that he comes later
    away: bool = False  # and has not come since
    checked: bool = False  # its class is the word of somebody who saw its holder
    missed: int = 0  # wrong figures that somebody told to cancel it
    touched: str = ""  # the last command that moved it


@dataclass(frozen=True, slots=True)
class Rating:
    """One answer, as the log tells of it. Names of columns are those of the rating table."""

    at: datetime  # when the button was pressed, as far as anybody knows
    service: str
    counter: str
    officer: str | None
    level: int
    levels: int
    reason: str | None
    answers: dict[str, int]


@dataclass(slots=True)
class Day:
    """One business day: its tickets, its calls by seq as (number, counter, recall), its ratings by ticket."""

    name: str
    visits: dict[str, Visit] = field(default_factory=dict)
    here: dict[str, Visit] = field(default_factory=dict)  # those of them that are not over
    numbers: dict[str, int] = field(default_factory=dict)  # -> event seq
    calls: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    ratings: dict[str, Rating] = field(default_factory=dict)
    before: dict[str, dict[str, Visit]] = field(default_factory=dict)  # command -> tickets as it found them

    def put(self, visit: Visit) -> None:
        self.visits[visit.id] = visit
        if visit.state in OVER:
            self.here.pop(visit.id, None)
        else:
            self.here[visit.id] = visit


def visit_of(ticket: dict[str, Any], touched: str = "") -> Visit:
    """A ticket as the event that brings it tells of it."""
    return Visit(
        issued_at=as_stored(ticket["issued_at"]),
        series=ticket.get("series", ""),
        guessed=ticket.get("awaited"),
        touched=touched,
        **{name: ticket[name] for name in ("id", "number", "letter", "ordinal", "service", "klass")},
    )


def ended_of(ticket: dict[str, Any], touched: str = "") -> Visit:
    """A ticket that comes into the books when it is over, as the event that brings it tells of it."""
    instants = ("called_at", "last_called_at", "started_at", "ended_at")
    known: dict[str, Any] = {
        name: as_stored(ticket[name]) for name in instants if ticket.get(name) is not None
    }
    return replace(visit_of(ticket, touched), state=ticket["state"], counter=ticket.get("counter"), **known)


def as_stored(instant: str) -> str:
    """An instant of an event's body in the words of the log's columns, which sort as time does."""
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat(timespec="microseconds")


def changes(row: Row, visit: Visit) -> dict[str, Any]:
    """What an event changes besides the state. Waits run to the first call, service from start to end."""
    body, at = row.body, row.at
    match row.kind:
        case "Called":
            return {
                "counter": body["counter"],
                "bound_to": None,
                "called_at": visit.called_at or at,
                "last_called_at": at,
                "started_at": None,
                "ended_at": None,
                "recalls": 0,
            }
        case "Recalled":
            return {"last_called_at": at, "recalls": visit.recalls + 1}
        case "Started":
            return {"started_at": at}
        case "Finished":
            return {"started_at": visit.started_at or visit.last_called_at, "ended_at": at}
        case "MarkedNoShow" | "Cancelled":
            return {"ended_at": at}
        case "BroughtBack":
            return {"ended_at": None}
        case "PriorityChecked":
            return {"klass": body["klass"], "checked": True}
        case "SaidLate":
            return {"late": True, "away": True}
        case "Transferred":
            return {"service": body["to_service"], "bound_to": body["to_counter"], "started_at": None}
    return {}


def came_before(one: Visit, other: Visit) -> bool:
    """Certainly earlier: by the clock, or by the number where one instant gave both of one series."""
    if one.issued_at != other.issued_at:
        return one.issued_at < other.issued_at
    return (one.letter, one.series) == (other.letter, other.series) and one.ordinal < other.ordinal


def same(ticket: dict[str, Any], visit: Visit) -> bool:
    """Does a ticket as an event tells of it agree with these books?"""
    names = ("number", "state", "service", "klass", "counter", "recalls")
    return all(ticket[name] == getattr(visit, name) for name in names)


def by_state(day: Day) -> dict[str, int]:
    """How many of the day's tickets are where."""
    count: dict[str, int] = {}
    for visit in day.visits.values():
        count[visit.state] = count.get(visit.state, 0) + 1
    return count


def differences(row: dict[str, Any], told: Visit | Rating, names: Iterable[str]) -> Iterator[str]:
    """Where a row of the ticket table, or of the rating table, does not say what the log says."""
    for name in names:
        if row[name] != getattr(told, name):
            yield f"{name} is {getattr(told, name)} in the log and {row[name]} in the table"
