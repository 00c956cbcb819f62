"""The interface for programs: every row of `server.web.rest.table` as a route, and the way of a request
through it.

Who asks and whether they may; what they ask, typed; whether it was asked before; then what the row does, and
its answer. Answers come after the commit.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from server.outcomes import Given, InFlight, OtherAsked
from server.pace import Pace
from server.throttle import Throttle
from server.web import guard
from server.web.asked import MAX_BODY as MAX_BODY, json as json, read_query, typed_body as typed_body
from server.web.live import Streams
from server.web.openapi import render
from server.web.problems import Declined
from server.web.rest.caller import caller
from server.web.rest.endpoint import Asked, Endpoint, Sent
from server.web.rest.events import IN_ALL, PER_ADDRESS
from server.web.rest.table import ENDPOINTS

A_MINUTE = 600  # requests of one program
KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
KEY_HEADER = "Idempotency-Key"
PIECE = 64 * 1024
JSON = ("application/json", "application/problem+json")

api = Blueprint("api", __name__, url_prefix="/api/v1")


def answer(row: Endpoint, at: dict[str, str]) -> Response:
    """One request to one endpoint."""
    who = caller(row)
    if not _accepted(row.media):
        raise Declined("not-acceptable")
    if (row.body is not None or row.file) and request.content_length is None:
        raise BadRequest("length")  # a body without a length is a stream, and nobody streams to a counter
    request.max_content_length = row.most
    query = read_query(request.args, row.query)
    body = typed_body(row.body) if row.body is not None else None
    key = asked_key(row, body)
    with taken(row) as file:
        asked = Asked(guard.hall(), who, at, body, query, key, guard.language(), file)
        return once(row, asked) if key else told(row, row.does(asked))


@contextmanager
def taken(row: Endpoint) -> Iterator[Sent | None]:
    """The file that came as the body, where the row wants one: on disk without a name, gone with the answer.

    Raises 415 for another kind of file, and 413.
    """
    if not row.file:
        yield None
        return
    if request.mimetype != row.file:
        raise Declined("not-this-kind", {"kind": row.file})
    with tempfile.TemporaryFile() as file:
        digest = hashlib.sha256()
        while piece := request.stream.read(PIECE):
            file.write(piece)
            digest.update(piece)
        file.seek(0)
        yield Sent(file, digest.hexdigest())


def once(row: Endpoint, asked: Asked) -> Response:
    """What the row does, or what was answered to the same key before."""
    hall = asked.hall
    try:
        with hall.outcomes.turn(asked.who.name, asked.key, mark(row, asked), hall.wall()) as turn:
            if turn.before is not None:
                if row.shown_once:
                    raise Declined("shown-once")
                return Response(turn.before.answer, turn.before.status, content_type=row.media)
            answered = told(row, row.does(asked))
            turn.given = Given(answered.status_code, b"" if row.shown_once else answered.get_data())
            return answered
    except OtherAsked:
        raise Declined("idempotency-mismatch") from None
    except InFlight:
        raise Declined("in-flight") from None


def told(row: Endpoint, value: Any) -> Response:
    return value if isinstance(value, Response) else json(value, row.status)


def asked_key(row: Endpoint, body: Any) -> str:
    """The key of a change: of its header, or the `id` of its body, which the pages' scripts send."""
    if not row.needs_key:
        return ""
    header = request.headers.get(KEY_HEADER, "").strip('"')
    key = header or getattr(body, "id", None) or ""
    if not KEY.fullmatch(key):
        raise Declined("key-needed")
    return key


def mark(row: Endpoint, asked: Asked) -> str:
    """Names all that is asked with a key, but for the key. What is not said leaves no trace: a field that a
    newer program knows makes no other request of an old one."""
    body = {} if asked.body is None else msgspec.to_builtins(asked.body)
    said = {name: value for name, value in body.items() if value is not None and name != "id"}
    told: list[Any] = [row.name, dict(asked.at), asked.query, said]
    if asked.file is not None:
        told.append(asked.file.digest)
    whole = msgspec.json.encode(told, order="sorted")
    return hashlib.sha256(whole).hexdigest()


def _accepted(media: str) -> bool:
    accepts = request.accept_mimetypes
    return not accepts or accepts.best_match(JSON if media == JSON[0] else (media,)) is not None


def _add(row: Endpoint) -> None:
    def view(**at: str) -> ResponseReturnValue:
        return answer(row, at)

    rule = row.path.replace("{", "<").replace("}", ">")
    api.add_url_rule(rule, row.name, view, methods=[row.method])


for endpoint in ENDPOINTS:
    _add(endpoint)


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """This interface, in the words of OpenAPI 3.1."""
    return Response(render(), content_type="application/json")


@api.record_once
def furnish(state: BlueprintSetupState) -> None:
    """What requests share: streams of programs, and how often each program may ask."""
    extensions = state.app.extensions
    extensions["programs"] = Streams(PER_ADDRESS, IN_ALL, extensions["streams"].stopping)
    extensions["programs-pace"] = Pace(A_MINUTE)
    extensions["programs-guesses"] = Throttle()
