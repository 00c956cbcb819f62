"""Finding what a command speaks of, with the refusal that says why it was not found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.site import Counter, Service, Site
from server.hall.state import CounterState, HallState
from server.hall.tickets import LIFE, Action, Ticket


def events_meta(command: c.Command, now: datetime) -> dict[str, Any]:
    return {"at": now, "command": command.id, "by": command.by}


def of_ticket(ticket: Ticket, command: c.AtCounter, now: datetime) -> dict[str, Any]:
    return {"ticket": ticket.id, "counter": command.counter, **events_meta(command, now)}


def service_of(site: Site, id: str) -> Service:
    if id not in site.services:
        raise Refusal("unknown-service", service=id)
    return site.services[id]


def place_of(site: Site, command: c.AtCounter) -> Counter:
    if command.counter not in site.counters:
        raise Refusal("unknown-counter", counter=command.counter)
    return site.counters[command.counter]


def at_counter(site: Site, state: HallState, command: c.AtCounter) -> CounterState:
    return state.counter(place_of(site, command).id)


def ticket_by_number(state: HallState, number: str) -> Ticket:
    id = state.by_number.get(number.strip().upper())
    if id is None:
        raise Refusal("unknown-number", number=number)
    return state.tickets[id]


def must_be_able(ticket: Ticket, action: Action) -> None:
    if action not in LIFE[ticket.state]:
        raise Refusal("not-now", number=ticket.number, state=ticket.state.value)


def must_be_in_grace(site: Site, ticket: Ticket, now: datetime) -> None:
    if ticket.ended_at is not None and now - ticket.ended_at > site.grace:
        raise Refusal("grace-over", number=ticket.number)


def must_be_as_seen(state: HallState, counter: CounterState, command: c.AtCounter) -> None:
    """Raises moved-on when somebody stands at the counter whom the asker does not see there."""
    if counter.current is None or command.here is None:
        return
    number = state.tickets[counter.current].number
    if command.here.strip().upper() != number:
        raise Refusal("moved-on", number=number)


def ticket_here(site: Site, state: HallState, command: c.AtCounter, action: Action) -> Ticket:
    """The ticket that stands at the counter, if `action` may happen to it."""
    counter = at_counter(site, state, command)
    if counter.current is None:
        raise Refusal("nobody-here")
    must_be_as_seen(state, counter, command)
    ticket = state.tickets[counter.current]
    must_be_able(ticket, action)
    return ticket
