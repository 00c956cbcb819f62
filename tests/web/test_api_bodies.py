"""Large, endless and crooked requests over a real socket: refused, and others are answered meanwhile.

Abuse case 38, as far as the interface goes.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from server.people.rights import Right
from server.web.serving import WebServer
from tests.web.place import Place, open_place
from tests.web.programs import Program, program

Served = tuple[Place, int, Program]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    place = open_place(tmp_path, frozen=False)
    asks = program(place, *Right)
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    yield place, server.port, asks
    server.stop()
    thread.join()
    place.close()


def head(asks: Program, port: int, *lines: str) -> bytes:
    told = (
        "POST /api/v1/tickets HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Idempotency-Key: k",
        f"Authorization: {asks.headers['Authorization']}",
        *lines,
    )
    return ("\r\n".join(told) + "\r\n\r\n").encode()


def answer_to(port: int, raw: bytes) -> tuple[int, str]:
    """Status and body of what is answered to these bytes, without sending another one."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(raw)
        said = b""
        while b"\r\n\r\n" not in said:
            said += line.recv(4096)
        top, _, body = said.partition(b"\r\n\r\n")
        length = int(dict(h.lower().split(b": ", 1) for h in top.split(b"\r\n")[1:])[b"content-length"])
        while len(body) < length:
            body += line.recv(4096)
    return int(top.split()[1]), body.decode()


def still_well(port: int, asks: Program) -> bool:
    raw = head(asks, port, "Content-Length: 31").replace(b"Idempotency-Key: k", b"Idempotency-Key: well")
    status, _ = answer_to(port, raw + b'{"service": "environment-land"}')
    return status == 201


def test_a_hundred_megabytes_are_refused_by_their_head(served: Served) -> None:
    place, port, asks = served
    status, _ = answer_to(port, head(asks, port, f"Content-Length: {100 * 1024 * 1024}"))
    assert status == 413
    assert still_well(port, asks)
    assert len(place.writer.view.state.tickets) == 1


@pytest.mark.parametrize(("lang", "said"), [("vi", "quá lớn"), ("en", "too large")])
def test_a_body_that_is_too_large_is_refused_like_anything_else(served: Served, lang: str, said: str) -> None:
    port = served[1]
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        headers = {"Content-Type": "application/json", "Accept-Language": lang}
        line.request("POST", "/api/v1/tickets", b"x" * 70_000, headers)
        answer = line.getresponse()
        told = json.loads(answer.read())
        assert answer.status == told["status"] == 413
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert told["code"] == "too-large" and said in told["title"]
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request("POST", "/reception/", b"x" * 70_000, {"Accept": "text/html"})
        answer = line.getresponse()
        page = answer.read().decode()
        assert answer.status == 413 and "quá lớn" in page and "64 KB" in page and "quay lại" in page
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_body_in_pieces_may_be_no_larger(served: Served) -> None:
    place, port, asks = served
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head(asks, port, "Transfer-Encoding: chunked"))
        piece = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        try:
            for _ in range(2_000):  # eight megabytes, if it were let
                line.sendall(piece)
            said = line.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            said = b"closed"
    assert said == b"closed" or said.split()[1] == b"413"
    assert still_well(port, asks)
    assert len(place.writer.view.state.tickets) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -5",),
        ("Content-Length: 5x",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding : chunked",),
    ],
)
def test_a_head_that_two_servers_would_read_differently(served: Served, lines: tuple[str, ...]) -> None:
    place, port, asks = served
    smuggled = b"0\r\n\r\n" + head(asks, port, "Content-Length: 31") + b'{"service": "environment-land"}'
    before = place.store.seq
    status, _ = answer_to(port, head(asks, port, *lines) + smuggled)
    assert 400 <= status < 600
    assert not place.writer.view.state.tickets
    assert place.store.seq - before <= 1  # the day, at most
    assert still_well(port, asks)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1/@evil", "a b", "[::1", ""])
def test_the_host_that_was_said_leads_nowhere(served: Served, host: str) -> None:
    _, port, asks = served
    raw = head(asks, port, "Content-Length: 14").replace(
        f"Host: 127.0.0.1:{port}".encode(), f"Host: {host}".encode()
    )
    status, body = answer_to(port, raw + b'{"service": 7}')
    assert status == 400 and "evil" not in body
    if body.startswith("{"):
        assert json.loads(body)["code"] == "bad-request"


def test_slow_heads_keep_nobody_out(served: Served) -> None:
    _, port, asks = served
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(200)]
    for line in slow:
        line.sendall(b"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nX: ")
    assert still_well(port, asks)
    for line in slow:
        line.close()
