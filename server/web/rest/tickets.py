"""Tickets for programs: give a number, look for numbers, see what happened to one.

A rating is nowhere here: nobody can read a single one back (decision 0015). Nor are notes and reasons, which
officers write about people. The phone page's address goes to whoever gave the number, and to nobody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from msgspec import Meta
from werkzeug.exceptions import NotFound

from broker.basics import new_secret
from server.hall import commands as c
from server.hall.tickets import Klass, State
from server.happenings import Happening, of_ticket
from server.people.rights import Right
from server.store import ticket_table
from server.web.fields import CounterId, Level, Number
from server.web.rest.counters import command_id
from server.web.rest.endpoint import Asked, Endpoint
from server.web.verbs import TicketBody, fresh

PAGE = 100

Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\n)$")]
TicketId = Annotated[str, Meta(min_length=1, max_length=64)]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A number that was given. token: of its phone page, `/t/<token>`. wait: announced, in minutes, from and
    to.

    id: the key of the request.
    """

    id: str
    ticket: str
    number: str
    state: State
    service: str
    klass: Klass
    lang: str
    token: str
    issued_at: datetime
    ahead: int | None
    wait: tuple[int, int] | None
    dossier: str | None


class TicketRow(msgspec.Struct, frozen=True, kw_only=True):
    """One number, as it stands. day: the business day. paper: what became of it, where that is known."""

    ticket: str
    number: str
    day: str
    service: str
    klass: Klass
    lang: str
    source: str
    state: State
    counter: str | None
    issued_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    recalls: int
    paper: str | None


class Tickets(msgspec.Struct, frozen=True):
    """more: there are others; ask again with `after` of the last one."""

    day: str
    tickets: tuple[TicketRow, ...]
    more: bool


class TicketStory(TicketRow, frozen=True, kw_only=True):
    """One number and what happened to it, in order."""

    events: tuple[Happening, ...]


class TicketsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which numbers. day: today without it. after: numbers issued after the one with this id."""

    day: Day | None = None
    state: State | None = None
    service: Level | None = None
    counter: CounterId | None = None
    number: Number | None = None
    after: TicketId | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = PAGE


COLUMNS = tuple(name for name in TicketRow.__struct_fields__ if name != "ticket")


def issue(asked: Asked) -> Given:
    """A number for somebody who cannot use a kiosk, given at reception."""
    told: TicketBody = asked.body
    outcome = asked.hall.writer.ask(
        c.Issue(
            id=command_id(asked),
            by=asked.who.by,
            **fresh(),
            secret=new_secret(),
            source="reception",
            service=told.service,
            klass=told.klass,
            lang=told.lang,
        )
    )
    told_of = {name: value for name, value in outcome.result.items() if name in Given.__struct_fields__}
    return msgspec.convert({**told_of, "id": asked.key}, Given)


def listed(asked: Asked) -> Tickets:
    """The numbers of a day in the order of their issue."""
    wanted: TicketsWanted = asked.query
    day = wanted.day or asked.hall.writer.view.state.day or ""
    t = ticket_table.c
    rows = sa.select(*_columns()).where(t.day == day)
    for name in ("state", "service", "counter"):
        value = getattr(wanted, name)
        if value is not None:
            rows = rows.where(t[name] == str(value))
    if wanted.number is not None:
        rows = rows.where(t.number == wanted.number.upper())
    if wanted.after is not None:
        last = sa.select(t.issued_at, t.number).where(t.id == wanted.after).subquery().c
        rows = rows.where(sa.tuple_(t.issued_at, t.number) > sa.tuple_(last.issued_at, last.number))
    rows = rows.order_by(t.issued_at, t.number).limit(wanted.limit + 1)
    with asked.hall.engine.connect() as db:
        found = [_row(row) for row in db.execute(rows)]
    return Tickets(day, tuple(found[: wanted.limit]), len(found) > wanted.limit)


def one(asked: Asked) -> TicketStory:
    """One number and what happened to it."""
    id = asked.at["ticket"]
    with asked.hall.engine.connect() as db:
        row = db.execute(sa.select(*_columns()).where(ticket_table.c.id == id)).one_or_none()
    if row is None:
        raise NotFound
    story = of_ticket(asked.hall.engine, id)
    return TicketStory(**msgspec.structs.asdict(_row(row)), events=tuple(story))


def _columns() -> list[sa.ColumnElement[Any]]:
    return [ticket_table.c.id.label("ticket"), *(ticket_table.c[name] for name in COLUMNS)]


def _row(row: Any) -> TicketRow:
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, TicketRow)


ENDPOINTS = (
    Endpoint(
        name="issue-ticket",
        method="POST",
        path="/tickets",
        does=issue,
        answer=Given,
        right=Right.ISSUE,
        area="tickets",
        body=TicketBody,
        status=201,
        refusals=(
            "unknown-service",
            "before-opening",
            "lunch",
            "cut-off",
            "after-hours",
            "holiday",
            "closed-day",
            "session-full",
        ),
    ),
    Endpoint(
        name="list-tickets",
        method="GET",
        path="/tickets",
        does=listed,
        answer=Tickets,
        right=Right.LOOK,
        area="tickets",
        query=TicketsWanted,
    ),
    Endpoint(
        name="get-ticket",
        method="GET",
        path="/tickets/{ticket}",
        does=one,
        answer=TicketStory,
        right=Right.LOOK,
        area="tickets",
    ),
)
