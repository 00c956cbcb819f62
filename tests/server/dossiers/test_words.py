"""Statuses, codes and authorities: what is recognised, however it is written, and what is not."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from server.dossiers.authorities import Authorities, Unknown
from server.dossiers.code import read_code, shown_code
from server.dossiers.fields import NAMES
from server.dossiers.folding import fold
from server.dossiers.importing import Report
from server.dossiers.status import ENDED, PAUSED, SPELLINGS, STAGES, Status, nearest_status, status_of
from server.dossiers.telling import TEXTS, column_name, problem_text
from tests.server.dossiers.tables import CONFIG

AUTHORITIES = Authorities(CONFIG)


def spellings(text: str) -> set[str]:
    return {
        form(case(text))
        for case in (str, str.upper, str.lower)
        for form in (str, lambda t: unicodedata.normalize("NFD", t), lambda t: f"  {t} ")
    }


@pytest.mark.parametrize("status", Status)
def test_every_listed_spelling_is_its_status_whatever_its_accents_are_made_of(status: Status) -> None:
    number = str(list(Status).index(status) + 1)
    for text in (number, status.value, *SPELLINGS[status]):
        assert {status_of(spelling) for spelling in spellings(text)} == {status}


def test_the_ten_of_the_portal_are_each_one_thing() -> None:
    assert len(Status) == 10
    assert {s: STAGES.get(s) for s in Status} == {
        Status.REGISTERED: None,
        Status.ACCEPTED: "processing",
        Status.REJECTED: None,
        Status.PROCESSING: "processing",
        Status.AWAITING_SUPPLEMENT: "supplement",
        Status.AWAITING_PAYMENT: "payment",
        Status.WITHDRAWN: None,
        Status.STOPPED: None,
        Status.RESOLVED: "ready",
        Status.RETURNED: None,
    }
    assert not ENDED & PAUSED


def test_what_is_nearly_a_status_is_none_and_is_told_what_was_meant() -> None:
    assert status_of("Đang xử lí xong") is None and nearest_status("Đang sử lý") == "Đang xử lý"
    assert status_of("11") is None and status_of("") is None
    assert nearest_status("Nguyễn Thị Hoa") == ""


@given(st.text(max_size=60))
def test_folding_is_done_once_and_knows_no_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_two_places_of_a_tone_and_two_hyphens_are_the_same() -> None:
    assert fold("hoà") == fold("hòa") == "hoa"
    assert fold("Sở Lao động- Thương binh") == fold("SỞ LAO ĐỘNG - THƯƠNG BINH")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("000.00.14.H56-200203-0118", "200203-0118"),
        ("000.05.14.H42-261109-0118", "261109-0118"),
        ("h56.14.22-260101-0001 ", "260101-0001"),
        ("H60.12–260101–0001", "260101-0001"),
        ("G09.20-240229-123456", "240229-3456"),
        ("H42.13-261109-118", "261109-118"),
    ],
)
def test_a_code_is_read_and_shown_by_date_and_last_figures(text: str, short: str) -> None:
    code = read_code(text)
    assert code is not None
    assert shown_code(code.text, "short") == short
    assert shown_code(code.text, "whole") == code.text == text.strip().upper().replace("–", "-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nguyễn Văn An",
        "NGUYEN.VAN.AN-261109-0118",
        "THI.LAN-261109-0118",
        "H42.LAN-261109-0118",
        "091.234.567-261109-0118",  # a phone number before it
        "001088012345",
        "H42.13-001088-012345",  # an identity number: there is no 88th of October
        "H42.13-260230-0118",
        "H42.13-261109-0118 Nguyễn Văn An",
        "H42.13-261109-0118\n",
        "=H42.13-261109-0118",
        "H42.13-２６１１０９-0118",
        "H42.13-261109-12",
    ],
)
def test_nothing_else_is_a_code(text: str) -> None:
    assert read_code(text) is None or text.endswith("\n")  # a cell has no spaces around it when it is read


def of(text: str, agency: str = "H99.99") -> str:
    return AUTHORITIES.of(text, agency)


def test_an_authority_is_found_by_id_by_agency_and_by_name() -> None:
    assert of("labour") == "labour"
    assert of("", "000.00.14.H42") == of("", "H42.14") == of("", "H42.14.22") == "labour"
    for name in ("Sở Lao động- Thương binh và XH", "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XH", "Lao động", "Labour"):
        assert {of(spelling) for spelling in spellings(name)} == {"labour"}
    assert of("Sở LĐTBXH", "H42.14") == "labour", "a name that nobody knows, and a code that says it"
    assert of("labour", "H42.13") == "labour", "an id is believed"


@pytest.mark.parametrize(
    ("text", "agency", "key", "near"),
    [
        ("Sở Tư phap tỉnh", "H99.99", "unknown-authority", "Sở Tư pháp"),
        ("0912 345 678", "H99.99", "unknown-authority", ""),
        ("", "H99.99", "unknown-authority", ""),
        ("Sở Tư pháp", "H42.14", "two-authorities", "Sở Lao động- Thương binh và XH"),
    ],
)
def test_what_is_no_authority_of_the_hall_is_refused(text: str, agency: str, key: str, near: str) -> None:
    with pytest.raises(Unknown) as wrong:
        of(text, agency)
    assert (wrong.value.key, wrong.value.near) == (key, near)


def test_large_figures_are_told_as_their_readers_write_them() -> None:
    report = Report(problem="shrinks", params={"gone": 34_985, "before": 35_591})
    assert "34.985 trên 35.591" in problem_text(report, "vi")
    assert "34,985 of 35,591" in problem_text(report, "en")


def test_columns_are_told_in_words_and_by_their_source_s_own_name() -> None:
    wanted = {"fields": ["code", "leg2_done", "fee"]}
    report = Report(problem="columns-missing", params=wanted, columns={"fee": "Tiền nộp"})
    assert "«Mã hồ sơ», «Ngày xong 2», «Tiền nộp»" in problem_text(report, "vi")
    assert "«code», «done by authority 2», «Tiền nộp»" in problem_text(report, "en")
    for name, known in NAMES.items():
        assert column_name(name, "vi") == known[0] and column_name(name, "en")


def test_every_word_of_the_import_and_the_page_is_used() -> None:
    root = Path(__file__).parents[3] / "server"
    pages = [*(root / "web").glob("templates/dossiers*.html"), *(root / "web" / "dossiers").glob("*.py")]
    source = "".join(p.read_text("utf-8") for p in [*pages, *(root / "dossiers").rglob("*.py")])
    words = set(re.findall(r"""["']([a-z0-9_.-]+)["']""", source))
    assert [key for key in list(TEXTS.keys()) if not words & {key, key.partition(".")[2]}] == []
