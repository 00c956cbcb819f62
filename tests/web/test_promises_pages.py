"""The pages of promises: lists of exceptions, one dossier, a new date and its apology, whoever is masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from server.dossiers import mails, reminders, steps
from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.promises import Marks
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.rows import handover_table, text_of
from server.dossiers.status import Status
from server.hall import commands as c
from server.mail import MailTable, Postman
from server.people.audit import Wanted
from server.people.rights import Right, Role
from tests.mailbox import NOBODY, Mailbox
from tests.web.place import MORNING, Place, Staff, csrf_of, open_place
from tests.web.programs import program

PERSON = Applicant(name="Phạm Thị Hà", phone="0912345678", address="12 Trần Phú", email="ha@example.vn")
LATE, AFTER, NEAR, WAITS, HANDED, LINKED = (f"H42.13-261102-000{n}" for n in range(6))


def here(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+07:00").astimezone(UTC)


def dossier(code: str, due: str, officer: str = "Nguyễn Văn An", **of: Any) -> Dossier:
    told = {"status": Status.PROCESSING, **of}
    return Dossier(
        code,
        "justice",
        "Lý lịch tư pháp",
        received=here("11-02 08:00"),
        due=here(due),
        officer=officer,
        **told,
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Monday morning with a dossier of each kind. The tests below only look at it, or at one of their own."""
    place = open_place(tmp_path_factory.mktemp("town"))
    history = (
        Step(here("11-03 08:00"), Status.PROCESSING, "justice", "Nguyễn Văn An"),
        Step(here("11-05 08:00"), Status.AWAITING_SUPPLEMENT, "justice"),
        Step(here("11-09 08:00"), Status.PROCESSING, "justice"),
    )
    legs = (
        Leg(1, "justice", here("11-02 08:00"), here("11-06 17:00"), here("11-05 09:00")),
        Leg(2, "health", here("11-05 09:00"), here("11-16 17:00")),
        Leg(3, "justice", None, here("11-24 17:00")),
    )
    brought = [
        Brought(dossier(LATE, "11-20 17:00"), history, applicant=PERSON),
        Brought(dossier(AFTER, "11-19 17:00", "Trần Bình", reappointed=2)),
        Brought(dossier(NEAR, "11-24 17:00", limit="3d", status=Status.ACCEPTED)),
        Brought(dossier(WAITS, "11-20 17:00", status=Status.AWAITING_PAYMENT, fee=200_000, paid=False)),
        Brought(dossier(HANDED, "11-20 17:00", "", fee=0)),
        Brought(dossier(LINKED, "11-30 17:00", ""), legs=legs),
    ]
    place.register.bring(brought, Delivery(MORNING, "test"), MORNING)
    with place.register.writing() as db:
        row = {"code": HANDED, "ticket": "t", "at": text_of(MORNING), "counter": "7", "by": "officer-7"}
        db.execute(handover_table.insert().values(**row))
    reminders.note(place.register, steps.AS_USUAL, place.config.due_rules.calendar, MORNING)
    yield place
    place.close()


@pytest.fixture(scope="module")
def chief(town: Place) -> Staff:
    return town.log_in("chief", Role.MANAGER)


@pytest.fixture(scope="module")
def an(town: Place) -> Staff:
    found = town.log_in("an", Role.OFFICER)
    town.accounts.contacts.set("an", "an@example.vn", "Nguyễn Văn An")
    return found


def listed(text: str) -> set[str]:
    """The dossiers of a page's list, by their last figure."""
    return set(re.findall(r'<th scope="row" class="n"><a href="/dossiers/H42\.13-261102-000(\d)', text))


def send(staff: Staff, code: str, what: str, **form: Any) -> Any:
    csrf = csrf_of(staff.get("/me").text)
    return staff.client.post(f"/dossiers/{code}/{what}", data={"csrf": csrf, **form})


def audited(place: Place, what: str) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.who, dict(entry.about)) for entry in place.audit.entries(Wanted(what=what), 50)]


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


