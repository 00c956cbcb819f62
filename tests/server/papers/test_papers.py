"""Every form with everything and with nothing: what stands on it, and that PDF and DOCX say the same."""

from __future__ import annotations

import io
import unicodedata
from datetime import date, datetime, time, timedelta

import openpyxl
import pypdf
import pytest
import zxingcpp
from hypothesis import given, strategies as st
from msgspec.structs import replace
from PIL import Image

from server.dossiers.book import Booked
from server.dossiers.register import Leg
from server.dossiers.store import Whole
from server.papers import layout
from server.papers.as_xlsx import COLUMNS, xlsx
from server.papers.blanks import Filled, Typed, of_book, of_dossier
from server.papers.codes import code128
from server.papers.filling import filled
from server.papers.flow import Paragraph, Shape, Style, Text
from server.papers.forms import BLANKS, SHAPES, Form, circular_of
from server.papers.lines import Word, laid
from server.papers.making import Stock, made, printed
from server.papers.metrics import width
from server.papers.wording import AREAS, HEAD, LANGUAGES, allowed, mistakes, ours, words_of
from tests.server.papers.made import (
    BARE,
    CENTRE,
    CODE,
    DOSSIER,
    NAME,
    NOW,
    PERSON,
    WHOLE,
    docx_text,
    in_one,
    pdf_text,
)

LETTERS = [form for form in Form if form is not Form.REGISTER_BOOK]
TYPED = Typed(("Thiếu bản gốc",), ("Đơn đăng ký (bản chính)", "Giấy chứng nhận"), "01", "Quầy 7", "K7QX")


def told(form: Form, full: bool, lang: str = "vi") -> Filled:
    words = words_of(form, lang, {})
    if form is Form.REGISTER_BOOK:
        lines = [Booked(n, DOSSIER, DOSSIER.due, None, PERSON) for n in range(1, 31)] if full else []
        return of_book(lines, date(2026, 11, 1), date(2026, 11, 30), CENTRE, words, lang, NOW)
    if full:
        return of_dossier(form, WHOLE, PERSON, CENTRE, TYPED, words, lang, NOW, 17)
    return of_dossier(form, BARE, None, CENTRE, Typed(), words, lang, NOW)


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("form", Form)
def test_the_pdf_says_what_the_docx_says(form: Form, full: bool) -> None:
    paper = told(form, full)
    document = filled(layout.template(form), paper.blanks, paper.pictures)
    drawn = printed(layout.template(form), paper, "pdf", "x", "vi")
    text = docx_text(document)
    assert "None" not in text and "{{ w" not in text and "{%p" not in text
    read = in_one(pdf_text(drawn))
    for line in text.splitlines():
        assert in_one(line) in read, line  # every accent whole, nothing left out
    pages = pypdf.PdfReader(io.BytesIO(drawn)).pages
    wide, high = (float(side) / 72 * 25.4 for side in (pages[0].mediabox.width, pages[0].mediabox.height))
    assert (round(wide), round(high)) == layout.SHEETS[SHAPES[form].page]
    assert len(pages) == 1 or form is Form.REGISTER_BOOK
    fonts = pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        kin = font.get_object()["/DescendantFonts"][0].get_object()
        assert "BeVietnamPro" in kin["/BaseFont"] and "/FontFile2" in kin["/FontDescriptor"].get_object()


def test_a_letter_says_what_is_known_and_a_name_is_a_name() -> None:
    text = docx_text(made(Stock(None), Form.APOLOGY, told(Form.APOLOGY, True), "docx", "vi"))
    assert f"Kính gửi: {NAME}" in text
    assert "Thời gian hẹn trả kết quả: 17 giờ 00 phút, ngày 26 tháng 11 năm 2026." in text
    assert "\n17 giờ 00 phút, ngày 01 tháng 12 năm 2026" in text
    assert "Thiếu bản gốc" in text and "Sở Nông nghiệp và Môi trường" in text
    assert "Mẫu số 04 (Thông tư số 03/2025/TT-VPCP)" in text
    receipt = docx_text(made(Stock(None), Form.RECEIPT, told(Form.RECEIPT, True), "docx", "vi"))
    assert "0,5 ngày làm việc" in receipt and "Mã tra cứu: K7QX" in receipt and "1. Đơn đăng ký" in receipt


