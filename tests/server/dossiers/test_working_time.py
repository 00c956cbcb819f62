"""Sessions laid out on one line: the year of civil servants, and a walk second by second for any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from server.dossiers.working_time import NoTime, WorkCalendar
from server.hall.site import Session
from tests.server.dossiers.working import ZONE, at, calendar, calendars, instants, week

USUAL = calendar()
decades = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1))
STEP = timedelta(minutes=5)  # all sessions of a search begin and end on these


def naive(of: WorkCalendar, begins: datetime, ends: datetime) -> int:
    """Seconds worked, by asking of each five minutes whether their middle is worked."""
    worked, now = 0, begins
    while now < ends:
        local = (now + STEP / 2).astimezone(of.zone)
        sessions = of.sessions(local.date())
        worked += any(s.opens <= local.time() < s.closes for s in sessions) * int(STEP.total_seconds())
        now += STEP
    return worked


def test_the_year_2026_has_249_working_days() -> None:
    assert USUAL.working_days(date(2026, 1, 1), date(2027, 1, 1)) == 249
    assert [USUAL.works(date(2026, *day)) for day in ((1, 2), (1, 10), (8, 22), (8, 31), (11, 24))] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_days_are_counted_over_tet_and_back() -> None:
    assert USUAL.day_after(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert USUAL.day_after(date(2026, 2, 23), -1) == date(2026, 2, 13)
    assert USUAL.day_after(date(2026, 2, 18), 0) == date(2026, 2, 23)
    assert USUAL.day_after(date(2026, 1, 1), -249) < date(2025, 2, 1)


def test_a_week_without_sessions_never_has_time() -> None:
    empty = WorkCalendar(ZONE, ((),) * 7)
    for ask in (lambda: empty.after(at("20/11 09:30"), 60), lambda: empty.snapped(at("20/11 09:30"))):
        with pytest.raises(NoTime):
            ask()
    with pytest.raises(NoTime):
        USUAL.after(at("20/11 09:30"), 8 * 3600 * 260 * 500)


def test_sessions_are_put_in_order_and_those_that_overlap_are_one() -> None:
    odd = week(("13:30-17:30", "07:30-10:00", "09:00-11:30", "12:00-12:00"))
    assert calendar().sessions(date(2026, 11, 20)) == replace(USUAL, week=odd).sessions(date(2026, 11, 20))


def test_a_make_up_day_is_worked_like_the_first_working_day_of_the_week() -> None:
    short = (Session(time(8), time(10)),)
    of = replace(USUAL, week=((), short, *week()[2:]))
    assert of.sessions(date(2026, 8, 22)) == short


@given(calendars(), instants, st.integers(0, 40))
def test_elapsed_time_is_what_a_walk_counts(of: WorkCalendar, begins: datetime, hours: int) -> None:
    begins = begins.replace(minute=begins.minute // 5 * 5, second=0, microsecond=0)
    ends = begins + timedelta(hours=hours)
    assert of.elapsed(begins, ends) == naive(of, begins, ends) == -of.elapsed(ends, begins)


@given(calendars(), instants, st.integers(1, 400 * 3600))
def test_pouring_is_the_inverse_of_elapsed_time(of: WorkCalendar, begins: datetime, seconds: int) -> None:
    assert of.elapsed(begins, of.after(begins, seconds)) == seconds


@given(calendars(), instants, instants)
def test_days_between_and_days_after_are_inverse(of: WorkCalendar, one: datetime, other: datetime) -> None:
    day = of.snapped(one).date()
    assert of.day_after(day, of.days_between(one, other)) == of.snapped(other).date()


@settings(max_examples=25)
@given(calendars(), st.lists(decades, min_size=1, max_size=4))
def test_answers_do_not_depend_on_what_was_asked_before(of: WorkCalendar, asked: list[datetime]) -> None:
    fresh = [replace(of).after(when.replace(tzinfo=UTC), 90_000) for when in asked]
    assert [of.after(when.replace(tzinfo=UTC), 90_000) for when in asked] == fresh
