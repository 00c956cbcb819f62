"""The manager's tables of what citizens said: by service, counter and officer, and what is worth a look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from server.hall import commands as c
from server.people.rights import Role
from tests.web.place import HANAM, Place, open_place

LAND = "environment-land"
DAY = "2026-11-23"


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Place]:
    """A hall that asks the law's questions."""
    text = HANAM.read_text(encoding="utf-8").replace("questionnaire = false", "questionnaire = true")
    file = tmp_path / "hall.toml"
    file.write_text(text, encoding="utf-8")
    place = open_place(tmp_path, hall_file=file)
    yield place
    place.close()


def visit(place: Place, counter: str, level: int | None = None, after_s: float = 8, **said: Any) -> None:
    """Somebody is served for four minutes, and perhaps rates so long after."""
    place.issue(LAND)
    number = place.at(counter, c.CallNext)["number"]
    place.clock.pass_(minutes=4)
    place.at(counter, c.Finish)
    place.clock.pass_(seconds=after_s)
    if level is not None:
        place.at(counter, c.Rate, number=number, level=level, levels=4, **said)


def morning(place: Place) -> None:
    """Officer 7 is rated six times of seven; officer 6 six times of six; officer 8 by two."""
    for counter in ("6", "7", "8"):
        place.at(counter, c.OpenCounter, officer=f"officer-{counter}")
    for seven, six in ((4, 4), (4, 3), (3, 3), (4, 2), (3, 4)):
        visit(place, "7", seven, answers={"1": 2, "3": 2, "7": 1})
        visit(place, "6", six)
    visit(place, "7", 1, reason="attitude", answers={"1": 0})
    visit(place, "7")
    visit(place, "6", 4)
    visit(place, "8", 1, reason="late", answers={"7": 0})
    visit(place, "8", 4)


def shown(place: Place, lang: str = "vi", name: str = "chief", day: str = "") -> str:
    """The manager's page, of today without a day."""
    return str(place.log_in(name, Role.MANAGER).get(f"/figures/?lang={lang}&day={day}").text)


def day_after(place: Place, lang: str = "vi") -> str:
    """The same day's page, seen on the next one."""
    rev = place.writer.view.rev
    place.clock.pass_(days=1)
    place.writer.wait(rev, 5)
    return shown(place, lang, day=DAY)


