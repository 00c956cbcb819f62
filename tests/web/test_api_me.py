"""What people keep of themselves, over the interface: log-ins, password, second step."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from server.people.audit import Wanted
from tests.web.place import PASSWORD, Place, Staff
from tests.web.test_api_people import ask

NEW = "bon-con-ga-trong"


@pytest.fixture
def staff(place: Place) -> Staff:
    return place.log_in("officer-7")


def another(place: Place, password: str = PASSWORD, code: str = "") -> Any:
    client = place.client()
    told = {"name": "officer-7", "password": password, "code": code}
    return client, client.post("/api/v1/login", json=told)


def test_log_ins_are_seen_and_ended(place: Place, staff: Staff) -> None:
    (one, _), (two, _), (three, _) = (another(place) for _ in range(3))
    rows = ask(staff, "GET", "/me/logins").get_json()["logins"]
    assert len(rows) == 4 and [row["mine"] for row in rows].count(True) == 1
    other = next(row["login"] for row in rows if not row["mine"])
    assert ask(staff, "DELETE", f"/me/logins/{other}").status_code == 200
    assert ask(staff, "DELETE", f"/me/logins/{other}").status_code == 404
    assert sorted(c.get("/api/v1/me").status_code for c in (one, two, three)) == [200, 200, 401]
    somebody = place.log_in("officer-6")
    mine = next(row["login"] for row in rows if row["mine"])
    assert ask(somebody, "DELETE", f"/me/logins/{mine}").status_code == 404, "those of others are not theirs"
    assert ask(staff, "POST", "/me/end-other-logins").get_json() == {"count": 2}
    assert [c.get("/api/v1/me").status_code for c in (one, two, three)] == [401] * 3
    assert staff.get("/api/v1/me").status_code == 200
    assert [e.about["count"] for e in place.audit.entries(Wanted(what="login.ended"), 9)] == [2, 1]


def test_another_password_wants_the_old_one_and_ends_the_other_log_ins(place: Place, staff: Staff) -> None:
    other, _ = another(place)
    before = staff.cookie
    for told, pointer, code in (
        ({"password": "wrong", "new": NEW}, "/password", "wrong"),
        ({"password": PASSWORD, "new": "ngan"}, "/new", "password-short"),
        ({"password": PASSWORD, "new": "officer-7-x"}, "/new", "password-guessed"),
        ({"password": PASSWORD, "new": "x" * 900}, "/new", "password-long"),
    ):
        answer = ask(staff, "PUT", "/me/password", told)
        (error,) = answer.get_json()["errors"]
        assert (answer.status_code, error["pointer"], error["code"]) == (400, pointer, code)
        assert error["detail"]
    assert place.accounts.check("officer-7", PASSWORD) is not None
    answer = ask(staff, "PUT", "/me/password", {"password": PASSWORD, "new": NEW})
    assert answer.status_code == 200 and staff.cookie != before
    staff.csrf = answer.get_json()["csrf"]
    assert ask(staff, "POST", "/me/end-other-logins").status_code == 200, "the new token counts"
    thief = place.client()
    thief.set_cookie(*before)
    assert thief.get("/api/v1/me").status_code == other.get("/api/v1/me").status_code == 401
    assert place.accounts.check("officer-7", NEW) is not None
    assert place.audit.entries(Wanted(what="password.changed"), 9)


def test_a_screen_left_open_does_not_tell_the_password_by_trying(place: Place, staff: Staff) -> None:
    codes = [ask(staff, "PUT", "/me/password", {"password": "x", "new": NEW}).status_code for _ in range(12)]
    assert codes[0] == 400 and codes[-1] == 429


def test_a_second_step_is_begun_asked_for_and_ended(place: Place, staff: Staff) -> None:
    assert ask(staff, "GET", "/me/second").get_json() == {"on": False, "left": 0}
    wanted = ask(staff, "POST", "/me/second/want").get_json()
    assert parse_qs(urlsplit(wanted["address"]).query)["secret"] == [wanted["secret"]]
    assert ask(staff, "GET", "/me/second").get_json()["on"] is False
    phone = pyotp.TOTP(wanted["secret"])
    code = phone.at(int(place.wall[0]))
    for told, pointer in (
        ({"password": "wrong", "code": code}, "/password"),
        ({"password": PASSWORD, "code": "abcdef"}, "/code"),
    ):
        answer = ask(staff, "POST", "/me/second/on", told)
        assert [e["pointer"] for e in answer.get_json()["errors"]] == [pointer]
    on = ask(staff, "POST", "/me/second/on", {"password": PASSWORD, "code": f"{code[:3]} {code[3:]}"})
    assert on.status_code == 200 and len(set(on.get_json()["codes"])) == 8
    staff.csrf = on.get_json()["csrf"]
    assert another(place)[1].get_json()["code"] == "code-needed"
    assert another(place, code=on.get_json()["codes"][0])[1].status_code == 200
    assert ask(staff, "GET", "/me/second").get_json() == {"on": True, "left": 7}
    assert ask(staff, "POST", "/me/second/want").get_json()["why"] == "on"
    assert ask(staff, "POST", "/me/second/off", {"password": "wrong"}).status_code == 400
    off = ask(staff, "POST", "/me/second/off", {"password": PASSWORD})
    assert off.get_json() == {"on": False, "left": 0}
    assert another(place)[1].status_code == 200
    kept = [e.what for e in place.audit.entries(Wanted(what="second"), 9)]
    assert kept == ["second.off", "second.on"]


def test_no_password_is_kept_by_a_key(place: Place, staff: Staff) -> None:
    """Not even as a hash that is no password's."""
    told = {"password": PASSWORD, "new": NEW}
    headers = {"X-CSRF-Token": staff.csrf, "Idempotency-Key": "one"}
    assert staff.client.put("/api/v1/me/password", json=told, headers=headers).status_code == 200
    with place.outcomes._engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM outcome WHERE who = 'officer-7'").scalar() == 0
