"""Every page and every endpoint with every role: what a role may not is refused, and told to the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from server.people.audit import Wanted
from server.people.rights import MAY, Right, Role
from server.web.rest.table import ENDPOINTS
from tests.web.place import PASSWORD, Place, open_place

# What everybody may open: citizens, walls, whoever is not logged in yet, a device that has a code to show.
OPEN = {
    *("index", "health", "static", "centres.page", "api.openapi"),
    *("login.form", "login.submit", "login.code_form", "login.code_submit", "login.leave"),
    *("keys.first", "keys.make_first", "keys.choose", "keys.chosen"),
    *("board.page", "board.events", "board.state"),
    *("phone.show", "phone.fragment", "phone.events", "phone.ask_cancel", "phone.cancel", "phone.ask_late"),
    *("late_lists.newest", "late_lists.page", "late_lists.export"),
    *("phone.late", "phone.here", "phone.back_from_here", "enrolment.enrol"),
    *("lookup.form", "lookup.form_vi", "lookup.find"),
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_place(tmp_path_factory.mktemp("hall"))
    for role in Role:
        opened.account(role.value, role)
    opened.accounts.add("elsewhere", {"another-centre": Role.ADMINISTRATOR}, PASSWORD, opened.wall[0])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browsers(hall: Place) -> dict[str, FlaskClient]:
    """Name of an account -> a browser where it is logged in. One log-in each: a hash costs 30 ms."""
    found = {}
    for name in (*Role, "elsewhere"):
        client = hall.client()
        told = {"name": name, "password": PASSWORD}
        assert client.post("/api/v1/login", json=told).status_code == 200
        found[str(name)] = client
    return found


def right_of(app: Flask, rule: Rule) -> Any:
    return getattr(app.view_functions[rule.endpoint], "right", "open")


def asked(rule: Rule) -> str:
    """An address of this rule; what stands in the blanks is of nobody."""
    given = re.sub(r"<any\(([^,)]*)[^>]*>", r"\1", rule.rule)
    return re.sub(r"<[^>]*>", "1", re.sub(r"<int[^>]*>", "1", given))


def opened(client: FlaskClient, path: str, method: str) -> int:
    """The answer's status; a stream is left at once."""
    answer = client.open(path, method=method, headers={"Accept": "text/html"})
    answer.close()
    return answer.status_code


def guarded(app: Flask) -> list[tuple[Rule, str, Any]]:
    return [
        (rule, method, right_of(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN and not rule.endpoint.startswith("api.")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_view_asks_for_a_right_or_is_known_to_be_open(hall: Place) -> None:
    known = {rule.endpoint for rule in hall.app.url_map.iter_rules()}
    unguarded = {
        rule.endpoint
        for rule in hall.app.url_map.iter_rules()
        if right_of(hall.app, rule) == "open" and not rule.endpoint.startswith("api.")
    }
    assert unguarded == OPEN - {"api.openapi"}, unguarded ^ OPEN
    assert {f"api.{row.name}" for row in ENDPOINTS} | {"api.openapi"} == {
        name for name in known if name.startswith("api.")
    }
    open_rows = {"log-in", "get-board", "get-public-late-lists", "get-dossiers-wall", "look-up-dossier"}
    assert {row.name for row in ENDPOINTS if row.open} == open_rows


def test_a_stranger_is_sent_to_the_log_in_or_refused(hall: Place) -> None:
    client = hall.client()
    for rule, method, _ in guarded(hall.app):
        status = opened(client, asked(rule), method)
        assert status == (302 if method == "GET" else 401), (method, rule.rule, status)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_may_and_nothing_else(
    hall: Place, browsers: dict[str, FlaskClient], role: Role
) -> None:
    for rule, method, right in guarded(hall.app):
        hall.tick[0] += 61
        status = opened(browsers[role], asked(rule), method)
        if right is None or right in MAY[role]:
            assert status not in (401, 403), (role, method, rule.rule, status)
        else:
            assert status == 403, (role, method, rule.rule, status)
            entry = hall.audit.entries(Wanted(), 1)[0]
            assert (entry.who, entry.what) == (role.value, "right.refused")
            assert entry.about == {"right": right.value, "route": rule.rule, "method": method}


def test_a_role_at_another_centre_opens_nothing_here(hall: Place, browsers: dict[str, FlaskClient]) -> None:
    for rule, method, right in guarded(hall.app):
        status = opened(browsers["elsewhere"], asked(rule), method)
        assert right is None or status == 403, (method, rule.rule, status)


@pytest.mark.parametrize("role", [*Role, "elsewhere", ""])
def test_the_interface_for_programs_asks_for_the_same_rights(
    hall: Place, browsers: dict[str, FlaskClient], role: str
) -> None:
    client = browsers[role] if role else hall.client()
    rights = MAY[Role(role)] if role in set(Role) else frozenset()
    for row in ENDPOINTS:
        if row.open or row.name == "log-out":
            continue
        path = "/api/v1" + re.sub(r"\{[^}]*\}", "1", row.path)
        answer = client.open(path, method=row.method)
        status = answer.status_code
        answer.close()
        if not role:
            assert status == 401, row.name
        elif row.right is not None and row.right not in rights:
            assert status == 403, (role, row.name, status)
        else:
            assert status not in (401, 403), (role, row.name, status)


def test_the_same_refusal_is_told_once_a_minute(hall: Place, browsers: dict[str, FlaskClient]) -> None:
    hall.tick[0] += 1000
    before = hall.audit.check().count
    for _ in range(50):
        assert browsers["officer"].get("/admin/people/").status_code == 403
    assert hall.audit.check().count == before + 1
    hall.tick[0] += 61
    browsers["officer"].get("/admin/people/")
    assert hall.audit.check().count == before + 2


def test_every_right_is_somebodys_and_an_inspector_changes_nothing() -> None:
    assert set().union(*MAY.values()) == set(Right)
    changing = {
        Right.CALL,
        Right.ISSUE,
        Right.APPROVE,
        Right.WORK_DEVICES,
        Right.SETUP,
        Right.USERS,
        Right.SITES,
    }
    assert not MAY[Role.INSPECTOR] & changing
    assert Right.WORKING_TIME not in MAY[Role.ADMINISTRATOR]
