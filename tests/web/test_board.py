"""The wall's page and its stream: public, of one shape, in a pool of their own."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from itertools import islice
from typing import Any

import msgspec
import pytest

from broker import codec, messages as m
from hardware.texts import LANGUAGES, Texts
from server.hall import commands as c
from server.web import board
from server.web.live import PUBLIC_PER_ADDRESS
from tests.web.place import MORNING, Place
from tests.web.test_live import patient

LAND = "environment-land"
SAME = {  # words of the page -> those of the display
    **{key: f"wall.{key}" for key in ("counter", "waiting", "serving", "paused", "empty", "lost")},
    **{key: f"progress.{key}" for key in ("ready", "supplement", "payment", "processing", "overdue")},
    **{key: f"progress.{key}" for key in ("code", "authority", "due", "where", "both", "none", "old_short")},
    **{f"day_{n}": f"weekday.{n}" for n in range(7)},
    "next": "wall.upcoming",
    "known_at": "wall.known_at",
    "progress": "progress.title",
    "stage": "progress.standing",
    "nothing": "progress.empty",
    "late": "late.title",
    "late_open": "late.overdue",
    "late_open_on": "late.overdue_on",
    "late_resolved": "late.resolved",
    "opens_today": "rest.today",
}
BLANKS = {name: f"{{{name}}}" for name in ("time", "date")}
DOSSIERS = m.Dossiers(
    rev=7,
    at=MORNING,
    known_at=MORNING,
    lines=(m.DossierLine("261109-0118", m.Words("Tư pháp", "Justice"), "ready", None, "14"),),
)


def news(place: Place, dossiers: list[m.Dossiers] | None = None) -> Any:
    """What a stream says, one message after the other, time in the hand."""
    current = dossiers or [m.Dossiers(rev=0, at=MORNING)]
    hall = replace(place.hall, dossiers=lambda: current[0])
    lines = patient(place, board.follow(hall, threading.Event()))
    assert next(lines).startswith("retry:")
    return (json.loads(line.removeprefix("data: ")) for line in lines)


def test_a_stream_begins_with_everything_a_page_needs(place: Place) -> None:
    place.issue(LAND)
    first = next(news(place, [DOSSIERS]))
    assert first["board"] == json.loads(codec.encode(place.writer.view.board))
    assert first["dossiers"] == json.loads(codec.encode(DOSSIERS))
    assert (first["at"], first["speed"], first["mark"]) == ("2026-11-23T01:12:00Z", 1.0, board.mark())
    plan = msgspec.convert(first["plan"], m.DeviceConfig)
    wall = place.hall.projection.wall_plan(None, MORNING)
    assert (plan.time_zone, plan.display) == ("Asia/Ho_Chi_Minh", wall)


def test_opening_times_are_told_anew_before_they_run_out(place: Place) -> None:
    stream = news(place)
    next(stream)
    place.clock.pass_(minutes=59)
    assert "plan" not in next(stream)
    place.clock.pass_(minutes=1)
    assert next(stream)["plan"]["display"]["openings"]


def test_then_it_says_what_is_new_and_beats_in_between(place: Place) -> None:
    current = [DOSSIERS]
    stream = news(place, current)
    next(stream)
    began = place.tick[0]
    assert not next(stream).keys() & {"board", "dossiers", "plan"}
    assert board.BEAT_S <= place.tick[0] - began <= 2 * board.BEAT_S
    place.at("7", c.OpenCounter)
    told = next(stream)
    assert (told["board"]["rev"], "dossiers" in told) == (place.writer.view.rev, False)
    current[0] = msgspec.structs.replace(DOSSIERS, rev=8)
    told = next(stream)
    assert (told["dossiers"]["rev"], "board" in told) == (8, False)


def test_boards_that_come_at_once_are_told_as_the_newest_which_has_all_calls(place: Place) -> None:
    stream = news(place)
    next(stream)
    for counter in ("4", "5", "6", "7", "8"):
        place.issue(LAND)
        place.at(counter, c.OpenCounter)
    called = [place.at(counter, c.CallNext)["number"] for counter in ("7", "8")]
    assert [call["number"] for call in next(stream)["board"]["calls"]] == called[::-1]


def test_who_has_no_stream_asks_for_what_it_does_not_know(place: Place) -> None:
    ask = place.client().get
    place.at("6", c.OpenCounter)  # the day has begun: nothing else changes the board by itself
    told = ask("/board/state").get_json()
    assert {"at", "speed", "mark", "plan", "board", "dossiers"} == told.keys()
    known = f"{told['board']['epoch']}.{told['board']['rev']}"
    assert not ask(f"/board/state?board={known}&dossiers=0").get_json().keys() & {"board", "dossiers"}
    place.at("7", c.OpenCounter)
    assert ask(f"/board/state?board={known}&dossiers=0").get_json()["board"]["rev"] > told["board"]["rev"]
    assert "board" in ask("/board/state?board=<script>&dossiers=%00").get_json()


def test_boards_never_take_the_consoles_streams(place: Place) -> None:
    looker, staff = place.client(), place.log_in("officer-7")
    open_boards = [looker.get("/board/events") for _ in range(PUBLIC_PER_ADDRESS)]
    assert all(stream.status_code == 200 for stream in open_boards)
    full = looker.get("/board/events")
    assert full.status_code == 429 and "Retry-After" in full.headers
    console = staff.get("/events")
    assert console.status_code == 200
    assert looker.get("/board/state").status_code == 200
    for stream in (*open_boards, console):
        stream.close()
    again = looker.get("/board/events")
    assert again.status_code == 200
    again.close()


def test_a_server_that_stops_ends_the_streams_of_boards(place: Place) -> None:
    stopping = threading.Event()
    lines = patient(place, board.follow(place.hall, stopping))
    list(islice(lines, 2))
    stopping.set()
    assert list(lines) == []
    pools = place.app.extensions
    assert pools["boards"].stopping is pools["streams"].stopping
    assert isinstance(pools["boards"].stopping, threading.Event)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_another_sites_page_gets_no_stream(place: Place, headers: dict[str, str]) -> None:
    assert place.client().get("/board/events", headers=headers).status_code == 403


def test_the_page_is_public_keeps_nothing_and_comes_anew_without_scripts(place: Place) -> None:
    answer = place.client().get("/board?lang=en")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert '<html lang="en">' in answer.text and "No number called yet" in answer.text
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in answer.text
    assert answer.text.count("<script") == 2 and "style=" not in answer.text


def test_without_scripts_the_present_state_is_there(place: Place) -> None:
    for counter in ("7", "8"):
        place.issue(LAND)
        place.at(counter, c.OpenCounter)
    first, second = (place.at(counter, c.CallNext)["number"] for counter in ("7", "8"))
    place.issue(LAND)
    text = place.client().get("/board").text
    hero, rows = text.split('id="list"')
    assert second in hero and first not in hero.split("<main>")[1] and first in rows
    assert 'id="clock" class="n">08:12<' in text and "Thứ hai, 23/11/2026" in text
    place.clock.pass_(days=1)
    assert "Chưa gọi số nào" in place.client().get("/board").text  # nothing of yesterday


def test_an_address_may_ask_for_a_theme_and_a_zone_that_exist(place: Place) -> None:
    text = place.client().get("/board?theme=dark&zone=calls-progress&sound=1").text
    assert 'data-theme="dark"' in text and 'data-zone="calls-progress"' in text and 'id="sound"' in text
    text = place.client().get('/board?theme="><script>&zone=slides&lang=fr').text
    assert "data-theme" not in text and 'data-zone=""' in text and '<html lang="vi">' in text


def test_the_mark_is_that_of_the_page(place: Place) -> None:
    assert f'data-mark="{board.mark()}"' in place.client().get("/board").text
    assert {"board.js", "board.css", "board-core.js", "board.html"} <= {file.name for file in board.PAGE}


def test_every_word_of_the_page_is_used_and_those_of_displays_are_the_same() -> None:
    sources = " ".join(file.read_text(encoding="utf-8") for file in board.PAGE)
    keys = [key for key in board.page_texts("vi") if not key.startswith("day_")]
    used = re.compile(r"""(?:board|texts)\.(\w+)|["'](\w+)["']|\b(\w+):""")
    found = {word for words in used.findall(sources) for word in words}
    assert [key for key in keys if key not in found] == []
    ours, theirs = board.page_texts, Texts.load("display")
    for lang in LANGUAGES:
        for key, other in SAME.items():
            assert ours(lang)[key] == theirs(other, lang, **BLANKS), key
