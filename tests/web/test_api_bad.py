"""Bad input at every endpoint of the table: each time a problem with a stable code, and nothing changed.

Who adds an endpoint with a body gives a good one here; everything else follows from the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from server.hall import commands as c
from server.people.rights import EVERYWHERE, MAY, Right, Role
from server.web.fields import LINE
from server.web.rest.endpoint import Endpoint
from server.web.rest.table import ENDPOINTS
from tests.web.good_bodies import GOOD, NUMBER
from tests.web.place import Place, open_place
from tests.web.programs import LAND, Program, program

BODIES = [row for row in ENDPOINTS if row.body is not None]
CHANGES = [row for row in ENDPOINTS if row.changes]
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "${jndi:ldap://x}",
    "%s%n",
    "'; DROP TABLE ticket; --",
    "../../etc/shadow",
)
NEVER = ("a\x00b", "a\x1b@\x1dVb", "a\u202eb", "a\r\n2026-01-01 CRITICAL b")
WRONG: tuple[Any, ...] = (10**400, -(10**400), 1e308, True, [], {}, [[]], {"a": 1}, ["x", 1], "x" * 10_000)


def ids(row: Endpoint) -> str:
    return row.name


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_place(tmp_path_factory.mktemp("hall"))
    assert opened.issue(LAND)["number"] == NUMBER
    opened.at("7", c.OpenCounter)
    yield opened
    opened.close()


class Everything(Program):
    """A program that may everything, and a person for what no program may."""

    person: Program

    def of(self, row: Endpoint) -> Program:
        return self.person if row.people_only else self


@pytest.fixture(scope="module")
def everything(hall: Place) -> Everything:
    made = program(hall, *Right, site=EVERYWHERE)
    found = Everything(made.client, made.key, made.id)
    staff = hall.log_in("chief", Role.ADMINISTRATOR)
    found.person = Program(staff.client, "", "")
    found.person.headers = {"X-CSRF-Token": staff.csrf}
    return found


def state(place: Place) -> Any:
    """All that a request could change."""
    return (
        place.store.seq,
        place.hall.webhooks.store.all(),
        place.accounts.all(),
        place.accounts.tokens.all()[1:],
        len(place.orders),
        place.hall.orders.changes,
        place.writer.view.setup.version,
        place.hall.drafts.of("chief") if place.hall.drafts is not None else None,
    )


def send(place: Place, asks: Everything, row: Endpoint, raw: bytes, **headers: str) -> Any:
    place.tick[0] += 1.0
    path, who = row.path.replace("{counter}", "7"), asks.of(row)
    told = {"Content-Type": "application/json", "Idempotency-Key": "key-1", **who.headers, **headers}
    return who.client.open(f"/api/v1{path}", method=row.method, data=raw, headers=told)


def refused(answer: Any, *codes: str) -> Any:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:200])
    assert answer.content_type.startswith("application/problem+json")
    told = answer.get_json()
    assert told["status"] == answer.status_code and told["title"] and told["type"].endswith(told["code"])
    assert not codes or told["code"] in codes, told
    return told


def good(row: Endpoint) -> dict[str, Any]:
    """A good body; a shape that needs nothing is good when it is empty."""
    assert row.body is not None
    told = GOOD.get(row.name, {})
    msgspec.convert(told, row.body)
    return told


def is_free_text(row: Endpoint, name: str) -> bool:
    """A line that people write to people: markup is text like any other there."""
    assert row.body is not None
    field = next(f for f in msgspec.structs.fields(row.body) if f.encode_name == name)
    return LINE in str(field.type)


@pytest.mark.parametrize("row", BODIES, ids=ids)
def test_every_field_of_a_wrong_kind_is_named(hall: Place, everything: Everything, row: Endpoint) -> None:
    assert row.body is not None
    before = state(hall)
    for field in msgspec.structs.fields(row.body):
        name = field.encode_name
        if name in ("url", "password", "name", "network"):
            wrong: tuple[Any, ...] = tuple(w for w in WRONG if not isinstance(w, str))
        else:
            wrong = (*WRONG, *NEVER, *(() if is_free_text(row, name) else MARKUP))
        for value in wrong:
            try:
                msgspec.convert(value, field.type)
                continue  # it is right there
            except (msgspec.ValidationError, OverflowError):
                pass
            told = refused(send(hall, everything, row, json.dumps({**good(row), name: value}).encode()))
            if told["code"] == "bad-request":
                pointers = [error["pointer"] for error in told["errors"]]
                assert any(pointer.startswith(f"/{name}") for pointer in pointers), (name, value, told)
                assert all(error["detail"] and error["code"] for error in told["errors"])
    assert state(hall) == before


@pytest.mark.parametrize("row", BODIES, ids=ids)
def test_nobody_sets_what_is_not_his_to_set(hall: Place, everything: Everything, row: Endpoint) -> None:
    before = state(hall)
    assert row.body is not None
    own = {field.encode_name for field in msgspec.structs.fields(row.body)}
    for extra in {"role", "officer", "issued_at", "by", "site", "__proto__", "$where", "a/b~c", "\x00"} - own:
        raw = json.dumps({**good(row), extra: "administrator"}).encode()
        told = refused(send(hall, everything, row, raw), "bad-request")
        assert [e["code"] for e in told["errors"]] == ["unknown"]
        assert told["errors"][0]["pointer"].startswith("/")
    assert state(hall) == before


@pytest.mark.parametrize("row", BODIES, ids=ids)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"17",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"id": NaN}',
        b'{"id": "\\ud800"}',
        b'{"id": "a"} {"id": "b"}',
        b'{"id": "a", "id": "b"}',
    ],
    ids=repr,
)
def test_what_is_no_json_object_is_refused(
    hall: Place, everything: Everything, row: Endpoint, raw: bytes
) -> None:
    before = state(hall)
    refused(send(hall, everything, row, raw), "bad-request")
    assert state(hall) == before


@pytest.mark.parametrize("row", BODIES, ids=ids)
def test_a_name_that_is_there_twice_is_refused(hall: Place, everything: Everything, row: Endpoint) -> None:
    before = state(hall)
    told = {"id": "x1", **good(row)} if "id" in row.body.__struct_fields__ else good(row)  # type: ignore[union-attr]
    name, value = next(iter(told.items()))
    raw = json.dumps(told)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"
    found = refused(send(hall, everything, row, raw.encode()), "bad-request")
    assert found["errors"][0] | {"detail": ""} == {"pointer": f"/{name}", "code": "twice", "detail": ""}
    assert state(hall) == before


@pytest.mark.parametrize("row", CHANGES, ids=ids)
def test_more_than_there_can_be_to_say_is_refused(hall: Place, everything: Everything, row: Endpoint) -> None:
    if row.body is None:
        pytest.skip("reads no body")
    before = state(hall)
    raw = b'{"id": "' + b"x" * row.most + b'"}'
    refused(send(hall, everything, row, raw), "too-large")
    assert state(hall) == before


@pytest.mark.parametrize("row", BODIES, ids=ids)
def test_only_json_is_read(hall: Place, everything: Everything, row: Endpoint) -> None:
    before = state(hall)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = send(hall, everything, row, json.dumps(good(row)).encode(), **{"Content-Type": kind})
        refused(answer, "not-json")
    assert state(hall) == before


@pytest.mark.parametrize("row", ENDPOINTS, ids=ids)
def test_other_methods_do_nothing(hall: Place, everything: Everything, row: Endpoint) -> None:
    same = [r for r in ENDPOINTS if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", r.path), row.path)]
    known = {r.method for r in (row, *same)} | {"HEAD", "OPTIONS"}
    before = state(hall)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known:
        hall.tick[0] += 1.0
        path = row.path.replace("{counter}", "7")
        who = everything.of(row)
        answer = who.client.open(f"/api/v1{path}", method=method, headers=who.headers)
        refused(answer, "wrong-method")
        assert row.method in answer.headers["Allow"]
    assert state(hall) == before


@pytest.mark.parametrize("row", [r for r in ENDPOINTS if r.changes and not r.open], ids=ids)
def test_a_page_of_another_site_changes_nothing(hall: Place, row: Endpoint) -> None:
    """Abuse case 22: with the reader's cookie, from elsewhere, or without the token of our page."""
    name = "a" + row.name[-20:].strip("-")
    staff = hall.log_in(name, roles_of(row.right))
    before = state(hall)
    raw = json.dumps(good(row) if row.body else {}).encode()
    path = f"/api/v1{row.path.replace('{counter}', '7')}"
    for headers, codes in (
        ({}, ("csrf",)),
        ({"X-CSRF-Token": "wrong"}, ("csrf",)),
        ({"X-CSRF-Token": staff.csrf, "Sec-Fetch-Site": "cross-site"}, ("not-allowed",)),
        ({"X-CSRF-Token": staff.csrf, "Origin": "https://evil.example"}, ("not-allowed",)),
        ({"X-CSRF-Token": staff.csrf, "Origin": "null"}, ("not-allowed",)),
    ):
        told = {"Content-Type": "application/json", "Idempotency-Key": "k", **headers}
        refused(staff.client.open(path, method=row.method, data=raw, headers=told), *codes)
    assert state(hall) == before