def test_what_nobody_knows_is_left_to_the_hand() -> None:
    text = docx_text(made(Stock(None), Form.RECEIPT, told(Form.RECEIPT, False), "docx", "vi"))
    assert f"Ông/Bà/Tổ chức: {'…' * BLANKS['applicant'].dots}" in text
    assert "Thời gian trả kết quả: …… giờ …… phút, ngày …… tháng …… năm ………" in text
    assert "Thời gian nhận hồ sơ: ngày 20 tháng 11 năm 2026" in text  # the hour is not known
    assert "Mã tra cứu" not in text
    slip = docx_text(made(Stock(None), Form.CONTROL_SLIP, told(Form.CONTROL_SLIP, False), "docx", "vi"))
    assert slip.count("Giao: …") == 4


def test_a_control_slip_follows_the_legs() -> None:
    text = in_one(
        docx_text(made(Stock(None), Form.CONTROL_SLIP, told(Form.CONTROL_SLIP, True), "docx", "vi"))
    )
    assert in_one("Giao: Trung tâm Phục vụ hành chính công tỉnh Hà Nam Nhận: land") in text
    assert in_one("Trước hạn") in text and in_one("Giao: land Nhận: tax") in text
    assert in_one("Quá hạn chờ giá") in text


def test_legs_side_by_side_have_it_from_all_of_the_place_before() -> None:
    legs = (Leg(1, "land"), Leg(2, "tax"), Leg(2, "environment"), Leg(3, "land"), Leg(4, "tax"))
    whole = Whole(DOSSIER, "portal", (), legs, (), ())
    words = words_of(Form.CONTROL_SLIP, "vi", {})
    paper = of_dossier(Form.CONTROL_SLIP, whole, None, CENTRE, Typed(), words, "vi", NOW)
    centre, environment = CENTRE.name.vi, CENTRE.authorities["environment"].vi
    rows = [row for row in paper.blanks["rows"] if row["n"]]
    assert [(row["n"], row["giver"], row["receiver"]) for row in rows] == [
        ("1", centre, "land"),
        ("2", "land", "tax"),
        ("3", "land", environment),
        ("4", f"tax; {environment}", "land"),
        ("5", "land", "tax"),
    ]
    text = docx_text(made(Stock(None), Form.CONTROL_SLIP, paper, "docx", "vi"))
    assert f"Giao: tax; {environment}" in text


def test_a_scanner_reads_the_code_of_the_printed_paper() -> None:
    drawn = made(Stock(None), Form.RECEIPT, told(Form.RECEIPT, True), "pdf", "vi")
    images = pypdf.PdfReader(io.BytesIO(drawn)).pages[0].images
    read = [zxingcpp.read_barcode(image.image.convert("L")).text for image in images if image.image]
    assert read == [CODE, CODE]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=4, max_size=30))
def test_every_bar_code_can_be_read(text: str) -> None:
    found = zxingcpp.read_barcode(
        Image.open(io.BytesIO(code128(text))).convert("L"), formats=zxingcpp.BarcodeFormat.Code128
    )
    assert found is not None and found.text == text


def test_a_book_goes_on_over_pages_under_its_head() -> None:
    paper = told(Form.REGISTER_BOOK, True)
    pages = pypdf.PdfReader(io.BytesIO(made(Stock(None), Form.REGISTER_BOOK, paper, "pdf", "vi"))).pages
    assert len(pages) > 1
    for n, page in enumerate(pages, 1):
        text = page.extract_text()
        assert in_one("Mã hồ sơ") in in_one(text) and in_one(f"Trang {n} / {len(pages)}") in in_one(text)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(paper))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert len(rows) == 30 and rows[0][0] == "01" and rows[29][0] == "30" and rows[0][3] == NAME
    assert len(rows[0]) == len(COLUMNS)


