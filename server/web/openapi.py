"""The OpenAPI document of the interface for programs, generated from its table of endpoints.

Served at `/api/v1/openapi.json`; `make docs` writes it to docs/openapi.json.
"""

from __future__ import annotations

import inspect
import json
import sys
from functools import cache
from typing import Any

import msgspec

from server.people.rights import Right
from server.web.asked import Mistake
from server.web.problems import DECLINED, WEB_CODES, status_of
from server.web.rest.endpoint import Endpoint, Nothing
from server.web.rest.table import ENDPOINTS

PREFIX = "/api/v1"
KEY_FORM = r"^[A-Za-z0-9._:-]{1,64}$"
REF = "#/components/schemas/{name}"
PROBLEM = "application/problem+json"
TEXT = ("text/event-stream", "text/plain", "text/csv", "application/toml")

# The blanks of paths.
BLANKS: dict[str, tuple[str, dict[str, Any]]] = {
    "counter": ("The id of a counter.", {"type": "string", "examples": ["7"]}),
    "login": ("The id of one's own log-in.", {"type": "string"}),
    "order": ("The id of an order to a device.", {"type": "string"}),
    "delivery": ("A delivery, by its number.", {"type": "string", "pattern": "^[0-9]{1,12}$"}),
    "letter": ("A letter to staff, by its number.", {"type": "string", "pattern": "^[0-9]{1,12}$"}),
    "code": ("The code of a dossier.", {"type": "string", "examples": ["H42.13-261109-0118"]}),
    "form": ("A paper by its key, or `letterhead`.", {"type": "string", "examples": ["apology"]}),
    "device": ("The id of a device.", {"type": "string", "examples": ["kiosk-1"]}),
    "account": ("The name of an account.", {"type": "string"}),
    "publication": ("A published list, by its number.", {"type": "string", "pattern": "^[0-9]{1,12}$"}),
    "source": ("The id of a source of dossiers.", {"type": "string", "examples": ["portal"]}),
    "site": ("The id of a centre.", {"type": "string"}),
    "token": ("The id of a token.", {"type": "string"}),
    "version": ("A version of the configuration.", {"type": "string", "pattern": "^[0-9]{1,9}$"}),
    "ticket": ("The id of a ticket, not its number.", {"type": "string"}),
    "webhook": ("The id of a webhook.", {"type": "string"}),
}
# What every endpoint may answer beside its success, and what those do that change something.
EVERYBODY = (400, 401, 403, 404, 406, 429, 503)
CHANGES = (409, 413, 415, 422)

DESCRIPTION = """\
Everything that the staff's pages do, for programs.

**Who asks.** A program sends `Authorization: Bearer <token>`; an administrator makes tokens, each for a
centre and for scopes, which are names of rights. The pages' own scripts use the session's cookie and send its
CSRF token as `X-CSRF-Token`.

**Once.** Every change carries a key that the asker chose, in the header `Idempotency-Key` (or as `id` in the
body, where there is one). The same key with the same request is carried out once and gets the same answer,
also after a restart and for seven days; with another request it is refused (422 `idempotency-mismatch`).

**No.** Refusals are problem documents (RFC 9457): `code` is stable, `title` is a sentence in the language of
`Accept-Language` or `?lang=` (vi, en). `errors` names each mistake by its place (RFC 6901). Nothing has
changed.

**Personal data.** No answer names a citizen, but a paper of a dossier that is made for whoever may see
persons. A single rating is nowhere to be read.
"""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why not (RFC 9457). Some refusals have further members, such as `reopens_at`."""

    type: str
    title: str
    status: int
    code: str
    errors: tuple[Mistake, ...] = ()


def document() -> dict[str, Any]:
    """The OpenAPI document as JSON values."""
    schemas = dict(_schemas()[0])
    paths: dict[str, dict[str, Any]] = {}
    for row in ENDPOINTS:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas)
    for query in {row.query for row in ENDPOINTS} - {Nothing}:
        del schemas[query.__name__]  # told as parameters
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "motcua",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": area} for area in dict.fromkeys(row.area for row in ENDPOINTS)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A program's. Scopes: {', '.join(f'`{r.value}`' for r in Right)}.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "motcua",
                    "description": "A page's: the name has a mark of the hall at its end.",
                },
            },
        },
    }


@cache
def render() -> str:
    """The text that is served, and that docs/openapi.json has."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


