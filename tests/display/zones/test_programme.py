"""Which zone a wall has at which hour: weekdays, midnight, and spans that meet."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from broker.messages import ZoneSpan
from display.programme import zone_at, zones_of
from tests.display.hall import ZONE
from tests.display.zones.register import plan

HALL = ZoneInfo(ZONE)
WORKDAYS = (0, 1, 2, 3, 4)
LUNCH = ZoneSpan(WORKDAYS, "11:30", "13:30", "slides")
NIGHT = ZoneSpan((4,), "22:00", "06:00", "slides")  # of Friday, on into Saturday
MORNINGS = ZoneSpan((0,), "07:00", "08:00", "progress")


def hall_time(day, clock):
    """A day of November 2026; the 23rd is a Monday."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=HALL)


@pytest.mark.parametrize(
    ("day", "clock", "zone"),
    [
        (23, "11:29:59", "calls"),
        (23, "11:30:00", "slides"),
        (23, "13:29:59", "slides"),
        (23, "13:30:00", "calls"),
        (28, "12:00:00", "calls"),  # a Saturday
        (27, "21:59:59", "calls"),
        (27, "22:00:00", "slides"),
        (27, "23:59:59", "slides"),
        (28, "00:00:00", "slides"),
        (28, "05:59:59", "slides"),
        (28, "06:00:00", "calls"),
        (28, "22:00:00", "calls"),  # the night belongs to Friday
        (27, "00:30:00", "calls"),  # the night before was Thursday's
        (23, "07:00:00", "progress"),
        (24, "07:00:00", "calls"),
    ],
)
def test_a_span_holds_from_its_start_up_to_its_end_on_its_weekdays(day, clock, zone):
    wall = plan("calls", schedule=(LUNCH, NIGHT, MORNINGS))
    assert zone_at(wall, hall_time(day, clock)) == zone


def test_a_wall_without_a_plan_shows_calls():
    assert zone_at(None, hall_time(23, "12:00")) == "calls"


def test_the_first_span_that_fits_wins():
    both = (ZoneSpan((0,), "11:00", "12:00", "progress"), LUNCH)
    assert zone_at(plan("calls", schedule=both), hall_time(23, "11:45")) == "progress"
    assert zone_at(plan("calls", schedule=both), hall_time(23, "12:00")) == "slides"


def test_a_span_that_ends_where_it_starts_is_the_whole_day():
    wall = plan("calls", schedule=(ZoneSpan((0,), "00:00", "00:00", "progress"),))
    assert [zone_at(wall, hall_time(day, clock)) for day, clock in ((23, "00:00"), (23, "23:59"))] == [
        "progress"
    ] * 2
    assert zone_at(wall, hall_time(24, "00:00")) == "calls"


@given(st.integers(0, 7 * 24 * 60 - 1))
def test_a_week_has_as_many_minutes_of_lunch_as_it_should_and_none_twice(minute):
    """Vietnam has no summer time: a minute of the hall is a minute of the day, every day."""
    local = hall_time(23, "00:00") + timedelta(minutes=minute)
    holds = zone_at(plan("calls", schedule=(LUNCH,)), local) == "slides"
    assert holds == (local.weekday() < 5 and 690 <= local.hour * 60 + local.minute < 810)


def test_all_zones_of_a_plan_are_known_beforehand():
    assert zones_of(plan("progress", schedule=(LUNCH, MORNINGS, LUNCH))) == ["progress", "slides"]
