"""From a request to a stream: the connections of the web server, as waitress has them, with three additions.

A request whose answer is a stream gives its socket to the feeds and its thread back: waitress keeps neither.
A request that does not come to its end is closed, so that slow connections hold places only for a while. What
is refused by its head alone is told like everything else that is refused. How large a request may be is said
in `bodies`.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from typing import Any

from flask import Flask, Response
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from werkzeug.exceptions import default_exceptions

from server.web.bodies import parser_for
from server.web.feeds import Feed, Feeds, Wire
from server.web.hall import Hall
from server.web.live import HAND_OVER
from server.web.problems import MOST

log = logging.getLogger(__name__)

HEAD_S = 20.0  # for the head of a request to come whole
REQUEST_S = 180.0  # and for all of it: a table of dossiers over a slow line
LET_GO_S = 5.0  # for the server's loop to give a socket away


def channel_for(app: Flask, feeds: Feeds) -> type[HTTPChannel]:
    """Connections of a server for this application, whose streams go to these feeds."""

    class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
        taken: tuple[Hall, object, Feed] | None = None

        def get_environment(self) -> Any:
            return super().get_environment() | {HAND_OVER: self.take}

        def take(self, hall: Hall, pool: object, feed: Feed) -> None:
            self.taken = hall, pool, feed

        def service(self) -> None:
            try:
                super().service()
            finally:
                if self.taken is not None and self.taken[2].wire is None:
                    self.taken[2].end()

        def finish(self) -> None:
            if self.taken is None:
                super().finish()
                return
            if not self.wrote_header:
                self.write(b"")
            self.close_on_finish = False
            wire = self.channel.let_go(self.chunked_response)
            if wire is not None:
                hall, pool, feed = self.taken
                feeds.add(hall, pool, feed, wire)

    class Refused(ErrorTask):  # type: ignore[misc]
        def execute(self) -> None:
            try:
                answer = refusal(app, self.request)
            except Exception:
                log.exception("refusal")
                super().execute()
                return
            self.status = f"{answer.status_code} {self.request.error.reason}"
            self.response_headers.extend(answer.headers.to_wsgi_list())
            self.set_close_on_finish()
            self.write(answer.get_data())

    class Connection(HTTPChannel):  # type: ignore[misc]
        parser_class = parser_for(app)
        task_class = Task
        error_task_class = Refused
        connected: bool
        began = 0.0

        def received(self, data: bytes) -> Any:
            if self.request is None:
                self.began = time.monotonic()
            return super().received(data)

        def readable(self) -> Any:
            if self.request is not None:
                patience = REQUEST_S if self.request.headers_finished else HEAD_S
                if time.monotonic() - self.began > patience:
                    self.will_close = True
            return super().readable()

        def let_go(self, chunked: bool) -> Wire | None:
            """The socket, which is no longer the server's; None where server or client are gone.

            The loop gives it away, between two looks at all its sockets.
            """
            gone = threading.Event()

            def give() -> None:
                if self.connected:
                    self.del_channel()
                gone.set()

            self.server.trigger.pull_trigger(give)
            if not gone.wait(LET_GO_S) or not self.connected:
                return None
            with self.outbuf_lock:
                begun = b"".join(buffer.get() for buffer in self.outbufs)
                self.total_outbufs_len = 0
                self.connected = False  # for waitress, nobody is there any more
            return Wire(self.socket, chunked, begun)

    return Connection


def refusal(app: Flask, head: Any) -> Response:
    """What is answered to a request that ended with its head, so far as that could be read."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": getattr(head, "path", "") or "/",
        "HTTP_ACCEPT_LANGUAGE": head.headers.get("ACCEPT_LANGUAGE", ""),
        "HTTP_COOKIE": head.headers.get("COOKIE", ""),  # in which language somebody reads
        MOST: head.adj.max_request_body_size,
        "SERVER_NAME": "hall",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    with app.request_context(environ):
        known = default_exceptions.get(head.error.code, default_exceptions[400])
        return app.process_response(app.make_response(app.handle_user_exception(known())))
