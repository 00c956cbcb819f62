"""What people hold under the scanner is told apart, and nothing personal comes through."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, strategies as st

from broker import messages as m
from kiosk.scanned import (
    Address,
    CitizenCard,
    DossierScan,
    HealthCard,
    Scanned,
    TicketLink,
    Unknown,
    age_on,
    queue_of,
    read,
)

CARDS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cards.json").read_text(encoding="utf-8"))
URL = "https://motcua.example/p/"
TOKEN = "abcdefghij_-0123456789"

# --- identity cards -------------------------------------------------------------------------------------


@pytest.mark.parametrize("card", CARDS, ids=[card.get("note", card["raw"][:13]) for card in CARDS])
def test_every_card_of_the_vectors(card: dict[str, Any]) -> None:
    found = read(card["raw"])
    if "dob" in card:
        assert found == CitizenCard(date.fromisoformat(card["dob"]))
    else:
        assert not isinstance(found, CitizenCard)


@pytest.mark.parametrize("card", [card for card in CARDS if "dob" in card])
def test_cards_as_keyboards_type_them_without_accents_or_without_the_letters(card: dict[str, Any]) -> None:
    birth = CitizenCard(date.fromisoformat(card["dob"]))
    assert read("".join(letter for letter in card["raw"] if letter.isascii())) == birth
    bare = unicodedata.normalize("NFD", card["raw"]).replace("đ", "d")
    assert read("".join(letter for letter in bare if letter.isascii())) == birth
    assert read(re.sub("[^0-9|/]", "", card["raw"])) == birth
    assert read("]Q1" + card["raw"] + "  ") == birth


@pytest.mark.parametrize(
    "text",
    [
        "CCCD:001090123456|Họ tên:NGUYỄN VĂN A|Ngày sinh:01/01/1990|Giới tính:Nam|X|Ngày cấp:15/04/2021",
        "CCCD: 001090123456|CMND: 012345678|Họ tên: NGUYỄN VĂN A|Ngày sinh: 01011990|Nam|X|15042021",
        "CCCD:001090123456|Họ tên:NGUYỄN VĂN A|Ngày sinh:01-01-1990",
        "CCCD:001090123456|H tn:NGUYN VN A|Ngy sinh:01.01.1990|Gii tnh:Nam|Phng X|15042021",
    ],
)
def test_labelled_cards(text: str) -> None:
    assert read(text) == CitizenCard(date(1990, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "001090123456|012345678|NGUYEN VAN A||Nam|Phường X|15042021",  # the date of issue is no birth
        "001090123456|012345678|NGUYEN VAN A|31021990|Nam|Phường X|15042021",
        "001090123456|012345678|NGUYEN VAN A|00001950|Nam|Phường X|15042021",
        "001090123456|012345678|NGUYEN VAN A|01011850|Nam|Phường X|15042021",
        "001090123456|01011990|Nam",
        "00109012345|012345678|NGUYEN VAN A|01011990|Nam|Phường X|15042021",
        "0010901234567|012345678|NGUYEN VAN A|01011990|Nam|Phường X|15042021",
        "٠٠١٠٩٠١٢٣٤٥٦|012345678|NGUYEN VAN A|01011990|Nam|Phường X|15042021",
    ],
)
def test_half_cards_are_no_cards(text: str) -> None:
    assert read(text) == Unknown()


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1966, 11, 23), date(2026, 11, 22), 59),
        (date(1966, 11, 23), date(2026, 11, 23), 60),
        (date(1992, 2, 29), date(2026, 2, 28), 33),
        (date(1992, 2, 29), date(2026, 3, 1), 34),
        (date(1992, 2, 29), date(2028, 2, 29), 36),
        (date(2027, 1, 1), date(2026, 12, 31), -1),
    ],
)
def test_age_is_counted_in_full_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


# --- the others -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "dated"),
    [
        ("000.00.14.H56-200203-0118", "000.00.14.H56-200203-0118", True),
        ("000.17.22.h56-210531-0001 ", "000.17.22.H56-210531-0001", True),
        ("G09.20-260101-00017", "G09.20-260101-00017", True),
        ("H60.12-260101-0001", "H60.12-260101-0001", True),
        ("H56.14.22–260101–0001", "H56.14.22-260101-0001", True),
        ("H56.14.22 - 260101 — 0001", "H56.14.22-260101-0001", True),
        ("MÃ HỒ SƠ: H42.05-260101-0001", "H42.05-260101-0001", True),
        ("Mã số hồ sơ:H42.05-260101-0001", "H42.05-260101-0001", True),
        ("Ma ho so : h42.05-260101-0001", "H42.05-260101-0001", True),
        ("M h s: H42.05-260101-0001", "H42.05-260101-0001", True),
        ("H42.05-269901-0001", "H42.05-269901-0001", False),
    ],
)
def test_dossier_codes_are_recognised_with_tolerance(text: str, code: str, dated: bool) -> None:
    found = read(text, URL)
    assert found == DossierScan(code, dated)
    msgspec.convert(code, m.DossierCode)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "|",
        "A012",
        "1.005129",
        "H42-260101-0001",
        "H42.05-26010-0001",
        "H42.05-260101-01",
        "H42.05-260101-0001; DROP TABLE",
        "TÊN: H42.05-260101-0001",
        "00020101021138570010A00000072701270006970422",  # VietQR
        "893850600129",
        "BEGIN:VCARD N:Nguyen",
        "x" * 1001,
        "H42.05-260101-0001" + " " * 2000 + "x",
    ],
)
def test_anything_else_is_unknown(text: str) -> None:
    assert read(text, URL) == Unknown()


def test_health_cards_are_told_from_identity_cards() -> None:
    assert (
        read("GD4797939012345|4e677579e1bb856e|01/01/1990|1|...|79-024|01/01/2024|31/12/2024") == HealthCard()
    )
    assert read("gd4797939012345|4e677579e1bb856e|01/01/1990") == HealthCard()
    assert read("7939012345|4E677579E1BB856E|01/01/1990|1") == HealthCard()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (URL + TOKEN, TicketLink(TOKEN)),
        ("https://motcua.example/lookup#H42.13-261109-0118", DossierScan("H42.13-261109-0118")),
        ("HTTPS://MOTCUA.EXAMPLE/TRA-CUU#H42.13-261109-0118", DossierScan("H42.13-261109-0118")),
        ("https://motcua.example/lookup?lang=en#H42.13%2D261109%2D0118", DossierScan("H42.13-261109-0118")),
        ("https://motcua.example/lookup#%E0%A4%A", Address()),
        ("https://motcua.example/p/lookup#H42.13-261109-0118", Address()),
        ("https://evil.example/lookup#H42.13-261109-0118", Address()),
        (URL + TOKEN + "x", Address()),
        (URL, Address()),
        ("https://evil.example/?" + URL + TOKEN, Address()),
        ("HTTP://EXAMPLE.VN", Address()),
        ("www.example.vn/a b", Unknown()),
        ("example.vn/tra-cuu?ma=H42.05-260101-0001", Address()),
        ("javascript://alert(1)", Address()),
    ],
)
def test_only_our_own_phone_pages_are_more_than_an_address(text: str, found: Scanned) -> None:
    assert read(text, URL) == found
    assert isinstance(read(URL + TOKEN), Address), "without the plan's address nothing is ours"


# --- whatever is scanned --------------------------------------------------------------------------------

LETTERS = st.text(st.characters(codec="utf-8"), max_size=60)
FIELDS = st.lists(
    st.one_of(
        LETTERS,
        st.from_regex(r"[0-9]{12}", fullmatch=True),
        st.from_regex(r"[0-9/]{8,10}", fullmatch=True),
        st.sampled_from(["001090123456", "NGUYỄN VĂN A", "01011990", "CCCD:001090123456", "", "Nam"]),
    ),
    max_size=12,
).map("|".join)


@given(st.one_of(LETTERS, FIELDS, st.binary(max_size=200).map(lambda raw: raw.decode(errors="replace"))))
@example("001090123456|012345678|NGUYEN VAN A|29022023|Nam|X|15042021")
def test_no_text_raises_and_no_result_shows_it(text: str) -> None:
    found = read(text, URL)
    shown = repr(found)
    assert shown in {
        "DossierScan(dated=True)",
        "DossierScan(dated=False)",
        "CitizenCard()",
        "HealthCard()",
        "TicketLink()",
        "Address()",
        "Unknown()",
    }
    if isinstance(found, DossierScan):
        msgspec.convert(found.code, m.DossierCode)


@given(name=LETTERS.filter(lambda text: "|" not in text), number=st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_a_card_gives_a_birth_and_neither_name_nor_number(name: str, number: str) -> None:
    found = read(f"{number}||{name}|01011990|Nam|{name}|15042021")
    assert isinstance(found, CitizenCard)
    assert vars(found) == {"birth": date(1990, 1, 1)}


# --- where the result is collected ----------------------------------------------------------------------


def authority(id: str, agencies: tuple[str, ...], collects: int, others: int = 1) -> m.AuthorityPlan:
    words = m.Words(id, id)
    services = [m.ServicePlan(f"{id}-submit-{n}", "A", words, ()) for n in range(others)]
    services += [m.ServicePlan(f"{id}-collect-{n}", "A", words, (), collect=True) for n in range(collects)]
    return m.AuthorityPlan(id, "A", words, words, tuple(services), agencies)


def plan(*authorities: m.AuthorityPlan) -> m.KioskPlan:
    return m.KioskPlan(authorities, (), m.Words("", ""), "1022")


HALL = plan(
    authority("justice", ("000.05.14.H42", "H42.05"), 1),
    authority("land", ("000.06.14.H42", "h42.06 "), 2),
    authority("health", ("H42.07",), 0),
    authority("province", ("H42",), 1),
    authority("desk", (), 1),
)


@pytest.mark.parametrize(
    ("agency", "services"),
    [
        ("000.05.14.H42", ("justice-collect-0",)),
        ("H42.05", ("justice-collect-0",)),
        ("H42.05.14", ("justice-collect-0",)),  # an office below it
        ("h42.05", ("justice-collect-0",)),
        ("H42.06", ("land-collect-0", "land-collect-1")),
        ("H42.99", ("province-collect-0",)),  # the longest beginning that is known
        ("H42.055", ("province-collect-0",)),  # H42.05 ends at a dot or not at all
        ("H42.07", ("desk-collect-0",)),  # gives out nothing itself: the desk for all
        (
            "000.05.14",
            ("justice-collect-0", "land-collect-0", "land-collect-1", "province-collect-0", "desk-collect-0"),
        ),
        (
            "H43.05",
            ("justice-collect-0", "land-collect-0", "land-collect-1", "province-collect-0", "desk-collect-0"),
        ),
    ],
)
def test_a_dossier_leads_to_where_its_result_is_given_out(agency: str, services: tuple[str, ...]) -> None:
    assert queue_of(f"{agency}-260101-0001", HALL) == services


def test_a_hall_that_gives_out_no_results_says_so() -> None:
    assert queue_of("H42.05-260101-0001", plan(authority("justice", ("H42.05",), 0))) == ()
    assert queue_of("H42.05-260101-0001", plan()) == ()
    assert queue_of("H42.07-260101-0001", plan(HALL.authorities[2], HALL.authorities[0])) == ()


def test_one_desk_for_everybody_takes_every_dossier() -> None:
    hall = plan(authority("justice", ("H42.05",), 0), authority("desk", (), 1))
    for code in ("H42.05-260101-0001", "G09.20-260101-0001"):
        assert queue_of(code, hall) == ("desk-collect-0",)


def test_two_authorities_with_one_agency_are_offered_both() -> None:
    hall = plan(authority("a", ("H42.05",), 1), authority("b", ("H42.05",), 1), authority("c", ("H42",), 1))
    assert queue_of("H42.05-260101-0001", hall) == ("a-collect-0", "b-collect-0")
