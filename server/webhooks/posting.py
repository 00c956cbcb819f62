"""One request to a receiver: POST, at most so many seconds in all, no redirect followed, its answer's status
alone.

A proxy of the environment is not used: what is connected is what was looked at. Keeps out when and how often.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from server.webhooks.addresses import BadAddress, Target, resolved, target

DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. status: of HTTP, None without an answer. error: a code when it was not taken:
    no-name, no-connection, no-certificate, no-answer, redirect, status, or one of BadAddress.
    """

    status: int | None
    error: str | None


class _Wire:
    """A connection that any thread may cut."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def secured(self, host: str) -> None:
        """From here on TLS, with a certificate for `host` that this machine trusts. Raises SSLError."""
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class Poster:
    """Sends requests from any thread. `abort` ends those that are under way, and all later ones at once."""

    def __init__(self, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._open: set[_Wire] = set()
        self._aborted = False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send `body` to `url`. Only 2xx is taken."""
        try:
            to = target(url)
            status = self._status(to, headers, body)
        except BadAddress as error:
            return Answer(None, error.code)
        except socket.gaierror:
            return Answer(None, "no-name")
        except ssl.SSLError:
            return Answer(None, "no-certificate")
        except ConnectionRefusedError:
            return Answer(None, "no-connection")
        except (OSError, http.client.HTTPException, ValueError):
            return Answer(None, "no-answer")
        if 200 <= status < 300:
            return Answer(status, None)
        return Answer(status, "redirect" if 300 <= status < 400 else "status")

    def abort(self) -> None:
        with self._lock:
            self._aborted = True
            for wire in self._open:
                wire.cut()

    def _status(self, to: Target, headers: Mapping[str, str], body: bytes) -> int:
        wire = _Wire(self._connected(to))
        alarm = threading.Timer(self._deadline_s, wire.cut)
        alarm.daemon = True
        alarm.start()
        try:
            with self._lock:
                self._open.add(wire)
                if self._aborted:
                    wire.cut()
            if to.scheme == "https":
                wire.secured(to.host)
            connection = http.client.HTTPConnection(to.host, to.port)
            connection.sock = wire.sock
            told = {"Host": to.shown_host, "Content-Type": "application/json", **headers}
            connection.request("POST", to.path, body, told)
            return connection.getresponse().status
        finally:
            alarm.cancel()
            with self._lock:
                self._open.discard(wire)
            wire.sock.close()

    def _connected(self, to: Target) -> socket.socket:
        """A connection to the first address that takes one."""
        failed: OSError | None = None
        for family, address in resolved(to.host, to.port):
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(self._deadline_s)
            try:
                sock.connect((address, to.port))
                return sock
            except OSError as error:
                sock.close()
                failed = error
        assert failed is not None
        raise failed
