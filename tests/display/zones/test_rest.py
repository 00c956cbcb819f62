"""A panel rests outside the hours, wakes by itself, and lets every call through."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, strategies as st

from broker.messages import Opening
from display.fit import Panel
from display.marks import Word
from display.rest import STEPS, awake, drift
from tests.display.hall import MORNING
from tests.display.test_layout import apart, inside
from tests.display.zones.register import Told, on, picture

TODAY = Opening(on(23, 7) + timedelta(minutes=30), on(23, 11) + timedelta(minutes=30))
AFTER_LUNCH = Opening(on(23, 13) + timedelta(minutes=30), on(23, 17))
TOMORROW = Opening(on(24, 7) + timedelta(minutes=30), on(24, 11))
HOURS = (TODAY, AFTER_LUNCH, TOMORROW)
MINUTE = timedelta(minutes=1)


def faces(seen):
    """The faces one after the other, with the time of the first picture of each."""
    told = []
    for now, view in seen:
        if not told or told[-1][1] != view.face:
            told.append((now, view.face))
    return told


def test_a_wall_rests_from_a_quarter_of_an_hour_after_closing_until_half_an_hour_before_opening():
    told = Told("calls", openings=HOURS)
    assert faces(told.until(TOMORROW.opens)) == [
        (MORNING, "calls"),
        (TODAY.closes + 15 * MINUTE, "rest"),
        (AFTER_LUNCH.opens - 30 * MINUTE, "calls"),
        (AFTER_LUNCH.closes + 15 * MINUTE, "rest"),
        (TOMORROW.opens - 30 * MINUTE, "calls"),
    ]


def test_without_opening_times_a_wall_never_rests():
    told = Told("calls")
    assert faces(told.live(5 * 3600)) == [(MORNING, "calls")]


def test_a_wall_whose_opening_times_are_all_over_is_awake():
    """Its server has been away for days: the hall may be open, and the wall says that it knows nothing."""
    told = Told("calls", now=AFTER_LUNCH.closes + timedelta(hours=3), openings=HOURS[:2])
    assert told.view.face == "calls"


def test_a_call_at_night_wakes_the_wall_and_keeps_it_awake():
    told = Told("calls", openings=HOURS)
    called = AFTER_LUNCH.closes + timedelta(hours=1)
    told.until(called)
    assert told.view.face == "rest"
    told.call("A031")
    assert told.view.face == "calls"
    assert told.view.calls.hero.number == "A031"
    assert faces(told.until(called + timedelta(hours=1))) == [
        (called, "calls"),
        (called + 15 * MINUTE, "rest"),
    ]


def test_a_wall_does_not_go_dark_while_a_call_has_its_time():
    told = Told("calls", openings=HOURS)
    told.until(TODAY.closes + 15 * MINUTE - timedelta(seconds=2))
    told.call("A031")
    told.live(7)
    assert told.view.face == "calls"


@given(st.integers(-3000, 3000))
def test_nobody_who_may_stand_before_an_open_hall_sees_a_dark_wall(minutes):
    now = MORNING + minutes * MINUTE
    if any(opening.opens <= now <= opening.closes for opening in HOURS):
        assert awake(HOURS, now, None)


def test_the_words_of_a_resting_panel_say_when_it_opens_and_move_every_minute():
    told = Told("calls", openings=HOURS)
    told.until(TODAY.closes + 20 * MINUTE)
    places, said = [], []
    for _ in range(30):
        [region] = picture(told)
        words = [mark for mark in region.marks if isinstance(mark, Word)]
        assert all(inside(word.capitals, region.box) for word in words)
        places.append(words[0].capitals)
        said.append([word.text for word in words])
        told.live(60)
    assert said[0] == ["11:50", "Mở cửa lúc 13:30"]
    assert all(apart(one, other) for one, other in pairwise(places))


def test_the_next_opening_is_told_with_its_day():
    told = Told("calls", openings=HOURS)
    told.until(AFTER_LUNCH.closes + timedelta(hours=3))
    assert [mark.text for mark in picture(told)[0].marks][1] == "Mở cửa lúc 07:30 ngày mai"
    tall = Panel(1080, 1920, 55, 8)
    assert inside(picture(told, tall, tall)[0].marks[1].capitals, picture(told, tall, tall)[0].box)


def test_what_stands_all_day_moves_by_one_step_every_ten_minutes():
    places = [drift(TODAY.opens + minutes * MINUTE) for minutes in range(10 * len(STEPS))]
    moves = [(right - x, down - y) for (x, y), (right, down) in pairwise(places)]
    assert sum(move != (0, 0) for move in moves) == len(STEPS) - 1
    assert all(abs(right) <= 2 and abs(down) <= 2 for right, down in moves)
    assert set(places) == set(STEPS)
