"""Names far too long: the paper stays short, its bytes few, and what one must have on it is whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import zxingcpp
from msgspec import structs

from broker.messages import KioskPlan, Range, Words
from hardware.escpos import KNIFE_MM, TEAR_MM
from hardware.print_head import Head
from hardware.printer_pace import BAUDS, LINE_BITS, ON_THE_LINE_S, checked_baud, ticket_s
from kiosk.printing import made
from kiosk.slip import LONGEST, Slip, slip
from kiosk.ticket import LONGEST_MM, draw
from tests.kiosk.test_ticket import CASES, HALL, HEADS_TRIED, ON_ANY_HEAD, PLAN, QR, URL, ZONE, reply

CAPITALS = (
    "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG VÀ KIỂM SOÁT THỦ TỤC HÀNH CHÍNH TỈNH BÀ RỊA VŨNG TÀU THÀNH PHỐ "
    "HỒ CHÍ MINH PHƯỜNG ĐÔNG HƯNG THUẬN QUẬN MƯỜI HAI"
)
NAMES = {
    "capitals": CAPITALS,
    "wide": "W" * LONGEST,
    "wide words": "MW@# " * (LONGEST // 5),
    "accents": "ẪỆỰỠ" * (LONGEST // 4),
    "tall": "ẪỖỮMW@%&" * (LONGEST // 8),
    "three letters each": "…" * LONGEST,
}
EACH_NAME = pytest.mark.parametrize("name", NAMES)
PLACE = Words(vi="Khu B – quầy 6, 7, 8, 9, 10, 11, 12", en="")


def words(name: str, place: Words | None = None, **changes: Any) -> Slip:
    """Every name is `name`, also the place if none is given, and everything else as long as it may be."""
    same = Words(vi=NAMES[name], en=NAMES[name])
    plan: KioskPlan = structs.replace(PLAN, documents=same, hotline=NAMES[name])
    facts: dict[str, Any] = {
        "service": same,
        "authority": Words(vi="S" + NAMES[name], en="S" + NAMES[name]),
        "place": place or same,
        "number": "W99-9999",
        "klass": "priority",
        "url": URL.ljust(60, "x"),
        "ahead": 123,
        "wait": Range(120, 150),
    }
    return slip(reply(**(facts | changes)), plan, same, ZONE)


LONG_TICKETS: dict[str, dict[str, Any]] = {
    "usual": {},
    "english": {"lang": "en"},
    "without a code": {"url": ""},
    "without a code, alone": {"url": "", "ahead": None, "wait": None},
    "with a dossier": {"dossier": "W" * 48},
    "nobody knows": {"ahead": None, "wait": None},
    "a wide number": {"number": "W" * 12, "dossier": "W" * 48},
}


@ON_ANY_HEAD
@pytest.mark.parametrize("name", ["wide", "wide words", "accents"])
def test_place_and_code_are_whole_beside_names_that_are_cut(name: str, kind: str) -> None:
    head = HEADS_TRIED[kind]
    ticket = words(name, PLACE, number="B047")
    picture = draw(ticket, head)
    assert [c.text for c in zxingcpp.read_barcodes(picture.convert("L"), formats=QR)] == [ticket.url]
    other = draw(replace(ticket, place=PLACE.vi[:-1] + "3"), head)
    assert other.tobytes() != picture.tobytes(), "the last letter of the place is on the paper"
    rest = draw(replace(ticket, hall=ticket.hall[:-1] + "x"), head)
    assert rest.tobytes() == picture.tobytes(), "that of the hall is not"


@ON_ANY_HEAD
@EACH_NAME
@pytest.mark.parametrize("raster", [True, False], ids=["picture", "letters"])
def test_the_longest_tickets_are_short_and_through_in_ten_seconds_on_every_line_that_is_taken(
    raster: bool, name: str, kind: str
) -> None:
    """At most 110 mm and 60 kB as a picture; the seconds are counted, 10 bits a byte."""
    head: Head = replace(HEADS_TRIED[kind], raster=raster)
    taken = [baud for baud in BAUDS if ticket_s(head, baud) <= ON_THE_LINE_S]
    assert checked_baud(head, 115200) in taken
    for case, changes in LONG_TICKETS.items():
        job = made(words(name, **changes), head)
        assert len(job) < 60_000, case
        for baud in taken:
            assert len(job) * LINE_BITS / baud <= ticket_s(head, baud), case
        if raster:
            rows = (job.mm - (KNIFE_MM if head.cutter else TEAR_MM)) * head.dots_per_mm
            assert round(rows) <= round(LONGEST_MM * head.dots_per_mm), case


@ON_ANY_HEAD
def test_a_name_that_fits_is_not_cut(kind: str) -> None:
    head = HEADS_TRIED[kind]
    ticket = slip(reply(**CASES["longest"]), PLAN, HALL, ZONE)
    for part in ("hall", "service", "place"):
        shorter = replace(ticket, **{part: getattr(ticket, part)[:-1]})
        assert draw(shorter, head).tobytes() != draw(ticket, head).tobytes(), part
