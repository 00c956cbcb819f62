"""What is no command at all: refused once, with its reason, and nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.place import Place

LAND = "environment-land"

NONSENSE: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"next"',
    b"[" * 10_000,
    b'{"a":' * 10_000,
    b'{"id": NaN}',
    b'{"id": 1e400}',
    b'{"id": 7}',
    b'{"id": ""}',
    b'{"id": "a b"}',
    b'{"id": "a\\u0000"}',
    b'{"id": "\\ud800"}',
    b'{"id": "' + b"x" * 65 + b'"}',
    b'{"id": "x", "role": "administrator"}',
    b'{"id": "x", "officer": "officer-1", "at": "2020-01-01"}',
    b"\xff\xfe\x00",
    b'{"id": "x"} {"id": "y"}',
]


@pytest.mark.parametrize("raw", NONSENSE, ids=[repr(n[:24]) for n in NONSENSE])
def test_malformed_bodies_are_refused_once_and_the_server_lives(place: Place, raw: bytes) -> None:
    staff = place.log_in("officer-7")
    headers = {"X-CSRF-Token": staff.csrf, "Content-Type": "application/json"}
    for path in ("/api/v1/counters/7/next", "/api/v1/tickets", "/api/v1/login"):
        answer = staff.client.post(path, data=raw, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")
    assert staff.press("7", "open").status_code == 200


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("call", {}),
        ("call", {"number": ""}),
        ("call", {"number": "B" * 13}),
        ("call", {"number": "'; DROP TABLE ticket; --"[:12]}),
        ("bring-back", {"number": None}),
        ("pause", {}),
        ("pause", {"reason": ""}),
        ("pause", {"reason": "Nghỉ trưa"}),
        ("undo", {"number": "B047"}),
        ("park", {"note": "a\x1b[31m"}),
        ("park", {"note": "a\u202eb"}),
        ("transfer", {"to_service": "../../etc"}),
        ("transfer", {"to_counter": 7}),
        ("next", {"number": "B047"}),
    ],
)
def test_a_verb_takes_only_what_is_its_own(place: Place, verb: str, told: dict[str, Any]) -> None:
    staff = place.log_in("officer-7")
    answer = staff.press("7", verb, **told)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")


@pytest.mark.parametrize(
    ("path", "told", "status", "code"),
    [
        ("/api/v1/counters/99/next", {}, 404, "unknown-counter"),
        ("/api/v1/counters/7%00/next", {}, 404, "unknown-counter"),
        ("/api/v1/counters/%ff/next", {}, 404, "unknown-counter"),
        ("/api/v1/counters/7/dance", {}, 404, "not-found"),
        ("/api/v1/nothing", {}, 404, "not-found"),
        ("/api/v1/tickets", {"service": "nothing"}, 404, "unknown-service"),
        ("/api/v1/counters/7/call", {"number": "B999"}, 404, "unknown-number"),
        ("/api/v1/counters/7/transfer", {"to_service": "nothing"}, 409, "nobody-here"),
        ("/api/v1/tickets", {"service": LAND, "klass": "king"}, 400, "bad-request"),
    ],
)
def test_what_does_not_exist_is_said_so(place: Place, path: str, told: Any, status: int, code: str) -> None:
    staff = place.log_in("officer-7")
    answer = staff.post(path, {"id": "x1", **told})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_large_body_is_refused_before_it_is_read(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.press("7", "park", note="x" * 70_000)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too-large")


def test_a_form_is_no_command(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.client.post(
        "/api/v1/counters/7/open", data={"id": "x"}, headers={"X-CSRF-Token": staff.csrf}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (415, "not-json")
    assert place.client().post("/api/v1/login", data={"name": "a"}).status_code == 415
