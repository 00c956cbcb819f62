from __future__ import annotations

import base64
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from server.people.audit import Wanted
from server.people.rights import Role
from tests.web.place import PASSWORD, Place, Staff
from tests.web.sending import send

NEW = "bon-con-ga-trong"


@pytest.fixture
def staff(place: Place) -> Staff:
    return place.log_in("officer-7")


def log_in(place: Place, password: str = PASSWORD) -> tuple[FlaskClient, Any]:
    client = place.client()
    return client, send(client, "/login", "/login", name="officer-7", password=password)


def turn_on(place: Place, client: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """Scan the picture as a phone does, give its code back, and write down what is shown once."""
    page = client.get("/me/second").text
    found = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert found is not None
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(found[1]))))
    uri = urlsplit(code.text)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp") and "officer-7" in uri.path
    secret = parse_qs(uri.query)["secret"][0]
    assert secret in page.replace(" ", "")
    phone = pyotp.TOTP(secret)
    now = phone.at(int(place.wall[0]))
    answer = send(client, "/me/second", "/me/second", code=f"{now[:3]} {now[3:]}", password_now=PASSWORD)
    assert answer.status_code == 200
    codes = re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", answer.text)
    assert len(codes) == len(set(codes)) == 8
    return phone, codes


def test_changing_the_password_asks_for_the_old_one_and_ends_the_other_log_ins(
    place: Place, staff: Staff
) -> None:
    other, _ = log_in(place)
    before = staff.cookie
    for typed, words in (
        ({"password_now": "wrong", "password": NEW, "again": NEW}, "Mật khẩu hiện nay không đúng"),
        ({"password_now": PASSWORD, "password": NEW, "again": "x"}, "không giống nhau"),
        ({"password_now": PASSWORD, "password": "ngan", "again": "ngan"}, "ít nhất 10 ký tự"),
        ({"password_now": PASSWORD, "password": "officer-7-x", "again": "officer-7-x"}, "quá dễ đoán"),
        ({"password_now": PASSWORD, "password": "x" * 9999, "again": "x" * 9999}, "quá dài"),
    ):
        answer = send(staff.client, "/me", "/me/password", **typed)
        assert answer.status_code == 422 and words in answer.text and 'aria-invalid="true"' in answer.text
    assert place.accounts.check("officer-7", PASSWORD) is not None
    answer = send(staff.client, "/me", "/me/password", password_now=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 303 and "Đã đổi mật khẩu" in staff.get(answer.location).text
    assert other.get("/me").status_code == 302
    assert staff.cookie != before
    thief = place.client()
    thief.set_cookie(*before)
    assert thief.get("/me").status_code == 302
    assert place.accounts.check("officer-7", NEW) is not None
    assert place.audit.entries(Wanted(), 1)[0].what == "password.changed"


def test_a_screen_left_open_does_not_tell_the_password_by_trying(place: Place, staff: Staff) -> None:
    codes = [
        send(staff.client, "/me", "/me/password", password_now="x", password=NEW, again=NEW).status_code
        for _ in range(7)
    ]
    assert codes == [422] * 5 + [429] * 2


def test_my_log_ins_are_listed_and_can_be_ended_one_by_one_or_all(place: Place, staff: Staff) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"}
    second, third = place.client(), place.client()
    for client in (second, third):
        told = {"name": "officer-7", "password": PASSWORD}
        client.post("/api/v1/login", json=told, headers=agent, environ_overrides={"REMOTE_ADDR": "10.0.0.8"})
    page = staff.get("/me").text
    assert page.count("Firefox · Windows") == 2 and page.count("10.0.0.8") == 2 and "Máy này" in page
    id = re.search(r'name="id" value="([0-9a-f]+)"', page)
    assert id is not None
    assert staff.client.post("/me/logins/end", data={"csrf": staff.csrf, "id": id[1]}).status_code == 303
    alive = [c.get("/me").status_code == 200 for c in (second, third)]
    assert sorted(alive) == [False, True] and staff.get("/me").status_code == 200
    assert staff.client.post("/me/logins/end", data={"csrf": staff.csrf}).status_code == 303
    assert {c.get("/me").status_code for c in (second, third)} == {302} and staff.get(
        "/me"
    ).status_code == 200


def test_nobody_ends_somebody_elses_log_in(place: Place, staff: Staff) -> None:
    other = place.log_in("officer-8")
    (seen,) = place.accounts.logins.of("officer-8", place.wall[0])
    told = {"csrf": staff.csrf, "id": seen.id, "name": "officer-8", "account": "officer-8"}
    staff.client.post("/me/logins/end", data=told)
    assert other.get("/me").status_code == 200


def test_with_a_second_step_the_password_alone_opens_nothing(place: Place, staff: Staff) -> None:
    phone, _ = turn_on(place, staff.client)
    place.wall[0] += 30
    client, answer = log_in(place)
    assert answer.status_code == 303 and answer.location == "/login/code?next="
    assert client.get("/me").status_code == 302 and client.get("/api/v1/hall").status_code == 401
    wrong = send(client, answer.location, "/login/code", code="000000")
    assert wrong.status_code == 401 and "Mã không đúng" in wrong.text
    right = send(client, answer.location, "/login/code", code=phone.at(int(place.wall[0])))
    assert right.status_code == 303 and client.get("/me").status_code == 200
    assert place.audit.entries(Wanted(), 1)[0].about["by"] == "code"
    refused = place.client().post("/api/v1/login", json={"name": "officer-7", "password": PASSWORD})
    assert refused.status_code == 401 and refused.get_json()["code"] == "code-needed"


def test_a_code_works_once_and_for_a_minute_and_a_half(place: Place, staff: Staff) -> None:
    phone, _ = turn_on(place, staff.client)

    def tries(code: str) -> int:
        told = {"name": "officer-7", "password": PASSWORD, "code": code}
        return place.client().post("/api/v1/login", json=told).status_code

    first = phone.at(int(place.wall[0]))
    assert tries(first) == 401, "the code that turned it on was used by that"
    place.wall[0] += 60
    late = phone.at(int(place.wall[0]) - 30)
    assert tries(late) == 200 and tries(late) == 401
    assert tries(phone.at(int(place.wall[0]))) == 200
    assert tries(phone.at(int(place.wall[0]) - 30)) == 401, "a step before one that was used is over"
    place.tick[0] += 1000
    place.wall[0] += 300
    assert tries(phone.at(int(place.wall[0]) - 60)) == 401
    assert tries(phone.at(int(place.wall[0]) + 60)) == 401


def test_codes_cannot_be_guessed_for_long(place: Place, staff: Staff) -> None:
    phone, _ = turn_on(place, staff.client)
    place.wall[0] += 60
    client, answer = log_in(place)
    codes = [send(client, answer.location, "/login/code", code=f"00000{n}").status_code for n in range(5)]
    assert codes == [401] * 4 + [303], "after five the password is asked for again"
    place.tick[0] += 2
    client, answer = log_in(place)
    assert answer.location == "/login/code?next="
    right = phone.at(int(place.wall[0]))
    assert send(client, answer.location, "/login/code", code="000009").status_code == 401
    assert send(client, answer.location, "/login/code", code=right).status_code == 429


def test_a_recovery_code_replaces_the_phone_once(place: Place, staff: Staff) -> None:
    _, codes = turn_on(place, staff.client)
    for code, status in ((codes[0], 303), (codes[0].upper(), 401), (codes[1].replace("-", " ").upper(), 303)):
        client, answer = log_in(place)
        assert send(client, answer.location, "/login/code", code=code).status_code == status
    assert "Còn 6 mã dự phòng" in client.get("/me").text


def test_the_second_step_is_asked_for_at_once_and_its_secret_is_shown_once(
    place: Place, staff: Staff
) -> None:
    answer = send(staff.client, "/me/second", "/me/second", code="123456", password_now=PASSWORD)
    assert answer.status_code == 422 and "Mã không đúng" in answer.text
    answer = send(staff.client, "/me/second", "/me/second", code="123456", password_now="x")
    assert answer.status_code == 422 and "Mật khẩu hiện nay không đúng" in answer.text
    other, _ = log_in(place)
    turn_on(place, staff.client)
    assert other.get("/me").status_code == 302, "log-ins without it end"
    assert staff.get("/me/second").status_code == 302
    assert send(staff.client, "/me", "/me/second/off", password_off="x").status_code == 422
    assert send(staff.client, "/me", "/me/second/off", password_off=PASSWORD).status_code == 303
    assert log_in(place)[1].location == "/console/"


def test_an_administrator_turns_it_off_for_a_lost_phone_and_the_audit_is_told(
    place: Place, staff: Staff
) -> None:
    turn_on(place, staff.client)
    chief = place.log_in("goc", Role.ADMINISTRATOR)
    page = "/admin/people/officer-7"
    assert send(chief.client, page, page + "/second-off").status_code == 303
    assert log_in(place)[1].location == "/console/"
    entry = place.audit.entries(Wanted(what="second"), 1)[0]
    assert (entry.who, entry.what, entry.about) == ("goc", "second.off", {"account": "officer-7"})


def test_a_reset_link_replaces_the_password_and_not_the_phone(place: Place, staff: Staff) -> None:
    turn_on(place, staff.client)
    chief = place.log_in("goc", Role.ADMINISTRATOR)
    page = "/admin/people/officer-7"
    found = re.search(r"(/password/[\w-]+)", send(chief.client, page, page + "/reset").text)
    assert found is not None
    thief = place.client()
    assert send(thief, found[1], found[1], password=NEW, again=NEW).location == "/login"
    assert thief.get("/me").status_code == 302
    assert log_in(place, NEW)[1].location == "/login/code?next="
