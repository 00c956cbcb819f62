"""The rooms of papers: forms are changed by whom they belong to, letters say what their reader may know."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.reappointing import Renewal, renew
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.papers import layout
from server.papers.forms import Form
from server.papers.making import MEDIA
from server.papers.wording import ours, words_of
from server.people.audit import Wanted
from server.people.rights import Right, Role
from tests.server.papers.made import CODE, DOSSIER, NAME, PERSON, docx_text, in_one, pdf_text, with_text
from tests.web.dossiers.rooms import words
from tests.web.place import Place, Staff
from tests.web.programs import Program, program

FIRST = Dossier(
    "H42.13-260105-0001", "environment", "x", Status.RETURNED, datetime(2026, 1, 5, 2, tzinfo=UTC)
)
ONLINE = Dossier(
    "H42.13-261119-0002", "environment", "x", Status.REGISTERED, datetime(2026, 11, 19, 2, tzinfo=UTC)
)


@pytest.fixture
def chief(place: Place) -> Staff:
    place.clock.at += timedelta(days=2)
    now = place.clock.now()
    some = [Brought(DOSSIER, applicant=PERSON), Brought(FIRST), Brought(ONLINE)]
    place.register.bring(some, Delivery(now, "test"), now)
    due = datetime(2026, 12, 1, 16, 30, tzinfo=place.config.site.zone)
    asked = Renewal(CODE, 1, due, "Thiếu ý kiến của cơ quan phối hợp", "chief")
    renew(place.register, asked, place.config.due_rules.calendar, now)
    return place.log_in("chief", Role.MANAGER)


@pytest.fixture
def administrator(place: Place, chief: Staff) -> Staff:
    return place.log_in("root", Role.ADMINISTRATOR)


def form(staff: Staff, path: str, **fields: Any) -> Any:
    return staff.client.post(f"/dossiers/{path}", data={"csrf": staff.csrf, **fields})


def did(place: Place) -> list[tuple[str, dict[str, Any]]]:
    return [(e.what, dict(e.about)) for e in place.audit.entries(Wanted(what="paper"), 20)]


def test_a_letter_is_made_with_what_was_typed_which_is_kept_nowhere(place: Place, chief: Staff) -> None:
    found = form(chief, "papers", code=CODE.lower().replace("-", "–"))
    assert found.headers["Location"] == f"/dossiers/{CODE}/papers"
    assert "chỉ in lên giấy" in chief.get(f"/dossiers/{CODE}/papers?form=apology").text
    told = {"reason": "Thiếu ý kiến\r\n\r\ncủa cơ quan thuế"}
    letter = form(chief, f"{CODE}/papers/apology.docx", **told)
    assert letter.mimetype == MEDIA["docx"] and letter.headers["Content-Disposition"].endswith(
        'apology.docx"'
    )
    text = docx_text(letter.data)
    assert NAME in text and "Thiếu ý kiến\ncủa cơ quan thuế" in text
    assert "\n16 giờ 30 phút, ngày 01 tháng 12 năm 2026\n" in text
    assert chief.get(f"/dossiers/{CODE}/papers/receipt.pdf").status_code == 405  # it would be a promise
    drawn = form(chief, f"{CODE}/papers/receipt.pdf").data
    assert in_one("Số thứ tự: 02") in in_one(pdf_text(drawn))  # the second of the year
    assert did(place)[0] == (
        "paper.made",
        {"form": "receipt", "dossier": CODE, "format": "pdf", "persons": True},
    )
    assert "thuế" not in str(did(place))
    wrong = form(chief, f"{CODE}/papers/apology.pdf", reason="x" * 2001)
    assert wrong.status_code == 422 and "Nhiều nhất 20 dòng" in words(wrong) and "x" * 2001 in wrong.text
    assert chief.get("/dossiers/H42.13-261120-9999/papers/apology.pdf").status_code == 404
    assert chief.get(f"/dossiers/{CODE}/papers/register_book.pdf").status_code == 404


def test_who_may_not_see_persons_gets_dotted_lines(place: Place, administrator: Staff) -> None:
    assert "không có quyền xem người nộp hồ sơ" in words(administrator.get(f"/dossiers/{CODE}/papers"))
    for key in (f for f in Form if f is not Form.REGISTER_BOOK):
        raw = form(administrator, f"{CODE}/papers/{key}.docx").data
        for secret in (NAME, PERSON.phone, PERSON.address, PERSON.email):
            assert secret not in docx_text(raw)
    book = administrator.get("/dossiers/papers/book.xlsx?begins=2026-11-01&ends=2026-11-30")
    assert NAME not in str([*load_workbook(io.BytesIO(book.data)).active.values])  # type: ignore[union-attr]
    assert place.log_in("officer").get("/dossiers/papers").status_code == 403


def test_the_book_is_numbered_by_the_year_and_has_who_was_taken_in(place: Place, chief: Staff) -> None:
    path = "/dossiers/papers/book"
    book = chief.get(f"{path}.xlsx?begins=2026-11-01&ends=2026-11-30")
    rows = [*load_workbook(io.BytesIO(book.data)).active.iter_rows(min_row=5, values_only=True)]  # type: ignore[union-attr]
    assert [(row[0], row[1], row[3]) for row in rows] == [("02", CODE, NAME)]
    both = in_one(pdf_text(chief.get(f"{path}.pdf?begins=2026-01-01&ends=2026-12-31").data))
    assert FIRST.code in both and CODE in both and ONLINE.code not in both
    assert CODE in docx_text(chief.get(f"{path}.docx?begins=2026-11-20&ends=2026-11-20").data)
    for days in (
        "begins=2026-11-02&ends=2026-11-01",
        "begins=x&ends=2026-11-01",
        "begins=2026-W01-1&ends=20261101",
        "",
    ):
        assert chief.get(f"{path}.pdf?{days}").status_code == 422
    assert place.log_in("root", Role.ADMINISTRATOR).get(f"{path}.pdf?begins=2026-11-01").status_code == 422


def test_words_and_templates_are_changed_by_who_sets_up_and_taken_back(
    place: Place, administrator: Staff
) -> None:
    said = {"vi.parent": "UBND tỉnh Hà Nam", "base": 0}
    assert form(administrator, "papers/letterhead/words", **said).status_code == 303
    assert form(administrator, "papers/letterhead/words", **said).status_code == 422  # of an older look
    wrong = form(administrator, "papers/apology/words", base=0, **{"vi.to": "Gửi {nobody}"})
    assert wrong.status_code == 422 and "nobody" in words(wrong) and "Gửi {nobody}" in wrong.text
    raw = with_text("Của riêng chúng tôi {{ code }}")
    sent = form(administrator, "papers/apology/template", base=0, template=(io.BytesIO(raw), "a.docx"))
    assert sent.headers["Location"].endswith("/dossiers/papers/apology?done=template")
    text = docx_text(administrator.get(f"/dossiers/{CODE}/papers/apology.docx").data)
    assert f"Của riêng chúng tôi {CODE}" in text and "UBND tỉnh Hà Nam" in text
    assert administrator.get("/dossiers/papers/apology/template.docx").data == raw
    assert administrator.get("/dossiers/papers/apology/template.docx?version=0").data == layout.template(
        Form.APOLOGY
    )
    bad = with_text("{{ config }} {{ 7*7 }}")
    refused = form(administrator, "papers/apology/template", base=1, template=(io.BytesIO(bad), "a.docx"))
    assert refused.status_code == 422 and "Không có thẻ này trong mẫu: config" in words(refused)
    back = form(administrator, "papers/apology/restore", base=1, version=0)
    assert back.status_code == 303
    assert "riêng" not in docx_text(administrator.get(f"/dossiers/{CODE}/papers/apology.docx").data)
    page = words(administrator.get("/dossiers/papers/apology?lang=en"))
    assert "Back to version 0" in page and "Another template" in page
    assert [what for what, _ in did(place) if what != "paper.made"] == [
        *("paper.restored", "paper.template", "paper.words"),
    ]
    chief = place.log_in("other", Role.MANAGER)
    for path in ("apology/words", "apology/template", "apology/restore"):
        assert form(chief, f"papers/{path}", base=2, version=1).status_code == 403


def test_a_template_of_another_program_says_what_it_asks_and_is_given_back(
    place: Place, administrator: Staff
) -> None:
    """As after an update that knows a word, or a blank, of before no more."""
    old, now, papers = with_text("{{ w.gone }} {{ code }}"), place.clock.now(), place.hall.papers
    assert papers is not None
    papers.put_template(Form.APOLOGY, 0, old, "root", now)
    papers.put_template(Form.REGISTER_BOOK, 0, with_text("{{ gone }}"), "root", now)
    named = "Không có thẻ này trong mẫu: w.gone"
    letter = form(administrator, f"{CODE}/papers/apology.pdf", reason="Thiếu ý kiến")
    assert letter.status_code == 422 and named in words(letter) and "Thiếu ý kiến" in letter.text
    for path in (f"{CODE}/papers/apology.docx", "papers/apology/sample.pdf"):
        assert named in words(administrator.get(f"/dossiers/{path}"))
    book = administrator.get("/dossiers/papers/book.pdf?begins=2026-11-01&ends=2026-11-30")  # another process
    assert book.status_code == 422 and "mẫu: gone" in words(book)
    assert named in words(administrator.get("/dossiers/papers/apology"))
    told = program(place, *Right).get("/papers/apology/sample.pdf")
    assert told.status_code == 422 and told.get_json()["flaws"][0]["what"] == "w.gone"
    assert form(administrator, "papers/apology/restore", base=1, version=0).status_code == 303
    assert NAME not in docx_text(administrator.get(f"/dossiers/{CODE}/papers/apology.docx").data)
    again = form(administrator, "papers/apology/restore", base=2, version=1)
    assert again.status_code == 422 and named in words(again) and papers.now("apology").n == 2


def test_a_sentence_that_names_what_is_gone_is_ours_again() -> None:
    said = {"apology": {"vi": {"to": "Gửi {gone}", "late": "Chậm {code}", "gone": "x"}}}
    found = words_of(Form.APOLOGY, "vi", said)
    assert (
        found["to"] == ours("apology")["vi"]["to"] and found["late"] == "Chậm {code}" and "gone" not in found
    )


@pytest.fixture
def asks(place: Place, chief: Staff) -> Program:
    return program(place, *Right)


def test_programs_do_the_same(place: Place, asks: Program) -> None:
    told = {row["area"]: row for row in asks.get("/papers").get_json()["papers"]}
    assert told["control_slip"]["number"] == "06" and told["letterhead"]["version"] == 0
    changed = asks.client.put(
        "/api/v1/papers/apology/words",
        json={"base": 0, "words": {"vi": {"to": "Gửi {applicant}"}}},
        headers={**asks.headers, "Idempotency-Key": "w1"},
    )
    assert changed.get_json()["changed"] == 1 and changed.get_json()["version"] == 1
    unknown = asks.client.put(
        "/api/v1/papers/apology/words",
        json={"base": 1, "words": {"vi": {"nobody": "x", "to": "{x}"}}},
        headers={**asks.headers, "Idempotency-Key": "w2"},
    )
    assert unknown.get_json()["errors"][0]["pointer"] == "/words/vi/nobody"
    letter = asks.client.post(
        f"/api/v1/dossiers/{CODE}/papers/apology.docx", json={"reason": ["Thiếu"]}, headers=asks.headers
    )
    assert f"Gửi {NAME}" in docx_text(letter.data) and "Thiếu" in docx_text(letter.data)

    def send(raw: bytes, key: str) -> Any:
        headers = {**asks.headers, "Idempotency-Key": key, "Content-Type": MEDIA["docx"]}
        return asks.client.put("/api/v1/papers/apology/template?base=1", data=raw, headers=headers)

    refused = send(with_text("{{ nme }}"), "t1").get_json()
    assert refused["code"] == "cannot-be" and refused["flaws"][0]["what"] == "nme"
    assert send(with_text("Mẫu riêng"), "t2").get_json()["template"] is True
    whole = asks.get("/papers/apology").get_json()
    assert [v["deed"] for v in whole["versions"]] == ["template", "wording"] and "new_due" in whole["blanks"]
    restored = asks.post("/papers/apology/restore", {"base": 2, "version": 0}).get_json()
    assert (restored["template"], restored["changed"]) == (False, 0)
    assert asks.get("/papers/stop/sample.pdf").data.startswith(b"%PDF")
    book = asks.get("/papers/book.docx?begins=2026-11-01&ends=2026-11-30")
    assert NAME in docx_text(book.data)
    assert asks.get("/papers/book.pdf?begins=2026-13-01&ends=2026-11-30").status_code == 400
    blind = program(place, Right.DOSSIERS)
    hidden = blind.client.post(f"/api/v1/dossiers/{CODE}/papers/apology.docx", json={}, headers=blind.headers)
    assert hidden.status_code == 200 and NAME not in docx_text(hidden.data)
