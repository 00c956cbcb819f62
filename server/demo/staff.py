"""One officer's way into the hall: the staff pages' HTTP interface, asked until it answers.

Knows cookies, the CSRF token and that the same press sent twice is one press; a server that is killed in the
middle of an answer is asked again with the same id. Keeps out what an officer wants.
"""

from __future__ import annotations

import http.client
import json
import threading
import uuid
from http.cookies import SimpleCookie
from typing import Any

AGAIN_S = 0.2
ANSWER_S = 10.0


class Refused(Exception):
    """The hall said no; `code` is its stable word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gone(Exception):
    """The day was ended while the server was not answering."""


class Staff:
    """Logged in as one officer, with one connection. For one thread; `ended` stops the asking."""

    def __init__(self, address: str, name: str, password: str, ended: threading.Event) -> None:
        self._address, self._name, self._password, self._ended = address, name, password, ended
        self._connection: http.client.HTTPConnection | None = None
        self._cookie = ""
        self._csrf = ""

    def press(self, counter: str, verb: str, **told: Any) -> dict[str, Any]:
        """Do `verb` at `counter`; what came of it. Raises Refused, or Gone."""
        body = {"id": str(uuid.uuid4()), **told}
        while True:
            if not self._csrf:
                self._log_in()
            status, answer = self._ask(f"/api/v1/counters/{counter}/{verb}", body)
            if status == 200:
                return answer
            if status == 401 or answer.get("code") == "csrf":
                self._csrf = ""  # logged out: a new log-in, and the same press again
            elif status >= 500 or status == 429:
                self._pause()
            else:
                raise Refused(str(answer.get("code", status)))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _log_in(self) -> None:
        while True:
            status, answer = self._ask("/api/v1/login", {"name": self._name, "password": self._password})
            if status == 200:
                self._csrf = answer["csrf"]
                return
            if status < 500 and status != 429:
                raise Refused(str(answer.get("code", status)))
            self._pause()

    def _ask(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One answer, from however many tries."""
        while True:
            try:
                return self._try(path, json.dumps(body).encode())
            except (OSError, http.client.HTTPException, ValueError):
                self.close()
                self._connection = None
                self._pause()

    def _try(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=ANSWER_S)
        headers = {"Content-Type": "application/json", "Cookie": self._cookie, "X-CSRF-Token": self._csrf}
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        told = json.loads(answer.read() or b"{}")
        cookies = SimpleCookie(answer.getheader("Set-Cookie") or "")
        if cookies:
            self._cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        return answer.status, told

    def _pause(self) -> None:
        if self._ended.wait(AGAIN_S):
            raise Gone
