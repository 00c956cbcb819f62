"""The panel: where a person, a page or a test reaches the simulated hardware of a running program.

Knows the socket's file and the asker's end; keeps out HTTP on the program's end (`hardware.panel_http`) and
which buttons and switches there are. Answers are made in the panel's threads, so a route looks at values that
are safe to look at and puts everything else into the program's inbox.
"""

from __future__ import annotations

import http.client
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from hardware.panel_http import Server

LONGEST_PATH: Final = 107  # bytes; sun_path of unix(7) less its closing zero


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
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        from hardware.panel_http import Server  # a device whose hardware is real never loads it

        name = checked_path(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            clear_stale(name)
            self._server = Server(name, self._routes)
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
