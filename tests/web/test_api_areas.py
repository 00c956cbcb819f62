"""Figures, devices and the configuration over the interface: what pages show and do, for programs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.people.audit import Wanted
from server.people.rights import Right, Role
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, take
from tests.web.place import Place
from tests.web.programs import LAND, Program, program


@pytest.fixture
def asks(place: Place) -> Program:
    return program(place, *Right)


# --- tickets and figures ------------------------------------------------------------------------------------


def serve(place: Place, level: int = 4) -> str:
    number = str(place.issue(LAND)["number"])
    place.clock.pass_(minutes=2)
    place.at("7", c.CallNumber, number=number, reason="thử")
    place.at("7", c.Start)
    place.clock.pass_(minutes=3)
    place.at("7", c.Finish)
    place.at("7", c.Rate, number=number, level=level, levels=4)
    return number


def test_tickets_are_listed_page_by_page_and_told_whole(place: Place, asks: Program) -> None:
    numbers = [place.issue(LAND)["number"] for _ in range(5)] + [serve(place)]
    found: list[str] = []
    after = ""
    while True:
        page = asks.get(f"/tickets?limit=2{after}").get_json()
        found += [row["number"] for row in page["tickets"]]
        if not page["more"]:
            break
        after = f"&after={page['tickets'][-1]['ticket']}"
    assert found == numbers
    (row,) = asks.get("/tickets?state=served").get_json()["tickets"]
    told = asks.get(f"/tickets/{row['ticket']}")
    types = [event["type"] for event in told.get_json()["events"]]
    assert types == ["issued", "called", "started", "finished"]  # and not that it was rated
    for nobody in ("level", "token", "secret", "note", "officer"):
        assert f'"{nobody}"' not in told.text
    assert [r["number"] for r in asks.get(f"/tickets?number={numbers[0].lower()}").get_json()["tickets"]] == [
        numbers[0]
    ]
    assert asks.get("/tickets/nothing").status_code == 404


def test_the_figures_are_those_of_the_page_and_lead_to_their_numbers(place: Place, asks: Program) -> None:
    served = {serve(place) for _ in range(3)}
    place.issue(LAND)
    found = asks.get("/figures?unit=day&by=service").get_json()
    assert {k: found["summary"][k] for k in ("issued", "served", "unfinished", "called", "p50", "kept")} == {
        "issued": 4,
        "served": 3,
        "unfinished": 1,
        "called": 3,
        "p50": 2,
        "kept": 100.0,
    }
    assert found["summary"]["satisfied"] is None  # three said something: counted, and not told
    assert found["rows"][0]["figures"]["served"] == 3 == found["rows"][-1]["figures"]["served"]
    assert set(found["summary"]) <= set(found["definitions"])
    behind = asks.get("/figures/tickets?unit=day&what=served").get_json()
    assert behind["total"] == 3 and {t["number"] for t in behind["tickets"]} == served
    staff = place.log_in("chief", Role.MANAGER)
    assert "/history/tickets/" in staff.get("/history/tickets?span=day:2026-11-23&what=served").text


def test_the_running_day_has_answers_and_no_score_until_it_is_over(place: Place, asks: Program) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    for _ in range(6):
        serve(place)

    def told(by: str) -> list[tuple[int, int, float | None]]:
        found = asks.get(f"/figures?unit=day&day=2026-11-23&by={by}").get_json()
        every = [found["summary"], *(row["figures"] for row in found["rows"])]
        return [(f["rated"], f["said"], f["satisfied"]) for f in every if f["rated"]]

    for by in ("service", "counter", "officer"):
        assert set(told(by)) == {(6, 0, None)}
    rev = place.writer.view.rev
    place.clock.pass_(days=1)
    place.writer.wait(rev, 5)
    assert set(told("officer")) == {(6, 6, 100.0)}


def test_working_time_is_for_who_may_know_it(place: Place, asks: Program) -> None:
    staff = place.log_in("officer-7")
    staff.press("7", "open")
    serve(place)
    staff.press("7", "pause", reason="break")
    place.clock.pass_(minutes=10)
    staff.press("7", "open")
    staff.press("7", "close")
    (row,) = asks.get("/working-time?unit=day").get_json()["rows"]
    assert (row["officer"], row["counter"], row["calls"], row["finished"]) == ("officer-7", "7", 1, 1)
    assert [one["reason"] for one in row["breaks"]] == ["break"]
    assert asks.get("/working-time?unit=day&officer=officer-6").get_json()["rows"] == []
    assert program(place, Right.FIGURES).get("/working-time").status_code == 403


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("day=2030-01-01", "/day"),
        ("day=yesterday", "/day"),
        ("unit=range&first=2026-11-20&last=2026-11-01", "/first"),
        ("of=hall:x", "/of"),
        ("of=counter:7&by=service", "/by"),
        ("unit=century", "/unit"),
    ],
)
def test_a_period_that_is_none_is_named(asks: Program, query: str, pointer: str) -> None:
    answer = asks.get(f"/figures?{query}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")
    assert [e["pointer"] for e in answer.get_json()["errors"]] == [pointer]


# --- devices ------------------------------------------------------------------------------------------------


def test_a_device_is_seen_ordered_about_and_what_came_of_it_told(place: Place, asks: Program) -> None:
    before = asks.get("/devices/kiosk-1").get_json()
    assert (before["role"], before["status"]) == ("kiosk", None)
    offline = asks.post("/devices/kiosk-1/orders", {"do": "identify"})
    assert (offline.status_code, offline.get_json()["code"], offline.get_json()["why"]) == (
        409,
        "cannot-order",
        "offline",
    )
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    assert asks.get("/devices/kiosk-1").get_json()["wrongs"] == ["paper-out"]
    assert asks.get("/devices").get_json()["devices"][0]["device"] == "kiosk-1"
    made = asks.post("/devices/kiosk-1/orders", {"do": "identify"}, "order-1")
    assert made.status_code == 201 and made.get_json()["word"] == "sent"
    assert asks.post("/devices/kiosk-1/orders", {"do": "identify"}, "order-1").data == made.data
    assert [device for device, _ in place.orders] == ["kiosk-1"]
    (told,) = asks.get("/devices/kiosk-1/orders").get_json()["orders"]
    assert told["order"] == made.get_json()["order"] and told["by"] == f"token:{asks.id}"
    whose = [e.who for e in place.audit.entries(Wanted(what="device.order"), 10)]
    assert set(whose) == {f"token:{asks.id}"} and len(whose) == 2
    assert program(place, Right.DEVICES).post("/devices/kiosk-1/orders", {"do": "restart"}).status_code == 403
    assert asks.get("/devices/nothing").status_code == 404


# --- configuration ------------------------------------------------------------------------------------------


def changed(document: Any, hotline: str) -> Any:
    return {**document, "hotline": hotline}


def test_a_configuration_is_changed_planned_withdrawn_and_brought_back(place: Place, asks: Program) -> None:
    first = asks.get("/setup").get_json()
    document = first["document"]
    told = {"base": first["newest"], "document": changed(document, "1900 1111"), "note": "số mới"}
    answer = asks.ask("PUT", "/setup", told, "change-1")
    assert answer.status_code == 200, answer.text
    assert place.config.hotline == "1900 1111"
    assert asks.ask("PUT", "/setup", told, "change-1").data == answer.data
    stale = asks.ask("PUT", "/setup", told)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "setup-stale")
    now = asks.get("/setup").get_json()
    assert now["version"] == answer.get_json()["version"] == first["version"] + 1
    later = {"base": now["newest"], "document": changed(document, "1900 2222"), "starts": "2026-11-25"}
    assert asks.ask("PUT", "/setup", later).get_json()["starts"] == "2026-11-25"
    assert asks.get("/setup").get_json()["planned_from"] == "2026-11-25"
    assert place.config.hotline == "1900 1111"
    newest = asks.get("/setup").get_json()["newest"]
    assert asks.post("/setup/withdraw", {"base": newest}).status_code == 200
    assert asks.get("/setup").get_json()["planned"] is None
    newest = asks.get("/setup").get_json()["newest"]
    back = asks.post(f"/setup/versions/{first['version']}/restore", {"base": newest})
    assert back.status_code == 200, back.text
    assert place.config.hotline == document["hotline"]
    rows = asks.get("/setup/versions").get_json()["versions"]
    assert [row["state"] for row in rows].count("in-force") == 1
    assert rows[-1]["source"].startswith("file:") and rows[0]["by"] == f"token:{asks.id}"
    assert asks.get(f"/setup/versions/{first['version']}").get_json()["document"] == document
    assert asks.get("/setup/versions/999").status_code == 404


def test_a_configuration_that_would_break_the_day_is_refused_with_the_reason(
    place: Place, asks: Program
) -> None:
    place.issue(LAND)
    first = asks.get("/setup").get_json()
    document = msgspec.json.decode(msgspec.json.encode(first["document"]))
    authority = next(a for a in document["authority"] if any(s["id"] == LAND for s in a["service"]))
    for service in authority["service"]:
        service["digits"] = 4
    answer = asks.ask("PUT", "/setup", {"base": first["newest"], "document": document, "agree": True})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "setup-breaks")
    assert {p["code"] for p in answer.get_json()["problems"]} == {"numbers-in-use"}
    document["authority"] = []
    answer = asks.ask("PUT", "/setup", {"base": first["newest"], "document": document})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")
    other = {**first["document"], "id": "ninh-binh"}
    answer = asks.ask("PUT", "/setup", {"base": first["newest"], "document": other})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "setup-other-site")
    assert asks.get("/setup").get_json() == first


def test_what_people_ought_to_know_wants_a_yes(place: Place, asks: Program) -> None:
    place.issue(LAND)
    first = asks.get("/setup").get_json()
    document = first["document"]
    document["hours"]["holidays"] = [*document["hours"].get("holidays", []), "2026-11-23"]
    told = {"base": first["newest"], "document": document}
    answer = asks.ask("PUT", "/setup", told)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "strained")
    assert answer.get_json()["problems"]
    assert asks.ask("PUT", "/setup", {**told, "agree": True}).status_code == 200


# --- dossiers -----------------------------------------------------------------------------------------------


def test_dossiers_are_seen_and_a_late_list_is_approved_as_it_was_seen(place: Place, asks: Program) -> None:
    empty = asks.get("/dossiers").get_json()
    assert (empty["known_at"], empty["rows"], empty["late"]) == (None, {}, None)
    take(place, LATE, OVERDUE, OPEN)
    seen = asks.get("/dossiers?month=2026-10").get_json()
    assert seen["total"]["received_total"] == 3 and seen["month"] == "2026-10"
    assert [unit["resolved_late"] for unit in seen["late"]["units"]] == [0, 1], "what is overdue first"
    wrong = asks.post("/dossiers/late/approve", {"month": "2026-10", "mark": "x"})
    assert (wrong.status_code, wrong.get_json()["why"]) == (422, "changed")
    told = {"month": "2026-10", "mark": seen["mark"]}
    first = asks.post("/dossiers/late/approve", told).get_json()
    assert first["approved_by"] == f"token:{asks.id}"
    assert asks.post("/dossiers/late/approve", told).get_json() == first, (
        "the same is no correction of itself"
    )
    assert asks.get("/dossiers").get_json()["published"]["list"]["month"] == "2026-10"
    assert asks.post("/dossiers/late/withdraw").status_code == 200
    assert asks.get("/dossiers").get_json()["published"] is None
    assert place.client().get("/api/v1/dossiers/wall").status_code == 200
    assert asks.post("/dossiers/late/approve", {"month": "1999-01", "mark": "x"}).status_code == 400
    assert asks.post("/dossiers/late/approve", {"month": "2027-01", "mark": "x"}).status_code == 400
    assert program(place, Right.DOSSIERS).post("/dossiers/late/approve", told).status_code == 403
