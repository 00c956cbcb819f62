"""What happens at a counter: opening, breaks, calls, recalls, parking, sending on, cancelling."""

import pytest

from server.hall import commands as c, events as e
from server.hall.tickets import State
from tests.hall.at_counter import calling, refused
from tests.hall.small_hall import SmallHall

# --- open, break, closed ----------------------------------------------------------------------------------


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


# --- call -------------------------------------------------------------------------------------------------


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


# --- recall -----------------------------------------------------------------------------------------------


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


# --- missed, parked ---------------------------------------------------------------------------------------


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


# --- send on ----------------------------------------------------------------------------------------------


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


# --- cancel -----------------------------------------------------------------------------------------------


def test_a_number_cancelled_from_elsewhere_leaves_its_counter_free() -> None:
    hall = calling()
    hall.ask(c.Cancel, number="A98", reason="went home")
    assert hall.state.counter("1").current is None
    assert hall.numbered("A98").reason == "went home"


def test_a_waiting_number_cancelled_at_a_counter_leaves_who_stands_there() -> None:
    hall = calling("land", "land")
    hall.ask(c.Cancel, number="A99", reason="went home", counter="1")
    assert hall.state.counter("1").current == hall.numbered("A98").id
