"""Scores and groups as pages: who sees them, what managers put down, and that no few people show through."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from server.dossiers.register import Channel, Step
from server.dossiers.status import Status
from server.hall import commands as c
from server.people.rights import Role
from tests.web.dossiers.rooms import LATE, august, bring, send, take, words
from tests.web.place import HANAM, Place, Staff, open_place

# The hall's clock shows 23/11/2026: the quarter that is over is the third.
AN = august(1, officer="Nguyễn Văn An", channel=Channel.ONLINE)
LAND = "environment-land"


def scored(page: Any, id: str) -> list[str]:
    """The cells of a line, without what they are made of."""
    (line,) = re.findall(rf'<tr data-score="{re.escape(id)}">(.*?)</tr>', page.text, re.S)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", line, re.S)
    return [html.unescape(re.sub(r"<[^>]*>", "", cell.partition("<br>")[0])).strip() for cell in cells]


def test_what_register_and_managers_know_is_scored_and_the_rest_is_left_out(
    place: Place, chief: Staff
) -> None:
    bring(place, AN, august(2, days=1), replace(AN, code="H42.10-260803-0003", authority="health"))
    page = chief.get("/dossiers/scores")
    assert scored(page, "health") == [*["2,0"] * 2, *["–"] * 6, "2,0", "6,0", "6", "18,0", "Xuất sắc"]
    assert "chưa rõ lịch sử" in words(page), "whether papers were asked for, nobody knows"
    bring(place, AN, steps=(Step(AN.received, Status.ACCEPTED),))
    page = chief.get("/dossiers/scores")
    assert "Quý 3/2026" in words(page)
    assert scored(page, "justice") == [
        "1,0",
        "1,0",
        "2,0",
        "–",
        "–",
        "–",
        "–",
        "–",
        "2,0",
        "6,0",
        "8",
        "13,5",
        "Tốt",
    ]
    assert "n = 1" in words(page) and "n = 2" in words(page), "of two dossiers of justice one has a history"
    assert scored(page, "justice/Nguyễn Văn An") == [
        "Sở Tư pháp", "2,0", "2,0", "2,0", "–", "–", "6,0", "6", "10,0", "Hoàn thành 100 % nhiệm vụ"
    ]  # fmt: skip
    answer = send(chief, "scores", span="2026-Q3", **{"justice-5": "1", "justice-9": "0", "health-8": ""})
    assert answer.location == "/dossiers/scores?span=2026-Q3&said=entered"
    assert scored(chief.get(answer.location), "justice")[4] == "1,0"
    assert scored(chief.get("/dossiers/scores?span=2026"), "justice")[8] == "0,0", "what is put down counts"
    assert scored(chief.get("/dossiers/scores?span=2026-Q2"), "justice") == ["–"] * 12 + [""]
    for wrong in ({"span": "2026", "justice-5": "1"}, {"span": "x"}, {"span": "2026-Q3", "justice-5": "3"}):
        assert send(chief, "scores", **wrong).status_code in (400, 404)
    assert chief.get("/dossiers/scores?of=nobody").status_code == 404


def test_files_have_the_scores_of_the_page(place: Place, chief: Staff) -> None:
    bring(place, AN, steps=(Step(AN.received, Status.ACCEPTED),))
    book = openpyxl.load_workbook(io.BytesIO(chief.get("/dossiers/scores/export.xlsx").data))
    lines = [r for sheet in book for r in sheet.iter_rows(values_only=True)]
    (justice,) = (r for r in lines if r[0] == "Sở Tư pháp")
    assert justice[1:4] == (2, 2, 2) and justice[9:13] == (2, 8, 8, 18) and justice[13] == "Xuất sắc"
    text = chief.get("/dossiers/scores/export.csv").data.decode("utf-8-sig")
    (an,) = (r for r in csv.reader(io.StringIO(text)) if r[:1] == ["Nguyễn Văn An"])
    assert an[:5] == ["Nguyễn Văn An", "Sở Tư pháp", "2.0", "2.0", "2.0"] and an[-1] == "4, 7"
    bring(place, august(2, officer="Trần Bình"))
    text = chief.get("/dossiers/scores/export.csv").data.decode("utf-8-sig")
    (binh,) = (r for r in csv.reader(io.StringIO(text)) if r[:1] == ["Trần Bình"])
    assert binh[4] == "" and binh[-1] == "3 (chưa rõ lịch sử), 4, 7"
    assert chief.get("/dossiers/scores/export.pdf").status_code == 404


def test_scores_are_for_those_who_see_figures_and_everybody_sees_their_own(
    place: Place, chief: Staff
) -> None:
    bring(place, AN, august(2, officer="officer-7"))
    officer = place.log_in("officer-7")
    for path in ("/dossiers/scores", "/dossiers/groups", "/dossiers/scores/export.csv"):
        assert officer.get(path).status_code == 403
    own = officer.get("/dossiers/scores/mine")
    assert own.status_code == 200 and scored(own, "justice/officer-7")[1] == "2,0"
    assert "Nguyễn Văn An" not in own.text
    assert "Không có hồ sơ hay phiếu hỏi nào" in words(place.log_in("binh").get("/dossiers/scores/mine"))
    it = place.log_in("it", Role.ADMINISTRATOR)
    assert it.get("/dossiers/scores").status_code == 200
    assert send(it, "scores", span="2026-Q3", **{"justice-5": "1"}).status_code == 403
    assert send(it, "groups", month="2026-10", pasted="Sở Tư pháp\t17").status_code == 403


@pytest.mark.parametrize(("answers", "mean"), [(4, "–"), (5, "1,4")])
def test_answers_of_fewer_than_five_on_a_day_are_in_no_score(tmp_path: Path, answers: int, mean: str) -> None:
    hall = tmp_path / "hall.toml"
    hall.write_text(
        HANAM.read_text("utf-8").replace("questionnaire = false", "questionnaire = true"), "utf-8"
    )
    place = open_place(tmp_path, hall_file=hall)
    place.at("7", c.OpenCounter, officer="officer-7")
    for n in range(answers):
        place.issue(LAND)
        number = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=1)
        place.at("7", c.Finish)
        points = {"3": 1, "7": 2 if n < 3 else n - 3}
        place.at("7", c.Rate, number=number, level=4, levels=4, answers=points)
    place.clock.pass_(days=1)
    chief = place.log_in("chief", Role.MANAGER)
    page = chief.get("/dossiers/scores?span=2026-Q4")
    assert scored(page, "environment")[6] == mean
    assert scored(page, "environment")[2] == ("–" if mean == "–" else "1,0"), "nobody told a history"
    assert ('data-score="/officer-7"' in page.text) is (mean != "–")
    own = place.log_in("officer-7").get("/dossiers/scores/mine?span=2026-Q4")
    assert mean == "–" or mean not in words(own), "of oneself only once the quarter is over"
    place.close()


def test_groups_are_brought_all_or_none_or_worked_out_and_never_official(place: Place, chief: Staff) -> None:
    take(place, LATE)
    begins = datetime(2026, 10, 1, 2, tzinfo=UTC)
    bring(place, replace(AN, received=begins, due=begins + timedelta(days=9), resolved=begins))
    page = chief.get("/dossiers/groups?month=2026-10")
    told = words(page)
    assert "Không chính thức" in told and "không có dữ liệu" in told
    assert "10,00 tính thử 1 / 2" in told, "20 × one of two on time"
    assert "12,00 tính thử 1 / 1" in told
    pasted = "Sở Tư pháp\t17,5\t20\nSở Y tế\t19\t20\t12\t10\t18\t22"
    bad = send(chief, "groups", month="2026-10", pasted=pasted)
    assert bad.status_code == 400 and "Dòng 2, CKMB: nhiều hơn 18." in words(bad)
    assert "Dòng 1: có 3 ô, phải đúng 7 ô" in words(bad), "what is missing is no order to delete"
    assert pasted in html.unescape(bad.text), "what was typed is kept"
    assert "nhập" not in re.findall(r'data-group="CKMB">(.*?)</td>', bad.text, re.S)[0]
    answer = send(chief, "groups", month="2026-10", pasted="Sở Tư pháp;17,5;20;12;10;18;22\n")
    assert answer.status_code == 303
    assert "17,50 nhập" in words(chief.get(answer.location)) and "99,50 100" in words(
        chief.get(answer.location)
    )
    assert chief.get("/dossiers/groups?month=1999-01").status_code == 404
