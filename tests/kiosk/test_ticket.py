"""The paper: every word whole, the number large, the code readable, nothing on it that must not be."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from broker.messages import KioskPlan, PriorityGroup, Range, TicketReply, Words
from hardware import escpos
from hardware.print_head import HEADS
from hardware.printer_profiles import head_of
from hardware.type import BASELINE_IN_LINE, line_px
from kiosk import dots
from kiosk.slip import clean
from kiosk.ticket import draw, render, slip

HALL = Words(
    vi="Trung tâm Phục vụ hành chính công tỉnh Hà Nam", en="Ha Nam Public Administration Service Centre"
)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ENVIRONMENT = Words(vi="Sở Tài nguyên và Môi trường", en="Department of Natural Resources and Environment")
GROUPS = (
    PriorityGroup("elderly", Words(vi="Người cao tuổi", en="Elderly people")),
    PriorityGroup("pregnant", Words(vi="Phụ nữ mang thai", en="Pregnant women")),
)
PLAN = KioskPlan(
    authorities=(),
    groups=GROUPS,
    documents=Words(vi="Mang theo: CCCD, bản chính giấy tờ.", en="Bring: identity card, original papers."),
    hotline="1022",
)
LONG = Words(
    vi="Đăng ký biến động quyền sử dụng đất, quyền sở hữu nhà ở và tài sản gắn liền đất",
    en="Registration of changes of land use rights, house ownership and assets on land",
)
LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ"
)
URL = "https://motcua.example/t/7KQ2M9abcdefghijklmnop"


def reply(**changes: Any) -> TicketReply:
    facts: dict[str, Any] = {
        "id": "r1",
        "ticket": "t1",
        "number": "B047",
        "issued_at": datetime(2026, 11, 23, 1, 12, tzinfo=UTC),
        "service": ENVIRONMENT,
        "authority": ENVIRONMENT,
        "klass": "normal",
        "lang": "vi",
        "ahead": 4,
        "wait": Range(15, 25),
        "place": Words(vi="Khu B – quầy 6, 7, 8", en="Zone B – counters 6, 7, 8"),
        "url": URL,
        "grace_min": 15,
        "secret": "4821",
    }
    return TicketReply(**(facts | changes))


CASES: dict[str, dict[str, Any]] = {
    "usual": {},
    "english": {"lang": "en"},
    "priority": {"klass": "priority"},
    "no range": {"wait": None, "ahead": 0},
    "short wait": {"wait": Range(0, 5), "ahead": 1},
    "service of its own": {
        "service": Words(vi="Cấp giấy chứng nhận quyền sử dụng đất", en="Land certificate")
    },
    "offline number": {"number": "A2-017"},
    "longest": {
        "number": "M12-0047",
        "klass": "priority",
        "service": LONG,
        "authority": Words(vi="Sở Nông nghiệp và Phát triển nông thôn tỉnh Hà Nam", en="Agriculture"),
        "place": Words(vi="Khu B – quầy 6, 7, 8, 9, 10, 11, 12", en="Zone B"),
        "wait": Range(120, 150),
        "ahead": 123,
        "url": URL.ljust(60, "x"),
    },
}
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
BOTH = pytest.mark.parametrize("width_mm", [80, 58])
EACH = pytest.mark.parametrize("case", CASES)


def paper(width_mm: int, **changes: Any) -> Image.Image:
    return render(slip(reply(**changes), PLAN, HALL, ZONE), width_mm)


@BOTH
@EACH
def test_a_ticket_is_black_and_white_as_wide_as_the_head_and_at_most_110_mm(case: str, width_mm: int) -> None:
    picture = paper(width_mm, **CASES[case])
    assert picture.mode == "1"
    assert picture.width == escpos.HEAD_DOTS[width_mm]
    assert picture.height <= 110 * escpos.DOTS_PER_MM
    assert len(escpos.raster_job(picture)) <= 60_000


@BOTH
@EACH
def test_the_number_stands_in_capitals_of_12_mm(case: str, width_mm: int) -> None:
    """Found in the picture: the tallest stretch of rows in the upper half that all have ink."""
    picture = paper(width_mm, **CASES[case])
    assert _tallest_band(picture) >= 12 * escpos.DOTS_PER_MM


def _tallest_band(picture: Image.Image) -> int:
    rows = [row_has_ink(picture, y) for y in range(picture.height // 2)]
    tallest = run = 0
    for inked in rows:
        run = run + 1 if inked else 0
        tallest = max(tallest, run)
    return tallest


def row_has_ink(picture: Image.Image, y: int) -> bool:
    return picture.crop((0, y, picture.width, y + 1)).convert("L").getextrema()[0] == 0


@BOTH
@EACH
def test_the_code_reads_also_when_the_head_is_worn_and_the_paper_dirty(case: str, width_mm: int) -> None:
    picture = paper(width_mm, **CASES[case]).convert("L")
    worn = picture.filter(ImageFilter.MaxFilter(3))  # every black edge one dot thinner
    chance = random.Random(7)
    dirty = picture.copy()
    for _ in range(picture.width * picture.height // 400):
        x, y = chance.randrange(picture.width - 2), chance.randrange(picture.height - 2)
        dirty.paste(chance.choice((0, 255)), (x, y, x + 2, y + 2))
    for version in (picture, worn, dirty.filter(ImageFilter.BoxBlur(1))):  # no lens is sharp to the dot
        found = zxingcpp.read_barcodes(version, formats=QR)
        assert [code.text for code in found] == [reply(**CASES[case]).url]


@pytest.mark.parametrize("length", [8, 26, 27, 42, 43, 60])
def test_a_code_of_any_allowed_address_is_at_least_22_mm_with_4_dots_a_module(length: int) -> None:
    code, quiet = dots.qr("https://m.vn/".ljust(length, "a")[:length])
    assert code.width >= 22 * escpos.DOTS_PER_MM
    assert quiet >= 4 * 4
    assert code.width // (quiet // 4) <= 33, "version 4 at most"


@BOTH
def test_the_code_has_four_modules_of_white_on_every_side(width_mm: int) -> None:
    picture = paper(width_mm).convert("L")
    (found,) = zxingcpp.read_barcodes(picture, formats=QR)
    corners = (found.position.top_left, found.position.bottom_right)
    code, quiet = dots.qr(URL)
    left, top = (next(x for x in range(c - 6, c + 7)) for c in (corners[0].x, corners[0].y))
    left, top = _first_ink(picture, left, top)
    around = picture.crop((left - quiet, top - quiet, left + code.width + quiet, top + code.width + quiet))
    inside = (quiet, quiet, quiet + code.width, quiet + code.width)
    around.paste(255, inside)
    assert around.getextrema()[0] == 255


def _first_ink(picture: Image.Image, x: int, y: int) -> tuple[int, int]:
    box = picture.crop((x, y, x + 30, y + 30)).point(lambda v: 255 - v).getbbox()
    assert box is not None
    return x + box[0], y + box[1]


@pytest.mark.parametrize("px", [22, 26, 28, 36, 40])
@pytest.mark.parametrize("weight", [400, 600, 700])
def test_every_vietnamese_letter_is_whole_inside_its_line_and_the_overhang(weight: int, px: int) -> None:
    above = math.ceil(dots.OVERHANG * px)
    for letter in LETTERS:
        roomy = _drawn(letter, weight, px, margin=px)
        inner = roomy.crop((0, px - above, roomy.width, px + line_px(px)))
        assert _ink(roomy) == _ink(inner) > 0, f"{letter} leaves its line at {px} px"


@BOTH
def test_the_tallest_accents_are_whole_in_the_black_bar(width_mm: int) -> None:
    """The bar with tall letters has as much less black as the letters have dots."""
    tall = "ẲẰỔỆỰ"
    letters, stroke = (paper(width_mm, place=Words(vi=words, en="")) for words in (tall, "I"))
    sizes = (36, 38, 40)
    missing = [_ink(_drawn(tall, 700, px, px, 8)) - _ink(_drawn("I", 700, px, px)) for px in sizes]
    assert letters.height == stroke.height
    assert _ink(stroke) - _ink(letters) in missing


def _drawn(letter: str, weight: int, px: int, margin: int, wide: int = 2) -> Image.Image:
    picture = Image.new("1", (wide * px, line_px(px) + 2 * margin), 1)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    dots.write(draw, letter, px // 2, margin, weight, px)
    return picture


def _ink(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[0]


@pytest.mark.parametrize("weight", [400, 600, 700, 800])
def test_no_two_vietnamese_letters_look_alike_and_none_is_missing(weight: int) -> None:
    missing = dots.font(weight, 40).getmask("\U0010ffff", mode="1")
    pictures = {letter: bytes(_drawn(letter, weight, 40, 40).tobytes()) for letter in LETTERS}
    assert len(LETTERS) == 146
    assert len(set(pictures.values())) == len(pictures)
    for letter in LETTERS:
        assert bytes(dots.font(weight, 40).getmask(letter, mode="1")) != bytes(missing)


def test_the_accents_stand_above_the_plain_letter() -> None:
    plain, accented = (dots.font(700, 36).getbbox(letter, anchor="ls") for letter in "EỆ")
    assert accented[1] < plain[1] < 0 < accented[3], "a hat above, a dot below"
    assert -accented[1] <= BASELINE_IN_LINE * 36


def test_a_ticket_says_what_the_hall_promised() -> None:
    texts = " | ".join(slip(reply(), PLAN, HALL, ZONE).texts())
    for words in (
        "B047",
        "Sở Tài nguyên và Môi trường",
        "Khu B – quầy 6, 7, 8",
        "4 người",
        "15–25 phút",
        "Ước tính lúc 08:12",
        "Thứ hai, 23/11/2026",
        "1022",
        "báo quầy trong 15 phút",
        "Mang theo: CCCD",
    ):
        assert words in texts


def test_priority_is_a_star_and_no_reason() -> None:
    usual, priority = (slip(reply(klass=klass), PLAN, HALL, ZONE) for klass in ("normal", "priority"))
    assert usual.texts() == priority.texts()
    assert priority.priority and not usual.priority
    words = " ".join(priority.texts()).casefold()
    for group in GROUPS:
        assert group.name.vi.casefold() not in words and group.id not in words
    assert "ưu tiên" not in words and "priority" not in words
    assert paper(80).tobytes() != paper(80, klass="priority").tobytes()


def test_a_wait_that_nobody_knows_is_not_printed() -> None:
    ticket = slip(reply(wait=None), PLAN, HALL, ZONE)
    assert ticket.wait == "" and "phút" not in ticket.ahead


@pytest.mark.parametrize(
    ("wait", "lang", "words"),
    [
        (Range(0, 5), "vi", "dưới 5 phút"),
        (Range(0, 5), "en", "under 5 min"),
        (Range(60, 75), "vi", "60–75 phút"),
    ],
)
def test_a_range_is_said_as_it_was_announced(wait: Range, lang: str, words: str) -> None:
    assert slip(reply(wait=wait, lang=lang), PLAN, HALL, ZONE).wait == words


def test_an_english_ticket_is_english_and_falls_back_where_nobody_translated() -> None:
    ticket = slip(reply(lang="en", service=Words(vi="Hộ tịch", en="")), PLAN, HALL, ZONE)
    assert ticket.hall == HALL.en and ticket.date == "Monday, 23/11/2026"
    assert ticket.service == "Hộ tịch"


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("Hộ\u202e tịch\x00\x1b@\x1dV0", "Hộ tịch@V0"),
        ("Hộ\r\n\ttịch\u2028x", "Hộ tịch x"),
        ("e\u0302\u0323", "ệ"),
        ("H" + "\u0300" * 50 + "a", "Ha"),
        ("Sở 🏛 中", "Sở ? ?"),
        ("a" * 5000, "a" * 159 + "…"),
    ],
)
def test_hostile_text_is_made_harmless(given: str, printed: str) -> None:
    assert clean(given) == printed


@BOTH
@pytest.mark.parametrize(
    "word",
    ["W" * 160, "ẪỆỰỠ" * 40, "x " * 80, "\x00", "🏛" * 60, "-" * 160],
    ids=["wide", "accents", "words", "nothing", "pictures", "hyphens"],
)
def test_hostile_names_neither_crash_nor_run_off_the_paper(word: str, width_mm: int) -> None:
    both = Words(vi=word, en=word)
    changes = {"service": both, "authority": both, "place": both, "number": word[:12] or "-"}
    picture = render(slip(reply(**changes), PLAN, both, ZONE), width_mm)
    assert picture.height <= 110 * escpos.DOTS_PER_MM
    assert len(escpos.raster_job(picture)) < 60_000
    edges = picture.convert("L")
    for x in (0, picture.width - 1):
        assert edges.crop((x, 0, x + 1, picture.height)).getextrema()[0] == 255


@BOTH
def test_without_an_address_there_is_no_code_and_the_time_stays(width_mm: int) -> None:
    ticket = slip(reply(url=""), PLAN, HALL, ZONE)
    picture = render(ticket, width_mm).convert("L")
    assert not zxingcpp.read_barcodes(picture)
    assert picture.height < paper(width_mm).height


def test_the_times_are_the_halls() -> None:
    tokyo = slip(reply(), PLAN, HALL, ZoneInfo("Asia/Tokyo"))
    assert "10:12" in tokyo.taken and "10:12" in tokyo.wait_labels[0]


# --- numbers that the kiosk gave by itself ----------------------------------------------------------------

ALONE: dict[str, Any] = {"ahead": None, "wait": None}
DOSSIER = "000.05.14.H42-260117-0001"
NUMBERS = ("A2-017", "A12-017", "A12-1000", "W99-9999")
HEADS_TRIED = {
    **{f"{mm} mm": head for mm, head in HEADS.items()},
    **{f"{mm} mm, slow wire": replace(head, lean=True) for mm, head in HEADS.items()},
    "180 dpi": head_of("TM-T88V", None),
    "58 mm, wide head": head_of("RP-F10-58mm", None),
}
ON_ANY_HEAD = pytest.mark.parametrize("kind", HEADS_TRIED)


def test_what_nobody_knows_is_left_out() -> None:
    ticket = slip(reply(**ALONE), PLAN, HALL, ZONE)
    assert ticket.ahead == "" and ticket.wait == ""
    picture, usual = paper(80, **ALONE), paper(80)
    assert picture.height < usual.height
    known = slip(reply(ahead=None), PLAN, HALL, ZONE)
    assert render(known, 80).height < usual.height, "the range alone, in one line"


@pytest.mark.parametrize(("lang", "words"), [("vi", "Giờ chưa đặt"), ("en", "Time not set")])
@BOTH
def test_a_clock_that_was_never_set_prints_no_time(width_mm: int, lang: str, words: str) -> None:
    ticket = slip(reply(lang=lang, timed=False, **ALONE), PLAN, HALL, ZONE)
    said = " ".join(ticket.texts())
    assert words in said and "2026" not in said and "08:12" not in said
    render(ticket, width_mm)
    assert slip(reply(lang=lang, timed=False), PLAN, HALL, ZONE).wait == "", "nor a range that has no time"


@ON_ANY_HEAD
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_the_kiosks_own_is_whole_and_tall_on_every_head(kind: str, number: str) -> None:
    """The longest ticket there is, with a dossier: in one line, and nothing of it at the paper's edge."""
    head = HEADS_TRIED[kind]
    changes = CASES["longest"] | ALONE | {"number": number, "dossier": DOSSIER}
    picture = draw(slip(reply(**changes), PLAN, HALL, ZONE), head)
    assert picture.width == head.dots
    assert picture.height <= 110 * head.dots_per_mm
    assert _tallest_band(picture) >= 12 * head.dots_per_mm
    edges = picture.convert("L")
    for x in (0, head.dots - 1):
        assert edges.crop((x, 0, x + 1, picture.height)).getextrema()[0] == 255