def test_an_officer_sees_and_keeps_the_promises_of_their_own(town: Place, an: Staff) -> None:
    assert listed(an.get("/dossiers/mine").text) == {"0", "2", "3"}
    assert 'class="reminded"' in an.get("/me").text
    assert an.get(f"/dossiers/{LATE}").status_code == 200
    assert an.get(f"/dossiers/{AFTER}").status_code == 403
    assert an.get("/dossiers/promises").status_code == an.get("/dossiers/list").status_code == 403
    assert send(an, AFTER, "renew", number=1, due="2026-12-04T16:00", reason="x").status_code == 403
    stranger = town.log_in("other", Role.OFFICER)
    assert "chưa có tên trong hệ thống một cửa" in stranger.get("/dossiers/mine").text
    assert 'class="reminded"' not in stranger.get("/me").text


def fresh(text: str) -> set[str]:
    """The dossiers of a page's list that are marked as new, by their last figure."""
    rows = re.findall(r"<tr><th.*?</tr>", text, re.S)
    return {code for row in rows if ">Mới</span>" in row for code in listed(row)}


def test_reminders_are_new_on_the_screen_until_they_were_seen(town: Place, an: Staff) -> None:
    town.at("7", c.OpenCounter, officer="an")
    page = an.get("/dossiers/mine").text
    assert fresh(page) == {"0", "2"} == listed(an.get("/dossiers/mine?new=1").text)
    assert listed(an.get("/dossiers/mine?standing=unexcused&standing=waiting").text) == {"0", "3"}
    assert "2 mới" in an.get("/me").text
    line = '<a href="/dossiers/mine">Hồ sơ của tôi: 1 quá hạn, 1 cần xin lỗi'
    assert line + ', <b class="fresh">2 mới</b></a>' in an.get("/console/7").text
    form = {"csrf": csrf_of(page), "authority": "", "last": field(page, "last")}
    assert an.client.post("/dossiers/mine/seen", data={**form, "csrf": "x"}).status_code == 400
    assert fresh(an.get("/dossiers/mine").text) == {"0", "2"}
    assert an.client.post("/dossiers/mine/seen", data=form).status_code == 303
    page = an.get("/dossiers/mine").text
    assert fresh(page) == set() and listed(page) == {"0", "2", "3"} and "Đã xem" not in page
    assert line + "</a>" in an.get("/dossiers/mine/line").text and "2 mới" not in an.get("/me").text


def test_whoever_stands_for_an_authority_sees_its_list_and_nobody_elses(town: Place, chief: Staff) -> None:
    keeper, desk = town.log_in("keeps", Role.ADMINISTRATOR), town.log_in("desk", Role.OFFICER)
    assert desk.get("/dossiers/mine?authority=justice").status_code == 403
    form = {"csrf": csrf_of(keeper.get("/me").text), "email": "", "source_name": ""}
    told = {**form, "authority": ["justice", "nowhere"]}
    assert keeper.client.post("/admin/people/desk/contact", data=told).status_code == 303
    assert re.search(r'value="justice" checked', keeper.get("/admin/people/desk").text)
    page = desk.get("/dossiers/mine").text
    assert listed(page) == set("01234") and fresh(page) == set("012") and "Trần Bình" in page
    assert '<a class="reminded" href="/dossiers/mine?authority=justice"' in desk.get("/me").text
    assert desk.get(f"/dossiers/{AFTER}").status_code == 200
    form = {"csrf": csrf_of(page), "authority": "justice", "last": field(page, "last")}
    assert desk.client.post("/dossiers/mine/seen", data=form).status_code == 303
    assert fresh(desk.get("/dossiers/mine").text) == set()
    assert fresh(chief.get("/dossiers/mine?authority=justice").text) == set("012")
    for closed in ("mine?authority=health", "promises", "list", "mine?authority=nowhere"):
        assert desk.get(f"/dossiers/{closed}").status_code == 403
    assert desk.client.post("/dossiers/mine/seen", data={**form, "authority": "health"}).status_code == 403


