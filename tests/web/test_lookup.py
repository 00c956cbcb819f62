"""Looking a dossier up on the web: by anybody, without a trace, and not too often."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.dossiers.applicants import Applicant, open_seals, write
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.lookups import A_MINUTE
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from tests.web.place import Place

CODE, NOBODYS, UNKNOWN = "H42.13-261109-0118", "H42.13-261109-0119", "H42.13-261109-0120"
SECRET, CARD = "K7QP", "001090123456"
PERSONAL = ("Nguyễn Văn", "0912345123", "Trần Phú", CARD, SECRET, "an@vidu.vn")


@pytest.fixture
def town(place: Place, tmp_path: Path) -> Place:
    now, seals = place.clock.now(), open_seals(tmp_path)
    day = now.astimezone(place.config.site.zone).replace(hour=0, minute=0)
    some = [
        Dossier(code, "justice", "Cấp phiếu lý lịch", Status.PROCESSING, day, now + timedelta(days=1))
        for code in (CODE, NOBODYS)
    ]
    place.register.bring([Brought(d) for d in some], Delivery(now, "test"), now)
    person = Applicant(
        name="Nguyễn Văn An",
        phone="0912345123",
        address="12 Trần Phú",
        email="an@vidu.vn",
        id_seal=seals.of_id(CARD),
        secret_seal=seals.of_secret(CODE, SECRET),
    )
    with place.register.writing() as db:
        write(db, {CODE: person})
    return place


def form_of(page: Any) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, code: str, factor: str = "", address: str = "10.0.0.1", **more: Any) -> Any:
    told = {"form": form_of(client.get("/lookup")), "code": code, "factor": factor}
    return client.post("/lookup", data=told, environ_base={"REMOTE_ADDR": address}, **more)


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_a_code_alone_tells_status_and_promise(town: Place) -> None:
    page = send(town.client(), CODE)
    assert page.status_code == 200
    assert "Trạng thái Đang giải quyết Hẹn trả kết quả 24/11/2026 lúc 08:12" in words(page)
    assert not [word for word in ("N***", "lý lịch", "Tư pháp", "***", *PERSONAL) if word in words(page)]


@pytest.mark.parametrize("factor", [SECRET.lower(), "5123", CARD])
def test_a_second_factor_tells_the_rest_masked(town: Place, factor: str) -> None:
    page = send(town.client(), CODE, factor)
    assert "N*** V*** A***" in words(page) and "*** *** 123" in words(page) and "Sở Tư pháp" in words(page)
    assert not [word for word in PERSONAL if word in page.text]
    assert "Ngày tiếp nhận 23/11/2026" in words(page) and "00:00" not in words(page), "a day without an hour"
    assert 'http-equiv="refresh" content="30;url=/lookup?lang=vi"' in page.text


def test_an_answer_is_wiped_after_half_a_minute_and_kept_by_a_press(town: Place) -> None:
    client = town.client()
    bare = send(client, CODE)
    assert 'content="30;url=/lookup?lang=vi"' in bare.text and "tự xóa sau 30 giây" in words(bare)
    told = {"form": form_of(bare), "code": CODE, "factor": "K7Q", "keep": "1"}
    kept = client.post("/lookup", data=told)
    assert kept.status_code == 200 and 'id="found"' in kept.text and 'id="rest"' not in kept.text
    assert 'content="30;url=/lookup?lang=vi"' in kept.text and 'value="K7Q"' in kept.text
    assert client.post("/lookup", data=told).status_code == 409  # a press, no loading again
    assert 'name="keep"' not in send(client, CODE, SECRET).text  # what is personal goes


def test_a_result_that_is_ready_says_where_to_go(town: Place) -> None:
    day = town.clock.now()
    ready = Dossier(UNKNOWN, "environment", "Đất đai", Status.RESOLVED, day, day, day)
    town.register.bring([Brought(ready)], Delivery(day, "test", whole=False), day)
    assert "Nhận kết quả Lấy số “Trả kết quả” tại ki-ốt" in words(send(town.client(), UNKNOWN))
    assert "Nhận kết quả" not in words(send(town.client(), CODE))


def test_what_was_too_long_leaves_the_code_in_its_field(town: Place) -> None:
    page = send(town.client(), CODE, "1" * 41)
    assert page.status_code == 400 and "quá dài" in page.text and f'value="{CODE}"' in page.text


def test_nothing_stays_in_addresses_caches_cookies_or_logs(
    town: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pages = [send(town.client(), CODE, factor) for factor in ("", SECRET, "0000")]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in page.headers and "Location" not in page.headers
        assert not re.search(r'(?:href|action|url)="?[^"> ]*(?:0118|K7QP)', page.text)
    assert not [word for word in (CODE, *PERSONAL) if word in caplog.text]
    asked = town.client().get(f"/lookup?code={CODE}&factor={SECRET}&lang=en")
    assert CODE not in asked.text and SECRET not in asked.text and "Look up a dossier" in asked.text


def test_a_form_can_be_sent_once_and_within_the_hour(town: Place) -> None:
    """Going back and loading again shows nothing."""
    client = town.client()
    told = {"form": form_of(client.get("/tra-cuu")), "code": CODE, "factor": SECRET}
    assert "N***" in client.post("/lookup", data=told).text
    again = client.post("/lookup", data=told)
    assert again.status_code == 409 and "N***" not in again.text and CODE not in again.text
    told["form"] = form_of(client.get("/lookup"))
    town.wall[0] += 3601
    assert client.post("/lookup", data=told).status_code == 409
    for form in ("", "x", "1.2.3", told["form"][:-1] + "x", "nan.a." + "0" * 32):
        assert client.post("/lookup", data={**told, "form": form}).status_code == 409


def test_a_page_of_another_site_asks_for_nothing(town: Place) -> None:
    answer = send(town.client(), CODE, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_wrong_and_unknown_are_one_sentence(town: Place) -> None:
    client = town.client()
    sentences = {
        re.findall(r'id="wrong"[^>]*>([^<]*)<', send(client, c, "0000").text)[0]
        for c in (CODE, NOBODYS, UNKNOWN)
    }
    assert sentences == {"Thông tin không khớp. Mời Ông/Bà xem lại mã hồ sơ và thông tin đã nhập."}
    assert send(client, UNKNOWN).status_code == 404


@pytest.mark.parametrize(
    "typed", ["", "'; DROP TABLE dossier; --", "<script>alert(1)</script>", "H99", "A" * 65]
)
def test_what_is_no_code_is_said_beside_the_form(town: Place, typed: str) -> None:
    page = send(town.client(), typed)
    assert (
        page.status_code in (400, 422)
        and "Mã hồ sơ chưa đúng" in page.text
        and "<script>alert" not in page.text
    )


def test_a_code_of_a_megabyte_is_refused(town: Place) -> None:
    assert send(town.client(), "A" * 1_000_000).status_code in (400, 413)
    sent = town.client().post("/api/v1/lookup", json={"code": "A" * 1_000_000})
    assert sent.status_code in (400, 413)


def test_the_web_programs_and_kiosks_count_wrong_tries_together(town: Place) -> None:
    client = town.client()
    for n in range(2):
        assert send(client, CODE, "0000", f"10.0.0.{n}").status_code == 422
        sent = {"code": CODE, "factor": f"000{n}"}
        answer = client.post("/api/v1/lookup", json=sent, environ_base={"REMOTE_ADDR": f"10.0.1.{n}"})
        assert (answer.status_code, answer.get_json()["matches"]) == (200, False)
    assert town.hall.lookups is not None
    assert town.hall.lookups.find(CODE, "0009", "device:kiosk-1", town.tick[0]).wait_s == 0
    locked = send(client, CODE, SECRET, "10.7.7.7")
    assert locked.status_code == 429 and "N***" not in locked.text and "thử lại sau" in locked.text
    assert "Đang giải quyết" in locked.text  # the code alone still tells
    sent = {"code": CODE, "factor": SECRET}
    assert (
        client.post("/api/v1/lookup", json=sent, environ_base={"REMOTE_ADDR": "10.8.8.8"}).status_code == 429
    )
    town.tick[0] += 61
    assert "N***" in send(client, CODE, SECRET, "10.7.7.7").text


def test_one_address_may_look_up_so_often_a_minute(town: Place) -> None:
    client = town.client()
    found = [client.post("/api/v1/lookup", json={"code": CODE}).status_code for _ in range(A_MINUTE + 1)]
    assert found == [200] * A_MINUTE + [429]
    busy = send(client, CODE, address="127.0.0.1")
    assert busy.status_code == 429 and int(busy.headers["Retry-After"]) <= 61


def test_programs_are_told_the_same(town: Place) -> None:
    client = town.client()
    bare = client.post("/api/v1/lookup", json={"code": CODE.lower()}).get_json()
    assert bare == {
        "code": CODE,
        "status": "processing",
        "due": "2026-11-24T01:12:00Z",
        "matches": None,
        "rest": None,
    }
    rest = client.post("/api/v1/lookup", json={"code": CODE, "factor": SECRET}).get_json()["rest"]
    assert (rest["name"], rest["phone"], rest["authority"]["vi"]) == (
        "N*** V*** A***",
        "*** *** 123",
        "Sở Tư pháp",
    )
    assert client.post("/api/v1/lookup", json={"code": UNKNOWN}).status_code == 404
    assert client.post("/api/v1/lookup", json={"code": "x"}).status_code == 400
    evil = client.post("/api/v1/lookup", json={"code": CODE}, headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403
