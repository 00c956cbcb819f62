"""When a number was given that a kiosk gave by itself: whatever clocks say, nothing impossible comes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from server.hall.issue_time import OLDEST, Told, time_of_issue
from tests.hall.searching import SEARCHED
from tests.hall.small_hall import MONDAY, local

NOW = local("10:00")
BEGAN = local("04:00")
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

clocks = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 11, 22), datetime(2026, 11, 24), timezones=st.just(UTC)),
    st.sampled_from([FIRST, LAST, NOW, BEGAN]),
)
ages = st.none() | st.timedeltas(timedelta(), timedelta(days=30)) | st.just(timedelta.max)
tolds = st.builds(Told, clocks, st.booleans(), ages)
today = st.datetimes(
    BEGAN.replace(tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(UTC)
)  # when other numbers were given


@SEARCHED
@given(tolds)
def test_no_clock_makes_a_number_of_the_future_or_one_that_overflows(told: Told) -> None:
    issued = time_of_issue(told, NOW, BEGAN)
    assert NOW - OLDEST <= issued <= NOW
    if told.age is not None:
        assert issued <= NOW - min(told.age, OLDEST)


@SEARCHED
@given(st.lists(tolds, min_size=1, max_size=6))
def test_a_kiosks_own_order_holds_against_all_clocks(tolds: list[Told]) -> None:
    given_at: list[datetime] = []
    for told in tolds:
        issued = time_of_issue(told, NOW, BEGAN, [(given_at, ())])
        assert issued <= NOW
        if issued >= BEGAN:
            assert issued >= max(given_at, default=issued)
            given_at.append(issued)


@SEARCHED
@given(tolds, st.lists(today, min_size=2, max_size=2))
def test_what_is_told_out_of_order_falls_between_its_neighbours(told: Told, around: list[datetime]) -> None:
    earlier, later = sorted(around)
    issued = time_of_issue(told, NOW, BEGAN, [([earlier], [later])])
    assert earlier <= issued <= later or issued < BEGAN


@SEARCHED
@given(tolds, st.lists(st.tuples(today, today), max_size=3), today)
def test_of_two_orders_that_contradict_each_other_the_last_one_holds(
    told: Told, orders: list[tuple[datetime, datetime]], called: datetime
) -> None:
    between = [([a], [b]) for a, b in orders]
    assert time_of_issue(told, NOW, BEGAN, [*between, ((), [called])]) <= called


@SEARCHED
@given(clocks)
def test_a_clock_that_nothing_kept_right_ends_no_day(at: datetime) -> None:
    issued = time_of_issue(Told(at, trusted=False), NOW, BEGAN)
    assert issued == (at if BEGAN <= at <= NOW else NOW)


def test_the_stopwatch_is_believed_before_a_clock_that_nothing_kept_right() -> None:
    told = Told(local("09:59"), trusted=False, age=timedelta(minutes=20))
    assert time_of_issue(told, NOW, BEGAN) == local("09:40")
    assert time_of_issue(Told(told.at, True, told.age), NOW, BEGAN) == local("09:40")  # no later than it says
    assert time_of_issue(Told(local("09:30"), True, told.age), NOW, BEGAN) == local("09:30")


def test_a_trusted_clock_may_tell_of_another_day() -> None:
    yesterday = local("16:00", MONDAY - timedelta(days=1))
    assert time_of_issue(Told(yesterday, trusted=True), NOW, BEGAN, [([local("08:00")], ())]) == yesterday
    day_old = Told(LAST, trusted=False, age=timedelta(hours=18))
    assert time_of_issue(day_old, NOW, BEGAN) == yesterday