def test_two_officers_of_one_name_have_each_their_own(town: Place) -> None:
    """The source tells them apart by their authorities alone; so do their accounts."""
    one, other, third = (town.log_in(name, Role.OFFICER) for name in ("bich", "bich-y", "bich-x"))
    code = "H42.13-261102-0008"
    at_health = structs.replace(dossier(code, "11-24 17:00", "ĐỖ  THỊ BÍCH"), authority="health")
    at_justice = dossier("H42.13-261102-0009", "11-24 17:00", "Đỗ Thị Bích")
    some = [Brought(at_health), Brought(at_justice)]
    town.register.bring(some, Delivery(MORNING, "test", "bich", whole=False), MORNING)
    site = town.config.site.id
    town.accounts.contacts.set("bich", "", "Đỗ Thị Bích", site, ["justice"])
    assert one.get(f"/dossiers/{code}").status_code == 200, "of one account alone nobody is told apart"
    town.accounts.contacts.set("bich-y", "", "Đỗ Thị Bích", site, ["health"])
    town.accounts.contacts.set("bich-x", "", "Đỗ Thị Bích", site)
    assert one.get(f"/dossiers/{code}").status_code == 403
    assert other.get(f"/dossiers/{code}").status_code == 200
    assert listed(other.get("/dossiers/mine").text) == {"8"}
    assert listed(one.get("/dossiers/mine").text) == {"9"}
    assert listed(third.get("/dossiers/mine").text) == set()
    assert third.get(f"/dossiers/{code}").status_code == 403
    everywhere = [a.id for a in town.config.site.authorities]
    town.accounts.contacts.set("bich-y", "", "Đỗ Thị Bích", site, everywhere)
    assert listed(third.get("/dossiers/mine").text) == set(), "the others stand for all that there is"
    assert third.get(f"/dossiers/{code}").status_code == 403
    town.register.bring([], Delivery(MORNING, "test", "bich"), MORNING)


def test_programs_see_the_same_lists(town: Place) -> None:
    keeper, own = town.log_in("keeps-2", Role.ADMINISTRATOR), town.log_in("own", Role.OFFICER)
    path, body = "/api/v1/people/own/contact", {"email": "", "source_name": "Trần Bình"}

    def put(key: str, **more: Any) -> Any:
        headers = {"X-CSRF-Token": keeper.csrf, "Idempotency-Key": key}
        return keeper.client.put(path, json={**body, **more}, headers=headers)

    wrong = put("x", authorities=["x"])
    assert wrong.get_json()["errors"][0]["pointer"] == "/authorities/0"
    assert put("justice", authorities=["justice"]).get_json()["authorities"] == ["justice"]
    assert put("as-it-is").get_json()["authorities"] == ["justice"]
    assert own.get("/api/v1/me/contact").get_json()["authorities"] == ["justice"]
    root = "/api/v1/dossiers/mine"
    mine, theirs = own.get(root).get_json(), own.get(f"{root}?authority=justice").get_json()
    assert (mine["authority"], mine["authorities"], mine["urgent"], mine["new"]) == ("", ["justice"], 1, 1)
    assert [(d["code"], d["new"]) for d in mine["dossiers"]] == [(AFTER, True)]
    assert theirs["counts"]["unexcused"] == 1 and theirs["urgent"] == 4 and len(theirs["dossiers"]) == 5
    assert own.get(f"{root}?authority=health").status_code == 403
    seen = own.post(f"{root}/seen", {"last": mine["last"]}, headers={"Idempotency-Key": "seen"})
    assert seen.status_code == 200 and own.get(f"{root}?new=true").get_json()["dossiers"] == []
    assert own.get(f"{root}?authority=justice&standing=unexcused&new=true").get_json()["new"] == 3


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


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


def test_contacts_are_kept_by_oneself_and_by_who_keeps_accounts(town: Place) -> None:
    town.accounts.contacts.set("own", "", "")  # who was called so above
    root, who = town.log_in("keeper", Role.ADMINISTRATOR), town.log_in("binh", Role.OFFICER)
    csrf = csrf_of(root.get("/me").text)
    form = {"csrf": csrf, "email": "binh@example.vn", "source_name": "  Trần   Bình "}
    assert root.client.post("/admin/people/binh/contact", data=form).status_code == 303
    assert town.accounts.contacts.of("binh").source_name == "Trần Bình"
    bad = root.client.post("/admin/people/binh/contact", data={**form, "email": "no address"})
    assert bad.status_code == 422 and "Địa chỉ thư không đúng." in bad.text and "no address" in bad.text
    mine = {"csrf": csrf_of(who.get("/me").text), "email": "b@example.vn"}
    assert who.client.post("/me/email", data=mine).status_code == 303
    assert who.client.post("/me/email", data={**mine, "email": "b"}).status_code == 422
    assert town.accounts.contacts.of("binh").email == "b@example.vn"
    assert listed(who.get("/dossiers/mine").text) == {"1"}