@ON_ANY_HEAD
@pytest.mark.parametrize(
    "dossier", ["H42.05-260117-0001", DOSSIER, "G22.99.04-260117-00012345678901234567890123456"]
)
def test_a_dossier_is_on_the_paper_whole_and_names_nobody(kind: str, dossier: str) -> None:
    ticket = slip(reply(dossier=dossier), PLAN, HALL, ZONE)
    assert ticket.dossier == f"Mã hồ sơ: {dossier}"
    head = HEADS_TRIED[kind]
    with_it, without = (draw(t, head) for t in (ticket, replace(ticket, dossier="")))
    assert len(dossier) > 30 or with_it.height <= 110 * head.dots_per_mm
    assert with_it.tobytes() != without.tobytes()


@ON_ANY_HEAD
@EACH
def test_every_ticket_fits_every_head(kind: str, case: str) -> None:
    head = HEADS_TRIED[kind]
    picture = draw(slip(reply(**CASES[case]), PLAN, HALL, ZONE), head)
    assert picture.height <= 110 * head.dots_per_mm
    assert [c.text for c in zxingcpp.read_barcodes(picture.convert("L"), formats=QR)] == [
        reply(**CASES[case]).url
    ]
    code, _ = dots.qr(reply(**CASES[case]).url, even=head.lean)
    assert code.width >= 22 * head.dots_per_mm


def test_on_a_slow_wire_number_and_code_are_made_of_double_dots() -> None:
    """So that they can be sent as a quarter of their dots."""
    head = HEADS_TRIED["80 mm, slow wire"]
    picture = draw(slip(reply(), PLAN, HALL, ZONE), head)
    sharp, blunt = (len(escpos.raster_job(picture, replace(head, lean=lean))) for lean in (False, True))
    assert blunt < 0.7 * sharp
