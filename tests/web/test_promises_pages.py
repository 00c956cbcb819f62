"""The pages of promises: lists of exceptions, one dossier, a new date and its apology, whoever is masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.dossiers import mails
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.promises import Marks
from server.mail import MailTable, Postman
from server.people.rights import Right, Role
from tests.mailbox import NOBODY, Mailbox
from tests.web.place import MORNING, Place, Staff, csrf_of, open_place
from tests.web.programs import program
from tests.web.promised import (
    HANDED,
    LATE,
    LINKED,
    NEAR,
    PERSON,
    WAITS,
    audited,
    dossier,
    listed,
    open_town,
    send,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_town(tmp_path_factory.mktemp("town"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chief(town: Place) -> Staff:
    return town.log_in("chief", Role.MANAGER)


@pytest.fixture(scope="module")
def an(town: Place) -> Staff:
    found = town.log_in("an", Role.OFFICER)
    town.accounts.contacts.set("an", "an@example.vn", "Nguyễn Văn An")
    return found


def test_the_lists_count_and_show_what_needs_somebody(chief: Staff) -> None:
    page = chief.get("/dossiers/promises").text
    for standing, codes in {
        "unexcused": {"0"}, "overdue": {"1"}, "apology-due": {"2"}, "unrecorded": {"4"}, "waiting": {"3"},
    }.items():  # fmt: skip
        assert f"standing={standing}" in page
        assert listed(chief.get(f"/dossiers/promises?standing={standing}").text) == codes
    assert listed(chief.get("/dossiers/promises?flagged=1").text) == {"1"}
    assert "Liên thông chậm: 1" in page and PERSON.name not in page
    narrow = chief.get("/dossiers/promises?standing=unexcused&authority=justice&officer=Trần Bình").text
    assert listed(narrow) == set() and "Nguyễn Văn An" in narrow
    assert chief.get("/dossiers/promises?standing=nonsense&page=0&authority=x").status_code == 200


def test_a_search_leads_to_the_dossier_or_lists_what_is_near(chief: Staff) -> None:
    assert listed(chief.get("/dossiers/list?q=H42.13").text) == set("012345")
    assert listed(chief.get("/dossiers/list?status=awaiting_payment").text) == {"3"}
    only = chief.get(f"/dossiers/list?q={LATE.lower()}")
    assert only.status_code == 302 and only.location.endswith(f"/dossiers/{LATE}")
    assert "Không tìm thấy hồ sơ" in chief.get("/dossiers/list?q=<script>").text
    assert chief.get(f"/dossiers/{LATE.lower()}").location.endswith(f"/dossiers/{LATE}")
    for nobody in ("H42.13-261102-9999", "nonsense"):
        assert chief.get(f"/dossiers/{nobody}").status_code == 404


def test_one_dossier_tells_its_history_pauses_reminders_and_masks_its_person(
    town: Place, chief: Staff
) -> None:
    page = chief.get(f"/dossiers/{LATE}").text
    for text in ("Quá hạn, chưa xin lỗi", "Thời gian chờ công dân", "Đã nhắc", "P. T. H.", "•••• 678"):
        assert text in page
    for secret in (PERSON.name, PERSON.phone, PERSON.address, PERSON.email):
        assert secret not in page
    whole = send(chief, LATE, "person")
    assert whole.status_code == 200 and all(
        x in whole.text for x in (PERSON.name, PERSON.phone, PERSON.address)
    )
    assert audited(town, "dossier.person-seen") == [("chief", {"code": LATE})]
    root = town.log_in("root", Role.ADMINISTRATOR)
    assert "Người nộp hồ sơ" not in root.get(f"/dossiers/{LATE}").text
    assert send(root, LATE, "person").status_code == 403
    near = re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)<", chief.get(f"/dossiers/{NEAR}").text)
    assert ("Tính theo thời hạn", "09:30 05/11/2026") in near  # seven and a half hours are worked each day
    assert ("Chuyển hồ sơ chậm nhất", "17:00 02/11/2026") in near
    handed = chief.get(f"/dossiers/{HANDED}").text
    assert "Đã trả, chưa ghi nhận" in handed and "Đã trả kết quả tại quầy 7" in handed
    assert town.config.officers["officer-7"] in handed and "officer-7" not in handed


def test_a_fee_is_unpaid_only_where_the_source_says_so(chief: Staff) -> None:
    found = {
        code: re.findall(r"<dd>([^<]* đồng[^<]*)</dd>", chief.get(f"/dossiers/{code}").text)
        for code in (HANDED, WAITS)
    }
    assert found == {HANDED: ["0 đồng"], WAITS: ["200.000 đồng, chưa nộp"]}


def test_legs_say_who_is_late_and_the_slip_is_one_press_away(chief: Staff) -> None:
    page = chief.get("/dossiers/legs").text
    assert listed(page) == {"5"} and "Y tế" in page and f"/dossiers/{LINKED}/papers/control_slip.pdf" in page
    assert listed(chief.get("/dossiers/legs?authority=justice").text) == set()
    one = chief.get(f"/dossiers/{LINKED}").text
    for state in ("Xong đúng hạn", "Đang chậm", "Chưa đến lượt"):
        assert state in one


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Ghi ngày và giờ hẹn mới."),
        ({"due": "31/12/2026"}, "Ghi ngày và giờ hẹn mới."),
        ({"due": "2026-11-23T08:00"}, "Hẹn mới phải sau lúc này"),
        ({"due": "2026-11-28T09:00"}, "không làm việc"),  # a Saturday
        ({"due": "2026-11-24T09:00"}, "không làm việc"),  # a holiday
        ({"due": "2026-11-25T12:00"}, "không làm việc"),
        ({"due": "2028-11-24T09:00"}, "không quá một năm"),
        ({"due": "2026-11-25T16:00"}, "Chọn hoặc ghi lý do."),
        ({"due": "2026-11-25T16:00", "reason": "x" * 301}, "Lý do quá dài."),
        ({"due": "2026-11-25T16:00", "reason": "Gọi 0912 345 678"}, "Không ghi số điện thoại"),
        ({"due": "2026-11-25T16:00", "reason": "x", "number": "2"}, "vừa được hẹn lại"),
    ],
)
def test_a_date_that_cannot_be_is_told_and_what_was_typed_is_kept(
    town: Place, chief: Staff, form: dict[str, str], words: str
) -> None:
    page = send(chief, LATE, "renew", **{"number": "1", "reason": "", **form})
    assert page.status_code == 422 and words in page.text
    assert not form.get("reason") or form["reason"] in page.text
    whole = town.register.find(LATE)
    assert whole is not None and whole.reappointments == ()


def test_a_promise_is_renewed_once_its_letter_told_and_a_second_time_only_when_meant(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    place.register.bring([Brought(dossier(LATE, "11-20 17:00"))], Delivery(MORNING, "test"), MORNING)
    chief = place.log_in("chief", Role.MANAGER)
    first = {"number": "1", "due": "2026-11-25T16:00", "listed": "partner"}
    assert send(chief, LATE, "renew", **first).status_code == 303
    assert send(chief, LATE, "renew", **first).status_code == 422  # pressed twice
    page = chief.get(f"/dossiers/{LATE}").text
    assert "Cần gửi thư xin lỗi" in page and "Cơ quan phối hợp chưa có ý kiến" in page
    assert f"/dossiers/{LATE}/papers/apology.pdf" in page
    assert send(chief, LATE, "letter", number="1").status_code == 303
    assert send(chief, LATE, "letter", number="1").status_code == 303
    assert "Đã gửi thư 08:12 23/11/2026" in chief.get(f"/dossiers/{LATE}").text
    second = {"number": "2", "due": "2026-12-25T16:00", "reason": "Chờ xác minh từ ngày 20-11-2026"}
    refused = send(chief, LATE, "renew", **second)
    assert refused.status_code == 422 and "đã hẹn lại một lần" in refused.text
    assert send(chief, LATE, "renew", **second, twice="1").status_code == 303
    assert "Hẹn lại 2 lần" in chief.get(f"/dossiers/{LATE}").text
    assert listed(chief.get("/dossiers/promises?flagged=1").text) == {"0"}
    told = audited(place, "dossier")
    assert [about["number"] for _, about in told] == [2, 1, 1] and PERSON.name not in repr(told)
    place.close()


def test_the_interface_tells_and_does_the_same(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    brought = [Brought(dossier(LATE, "11-20 17:00"), applicant=PERSON), Brought(dossier(NEAR, "11-24 17:00"))]
    place.register.bring(brought, Delivery(MORNING, "test"), MORNING)
    chief, an = place.log_in("chief", Role.MANAGER), place.log_in("an", Role.OFFICER)
    place.accounts.contacts.set("an", "", "Nguyễn Văn An")
    root = "/api/v1/dossiers"
    counts = chief.get(f"{root}/promises").get_json()
    assert [(c["standing"], c["count"]) for c in counts["counts"]] == [("unexcused", 1), ("apology-due", 1)]
    found = chief.get(f"{root}/list?standing=unexcused").get_json()["dossiers"]
    assert [line["code"] for line in found] == [LATE]
    assert len(an.get(f"{root}/mine").get_json()["dossiers"]) == 2
    key = {"Idempotency-Key": "k-1"}
    body = {"number": 1, "due": "2026-11-25T16:00:00+07:00", "reason": "Chờ ý kiến"}
    saturday = chief.post(
        f"{root}/{LATE}/reappoint", {**body, "due": "2026-11-28T09:00:00+07:00"}, headers=key
    )
    assert saturday.status_code == 400 and saturday.get_json()["errors"][0]["pointer"] == "/due"
    key = {"Idempotency-Key": "k-2"}
    made = an.post(f"{root}/{LATE}/reappoint", body, headers=key)
    assert made.status_code == 200 and made.get_json()["letter_at"] is None
    sent = an.post(f"{root}/{LATE}/letter-sent", {"number": 1}, headers={"Idempotency-Key": "k-3"})
    assert sent.status_code == 200
    told = chief.get(f"{root}/{LATE}")
    assert told.get_json()["reappointments"][0]["letter_at"] is not None and PERSON.name not in told.text
    again = chief.post(f"{root}/{LATE}/reappoint", {**body, "number": 2, "due": "2026-12-25T16:00:00+07:00"},
                       headers={"Idempotency-Key": "k-4"})  # fmt: skip
    assert again.status_code == 422 and again.get_json()["why"] == "second"
    assert program(place, Right.DOSSIERS).get(f"/dossiers/{LATE}").status_code == 200
    assert program(place, Right.CALL).get(f"/dossiers/{LATE}").status_code == 403
    assert chief.get(f"{root}/legs").get_json() == {"counts": {}, "legs": []}
    assert chief.get(f"{root}/letters").get_json() == {"letters": []}
    assert chief.get(f"{root}/H42.13-261102-9999").status_code == 404
    place.close()


def test_mail_is_tried_and_a_letter_given_up_is_sent_again(town: Place, chief: Staff) -> None:
    assert "chưa có cấu hình thư" in chief.get("/dossiers/letters").text
    box = Mailbox()
    table = MailTable(host="127.0.0.1", sender="motcua@example.vn", port=box.port, security="none")
    postman = Postman(table, timeout_s=5)
    object.__setattr__(town.hall, "postman", postman)
    try:
        csrf = csrf_of(chief.get("/dossiers/letters").text)
        for to, status, words in (
            ("nobody", 422, "Địa chỉ không đúng."),
            (NOBODY, 200, "từ chối địa chỉ nhận"),
            ("chief@example.vn", 200, "đã nhận thư thử"),
        ):
            page = chief.client.post("/dossiers/letters/test", data={"csrf": csrf, "to": to})
            assert page.status_code == status and words in page.text
        marks = Marks.at(town.config.due_rules.calendar, MORNING, town.config.reminders.soon)
        writing = mails.Writing(lambda recipient: (NOBODY,), lambda *about: ("Nhắc", "x"), "example.vn")
        assert mails.write(town.register, marks, writing, MORNING) > 0
        mails.deliver(town.register, postman.send, MORNING)
        page = chief.get("/dossiers/letters").text
        again = re.search(r'action="(/dossiers/letters/\d+/again)"', page)
        assert again is not None and "không gửi được" in chief.get("/dossiers/promises").text
        assert chief.client.post(again[1], data={"csrf": csrf}).status_code == 303
        assert "Đang chờ gửi" in chief.get("/dossiers/letters").text
    finally:
        object.__setattr__(town.hall, "postman", None)
        box.close()
