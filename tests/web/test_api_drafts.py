"""Drafts of the configuration, and what a centre is called, over the interface."""

from __future__ import annotations

import re
from typing import Any

import pytest

from server.people.audit import Wanted
from server.people.rights import Right, Role
from tests.web.place import HANAM, Place, Staff
from tests.web.programs import LAND, Program, program
from tests.web.test_api_people import ask


@pytest.fixture
def asks(place: Place) -> Program:
    return program(place, Right.SETUP)


def put(asks: Program, mark: str, document: Any) -> Any:
    return asks.ask("PUT", "/setup/draft", {"mark": mark, "document": document})


def test_a_draft_is_edited_looked_at_and_applied(place: Place, asks: Program) -> None:
    first = asks.get("/setup/draft").get_json()
    assert (first["edited"], first["stale"], first["base"], first["newest"]) == (False, False, 1, 1)
    document = {**first["document"], "hotline": "1900 1111"}
    kept = put(asks, first["mark"], document)
    assert kept.status_code == 200 and kept.get_json()["edited"] is True, kept.text
    assert asks.get("/setup/draft").get_json()["document"]["hotline"] == "1900 1111"
    assert place.config.hotline == first["document"]["hotline"], "a draft changes nothing in the hall"
    told = asks.get("/setup/draft/differences?lang=en").get_json()
    (one,) = told["differences"]
    assert (one["kind"], one["where"], one["new"]) == ("changed", ["hotline"], "1900 1111")
    assert [(w["page"], w["new"]) for w in told["words"]] == [("texts", "1900 1111")]
    checked = asks.get("/setup/draft/check").get_json()
    assert (checked["faults"], checked["breaks"], checked["strains"]) == ([], [], [])
    other = asks.post("/setup/draft/apply", {"mark": first["mark"]})
    assert (other.status_code, other.get_json()["why"]) == (422, "changed")
    done = asks.post("/setup/draft/apply", {"mark": told["mark"], "note": "số mới"}, "apply-1")
    assert done.get_json() == {"version": 2, "starts": None}, done.text
    assert (
        asks.post("/setup/draft/apply", {"mark": told["mark"], "note": "số mới"}, "apply-1").data == done.data
    )
    assert place.config.hotline == "1900 1111"
    after = asks.get("/setup/draft").get_json()
    assert (after["edited"], after["newest"], after["mark"]) == (False, 2, told["mark"])
    nothing = asks.post("/setup/draft/apply", {"mark": after["mark"]})
    assert (nothing.status_code, nothing.get_json()["why"]) == (422, "no-draft")
    (entry,) = place.audit.entries(Wanted(what="setup.changed"), 9)
    assert (entry.who, entry.about["note"]) == (f"token:{asks.id}", "số mới")


def test_a_draft_may_have_faults_and_cannot_be_applied_with_them(place: Place, asks: Program) -> None:
    place.issue(LAND)
    first = asks.get("/setup/draft").get_json()
    document = first["document"]
    document["authority"][1]["letter"] = document["authority"][0]["letter"]
    mark = put(asks, first["mark"], document).get_json()["mark"]
    faults = asks.get("/setup/draft/check?lang=en").get_json()["faults"]
    assert {f["code"] for f in faults} == {"letter-shared"}
    assert faults[0]["where"].startswith("authority.") and faults[0]["detail"]
    answer = asks.post("/setup/draft/apply", {"mark": mark})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "setup-wrong")
    assert asks.get("/setup/draft").get_json()["edited"] is True, "what was refused is not lost"
    document = asks.get("/setup").get_json()["document"]
    document["hours"]["holidays"] = [*document["hours"].get("holidays", []), "2026-11-23"]
    mark = put(asks, mark, document).get_json()["mark"]
    assert [s["code"] for s in asks.get("/setup/draft/check").get_json()["strains"]] == ["closes-now"]
    assert asks.post("/setup/draft/apply", {"mark": mark}).get_json()["code"] == "strained"
    later = asks.post("/setup/draft/apply", {"mark": mark, "starts": "2026-11-25"})
    assert later.get_json()["starts"] == "2026-11-25"
    assert asks.get("/setup").get_json()["planned_from"] == "2026-11-25"


def test_at_once_nothing_of_a_plan_comes_into_force(place: Place, asks: Program) -> None:
    now = asks.get("/setup").get_json()
    planned = {**now["document"], "hotline": "1900 3333"}
    later = asks.ask("PUT", "/setup", {"base": 1, "document": planned, "starts": "2026-11-25"})
    assert later.get_json()["version"] == 2
    both = {**planned, "url": "https://so.example"}
    for method, path, body in (
        ("PUT", "/setup", {"base": 2, "document": both}),
        ("POST", "/setup/versions/2/restore", {"base": 2}),
    ):
        early = asks.ask(method, path, body)
        assert (early.status_code, early.get_json()["code"]) == (409, "setup-planned"), early.text
        assert early.get_json()["starts"] == "2026-11-25"
    alone = asks.ask("PUT", "/setup", {"base": 2, "document": {**now["document"], "url": both["url"]}})
    assert alone.status_code == 200, alone.text
    assert (place.config.url, place.config.hotline) == (both["url"], now["document"]["hotline"])
    plan = place.writer.planned
    assert plan is not None and plan.document is not None
    assert (plan.document.url, plan.document.hotline) == (both["url"], "1900 3333")


