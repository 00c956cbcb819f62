"""What a draft would look like, for programs, and the working year as the state announced it taken into one.

Drawn and made by what draws and makes it for the pages: a ticket by the kiosk's own renderer, the wall as
what a board in a browser works from.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from flask import Response
from msgspec import Meta
from werkzeug.exceptions import ServiceUnavailable

from broker import messages as m
from server.drafting import pages
from server.drafting.calendars import Year, with_year, years
from server.hall.site import Words
from server.people.rights import Right
from server.site_file import config_of
from server.web.asked import refuse
from server.web.fields import Level
from server.web.problems import Declined
from server.web.rest.drafts import DraftTold, Mark, bench, draft_told, seen
from server.web.rest.endpoint import Asked, Endpoint
from server.web.setup_preview import drawn_ticket, wall_of


class TicketWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """service: the first one without it. width: of the paper, in mm. lang: of the ticket, and of refusals."""

    service: Level | None = None
    width: Literal[58, 80] = 80
    lang: Literal["vi", "en"] = "vi"


class DraftWall(msgspec.Struct, frozen=True):
    """plan: what walls would work from, with the draft. board: the hall as it is, with the draft's notices.
    dossiers: what walls may show of them.
    """

    plan: m.DeviceConfig
    board: m.Board
    dossiers: m.Dossiers


class Holiday(msgspec.Struct, frozen=True):
    day: date
    name: Words


class Swap(msgspec.Struct, frozen=True):
    """off: a working day without work. worked: the day off that is worked instead."""

    off: date
    worked: date


class CalendarYear(msgspec.Struct, frozen=True, kw_only=True):
    """source: the announcement."""

    year: int
    source: str
    holidays: tuple[Holiday, ...]
    swaps: tuple[Swap, ...]


class CalendarYears(msgspec.Struct, frozen=True):
    years: tuple[CalendarYear, ...]


class CalendarBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """mark: of the draft that was seen. year: one of `list-calendars`."""

    mark: Mark
    year: Annotated[int, Meta(ge=2000, le=2100)]


def ticket(asked: Asked) -> Response:
    """A ticket as the kiosk would print it if the draft were in force, as PNG."""
    here, wanted = bench(asked), asked.query
    if here.faults:
        raise Declined("cannot-be", {"why": "faults"})
    config = config_of(here.document)
    service = wanted.service or next(iter(config.site.services))
    if service not in config.site.services:
        refuse([("/service", "choice")])
    picture = drawn_ticket(here, config, service, wanted.lang, wanted.width)
    if picture is None:
        raise ServiceUnavailable
    return Response(picture, content_type="image/png")


def wall(asked: Asked) -> DraftWall:
    """What a wall would show if the draft were in force: of one with faults, what is in force."""
    return DraftWall(*wall_of(bench(asked)))


def calendars(asked: Asked) -> CalendarYears:
    """The working years as the state announced them, as far as they are shipped."""
    return CalendarYears(tuple(map(_year, years().values())))


def take_calendar(asked: Asked) -> DraftTold:
    """Give the draft a year's days off and days worked as the state announced them; other years stay."""
    official = years().get(asked.body.year)
    if official is None:
        refuse([("/year", "choice")])
    here = bench(asked)
    with here.drafts.turn(here.owner):
        here = seen(asked, asked.body.mark)
        hours = with_year(here.document.hours, official)
        return draft_told(here.keep(pages.with_hours(here.document, hours)))


def _year(of: Year) -> CalendarYear:
    return CalendarYear(
        year=of.year,
        source=of.source,
        holidays=tuple(Holiday(day, name) for day, name in of.holidays.items()),
        swaps=tuple(Swap(off, worked) for off, worked in of.swaps.items()),
    )


ENDPOINTS = (
    Endpoint(
        name="get-draft-ticket",
        method="GET",
        path="/setup/draft/ticket.png",
        does=ticket,
        answer=bytes,
        right=Right.SETUP,
        area="drafts",
        query=TicketWanted,
        media="image/png",
        refusals=("cannot-be",),
    ),
    Endpoint(
        name="get-draft-wall",
        method="GET",
        path="/setup/draft/wall",
        does=wall,
        answer=DraftWall,
        right=Right.SETUP,
        area="drafts",
    ),
    Endpoint(
        name="list-calendars",
        method="GET",
        path="/setup/calendars",
        does=calendars,
        answer=CalendarYears,
        right=Right.SETUP,
        area="drafts",
    ),
    Endpoint(
        name="take-calendar-into-draft",
        method="POST",
        path="/setup/draft/calendar",
        does=take_calendar,
        answer=DraftTold,
        right=Right.SETUP,
        area="drafts",
        body=CalendarBody,
        refusals=("cannot-be",),
    ),
)
