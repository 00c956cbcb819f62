"""The way between pages: drawn from one table, and only what the reader may see."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from server.people.rights import MAY, Right, Role
from server.web.places import MY_PAGES, PLACES, Group, current, ways
from server.web.words import TEXTS
from tests.web.place import Place


def test_every_row_is_a_page_that_is_read(place: Place) -> None:
    for row in (*PLACES, *MY_PAGES):
        rules = list(place.app.url_map.iter_rules(row.endpoint))
        assert rules and "GET" in (rules[0].methods or ()), row.endpoint
        assert row.key in TEXTS
    assert len({row.endpoint for row in PLACES}) == len(PLACES)
    assert all(f"place.group-{group.value}" in TEXTS for group in Group)


@pytest.mark.parametrize("role", Role)
def test_the_way_leads_where_one_may_go_and_nowhere_else(place: Place, role: Role) -> None:
    staff = place.log_in("somebody", role)
    text = staff.get("/").text
    with place.app.test_request_context():
        from flask import url_for

        addresses = {row.endpoint: url_for(row.endpoint) for row in PLACES}
    for row in PLACES:
        answer = staff.get(addresses[row.endpoint] + row.query)
        if row.right in MAY[role]:
            assert answer.status_code in (200, 302, 303), row.endpoint
        else:
            assert answer.status_code in (403, 404), row.endpoint
    shown = {urlsplit(href).path for nav in re.findall(r"<nav.*?</nav>", text, re.S) for href in links(nav)}
    assert shown <= {addresses[row.endpoint] for row in PLACES if row.right in MAY[role]}


def test_strangers_see_no_way(place: Place) -> None:
    assert "<nav" not in place.client().get("/").text
    assert "<nav" not in place.client().get("/login").text


def test_the_page_one_is_on_is_marked(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    for path in ("/figures/", "/dossiers/", "/devices/"):
        marked = re.findall(r'<a href="([^"]+)" aria-current="(?:page|true)"', chief.get(path).text)
        assert path in marked, path


def test_pages_without_a_row_belong_to_the_first_of_their_blueprint() -> None:
    found = current("console.page")
    assert found is not None and found.endpoint == "console.choose"
    assert current("index") is None and current(None) is None


def test_a_group_with_nothing_to_see_is_not_there() -> None:
    assert ways(lambda right: False, "index") == ()
    assert {w.group for w in ways(lambda right: right is Right.CALL, "index")} == {Group.COUNTER}


def test_language_and_look_stay_on_the_page_with_what_was_asked(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    text = chief.get("/figures/?day=2026-11-20").text
    assert 'href="?day=2026-11-20&amp;lang=en"' in text
    assert 'href="?day=2026-11-20&amp;look=dark"' in text


def test_a_look_is_kept_on_this_machine_and_outlives_the_log_in(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    assert '<html lang="vi">' in chief.get("/").text
    assert '<html lang="vi" data-look="dark">' in chief.get("/?look=dark").text
    chief.client.post("/logout", data={"csrf": chief.csrf})
    assert 'data-look="dark"' in chief.get("/login").text
    assert "data-look" not in chief.get("/login?look=auto").text.split(">")[1]
    assert '<html lang="vi">' in chief.get("/login").text
    assert '<html lang="vi">' in chief.get("/login?look=evil%22").text


def test_boards_and_phones_take_no_cookie_for_a_look(place: Place) -> None:
    for path in ("/board?look=dark", "/t/x?look=dark", "/healthz"):
        assert "motcua_look" not in place.client().get(path).headers.get("Set-Cookie", "")


def test_a_page_that_answers_a_form_leads_back_to_one_that_can_be_read(place: Place) -> None:
    client = place.client()
    page = client.get("/login").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    answer = client.post("/login", data={"csrf": csrf, "name": "x", "password": "y"})
    assert answer.status_code == 401 and 'href="?lang=en"' in answer.text


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html)
