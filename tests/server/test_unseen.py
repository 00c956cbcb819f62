"""Nothing that is shown, added and taken off, gives away what fewer than five said."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations

from hypothesis import given, strategies as st

from server.unseen import LEAST, too_few, unseen

Answer = tuple[str, str, str]  # service, counter, officer


def shown_of(answers: list[Answer]) -> list[set[str]]:
    """Whose score is shown: of services, counters, officers."""
    ways = [list(way) for way in zip(*answers, strict=True)] if answers else [[], [], []]
    return [set(way) - hidden for way, hidden in zip(ways, unseen(ways), strict=True)]


def rank(rows: list[list[int]]) -> int:
    """By Gauss, in fractions."""
    left, found = [[Fraction(value) for value in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        found += 1
        left = [
            [a - row[column] / pivot[column] * b for a, b in zip(row, pivot, strict=True)]
            for row in left
            if row is not pivot
        ]
    return found


def test_a_reserve_who_helped_for_an_hour_is_not_the_counter_minus_its_officer() -> None:
    """Counter 7 has six answers, five of whom its own officer served; hidden are others enough."""
    helped = [("land", "7", "ha")] * 5 + [("land", "7", "reserve")]
    others = [("health", "8", "nam")] * 4 + [("roads", "9", "yen")] * 20
    services, counters, officers = shown_of(helped + others)
    assert not ("7" in counters and "ha" in officers)
    assert not ("land" in services and "ha" in officers)
    assert "9" in counters and "yen" in officers, "no more is hidden than must be"


def test_an_officer_of_a_counter_of_his_own_is_shown_as_before() -> None:
    answers = [(f"s{n}", str(n), f"o{n}") for n in range(4) for _ in range(5 + n)]
    assert [len(way) for way in shown_of(answers)] == [4, 4, 4]


ANSWERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("678"), st.sampled_from(["ha", "nam", "yen", "an"])),
    max_size=45,
)


@given(ANSWERS)
def test_no_sum_of_what_is_shown_is_the_answers_of_fewer_than_five(answers: list[Answer]) -> None:
    shown = shown_of(answers)
    cells = sorted(set(answers))
    known = [[int(cell[way] == id) for cell in cells] for way in range(3) for id in sorted(shown[way])]
    if len(answers) >= LEAST:
        known.append([1] * len(cells))
    size = rank(known)
    few: list[list[int]] = []
    for some in ((0,), (1,), (2,), *combinations(range(3), 2), (0, 1, 2)):
        for part, n in Counter(tuple(a[way] for way in some) for a in answers).items():
            if n < LEAST:
                few.append([int(tuple(cell[way] for way in some) == part) for cell in cells])
    assert all(rank([*known, row]) > size for row in few)
    for way in range(3):
        hidden = [a[way] for a in answers if a[way] not in shown[way]]
        assert not hidden or len(hidden) >= LEAST or len(answers) < LEAST
        assert shown[way].isdisjoint(too_few(Counter(a[way] for a in answers)))
