"""A played day's citizens answer what their hall asks, after they have read the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.demo.day import Said, visit
from server.hall.site import Site
from server.patterns import AT_ONCE
from server.site_file import load_site

HANAM = Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(HANAM).site


def said(site: Site) -> list[Said]:
    visits = (visit(site, "transport-licence", f"E{n:03}", 1) for n in range(1000))
    return [v.rating for v in visits if v.rating is not None]


def test_answers_are_to_the_halls_own_questions_and_some_are_skipped(site: Site) -> None:
    asks = said(replace(site, rating_questions=frozenset({"1", "7"})))
    assert {question for one in asks for question in one.answers} == {"1", "7"}
    assert {points for one in asks for points in one.answers.values()} == {0, 1, 2}
    assert {len(one.answers) for one in asks} == {0, 1, 2}
    assert all(not one.answers for one in said(replace(site, rating_questions=frozenset())))


def test_nobody_presses_before_the_page_can_be_read(site: Site) -> None:
    assert all(AT_ONCE < one.after < timedelta(minutes=1) for one in said(site))
