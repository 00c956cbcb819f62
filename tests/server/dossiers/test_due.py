"""Due dates: the vectors of the reference, the rules one by one, and what holds for any rules."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import FrameType
from typing import Any, get_args

import pytest
from hypothesis import assume, given, strategies as st

from server.dossiers.due import Counting, LateRule, Rules, apology_by
from server.dossiers.limits import Limit, read_limit
from server.dossiers.register import Step
from server.dossiers.status import Status
from tests.server.dossiers.working import (
    at,
    calendar,
    dates,
    day_limits,
    hour_limits,
    in_a_session,
    instants,
    limits,
    rules,
    said,
)

HOURS = Rules(calendar())
CLOSE = Rules(calendar(), Counting("days"))
NINE = Rules(calendar(), Counting("days", "same-time", late_rule="clock", late_hour=time(9)))
SAME = Rules(calendar(), Counting("days", "same-time"))


def due(of: Rules, received: str, limit: str) -> str:
    return said(of.due(at(received), read_limit(limit)))


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        # of the reference, 2.7
        ("20/11 09:30", "1 ngày", "23/11 09:30"),
        ("20/11 15:00", "0,5 ngày", "23/11 09:00"),
        ("20/11 09:30", "3 ngày", "26/11 09:30"),
        ("20/11 11:00", "1/4 ngày", "20/11 15:00"),
        ("20/11 17:45", "1 ngày", "23/11 17:30"),
        # and more of the year
        ("20/11 13:30", "04 giờ", "20/11 17:30"),
        ("13/02 09:30", "1 ngày", "23/02 09:30"),  # Tết
        ("21/08 09:30", "1 ngày", "22/08 09:30"),  # a Saturday that makes up for 31 August
        ("28/08 16:00", "1 ngày", "03/09 16:00"),
        ("21/11 10:00", "2 giờ", "23/11 09:30"),
        ("20/11 16:00", "trong ngày", "23/11 17:30"),
        ("20/11 14:00", "trong ngày", "20/11 17:30"),
    ],
)
def test_hours_are_poured_into_the_sessions(received: str, limit: str, expected: str) -> None:
    assert due(HOURS, received, limit) == expected


@pytest.mark.parametrize(
    ("received", "limit", "close", "same"),
    [
        ("20/11 09:30", "1 ngày", "23/11 17:30", "23/11 09:30"),
        ("20/11 09:30", "3 ngày", "26/11 17:30", "26/11 09:30"),
        ("20/11 17:30", "1 ngày", "23/11 17:30", "23/11 17:30"),
        ("20/11 17:45", "1 ngày", "25/11 17:30", "25/11 07:30"),  # comes on Monday, which is not counted
        ("20/11 12:00", "1 ngày", "23/11 17:30", "23/11 13:30"),
        ("20/11 09:30", "1,5 ngày", "25/11 11:30", "23/11 15:30"),
        ("20/11 15:00", "0,5 ngày", "23/11 09:00", "23/11 09:00"),
        ("20/11 09:30", "16 giờ", "25/11 09:30", "25/11 09:30"),
    ],
)
def test_the_day_of_receipt_is_not_counted(received: str, limit: str, close: str, same: str) -> None:
    assert (due(CLOSE, received, limit), due(SAME, received, limit)) == (close, same)


def test_part_of_a_day_never_lasts_longer_than_a_short_day() -> None:
    short = replace(CLOSE, calendar=calendar(("07:30-11:30",)))
    assert [due(short, "20/11 10:00", text) for text in ("3/4 ngày", "1 ngày", "1 3/4 ngày", "2 ngày")] == [
        "23/11 11:30", "23/11 11:30", "25/11 11:30", "25/11 11:30",
    ]  # fmt: skip


def test_what_comes_after_three_counts_as_the_rule_says() -> None:
    off, forwarding, clock = (Rules(HOURS.calendar, Counting(late_rule=rule)) for rule in get_args(LateRule))
    assert [due(of, "20/11 15:30", "1 ngày") for of in (off, forwarding, clock)] == [
        "23/11 15:30", "23/11 15:30", "23/11 17:30",
    ]  # fmt: skip
    assert [said(of.forward_by(at("20/11 15:01"))) for of in (off, forwarding, clock)] == [
        "20/11 17:30", "23/11 07:30", "23/11 07:30",
    ]  # fmt: skip
    assert said(forwarding.forward_by(at("20/11 15:00"))) == "20/11 17:30"
    assert due(off, "20/11 16:00", "0d") == "20/11 17:30"


def test_an_apology_comes_a_working_day_before() -> None:
    days = [said(apology_by(HOURS, at(text))) for text in ("25/11 09:30", "23/11 17:30", "22/08 10:00")]
    assert days == ["23/11 17:30", "20/11 17:30", "21/08 17:30"]


def history(*steps: tuple[str, Status]) -> list[Step]:
    return [Step(at(when), status) for when, status in steps]


RUNS, ASKED, PAYING = Status.PROCESSING, Status.AWAITING_SUPPLEMENT, Status.AWAITING_PAYMENT


@pytest.mark.parametrize(
    ("steps", "hours", "close", "state"),
    [
        ((), "12/11 09:30", "12/11 17:30", "runs"),
        ((("10/11 08:30", PAYING),), "12/11 09:30", "12/11 17:30", "stands"),
        ((("10/11 08:30", PAYING), ("12/11 08:30", RUNS)), "16/11 09:30", "16/11 17:30", "runs"),
        ((("10/11 08:30", PAYING), ("10/11 10:30", RUNS)), "12/11 11:30", "12/11 17:30", "runs"),
        ((("10/11 08:30", Status.STOPPED), ("12/11 08:30", RUNS)), "16/11 09:30", "16/11 17:30", "runs"),
        ((("10/11 08:30", ASKED), ("12/11 08:30", RUNS)), "17/11 08:30", "17/11 17:30", "runs"),
        # paid while a supplement is still waited for: anew all the same
        (
            (("10/11 08:30", ASKED), ("11/11 08:30", PAYING), ("12/11 08:30", RUNS)),
            "17/11 08:30", "17/11 17:30", "runs",
        ),
        ((("10/11 08:30", PAYING), ("12/11 08:30", Status.RESOLVED)), "12/11 09:30", "12/11 17:30", "ended"),
        # what was late already stays as late as it was
        ((("16/11 08:30", PAYING), ("18/11 08:30", RUNS)), "12/11 09:30", "12/11 17:30", "runs"),
        ((("16/11 08:30", ASKED), ("18/11 08:30", RUNS)), "12/11 09:30", "12/11 17:30", "runs"),
    ],
)  # fmt: skip
def test_the_clock_stands_while_the_citizen_is_waited_for(
    steps: tuple[tuple[str, Status], ...], hours: str, close: str, state: str
) -> None:
    for rules_, expected in ((HOURS, hours), (CLOSE, close)):
        clock = rules_.clock(at("09/11 09:30"), read_limit("3d"), history(*steps))
        assert (said(clock.due), clock.state) == (expected, state)


# --- for any rules ----------------------------------------------------------------------------------------


@given(rules(), instants, instants, limits)
def test_who_comes_later_is_due_no_earlier(of: Rules, one: datetime, other: datetime, limit: Limit) -> None:
    first, last = sorted((one, other))
    assert of.due(first, limit) <= of.due(last, limit)


@given(rules(), instants, st.one_of(st.tuples(day_limits, day_limits), st.tuples(hour_limits, hour_limits)))
def test_a_longer_limit_is_due_no_earlier(of: Rules, received: datetime, two: tuple[Limit, Limit]) -> None:
    less, more = sorted(two, key=lambda limit: limit.amount)
    assert received <= of.due(received, less) <= of.due(received, more)


@given(rules(), instants, limits)
def test_a_due_date_lies_in_a_session(of: Rules, received: datetime, limit: Limit) -> None:
    assert in_a_session(of.calendar, of.due(received, limit))
    assert in_a_session(of.calendar, of.forward_by(received))


@given(rules(), instants, limits)
def test_a_due_date_is_the_inverse_of_the_working_time_until_it(
    of: Rules, received: datetime, limit: Limit
) -> None:
    begins, ends = of.begins(received), of.due(received, limit)
    if limit.unit == "h" or (of.by.convention == "hours" and not limit.same_day):
        seconds = limit.amount * (3600 if limit.unit == "h" else of.by.day_s)
        assert of.calendar.elapsed(begins, ends) == round(seconds)
    elif limit.amount.denominator == 1 and not limit.same_day:
        assert of.calendar.days_between(begins, ends) == limit.amount


@given(rules(), instants, limits, dates)
def test_another_day_off_makes_nothing_due_earlier(
    of: Rules, received: datetime, limit: Limit, day: date
) -> None:
    fewer = replace(of.calendar, off=of.calendar.off | {day})
    assert of.due(received, limit) <= replace(of, calendar=fewer).due(received, limit)


statuses = st.sampled_from([s for s in Status if s not in (Status.RETURNED, Status.RESOLVED)])
steps = st.lists(st.tuples(st.integers(0, 60 * 24), statuses), max_size=6, unique_by=lambda step: step[0])


@given(rules(), instants, limits, steps)
def test_pauses_make_nothing_due_earlier(
    of: Rules, received: datetime, limit: Limit, after: list[tuple[int, Status]]
) -> None:
    steps = [Step(received + timedelta(hours=hours), status) for hours, status in after]
    clock = of.clock(received, limit, steps)
    assert of.due(received, limit) <= clock.due
    assert in_a_session(of.calendar, clock.due)
    assert clock == of.clock(received, limit, reversed(sorted(steps, key=lambda step: step.at)))


@given(instants, st.integers(1, 100), st.integers(0, 40), st.integers(0, 40))
def test_time_that_was_paused_is_given_back_to_the_second(
    received: datetime, hours: int, begins: int, lasts: int
) -> None:
    limit, stood = read_limit(f"{hours}h"), received + timedelta(hours=begins)
    assume(stood < HOURS.due(received, limit))
    ran_on = stood + timedelta(hours=lasts)
    clock = HOURS.clock(received, limit, [Step(stood, PAYING), Step(ran_on, RUNS)])
    worked = HOURS.calendar.elapsed
    assert worked(received, clock.due) == hours * 3600 + worked(stood, ran_on)


# --- the work it is ---------------------------------------------------------------------------------------


def calls_of(of: Rules, limit: str) -> int:
    """How many Python functions a hundred due dates call, once the years are laid out."""
    counted: Counter[str] = Counter()
    asked = [at("20/11 09:30") + timedelta(hours=7 * n) for n in range(100)]
    for received in asked:
        of.due(received, read_limit(limit))

    def count(frame: FrameType, event: str, arg: Any) -> None:
        counted[event] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for received in asked:
            of.due(received, read_limit(limit))
    finally:
        sys.setprofile(before)
    return counted["call"]


@pytest.mark.parametrize("of", [HOURS, CLOSE, SAME, NINE])
def test_a_limit_of_ten_years_is_no_more_work_than_one_of_a_day(of: Rules) -> None:
    assert calls_of(of, "2500d") == calls_of(of, "1d") < 100 * 30
