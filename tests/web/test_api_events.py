"""Events as a stream over a real web server: typed, in order, and none lost when somebody comes back."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.hall import commands as c
from server.happenings import TYPES, last_seq
from server.people.rights import Right, Role
from server.web.openapi import document
from server.web.rest.events import IN_ALL, PER_ADDRESS
from server.web.serving import WebServer
from tests.web.place import Place, open_place
from tests.web.programs import LAND, Program, program


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Place, int]]:
    place = open_place(tmp_path, frozen=False)
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    yield place, server.port
    server.stop()
    thread.join()
    place.close()


class Stream:
    """One open stream, read by its blocks."""

    def __init__(self, port: int, asks: Program, query: str = "", **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        told = {"Host": f"127.0.0.1:{port}", **asks.headers, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.socket.sendall(f"GET /api/v1/events{query} HTTP/1.0\r\n{head}\r\n".encode())
        self.file = self.socket.makefile("r", encoding="utf-8", newline="\n")
        self.status = int(self.file.readline().split()[1])
        self.head = {}
        while line := self.file.readline().strip():
            name, _, value = line.partition(": ")
            self.head[name.lower()] = value

    def blocks(self) -> Iterator[dict[str, str]]:
        block: dict[str, str] = {}
        for line in self.file:
            if line.strip():
                name, _, value = line.strip().partition(": ")
                block[name] = value
            elif block:
                yield block
                block = {}

    def events(self, n: int) -> list[Any]:
        """The next `n` events, each with the id of its block."""
        found: list[Any] = []
        for block in self.blocks():
            if "data" in block:
                event = json.loads(block["data"])
                assert block["id"] == str(event["seq"]) and block["event"] == event["type"]
                found.append(event)
            if len(found) == n:
                return found
        raise AssertionError(found)

    def ended(self) -> bool:
        """Read to its end."""
        for _ in self.blocks():
            pass
        return True

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@contextmanager
def stream(port: int, asks: Program, query: str = "", **headers: str) -> Iterator[Stream]:
    opened = Stream(port, asks, query, **headers)
    yield opened
    opened.close()


def a_day(place: Place) -> None:
    """Everything that is told of, once."""
    one, two, three = (place.issue(LAND)["number"] for _ in range(3))
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("7", c.CallNext)
    place.clock.pass_(seconds=6)
    place.at("7", c.Recall)
    place.at("7", c.Start)
    place.at("7", c.Finish)
    place.at("7", c.Rate, number=one, level=1, levels=4)
    place.at("7", c.CallNext)
    place.at("7", c.MarkNoShow)
    place.at("7", c.CallNext)
    place.at("7", c.Transfer, to_counter="6", note="giấy tờ")
    place.at("7", c.Undo)
    place.at("7", c.Park, note="photo")
    place.at("7", c.BringBack, number=three)
    place.at("7", c.Cancel, number=three, reason="về")
    place.at("7", c.PauseCounter, reason="break")
    place.at("7", c.CloseCounter)
    assert two


def test_everything_is_told_typed_and_in_order(served: tuple[Place, int]) -> None:
    place, port = served
    asks = program(place, Right.LOOK)
    with stream(port, asks) as s:
        assert s.status == 200 and s.head["content-type"].startswith("text/event-stream")
        next(s.blocks())  # the stream has begun
        a_day(place)
        found = s.events(19)
    assert [e["type"] for e in found] == [
        "issued",
        "issued",
        "issued",
        "counter-changed",
        "called",
        "recalled",
        "started",
        "finished",
        "rated",
        "called",
        "no-show",
        "called",
        "transferred",
        "undone",
        "parked",
        "brought-back",
        "cancelled",
        "counter-changed",
        "counter-changed",
    ]
    assert {e["type"] for e in found} == set(TYPES) - {"entered"}
    assert found[4]["number"] == found[0]["number"] and found[4]["counter"] == "7"
    assert [e["status"] for e in found if e["type"] == "counter-changed"] == ["open", "paused", "closed"]
    assert set(found[8]) == {"seq", "mark", "type", "at", "day", "service"}
    text = json.dumps(found)
    for nobody in ("officer", "level", "note", "giấy", "photo", "reason", "break", "token", "secret"):
        assert nobody not in text
    allowed = set(document()["components"]["schemas"]["Happening"]["properties"])
    assert all(set(e) <= allowed for e in found)


@pytest.mark.parametrize("by_header", [True, False])
def test_who_comes_back_has_missed_nothing(served: tuple[Place, int], by_header: bool) -> None:
    place, port = served
    asks = program(place, Right.LOOK)
    with stream(port, asks) as s:
        next(s.blocks())
        first = [place.issue(LAND)["number"] for _ in range(2)]
        heard = s.events(2)
    missed = [place.issue(LAND)["number"] for _ in range(250)]  # more than one text of the stream
    last = str(heard[-1]["seq"])
    query, headers = ("", {"Last-Event-ID": last}) if by_header else (f"?since={last}", {})
    with stream(port, asks, query, **headers) as s:
        found = s.events(250)
        new = place.issue(LAND)["number"]
        found += s.events(1)
    assert [e["number"] for e in heard + found] == [*first, *missed, new]


def test_one_may_want_some_types_alone(served: tuple[Place, int]) -> None:
    place, port = served
    with stream(port, program(place, Right.LOOK), "?type=rated&type=no-show") as s:
        next(s.blocks())
        a_day(place)
        assert [e["type"] for e in s.events(2)] == ["rated", "no-show"]


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("?since=999999", {}, 409, "ahead-of-log"),
        ("", {"Last-Event-ID": "999999"}, 409, "ahead-of-log"),
        ("", {"Last-Event-ID": "x"}, 400, "bad-request"),
        ("", {"Last-Event-ID": "-1"}, 400, "bad-request"),
        ("", {"Last-Event-ID": "9" * 400}, 400, "bad-request"),
        ("?since=" + "9" * 400, {}, 400, "bad-request"),
        ("?type=nonsense", {}, 400, "bad-request"),
        ("?type=", {}, 400, "bad-request"),
        ("?since=1&since=2", {}, 400, "bad-request"),
        ("", {"Accept": "application/xml"}, 406, "not-acceptable"),
        ("", {"Origin": "https://evil.example"}, 403, "not-allowed"),
        ("", {"Sec-Fetch-Site": "cross-site"}, 403, "not-allowed"),
    ],
)
def test_what_cannot_be_followed(place: Place, query: str, headers: Any, status: int, code: str) -> None:
    answer = program(place, Right.LOOK).get(f"/events{query}", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_it_ends_when_the_token_is_revoked(served: tuple[Place, int]) -> None:
    place, port = served
    asks = program(place, Right.LOOK)
    with stream(port, asks) as s:
        next(s.blocks())
        place.accounts.tokens.revoke(asks.id, place.hall.wall())
        assert s.ended()  # or the socket's time is over


def test_it_ends_when_the_session_does(served: tuple[Place, int]) -> None:
    place, port = served
    staff = place.log_in("officer-7", Role.OFFICER)
    name, value = staff.cookie
    asks = Program(place.client(), "", "")
    asks.headers = {"Cookie": f"{name}={value}"}
    with stream(port, asks) as s:
        assert s.status == 200
        staff.post("/api/v1/logout")
        assert s.ended()


def test_one_address_has_so_many_and_the_rest_waits(served: tuple[Place, int]) -> None:
    place, port = served
    asks = program(place, Right.LOOK)
    opened = [Stream(port, asks) for _ in range(PER_ADDRESS)]
    assert {s.status for s in opened} == {200}
    with stream(port, asks) as late:
        assert late.status == 429 and int(late.head["retry-after"]) >= 1
    assert PER_ADDRESS < IN_ALL
    for s in opened:
        s.close()


def test_streams_of_programs_take_no_place_from_staff(served: tuple[Place, int]) -> None:
    place, port = served
    asks = program(place, Right.LOOK)
    opened = [Stream(port, asks) for _ in range(PER_ADDRESS)]
    staff = place.log_in("officer-7")
    name, value = staff.cookie
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(
            f"GET /events HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nCookie: {name}={value}\r\n\r\n".encode()
        )
        assert b" 200 " in line.recv(200)
    for s in opened:
        s.close()


def test_two_readers_hear_the_same(served: tuple[Place, int]) -> None:
    place, port = served
    asks, heard = program(place, Right.LOOK), {}
    ready = threading.Barrier(3)

    def listen(n: int) -> None:
        with stream(port, asks) as s:
            next(s.blocks())
            ready.wait()
            heard[n] = [e["seq"] for e in s.events(19)]

    threads = [threading.Thread(target=listen, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    ready.wait()
    a_day(place)
    for thread in threads:
        thread.join()
    assert heard[0] == heard[1] and heard[0][-1] == last_seq(place.store.engine)
