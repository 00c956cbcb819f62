"""A rating is of one visit at one counter, from its beginning to a while after its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from server.hall import commands as c, events as e
from server.hall.refusals import Refusal
from tests.hall.small_hall import SMALL, SmallHall

ASKS = replace(SMALL, rating_questions=frozenset({"1", "7"}))


def served(minutes: float = 5) -> SmallHall:
    """A98 was served at counter 1 for so long, and went just now."""
    hall = SmallHall(ASKS)
    hall.issue()
    hall.after(minutes=20)
    hall.next("1")
    hall.at_counter(c.Start)
    hall.after(minutes=minutes)
    hall.at_counter(c.Finish)
    return hall


def rate(hall: SmallHall, **more: Any) -> e.Rated:
    (event,) = hall.at_counter(c.Rate, **{"number": "A98", "level": 4, "levels": 4, **more})
    assert isinstance(event, e.Rated)
    return event


def refused(hall: SmallHall, **more: Any) -> str:
    with pytest.raises(Refusal) as caught:
        rate(hall, **more)
    return caught.value.code


def test_the_answers_of_the_questionnaire_go_into_the_log() -> None:
    assert rate(served(), answers={"1": 2, "7": 0}).answers == {"1": 2, "7": 0}
    assert rate(served()).answers == {}


@pytest.mark.parametrize("answers", [{"9": 2}, {"1": 3}, {"1": -1}])
def test_an_answer_to_what_the_hall_does_not_ask_is_left_out(answers: dict[str, int]) -> None:
    assert rate(served(), answers={"7": 1, **answers}).answers == {"7": 1}


def test_when_it_was_pressed_is_kept_and_when_it_came() -> None:
    hall = served()
    pressed = hall.now + timedelta(seconds=20)
    hall.after(hours=1)
    event = rate(hall, pressed_at=pressed)
    assert (event.pressed_at, event.at) == (pressed, hall.now)
    assert rate(served()).pressed_at is None


def test_a_press_of_the_future_is_of_now() -> None:
    """A device's clock may be ahead; nobody pressed later than it was heard."""
    hall = served()
    assert rate(hall, pressed_at=hall.now + timedelta(minutes=3)).pressed_at == hall.now


@pytest.mark.parametrize(("before_end_min", "taken"), [(4, True), (5.9, True), (6.1, False), (24, False)])
def test_a_press_of_before_the_visit_is_of_nobody(before_end_min: float, taken: bool) -> None:
    """From the start on, and a minute for clocks that differ; what came before was meant for another."""
    hall = served(minutes=5)
    pressed = hall.now - timedelta(minutes=before_end_min)
    if taken:
        rate(hall, pressed_at=pressed)
    else:
        assert refused(hall, pressed_at=pressed) == "not-rateable"


@pytest.mark.parametrize(("after_end_min", "taken"), [(0, True), (11, True), (11.1, False), (200, False)])
def test_a_press_of_after_the_window_is_of_nobody_however_late_it_comes(
    after_end_min: float, taken: bool
) -> None:
    hall = served()
    pressed = hall.now + timedelta(minutes=after_end_min)
    hall.after(hours=4)
    if taken:
        rate(hall, pressed_at=pressed)
    else:
        assert refused(hall, pressed_at=pressed) == "not-rateable"


def test_who_was_sent_on_is_rated_where_the_visit_ended() -> None:
    hall = SmallHall(ASKS)
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Transfer, to_service="health")
    hall.after(minutes=2)
    assert hall.next("2") == "A98"
    hall.after(minutes=2)
    hall.ask(c.Finish, counter="2")
    assert refused(hall) == "not-rateable"
    (event,) = hall.ask(c.Rate, counter="2", number="A98", level=3, levels=4)
    assert isinstance(event, e.Rated) and (event.service, event.counter) == ("health", "2")


def test_a_rated_visit_is_not_taken_back() -> None:
    """Else the same ticket could be rated twice, or a rating be of nobody."""
    hall = served()
    rate(hall)
    with pytest.raises(Refusal) as caught:
        hall.at_counter(c.Undo)
    assert caught.value.code == "too-late"


@given(st.lists(st.tuples(st.integers(-40, 400), st.integers(0, 6), st.booleans()), min_size=1, max_size=6))
def test_a_ticket_has_one_rating_at_the_most(presses: list[tuple[int, int, bool]]) -> None:
    hall = served()
    ended = hall.now
    for minutes, level, believed in presses:
        pressed = ended + timedelta(minutes=minutes) if believed else None
        hall.after(seconds=30)
        try:
            rate(hall, level=level, pressed_at=pressed)
        except Refusal as refusal:
            assert refusal.code in ("not-rateable", "already-rated", "bad-level")
    ratings = [event for event in hall.log if isinstance(event, e.Rated)]
    assert len(ratings) <= 1
    assert all(1 <= r.level <= 4 and (r.pressed_at or r.at) <= r.at for r in ratings)
