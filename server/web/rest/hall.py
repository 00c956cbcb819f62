"""The hall for programs: how it stands now, what everybody may know of it, and what it is made of."""

from __future__ import annotations

import msgspec

from broker.messages import Board, DeviceStatus
from server.hall.site import Words
from server.people.rights import Right
from server.web.rest.counters import CounterRow, rows
from server.web.rest.endpoint import Asked, Endpoint


class HallNow(msgspec.Struct, frozen=True):
    """The wall's board, who works where, and the last word of each device."""

    board: Board
    counters: tuple[CounterRow, ...]
    devices: dict[str, DeviceStatus]


class ServiceRow(msgspec.Struct, frozen=True):
    """A line people stand in. counters: who serve it. target_min: the promised wait."""

    service: str
    authority: str
    name: Words
    letter: str
    counters: tuple[str, ...]
    target_min: int


class AuthorityRow(msgspec.Struct, frozen=True):
    authority: str
    name: Words
    short: Words
    letter: str


class Services(msgspec.Struct, frozen=True):
    """What can be asked for here, in the order of the configuration."""

    site: str
    name: Words
    authorities: tuple[AuthorityRow, ...]
    services: tuple[ServiceRow, ...]


def now(asked: Asked) -> HallNow:
    """The hall as it is: the wall's board, who works where, and the last word of each device."""
    hall = asked.hall
    return HallNow(hall.writer.view.board, rows(hall, asked.who), dict(hall.devices.snapshot()))


def board(asked: Asked) -> Board:
    """What walls, terminals and phones may know of the hall; nobody needs to log in for it."""
    return asked.hall.writer.view.board


def services(asked: Asked) -> Services:
    """The authorities of this centre and their services."""
    site = asked.hall.config.site
    return Services(
        site.id,
        site.name,
        tuple(AuthorityRow(a.id, a.name, a.short, a.letter) for a in site.authorities),
        tuple(
            ServiceRow(
                s.id,
                s.authority,
                s.name,
                s.letter,
                tuple(c.id for c in site.counters_for(s.id)),
                int(s.target.total_seconds() // 60),
            )
            for s in site.services.values()
        ),
    )


ENDPOINTS = (
    Endpoint(
        name="get-hall",
        method="GET",
        path="/hall",
        does=now,
        answer=HallNow,
        right=Right.LOOK,
        area="hall",
    ),
    Endpoint(
        name="get-board",
        method="GET",
        path="/board",
        does=board,
        answer=Board,
        right=None,
        area="hall",
        open=True,
    ),
    Endpoint(
        name="list-services",
        method="GET",
        path="/services",
        does=services,
        answer=Services,
        right=Right.LOOK,
        area="hall",
    ),
)
