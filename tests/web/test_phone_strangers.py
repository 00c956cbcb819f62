"""Whoever guesses at phone pages (abuse 35), asks too often, or reads one that is not his."""

from __future__ import annotations

import logging
import secrets
import socket
import struct
import time
from datetime import timedelta
from typing import Any

import pytest

from server.hall import commands as c
from server.pace import PER_MINUTE
from server.web.serving import WebServer
from tests.web.place import Place

LAND = "environment-land"
EVERY = ("", "/live", "/events", "/late", "/cancel")


def same(one: Any, other: Any) -> bool:
    return (one.status_code, one.data, dict(one.headers)) == (
        other.status_code,
        other.data,
        dict(other.headers),
    )


def test_every_address_that_leads_nowhere_gets_one_answer(place: Place) -> None:
    mine = place.issue(LAND, secret="4821")
    client = place.client()
    unknown = client.get("/t/" + "A" * 22)
    assert unknown.status_code == 404 and unknown.headers["Cache-Control"] == "no-store"
    upper = mine["token"].upper() if mine["token"].upper() != mine["token"] else "B" * 22
    for token in (upper, mine["token"][:-1], mine["token"] + "A", mine["ticket"], mine["number"] * 5):
        for path in EVERY:
            assert same(client.get(f"/t/{token}{path}"), unknown), (token, path)
        posted = client.post(f"/t/{token}/cancel", data={"id": "0" * 16, "code": "4821"})
        assert same(posted, unknown)
        place.tick[0] += 60
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=1)
    place.writer.wait(rev, 5)
    for path in EVERY:
        assert same(client.get(f"/t/{mine['token']}{path}"), unknown), path
    assert same(client.post(f"/t/{mine['token']}/late", data={"id": "0" * 16}), unknown)


def test_a_guess_is_looked_up_and_not_searched_for(place: Place) -> None:
    """The same work however many tickets there are: one look into one table."""
    mine = place.issue(LAND)
    assert place.writer.view.state.by_token == {mine["token"]: mine["ticket"]}


def test_sixty_guesses_a_minute_and_the_holders_next_to_him_go_on(place: Place) -> None:
    mine, other = place.issue(LAND), place.issue(LAND)
    client = place.client()
    staff = place.log_in("officer-7")
    codes = [client.get(f"/t/{secrets.token_urlsafe(16)}").status_code for _ in range(PER_MINUTE + 40)]
    assert codes == [404] * PER_MINUTE + [429] * 40
    assert client.get(f"/t/{mine['token']}").status_code == 200
    assert staff.press("7", "open").status_code == 200 and staff.press("7", "next").status_code == 200
    asked = [client.get(f"/t/{mine['token']}/live").status_code for _ in range(PER_MINUTE)]
    assert asked == [200] * (PER_MINUTE - 1) + [429]
    busy = client.get(f"/t/{mine['token']}")
    assert busy.headers["Retry-After"] and "Set-Cookie" not in busy.headers
    assert client.get(f"/t/{other['token']}").status_code == 200
    place.tick[0] += 61
    assert client.get(f"/t/{mine['token']}").status_code == 200


def test_too_many_tries_at_cancelling_are_slowed_down_too(place: Place) -> None:
    mine = place.issue(LAND, secret="4821")
    told = [{"id": f"{n:016x}", "code": "0000"} for n in range(PER_MINUTE + 5)]
    codes = [place.client().post(f"/t/{mine['token']}/cancel", data=data).status_code for data in told]
    assert codes == [422] * 5 + [409] * (PER_MINUTE - 5) + [429] * 5


@pytest.mark.parametrize("path", EVERY)
def test_no_page_says_more_than_number_place_and_range(place: Place, path: str) -> None:
    """Also not to somebody with a photograph of the code (abuse 37)."""
    mine = place.issue(LAND, "priority", secret="4821")
    place.at("7", c.OpenCounter, officer="officer-7")
    answer = place.client().get(f"/t/{mine['token']}{path}")
    if path == "/events":
        lines: Any = answer.response
        text = "".join(x if isinstance(x, str) else x.decode() for x in (next(lines), next(lines)))
        answer.close()
    else:
        text = answer.text
    for word in ("4821", mine["ticket"], "officer", "Đặng", "kiosk"):
        assert word not in text
    assert "Set-Cookie" not in answer.headers and "noindex" in answer.headers["X-Robots-Tag"]


def test_no_log_says_the_address_of_a_page(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of a phone that went away, nor of a page that failed: a log is read by more people."""
    caplog.set_level(logging.DEBUG)
    mine = place.issue(LAND)
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(f"GET /t/{mine['token']}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert wire.recv(12) == b"HTTP/1.1 200"
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for _ in range(200):
        place.issue(LAND)
        place.tick[0] += 60
        if not place.app.extensions["phones"]._open:
            break
        time.sleep(0.05)
    monkeypatch.delitem(place.app.extensions, "pace")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(f"GET /t/{mine['token']}/late HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert wire.recv(12) == b"HTTP/1.1 500"
    server.stop()
    thread.join()
    assert place.app.extensions["phones"]._open == {}
    assert "/t/…/late" in caplog.text and mine["token"] not in caplog.text
