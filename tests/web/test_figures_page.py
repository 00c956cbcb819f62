from __future__ import annotations

import re
from datetime import timedelta

import pytest

from server.figures import day_figures, read_day
from server.hall import commands as c
from server.hall.calendar import sessions_on
from server.people.rights import Role
from tests.web.place import Place

LAND = "environment-land"


def busy_morning(place: Place) -> None:
    """Some of every fate: served and rated, missed, parked, called, being served, cancelled, waiting."""
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("6", c.OpenCounter, officer="officer-6")
    for n in range(12):
        place.issue(LAND, "priority" if n == 7 else "normal")
        place.clock.pass_(minutes=3)
    for level in (4, 4, 2):
        number = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=4)
        place.at("7", c.Finish)
        place.at("7", c.Rate, number=number, level=level, levels=4)
    place.at("7", c.CallNext), place.at("7", c.MarkNoShow)
    place.at("7", c.CallNext), place.at("7", c.Park)
    place.at("7", c.CallNext), place.at("7", c.Start)
    place.at("6", c.CallNext)
    waiting = next(t for t in place.writer.view.state.tickets.values() if t.state == "waiting")
    place.writer.ask(c.Cancel(id="cancel", by="test", number=waiting.number, reason="test"))


def numbers(page: str) -> dict[str, int]:
    return {name: int(n) for name, n in re.findall(r'data-sum="(\w+)">(\d+)<', page)}


def test_the_sums_are_shown_and_true(place: Place) -> None:
    busy_morning(place)
    page = place.log_in("chief", Role.MANAGER).get("/figures/").text
    issued = re.search(r'id="issued">(\d+)<', page)
    assert issued is not None and int(issued[1]) == 12 == sum(numbers(page).values())
    assert numbers(page) == {
        "served": 3,
        "no_show": 1,
        "cancelled": 1,
        "waiting": 4,
        "parked": 1,
        "called": 1,
        "serving": 1,
    }
    assert "Tổng khớp" in page


def test_the_page_agrees_with_the_state_and_with_the_log(place: Place) -> None:
    busy_morning(place)
    day = place.writer.view.state.day
    assert day is not None
    visits, ratings = read_day(place.store.engine, day)
    spans = [(s.opens, s.closes) for s in sessions_on(place.config.site, place.clock.now().date())]
    found = day_figures(place.config.site, visits, ratings, spans)
    tickets = place.writer.view.state.tickets.values()
    assert found.sums.issued == len(tickets)
    assert found.within.n == sum(t.called_at is not None for t in tickets) == 7
    assert sum(row.waits.n for row in found.half_hours) == 7
    said = found.opinions.all.satisfaction
    assert said.n == 3 and said.served == 3


def test_the_chart_and_its_table_have_the_same_figures(place: Place) -> None:
    busy_morning(place)
    page = place.log_in("chief", Role.MANAGER).get("/figures/").text
    table = page[page.index('id="half-hours"') :]
    table = re.sub(r"</?a\b[^>]*>", "", table)
    rows = re.findall(r'<td class="n">(\d+)</td><td class="n">(\d+|–)</td><td class="n">(\d+|–)</td>', table)
    filled = [row for row in rows if row[0] != "0"]
    assert page.count('<circle class="dot50"') == page.count('<rect class="dot90"') == len(filled) > 0
    assert f"p50: {filled[-1][1]} phút" in page and f"p90: {filled[-1][2]} phút" in page


def test_satisfaction_tells_how_many_answered(place: Place) -> None:
    busy_morning(place)
    page = place.log_in("chief", Role.MANAGER).get("/figures/").text
    assert "3 trả lời trên 3 lượt (100 %)" in page
    assert "%, n = 0" in page
    assert "Không hiển thị: dưới 5 trả lời" in page and "21–94" not in page  # Wilson of 2 of 3
    first = place.writer.view.state.day
    place.at("6", c.Finish)
    for level in (4, 3):
        number = place.at("6", c.CallNext)["number"]
        place.at("6", c.Finish)
        place.at("6", c.Rate, number=number, level=level, levels=4)
    chief = place.log_in("other-chief", Role.MANAGER)
    page = chief.get("/figures/").text
    assert "5 trả lời trên 6 lượt (83 %)" in page and "khi đủ 10 trả lời" in page and "38–96" not in page
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=1)
    place.writer.wait(rev, 5)
    page = chief.get(f"/figures/?day={first}").text
    assert "Rất hài lòng" in page and "38–96" in page  # Wilson of 4 of 5


def test_a_day_without_anything_has_dashes_and_no_error(place: Place) -> None:
    page = place.log_in("chief", Role.MANAGER).get("/figures/").text
    assert "Chưa gọi số nào" in page and "Chưa có đánh giá nào" in page
    assert "Tổng khớp" in page


def test_an_earlier_day_can_be_chosen_and_keeps_its_figures(place: Place) -> None:
    busy_morning(place)
    chief = place.log_in("chief", Role.MANAGER)
    first = place.writer.view.state.day
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=2)
    place.writer.wait(rev, 5)
    page = chief.get(f"/figures/?day={first}").text
    assert numbers(page) | {"waiting": 0, "cancelled": 0} == {
        "served": 4,  # the one being served when the day closed was served
        "no_show": 2,
        "cancelled": 0,
        "waiting": 0,
        "parked": 0,
        "called": 0,
        "serving": 0,
    }
    assert "Tổng khớp" in page and 'http-equiv="refresh"' not in page
    assert chief.get("/figures/").status_code == 200


@pytest.mark.parametrize(
    "day", ["x", "2026-13-01", "9999-12-31", "0001-01-01", "2026-11-24", "' OR 1=1", "\x00"]
)
def test_a_day_that_is_none_is_refused_in_plain_words(place: Place, day: str) -> None:
    answer = place.log_in("chief", Role.MANAGER).get("/figures/", query_string={"day": day})
    assert answer.status_code == 400
