"""What managers, reception and administrators see and take along on pages, over the interface."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image
from pypdf import PdfReader

from server.hall import commands as c
from server.people.rights import Right, Role
from tests.web.place import Place
from tests.web.programs import LAND, program


def test_the_hall_now_has_the_managers_lines_and_alerts(place: Place) -> None:
    manager = program(place, Right.FIGURES)
    place.issue(LAND)
    calm = manager.get("/figures/live").get_json()
    assert (calm["waiting"], calm["open_counters"], calm["idle"]) == (1, 0, 0)
    place.at("7", c.OpenCounter)
    place.clock.pass_(minutes=25)
    told = manager.get("/figures/live").get_json()
    (line,) = [one for one in told["lines"] if one["waiting"]]
    assert (line["longest"], told["open_counters"], told["idle"]) == (25, 1, 1)
    found = {(one["kind"], one["of"]): one for one in told["alerts"]}
    assert found["wait", line["authority"]]["n"] == 1 and found["wait", line["authority"]]["minutes"] == 25
    assert found["silent", "7"]["n"] == 1
    assert [one["urgent"] for one in told["alerts"]] == sorted(
        (o["urgent"] for o in told["alerts"]), reverse=True
    )
    assert program(place, Right.LOOK).get("/figures/live").status_code == 403
    place.issue(LAND)
    until = told["at"].replace("+", "%2B")
    behind = f"/figures/tickets?unit=day&of=authority:{line['authority']}&what=overdue"
    assert manager.get(f"{behind}&until={until}").get_json()["total"] == 1, "who waits too long, and no other"
    assert manager.get(behind).get_json()["errors"][0]["pointer"] == "/until"


def test_opinions_hide_as_on_the_pages_and_a_story_names_nobody_to_who_may_not_know(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="lan")
    number = place.issue(LAND)
    place.at("7", c.CallNext)
    place.at("7", c.Finish)
    manager = program(place, Right.FIGURES)
    told = manager.get("/figures/opinions?day=2026-11-23").get_json()
    assert (told["all"]["served"], told["all"]["n"], told["all"]["satisfied"]) == (1, 0, None)
    assert manager.get("/figures/opinions?day=2126-11-23").status_code == 400
    ticket = number["ticket"]
    story = manager.get(f"/figures/tickets/{ticket}?lang=en").get_json()
    assert story["number"] == number["number"] and len(story["steps"]) >= 3
    seen = (
        program(place, Right.FIGURES, Right.WORKING_TIME).get(f"/figures/tickets/{ticket}?lang=en").get_json()
    )
    names = {step["who"] for step in seen["steps"]}
    assert names - {step["who"] for step in story["steps"]}, "who may know working time is told names"
    assert manager.get("/figures/tickets/nobody").status_code == 404
    mine = place.log_in("lan").get("/api/v1/me/opinion").get_json()
    assert mine["opinion"]["n"] == 0 and date.fromisoformat(mine["last"]).weekday() == 6, "whole weeks"


def test_slips_are_numbers_and_paper(place: Place) -> None:
    reception = program(place, Right.ISSUE)
    told = reception.get("/handwritten/slips?letter=B&first=3&last=30").get_json()
    assert (told["numbers"][0], told["numbers"][-1], told["next"]) == ("B0-003", "B0-030", 1)
    paper = reception.get("/handwritten/slips.pdf?letter=B&first=3&last=30")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages]
    assert "B0-003" in pages[0] and "B0-027" in pages[1] and "B0-030" in pages[-1]
    assert "Phiếu" in pages[-1] or "Số" in pages[-1], pages[-1]
    for wrong in ("letter=ZZ", "first=9&last=3", "first=1&last=9999"):
        assert reception.get(f"/handwritten/slips?{wrong}").status_code == 400, wrong


def test_a_draft_is_drawn_and_takes_the_years_calendar(place: Place) -> None:
    chief = program(place, Right.SETUP)
    ticket = chief.get("/setup/draft/ticket.png?width=58&lang=en")
    assert (
        Image.open(io.BytesIO(ticket.data)).width
        < Image.open(io.BytesIO(chief.get("/setup/draft/ticket.png").data)).width
    )
    (wrong,) = chief.get("/setup/draft/ticket.png?service=nothing").get_json()["errors"]
    assert wrong["pointer"] == "/service"
    first = chief.get("/setup/draft").get_json()
    document = {**first["document"], "notice": [{"vi": "Nghỉ trưa", "en": "Lunch break"}]}
    document["hours"] = {**document["hours"], "holidays": [], "made_up": []}
    kept = chief.ask("PUT", "/setup/draft", {"mark": first["mark"], "document": document}).get_json()
    wall = chief.get("/setup/draft/wall").get_json()
    assert [n["en"] for n in wall["board"]["notices"]] == ["Lunch break"] and wall["plan"]["display"]
    years = {one["year"]: one for one in chief.get("/setup/calendars").get_json()["years"]}
    days = {one["day"] for one in years[2026]["holidays"]} | {one["off"] for one in years[2026]["swaps"]}
    stale = chief.post("/setup/draft/calendar", {"mark": first["mark"], "year": 2026})
    assert (stale.status_code, stale.get_json()["why"]) == (422, "changed")
    assert chief.post("/setup/draft/calendar", {"mark": kept["mark"], "year": 2099}).status_code == 400
    taken = chief.post("/setup/draft/calendar", {"mark": kept["mark"], "year": 2026}).get_json()
    assert set(taken["document"]["hours"]["holidays"]) == days
    assert place.config.notices == () or place.config.notices[0].vi != "Nghỉ trưa", "a draft is no hall's"
    done = chief.post("/setup/draft/apply", {"mark": taken["mark"], "agree": True})
    assert done.status_code == 200, done.text
    differ = chief.get("/setup/versions/2/differences?since=1&lang=en").get_json()
    assert ["notice", "0", "en"] in [one["where"] for one in differ["differences"]] and differ["words"]
    assert chief.get("/setup/versions/1/differences?since=9").status_code == 404


def test_the_audit_is_read_whole_when_asked(place: Place) -> None:
    told = place.log_in("chief", Role.ADMINISTRATOR).get("/api/v1/audit/check").get_json()
    assert told["broken"] is None and told["count"] > 0
