"""What programs outside are told of the log: typed happenings, each with its place in it.

A happening names a number, a counter, a service; never a person, neither the citizen nor the officer. That
somebody rated is told with the service alone: with ticket, counter or level beside it a single answer could
be read back (decision 0015). What is not in the table below is the hall's own business. Reading alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
import sqlalchemy as sa

from server.hall import events as e
from server.hall.events import KINDS, Event
from server.store import event_table, ticket_table

AT_ONCE = 500  # events of one look into the log
COUNTED = 1000  # of those that wait: to count a year of them would take longer than to tell of it

Type = Literal[
    "issued",
    "entered",
    "called",
    "recalled",
    "started",
    "finished",
    "no-show",
    "parked",
    "brought-back",
    "transferred",
    "cancelled",
    "undone",
    "rated",
    "counter-changed",
]
TYPES: tuple[Type, ...] = get_args(Type)


class Happening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened. seq: its number in the hall's log, which grows and has gaps here.

    mark: with `seq`, names it for good, also in a log that was restored from a backup and went on
    differently. day: the business day. ticket: the id of a number for `/tickets/{ticket}`. auto: the day's
    end did it. status: of a counter now. numbers: whose last change was taken back.
    """

    seq: int
    mark: str
    type: Type
    at: datetime
    day: str | None = None
    ticket: str | None = None
    number: str | None = None
    counter: str | None = None
    service: str | None = None
    klass: str | None = None
    to_counter: str | None = None
    out_of_turn: bool = False
    auto: bool = False
    status: Literal["open", "paused", "closed"] | None = None
    numbers: tuple[str, ...] = ()


def _given(event: Any) -> dict[str, Any]:
    ticket = event.ticket
    return {"number": ticket.number, "service": ticket.service, "klass": ticket.klass.value}


def _nothing(event: Any) -> dict[str, Any]:
    return {}


def _auto(event: Any) -> dict[str, Any]:
    return {"auto": event.auto}


# Kind of event -> its type, and what is told beside ticket, number and counter.
TOLD: dict[type[Event], tuple[Type, Callable[[Any], dict[str, Any]]]] = {
    e.Issued: ("issued", _given),
    e.Called: ("called", lambda event: {"out_of_turn": event.exception is not None}),
    e.Recalled: ("recalled", _nothing),
    e.Started: ("started", _nothing),
    e.Finished: ("finished", _auto),
    e.MarkedNoShow: ("no-show", _auto),
    e.Parked: ("parked", _nothing),
    e.SaidLate: ("parked", _nothing),
    e.BroughtBack: ("brought-back", _nothing),
    e.SaidHere: ("brought-back", _nothing),
    e.Transferred: (
        "transferred",
        lambda event: {"service": event.to_service, "to_counter": event.to_counter},
    ),
    e.Cancelled: ("cancelled", _nothing),
    e.Undone: ("undone", lambda event: {"numbers": tuple(t.number for t in event.tickets)}),
    e.Rated: ("rated", lambda event: {"service": event.service}),
    e.CounterOpened: ("counter-changed", lambda event: {"status": "open"}),
    e.CounterPaused: ("counter-changed", lambda event: {"status": "paused"}),
    e.CounterClosed: ("counter-changed", lambda event: {"status": "closed"}),
}
_KINDS = tuple(kind.__name__ for kind in TOLD)
_UNNAMED = frozenset({e.Rated})  # told without ticket and counter
MARK_LENGTH = 16


def last_seq(engine: sa.Engine) -> int:
    """The number of the newest event; 0 for an empty log."""
    with engine.connect() as db:
        return int(db.execute(sa.select(sa.func.max(event_table.c.seq))).scalar() or 0)


def happenings(
    engine: sa.Engine, since: int, types: Collection[str] = TYPES, limit: int = AT_ONCE
) -> tuple[list[Happening], int]:
    """What happened behind event `since`, in order, and how far the log was read for it.

    At most `limit` of them: whoever asks again from there misses nothing.
    """
    of = event_table.c
    kinds = [kind.__name__ for kind, (type, _) in TOLD.items() if type in types]
    newest = last_seq(engine)
    rows = _rows(of.seq > since, of.seq <= newest, of.kind.in_(kinds)).limit(limit)
    with engine.connect() as db:
        found = [*_told(db.execute(rows).all())]
    return found, found[-1].seq if len(found) == limit else max(since, newest)


def count(engine: sa.Engine, since: int, types: Collection[str], most: int = COUNTED) -> int:
    """How many of these types happened behind event `since`; `most` + 1 for more than `most`, uncounted."""
    of = event_table.c
    kinds = [kind.__name__ for kind, (type, _) in TOLD.items() if type in types]
    with engine.connect() as db:
        rows = sa.select(of.seq).where(of.seq > since, of.kind.in_(kinds)).limit(most + 1).subquery()
        return int(db.execute(sa.select(sa.func.count()).select_from(rows)).scalar() or 0)


def of_ticket(engine: sa.Engine, ticket: str) -> list[Happening]:
    """Everything that was told of one ticket."""
    of = event_table.c
    rows = _rows(of.ticket == ticket, of.kind.in_(_KINDS), of.kind != e.Rated.__name__)
    with engine.connect() as db:
        return [*_told(db.execute(rows).all())]


def _rows(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    of, t = event_table.c, ticket_table.c
    return (
        sa.select(of.seq, of.day, of.kind, of.body, of.seal, of.command, t.number)
        .join_from(event_table, ticket_table, of.ticket == t.id, isouter=True)
        .where(*where)
        .order_by(of.seq)
    )


def _told(rows: Any) -> Iterator[Happening]:
    for row in rows:
        kind = KINDS[row.kind]
        event = msgspec.json.decode(row.body, type=kind)
        type, more = TOLD[kind]
        about: dict[str, Any] = {}
        if kind not in _UNNAMED:
            ticket = getattr(event, "ticket", None)
            id = getattr(ticket, "id", ticket)
            about = {"ticket": id, "number": row.number, "counter": getattr(event, "counter", None)}
        yield Happening(
            seq=row.seq,
            mark=(row.seal or row.command)[:MARK_LENGTH],
            type=type,
            at=event.at,
            day=row.day,
            **(about | more(event)),
        )
