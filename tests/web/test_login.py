from __future__ import annotations

import pytest

from server.people.rights import Role
from tests.web.place import PASSWORD, Place, csrf_of


def test_logging_in_needs_no_javascript(place: Place) -> None:
    place.account("officer-7")
    client = place.client()
    page = client.get("/login").text
    assert "<script" not in page
    told = {"csrf": csrf_of(page), "name": "officer-7", "password": PASSWORD, "next": ""}
    answer = client.post("/login", data=told)
    assert answer.status_code == 303 and answer.location == "/console/"
    assert client.get("/console/").status_code == 200


def test_the_cookie_is_for_this_site_and_no_script(place: Place) -> None:
    place.account("officer-7")
    client = place.client()
    answer = client.post("/api/v1/login", json={"name": "officer-7", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie


def test_a_wrong_name_and_a_wrong_password_hear_the_same(place: Place) -> None:
    place.account("officer-7")
    answers = []
    for name, password in (("officer-7", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD)):
        client = place.client()
        told = {"csrf": csrf_of(client.get("/login").text), "name": name, "password": password}
        answer = client.post("/login", data=told)
        assert answer.status_code == 401
        answers.append(answer.text.replace(csrf_of(answer.text), ""))
    assert len(set(answers)) == 1


def test_after_failures_one_waits_longer_and_longer_and_a_right_password_too(place: Place) -> None:
    place.account("officer-7")
    client = place.client()

    def attempt(password: str) -> tuple[int, str | None]:
        answer = client.post("/api/v1/login", json={"name": "officer-7", "password": password})
        return answer.status_code, answer.headers.get("Retry-After")

    assert [attempt("wrong")[0] for _ in range(5)] == [401] * 5
    status, wait = attempt(PASSWORD)
    assert status == 429 and wait is not None and int(wait) >= 1
    place.tick[0] += 5
    assert attempt(PASSWORD)[0] == 200


def test_somebody_elses_failures_do_not_lock_an_officer_out(place: Place) -> None:
    place.account("officer-7")
    client = place.client()
    for n in range(18):
        client.post(
            "/api/v1/login",
            json={"name": "officer-7", "password": "x"},
            environ_overrides={"REMOTE_ADDR": f"10.1.0.{n}"},
        )
    answer = client.post("/api/v1/login", json={"name": "officer-7", "password": PASSWORD})
    assert answer.status_code == 200


def test_a_new_log_in_has_a_new_session_and_the_old_token_is_dead(place: Place) -> None:
    staff = place.log_in("officer-7")
    old_token = staff.csrf
    old_cookie = staff.cookie
    again = staff.client.post("/api/v1/login", json={"name": "officer-7", "password": PASSWORD})
    assert again.get_json()["csrf"] != old_token
    assert staff.cookie != old_cookie
    assert staff.press("7", "open").get_json()["code"] == "csrf"


def test_a_cookie_that_was_logged_out_opens_nothing_even_when_it_is_kept(place: Place) -> None:
    staff = place.log_in("officer-7")
    cookie = staff.cookie
    assert staff.post("/api/v1/logout", {}).status_code == 200
    staff.client.set_cookie(*cookie)
    assert staff.get("/api/v1/hall").status_code == 401
    assert staff.press("7", "open").status_code == 401
    assert staff.get("/console/").status_code == 302


def test_a_disabled_account_is_out_with_its_next_request(place: Place) -> None:
    staff = place.log_in("officer-7")
    place.accounts.disable("officer-7")
    assert staff.get("/api/v1/hall").status_code == 401


@pytest.mark.parametrize("path", ["/login", "/logout", "/console/"])
def test_a_form_without_its_token_changes_nothing(place: Place, path: str) -> None:
    staff = place.log_in("officer-7")
    answer = staff.client.post(path, data={"counter": "7", "name": "officer-7", "password": PASSWORD})
    assert answer.status_code == 400
    assert place.writer.view.state.counter("7").status == "closed"
    assert staff.get("/api/v1/hall").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "javascript:alert(1)", "/console/\\\\evil", "/t/x", ""],
)
def test_a_log_in_leads_to_pages_of_ours_only(place: Place, wanted: str) -> None:
    place.account("officer-7")
    client = place.client()
    told = {"csrf": csrf_of(client.get("/login").text), "name": "officer-7", "password": PASSWORD}
    assert client.post("/login", data={**told, "next": wanted}).location == "/console/"


def test_a_stranger_is_asked_to_log_in_and_brought_back(place: Place) -> None:
    place.account("chief", Role.MANAGER)
    client = place.client()
    answer = client.get("/figures/")
    assert answer.location == "/login?next=/figures/"
    page = client.get(answer.location).text
    told = {"csrf": csrf_of(page), "name": "chief", "password": PASSWORD, "next": "/figures/"}
    assert client.post("/login", data=told).location == "/figures/"


def test_an_officer_sees_no_figures(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.get("/figures/")
    assert answer.status_code == 403
    assert "không được xem" in answer.text


def test_a_counter_is_handed_over_in_two_forms(place: Place) -> None:
    """Reserve staff take over within 30 s: out with one press, in with name and password, at this counter."""
    first = place.log_in("officer-7")
    first.press("7", "open")
    place.account("officer-8")
    out = first.client.post("/logout", data={"csrf": first.csrf, "next": "/console/7"})
    assert out.status_code == 303 and out.location == "/login?next=/console/7"
    told = {"csrf": csrf_of(first.get(out.location).text), "name": "officer-8", "password": PASSWORD}
    answer = first.client.post("/login", data={**told, "next": "/console/7"})
    assert answer.location == "/console/7"
    for n, wanted in enumerate(("//evil.example", "/t/x", "", "javascript:alert(1)")):
        client = place.log_in(f"reserve-{n}").client
        csrf = csrf_of(client.get("/me").text)
        assert client.post("/logout", data={"csrf": csrf, "next": wanted}).location == "/login"
