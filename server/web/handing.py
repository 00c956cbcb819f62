"""Results that are handed over as a ticket is finished: what may be told of them, and what a press waits for.

That they were is a fact of the hall's log, committed with the ticket's end; so is that the end was undone.
An officer says so by a press of his own: nothing is ever guessed.
"""

from __future__ import annotations

from server.dossiers.handovers import MOST_CODES, codes_of
from server.web.asked import refuse
from server.web.hall import Hall
from server.web.problems import Declined
from server.web.verbs import FinishBody


def checked(told: FinishBody) -> None:
    """Before the ticket is finished. Refuses codes of which nobody says that they were handed over; raises
    Declined for codes that are none, or too many."""
    if not told.returned:
        if told.codes:
            refuse([("/returned", "missing")])
        return
    codes = codes_of(told.codes or ())
    if codes is None:
        raise Declined("bad-code")
    if len(codes) > MOST_CODES:
        raise Declined("too-many-codes", {"limit": MOST_CODES})


def put_down(hall: Hall) -> None:
    """Afterwards: the next page shows it already."""
    if hall.handovers is not None:
        hall.handovers.soon()
