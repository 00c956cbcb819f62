"""What citizens said, counted: every figure with its n, no single rating shown, and sums that agree."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from server.patterns import Kind, Pattern, most_in_a_minute, patterns
from server.satisfaction import (
    Rating,
    Served,
    indicators_of,
    mean_of,
    opinions_of,
    satisfaction_of,
    wilson,
)
from server.unseen import LEAST, too_few

END = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_holds_the_share_and_stays_between_nothing_and_all(hits: int, n: int) -> None:
    hits = min(hits, n)
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-9 and hits / n - 1e-9 <= high <= 1


def test_wilson_as_published() -> None:
    # Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662; 15 of 148 -> 0.0624 to 0.1605; 0 of 20 -> 0.1611
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_skipping_is_no_rating_and_response_is_told() -> None:
    found = satisfaction_of([Rating(n, 4) for n in (4, 4, 3, 3, 1)], served=20, levels=4)
    assert [(s.level, s.n) for s in found.levels] == [(4, 2), (3, 2), (2, 0), (1, 1)]
    assert found.satisfied is not None and found.satisfied.n == 4
    assert found.response == 25
    assert satisfaction_of([], 0, 4).response is None


@pytest.mark.parametrize("n", range(1, LEAST))
def test_fewer_than_five_are_only_counted(n: int) -> None:
    found = satisfaction_of([Rating(1, 4)] * n, served=9, levels=4)
    assert (found.n, found.hidden, found.satisfied, found.levels) == (n, True, None, ())
    assert satisfaction_of([], 9, 4).hidden is False, "nothing was said, so nothing is hidden"


@pytest.mark.parametrize(
    ("points", "mean"),
    [
        ((2, 1), 1.5),
        ((2, 1, 1, 1), 1.3),
        ((2, 2, 2, 1), 1.8),
        ((1, 0, 0, 0), 0.3),
        ((2, 1, 0), 1.0),
        ((0,), 0.0),
    ],
)
def test_a_mean_has_one_decimal_and_halves_go_up(points: tuple[int, ...], mean: float) -> None:
    assert mean_of(points) == mean


@given(st.lists(st.integers(0, 2), min_size=1, max_size=400))
def test_a_mean_is_never_further_off_than_half_a_tenth(points: list[int]) -> None:
    exact = Fraction(sum(points), len(points))
    tenths = round(mean_of(points) * 10)
    assert -Fraction(1, 20) < Fraction(tenths, 10) - exact <= Fraction(1, 20)


def test_an_indicator_is_of_those_who_answered_it() -> None:
    ratings = [Rating(4, 4, answers={"1": 2, "7": 1})] * 4 + [Rating(4, 4, answers={"1": 0})] + [Rating(2, 4)]
    one, seven, three = indicators_of(ratings, ("1", "7", "3"))
    assert (one.n, one.mean) == (5, 1.6)
    assert (seven.n, seven.mean) == (4, None), "fewer than five"
    assert (three.n, three.mean) == (0, None)


def said(officer: str | None, level: int, times: int = 1, **more: Any) -> list[Rating]:
    return [Rating(level, 4, **{"service": "land", "counter": "7", "officer": officer, **more})] * times


def visits(officer: str | None, times: int) -> list[Served]:
    return [Served("land", "7", officer)] * times


def test_an_officers_score_stands_beside_how_many_were_asked() -> None:
    ratings = [one for both in zip(said("ha", 4, 5), said("nam", 3, 5), strict=True) for one in both]
    ratings += said("ha", 1, reason="late")
    found = opinions_of(ratings, visits("ha", 12) + visits("nam", 20), 4, officers=("nam", "ha"))
    nam, ha = found.officers
    assert (nam.id, ha.id) == ("nam", "ha"), "in the order of the hall's file"
    assert (ha.satisfaction.n, ha.satisfaction.served, ha.satisfaction.response) == (6, 12, 50)
    assert ha.satisfaction.satisfied is not None and ha.satisfaction.satisfied.n == 5
    assert ha.reasons == (("late", 1),) and nam.reasons == ()


def test_who_served_and_was_not_rated_has_a_line_and_nobody_known_is_last() -> None:
    ratings = said(None, 4, 6)
    found = opinions_of(ratings, visits("ha", 3) + visits(None, 7), 4, officers=("ha", "nam"))
    assert [(o.id, o.satisfaction.n, o.satisfaction.served) for o in found.officers] == [
        ("ha", 0, 3),
        (None, 6, 7),
    ]


def test_reasons_of_few_are_not_told() -> None:
    found = opinions_of(said("ha", 1, 4, reason="attitude") + said("nam", 4, 6), visits("ha", 9), 4)
    by_id = {o.id: o for o in found.officers}
    assert by_id["ha"].reasons == () and by_id["ha"].satisfaction.hidden
    assert found.all.reasons == (("attitude", 4),)


def test_what_is_left_of_the_sum_tells_nothing_of_the_few() -> None:
    """One rating hidden alone would be the day's sum minus all the others."""
    assert too_few({"a": 1, "b": 7, "c": 30}) == {"a", "b"}
    assert too_few({"a": 1, "b": 4, "c": 30}) == {"a", "b"}
    assert too_few({"a": 2, "b": 2}) == {"a", "b"}
    assert too_few({"a": 5, "b": 6, None: 0}) == set()


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 12)))
def test_those_hidden_are_none_or_five_together_or_all(counts: dict[str, int]) -> None:
    hidden = too_few(dict(counts))
    together = sum(counts[id] for id in hidden if id is not None)
    assert all(id in hidden for id, n in counts.items() if 0 < n < LEAST)
    assert together == 0 or together >= LEAST or hidden >= {id for id, n in counts.items() if n}


