"""When numbers are given: sessions, cut-off, holidays, make-up Saturdays, the hour at which a day changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.hall.calendar import (
    Span,
    admission,
    business_day,
    current_session,
    day_turns_at,
    openings,
    sessions_on,
    with_closures,
)
from server.hall.site import Hours, Session, problems
from tests.hall.small_hall import HOURS, MONDAY, SMALL, WORKDAY, local

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)  # the Tuesday is Vietnam Culture Day
FRIDAY, SATURDAY, MADE_UP = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "at", "reason", "again"),
    [
        (MONDAY, "07:29:59", "before-opening", local("07:30")),
        (MONDAY, "07:30", None, None),
        (MONDAY, "11:14:59", None, None),
        (MONDAY, "11:15", "cut-off", local("13:30")),
        (MONDAY, "11:30", "lunch", local("13:30")),
        (MONDAY, "13:29:59", "lunch", local("13:30")),
        (MONDAY, "13:30", None, None),
        (MONDAY, "16:45", "cut-off", local("07:30", WEDNESDAY)),
        (MONDAY, "17:00", "after-hours", local("07:30", WEDNESDAY)),
        (TUESDAY, "09:00", "holiday", local("07:30", WEDNESDAY)),
        (FRIDAY, "17:00", "after-hours", local("07:30", MONDAY)),
        (SATURDAY, "09:00", "closed-day", local("07:30", MONDAY)),
        (MADE_UP, "09:00", None, None),
        (MADE_UP, "12:00", "lunch", local("13:30", MADE_UP)),
    ],
)
def test_numbers_are_given_in_sessions_less_their_cut_off(
    day: date, at: str, reason: str | None, again: datetime | None
) -> None:
    closed = admission(SMALL, local(at, day))
    assert (closed and closed.reason) == reason
    assert (closed and closed.reopens_at) == again


def test_a_holiday_is_closed_even_where_it_would_be_made_up() -> None:
    both = replace(SMALL, hours=replace(HOURS, holidays=frozenset({MADE_UP})))
    assert sessions_on(both, MADE_UP) == ()


def test_a_hall_that_never_opens_again_knows_no_reopening() -> None:
    never = replace(SMALL, hours=replace(HOURS, week=((),) * 7, made_up=frozenset()))
    closed = admission(never, local("09:00"))
    assert closed is not None
    assert (closed.reason, closed.reopens_at) == ("closed-day", None)


def test_the_day_changes_at_its_hour_and_not_at_midnight() -> None:
    assert business_day(SMALL, local("03:59:59", WEDNESDAY)) == TUESDAY
    assert business_day(SMALL, local("04:00", WEDNESDAY)) == WEDNESDAY
    assert day_turns_at(SMALL, WEDNESDAY) == local("04:00", WEDNESDAY)


def test_the_day_is_of_the_site_and_not_of_greenwich() -> None:
    assert business_day(SMALL, datetime(2026, 11, 22, 21, 0, tzinfo=UTC)) == MONDAY


def test_openings_are_the_stretches_in_which_a_kiosk_may_give_numbers() -> None:
    assert openings(SMALL, local("12:00"), days=2) == (
        Span(local("13:30"), local("16:45")),
        Span(local("07:30", WEDNESDAY), local("11:15", WEDNESDAY)),
    )


def test_an_opening_agrees_with_admission_minute_by_minute() -> None:
    spans = openings(SMALL, local("00:00", FRIDAY), days=10)
    for minute in range(10 * 24 * 60):
        now = local("00:00", FRIDAY) + timedelta(minutes=minute)
        inside = any(span.opens <= now < span.closes for span in spans)
        assert inside == (admission(SMALL, now) is None), now


def test_a_session_shorter_than_the_cut_off_gives_no_numbers() -> None:
    short = replace(SMALL, hours=replace(HOURS, week=(((Session(time(8), time(8, 10))),),) * 7))
    assert openings(short, local("07:00"), days=1) == ()
    closed = admission(short, local("08:05"))
    assert closed is not None and closed.reason == "cut-off"


def test_the_session_a_number_counts_towards() -> None:
    assert current_session(SMALL, local("09:00")) == Span(local("07:30"), local("11:30"))
    assert current_session(SMALL, local("12:00")) is None


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 26)]
)
def test_in_a_zone_with_summer_time_sessions_keep_the_wall_clock(day: date) -> None:
    berlin = replace(
        SMALL, zone=ZoneInfo("Europe/Berlin"), hours=replace(HOURS, week=(WORKDAY,) * 7, holidays=frozenset())
    )
    for span in sessions_on(berlin, day):
        assert span.opens.astimezone(berlin.zone).time() in (time(7, 30), time(13, 30))
        assert admission(berlin, span.opens) is None
        assert business_day(berlin, span.opens) == day
    assert business_day(berlin, day_turns_at(berlin, day)) == day
    assert business_day(berlin, day_turns_at(berlin, day) - timedelta(microseconds=1)) < day


def test_the_night_of_the_clock_change_is_an_hour_shorter_and_one_longer() -> None:
    berlin = replace(SMALL, zone=ZoneInfo("Europe/Berlin"))
    spring = day_turns_at(berlin, date(2026, 3, 29)) - day_turns_at(berlin, date(2026, 3, 28))
    autumn = day_turns_at(berlin, date(2026, 10, 25)) - day_turns_at(berlin, date(2026, 10, 24))
    assert (spring, autumn) == (timedelta(hours=23), timedelta(hours=25))


@pytest.mark.parametrize(
    ("at", "wait", "on_the_wall"),
    [
        ("09:00", 30, 30),
        ("11:15", 15, 15),  # ends with the session
        ("11:15", 16, 16 + 120),  # lunch falls into it
        ("12:00", 10, 90 + 10),  # asked at lunch
        ("16:50", 10, 10),
        ("16:50", 11, 10 + 60 * (7 + 24 + 7.5) + 1),  # the evening, the holiday and the morning
    ],
)
def test_a_wait_of_open_time_is_longer_on_the_wall(at: str, wait: float, on_the_wall: float) -> None:
    assert with_closures(SMALL, local(at), timedelta(minutes=wait)) == timedelta(minutes=on_the_wall)


def test_hours_that_make_no_sense_are_named() -> None:
    def told(*sessions: Session) -> list[str]:
        week = (sessions,) + ((),) * 6
        return [p.sentence for p in problems(replace(SMALL, hours=Hours(week=week)))]

    assert told(Session(time(9), time(8))) == ["Mon: a session closes at 08:00, before it opens"]
    overlapping = told(Session(time(8), time(10)), Session(time(9), time(11)))
    assert overlapping == ["Mon: the session from 09:00 begins before the one before it ends"]
    assert told(Session(time(3), time(5))) == ["Mon: the day changes at 04:00, in the middle of a session"]
    assert told(Session(time(3), time(4)), Session(time(4), time(5))) == []
    assert [p.code for p in problems(replace(SMALL, hours=Hours(week=((),) * 6)))] == ["week"]
    assert list(problems(SMALL)) == []
