"""Accounts, tokens and the audit over the interface: with a session alone."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from server.people.audit import Wanted
from server.people.rights import EVERYWHERE, Right, Role
from server.web.rest.table import ENDPOINTS
from tests.web.place import PASSWORD, Place, Staff
from tests.web.programs import Program, program

_keys = itertools.count(1)


def ask(staff: Staff, method: str, path: str, told: Any = None) -> Any:
    headers = {"X-CSRF-Token": staff.csrf, "Idempotency-Key": f"s{next(_keys)}"}
    return staff.client.open(f"/api/v1{path}", method=method, json=told, headers=headers)


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.ADMINISTRATOR)


def words(place: Place) -> list[str]:
    return [entry.what for entry in reversed(place.audit.entries(Wanted(), 100))]


def test_an_account_is_made_changed_and_ended(place: Place, chief: Staff) -> None:
    made = ask(chief, "POST", "/people", {"account": "ha", "site": "hanam", "role": "officer"})
    assert made.status_code == 201
    link = made.get_json()["link"]
    assert place.client().get(link[link.index("/", 9) :]).status_code == 200
    person = ask(chief, "GET", "/people/ha").get_json()
    assert person == {
        "account": "ha",
        "roles": {"hanam": "officer"},
        "disabled": False,
        "ready": False,
        "second": False,
    }
    told = {"before": person["roles"], "roles": {"hanam": "manager"}}
    assert ask(chief, "PUT", "/people/ha/roles", told).get_json()["roles"] == {"hanam": "manager"}
    stale = ask(chief, "PUT", "/people/ha/roles", told)
    assert (stale.status_code, stale.get_json()["code"], stale.get_json()["why"]) == (
        422,
        "cannot-be",
        "changed",
    )
    assert ask(chief, "POST", "/people/ha/disable").get_json()["disabled"] is True
    assert ask(chief, "POST", "/people/ha/reset").get_json()["why"] == "disabled"
    assert ask(chief, "POST", "/people/ha/enable").get_json()["disabled"] is False
    assert ask(chief, "POST", "/people/ha/end-sessions").status_code == 200
    told_of = [w for w in words(place) if w.startswith("account.")]
    assert told_of == [
        "account.made",
        "account.roles",
        "account.disabled",
        "account.enabled",
        "account.logged-out",
    ]


def test_the_same_press_makes_one_account_and_its_link_is_seen_once(place: Place, chief: Staff) -> None:
    headers = {"X-CSRF-Token": chief.csrf, "Idempotency-Key": "once"}
    told = {"account": "ha", "site": "hanam", "role": "officer"}
    one = chief.client.post("/api/v1/people", json=told, headers=headers)
    two = chief.client.post("/api/v1/people", json=told, headers=headers)
    assert one.status_code == 201
    assert (two.status_code, two.get_json()["code"]) == (409, "shown-once")
    assert words(place).count("account.made") == 1


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"account": "chief", "site": "hanam", "role": "officer"}, "/account"),
        ({"account": "A b", "site": "hanam", "role": "officer"}, "/account"),
        ({"account": "ha", "site": "nowhere", "role": "officer"}, "/site"),
        ({"account": "ha", "site": "hanam", "role": "king"}, "/role"),
        ({"account": "ha", "site": "hanam", "role": "officer", "disabled": False}, "/disabled"),
    ],
)
def test_an_account_that_cannot_be(place: Place, chief: Staff, told: Any, pointer: str) -> None:
    before = place.accounts.all()
    answer = ask(chief, "POST", "/people", told)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")
    assert [e["pointer"] for e in answer.get_json()["errors"]] == [pointer]
    assert place.accounts.all() == before


def test_a_token_works_until_it_is_revoked(place: Place, chief: Staff) -> None:
    told = {"name": "Cổng thông tin", "site": "hanam", "scopes": ["look"], "days": 30}
    made = ask(chief, "POST", "/tokens", told).get_json()
    portal = Program(place.client(), made["key"], made["token"])
    assert portal.get("/hall").status_code == 200
    (row,) = ask(chief, "GET", "/tokens").get_json()["tokens"]
    assert (row["name"], row["scopes"], row["made_by"]) == ("Cổng thông tin", ["look"], "chief")
    assert made["key"] not in ask(chief, "GET", "/tokens").text
    assert ask(chief, "DELETE", f"/tokens/{made['token']}").status_code == 200
    assert portal.get("/hall").status_code == 401
    assert {"token.made", "token.revoked"} <= set(words(place))


@pytest.mark.parametrize("scopes", [["users"], ["audit"], ["sites"], ["look", "users"], [], ["everything"]])
def test_a_token_cannot_keep_people(place: Place, chief: Staff, scopes: list[str]) -> None:
    told = {"name": "x", "site": "hanam", "scopes": scopes, "days": 30}
    answer = ask(chief, "POST", "/tokens", told)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")
    assert place.accounts.tokens.all() == ()


@pytest.mark.parametrize("row", [r for r in ENDPOINTS if r.people_only], ids=lambda r: r.name)
def test_no_program_may_whatever_its_scopes(place: Place, row: Any) -> None:
    place.accounts.add("ha", Role.OFFICER, PASSWORD, place.wall[0])
    asks = program(place, *Right, site=EVERYWHERE)
    before = place.accounts.all(), place.accounts.tokens.all()[1:]
    path = row.path.replace("{account}", "ha").replace("{token}", asks.id)
    answer = asks.ask(row.method, path, {} if row.body else None)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "people-only")
    assert (place.accounts.all(), place.accounts.tokens.all()[1:]) == before
    assert words(place)[-1] == "token.refused"


def test_the_audit_is_read_by_words_and_times(place: Place, chief: Staff) -> None:
    place.log_in("officer-7")
    found = ask(chief, "GET", "/audit?what=login").get_json()["entries"]
    assert {e["what"].split(".")[0] for e in found} == {"login"}
    assert [e["entry"] for e in found] == sorted((e["entry"] for e in found), reverse=True)
    last = found[-1]["entry"]
    assert ask(chief, "GET", f"/audit?before={last}").get_json()["entries"] == []
    assert len(ask(chief, "GET", "/audit?limit=1").get_json()["entries"]) == 1
    officer = place.log_in("officer-6")
    assert ask(officer, "GET", "/audit").status_code == 403
