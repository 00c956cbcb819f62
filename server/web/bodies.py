"""How large a request may be, decided when its head has come, before any of its body is kept.

Everybody may send as much as a form or a program of the hall has to say. A table of dossiers and a whole
configuration are larger: they go to a few addresses, from somebody who may change there what they change.
Else any phone in the hall could fill the memory and the disk that the hall's log is on. Keeps out what is
done with a body, and how it is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from copy import copy
from functools import cache
from types import MappingProxyType
from typing import Any

from flask import Flask, request
from waitress.parser import HTTPRequestParser

from server.drafting.files import MOST_BYTES
from server.people.rights import Right
from server.web import guard
from server.web.asked import MAX_BODY
from server.web.centres import halls, mounted
from server.web.dossiers.check import UPLOAD_BYTES as CHECK_BYTES
from server.web.dossiers.imports import UPLOAD_BYTES
from server.web.dossiers.papers import UPLOAD_BYTES as PAPER_BYTES
from server.web.guard import SITE
from server.web.rest.caller import program_here
from server.web.rest.table import ENDPOINTS

# Pages to which more may be sent: the name of one, or of all of a kind, the right there, and bytes.
PAGES = (
    ("dossier_report.checked", Right.FIGURES, CHECK_BYTES),
    ("dossier_import.preview", Right.DOSSIERS, UPLOAD_BYTES),
    ("dossier_sources.sample", Right.DOSSIERS, UPLOAD_BYTES),
    ("papers.template", Right.SETUP, PAPER_BYTES),
    ("setup.", Right.SETUP, MOST_BYTES),
    ("sites.", Right.SITES, MOST_BYTES),
)


def parser_for(app: Flask) -> type[HTTPRequestParser]:
    """Reads requests for a server whose own limit is MAX_BODY: some to this application may be larger."""

    class Head(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
        adj: Any

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if not self.chunked and self.content_length < MAX_BODY:
                return
            most = may_send(app, self.command, self.path, self.headers)
            if most > MAX_BODY:
                self.adj = copy(self.adj)
                self.adj.max_request_body_size = most

    return Head


def may_send(app: Flask, method: str, path: str, headers: dict[str, str]) -> int:
    """How many bytes whoever sends this head may send there. headers: as waitress names them."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_COOKIE": headers.get("COOKIE", ""),
        "SERVER_NAME": "hall",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    with app.request_context(mounted(environ)):
        right, most = _larger().get(request.endpoint or "") or _of_page(request.endpoint or "")
        site = request.environ.get(SITE)
        if right is None or (site is not None and site not in halls()):
            return MAX_BODY
        token = headers.get("AUTHORIZATION")
        may = guard.has(right) if token is None else program_here(token, right)
        return most if may else MAX_BODY


def _of_page(endpoint: str) -> tuple[Right | None, int]:
    return next(((right, most) for name, right, most in PAGES if endpoint.startswith(name)), (None, MAX_BODY))


@cache
def _larger() -> MappingProxyType[str, tuple[Right | None, int]]:
    return MappingProxyType(dict(_rows()))


def _rows() -> Iterator[tuple[str, tuple[Right | None, int]]]:
    for row in ENDPOINTS:
        if row.most > MAX_BODY:
            yield f"api.{row.name}", (row.right, row.most)
