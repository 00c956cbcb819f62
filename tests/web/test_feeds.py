"""Streams over real sockets: one thread for all who listen, and nobody who listens badly harms another."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server.hall import commands as c
from server.web.feeds import AT_ONCE, BEHIND, DEAF_S, Feed, Feeds, Wire
from server.web.live import PHONES_PER_ADDRESS, PUBLIC_IN_ALL, PUBLIC_PER_ADDRESS
from server.web.serving import THREADS, WebServer
from server.web.wires import HEAD_S
from tests.web.place import Place
from tests.web.test_serving import log_in

LAND = "environment-land"
PATIENCE_S = 20.0


@pytest.fixture
def server(place: Place) -> Iterator[WebServer]:
    made = WebServer(place.app, "127.0.0.1", 0)
    thread = made.start()
    yield made
    made.stop()
    thread.join()


class Listener:
    """One connection that asks for a stream, from an address of its own."""

    def __init__(
        self,
        port: int,
        path: str,
        cookie: str = "",
        at: str = "127.0.0.1",
        version: str = "1.1",
        method: str = "GET",
    ) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), PATIENCE_S, (at, 0))
        head = f"{method} {path} HTTP/{version}\r\nHost: hall\r\nCookie: {cookie}\r\n\r\n"
        self.wire.sendall(head.encode())
        self._file = self.wire.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.head = b"".join(iter(self._file.readline, b"\r\n"))

    def line(self) -> bytes:
        return self._file.readline()

    def until(self, begin: bytes) -> bytes:
        return next(line for line in iter(self._file.readline, b"") if line.startswith(begin))

    def rest(self) -> bytes:
        return self._file.read()

    def close(self) -> None:
        self._file.close()
        self.wire.close()


@pytest.fixture
def opened() -> Iterator[list[Listener]]:
    listeners: list[Listener] = []
    yield listeners
    for one in listeners:
        one.close()


def until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def answered(port: int) -> int:
    asker = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    asker.request("GET", "/healthz")
    status = asker.getresponse().status
    asker.close()
    return status


def test_many_times_more_pages_listen_than_there_are_threads(
    place: Place, server: WebServer, opened: list[Listener]
) -> None:
    asker, headers = log_in(place, server.port)
    before = threading.active_count()
    opened += [
        Listener(server.port, "/board/events", at=f"127.0.0.{1 + n // PUBLIC_PER_ADDRESS}")
        for n in range(PUBLIC_IN_ALL)
    ]
    opened += [Listener(server.port, "/events", headers["Cookie"]) for _ in range(20)]
    tickets = [place.issue(LAND) for _ in range(PHONES_PER_ADDRESS)]
    opened += [Listener(server.port, f"/t/{ticket['token']}/events") for ticket in tickets]
    assert len(opened) > 4 * THREADS and {one.status for one in opened} == {200}
    assert threading.active_count() <= before + 3  # boards, staff, phones
    assert [one.until(b"data:") for one in opened]
    place.at("7", c.OpenCounter)
    place.at("7", c.CallNext)
    assert [
        one.until(b"data:") for one in opened[: PUBLIC_IN_ALL + 21]
    ]  # the one who is called hears it, too
    assert answered(server.port) == 200
    asker.close()


def test_boards_from_one_address_take_no_console_its_place(
    place: Place, server: WebServer, opened: list[Listener]
) -> None:
    """Abuse case 39."""
    asker, headers = log_in(place, server.port)
    statuses = []
    for _ in range(2_000):
        one = Listener(server.port, "/board/events")
        statuses.append(one.status)
        if one.status == 200:
            opened.append(one)
        else:
            one.close()
    assert statuses == [200] * PUBLIC_PER_ADDRESS + [429] * (2_000 - PUBLIC_PER_ADDRESS)
    opened.append(Listener(server.port, "/events", headers["Cookie"]))
    assert opened[-1].status == 200 and opened[-1].until(b"data:")
    asker.close()


def test_who_leaves_gives_his_place_back_without_being_told_anything(
    place: Place, server: WebServer, opened: list[Listener]
) -> None:
    opened += [Listener(server.port, "/board/events") for _ in range(PUBLIC_PER_ADDRESS)]
    assert opened[0].until(b"data:")
    opened.pop(0).close()

    def let_in() -> bool:
        one = Listener(server.port, "/board/events")
        opened.append(one)
        return one.status == 200

    until(let_in)


def test_an_old_proxy_gets_the_same_lines_unchunked(server: WebServer, opened: list[Listener]) -> None:
    opened.append(Listener(server.port, "/board/events", version="1.0"))
    assert b"chunked" not in opened[0].head.lower()
    assert opened[0].line() == b"retry: 2000\n"
    server.stop()
    assert opened[0].rest().startswith(b"\ndata:")


def test_a_second_question_on_a_stream_ends_it(server: WebServer, opened: list[Listener]) -> None:
    opened.append(Listener(server.port, "/board/events"))
    assert opened[0].until(b"data:")
    opened[0].wire.sendall(b"GET /login HTTP/1.1\r\nHost: hall\r\n\r\n")
    assert b"<html" not in opened[0].rest()


def test_a_head_of_a_stream_takes_no_place(server: WebServer, opened: list[Listener]) -> None:
    for _ in range(PUBLIC_PER_ADDRESS + 1):
        one = Listener(server.port, "/board/events", method="HEAD")
        assert one.status == 200
        one.close()
    opened.append(Listener(server.port, "/board/events"))
    assert opened[0].status == 200


# --- who does not read, does not finish, or sends too much ------------------------------------------------


def pair(texts: Iterator[str], left: list[str]) -> tuple[Feed, socket.socket]:
    """A feed without a hall, and the reader's end."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    feed = Feed(texts, lambda: left.append("left"), 0.0)
    feed.wire = Wire(ours, chunked=False)
    return feed, theirs


