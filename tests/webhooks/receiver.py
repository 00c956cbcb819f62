"""A receiver of webhooks for tests: a real HTTP server in a thread, which does as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """does: what is answered to the n-th request, counted from 0; None: it hangs until the end."""

    does: Callable[[int], int | None] = lambda n: 204
    got: list[Got] = field(default_factory=list)
    moves_to: str = ""

    def __post_init__(self) -> None:
        self.changed, self.ended = threading.Condition(), threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.changed:
                    n = len(receiver.got)
                    receiver.got.append(Got({k.lower(): v for k, v in self.headers.items()}, body))
                    receiver.changed.notify_all()
                status = receiver.does(n)
                if status is None:
                    receiver.ended.wait()
                    return
                self.send_response(status)
                if receiver.moves_to:
                    self.send_header("Location", receiver.moves_to)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hooks?of=hall"

    def until(self, there: Callable[[list[Got]], bool], timeout_s: float = 20.0) -> list[Got]:
        with self.changed:
            assert self.changed.wait_for(lambda: there(self.got), timeout_s), self.got
            return list(self.got)

    def close(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
