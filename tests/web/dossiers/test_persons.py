"""What is held about one person, on the page and for programs; and how long everything is held."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdf
import pytest

from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.folders import FOLDER, REFUSED, make
from server.dossiers.mapping import Mapping, Source
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.people.rights import Role
from tests.web.dossiers.rooms import desk_of, send, words
from tests.web.place import Place, Staff

CODE, NUMBER, PHONE, NAME = "H42.13-261109-0118", "035088001234", "0912345678", "Nguyễn Thị Không Quên"


@pytest.fixture
def one(place: Place) -> Place:
    assert place.hall.desk is not None
    now, seals = place.clock.now(), place.hall.desk.seals
    who = Applicant(name=NAME, phone=PHONE, address="Số 9 Trần Phú", id_seal=seals.of_id(NUMBER))
    some = Brought(Dossier(CODE, "justice", "Cấp thẻ", Status.PROCESSING, now), applicant=who)
    place.register.bring([some], Delivery(now, "test"), now)
    return place


def told(place: Place) -> str:
    assert place.hall.audit is not None
    with place.hall.audit._engine.connect() as db:
        return str(db.exec_driver_sql("SELECT what, about FROM audit").all())


def test_a_manager_finds_exports_and_deletes_a_person(one: Place, chief: Staff) -> None:
    assert send(chief, "person", by="number", text="12").status_code == 422
    assert "Không có gì về người này" in send(chief, "person", by="phone", text="0977000111").text
    page = send(chief, "person", by="number", text=f"{NUMBER[:3]} {NUMBER[3:]}")
    assert page.status_code == 200 and NAME in page.text and PHONE in page.text and NUMBER not in page.text
    raw = send(chief, "person/export.json", code=CODE)
    assert raw.json[0]["person"]["name"] == NAME and raw.json[0]["code"] == CODE
    document = send(chief, "person/export.pdf", code=CODE)
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document.data)).pages)
    assert NAME in pdf and "Đánh giá không gắn với người nào" in " ".join(pdf.split())
    answer = send(chief, "person/forget", code=CODE, reason="asked")
    assert answer.status_code == 422 and "Hãy đánh dấu ô này" in answer.text
    assert send(chief, "person/forget", code=CODE, reason="a sentence", sure="yes").status_code == 404
    assert (
        "Đã xóa dữ liệu người nộp của 1 hồ sơ"
        in send(chief, "person/forget", code=CODE, reason="asked", sure="yes").text
    )
    assert "Không có gì" in send(chief, "person", by="number", text=NUMBER).text
    assert "Đã xóa" in words(send(chief, "person", by="code", text=CODE))
    of_it = chief.get(f"/dossiers/{CODE}")
    assert "Đã xóa hẳn" in of_it.text and "Xem đầy đủ" not in of_it.text, "there is nothing to be seen"
    assert '/dossiers/privacy">Lưu giữ dữ liệu' in of_it.text


def test_whoever_deletes_is_told_of_files_that_may_hold_the_person_still(one: Place, chief: Staff) -> None:
    desk = desk_of(one)
    desk.save(Source("portal", "Cổng", Mapping(folder=True, keep_days=17)), "chief", one.clock.now())
    place = make(desk._data / FOLDER, "portal")
    assert "inbox/" not in send(chief, "person/forget", code=CODE, reason="asked", sure="yes").text
    (place / REFUSED / "a.csv").write_text(NAME)
    for lang, said in (
        ("vi", "có thể có người này; mỗi tệp tự xóa sau 17 ngày"),
        ("en", "each goes 17 days after"),
    ):
        page = words(send(chief, f"person/forget?lang={lang}", code=CODE, reason="asked", sure="yes"))
        assert said in page and "inbox/portal/done" in page and "Cổng" in page


def test_what_else_is_held_is_told_before_anything_is_deleted(one: Place, chief: Staff) -> None:
    """Two people with one phone: nothing is ticked, and the dossier under another phone is named."""
    assert one.hall.desk is not None
    now, seal = one.clock.now(), one.hall.desk.seals.of_id
    other = f"{CODE[:-1]}9"
    third = f"{CODE[:-1]}7"
    more = [
        Brought(Dossier(code, "justice", "x", Status.PROCESSING, now), applicant=who)
        for code, who in (
            (other, Applicant(name="Trần Văn Ba", phone=PHONE, id_seal=seal("001088009999"))),
            (third, Applicant(name=NAME, phone="0977000111", id_seal=seal(NUMBER))),
        )
    ]
    one.register.bring(more, Delivery(now, "test", whole=False), now)
    page = send(chief, "person", by="phone", text=PHONE)
    assert "Có nhiều người dùng chung số này" in page.text and re.search(
        f"Còn 1 hồ sơ khác.* {third}", page.text
    )
    assert not re.search('name="code"[^>]* checked', page.text)
    page = send(chief, "person/forget", shown=[CODE, other], reason="asked", sure="yes")
    assert page.status_code == 422 and "Hãy chọn ít nhất một hồ sơ" in page.text and other in page.text
    page = send(chief, "person/forget", shown=[CODE, other], code=other, reason="asked")
    assert re.search(f'value="{other}" checked', page.text) and not re.search(
        f'value="{CODE}" checked', page.text
    )
    page = send(chief, "person", by="number", text=NUMBER)
    assert page.text.count(" checked>") == 3, "one person's are ticked, and the way that was searched by"
    assert "Còn 1 hồ sơ khác" in page.text


def test_what_somebody_searches_by_is_told_to_nobody(one: Place, chief: Staff, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    send(chief, "person", by="number", text=NUMBER)
    send(chief, "person", by="phone", text=PHONE)
    send(chief, "person/forget", code=CODE, reason="asked", sure="yes")
    for text in (told(one), caplog.text):
        assert not re.search(f"{NUMBER}|{PHONE}|{NAME}", text)
    assert "persons.searched" in told(one) and "persons.forgotten" in told(one)


def test_only_who_may_see_persons_does(one: Place) -> None:
    it = one.log_in("it", Role.ADMINISTRATOR)
    assert it.get("/dossiers/privacy").status_code == 200
    for path in ("person", "person/export.json", "person/forget"):
        assert send(it, path, by="code", text=CODE, code=CODE, reason="asked", sure="yes").status_code == 403
    assert it.get("/dossiers/person").status_code == 403


def test_the_page_says_how_long_everything_is_kept(one: Place, chief: Staff) -> None:
    said = words(chief.get("/dossiers/privacy"))
    assert "Người nộp 180 ngày" in said and "Hồ sơ Giữ lại" in said and "Chưa chạy lần nào" in said
