from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from server.hall import commands as c
from server.hall.waiting import QueueLength
from server.web.phone_view import remaining
from tests.web.place import Place

LAND = "environment-land"
STATIC = Path(__file__).parents[2] / "server" / "web" / "static"


def test_the_phone_shows_number_ahead_place_and_last_call(place: Place) -> None:
    first = place.issue(LAND)["number"]
    for _ in range(3):
        place.issue(LAND)
    mine = place.issue(LAND)
    place.at("7", c.CallNext)
    page = place.client().get(f"/t/{mine['token']}").text
    assert f">{mine['number']}<" in page
    assert ">3 người<" in page
    assert "Khu B" in page and "quầy 6, 7" in page
    assert f"<b>{first}</b>" in page and "<b>Quầy 7</b>" in page
    assert "Cập nhật lúc 08:12" in page


def test_a_range_is_told_once_thirty_calls_are_known(place: Place) -> None:
    place.at("7", c.OpenCounter)
    for known in range(1, 35, 2):
        place.issue(LAND)
        place.at("7", c.CallNext)
        place.clock.pass_(minutes=6)
        place.at("7", c.Finish)
        mine = place.issue(LAND)
        page = place.client().get(f"/t/{mine['token']}").text
        assert ('id="wait"' in page) == (known >= 30), known
        place.at("7", c.CallNext), place.at("7", c.MarkNoShow)
    assert re.search(r"(\d+–\d+|dưới \d+) phút", page)


def test_who_stands_behind_hears_no_shorter_wait(place: Place) -> None:
    tokens = [place.issue(LAND) for _ in range(12)]
    view = place.writer.view
    view.state.known_calls[LAND] = 30
    tickets = [view.state.tickets[t["ticket"]] for t in tokens]
    ranges = [remaining(view.site, view.state, t, place.clock.now(), QueueLength()) for t in tickets]
    assert all(r is not None for r in ranges)
    assert ranges == sorted(ranges, key=lambda r: r or (0, 0))


def test_when_called_the_phone_says_where_to_go(place: Place) -> None:
    mine = place.issue(LAND)
    place.at("7", c.CallNext)
    page = place.client().get(f"/t/{mine['token']}").text
    assert "Mời đến quầy 7" in page and 'id="ahead"' not in page
    place.at("7", c.Start)
    assert "Đang làm thủ tục" in place.client().get(f"/t/{mine['token']}").text
    place.at("7", c.Finish)
    page = place.client().get(f"/t/{mine['token']}").text
    assert "Đã xong" in page and 'http-equiv="refresh"' not in page


def test_a_missed_number_hears_how_long_it_may_come_back(place: Place) -> None:
    mine = place.issue(LAND)
    place.at("7", c.CallNext), place.at("7", c.MarkNoShow)
    assert "trong 15 phút" in place.client().get(f"/t/{mine['token']}").text


def test_the_page_works_without_scripts_and_refreshes_itself(place: Place) -> None:
    page = place.client().get(f"/t/{place.issue(LAND)['token']}").text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    assert re.findall(r"<script[^>]*>", page) == ['<script defer src="/static/phone.js">']
    assert '<button class="filled" type="button" id="bell"' in page and " hidden>" in page


def test_the_language_is_that_of_the_ticket_until_it_is_changed(place: Place) -> None:
    english, vietnamese = place.issue(LAND, lang="en"), place.issue(LAND)
    client = place.client()
    assert '<html lang="en">' in client.get(f"/t/{english['token']}").text
    assert '<html lang="vi">' in client.get(f"/t/{vietnamese['token']}").text
    page = client.get(f"/t/{vietnamese['token']}?lang=en").text
    assert '<html lang="en">' in page and "1 person" in page


def test_it_is_private_sets_no_cookie_and_loads_nothing_foreign(place: Place) -> None:
    answer = place.client().get(f"/t/{place.issue(LAND)['token']}?lang=en")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "http://" not in answer.text and "https://" not in answer.text


def test_first_load_is_at_most_60_kb_in_6_requests(place: Place) -> None:
    page = place.client().get(f"/t/{place.issue('environment-permits', 'priority')['token']}").data
    css, script = (STATIC / "phone.css").read_bytes(), (STATIC / "phone.js").read_bytes()
    fonts = re.findall(rb"url\((fonts/[^)]+)\)", css)
    stream = page  # the first thing that it tells
    loaded = [page, css, script, stream, *((STATIC / f.decode()).read_bytes() for f in fonts)]
    assert len(loaded) <= 6
    assert sum(map(len, loaded)) + 500 * len(loaded) <= 60_000  # half a kilobyte of headers each


@pytest.mark.parametrize(
    "token",
    ["x", "A" * 22, "../../etc/passwd", "%00", "A" * 5000, "'; DROP TABLE ticket", "ấ" * 22, "{{7*7}}"],
)
def test_an_unknown_number_is_not_found(place: Place, token: str) -> None:
    place.issue(LAND)
    answer = place.client().get(f"/t/{token}")
    assert answer.status_code == 404


def test_unknown_and_expired_look_the_same(place: Place) -> None:
    mine = place.issue(LAND)
    client = place.client()
    unknown = client.get("/t/" + "A" * 22)
    assert client.get(f"/t/{mine['token']}").status_code == 200
    assert client.get(f"/t/{mine['token'].upper()}x").status_code == 404
    place.clock.at += timedelta(hours=11)  # 19:12: two hours after closing are over
    evening = client.get(f"/t/{mine['token']}")
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=1)
    place.writer.wait(rev, 5)
    tomorrow = client.get(f"/t/{mine['token']}")
    for other in (evening, tomorrow):
        assert (other.status_code, other.data) == (404, unknown.data)
        assert dict(other.headers) == dict(unknown.headers)


def test_the_phone_tells_nothing_but_number_and_place(place: Place) -> None:
    mine = place.issue(LAND)
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("7", c.CallNext), place.at("7", c.Park, note="bí mật")
    page = place.client().get(f"/t/{mine['token']}").text
    assert "bí mật" not in page and "officer" not in page and "Đặng" not in page
