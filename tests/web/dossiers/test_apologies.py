"""An apology tells the date that the register has, if it has one; who may see a dossier, may print it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.reappointing import Renewal, letter_sent, renew
from server.dossiers.register import Dossier
from server.dossiers.rows import handover_table, text_of
from server.dossiers.status import Status
from server.people.audit import Wanted
from server.people.rights import Right, Role
from tests.server.papers.made import docx_text
from tests.web.dossiers.rooms import send, words
from tests.web.place import Place, Staff
from tests.web.programs import program

CODE, OTHER = "H42.13-261102-0001", "H42.13-261102-0002"
PERSON = Applicant(name="Phạm Thị Hà", phone="0912345678", address="12 Trần Phú", email="ha@example.vn")
FREE = {"reason": "Chờ ý kiến", "new_due": "2020-01-05T10:00"}  # a Sunday of long ago


def here(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+07:00").astimezone(UTC)


def dossier(due: str | None, **of: Any) -> Dossier:
    """Of now, Monday 23/11 08:12."""
    told = {"status": Status.PROCESSING, "officer": "Nguyễn Văn An", "due": due and here(due), **of}
    return Dossier(CODE, "justice", "Lý lịch tư pháp", received=here("11-02 08:00"), **told)


def bring(place: Place, *dossiers: Dossier) -> None:
    now = place.clock.now()
    place.register.bring([Brought(d, applicant=PERSON) for d in dossiers], Delivery(now, "test"), now)


def renewed(place: Place, number: int, due: str, sent: bool = False) -> None:
    now = place.clock.now()
    asked = Renewal(CODE, number, here(due), "Hồ sơ phức tạp", "chief", twice=True)
    renew(place.register, asked, place.config.due_rules.calendar, now)
    if sent:
        assert letter_sent(place.register, CODE, number, now)


def handed(place: Place) -> None:
    with place.register.writing() as db:
        row = {"code": CODE, "ticket": "t", "at": text_of(place.clock.now()), "counter": "7", "by": "chief"}
        db.execute(handover_table.insert().values(**row))


@pytest.mark.parametrize(
    ("standing", "why", "said"),
    [
        ("nothing was set", "no-new-date", "Chưa có ngày hẹn mới"),
        ("the source went on", "no-new-date", "Chưa có ngày hẹn mới"),
        ("nothing was promised", "no-promise", "chưa có hạn trả"),
        ("returned", "over", "đã kết thúc"),
        ("handed over", "over", "đã kết thúc"),
        ("not taken in", "over", "đã kết thúc"),
    ],
)
def test_no_letter_tells_a_date_that_nobody_set(
    place: Place, chief: Staff, standing: str, why: str, said: str
) -> None:
    bring(place, dossier(None if standing == "nothing was promised" else "11-25 16:00"))
    if standing in ("the source went on", "returned", "handed over"):
        renewed(place, 1, "12-03 16:00", sent=True)
    if standing == "the source went on":
        bring(place, dossier("12-15 16:00"))
    if standing == "returned":
        bring(place, dossier("11-25 16:00", status=Status.RETURNED))
    if standing == "not taken in":
        bring(place, dossier("11-25 16:00", status=Status.REGISTERED))
    if standing == "handed over":
        handed(place)
    papers = f"{CODE}/papers"
    page, forged, plain = (
        chief.get(f"/dossiers/{papers}?form=apology"),
        send(chief, f"{papers}/apology.docx", **FREE),
        chief.get(f"/dossiers/{papers}/apology.pdf"),
    )
    assert (page.status_code, forged.status_code, plain.status_code) == (200, 422, 422)
    for shown in (page, forged, plain):
        assert said in words(shown) and "Tải PDF" not in words(shown)
        assert (f'href="/dossiers/{CODE}#renew"' in shown.text) is (why == "no-new-date")
    assert f"{papers}/apology.pdf" not in chief.get(f"/dossiers/{CODE}").text
    asks = program(place, *Right)
    told = asks.client.post(f"/api/v1/dossiers/{papers}/apology.docx", json={}, headers=asks.headers)
    assert told.status_code == 422 and told.get_json()["why"] == why
    assert place.audit.entries(Wanted(what="paper"), 5) == ()


def test_a_letter_tells_the_date_that_was_set_whatever_is_typed(place: Place, chief: Staff) -> None:
    bring(place, dossier("11-25 16:00"))
    renewed(place, 1, "12-03 16:00")
    path = f"{CODE}/papers/apology.docx"
    text = docx_text(send(chief, path, **FREE).data)
    assert "16 giờ 00 phút, ngày 03 tháng 12 năm 2026" in text and "2020" not in text
    assert "16 giờ 00 phút, ngày 25 tháng 11 năm 2026" in text and "Chờ ý kiến" in text
    asks = program(place, *Right)
    body = {"new_due": "2020-01-05T10:00:00+07:00"}
    assert asks.client.post(f"/api/v1/dossiers/{path}", json=body, headers=asks.headers).status_code == 400
    page = words(chief.get(f"/dossiers/{CODE}/papers?form=apology"))
    assert "Thư ghi: đã hẹn 16:00 25/11/2026, hẹn lại 16:00 03/12/2026." in page
    assert "Thư này chậm" not in page and "chỉ cho hẹn lại một lần" not in page
    assert "Hẹn trả lại lúc" not in page
    bring(place, dossier("12-03 16:00"))  # the source follows us
    assert "16 giờ 00 phút, ngày 25 tháng 11" in docx_text(chief.get(f"/dossiers/{path}").data)


def test_what_the_source_renewed_is_told_as_the_source_has_it(place: Place, chief: Staff) -> None:
    bring(place, dossier("12-03 16:00", first_due=here("11-25 16:00"), reappointed=1))
    path = f"/dossiers/{CODE}/papers/apology.docx"
    text = docx_text(chief.get(path).data)
    assert "ngày 03 tháng 12 năm 2026" in text and "hẹn trả kết quả: 16 giờ 00 phút, ngày 25 tháng 11" in text
    bring(place, dossier("12-03 16:00", reappointed=1))
    assert "hẹn trả kết quả: …" in docx_text(chief.get(path).data)  # nobody wrote down what was before


def test_a_second_date_and_a_letter_that_is_late_are_told_on_the_page(place: Place, chief: Staff) -> None:
    bring(place, dossier("11-25 16:00"))
    renewed(place, 1, "11-26 16:00", sent=True)
    place.clock.pass_(days=2)  # Wednesday 25/11: a letter about Thursday's promise goes today
    renewed(place, 2, "12-03 16:00")
    page = words(chief.get(f"/dossiers/{CODE}/papers?form=apology"))
    assert "Hồ sơ đã hẹn lại 2 lần. Quy định chỉ cho hẹn lại một lần." in page and "Thư này chậm" not in page
    assert "Chậm, hạn gửi" not in words(chief.get(f"/dossiers/{CODE}"))
    assert "Xin lỗi chậm nhất 17:00 25/11/2026" in words(chief.get(f"/dossiers/{CODE}"))
    place.clock.pass_(days=1)
    page = words(chief.get(f"/dossiers/{CODE}/papers?form=apology"))
    assert "Thư này chậm. Hạn gửi là 17:00 25/11/2026." in page
    assert words(chief.get(f"/dossiers/{CODE}")).count("Chậm, hạn gửi 17:00 25/11/2026.") == 1
    assert letter_sent(place.register, CODE, 2, place.clock.now())
    place.clock.pass_(days=1)
    assert "Thư này chậm" in words(chief.get(f"/dossiers/{CODE}/papers?form=apology"))
    assert words(chief.get(f"/dossiers/{CODE}")).count("Chậm, hạn gửi 17:00 25/11/2026.") == 1
    first, second = chief.get(f"/api/v1/dossiers/{CODE}").get_json()["reappointments"]
    assert first["letter_at"] < first["letter_by"] and second["letter_at"] > second["letter_by"]


def test_an_officer_prints_the_papers_of_their_own_without_who_handed_them_in(place: Place) -> None:
    bring(place, dossier("11-25 16:00"), replace(dossier("11-25 16:00", officer="Trần Bình"), code=OTHER))
    renewed(place, 1, "12-03 16:00")
    an, desk = place.log_in("an", Role.OFFICER), place.log_in("desk", Role.OFFICER)
    place.accounts.contacts.set("an", "", "NGUYỄN Văn an")  # as another program spells it
    assert f"/dossiers/{CODE}/papers/apology.pdf" in an.get(f"/dossiers/{CODE}").text
    assert an.get(f"/dossiers/{CODE}/papers/apology.pdf").data.startswith(b"%PDF")
    page = an.get(f"/dossiers/{CODE}/papers?form=apology")
    assert page.status_code == 200 and 'href="/dossiers/papers"' not in page.text
    typed = send(an, f"{CODE}/papers/apology.docx", reason="Chờ ý kiến")
    asked = an.post(f"/api/v1/dossiers/{CODE}/papers/receipt.docx", {})
    for answer in (typed, asked):
        assert answer.status_code == 200
        for secret in (PERSON.name, PERSON.phone, PERSON.address, PERSON.email):
            assert secret not in docx_text(answer.data)
    for path in (f"{OTHER}/papers", f"{OTHER}/papers/stop.pdf", "papers", "papers/stop/sample.pdf"):
        assert an.get(f"/dossiers/{path}").status_code == 403
    assert send(an, f"{OTHER}/papers/stop.docx").status_code == 403
    assert an.post(f"/api/v1/dossiers/{OTHER}/papers/stop.docx", {}).status_code == 403
    assert desk.get(f"/dossiers/{CODE}/papers/apology.pdf").status_code == 403
    place.accounts.contacts.set("desk", "", "", place.config.site.id, ["justice"])
    assert desk.get(f"/dossiers/{OTHER}/papers/stop.docx").status_code == 200
    held = program(place, Right.CALL)  # a program handles none
    refused = held.client.post(f"/api/v1/dossiers/{CODE}/papers/stop.docx", json={}, headers=held.headers)
    assert refused.status_code == 403
