"""Abuse cases 19 to 25 and 34 of the design: what is tried at the log-in and behind it, and what comes of it.

No time is measured: what takes time is a password's hash, and hashes are counted.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
import requests
from werkzeug.routing import Rule

from server.people.audit import Wanted
from server.people.rights import Role
from server.web.live import follow
from server.web.serving import WebServer
from tests.web.place import PASSWORD, Place, csrf_of
from tests.web.sending import send
from tests.web.test_live import patient

EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@contextmanager
def hashes_verified() -> Iterator[list[int]]:
    """How often this thread computes Argon2, told by the interpreter itself."""
    count = [0]

    def saw(frame: Any, event: str, _arg: Any) -> None:
        if event == "call" and frame.f_code.co_name == "verify_secret":
            count[0] += 1

    sys.setprofile(saw)
    try:
        yield count
    finally:
        sys.setprofile(None)


def tried(place: Place, name: str, password: str, address: str) -> Any:
    told = {"name": name, "password": password}
    return place.client().post("/api/v1/login", json=told, environ_overrides={"REMOTE_ADDR": address})


def test_19_a_thousand_passwords_at_one_account(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.account("officer-7")
    codes = []
    with hashes_verified() as hashes:
        for n in range(1000):
            codes.append(tried(place, "officer-7", f"mat-khau-{n}", "203.0.113.9").status_code)
            place.tick[0] += 1
    assert codes[:5] == [401] * 5 and set(codes) == {401, 429}
    assert codes.count(401) == hashes[0] <= 16, "a try that has to wait costs no hash"
    answer = tried(place, "officer-7", PASSWORD, "203.0.113.9")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 1
    assert tried(place, "officer-7", PASSWORD, "10.0.0.7").status_code == 200, "the owner, elsewhere"
    assert "login_slowed address=203.0.113.9" in caplog.text
    (slowed, *more) = place.audit.entries(Wanted(what="login.slowed"), 100)
    assert slowed.about == {"account": "officer-7", "address": "203.0.113.9"} and len(more) <= 17
    assert len(place.audit.entries(Wanted(what="login.failed"), 1000)) == codes.count(401)
    assert "mat-khau-" not in str(place.audit.entries(Wanted(), 1000))


def test_19_also_from_all_the_addresses_of_one_household(place: Place) -> None:
    place.account("officer-7")
    codes = [tried(place, "officer-7", "wrong", f"2001:db8:1:2::{n:x}").status_code for n in range(6)]
    assert codes == [401] * 5 + [429]
    assert tried(place, "officer-7", PASSWORD, "2001:db8:1:3::1").status_code == 200


def test_19_one_password_over_two_hundred_people(place: Place) -> None:
    place.account("officer-7")
    codes = [tried(place, f"officer-{n}", "Matkhau2026", "203.0.113.9").status_code for n in range(100, 300)]
    assert codes.count(401) == 20 and codes[20:] == [429] * 180
    assert tried(place, "officer-7", PASSWORD, "203.0.113.9").status_code == 429
    assert tried(place, "officer-7", PASSWORD, "10.0.0.7").status_code == 200


def test_19_many_addresses_at_one_account_keep_its_owner_out_nowhere_known(place: Place) -> None:
    place.account("officer-7")
    assert tried(place, "officer-7", PASSWORD, "10.0.0.7").status_code == 200
    for n in range(60):
        tried(place, "officer-7", "sai", f"198.51.100.{n}")
    assert tried(place, "officer-7", PASSWORD, "198.51.100.99").status_code == 429
    assert tried(place, "officer-7", PASSWORD, "10.0.0.7").status_code == 200


def test_19_every_name_costs_the_same_work_and_hears_the_same_words(place: Place) -> None:
    for name in ("known", "gone"):
        place.account(name)
    place.accounts.disable("gone")
    place.accounts.add("waits", {"hanam": Role.OFFICER}, None, place.wall[0])
    said = set()
    for n, name in enumerate(("known", "gone", "waits", "nobody", "", "Hà", "x" * 64, "a' OR '1'='1")):
        client = place.client()
        page = client.get("/login").text
        told = {"csrf": csrf_of(page), "name": name, "password": PASSWORD + "x"}
        with hashes_verified() as hashes:
            answer = client.post("/login", data=told, environ_overrides={"REMOTE_ADDR": f"10.0.1.{n}"})
        assert (answer.status_code, hashes[0]) == (401, 1), name
        said.add(answer.text.replace(csrf_of(answer.text), ""))
    assert len(said) == 1
    kept = [e.about["account"] for e in place.audit.entries(Wanted(what="login.failed"), 100)]
    assert set(kept) == {"known", "gone", "waits", ""}, "what is no account may be a password"


def test_20_a_session_from_before_the_log_in_is_worth_nothing_after_it(place: Place) -> None:
    place.account("officer-7")
    thief = place.client()
    token = csrf_of(thief.get("/login").text)
    name = place.app.config["SESSION_COOKIE_NAME"]
    planted = thief.get_cookie(name)
    assert planted is not None
    victim = place.client()
    victim.set_cookie(name, planted.value)
    told = {"csrf": token, "name": "officer-7", "password": PASSWORD}
    assert victim.post("/login", data=told).status_code == 303
    kept = victim.get_cookie(name)
    assert kept is not None and kept.value != planted.value
    assert victim.get("/me").status_code == 200 and thief.get("/me").status_code == 302
    assert victim.post("/me/logins/end", data={"csrf": token}).status_code == 400, "the old token is dead"


@pytest.mark.parametrize("ended", ["log-out", "disabled", "roles", "password", "everywhere", "second"])
def test_21_a_cookie_of_an_ended_log_in_opens_nothing_and_its_streams_close(place: Place, ended: str) -> None:
    staff = place.log_in("officer-7")
    cookie = staff.cookie
    with staff.client.session_transaction() as session:
        key = str(session["key"])
    stream = patient(place, follow(place.hall, key, threading.Event()))
    list(islice(stream, 2))
    began = place.tick[0]
    match ended:
        case "log-out":
            staff.post("/api/v1/logout", {})
        case "disabled":
            place.accounts.disable("officer-7")
        case "roles":
            place.accounts.set_roles("officer-7", {"hanam": Role.RECEPTION})
        case "password":
            place.accounts.set_password("officer-7", "bon-con-ga-trong")
        case "everywhere":
            place.accounts.logins.end_all("officer-7")
        case "second":
            place.accounts.logins.end_one(
                "officer-7", place.accounts.logins.of("officer-7", place.wall[0])[0].id
            )
    staff.client.set_cookie(*cookie)
    assert staff.get("/api/v1/hall").status_code == 401
    assert staff.press("7", "open").status_code == 401
    assert staff.get("/events", headers={"Accept": "text/event-stream"}).status_code == 401
    assert staff.get("/console/").status_code == 302
    assert list(stream) == [] and place.tick[0] - began <= 10


def changing(place: Place) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in place.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
    ]


def address(rule: Rule) -> str:
    given = re.sub(r"<any\(([^,)]*)[^>]*>", r"\1", rule.rule)
    return re.sub(r"<[^>]*>", "7", given)


def test_22_no_other_sites_form_changes_anything(place: Place) -> None:
    """Every change of every page and endpoint, with the cookie of somebody who may do everything."""
    chief = place.log_in("goc", Role.ADMINISTRATOR)
    place.account("officer-7")
    rev = place.writer.view.rev
    rows, log_ins = place.accounts.rows(), place.accounts.logins.of("goc", place.wall[0])
    seen = 0
    for rule, method in changing(place):
        if rule.endpoint.startswith("phone."):  # citizens have no cookie that could be used for them
            continue
        for told in ({"data": {"csrf": "x", "counter": "7", "name": "x"}}, {"json": {"counter": "7"}}):
            answer = chief.client.open(address(rule), method=method, headers=EVIL, **told)  # type: ignore[arg-type]
            assert answer.status_code in (400, 403, 404), (method, rule.rule, answer.status_code)
            seen += 1
    assert seen > 60
    assert place.writer.view.rev == rev and place.accounts.rows() == rows
    assert place.accounts.logins.of("goc", place.wall[0]) == log_ins


def test_22_nothing_is_changed_by_being_looked_at(place: Place) -> None:
    chief = place.log_in("goc", Role.ADMINISTRATOR)
    rev, rows = place.writer.view.rev, place.accounts.rows()
    readable = {r.rule for r in place.app.url_map.iter_rules() if "GET" in (r.methods or set())}
    for rule, method in changing(place):
        if rule.rule not in readable and method == "POST":
            status = chief.get(address(rule)).status_code
            assert status in (404, 405), (rule.rule, status)
    assert place.writer.view.rev == rev and place.accounts.rows() == rows


def test_23_another_site_opens_no_stream_and_reads_no_answer(place: Place) -> None:
    chief = place.log_in("goc", Role.ADMINISTRATOR)
    streams = [r for r in place.app.url_map.iter_rules() if r.rule.endswith("/events") and "<" not in r.rule]
    assert len(streams) >= 4
    for rule in streams:
        answer = chief.get(rule.rule, headers={**EVIL, "Accept": "text/event-stream"})
        answer.close()
        assert answer.status_code in (403, 204), rule.rule  # the latter has nothing to say to anybody
    for rule in place.app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and "<" not in rule.rule:
            answer = chief.get(rule.rule, headers=EVIL)
            answer.close()
            assert "Access-Control-Allow-Origin" not in answer.headers, rule.rule
            answer = chief.client.open(rule.rule, method="OPTIONS", headers=EVIL)
            assert "Access-Control-Allow-Origin" not in answer.headers, rule.rule


def test_24_another_officers_counter_is_refused(place: Place) -> None:
    first, second = place.log_in("officer-7"), place.log_in("officer-8")
    assert first.press("7", "open").status_code == 200
    place.issue("environment-land")
    rev = place.writer.view.rev
    assert second.press("7", "next").status_code == 403 and place.writer.view.rev == rev


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "//evil.example",
            "///evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\\evil.example",
        ),
        *(
            "\\\\evil.example",
            "/console/\\..\\evil",
            "/%2f%2fevil.example",
            "/./..//evil.example",
            "/console/?x=//e",
        ),
        *("/console/%0d%0aSet-Cookie:x=1", "/console/\r\nX: y", "/t/x", "/login", "/nothing", "/api/v1/hall"),
        *(
            "/events",
            "/console/7/live",
            "/static/app.css",
            "console/",
            " /console/",
            "/console",
            "data:text/html,x",
        ),
        *("/at/evil.example/", "x" * 5000),
    ],
)
def test_34_a_log_in_leads_to_pages_of_ours_only(place: Place, wanted: str) -> None:
    place.account("officer-7")
    answer = send(place.client(), "/login", "/login", name="officer-7", password=PASSWORD, next=wanted)
    assert answer.status_code == 303 and answer.location == "/console/"
    assert "\n" not in answer.headers["Location"] and "x" not in [name.lower() for name, _ in answer.headers]


@pytest.mark.parametrize("wanted", ["/figures/", "/devices/", "/console/7", "/me", "/admin/people/"])
def test_34_and_to_these_it_does(place: Place, wanted: str) -> None:
    place.account("officer-7")
    answer = send(place.client(), "/login", "/login", name="officer-7", password=PASSWORD, next=wanted)
    assert answer.location == wanted


def test_two_who_use_a_one_time_key_at_once(place: Place) -> None:
    from server.people.once import Kind

    key = place.accounts.once.give(Kind.FIRST, None, place.wall[0])
    found: list[Any] = []
    line = threading.Barrier(8)

    def use() -> None:
        line.wait()
        found.append(place.accounts.once.use(Kind.FIRST, key, place.wall[0]))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(f is not None for f in found) == 1


def test_over_https_the_cookie_can_be_set_by_this_host_alone(place: Place) -> None:
    from server.web.app import create_app
    from server.web.hall import Hall

    class Secure(Hall):
        @property
        def config(self) -> Any:
            return replace(super().config, url="https://hall.example")

    fields = {name: getattr(place.hall, name) for name in Hall.__dataclass_fields__}
    client = create_app(Secure(**fields)).test_client()
    header = client.get("/login", base_url="https://hall.example").headers["Set-Cookie"]
    assert header.startswith("__Host-motcua_") and "Secure" in header and "Path=/" in header
    assert "HttpOnly" in header and "SameSite=Strict" in header and "Domain" not in header


@pytest.mark.parametrize("proxy", [None, "127.0.0.1"])
def test_19_behind_a_proxy_failures_count_for_the_address_it_tells_if_it_is_believed(
    place: Place, proxy: str | None
) -> None:
    server = WebServer(place.app, "127.0.0.1", 0, proxy)
    thread = server.start()

    def tries(address: str) -> int:
        told = {"name": "nobody", "password": "x" * 12}
        where = f"http://127.0.0.1:{server.port}/api/v1/login"
        return requests.post(where, json=told, headers={"X-Forwarded-For": address}, timeout=30).status_code

    try:
        codes = [tries("203.0.113.9") for _ in range(6)]
        assert codes == [401] * 5 + [429]
        assert tries("10.0.0.7") == (401 if proxy else 429)
        told = {e.about["address"] for e in place.audit.entries(Wanted(what="login.failed"), 20)}
        assert told == ({"203.0.113.9", "10.0.0.7"} if proxy else {"127.0.0.1"})
    finally:
        server.stop()
        thread.join()
