"""Many centres over the interface: each under its address, with tokens, keys and presses of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.people.rights import EVERYWHERE, Right, Role
from tests.server.test_installation import ELSEWHERE, FIRST, OTHER, Province, province
from tests.web.place import Staff


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Province]:
    found = province(tmp_path)
    found.installation.add(ELSEWHERE)
    yield found
    found.installation.stop()
    found.accounts.close()


@pytest.fixture
def chief(two: Province) -> Staff:
    return two.log_in("chief", {EVERYWHERE: Role.ADMINISTRATOR})


def ask(staff: Staff, method: str, path: str, key: str, told: Any = None) -> Any:
    headers = {"X-CSRF-Token": staff.csrf, "Idempotency-Key": key}
    return staff.client.open(path, method=method, json=told, headers=headers)


def test_each_centre_answers_under_its_own_address(two: Province, chief: Staff) -> None:
    rows = chief.get("/api/v1/centres").get_json()["centres"]
    assert [(row["site"], row["at"]) for row in rows] == [(FIRST, f"/at/{FIRST}"), (OTHER, f"/at/{OTHER}")]
    assert chief.get("/api/v1/me").get_json()["site"] == FIRST
    assert chief.get(f"/at/{OTHER}/api/v1/me").get_json()["site"] == OTHER
    assert chief.get("/at/nowhere/api/v1/me").status_code == 404
    assert chief.get(f"/at/{OTHER}/api/v1/openapi.json").status_code == 200


def test_a_key_and_a_press_are_of_one_centre(two: Province, chief: Staff) -> None:
    first, other = two.installation.halls[FIRST], two.installation.halls[OTHER]
    for path in (f"/at/{FIRST}", f"/at/{OTHER}"):
        counter = next(iter(other.config.site.counters))
        answer = ask(chief, "POST", f"{path}/api/v1/counters/{counter}/open", "one", {})
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["repeats"] is False
    for hall in (first, other):
        assert hall.writer.view.state.counter(counter).status == "open"


def test_a_token_of_one_centre_is_none_of_another(two: Province, chief: Staff) -> None:
    told = {"name": "portal", "site": OTHER, "scopes": ["look"], "days": 1}
    key = ask(chief, "POST", "/api/v1/tokens", "t1", told).get_json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    stranger = chief.client.application.test_client()
    assert stranger.get(f"/at/{OTHER}/api/v1/hall", headers=headers).status_code == 200
    assert stranger.get("/api/v1/hall", headers=headers).status_code == 403
    assert stranger.get(f"/at/{FIRST}/api/v1/hall", headers=headers).status_code == 403


def test_a_centre_is_added_works_and_is_retired(two: Province, chief: Staff) -> None:
    document = {**msgspec.to_builtins(ELSEWHERE), "id": "kim-bang"}
    made = ask(chief, "POST", "/api/v1/centres", "add-1", {"document": document})
    assert made.status_code == 201 and made.get_json()["at"] == "/at/kim-bang"
    assert ask(chief, "POST", "/api/v1/centres", "add-1", {"document": document}).data == made.data
    assert chief.get("/at/kim-bang/api/v1/hall").status_code == 200
    twice = ask(chief, "POST", "/api/v1/centres", "add-2", {"document": document})
    assert (twice.status_code, twice.get_json()["code"]) == (409, "site-taken")
    unsure = ask(chief, "POST", "/api/v1/centres/kim-bang/retire", "r1", {"site": "kim"})
    assert unsure.status_code == 404 and "kim-bang" in two.installation.halls
    assert (
        ask(chief, "POST", "/api/v1/centres/kim-bang/retire", "r2", {"site": "kim-bang"}).status_code == 200
    )
    assert "kim-bang" not in two.installation.halls
    first = ask(chief, "POST", f"/api/v1/centres/{FIRST}/retire", "r3", {"site": FIRST})
    assert (first.status_code, first.get_json()["code"]) == (409, "first-site")


def test_what_was_held_at_a_retired_centre_ends_and_is_nobodys_at_another_of_its_id(
    two: Province, chief: Staff
) -> None:
    document = {**msgspec.to_builtins(ELSEWHERE), "id": "kim-bang"}
    ask(chief, "POST", "/api/v1/centres", "add-1", {"document": document})
    ha = two.log_in("ha", {"kim-bang": Role.MANAGER, FIRST: Role.OFFICER})
    key, _ = two.accounts.tokens.make("portal", "kim-bang", ["look"], 2e9, "chief", 0.0)
    headers = {"Authorization": f"Bearer {key}"}
    there = "/at/kim-bang/api/v1/hall"
    assert ha.get(there).status_code == 200
    assert two.app.test_client().get(there, headers=headers).status_code == 200
    ask(chief, "POST", "/api/v1/centres/kim-bang/retire", "r1", {"site": "kim-bang"})
    found = two.accounts.find("ha")
    assert found is not None and dict(found.roles) == {FIRST: Role.OFFICER}
    ask(chief, "POST", "/api/v1/centres", "add-2", {"document": document})
    assert chief.get(there).status_code == 200 and ha.get(there).status_code == 401
    assert two.app.test_client().get(there, headers=headers).status_code == 401


def test_who_governs_one_centre_adds_none(two: Province) -> None:
    staff = two.log_in("ha", {FIRST: Role.ADMINISTRATOR})
    document = {**msgspec.to_builtins(ELSEWHERE), "id": "kim-bang"}
    answer = ask(staff, "POST", "/api/v1/centres", "a", {"document": document})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-allowed")
    assert staff.get(f"/at/{OTHER}/api/v1/hall").status_code == 403
    assert Right.SITES.value in staff.get("/api/v1/me").get_json()["rights"]