def roles_of(right: Right | None) -> Any:
    return next(role for role in (Role.ADMINISTRATOR, *Role) if right is None or right in MAY[role])


@pytest.mark.parametrize("row", [r for r in ENDPOINTS if r.blanks], ids=ids)
def test_ids_that_are_nobodys_here(hall: Place, everything: Everything, row: Endpoint) -> None:
    before = state(hall)
    raw = json.dumps(good(row)).encode() if row.body else b"x" if row.file else b""
    for id in ("0", "x" * 300, "%00", "%ff", "..%2f..%2fetc", "%3Cscript%3E", "a%0d%0aX:y", "\u0111"):
        hall.tick[0] += 1.0
        path = row.path
        for blank in row.blanks:
            path = path.replace(f"{{{blank}}}", id)
        key = f"k{hall.tick[0]:.0f}"
        who = everything.of(row)
        told = {"Content-Type": "application/json", "Idempotency-Key": key, **who.headers}
        if row.file:
            told["Content-Type"] = row.file
        answer = who.client.open(f"/api/v1{path}", method=row.method, data=raw, headers=told)
        assert refused(answer)["status"] == 404
    assert state(hall) == before


@pytest.mark.parametrize("row", [r for r in ENDPOINTS if not r.changes], ids=ids)
def test_what_an_address_asks_is_typed(hall: Place, everything: Everything, row: Endpoint) -> None:
    known = list(row.query.__struct_fields__)
    for name in (*known, "nothing", "role", "__proto__"):
        for value in (
            "9" * 400,
            "-1",
            "x" * 3000,
            "\x00",
            "<script>",
            "' OR 1=1 --",
            "null",
            "NaN",
            "1e400",
            "[]",
        ):
            hall.tick[0] += 1.0
            path = row.path.replace("{counter}", "7")
            who = everything.of(row)
            answer = who.get(path, query_string={name: value}, headers={"Accept": row.media})
            if name in known and answer.status_code == 200:
                continue  # a word like another
            if row.blanks and answer.status_code == 404:
                continue
            told = refused(answer, "bad-request")
            assert told["errors"][0]["pointer"].startswith(f"/{name}")
    hall.tick[0] += 1.0
    path = row.path.replace("{counter}", "7")
    refused(everything.of(row).get(path, query_string="a=1&a=2"), "bad-request")