def test_what_others_changed_is_taken_over(place: Place, asks: Program) -> None:
    other = program(place, Right.SETUP, name="other")
    seen = asks.get("/setup/draft").get_json()
    mark = put(asks, seen["mark"], {**seen["document"], "hotline": "1900 1111"}).get_json()["mark"]
    theirs = {**seen["document"], "url": "https://so.example", "hotline": "1900 2222"}
    assert other.ask("PUT", "/setup", {"base": 1, "document": theirs}).status_code == 200
    now = asks.get("/setup/draft").get_json()
    assert (now["stale"], now["base"], now["newest"]) == (True, 1, 2)
    assert asks.post("/setup/draft/apply", {"mark": mark}).get_json()["code"] == "setup-stale"
    assert {d["where"][0] for d in asks.get("/setup/draft/differences").get_json()["theirs"]} == {
        "url",
        "hotline",
    }
    taken = asks.post("/setup/draft/take-over", {"mark": mark}).get_json()
    assert not taken["stale"] and taken["document"]["url"] == "https://so.example"
    assert taken["document"]["hotline"] == "1900 1111"
    assert asks.get("/setup/draft/differences").get_json()["clashes"] == [["hotline"]]
    assert asks.post("/setup/draft/apply", {"mark": taken["mark"]}).get_json()["version"] == 3


def test_a_person_edits_one_draft_on_the_pages_and_here(place: Place, asks: Program) -> None:
    chief = place.log_in("chief", Role.ADMINISTRATOR)
    seen = ask(chief, "GET", "/setup/draft").get_json()
    told = {"mark": seen["mark"], "document": {**seen["document"], "hotline": "1900 3333"}}
    assert ask(chief, "PUT", "/setup/draft", told).status_code == 200
    assert "1900 3333" in chief.get("/admin/setup/review").text
    assert asks.get("/setup/draft").get_json()["edited"] is False, "everybody has a draft of their own"
    stale = ask(chief, "PUT", "/setup/draft", told)
    assert (stale.status_code, stale.get_json()["why"]) == (422, "changed")
    mark = ask(chief, "GET", "/setup/draft").get_json()["mark"]
    assert ask(chief, "POST", "/setup/draft/discard", {"mark": seen["mark"]}).status_code == 422
    assert ask(chief, "POST", "/setup/draft/discard", {"mark": mark}).status_code == 200
    assert "1900 3333" not in chief.get("/admin/setup/review").text
    for row in ("", "/check", "/differences"):
        assert program(place, Right.LOOK).get(f"/setup/draft{row}").status_code == 403


def test_a_hall_file_becomes_a_draft_and_a_version_a_hall_file(place: Place, asks: Program) -> None:
    def send(data: bytes, mark: str, key: str) -> Any:
        headers = {**asks.headers, "Idempotency-Key": key, "Content-Type": "application/toml"}
        path = f"/api/v1/setup/draft/hall.toml?mark={mark}"
        return asks.client.put(path, data=data, headers=headers)

    file = asks.get("/setup/versions/1/hall.toml", headers={"Accept": "application/toml"})
    assert file.content_type == "application/toml; charset=utf-8"
    assert 'filename="hall-hanam-1.toml"' in file.headers["Content-Disposition"]
    chief = place.log_in("chief", Role.ADMINISTRATOR)
    assert file.data == chief.get("/admin/setup/hall.toml?version=1").data
    mark = asks.get("/setup/draft").get_json()["mark"]
    assert send(file.data, mark, "a").get_json()["edited"] is False, "nothing differs"
    other = HANAM.read_text().replace('id = "hanam"', 'id = "kim-bang"', 1)
    other = re.sub(r'hotline = "[^"]+"', 'hotline = "1900 4444"', other)
    kept = send(other.encode(), mark, "b").get_json()
    assert kept["edited"] is True and kept["document"]["id"] == "hanam"
    assert send(other.encode(), mark, "c").get_json()["why"] == "changed"
    for n, wrong in enumerate((b"\xff", b"id = ", b"id = 7", b"[" * 5000)):
        answer = send(wrong, kept["mark"], f"w{n}")
        assert (answer.status_code, answer.get_json()["why"]) == (422, "file"), wrong[:9]
    assert asks.get("/setup/versions/9/hall.toml").status_code == 404


# --- a centre's name ----------------------------------------------------------------------------------------


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.ADMINISTRATOR)


def test_a_centre_is_called_otherwise_from_now_on(place: Place, chief: Staff) -> None:
    name = {"vi": "Trung tâm Hà Nam mới", "en": "New Ha Nam centre"}
    answer = ask(chief, "PUT", "/centres/hanam/name", {"name": name})
    assert answer.get_json() == {"site": "hanam", "name": name, "version": 2}, answer.text
    assert place.config.site.name.vi == name["vi"] and name["vi"] in chief.get("/admin/sites/").text
    (entry,) = place.audit.entries(Wanted(what="site.renamed"), 9)
    assert (entry.who, entry.about["name"]) == ("chief", name["vi"])
    assert ask(chief, "PUT", "/centres/nowhere/name", {"name": name}).status_code == 404
    wrong = ask(chief, "PUT", "/centres/hanam/name", {"name": {"vi": "", "en": "x" * 500}})
    assert (wrong.status_code, wrong.get_json()["code"]) == (400, "bad-request")
    manager = place.log_in("ha", Role.MANAGER)
    assert ask(manager, "PUT", "/centres/hanam/name", {"name": name}).status_code == 403
    assert place.writer.newest == 2