RATINGS = st.lists(
    st.builds(
        Rating,
        level=st.integers(1, 4),
        levels=st.just(4),
        service=st.sampled_from(["land", "health"]),
        counter=st.sampled_from(["6", "7"]),
        officer=st.sampled_from(["ha", "nam", None]),
        reason=st.sampled_from([None, "late"]),
        answers=st.dictionaries(st.sampled_from(["1", "7"]), st.integers(0, 2)),
    ),
    max_size=60,
)


@given(RATINGS, st.integers(0, 5))
def test_the_parts_are_the_whole_and_no_single_rating_is_shown(ratings: list[Rating], more: int) -> None:
    served = [Served(r.service, r.counter, r.officer) for r in ratings] + [Served("land", "7", "ha")] * more
    found = opinions_of(ratings, served, 4, ("1", "7"))
    for part in (found.services, found.counters, found.officers):
        assert sum(o.satisfaction.n for o in part) == found.all.satisfaction.n == len(ratings)
        assert sum(o.satisfaction.served for o in part) == len(served)
        for n in (0, 1):
            assert sum(o.indicators[n].n for o in part) == found.all.indicators[n].n
        for o in part:
            said = o.satisfaction
            assert said.n <= said.served
            assert (said.satisfied is None) == (said.n < LEAST or said.hidden)
            assert sum(level.n for level in said.levels) == (0 if said.satisfied is None else said.n)
            assert said.satisfied is not None or not o.reasons
            assert all(i.mean is None for i in o.indicators if i.n < LEAST)
        for n in (0, 1):
            left = sum(o.indicators[n].n for o in part if o.indicators[n].mean is None)
            assert left == 0 or left >= LEAST or found.all.indicators[n].mean is None
        shown = Counter[int]()
        for o in part:
            shown.update({level.level: level.n for level in o.satisfaction.levels})
        left = len(ratings) - sum(shown.values())
        assert left == 0 or left >= LEAST or len(ratings) < LEAST or left == len(ratings)


# --- patterns ---------------------------------------------------------------------------------------------


def pressed(after_s: float, level: int = 4, counter: str = "7", visit_min: float = 0) -> Rating:
    """A rating so long after the end of a visit that ended so many minutes into the morning."""
    ended = END + timedelta(minutes=visit_min)
    return Rating(level, 4, counter=counter, at=ended + timedelta(seconds=after_s), ended_at=ended)


def kinds(ratings: list[Rating], served: int = 1000) -> dict[Kind, Pattern]:
    return {p.kind: p for p in patterns(ratings, {"7": served})}


def test_more_ratings_a_minute_than_people_can_be_served_are_noted() -> None:
    calm = [pressed(n * 20.0, 3) for n in range(3)]
    assert Kind.RUSH not in kinds(calm)
    assert kinds([*calm, pressed(59, 2)])[Kind.RUSH] == Pattern(Kind.RUSH, "7", 4, 4)
    assert Kind.RUSH not in kinds([*calm, pressed(60, 2)]), "a minute is half open"


def test_counters_are_looked_at_one_by_one() -> None:
    ratings = [pressed(n, 3, counter=str(n)) for n in range(10)]
    assert patterns(ratings, {}) == ()


def test_the_best_button_right_after_the_end_again_and_again_is_noted_with_its_share() -> None:
    quick = [pressed(1.5, visit_min=10 * n) for n in range(5)]
    slow = [pressed(9, visit_min=100 + 10 * n) for n in range(5)]
    assert kinds([*quick, *slow])[Kind.AT_ONCE] == Pattern(Kind.AT_ONCE, "7", 5, 10)
    assert Kind.AT_ONCE not in kinds(quick[:4])
    assert Kind.AT_ONCE not in kinds([*quick, *slow, pressed(9, 3, visit_min=300)]), "less than half"
    assert Kind.AT_ONCE not in kinds([pressed(1.5, 3, visit_min=10 * n) for n in range(9)]), "not the best"
    assert Kind.AT_ONCE not in kinds([pressed(2.1, visit_min=10 * n) for n in range(9)])


def test_nearly_everybody_rating_all_the_same_is_noted() -> None:
    same = [pressed(9, 3, visit_min=10 * n) for n in range(20)]
    assert kinds(same, 20)[Kind.ALIKE] == Pattern(Kind.ALIKE, "7", 20, 20)
    assert Kind.ALIKE not in kinds([*same[:-1], pressed(9, 4, visit_min=900)], 20), "one differs"
    assert Kind.ALIKE not in kinds(same[:19], 20), "95 per cent are not more than 95"
    assert Kind.ALIKE not in kinds(same[:9], 9), "too few to say anything"


def test_an_ordinary_day_has_no_notes() -> None:
    levels = (4, 3, 4, 4, 2, 3, 4, 1, 4, 3)
    assert kinds([pressed(6 + n, level, visit_min=7 * n) for n, level in enumerate(levels)], 15) == {}


@given(st.lists(st.floats(0, 600), max_size=40))
def test_the_most_in_a_minute_is_what_a_plain_count_finds(seconds: list[float]) -> None:
    ratings = [pressed(s) for s in seconds]
    times = [r.at for r in ratings if r.at is not None]
    plain = max((sum(t <= u < t + timedelta(minutes=1) for u in times) for t in times), default=0)
    assert most_in_a_minute(ratings) == plain
