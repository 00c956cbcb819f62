"""How the web says no: RFC 9457 problem documents for programs, a page in plain words for people.

Every refusal of the hall has an HTTP status here and a sentence in the catalogues; whoever asked nonsense
is told so with a stable `code`, and never meets an error of ours.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError, ServiceUnavailable

from server.hall.refusals import Refusal
from server.sqlite import Busy
from server.web import guard
from server.web.words import TEXTS, clock_text
from server.writer import WriterGone

log = logging.getLogger(__name__)

CONFLICT = 409
STATUS = {
    "unknown-service": 404,
    "unknown-counter": 404,
    "unknown-number": 404,
    "unknown-officer": 404,
    "unknown-device": 404,
    "bad-request": 400,
    "bad-level": 400,
    "counter-taken": 403,
    "reason-needed": 422,
}
# Codes of the web itself, beside those of the hall.
WEB_CODES = {
    400: "bad-request",
    401: "login-needed",
    403: "not-allowed",
    404: "not-found",
    405: "wrong-method",
    406: "not-acceptable",
    411: "bad-request",
    413: "too-large",
    415: "not-json",
    429: "too-many",
    503: "try-later",
}
# What the interface for programs refuses by itself.
DECLINED = {
    "key-needed": 400,
    "idempotency-mismatch": 422,
    "in-flight": 409,
    "shown-once": 409,
    "not-acceptable": 406,
    "not-this-kind": 415,
    "login-needed": 401,
    "token-wrong": 401,
    "ahead-of-log": 409,
    "too-many-webhooks": 409,
    "people-only": 403,
    "cannot-be": 422,
    "cannot-order": 409,
    "strained": 409,
    "bad-code": 422,
    "busy": 503,
    "too-many-codes": 422,
}
BUSY_S = 10  # then somebody may ask again
MOST = (
    "motcua.most"  # in the environment of a request that was refused by its head: how many bytes may be sent
)
# Said by the description of an error, where the status alone is not enough.
OWN_CODES = ("csrf", "code-needed")
# What every sentence of a refusal may fill in; an empty word rather than a missing one.
BLANKS = dict.fromkeys(("number", "officer", "limit", "time", "seconds", "version", "site", "kind"), "")


def sentence(code: str, lang: str, params: dict[str, Any]) -> str:
    """The refusal in the reader's language."""
    words = BLANKS | {k: v for k, v in params.items() if isinstance(v, str | int)}
    reopens = params.get("reopens_at")
    if isinstance(reopens, str):  # a repeated command hears its outcome as it was kept
        reopens = datetime.fromisoformat(reopens)
    if isinstance(reopens, datetime):
        words["time"] = clock_text(reopens, guard.hall().config.site.zone)
    if "officer" in params:
        words["officer"] = guard.hall().config.officers.get(str(params.get("officer")), words["officer"])
    key = f"refusal.{code}"
    return TEXTS(key if key in TEXTS else "refusal.bad-request", lang, **words)


def problem(code: str, status: int, lang: str, **params: Any) -> Response:
    """A problem document. `params` become members beside the standard ones."""
    extra = {k: v for k, v in params.items() if v is not None}
    body = {
        **extra,
        "type": f"urn:motcua:problem:{code}",
        "title": sentence(code, lang, params),
        "status": status,
        "code": code,
    }
    return Response(msgspec.json.encode(body), status, content_type="application/problem+json; charset=utf-8")


def status_of(code: str) -> int:
    """The HTTP status of a refusal of the hall, or of the web."""
    return DECLINED.get(code) or STATUS.get(code, CONFLICT)


def refused(refusal: Refusal) -> Response:
    return problem(refusal.code, status_of(refusal.code), guard.language(), **refusal.params)


class TooMany(HTTPException):
    """Ask again after `wait_s` seconds."""

    code = 429
    description = "too-many"

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = max(1, round(wait_s + 0.5))

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*args, **kwargs), ("Retry-After", str(self.wait_s))]


class Declined(Exception):
    """A request that was understood and is not carried out by the web itself. code: a key of DECLINED.
    params: members of the problem beside the standard ones.
    """

    def __init__(
        self, code: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        if code not in DECLINED:
            raise KeyError(code)
        super().__init__(code)
        self.code, self.params, self.headers = code, params or {}, headers or {}


def declined(answer: Declined) -> Response:
    told = problem(answer.code, DECLINED[answer.code], guard.language(), **answer.params)
    told.headers.update(answer.headers)
    return told


class CodeNeeded(HTTPException):
    """The password is right; the second step's code is to come with it."""

    code = 401
    description = "code-needed"


def register(app: Flask) -> None:
    """Answer refusals, HTTP errors and our own mistakes in one way."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(Declined, declined)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(WriterGone, no_answer)
    app.register_error_handler(Busy, busy)


def no_answer(gone: WriterGone) -> Any:
    """The hall did not answer in time: whether it happened is not known, and the same id finds out."""
    log.error("no_answer %s", gone)
    return answer_http(ServiceUnavailable())


def busy(_: Busy) -> Any:
    """A large import writes, or is read: nothing was taken, and the same request may be sent again."""
    if guard.wants_json():
        return declined(Declined("busy", headers={"Retry-After": str(BUSY_S)}))
    return answer_http(ServiceUnavailable(retry_after=BUSY_S))


def answer_http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or status < 400 or isinstance(error, BadHost):
        return error  # a page of ours could not be written for a host that none can have
    if isinstance(error, InternalServerError):
        log.error("web_failed path=%s", ascii(request.path)[:200])
    code = WEB_CODES.get(status, "bad-request" if status < 500 else "failed")
    if error.description in OWN_CODES:
        code = str(error.description)
    params = {"seconds": error.wait_s} if isinstance(error, TooMany) else {}
    lang = guard.language()
    if guard.wants_json():
        answer = problem(code, status, lang, **params)
    else:
        words = sentence(code, lang, params)
        most = _most_text() if status == 413 else ""
        answer = Response(render_template("problem.html", title=words, status=status, most=most), status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            answer.headers[name] = value
    return answer


def _most_text() -> str:
    """How much may be sent to this page at once: 64 KB, 16 MB."""
    kb = (request.environ.get(MOST) or request.max_content_length or 0) // 1024
    return f"{kb // 1024} MB" if kb >= 1024 else f"{kb} KB"
