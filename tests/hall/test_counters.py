"""What happens at a counter: opening, breaks, calls, recalls, parking, sending on, taking back, rating."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.hall import commands as c, events as e
from server.hall.refusals import Refusal
from server.hall.tickets import State
from tests.hall.small_hall import SmallHall, frozen, local

WEDNESDAY = date(2026, 11, 25)


def refused(hall: SmallHall, kind: type[c.Command], **what: Any) -> str:
    """The code of the refusal, which changed nothing."""
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        hall.ask(kind, **what)
    assert frozen(hall.state) == before
    return told.value.code


def calling(*services: str) -> SmallHall:
    """People waiting; the first of them called to counter 1."""
    hall = SmallHall()
    for service in services or ("land",):
        hall.issue(service)
    hall.next("1")
    return hall


# --- open, break, closed ------------------------------------------------------------------------------------


def test_an_officer_opens_breaks_off_comes_back_and_closes() -> None:
    hall = SmallHall()
    hall.at_counter(c.OpenCounter, officer="ha")
    counter = hall.state.counter("1")
    assert (counter.status, counter.officer, counter.since) == ("open", "ha", hall.now)
    hall.at_counter(c.PauseCounter, reason="break")
    counter = hall.state.counter("1")
    assert (counter.status, counter.reason) == ("paused", "break")
    hall.at_counter(c.OpenCounter, officer="ha")
    assert hall.state.counter("1").reason is None
    hall.at_counter(c.CloseCounter)
    assert hall.state.counter("1").status == "closed"


def test_a_counter_has_one_officer_at_a_time() -> None:
    hall = SmallHall()
    hall.at_counter(c.OpenCounter, officer="ha")
    assert refused(hall, c.OpenCounter, counter="1", officer="binh") == "counter-taken"
    hall.at_counter(c.OpenCounter, officer="ha")
    hall.at_counter(c.PauseCounter, reason="break")
    hall.at_counter(c.OpenCounter, officer="binh")
    assert hall.state.counter("1").officer == "binh"


def test_a_counter_is_not_closed_before_who_stands_there() -> None:
    hall = calling()
    assert refused(hall, c.CloseCounter, counter="1") == "counter-busy"
    hall.at_counter(c.Finish)
    hall.at_counter(c.CloseCounter)


@pytest.mark.parametrize(
    "kind",
    [
        c.OpenCounter,
        c.CloseCounter,
        c.CallNext,
        c.Recall,
        c.Start,
        c.Finish,
        c.MarkNoShow,
        c.Park,
        c.Transfer,
        c.Undo,
    ],
)
def test_a_counter_that_is_not_there_is_refused(kind: type[c.AtCounter]) -> None:
    assert refused(calling(), kind, counter="99") == "unknown-counter"


def test_a_cancellation_from_a_counter_that_is_not_there_is_refused() -> None:
    assert (
        refused(calling("land", "land"), c.Cancel, number="A99", reason="x", counter="99")
        == "unknown-counter"
    )


# --- call ---------------------------------------------------------------------------------------------------


def test_a_call_opens_a_closed_counter_and_finishes_who_is_there() -> None:
    hall = calling("land", "land")
    assert hall.state.counter("1").status == "open"
    hall.after(minutes=3)
    events = hall.at_counter(c.CallNext)
    assert [type(x) for x in events] == [e.Finished, e.Called]
    first, second = hall.numbered("A98"), hall.numbered("A99")
    assert (first.state, first.ended_at) == (State.SERVED, hall.now)
    assert (second.state, second.counter, second.called_at) == (State.CALLED, "1", hall.now)
    assert (hall.state.counter("1").current, hall.state.counter("1").served) == (second.id, first.id)


def test_a_number_called_by_name_finishes_who_is_there() -> None:
    hall = calling("land", "land")
    hall.at_counter(c.CallNumber, number="A99")
    assert hall.numbered("A98").state is State.SERVED
    assert hall.state.counter("1").current == hall.numbered("A99").id


def test_a_break_ends_with_the_next_call() -> None:
    hall = calling("land", "land")
    hall.at_counter(c.PauseCounter, reason="break")
    hall.next("1")
    assert hall.state.counter("1").status == "open"


def test_the_last_one_is_finished_by_a_call_that_finds_nobody() -> None:
    hall = calling()
    assert hall.next("1") is None
    assert hall.numbered("A98").state is State.SERVED
    assert refused(hall, c.CallNext, counter="1") == "nobody-waiting"


def test_a_call_of_nobody_opens_no_counter() -> None:
    hall = SmallHall()
    assert refused(hall, c.CallNext, counter="1") == "nobody-waiting"
    assert hall.state.counter("1").status == "closed"


def test_two_counters_and_one_citizen() -> None:
    hall = calling()
    assert refused(hall, c.CallNext, counter="2") == "nobody-waiting"


def test_calls_are_counted_without_gaps_and_the_wall_has_the_newest_first() -> None:
    hall = calling("land", "land", "land")
    hall.after(seconds=5)
    hall.at_counter(c.Recall)
    hall.next("2")
    assert [(x.seq, x.number, x.counter, x.recall) for x in hall.state.calls] == [
        (3, "A99", "2", 0),
        (2, "A98", "1", 1),
        (1, "A98", "1", 0),
    ]


def test_the_wall_remembers_thirty_calls() -> None:
    hall = SmallHall()
    for _ in range(33):
        hall.issue("land")
        hall.next("1")
    assert [line.seq for line in hall.state.calls] == list(range(33, 3, -1))


def test_a_number_out_of_turn_needs_a_reason_which_is_logged() -> None:
    hall = calling("land", "land", "land")
    assert refused(hall, c.CallNumber, counter="2", number="A100") == "reason-needed"
    assert refused(hall, c.CallNumber, counter="2", number="A100", reason="  ") == "reason-needed"
    events = hall.at_counter(c.CallNumber, "2", number=" a100 ", reason="interpreter leaves")
    assert [x.exception for x in events if isinstance(x, e.Called)] == ["interpreter leaves"]


def test_the_number_whose_turn_it_is_needs_no_reason_and_is_no_exception() -> None:
    hall = calling("land", "land")
    events = hall.at_counter(c.CallNumber, "2", number="A99")
    assert [x.exception for x in events if isinstance(x, e.Called)] == [None]


def test_a_parked_number_is_called_without_a_reason_and_logged_as_returned() -> None:
    hall = calling()
    hall.at_counter(c.Park, note="copies")
    events = hall.at_counter(c.CallNumber, "2", number="A98")
    assert [x.exception for x in events if isinstance(x, e.Called)] == ["returned"]


@pytest.mark.parametrize(
    ("number", "code"), [("Z001", "unknown-number"), ("", "unknown-number"), ("A98", "not-now")]
)
def test_a_number_that_cannot_be_called_is_refused(number: str, code: str) -> None:
    assert refused(calling("land", "land"), c.CallNumber, counter="2", number=number, reason="x") == code


def test_a_number_of_a_service_that_is_not_served_here_is_refused() -> None:
    hall = calling("land", "trade")
    assert refused(hall, c.CallNumber, counter="1", number="C001", reason="x") == "not-served-here"


# --- recall -------------------------------------------------------------------------------------------------


def test_a_recall_waits_five_seconds_and_comes_three_times() -> None:
    hall = calling()
    for _ in range(3):
        hall.after(seconds=4.9)
        assert refused(hall, c.Recall, counter="1") == "too-soon"
        hall.after(seconds=0.1)
        hall.at_counter(c.Recall)
    hall.after(minutes=1)
    assert refused(hall, c.Recall, counter="1") == "recall-limit"
    assert hall.numbered("A98").recalls == 3


def test_a_number_that_comes_back_may_be_recalled_anew() -> None:
    hall = calling()
    hall.after(seconds=5)
    hall.at_counter(c.Recall)
    hall.at_counter(c.Park)
    hall.at_counter(c.CallNumber, number="A98")
    assert hall.numbered("A98").recalls == 0


# --- missed, parked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [c.CallNumber, c.BringBack])
def test_a_missed_number_may_come_back_within_its_grace(kind: type[c.AtCounter]) -> None:
    hall = calling()
    hall.at_counter(c.MarkNoShow)
    hall.after(minutes=15)
    hall.at_counter(kind, number="A98")
    assert hall.numbered("A98").ended_at is None


@pytest.mark.parametrize("kind", [c.CallNumber, c.BringBack])
def test_after_its_grace_a_missed_number_is_over(kind: type[c.AtCounter]) -> None:
    hall = calling()
    hall.at_counter(c.MarkNoShow)
    hall.after(minutes=15, seconds=1)
    assert refused(hall, kind, counter="1", number="A98") == "grace-over"


def test_a_parked_number_comes_back_whenever_it_likes() -> None:
    hall = calling()
    hall.at_counter(c.Park)
    hall.at("11:00")
    hall.at_counter(c.BringBack, number="A98")


@pytest.mark.parametrize("away", [c.Park, c.MarkNoShow])
def test_who_comes_back_has_the_old_place(away: type[c.AtCounter]) -> None:
    hall = calling("land", "land", "land")
    hall.at_counter(away)
    hall.after(minutes=2)
    hall.at_counter(c.BringBack, "2", number="A98")
    assert [hall.next("1"), hall.next("1")] == ["A98", "A99"]


def test_a_note_is_kept_until_there_is_another() -> None:
    hall = calling()
    hall.at_counter(c.Park, note="copies")
    hall.at_counter(c.CallNumber, number="A98")
    hall.at_counter(c.Park)
    assert hall.numbered("A98").note == "copies"


# --- send on ------------------------------------------------------------------------------------------------


def test_a_ticket_is_sent_to_a_service_to_a_counter_or_to_both() -> None:
    for what, line in (
        ({"to_service": "health"}, ("health", None)),
        ({"to_counter": "2"}, ("land", "2")),
        ({"to_service": "health", "to_counter": "2"}, ("health", "2")),
    ):
        hall = calling()
        hall.at_counter(c.Start)
        hall.at_counter(c.Transfer, note="see health", **what)
        ticket = hall.numbered("A98")
        assert (ticket.service, ticket.bound_to) == line
        assert (ticket.state, ticket.started_at, ticket.note) == (State.WAITING, None, "see health")
        assert hall.state.counter("1").current is None


def test_a_ticket_is_sent_nowhere_that_is_not_there() -> None:
    hall = calling()
    assert refused(hall, c.Transfer, counter="1") == "unknown-service"
    assert refused(hall, c.Transfer, counter="1", to_service="weather") == "unknown-service"
    assert refused(hall, c.Transfer, counter="1", to_counter="99") == "unknown-counter"


# --- cancel -------------------------------------------------------------------------------------------------


def test_a_number_cancelled_from_elsewhere_leaves_its_counter_free() -> None:
    hall = calling()
    hall.ask(c.Cancel, number="A98", reason="went home")
    assert hall.state.counter("1").current is None
    assert hall.numbered("A98").reason == "went home"


def test_a_waiting_number_cancelled_at_a_counter_leaves_who_stands_there() -> None:
    hall = calling("land", "land")
    hall.ask(c.Cancel, number="A99", reason="went home", counter="1")
    assert hall.state.counter("1").current == hall.numbered("A98").id


# --- take back ----------------------------------------------------------------------------------------------

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


# --- rating -------------------------------------------------------------------------------------------------


def served() -> SmallHall:
    hall = calling()
    hall.at_counter(c.Finish)
    return hall


def test_a_rating_counts_for_the_number_the_service_and_the_officer() -> None:
    hall = SmallHall()
    hall.at_counter(c.OpenCounter, officer="ha")
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Finish)
    (rated,) = hall.at_counter(c.Rate, number="A98", level=1, levels=4, reason="late")
    assert isinstance(rated, e.Rated)
    assert (rated.level, rated.levels, rated.reason) == (1, 4, "late")
    assert (rated.service, rated.officer, rated.counter) == ("land", "ha", "1")
    assert hall.numbered("A98").level == 1


def test_a_reason_that_the_hall_does_not_list_is_left_out() -> None:
    (rated,) = served().at_counter(c.Rate, number="A98", level=1, levels=4, reason="he was rude to ...")
    assert isinstance(rated, e.Rated) and rated.reason is None


def test_a_ticket_is_rated_once() -> None:
    hall = served()
    hall.at_counter(c.Rate, number="A98", level=4, levels=4)
    assert refused(hall, c.Rate, counter="1", number="A98", level=1, levels=4) == "already-rated"


@pytest.mark.parametrize(("level", "levels"), [(0, 4), (5, 4), (-1, 4), (1, 1), (6, 6)])
def test_a_level_is_one_of_the_buttons(level: int, levels: int) -> None:
    assert refused(served(), c.Rate, counter="1", number="A98", level=level, levels=levels) == "bad-level"


def test_only_who_was_served_here_is_rated_here() -> None:
    hall = calling("land", "land")
    rate: dict[str, Any] = {"level": 4, "levels": 4}
    assert refused(hall, c.Rate, counter="1", number="A98", **rate) == "not-rateable"  # still there
    assert refused(hall, c.Rate, counter="1", number="A99", **rate) == "not-rateable"  # still waiting
    assert refused(hall, c.Rate, counter="1", number="Z001", **rate) == "not-rateable"
    hall.at_counter(c.Finish)
    assert refused(hall, c.Rate, counter="2", number="A98", **rate) == "not-rateable"
    hall.at_counter(c.Rate, number="A98", **rate)


def test_a_missed_number_is_not_rated() -> None:
    hall = calling()
    hall.at_counter(c.MarkNoShow)
    assert refused(hall, c.Rate, counter="1", number="A98", level=4, levels=4) == "not-rateable"


def test_a_rating_is_for_a_while_after_the_end() -> None:
    late = served()
    late.after(minutes=11)  # ten, and what a message may take
    late.at_counter(c.Rate, number="A98", level=4, levels=4)
    too_late = served()
    too_late.after(minutes=11, seconds=1)
    assert refused(too_late, c.Rate, counter="1", number="A98", level=4, levels=4) == "not-rateable"


def test_a_rating_that_waited_in_an_outbox_counts_from_when_it_was_pressed() -> None:
    hall = served()
    pressed = hall.now + timedelta(minutes=1)
    hall.after(hours=3)
    hall.at_counter(c.Rate, number="A98", level=4, levels=4, pressed_at=pressed)


def test_a_rating_of_another_day_is_never_taken_for_todays_number() -> None:
    hall = served()
    pressed = hall.now + timedelta(minutes=1)
    hall.at("08:00", WEDNESDAY)
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Finish)
    rate = {"counter": "1", "number": "A98", "level": 4, "levels": 4}
    assert refused(hall, c.Rate, pressed_at=pressed, **rate) == "not-rateable"
    hall.ask(c.Rate, pressed_at=local("08:01", WEDNESDAY), **rate)
