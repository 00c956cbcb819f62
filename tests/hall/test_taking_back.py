"""Taking back: the last thing done at a counter, for ten seconds, unless others went on with it."""

from dataclasses import replace
from typing import Any

import pytest

from server.hall import commands as c
from server.hall.tickets import State
from tests.hall.at_counter import calling, refused
from tests.hall.small_hall import SmallHall

BEFORE: dict[str, tuple[type[c.AtCounter], ...]] = {"called": (), "serving": (c.Start,), "parked": (c.Park,)}
UNDONE: list[tuple[str, type[c.Command], dict[str, Any]]] = [
    ("called", c.CallNext, {"counter": "1"}),
    ("serving", c.CallNext, {"counter": "1"}),
    ("parked", c.CallNext, {"counter": "1"}),
    ("called", c.CallNumber, {"counter": "1", "number": "A100", "reason": "urgent"}),
    ("parked", c.CallNumber, {"counter": "1", "number": "A98"}),
    ("called", c.Recall, {"counter": "1"}),
    ("called", c.Start, {"counter": "1"}),
    ("called", c.Finish, {"counter": "1"}),
    ("serving", c.Finish, {"counter": "1"}),
    ("called", c.MarkNoShow, {"counter": "1"}),
    ("serving", c.Park, {"counter": "1", "note": "copies"}),
    ("parked", c.BringBack, {"counter": "1", "number": "A98"}),
    ("serving", c.Transfer, {"counter": "1", "to_service": "health"}),
    ("serving", c.Transfer, {"counter": "1", "to_counter": "2"}),
    ("serving", c.Cancel, {"number": "A98", "reason": "left"}),
    ("called", c.Cancel, {"number": "A100", "reason": "left", "counter": "1"}),
]


def picture(hall: SmallHall) -> object:
    """What undo gives back: everything but the counting up of revisions and calls."""
    state = hall.state
    return (
        {t.id: replace(t, rev=0) for t in state.tickets.values()},
        set(state.waiting),
        {k.id: (k.status, k.officer, k.current, k.served) for k in state.counters.values()},
        [(line.seq, line.number, line.counter) for line in state.calls],
        {s: n for s, n in state.normals_since.items() if n},
        {s: times for s, times in state.handling.items() if times},
        {s: n for s, n in state.known_calls.items() if n},
    )


@pytest.mark.parametrize(("stands", "kind", "what"), UNDONE)
@pytest.mark.parametrize("service", ["land", "roads"])
def test_the_last_thing_done_at_a_counter_can_be_taken_back(
    service: str, stands: str, kind: type[c.Command], what: dict[str, Any]
) -> None:
    hall = calling(service, service, service)
    hall.after(seconds=6)
    for way in BEFORE[stands]:
        hall.at_counter(way)
    before = picture(hall)
    hall.ask(kind, **what)
    assert picture(hall) != before
    hall.after(seconds=10)
    hall.at_counter(c.Undo)
    assert picture(hall) == before
    assert refused(hall, c.Undo, counter="1") == "nothing-to-undo"


@pytest.mark.parametrize(("stands", "kind", "what"), UNDONE)
def test_after_ten_seconds_nothing_is_taken_back(
    stands: str, kind: type[c.Command], what: dict[str, Any]
) -> None:
    hall = calling("land", "land", "land")
    hall.after(seconds=6)
    for way in BEFORE[stands]:
        hall.at_counter(way)
    hall.ask(kind, **what)
    hall.after(seconds=10.1)
    assert refused(hall, c.Undo, counter="1") == "too-late"


def test_a_priority_call_taken_back_gives_the_normal_ones_their_turns_back() -> None:
    hall = SmallHall()
    for _ in range(4):
        hall.issue("roads")
    hall.next("1")
    hall.next("1")
    hall.priority("roads")
    hall.next("1")
    assert hall.state.normals_since["roads"] == 0
    hall.issue("roads")
    hall.next("3")  # a normal one goes on elsewhere meanwhile
    hall.at_counter(c.Undo, "1")
    assert hall.state.normals_since["roads"] == 3


@pytest.mark.parametrize(
    ("done", "gone_on"),
    [
        (c.Park, lambda hall: hall.at_counter(c.CallNumber, "2", number="A98")),
        (c.Finish, lambda hall: hall.at_counter(c.Rate, number="A98", level=4, levels=4)),
        (c.MarkNoShow, lambda hall: hall.at_counter(c.BringBack, "2", number="A98")),
        (c.Park, lambda hall: hall.ask(c.Cancel, number="A98", reason="left")),
    ],
)
def test_what_others_went_on_with_is_not_taken_back(done: type[c.AtCounter], gone_on: Any) -> None:
    hall = calling("land", "land")
    hall.at_counter(done)
    gone_on(hall)
    assert refused(hall, c.Undo, counter="1") == "too-late"


def test_paper_that_came_out_meanwhile_is_not_forgotten_by_taking_back() -> None:
    hall = calling()
    hall.ask(c.RecordPaper, ticket=hall.numbered("A98").id, outcome="printed")
    hall.at_counter(c.Undo)
    assert (hall.numbered("A98").state, hall.numbered("A98").paper) == (State.WAITING, "printed")


def test_there_is_nothing_to_take_back_at_a_counter_that_did_nothing() -> None:
    hall = calling()
    assert refused(hall, c.Undo, counter="2") == "nothing-to-undo"


def test_what_is_taken_back_is_what_the_asker_sees() -> None:
    hall = calling("land", "land")
    current = hall.state.counter("1").current
    assert current is not None
    seen = hall.state.tickets[current].number
    assert refused(hall, c.Undo, counter="1", here="") == "moved-on"
    assert refused(hall, c.Undo, counter="1", here="Z999") == "moved-on"
    hall.at_counter(c.Finish)
    assert refused(hall, c.Undo, counter="1", here=seen) == "nobody-here", "he would be taken back unseen"
    hall.at_counter(c.Undo, here="")
    hall.at_counter(c.Finish)
