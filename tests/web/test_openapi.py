from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.hall.refusals import CODES
from server.people.rights import Right
from server.web.openapi import document, render
from server.web.problems import DECLINED, WEB_CODES, sentence
from server.web.rest.table import ENDPOINTS
from tests.web.place import Place

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_in_docs_is_the_one_that_the_code_makes() -> None:
    assert (DOCS / "openapi.json").read_text() == render(), "run `make docs`"


def test_it_is_served_to_everybody(place: Place) -> None:
    answer = place.client().get("/api/v1/openapi.json")
    assert answer.status_code == 200 and answer.text == render()


def test_every_route_of_the_interface_is_in_the_table(place: Place) -> None:
    routes = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in place.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(row.method, f"/api/v1{row.path}") for row in ENDPOINTS}
    assert routes == told | {("GET", "/api/v1/openapi.json")}


def test_names_and_paths_are_there_once() -> None:
    assert len({row.name for row in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(row.method, row.path) for row in ENDPOINTS}) == len(ENDPOINTS)


def test_every_endpoint_says_what_it_does_and_refuses_with_codes_that_there_are() -> None:
    for row in ENDPOINTS:
        assert row.said.endswith("."), row.name
        assert set(row.refusals) <= CODES.keys() | DECLINED.keys(), row.name


def test_every_reference_leads_somewhere() -> None:
    whole = document()
    schemas = whole["components"]["schemas"]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            ref = value.get("$ref")
            assert ref is None or ref.removeprefix("#/components/schemas/") in schemas, ref
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(whole)
    scopes = {s for path in whole["paths"].values() for op in path.values() for s in _scopes(op)}
    assert scopes <= {right.value for right in Right}


def _scopes(operation: dict[str, Any]) -> list[str]:
    return [scope for way in operation["security"] for scopes in way.values() for scope in scopes]


@pytest.mark.parametrize("code", [*DECLINED, *WEB_CODES.values()])
def test_every_word_of_no_has_a_sentence_in_both_languages(place: Place, code: str) -> None:
    with place.app.test_request_context("/api/v1/x"):
        vi, en = sentence(code, "vi", {}), sentence(code, "en", {})
        assert vi != en and "{" not in vi + en
        assert code == "bad-request" or vi != sentence("bad-request", "vi", {})


def test_no_answer_has_a_place_for_what_nobody_may_read() -> None:
    schemas = document()["components"]["schemas"]
    for name, schema in schemas.items():
        fields = set(schema.get("properties", {}))
        assert not fields & {"level", "secret_hash", "hash"}, name
    assert "officer" not in schemas["Happening"]["properties"]
    assert json.loads(render())["openapi"] == "3.1.0"
