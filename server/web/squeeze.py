"""Answers made smaller on their way: text is sent as gzip to whoever takes it.

Lists of words and tables shrink to a fifth, so that a page's first load stays under 100 kB on a shared
line. What another site could make a reader's browser ask for carries no secret to guess at by its length:
our cookies are SameSite=Strict. Streams, pictures and small answers stay as they are.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable

from flask import Flask, Response, request

TEXT = {
    *("text/html", "text/css", "text/csv", "text/javascript", "application/javascript"),
    *("application/json", "application/problem+json", "image/svg+xml"),
}
LEAST = 1_400  # bytes: what one packet holds anyway
LEVEL = 5
KEPT = 200  # files of ours, squeezed once


def squeeze(app: Flask) -> None:
    """Let the application's answers be squeezed."""
    kept: dict[str, bytes] = {}
    lock = threading.Lock()

    @app.after_request
    def smaller(answer: Response) -> Response:
        if not _worth_it(answer):
            return answer
        answer.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] <= 0:
            return answer
        if request.endpoint == "static":
            answer.direct_passthrough = False
            answer.call_on_close(getattr(answer.response, "close", lambda: None))  # also when it is not read
            etag, _ = answer.get_etag()
            data = _once(kept, lock, f"{request.path} {etag}", answer.get_data)
            answer.set_etag(etag or "", weak=True)  # the same file, in other bytes
        else:
            data = gzip.compress(answer.get_data(), LEVEL, mtime=0)
        answer.set_data(data)
        answer.headers["Content-Encoding"] = "gzip"
        return answer


def _worth_it(answer: Response) -> bool:
    return (
        answer.status_code == 200
        and request.method == "GET"
        and answer.mimetype in TEXT
        and "Content-Encoding" not in answer.headers
        and (not answer.is_streamed or request.endpoint == "static")
        and (answer.content_length or LEAST) >= LEAST
    )


def _once(kept: dict[str, bytes], lock: threading.Lock, name: str, read: Callable[[], bytes]) -> bytes:
    with lock:
        found = kept.get(name)
    if found is None:
        found = gzip.compress(read(), 9, mtime=0)
        with lock:
            if len(kept) < KEPT:
                kept[name] = found
    return found
