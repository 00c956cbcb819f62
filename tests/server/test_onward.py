"""A number that a transfer brought to another service: the wall may say "go on to counter"."""

from broker import messages as m
from server.hall import commands as c
from tests.hall.small_hall import SmallHall
from tests.server.test_projection import board


def lines(hall: SmallHall) -> list[tuple[str, bool]]:
    calls: tuple[m.Call, ...] = board(hall).calls
    return [(call.counter, call.onward) for call in calls]


def test_a_call_says_that_its_number_was_sent_on_from_another_service() -> None:
    hall = SmallHall()
    hall.issue("land")
    hall.next("1")
    assert lines(hall) == [("1", False)]
    hall.at_counter(c.Transfer, to_service="trade")
    assert lines(hall) == [("1", False)]  # it was called where it was taken for
    hall.next("3")
    assert lines(hall) == [("3", True), ("1", False)]
    hall.after(minutes=1)
    hall.at_counter(c.Recall, "3")
    assert lines(hall)[0] == ("3", True)


def test_a_number_that_goes_to_another_counter_of_its_service_is_called_as_always() -> None:
    hall = SmallHall()
    hall.issue("land")
    hall.next("1")
    hall.at_counter(c.Transfer, to_counter="2")
    hall.next("2")
    assert lines(hall) == [("2", False), ("1", False)]
