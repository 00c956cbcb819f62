"""What an officer sees of his own ratings: whole weeks that are over, together, and nothing of others."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from server.hall import commands as c
from server.people.rights import Role
from server.web.figures_page import weeks_over
from tests.web.place import Place

LAND = "environment-land"


def rated(place: Place, counter: str, *levels: int) -> None:
    for level in levels:
        place.issue(LAND)
        number = place.at(counter, c.CallNext)["number"]
        place.clock.pass_(minutes=3)
        place.at(counter, c.Finish)
        place.at(counter, c.Rate, number=number, level=level, levels=4)


def weeks_pass(place: Place, days: int) -> None:
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=days)
    place.writer.wait(rev, 5)


def page(place: Place, name: str, role: Role = Role.OFFICER) -> str:
    return str(place.log_in(name, role).get("/figures/mine").text)


@pytest.mark.parametrize(
    ("today", "begins", "ends"),
    [
        (date(2026, 11, 9), date(2026, 10, 12), date(2026, 11, 9)),  # a Monday
        (date(2026, 12, 6), date(2026, 10, 12), date(2026, 11, 9)),
        (date(2026, 12, 7), date(2026, 11, 9), date(2026, 12, 7)),
    ],
)
def test_the_weeks_are_whole_and_over(today: date, begins: date, ends: date) -> None:
    assert weeks_over(today) == (begins, ends)


def test_no_two_views_have_a_week_in_common() -> None:
    """Who sees four weeks, and a week later four others, would take one off the other."""
    views = {weeks_over(date(2026, 1, 1) + timedelta(days=n)) for n in range(800)}
    assert all(one[1] == after[0] for one, after in pairwise(sorted(views)))


def test_own_ratings_are_seen_when_their_weeks_are_over(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("6", c.OpenCounter, officer="officer-6")
    rated(place, "7", 4, 4, 3, 3, 1)
    rated(place, "6", 1, 1, 1, 1, 1, 1)
    staff = place.log_in("officer-7", Role.OFFICER)
    assert "Chưa có đánh giá nào" in staff.get("/figures/mine").text, "not yet: the weeks go on"
    weeks_pass(place, 14)
    seen = staff.get("/figures/mine").text
    assert "5 trả lời trên 5 lượt (100 %)" in seen
    assert "38–96" in seen  # Wilson of 4 of 5
    assert place.writer.view.state.day == "2026-12-07"
    weeks_pass(place, 28)
    assert "Chưa có đánh giá nào" in staff.get("/figures/mine").text, "and not for ever"


def test_few_are_not_shown_to_the_officer_either(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    rated(place, "7", 1, 4, 4, 4)
    weeks_pass(place, 14)
    seen = page(place, "officer-7")
    assert "4 trả lời trên 4 lượt" in seen and "Không hiển thị: dưới 5 trả lời" in seen
    assert "Không hài lòng" not in seen


def test_who_sees_the_days_is_only_told_how_many(place: Place) -> None:
    """Monday's five are shown, Wednesday's one is not: the weeks less Monday would be the one."""
    place.at("7", c.OpenCounter, officer="chief")
    rated(place, "7", 4, 4, 4, 4, 4)
    weeks_pass(place, 2)
    place.at("7", c.OpenCounter, officer="chief")
    rated(place, "7", 1)
    weeks_pass(place, 12)
    staff = place.log_in("chief", Role.MANAGER)
    seen = staff.get("/figures/mine").text
    assert "6 trả lời trên 6 lượt" in seen and "<table>" not in seen and "có thể suy ra" in seen
    told = staff.get("/api/v1/me/opinion").get_json()["opinion"]
    assert (told["n"], told["hidden"], told["levels"], told["reasons"]) == (6, True, [], {})


def test_strangers_are_sent_to_the_log_in(place: Place) -> None:
    answer: Any = place.client().get("/figures/mine")
    assert answer.status_code == 302 and answer.location == "/login?next=/figures/mine"


def test_the_way_there_is_beside_the_counters(place: Place) -> None:
    assert 'href="/figures/mine"' in place.log_in("officer-7").get("/console/?other").text
