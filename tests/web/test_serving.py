"""The web server itself, over sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator

import pytest
from waitress import wasyncore

from server.hall import commands as c
from server.people.rights import Role
from server.web.serving import WebServer
from tests.web.place import PASSWORD, Place


@pytest.fixture
def port(place: Place) -> Iterator[int]:
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    yield server.port
    server.stop()
    thread.join()


def log_in(
    place: Place, port: int, name: str = "officer-7", role: Role = Role.OFFICER
) -> tuple[http.client.HTTPConnection, dict[str, str]]:
    place.account(name, role)
    asker = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    told = json.dumps({"name": name, "password": PASSWORD})
    asker.request("POST", "/api/v1/login", told, {"Content-Type": "application/json"})
    answer = asker.getresponse()
    token = json.loads(answer.read())["csrf"]
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    return asker, {"Cookie": cookie, "X-CSRF-Token": token, "Content-Type": "application/json"}


def test_a_stream_speaks_as_soon_as_the_hall_changes(place: Place, port: int) -> None:
    asker, headers = log_in(place, port)
    asker.request("GET", "/events", headers=headers)
    stream = asker.getresponse()
    assert stream.readline() == b"retry: 2000\n"
    assert stream.readline() == b"\n"
    first = json.loads(stream.readline().removeprefix(b"data: "))
    assert stream.readline() == b"\n"
    place.at("7", c.OpenCounter)
    second = json.loads(stream.readline().removeprefix(b"data: "))
    assert second["rev"] == first["rev"] + 1
    stream.close()
    asker.close()


def test_stopping_ends_open_streams(place: Place) -> None:
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    asker, headers = log_in(place, server.port)
    asker.request("GET", "/events", headers=headers)
    stream = asker.getresponse()
    stream.readline()
    server.stop()
    thread.join()
    while stream.readline():
        pass  # what was still on its way, and then the end
    stream.close()
    asker.close()
    assert place.app.extensions["streams"].enter("127.0.0.1") is not None


def test_stopping_what_has_ended_writes_into_nothing(place: Place) -> None:
    """The number of the closed pipe may belong to somebody else's file by then."""
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    server.stop()
    thread.join()
    server.stop()


def test_a_signal_that_ends_the_loop_ends_streams_and_answers_too(place: Place) -> None:
    server = WebServer(place.app, "127.0.0.1", 0)
    left = []

    def until_told() -> None:
        try:
            server.run()
        except SystemExit:
            left.append("told")

    thread = threading.Thread(target=until_told)
    thread.start()
    asker, headers = log_in(place, server.port)
    asker.request("GET", "/events", headers=headers)
    stream = asker.getresponse()
    stream.readline()

    class Told(wasyncore.dispatcher):  # type: ignore[misc]
        """Raises in the loop, as a signal's handler does."""

        def readable(self) -> bool:
            raise SystemExit

    pair = socket.socketpair()
    server._server.trigger.pull_trigger(lambda: Told(pair[0], server._server._map))
    thread.join()
    with contextlib.suppress(ConnectionError):
        while stream.readline():
            pass
    for end in (stream, asker, *pair):
        end.close()
    assert left == ["told"]
    assert not server._server.task_dispatcher.threads


def test_a_huge_body_is_refused_by_its_length_alone(place: Place, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(
            b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 104857600\r\n\r\n{"
        )
        assert wire.recv(100).split(b"\r\n")[0] == b"HTTP/1.1 413 Request Entity Too Large"


def test_a_table_is_taken_from_who_may_import_and_nobody_else_can_fill_the_disk(
    place: Place, port: int
) -> None:
    officer, officers = log_in(place, port)
    chief, chiefs = log_in(place, port, "chief", Role.MANAGER)
    forged = {"Cookie": chiefs["Cookie"][:-4] + "AAAA"}
    for path, cookies in (
        ("/dossiers/import/preview", {}),
        ("/dossiers/import/preview", officers),
        ("/dossiers/import/preview", forged),
        ("/dossiers/import/confirm", chiefs),
        ("/nowhere", chiefs),
    ):
        for length in ("Content-Length: 1000000", "Transfer-Encoding: chunked"):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\nCookie: {cookies.get('Cookie', '')}"
                wire.sendall(head.encode() + b"\r\n\r\n")
                if "chunked" in length:
                    wire.sendall(b"F000\r\n" + b"x" * 0xF000 + b"\r\n2000\r\n" + b"x" * 0x2000)
                assert wire.recv(12) == b"HTTP/1.1 413", (path, length)
    body = (
        '--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + chiefs["X-CSRF-Token"] + "\r\n"
        '--x\r\nContent-Disposition: form-data; name="table"; filename="x.csv"\r\n\r\n' + "x" * 900_000
    )
    chief.request(
        "POST",
        "/dossiers/import/preview",
        body + "\r\n--x--\r\n",
        {"Cookie": chiefs["Cookie"], "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert chief.getresponse().status == 200
    officer.close()
    chief.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /\r\n\r\n",
        b"\x00\xff\xfe\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + b"x" * 300 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: x\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzzzz\r\n",
        b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_nonsense_on_the_wire_harms_nobody(place: Place, port: int, raw: bytes) -> None:
    wire = socket.create_connection(("127.0.0.1", port), timeout=30)
    with wire, contextlib.suppress(ConnectionError):  # being hung up on is an answer, too
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        assert not re.match(rb"HTTP/1\.[01] 500", wire.recv(4096)), "nonsense is no mistake of ours"
        while wire.recv(4096):
            pass
    asker = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asker.request("GET", "/healthz")
    assert asker.getresponse().status == 200
    asker.close()


def test_the_server_does_not_say_what_it_is_made_of(place: Place, port: int) -> None:
    asker = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asker.request("GET", "/healthz")
    answer = asker.getresponse()
    answer.read()
    assert answer.getheader("Server") in (None, "")
    asker.close()
