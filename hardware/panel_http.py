"""The panel's end of the socket: HTTP questions in, the routes' answers out.

Knows HTTP over a Unix socket. Apart from `hardware.panel`, because a device whose hardware is real has no
panel and never loads this.
"""

from __future__ import annotations

import errno
import logging
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from hardware.panel import PanelAnswer, PanelRefusal, Routes, json_answer

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 64 * 1024  # bytes; a press or a switch takes 50
SLOW_S: Final = 10.0  # an asker that stops speaking is dropped


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 32
    daemon_threads = False  # server_close waits for them: no thread outlives its panel
    block_on_close = True

    def __init__(self, name: str, routes: Routes) -> None:
        self.routes = routes
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(name, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End what askers still say, so that stopping does not wait for a slow one."""
        with self._open_lock:
            for request in self._open:
                try:
                    request.shutdown(socket.SHUT_RD)
                except OSError as error:
                    if error.errno != errno.ENOTCONN:
                        raise

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("panel_failed")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = SLOW_S  # HTTP/1.0: one question a connection, so nothing idles

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            log.debug("panel_asker_left")

    def do_GET(self) -> None:
        self._respond(b"")

    def do_POST(self) -> None:
        said = self.headers.get("Content-Length", "0")
        length = int(said) if said.isascii() and said.isdigit() else -1
        if length < 0:
            self._send(refused("the length of the body is not a number", 400))
        elif length > LARGEST_BODY:
            self._send(refused(f"a body has at most {LARGEST_BODY} bytes", 413))
        else:
            self._respond(self.rfile.read(length))

    def _respond(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        route = self.server.routes.get((self.command, parts.path))
        if route is None:
            known = any(path == parts.path for _, path in self.server.routes)
            self._send(refused("not this way", 405) if known else refused("there is no such thing", 404))
            return
        try:
            answer = route(dict(parse_qsl(parts.query, keep_blank_values=True)), body)
        except PanelRefusal as refusal:
            answer = refused(str(refusal), 400)
        except Exception:
            log.exception("panel_route_failed path=%s", parts.path)
            answer = refused("the program made a mistake; its log has more", 500)
        self._send(answer)

    def _send(self, answer: PanelAnswer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """A page that looks twice a second is not worth a line."""


def refused(reason: str, status: int) -> PanelAnswer:
    return json_answer({"error": reason}, status)
