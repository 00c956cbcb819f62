"""Reports, scores and groups for programs: the figures of the pages, and what is put down by either."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from server.people.rights import Right
from tests.server.dossiers.reports.sheets import TABLE
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, bring, take
from tests.web.dossiers.test_scores import AN
from tests.web.place import Place
from tests.web.programs import Program, program
from tests.web.test_api_files import send


def test_the_report_its_dossiers_and_files_are_those_of_the_page(place: Place) -> None:
    asks = program(place, Right.FIGURES)
    assert asks.get("/dossiers/report").get_json()["total"] is None
    assert asks.get("/dossiers/report/export.pdf").status_code == 404
    assert asks.get("/dossiers/report/dossiers?line=x").get_json()["dossiers"] == []
    take(place, LATE, OVERDUE, OPEN)
    told = asks.get("/dossiers/report?begins=2026-10-01&ends=2026-11-23").get_json()
    lines = {line["id"]: line for line in told["lines"]}
    assert (
        lines["justice"]["figures"]["carried_over"] == 1
        and lines["labour"]["figures"]["carried_over"] is None
    )
    assert told["checks"]["good"] and len(told["checks"]["holding"]) == 4
    assert told["total"]["rates"][0] == {
        "key": "resolved",
        "part": 1,
        "whole": 3,
        "rounded": 33.33,
        "cut": 33.33,
    }
    behind = asks.get("/dossiers/report/dossiers?line=health&column=pending_overdue").get_json()
    assert behind["total"] == 1 and [d["code"] for d in behind["dossiers"]] == [OVERDUE["code"]]
    assert asks.get("/dossiers/report/dossiers?line=nobody").status_code == 400
    book = openpyxl.load_workbook(io.BytesIO(asks.get("/dossiers/report/export.xlsx").data)).active
    assert [r[2] for r in book.iter_rows(values_only=True) if r[1] == "Tổng số"] == [3]
    days = "begins=2026-11-02&ends=2026-11-01", "begins=2026-02-30", "begins=2026-W01-1", "begins=20260501"
    for wrong in (*days, "of=nobody", "by=x"):
        assert asks.get(f"/dossiers/report?{wrong}").status_code == 400, wrong
    assert program(place, Right.DOSSIERS).get("/dossiers/report").status_code == 403


def test_a_printed_table_is_checked_as_text_and_as_a_workbook(place: Place) -> None:
    asks = program(place, Right.FIGURES)

    def check(data: bytes, key: str, path: str = "", kind: str = "text/csv") -> Any:
        return send(asks, data, key, f"/dossiers/report/check{path}", kind).get_json()

    good = check(TABLE.encode(), "a")
    assert good["checks"]["good"] and good["problems"] == [] and (good["lines"], good["blank"]) == (20, 3)
    assert good["sums"]["received_total"] == 35591 and good["sums"]["pending_overdue"] == 3
    bad = check(TABLE.replace("7832,7832,0", "7832,7382,0").encode(), "b")
    assert bad["suspects"] == [{"no": "10", "name": "Sở Tư pháp", "column": "received_new"}]
    assert [f["identity"] for f in bad["checks"]["faults"]] == ["received"]
    none = check(b"a,b\n", "c")
    assert none["problem"] == "no-form" and none["checks"] is None and "mẫu" in none["problems"][0]
    take(place, LATE)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    own = asks.get("/dossiers/report/export.xlsx").data
    assert check(own, "d", "/xlsx", kind)["checks"]["good"]


def test_scores_and_groups_are_read_and_put_down(place: Place) -> None:
    bring(place, AN)
    chief: Program = program(place, Right.FIGURES, Right.APPROVE, Right.CALL)
    points = {"span": "2026-Q3", "points": [{"authority": "justice", "indicator": 5, "points": 1}]}
    told = chief.post("/dossiers/scores", points).get_json()
    (justice,) = (row for row in told["authorities"] if row["id"] == "justice")
    assert justice["points"]["5"] == {"mean": 1.0, "n": 1, "source": "entered"} and justice["out_of"] == 8
    assert justice["missing"][:2] == [3, 4] and justice["why"]["3"] == "no-history", "a table has none"
    assert justice["points"]["9"]["source"] == "share" and justice["grade"] == "excellent"
    assert [row["name"] for row in told["officers"]] == ["Nguyễn Văn An"]
    assert chief.get("/dossiers/scores/mine").get_json()["officers"] == []
    assert chief.get("/dossiers/scores/export.csv?span=2026").data.startswith(b"\xef\xbb\xbf")
    scores = [{"authority": "justice", "group": "CKMB", "score": 17.5}]
    told = chief.post("/dossiers/groups", {"month": "2026-10", "scores": scores}).get_json()
    (justice,) = (row for row in told["authorities"] if row["authority"] == "justice")
    assert justice["groups"]["CKMB"] == {"score": 17.5, "most": 18, "brought": True, "part": 0, "whole": 0}
    assert told["official"] is False and chief.get("/dossiers/groups").get_json() == told
    for body in (
        {"month": "2026-10", "scores": [{"authority": "x", "group": "CKMB", "score": 1}]},
        {"month": "2026-10", "scores": [{"authority": "justice", "group": "CKMB", "score": 18.5}]},
        {"month": "1999-10", "scores": scores},
    ):
        assert chief.post("/dossiers/groups", body).status_code == 400
    assert chief.post("/dossiers/scores", points | {"span": "1999-Q1"}).status_code == 400
    assert program(place, Right.FIGURES).post("/dossiers/scores", points).status_code == 403
