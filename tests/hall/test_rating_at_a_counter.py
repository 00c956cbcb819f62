"""Who may be rated at a counter, at which levels, once, and for how long after the end."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.hall import commands as c, events as e
from tests.hall.at_counter import calling, refused
from tests.hall.small_hall import SmallHall, local

WEDNESDAY = date(2026, 11, 25)


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