def rows(page: str, table: str) -> dict[str, list[str]]:
    """Name -> the cells of its line, as a reader sees them."""
    begin = page.index(f'id="{table}"')
    body = page[begin : page.index("</section>", begin)]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)[1:]:
        cells = [
            " ".join(re.sub("<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        found[cells[0]] = cells[1:]
    return found


def test_an_officers_line_has_n_response_score_interval_levels_and_reasons(asking: Place) -> None:
    morning(asking)
    officers = rows(day_after(asking), "officers")
    name = asking.config.officers["officer-7"]
    served, n, response, score, interval, *levels = officers[name][:9]
    assert (served, n, response, score) == ("7", "6", "86", "83")
    assert interval == "44–97"  # Wilson of 5 of 6
    assert levels == ["3", "2", "0", "1"]
    assert officers[name][-1] == "Thái độ chưa tốt 1"


def test_fewer_than_five_ratings_are_said_to_be_hidden_and_only_counted(asking: Place) -> None:
    morning(asking)
    page = day_after(asking)
    officers, counters = rows(page, "officers"), rows(page, "counters")
    hidden = officers[asking.config.officers["officer-8"]]
    assert hidden[:4] == ["2", "2", "100", "Không hiển thị: dưới 5 trả lời"]
    assert hidden[-1] == "–", "nor is the reason"
    assert counters["Quầy 8"][3] == hidden[3], "a counter is its officer"


def test_who_looks_at_the_running_day_again_and_again_sees_nobody_rate(asking: Place) -> None:
    """Between two looks one citizen rates: the tables tell that he did, and not how."""
    morning(asking)
    name = asking.config.officers["officer-7"]
    assert rows(shown(asking), "officers")[name] == ["7", "6", "86"]
    visit(asking, "7", 1, reason="late", answers={"1": 0})
    page = shown(asking, "en", "other")
    assert rows(page, "officers")[name] == ["8", "7", "88"]
    for table in ("services", "counters", "officers"):
        assert {len(row) for row in rows(page, table).values()} == {3}
    assert "The day is not over" in page and "first 10 answers" in page, "of the day's sum ten of fifteen"
    assert "%, n = 10" in page and "15 answers of 16 served" in page


def test_the_sum_of_the_running_day_stands_still_between_steps(asking: Place) -> None:
    """Whoever looks after every answer sees the picture change by five, and the same after a restart."""
    asking.at("7", c.OpenCounter, officer="officer-7")
    chief, pictures = asking.log_in("chief", Role.MANAGER), []
    for n in range(1, 17):
        visit(asking, "7", 1 + n % 4, reason="late" if n % 4 == 0 else None, answers={"1": n % 3})
        page = chief.get("/figures/").text
        told = re.search(r"%, n = (\d+)", page)
        assert told is not None
        parts = [page.split('id="reasons"')[1:], page.split('id="indicators"')[1:]]
        cut = [part[0].split("</section>")[0] if part else "" for part in parts]
        pictures.append(
            (int(told[1]), re.findall(r'<td class="n">(\d+)</td><td class="n"><strong>', page), cut)
        )
    assert [n for n, _, _ in pictures] == [0] * 9 + [5] * 5 + [10] * 2
    for one, after in pairwise(pictures):
        assert one[0] != after[0] or one == after, "all of it stands still"


def test_the_tables_of_the_running_day_count_what_the_log_has(asking: Place) -> None:
    morning(asking)
    page = shown(asking)
    for table in ("services", "counters", "officers"):
        assert sum(int(row[1]) for row in rows(page, table).values()) == 14


def test_what_is_hidden_is_not_what_is_left_of_the_sum(asking: Place) -> None:
    """The day's levels minus officer 7's would be officer 8's, were officer 6 hidden too few of us."""
    morning(asking)
    officers = rows(day_after(asking), "officers")
    names = asking.config.officers
    assert [officers[names[f"officer-{n}"]][3].startswith("Không") for n in "678"].count(True) == 2


@pytest.mark.parametrize(
    ("lang", "few", "for_others"),
    [
        ("vi", "Không hiển thị: dưới 5 trả lời", "Không hiển thị: có thể suy ra nhóm nhỏ hơn"),
        ("en", "Not shown: fewer than 5 answers", "Not shown: it would give a smaller group away"),
    ],
)
def test_who_is_hidden_for_a_neighbours_sake_is_not_said_to_have_few_answers(
    asking: Place, lang: str, few: str, for_others: str
) -> None:
    morning(asking)
    officers = rows(day_after(asking, lang), "officers").values()
    assert {(row[1], row[3]) for row in officers if row[3].startswith(("Không", "Not"))} == {
        ("2", few),
        ("6", for_others),
    }


def test_the_sums_of_the_tables_agree_with_the_log(asking: Place) -> None:
    morning(asking)
    page = day_after(asking)
    kinds = [type(event).__name__ for _, event in asking.store.events()]
    for table in ("services", "counters", "officers"):
        told = [int(n) for n in re.findall(rf'data-ratings="{table}">(?:<a [^>]*>)?(\d+)<', page)]
        assert sum(told) == kinds.count("Rated") == 14
        assert sum(int(row[0]) for row in rows(page, table).values()) == kinds.count("Finished") == 15


def test_indicators_have_their_mean_and_how_many_answered(asking: Place) -> None:
    morning(asking)
    indicators = rows(day_after(asking), "indicators")
    assert indicators["1"][1] == "1,7 (6)"  # five times 2 and once 0
    assert indicators["3"][1] == "2,0 (5)"
    assert indicators["4"][1] == "– (0)"
    assert indicators["7"][1] == "0,8 (6)"  # five times 1 and once 0


def test_a_mean_is_not_shown_where_a_single_answer_would_be_the_rest(asking: Place) -> None:
    """Of indicator 7 officer 7 has five answers and officer 8 one: six in all, and 0,8."""
    morning(asking)
    officers = rows(day_after(asking), "officers")
    one, three, four, seven = officers[asking.config.officers["officer-7"]][9:13]
    assert (one, three, four, seven) == ("1,7 (6)", "2,0 (5)", "– (0)", "– (5)")


def test_a_reason_is_counted_in_all(asking: Place) -> None:
    morning(asking)
    assert 'id="reasons"' not in shown(asking, name="early"), "of the first five nobody gave one"
    assert rows(day_after(asking), "reasons") == {"Thái độ chưa tốt": ["1"], "Trễ hẹn": ["1"]}


def test_a_hall_without_questions_has_no_indicators(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    visit(place, "7", 4)
    page = shown(place)
    assert 'id="indicators"' not in page and 'id="officers"' in page


def test_what_is_worth_a_look_is_noted_in_words(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    for _ in range(12):
        visit(place, "7", 4, after_s=1)
    assert 'id="notes"' not in shown(place, name="early"), "what was pressed is told when the day is over"
    page = day_after(place)
    assert "Quầy 7: 12 trên 12 đánh giá chọn mức cao nhất trong 2 giây" in page
    assert "Quầy 7: 12 đánh giá trên 12 lượt, tất cả giống nhau" in page
    assert "không phải kết luận" in page
    assert "Counter 7: 12 of 12 ratings" in shown(place, "en", "other", DAY)


def test_an_ordinary_morning_has_no_notes(asking: Place) -> None:
    morning(asking)
    assert 'id="notes"' not in shown(asking)


def test_an_officer_sees_none_of_it(asking: Place) -> None:
    morning(asking)
    staff = asking.log_in("officer-7", Role.OFFICER)
    assert staff.get("/figures/").status_code == 403
    for path in ("/console/7", "/console/?other"):
        page = staff.get(path)
        assert page.status_code == 200
        assert "Thái độ chưa tốt" not in page.text and "hài lòng" not in page.text.lower()
    told = json.dumps(staff.get("/api/v1/hall").get_json())
    assert "level" not in told and "reason" not in told.replace('"reason": null', "")


def test_nobody_can_take_a_rating_away_or_change_it(asking: Place) -> None:
    """There is no way to ask for it: what is logged stays."""
    morning(asking)
    rules = [str(rule) for rule in asking.app.url_map.iter_rules()]
    rules = [rule for rule in rules if not rule.startswith("/admin/setup/")]  # what is asked
    assert not [rule for rule in rules if "rat" in rule.replace("generat", "")]


def test_definitions_stand_beside_the_figures(asking: Place) -> None:
    page = shown(asking)
    for word in ("Wilson", "làm tròn một chữ số thập phân", "Không ai xem được từng đánh giá", "2 giây"):
        assert word in page
