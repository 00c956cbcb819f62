from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from server.figures import (
    Visit,
    Word,
    day_figures,
    half_hours,
    line,
    minutes,
    nearest_rank,
    sums_of,
    waits_called,
    within_target,
)
from server.hall.site import Site
from server.hall.tickets import State
from server.satisfaction import Rating
from server.site_file import load_site
from tests.web.place import HANAM

OPEN = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 07:30 in the hall
SITE: Site = load_site(HANAM).site
LAND = "environment-land"  # 15 minutes promised


def visit(
    issued_min: float, wait_min: float | None, state: State = State.SERVED, service: str = LAND
) -> Visit:
    issued = OPEN + timedelta(minutes=issued_min)
    called = None if wait_min is None else issued + timedelta(minutes=wait_min)
    return Visit(service, state, issued, called)


def test_nearest_rank_is_one_of_the_values() -> None:
    values = [timedelta(minutes=m) for m in (15, 20, 35, 40, 50)]
    assert [nearest_rank(values, p) for p in (5, 30, 40, 50, 100)] == [
        timedelta(minutes=m) for m in (15, 20, 20, 35, 50)
    ]
    assert nearest_rank([], 50) is None


@given(st.lists(st.integers(0, 500), min_size=1), st.sampled_from([50, 90]))
def test_at_least_p_per_cent_do_not_exceed_the_percentile_and_fewer_do_not_exceed_less(
    values: list[int], percent: int
) -> None:
    spans = [timedelta(minutes=v) for v in values]
    found = nearest_rank(spans, percent)
    assert found in spans
    assert found is not None
    assert sum(s <= found for s in spans) * 100 >= percent * len(spans)
    assert sum(s < found for s in spans) * 100 < percent * len(spans)


def test_half_open_an_event_at_half_past_eight_falls_into_the_later_half_hour() -> None:
    at_half_past = visit(50, 10)  # called 08:30:00
    just_before = Visit(LAND, State.SERVED, OPEN, OPEN + timedelta(minutes=59, seconds=59))
    spans = [(OPEN, OPEN + timedelta(hours=2))]
    rows = half_hours([at_half_past, just_before], spans)
    assert [(r.begins, r.waits.n) for r in rows] == [
        (OPEN, 0),
        (OPEN + timedelta(minutes=30), 1),
        (OPEN + timedelta(minutes=60), 1),
        (OPEN + timedelta(minutes=90), 0),
    ]


def test_a_call_outside_the_sessions_has_a_row_of_its_own() -> None:
    late = visit(600, 3)
    rows = half_hours([late], [(OPEN, OPEN + timedelta(hours=1))])
    assert sum(r.waits.n for r in rows) == 1
    assert len(rows) == 3


def test_a_clock_that_stepped_back_makes_no_negative_wait() -> None:
    assert Visit(LAND, State.SERVED, OPEN, OPEN - timedelta(seconds=40)).wait == timedelta()


def test_minutes_are_whole_ones_that_are_over() -> None:
    assert minutes(timedelta(minutes=9, seconds=59)) == 9


def test_within_target_counts_called_tickets_only() -> None:
    found = within_target(SITE, [visit(0, 15), visit(0, 15.1), visit(0, 3), visit(0, None, State.WAITING)])
    assert (found.n, found.kept) == (3, 2)
    assert found.share == pytest.approx(66.67, abs=0.01)
    assert within_target(SITE, []).share is None


def test_a_service_that_is_no_longer_configured_breaks_nothing() -> None:
    old = visit(0, 5, service="gone")
    assert within_target(SITE, [old]).n == 0
    assert sums_of([old]).served == 1


@given(st.lists(st.sampled_from(list(State))))
def test_issued_is_the_sum_of_all_states(states: list[State]) -> None:
    sums = sums_of([visit(0, None, s) for s in states])
    assert sums.issued == len(states)
    assert sums.agree


def test_a_line_tells_the_last_hour_and_the_state_in_a_word() -> None:
    now = OPEN + timedelta(hours=2)
    visits = [visit(10, 20), visit(70, 4), visit(80, 8), visit(105, None, State.WAITING)]
    services = frozenset({LAND})
    found = line(SITE, "environment", "B", services, visits, frozenset({"7"}), now)
    assert (found.waiting, found.longest, found.waits.n, found.waits.p50, found.waits.p90) == (1, 15, 2, 4, 8)
    assert (found.open, found.counters, found.word) == (1, 3, Word.SOON)
    late = line(SITE, "environment", "B", services, visits, frozenset(), now + timedelta(seconds=61))
    assert late.word is Word.LATE
    assert line(SITE, "x", "B", services, [], frozenset(), now).word is Word.CLOSED
    assert line(SITE, "x", "B", services, [], frozenset({"7"}), now).word is Word.KEPT


def test_the_day_is_made_of_its_parts() -> None:
    visits = [visit(0, 5), visit(1, 16), visit(2, None, State.CANCELLED)]
    found = day_figures(SITE, visits, [Rating(4, 4, LAND)], [(OPEN, OPEN + timedelta(hours=4))])
    assert found.sums.issued == 3 and found.sums.agree
    assert found.opinions.all.satisfaction.served == 2
    assert sum(r.waits.n for r in found.half_hours) == 2
    assert waits_called(visits, OPEN, OPEN + timedelta(hours=4)).p90 == 16
