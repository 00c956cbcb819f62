"""The panel: where a person, a page or a test reaches the simulated hardware of a running program.

Knows HTTP over a Unix socket, the program's end and the asker's end; keeps out which buttons and switches
there are. Answers are made in the panel's threads, so a route looks at values that are safe to look at
and puts everything else into the program's inbox.
"""

from __future__ import annotations

import errno
import http.client
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

log = logging.getLogger(__name__)

LONGEST_PATH: Final = 107  # bytes; sun_path of unix(7) less its closing zero
LARGEST_BODY: Final = 64 * 1024  # bytes; a press or a switch takes 50
SLOW_S: Final = 10.0  # an asker that stops speaking is dropped


class PanelError(Exception):
    """A panel that cannot be opened; one sentence."""


class PanelGone(Exception):
    """Nobody answers on this panel: the program is dead, has no power, or hangs."""


class PanelRefusal(Exception):
    """Raised by a route for a question that makes no sense; the asker gets status 400 and these words."""


@dataclass(frozen=True)
class PanelAnswer:
    body: bytes
    content_type: str
    status: int = 200


Query = dict[str, str]
Route = Callable[[Query, bytes], PanelAnswer]
Routes = Mapping[tuple[str, str], Route]


def json_answer(obj: object, status: int = 200) -> PanelAnswer:
    """Anything that msgspec can write as JSON: dicts, lists, structs, aware datetimes."""
    return PanelAnswer(msgspec.json.encode(obj), "application/json", status)


def checked_path(path: Path) -> str:
    """The path as the kernel takes it. Raises `PanelError` when it is too long for a Unix socket."""
    name = os.fspath(path)
    length = len(os.fsencode(name))
    if length > LONGEST_PATH:
        raise PanelError(
            f"The socket path {name} has {length} bytes; a Unix socket takes at most {LONGEST_PATH}: "
            "choose a shorter data folder"
        )
    return name


class Panel:
    """Serves `routes`, (method, path) -> route, on the Unix socket `path` from `start` to `stop`.

    A route gets the query (of equal names the last) and the body, at most 64 KB. A socket file that a dead
    program left is replaced; one that answers is another program's, and `start` raises `PanelError`.
    """

    def __init__(self, path: Path, routes: Routes) -> None:
        self._path = path
        self._routes = routes
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        name = checked_path(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            clear_stale(name)
            self._server = _Server(name, self._routes)
            os.chmod(name, 0o600)
        except OSError as error:
            raise PanelError(f"The socket {name} cannot be opened: {error.strerror}") from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="panel"
        )
        self._thread.start()

    def stop(self) -> None:
        """End the server and its threads, and remove the socket file. May be called twice."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Panel:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def clear_stale(name: str) -> None:
    """Remove the socket file of a program that is no more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(name)
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            Path(name).unlink(missing_ok=True)
            return
    raise PanelError(f"Another program already serves {name}")


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
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
    server: _Server
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


class PanelClient:
    """The asker's end. Keeps no connection; any thread."""

    def __init__(self, path: Path) -> None:
        self._name = checked_path(path)

    def ask(self, method: str, path: str, body: bytes = b"", timeout: float = 5.0) -> tuple[int, str, bytes]:
        """Status, content type, body of the answer. `timeout`: seconds for each wait. Raises `PanelGone`."""
        connection = _UnixConnection(self._name, timeout)
        try:
            connection.request(method, path, body or None)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise PanelGone(f"{self._name}: {error!r}") from error
        finally:
            connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, name: str, timeout: float) -> None:
        super().__init__("panel", timeout=timeout)
        self._name = name
        self._wait = timeout

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._wait)
        self.sock.connect(self._name)
