"""Rules of what the holder of a ticket says on its phone page: that he comes later, that he is here, that he
does not want the number any more.

Who says that he comes later is passed over and keeps his time of issue; he stands there again once he says
that he is here, until the hall's grace is over since the first who came after him in his line was called.
After that, as with every parked number, a counter may bring him back. A number that was called belongs to the
officer, and nothing here moves it (decision 0022).
"""

from __future__ import annotations

import hmac
from datetime import datetime

from server.hall import commands as c, events as e
from server.hall.looking import events_meta, must_be_able
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import LIFE, Action, State, Ticket

Events = list[e.Event]

TRIES = 5  # of 10,000 codes; then only a counter cancels the number


def say_late(site: Site, state: HallState, command: c.SayLate, now: datetime) -> Events:
    ticket = _held(state, command)
    must_be_able(ticket, Action.SAY_LATE)
    if ticket.late_at is not None:
        raise Refusal("late-already", number=ticket.number)
    return [e.SaidLate(ticket=ticket.id, counter=None, **events_meta(command, now))]


def say_here(site: Site, state: HallState, command: c.SayHere, now: datetime) -> Events:
    """A number that an officer parked is the officer's to bring back."""
    ticket = _held(state, command)
    must_be_able(ticket, Action.SAY_HERE)
    if not ticket.away:
        raise Refusal("not-now", number=ticket.number, state=ticket.state.value)
    until = here_until(site, state, ticket)
    if until is not None and now > until:
        raise Refusal("grace-over", number=ticket.number)
    return [e.SaidHere(ticket=ticket.id, counter=None, **events_meta(command, now))]


def here_until(site: Site, state: HallState, ticket: Ticket) -> datetime | None:
    """Until when who comes later gets his place back by saying so; None while nobody took his turn."""
    assert ticket.late_at is not None
    passed = [
        other.called_at
        for other in state.tickets.values()
        if (other.service, other.klass) == (ticket.service, ticket.klass)
        and other.called_at is not None
        and other.called_at >= ticket.late_at
        and other.place > ticket.place
    ]
    return min(passed) + site.grace if passed else None


def give_up(site: Site, state: HallState, command: c.GiveUp, now: datetime) -> Events:
    """Wrong figures are an event, so that tries are counted by the one writer and outlive a restart."""
    ticket = _held(state, command)
    if not may_give_up(ticket):
        raise Refusal("not-now", number=ticket.number, state=ticket.state.value)
    if not ticket.secret:
        raise Refusal("no-secret", number=ticket.number)
    if ticket.tries >= TRIES:
        raise Refusal("locked", number=ticket.number)
    meta = {"ticket": ticket.id, "counter": None, **events_meta(command, now)}
    if not hmac.compare_digest(command.secret.encode(), ticket.secret.encode()):
        return [e.SecretMissed(**meta)]
    return [e.Cancelled(reason="holder", **meta)]


def may_say_late(ticket: Ticket) -> bool:
    return Action.SAY_LATE in LIFE[ticket.state] and ticket.late_at is None


def may_give_up(ticket: Ticket) -> bool:
    """Only before the call: while he waits, or is away by his own word."""
    return ticket.state is State.WAITING or ticket.away


def _held(state: HallState, command: c.ByHolder) -> Ticket:
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        raise Refusal("unknown-number", number="")
    return ticket
