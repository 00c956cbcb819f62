"""The life of a ticket is a table: what stands in it happens, and everything else is refused.

The table is written here a second time, by hand, as the sentences of the issue have it; a change of the rules
must change both.
"""

from collections.abc import Callable

import pytest

from server.hall import commands as c, events as e
from server.hall.applying import apply
from server.hall.refusals import Refusal
from server.hall.tickets import AT_COUNTER, ENDED, LIFE, Action, Klass, State
from tests.hall.small_hall import SmallHall, frozen

W, C, S, P, DONE, MISSED, OUT = (
    "waiting", "called", "serving", "parked", "served", "no_show", "cancelled",
)  # fmt: skip

MAY = {
    (W, "call"): C, (P, "call"): C, (MISSED, "call"): C,
    (C, "recall"): C,
    (C, "start"): S,
    (C, "finish"): DONE, (S, "finish"): DONE,
    (C, "no-show"): MISSED,
    (C, "park"): P, (S, "park"): P,
    (P, "bring-back"): W, (MISSED, "bring-back"): W,
    (W, "transfer"): W, (C, "transfer"): W, (S, "transfer"): W, (P, "transfer"): W,
    (W, "cancel"): OUT, (C, "cancel"): OUT, (S, "cancel"): OUT, (P, "cancel"): OUT,
    (W, "say-late"): P, (P, "say-here"): W,
    (W, "check-priority"): W, (C, "check-priority"): C, (S, "check-priority"): S, (P, "check-priority"): P,
    (W, "note"): W, (C, "note"): C, (S, "note"): S, (P, "note"): P,
}  # fmt: skip


def test_the_table_is_as_the_hall_wants_it() -> None:
    assert {(s.value, a.value): after.value for s, row in LIFE.items() for a, after in row.items()} == MAY
    assert set(LIFE) == set(State)


def test_what_has_ended_leaves_the_end_only_by_coming_back_in_time() -> None:
    assert {State.SERVED, State.NO_SHOW, State.CANCELLED} == ENDED
    assert LIFE[State.SERVED] == LIFE[State.CANCELLED] == {}
    assert {State.CALLED, State.SERVING} == AT_COUNTER


# How a ticket comes to stand in each state, always at counter 1 where it stands at one.
WAYS: dict[str, tuple[type[c.AtCounter], ...]] = {
    W: (),
    C: (c.CallNext,),
    S: (c.CallNext, c.Start),
    P: (c.CallNext, c.Park),
    DONE: (c.CallNext, c.Finish),
    MISSED: (c.CallNext, c.MarkNoShow),
    OUT: (),
}


def hall_with_a_ticket(state: str, action: str = "") -> SmallHall:
    hall = SmallHall()
    ticket = hall.issue()
    if (state, action) == (P, "say-here"):  # who parked himself, and nobody else, takes himself back
        hall.ask(c.SayLate, ticket=ticket.id)
    else:
        for way in WAYS[state]:
            hall.at_counter(way)
    if state == OUT:
        hall.ask(c.Cancel, number=ticket.number, reason="left")
    hall.after(seconds=6)
    assert hall.ticket(ticket.id).state.value == state
    return hall


# Every action that can be asked, as the ticket A98 meets it.
ASK: dict[str, Callable[[SmallHall], object]] = {
    "call": lambda hall: hall.at_counter(c.CallNumber, "2", number="A98", reason="test"),
    "recall": lambda hall: hall.at_counter(c.Recall),
    "start": lambda hall: hall.at_counter(c.Start),
    "finish": lambda hall: hall.at_counter(c.Finish),
    "no-show": lambda hall: hall.at_counter(c.MarkNoShow),
    "park": lambda hall: hall.at_counter(c.Park),
    "bring-back": lambda hall: hall.at_counter(c.BringBack, number="A98"),
    "transfer": lambda hall: hall.at_counter(c.Transfer, to_service="health"),
    "cancel": lambda hall: hall.ask(c.Cancel, number="A98", reason="test"),
    "say-late": lambda hall: hall.ask(c.SayLate, ticket=hall.numbered("A98").id),
    "say-here": lambda hall: hall.ask(c.SayHere, ticket=hall.numbered("A98").id),
    "check-priority": lambda hall: hall.ask(c.CheckPriority, number="A98", klass=Klass.PRIORITY),
    "note": lambda hall: hall.ask(c.WriteNote, number="A98", note="copies"),
}
AT_A_COUNTER_ONLY = {"recall", "start", "finish", "no-show", "park", "transfer"}


@pytest.mark.parametrize("state", [s.value for s in State])
@pytest.mark.parametrize("action", [a.value for a in Action])
def test_each_action_leads_where_the_table_says_or_is_refused(state: str, action: str) -> None:
    hall = hall_with_a_ticket(state, action)
    before = frozen(hall.state)
    stands_there = action not in AT_A_COUNTER_ONLY or state in (C, S)
    after = MAY.get((state, action)) if stands_there else None
    if after is not None:
        ASK[action](hall)
        assert hall.numbered("A98").state.value == after
    else:
        with pytest.raises(Refusal) as told:
            ASK[action](hall)
        assert told.value.code == ("not-now" if stands_there else "nobody-here")
        assert frozen(hall.state) == before


EVENTS: dict[str, type[e.OfTicket]] = {
    "call": e.Called,
    "recall": e.Recalled,
    "start": e.Started,
    "finish": e.Finished,
    "no-show": e.MarkedNoShow,
    "park": e.Parked,
    "bring-back": e.BroughtBack,
    "transfer": e.Transferred,
    "cancel": e.Cancelled,
    "say-late": e.SaidLate,
    "say-here": e.SaidHere,
    "check-priority": e.PriorityChecked,
    "note": e.Noted,
}
MORE: dict[type[e.OfTicket], dict[str, object]] = {
    e.Called: {"seq": 9, "officer": None},
    e.Recalled: {"seq": 9},
    e.Transferred: {"to_service": "health", "to_counter": None},
    e.Cancelled: {"reason": "test"},
    e.PriorityChecked: {"klass": Klass.PRIORITY, "was": Klass.NORMAL},
    e.Noted: {"note": "copies"},
}


@pytest.mark.parametrize("state", [s.value for s in State])
@pytest.mark.parametrize("action", [a.value for a in Action])
def test_a_log_that_says_what_cannot_happen_is_not_applied(state: str, action: str) -> None:
    hall = hall_with_a_ticket(state)
    ticket = hall.numbered("A98")
    kind = EVENTS[action]
    event = kind(ticket=ticket.id, counter="1", at=hall.now, command="x", by="x", **MORE.get(kind, {}))
    if (state, action) in MAY:
        apply(hall.state, event)
        assert hall.ticket(ticket.id).state.value == MAY[state, action]
    else:
        with pytest.raises(KeyError):
            apply(hall.state, event)
