"""Rules of what officers and reception put down of a number: whether its holder has priority, and a note.

Neither moves anybody: a number keeps its time of issue, and so its place, in the line its class puts it in.
"""

from __future__ import annotations

from datetime import datetime

from server.hall import commands as c, events as e
from server.hall.looking import events_meta, must_be_able, ticket_by_number
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import Action, Ticket

Events = list[e.Event]


def check_priority(site: Site, state: HallState, command: c.CheckPriority, now: datetime) -> Events:
    """Confirmed, lowered, or raised for somebody who had not said it at the kiosk."""
    ticket = _meant(site, state, command, Action.CHECK)
    meta = events_meta(command, now)
    return [
        e.PriorityChecked(
            ticket=ticket.id, counter=command.counter, klass=command.klass, was=ticket.klass, **meta
        )
    ]


def write_note(site: Site, state: HallState, command: c.WriteNote, now: datetime) -> Events:
    ticket = _meant(site, state, command, Action.NOTE)
    note, meta = command.note.strip() or None, events_meta(command, now)
    return [e.Noted(ticket=ticket.id, counter=command.counter, note=note, **meta)]


def _meant(site: Site, state: HallState, command: c.OfNumber, action: Action) -> Ticket:
    """The ticket of the number that was said, or the one who stands at the counter."""
    if command.counter is not None and command.counter not in site.counters:
        raise Refusal("unknown-counter", counter=command.counter)
    if command.number is not None:
        ticket = ticket_by_number(state, command.number)
    else:
        here = None if command.counter is None else state.counter(command.counter).current
        if here is None:
            raise Refusal("nobody-here")
        ticket = state.tickets[here]
    must_be_able(ticket, action)
    return ticket
