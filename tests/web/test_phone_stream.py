"""What is pushed to a phone, and when: news of the ticket at once, all else at most every 15 s."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from broker.messages import Words
from server.hall import commands as c
from server.hall.tickets import Ticket
from server.web.live import BEAT_S, PHONES_PER_ADDRESS
from server.web.phone import follow, projection
from server.web.phone_view import AGE_S, CALM_S, RANGE_S, Page, Told
from tests.web.place import Place
from tests.web.test_live import patient

LAND = "environment-land"


def stream(place: Place, token: str, stopping: threading.Event | None = None) -> Iterator[str]:
    """The lines of a phone's stream; while nothing happens a second passes with each look."""
    with place.app.test_request_context():
        places = projection()

    def told(view: Any, ticket: Ticket, page: Page | None) -> str:
        assert page is not None
        return f"{ticket.state} {page.ahead} {page.wait}"

    return patient(place, follow(place.hall, token, places, told, stopping or threading.Event()))


def data(line: str) -> str:
    assert line.startswith("data: ") and line.endswith("\n\n"), line
    return str(json.loads(line[6:]))


def next_data(lines: Iterator[str]) -> str:
    return data(next(line for line in lines if line.startswith("data:")))


def test_the_first_thing_told_is_how_it_stands_and_a_call_is_told_at_once(place: Place) -> None:
    mine = place.issue(LAND)
    lines = stream(place, mine["token"])
    assert next(lines) == "retry: 15000\n\n"
    assert data(next(lines)) == "waiting 0 None"
    before = place.tick[0]
    place.at("7", c.CallNext)
    assert data(next(lines)) == "called None None"
    place.at("7", c.Start)
    assert data(next(lines)) == "serving None None"
    assert place.tick[0] == before


def test_a_line_that_moves_is_told_every_fifteen_seconds_and_not_oftener(place: Place) -> None:
    for _ in range(3):
        place.issue(LAND)
    mine = place.issue(LAND)
    lines = stream(place, mine["token"])
    assert next_data(lines) == "waiting 3 None"
    told_at = place.tick[0]
    for _ in range(2):
        place.at("7", c.CallNext)
    assert next_data(lines) == "waiting 1 None"
    assert CALM_S <= place.tick[0] - told_at <= CALM_S + 2


def test_the_time_of_the_last_news_is_never_older_than_a_minute_and_beats_find_who_left(place: Place) -> None:
    mine = place.issue(LAND)
    lines = stream(place, mine["token"])
    next_data(lines)
    began, told = place.tick[0], []
    while not (line := next(lines)).startswith("data:"):
        told.append((line, place.tick[0]))
    assert AGE_S <= place.tick[0] - began <= AGE_S + 2
    assert {line for line, _ in told} == {": beat\n\n"} and len(told) >= AGE_S / BEAT_S - 2


def test_a_stream_ends_with_the_day_the_server_and_a_minute_after_the_visit(place: Place) -> None:
    mine, other = place.issue(LAND), place.issue(LAND)
    place.at("7", c.CallNext), place.at("7", c.Finish)
    served = stream(place, mine["token"])
    assert next_data(served).startswith("served")
    began = place.tick[0]
    list(served)
    assert place.tick[0] - began <= AGE_S + 2
    stopping = threading.Event()
    stopped = stream(place, other["token"], stopping)
    next_data(stopped)
    stopping.set()
    assert list(stopped) == []
    waiting = stream(place, other["token"])
    next_data(waiting)
    place.clock.pass_(hours=11)
    assert [line for line in waiting if line.startswith("data:")] == []


def test_the_stream_of_the_page_is_its_fragment(place: Place) -> None:
    mine = place.issue(LAND)
    client = place.client()
    answer = client.get(f"/t/{mine['token']}/events?lang=en")
    assert answer.content_type == "text/event-stream; charset=utf-8"
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "Set-Cookie" not in answer.headers
    lines: Any = answer.response
    next(lines)
    text = next(lines)
    pushed = json.loads((text if isinstance(text, str) else text.decode())[6:])
    answer.close()
    asked = client.get(f"/t/{mine['token']}/live?lang=en").text

    def without_form(html: str) -> str:
        return "".join(line for line in html.splitlines() if "hidden" not in line)

    assert without_form(pushed) == without_form(asked) and "0 people" in pushed


def test_phones_have_streams_of_their_own_and_the_consoles_keep_theirs(place: Place) -> None:
    tokens = [place.issue(LAND)["token"] for _ in range(PHONES_PER_ADDRESS + 1)]
    staff = place.log_in("officer-7")
    client = place.client()
    opened = [client.get(f"/t/{token}/events") for token in tokens]
    assert [s.status_code for s in opened] == [200] * PHONES_PER_ADDRESS + [429]
    assert "Set-Cookie" not in opened[-1].headers
    console = staff.get("/events")
    assert console.status_code == 200
    for one in (*opened, console):
        one.close()


def test_another_site_gets_no_stream(place: Place) -> None:
    mine = place.issue(LAND)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = place.client().get(f"/t/{mine['token']}/events", headers=headers)
    assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers


# --- what does not tremble ----------------------------------------------------------------------------------


@pytest.fixture
def page(place: Place) -> Page:
    mine = place.issue(LAND)["ticket"]
    ticket = place.writer.view.state.tickets[mine]
    return Page(ticket, 4, (15, 25), Words("a", "b"), None, False, True, True)


def test_a_range_stays_a_minute_and_then_moves_by_five_minutes_or_not_at_all(page: Page) -> None:
    told = Told()
    assert told.next(page, 0.0) == page
    wider, fewer = replace(page, wait=(15, 30)), replace(page, ahead=3, wait=(10, 20))
    assert told.next(wider, CALM_S) is None  # the old range holds, so there is nothing to tell
    moved = told.next(fewer, 2 * CALM_S)
    assert moved is not None and (moved.ahead, moved.wait) == (3, (15, 25))
    assert told.next(fewer, RANGE_S) == fewer
    narrow = replace(fewer, wait=(10, 21))
    assert told.next(narrow, 3 * RANGE_S) == fewer  # only the minute is over


def test_a_range_that_becomes_known_or_unknown_is_told(page: Page) -> None:
    told, unknown = Told(), replace(page, wait=None)
    assert told.next(unknown, 0.0) == unknown
    assert told.next(page, CALM_S) == page
    assert told.next(unknown, 2 * CALM_S) == unknown


def test_news_of_the_ticket_itself_never_wait(page: Page) -> None:
    told = Told()
    told.next(page, 0.0)
    assert told.calm(page.ticket, CALM_S - 1) and not told.calm(page.ticket, CALM_S)
    moved = replace(page, ticket=replace(page.ticket, rev=page.ticket.rev + 1))
    assert not told.calm(moved.ticket, 0.1) and told.next(moved, 0.1) == moved