def test_a_day_in_the_book_is_never_broken() -> None:
    widest = max(
        (date(2034, 1, 1) + timedelta(days=n) for n in range(365)),
        key=lambda d: width(f"{d:%d/%m/%Y}", Style()),
    )
    at = datetime.combine(widest, time(14, 44), CENTRE.zone)
    line = Booked(44444, replace(DOSSIER, received=at), at, at, PERSON)
    paper = of_book([line], widest, widest, CENTRE, words_of(Form.REGISTER_BOOK, "vi", {}), "vi", NOW)
    drawn = pdf_text(made(Stock(None), Form.REGISTER_BOOK, paper, "pdf", "vi"))
    assert drawn.count(f"{widest:%d/%m/%Y}") == 3 and drawn.count("14:44") == 3 and "44444" in drawn


def test_nothing_in_a_workbook_is_a_formula() -> None:
    person = type(PERSON)(name='=HYPERLINK("http://x")', address="@SUM(1)")
    words = words_of(Form.REGISTER_BOOK, "vi", {})
    lines = [Booked(1, DOSSIER, None, None, person)]
    paper = of_book(lines, date(2026, 11, 1), date(2026, 11, 30), CENTRE, words, "vi", NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(paper))).active
    assert sheet is not None
    assert {sheet["D5"].data_type, sheet["E5"].data_type} == {"s"}


def test_a_form_is_known_by_its_key_and_numbered_by_its_day() -> None:
    old, new = circular_of(date(2025, 9, 14)), circular_of(date(2025, 9, 15))
    assert old is not None and new is not None and circular_of(date(2018, 1, 1)) is None
    assert (old.numbers[Form.CONTROL_SLIP], new.numbers[Form.CONTROL_SLIP]) == ("05", "06")
    assert new.numbers[Form.STOP] == "05" and Form.STOP not in old.numbers


def test_our_words_are_whole() -> None:
    for area in AREAS:
        both = ours(area)
        assert both["vi"].keys() == both["en"].keys()
        assert not list(mistakes(area, both))
        for key, text in both["vi"].items():
            assert text == unicodedata.normalize("NFC", text)
            assert not hasattr(dict, key), f"a template could not say w.{key}"
            if area != HEAD:
                shape = SHAPES[Form(area)]
                assert {n for n in allowed(area, "vi", key) if n in BLANKS} <= shape.blanks, key
    for form in Form:
        for lang in LANGUAGES:
            assert told(form, True, lang).blanks["w"]["title"] == ours(form.value)[lang]["title"]


@given(
    st.lists(st.text("abc đẩ-/", min_size=0, max_size=60), max_size=4),
    st.floats(20, 400),
    st.sampled_from(["left", "center", "right", "justify"]),
    st.sampled_from([0.0, 15.0]),
)
def test_lines_lose_no_letter_and_stay_on_the_paper(
    texts: list[str], room: float, align: str, first: float
) -> None:
    pieces = tuple(Text(text, Style(bold=n % 2 == 1)) for n, text in enumerate(texts))
    found = laid(Paragraph(pieces, Shape(align=align, first=first)), room)  # type: ignore[arg-type]
    letters = "".join(
        text for line in found for p in line.placed if isinstance(p.what, Word) for text, _ in p.what.parts
    )
    assert letters == "".join(texts).replace(" ", "")
    for line in found:
        words = [p for p in line.placed if isinstance(p.what, Word)]
        assert all(p.x >= -0.1 and p.x + p.what.wide <= room + 0.2 for p in words)  # type: ignore[union-attr]
        assert line.high > 0