def test_a_mistake_is_told_in_the_readers_language(hall: Place, everything: Everything) -> None:
    for lang, words in (("vi", "Bắt buộc phải có."), ("en", "This has to be there.")):
        hall.tick[0] += 1.0
        answer = everything.post("/tickets", {}, headers={"Accept-Language": lang})
        told = refused(answer, "bad-request")
        assert told["errors"] == [{"pointer": "/service", "code": "missing", "detail": words}]
    hall.tick[0] += 1.0
    (wrong,) = refused(everything.post("/devices/kiosk-1/orders", {"do": "dance"}), "bad-request")["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/do", "choice") and "identify, screenshot" in wrong[
        "detail"
    ]
    (wrong,) = refused(everything.get("/figures?unit=century"), "bad-request")["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/unit", "choice") and "day, week, month" in wrong["detail"]


def test_the_good_bodies_are_of_endpoints_that_there_are() -> None:
    assert GOOD.keys() <= {row.name for row in BODIES}


def test_every_mistake_of_a_body_is_told_at_once(hall: Place, everything: Everything) -> None:
    hall.tick[0] += 1.0
    answer = everything.post("/counters/7/call", {"number": 7, "reason": "x" * 201, "role": "admin"})
    told = refused(answer, "bad-request")
    assert {e["pointer"]: e["code"] for e in told["errors"]} == {
        "/number": "type",
        "/reason": "length",
        "/role": "unknown",
    }


def test_what_people_write_to_people_is_kept_as_text(place: Place) -> None:
    """Abuse case 26: markup in a free line changes nothing but the line."""
    asks = program(place, *Right)
    place.issue(LAND)
    asks.post("/counters/7/open", {})
    asks.post("/counters/7/next", {})
    for text in MARKUP:
        place.tick[0] += 5.0
        assert asks.post("/counters/7/note", {"note": text}).status_code == 200
        assert asks.get("/counters/7").get_json()["here"]["note"] == text
