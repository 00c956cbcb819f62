"""How large a request may be, decided when its head has come, before any of its body is kept.

Everybody may send as much as a form or a program of the hall has to say. A table of dossiers is larger: it
goes to one address, from somebody who may import there. Else any phone in the hall could fill the memory and
the disk that the hall's log is on. Keeps out what is done with a body, and how it is read.
"""

from __future__ import annotations

import io
from copy import copy
from typing import Any

from flask import Flask, request
from waitress.parser import HTTPRequestParser

from server.people.rights import Right
from server.web import guard
from server.web.api import MAX_BODY
from server.web.dossiers_page import UPLOAD_BYTES

UPLOAD = "dossiers.preview"


def parser_for(app: Flask) -> type[HTTPRequestParser]:
    """Reads requests for a server whose own limit is MAX_BODY: uploads to this application may be larger."""

    class Head(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
        adj: Any

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            large = self.chunked or self.content_length >= MAX_BODY
            if large and may_upload(app, self.command, self.path, self.headers.get("COOKIE", "")):
                self.adj = copy(self.adj)
                self.adj.max_request_body_size = UPLOAD_BYTES

    return Head


def may_upload(app: Flask, method: str, path: str, cookie: str) -> bool:
    """Whether a request with this head is an upload of somebody who may import dossiers."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_COOKIE": cookie,
        "SERVER_NAME": "hall",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    with app.request_context(environ):
        who = guard.account() if request.endpoint == UPLOAD else None
        return who is not None and guard.has(Right.DOSSIERS)