@cache
def _schemas() -> tuple[dict[str, Any], dict[str, str]]:
    """Name -> schema of every type, and msgspec's name of a type -> its name here. Two types of one name that
    look alike are one; else the later ones are called after their modules.
    """
    kinds: list[Any] = [Problem]
    for row in ENDPOINTS:
        kinds += [kind for kind in (row.answer, row.body, row.query) if kind is not None]
    _, found = msgspec.json.schema_components(
        list({id(kind): kind for kind in kinds}.values()), ref_template=REF
    )
    names: dict[str, str] = {}
    alike: dict[str, Any] = {}
    for name, schema in found.items():
        module, _, short = name.rpartition(".")
        other = alike.setdefault(short, schema)
        if any(other.get(part) != schema.get(part) for part in ("properties", "enum")):
            short = f"{module.rpartition('.')[2].title().replace('_', '')}{short}"
        names[name] = short
    text = json.dumps(found)
    for name, short in names.items():
        text = text.replace(f'"{REF.format(name=name)}"', f'"{REF.format(name=short)}"')
    schemas: dict[str, Any] = {}
    for name, schema in json.loads(text).items():
        _tidy(name.rpartition(".")[2], schema)
        schemas.setdefault(names[name], schema)
    return schemas, names


def _operation(row: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    right = [] if row.right is None else [row.right.value]
    parameters = [*_path(row), *_query(row, schemas), *_key(row)]
    return {
        "operationId": row.name,
        "tags": [row.area],
        "summary": row.said.partition(". ")[0].removesuffix("."),
        "description": row.said,
        "security": [{}] if row.open else [*_tokens(row, right), {"session": right}],
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(row)} if row.body is not None or row.file else {}),
        "responses": _responses(row),
    }


def _tokens(row: Endpoint, right: list[str]) -> list[dict[str, list[str]]]:
    return [] if row.people_only else [{"token": right}]


def _path(row: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": b, "in": "path", "required": True, "description": BLANKS[b][0], "schema": BLANKS[b][1]}
        for b in row.blanks
    ]


def _query(row: Endpoint, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    shape = schemas[row.query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "schema": _said(schema),
        }
        for name, schema in shape["properties"].items()
    ]


def _said(schema: dict[str, Any]) -> dict[str, Any]:
    """A field of a query as it is when it is said: never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        return dict(choices[0])
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def _key(row: Endpoint) -> list[dict[str, Any]]:
    if not row.needs_key:
        return []
    in_body = row.body is not None and "id" in row.body.__struct_fields__
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": not in_body,
            "description": "Chosen by the asker for this change." + (" Or `id` in the body." * in_body),
            "schema": {"type": "string", "pattern": KEY_FORM},
        }
    ]


def _body(row: Endpoint) -> dict[str, Any]:
    if row.body is None:
        most = f"A file of at most {row.most // 1024} KiB."
        return {"required": True, "description": most, "content": {row.file: {}}}
    return {"required": True, "content": {"application/json": {"schema": _ref(row.body)}}}


def _of_file(media: str) -> dict[str, Any]:
    """An answer that is no JSON. What is no text has no schema: its media type says it all."""
    return {"schema": {"type": "string"}} if media in TEXT else {}


def _responses(row: Endpoint) -> dict[str, Any]:
    codes: dict[int, list[str]] = {status: [] for status in EVERYBODY}
    if row.changes:
        codes |= {status: [] for status in CHANGES}
    for status, code in WEB_CODES.items():
        if status in codes:
            codes[status].append("not-this-kind" if row.file and status == 415 else code)
    for code in (*row.refusals, *(("people-only",) if row.people_only else ())):
        codes.setdefault(status_of(code), []).append(code)
    if row.needs_key:
        for code in ("key-needed", "idempotency-mismatch", "in-flight"):
            codes[DECLINED[code]].append(code)
    told = {"schema": _ref(row.answer)} if row.media == "application/json" else _of_file(row.media)
    return {
        str(row.status): {
            "description": "Done." if row.changes else "As asked.",
            "content": {row.media: told},
        },
        **{
            str(status): {
                "description": f"Refused: {', '.join(f'`{c}`' for c in dict.fromkeys(found))}."
                if found
                else "Refused.",
                "content": {PROBLEM: {"schema": _ref(Problem)}},
            }
            for status, found in sorted(codes.items())
        },
    }


def _ref(kind: Any) -> dict[str, Any]:
    names = _schemas()[1]
    name = names.get(f"{kind.__module__}.{kind.__qualname__}") or names[kind.__name__]
    return {"$ref": REF.format(name=name)}


def _tidy(name: str, schema: dict[str, Any]) -> None:
    """Descriptions as they were written; none where Python made one up."""
    text = schema.get("description", "")
    if text.startswith(f"{name}("):
        del schema["description"]
    elif text:
        schema["description"] = inspect.cleandoc(text)


if __name__ == "__main__":
    sys.stdout.write(render())
