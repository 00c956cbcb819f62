"""The read tables beside the log: which rows an event changes. They are committed together with it.

Pure but for the batch that it fills. What the tables are for is the business of those who read them.
"""

from __future__ import annotations

import msgspec

from server.hall.events import (
    Entered,
    Event,
    Issued,
    Merged,
    OfTicket,
    PaperRecorded,
    Rated,
    ToldTooLate,
    Undone,
)
from server.hall.state import HallState
from server.store import Batch, instant


def mirror(state: HallState, event: Event, batch: Batch) -> None:
    """Keep the read tables beside the log: the tickets an event touched, and ratings."""
    match event:
        case ToldTooLate() | Entered():
            batch.tickets[event.ticket.id] = event.ticket
            touched = []
        case Issued():
            touched = [event.ticket.id]
        case Undone():
            touched = [ticket.id for ticket in event.tickets]
        case OfTicket() | PaperRecorded() | Merged():
            touched = [event.ticket]
        case _:
            touched = []
    for id in touched:
        if id in state.tickets:
            batch.tickets[id] = state.tickets[id]
    if isinstance(event, Rated):
        batch.ratings.append(
            {
                "ticket": event.ticket,
                "at": instant(event.pressed_at or event.at),
                "day": state.day,
                "service": event.service,
                "counter": event.counter,
                "officer": event.officer,
                "level": event.level,
                "levels": event.levels,
                "reason": event.reason,
                "answers": msgspec.json.encode(event.answers, order="sorted").decode(),
            }
        )
