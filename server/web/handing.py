"""What finishing a ticket puts down beside the hall's own log: results that were handed over with it.

The ticket's end is committed first; then the codes are put down, once, however often the press comes. When
the end is undone they are taken back. An officer says so by a press of his own: nothing is ever guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.dossiers import handovers
from server.dossiers.handovers import MOST_CODES, codes_of
from server.hall.tickets import Ticket
from server.web.hall import Hall
from server.web.problems import Declined
from server.web.verbs import FinishBody


def checked(hall: Hall, counter: str, told: FinishBody) -> None:
    """Before the ticket is finished. Raises Declined for codes that are none, or when there is no dossier."""
    if not told.returned:
        return
    codes = codes_of(told.codes or ())
    if codes is None or len(codes) > MOST_CODES:
        raise Declined("bad-code")
    state = hall.writer.view.state
    here = state.tickets.get(state.counter(counter).current or "")
    if here is not None and not (codes or _own(here)):
        raise Declined("no-dossier")


def put_down(hall: Hall, counter: str, by: str, told: FinishBody, result: Mapping[str, Any]) -> None:
    """After the ticket was finished."""
    state = hall.writer.view.state
    ticket = state.tickets.get(state.by_number.get(str(result.get("number")), ""))
    if not told.returned or ticket is None or hall.desk is None:
        return
    codes = (*_own(ticket), *(codes_of(told.codes or ()) or ()))
    at = ticket.ended_at or hall.clock.now()
    handovers.record(hall.desk.store, tuple(dict.fromkeys(codes)), at, ticket.id, counter, by)


def undone(hall: Hall, counter: str) -> None:
    """After something was undone: who stands at the counter again has nothing in his hands yet."""
    current = hall.writer.view.state.counter(counter).current
    if current is not None and hall.desk is not None:
        handovers.take_back(hall.desk.store, current)


def _own(ticket: Ticket) -> tuple[str, ...]:
    """The dossier that the ticket was taken for, as far as that is a code."""
    return codes_of([ticket.dossier]) or () if ticket.dossier else ()