def endless() -> Iterator[str]:
    while True:
        yield "x" * 1000
        yield ""


def test_who_does_not_read_is_told_nothing_more_and_let_go() -> None:
    left: list[str] = []
    feed, reader = pair(endless(), left)
    for rev in range(1000):
        feed.step(rev)
    assert feed.wire is not None and BEHIND < feed.wire.behind <= BEHIND + 1000
    feed.wire._took -= DEAF_S + 1
    feed.step(1000)
    assert feed.over and left == ["left"]
    feed.wire.sock.close()
    reader.close()


def test_a_stream_that_catches_up_keeps_nobody_waiting() -> None:
    left: list[str] = []
    feed, reader = pair(iter(["x"] * 3 * AT_ONCE), left)
    feed.step(5)
    assert feed.rev != 5 and reader.recv(10_000) == b"x" * AT_ONCE
    for _ in range(3):
        feed.step(5)
    assert feed.over and reader.recv(10_000) == b"x" * 2 * AT_ONCE
    assert feed.wire is not None
    feed.wire.sock.close()
    reader.close()


def test_a_stream_that_fails_ends_alone(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    left: list[str] = []

    def broken() -> Iterator[str]:
        yield "x"
        raise ZeroDivisionError

    feeds = Feeds()

    def whole() -> Iterator[str]:
        while True:
            yield f"{place.writer.view.rev} "
            yield ""

    (bad, bad_reader), (good, good_reader) = pair(broken(), left), pair(whole(), left)
    assert bad.wire is not None and good.wire is not None
    feeds.add(place.hall, "pool", bad, bad.wire)
    feeds.add(place.hall, "pool", good, good.wire)
    assert bad.over and not good.over and left == ["left"]
    assert "stream_failed" in caplog.text
    good_reader.settimeout(PATIENCE_S)
    rev = place.issue(LAND) and place.writer.view.rev
    until(lambda: f"{rev} ".encode() in good_reader.recv(10_000))
    feeds.stop()
    assert good.over and left == ["left", "left"]
    for end in (bad_reader, good_reader):
        end.close()


def test_500_connections_that_never_finish_a_request_keep_nobody_waiting(server: WebServer) -> None:
    """Abuse case 38, slowloris: counted, not timed."""
    with contextlib.ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE_S))
            for _ in range(500)
        ]
        for wire in slow:
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: hall\r\nX-Slow: ")
        assert [answered(server.port) for _ in range(50)] == [200] * 50
        until(lambda: sum(one.request is not None for one in channels(server)) == 500)
        for one in channels(server):
            one.began -= HEAD_S
        for wire in slow:
            assert wire.recv(1) == b""
    assert answered(server.port) == 200


def test_bodies_of_100_mb_are_refused_by_their_heads_and_keep_nobody_waiting(server: WebServer) -> None:
    """Abuse case 38."""
    with contextlib.ExitStack() as stack:
        wires = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE_S))
            for _ in range(100)
        ]
        for wire in wires:
            wire.sendall(
                b"POST /login HTTP/1.1\r\nHost: hall\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 104857600\r\n\r\nname="
            )
        assert [answered(server.port) for _ in range(20)] == [200] * 20
        assert {wire.recv(12) for wire in wires} == {b"HTTP/1.1 413"}


def channels(server: WebServer) -> list[Any]:
    return list(server._server.active_channels.values())
