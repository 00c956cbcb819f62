"""Files as they come: every coding that is read, and those that are sent back with advice."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from server.dossiers import decoding
from server.dossiers.decoding import FileRefused, decoded
from server.dossiers.importing import Report
from server.dossiers.mapping import Mapping
from server.dossiers.tables import open_sample, open_table
from server.dossiers.telling import problem_text
from tests.server.dossiers.tables import GOOD, read, row, table

HEAD = ("Mã hồ sơ", "Cơ quan", "Thủ tục", "Trạng thái", "Ngày tiếp nhận", "Ngày hẹn trả")
TEXT = table(GOOD, row(code="H42.13-261109-0119", status="Chờ bổ sung"), head=HEAD)
# "Sở Tư pháp", "Đang xử lý", "Mã hồ sơ" as programs with .VnTime fonts and as VNI wrote them.
TCVN3 = "M· hå s¬,C¬ quan,Thñ tôc\nH42,Së T­ ph¸p,§ang xö lý ®­îc\n"
VNI = "Maõ hoà sô,Cô quan,Thuû tuïc\nH42,Sôû Tö phaùp,Ñang xöû lyù ñöôïc\n"


def cp1258(text: str) -> bytes:
    """As Windows writes it: a letter with its mark, and the tone behind it."""
    marks = {"\u0302": "âêô ÂÊÔ", "\u0306": "ă Ă", "\u031b": "ơư ƠƯ"}
    made = unicodedata.normalize("NFD", text)
    for mark, letters in marks.items():
        for letter in letters.replace(" ", ""):
            base = unicodedata.normalize("NFD", letter)[0]
            for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"):
                made = made.replace(base + tone + mark, letter + tone).replace(
                    base + mark + tone, letter + tone
                )
    return made.encode("cp1258")


CODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16 with a mark": TEXT.encode("utf-16"),
    "utf-16-be with a mark": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "utf-16-le without": TEXT.encode("utf-16-le"),
    "utf-16-be without": TEXT.encode("utf-16-be"),
    "cp1258": cp1258(TEXT),
    "decomposed": unicodedata.normalize("NFD", TEXT).encode(),
    "semicolons": TEXT.replace(",", ";").encode(),
    "a line for Excel": b"sep=;\r\n" + TEXT.replace(",", ";").encode(),
    "line ends of Unix": TEXT.replace("\r\n", "\n").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_the_same_dossiers_come_out_of_every_coding(coding: str) -> None:
    found = read(CODINGS[coding])
    assert found.refused == []
    assert found.dossiers == read(TEXT).dossiers and len(found.dossiers) == 2
    assert found.dossiers[0].procedure == "Cấp phiếu lý lịch tư pháp"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (TCVN3.encode(), "tcvn3"),
        (TCVN3.encode("latin-1"), "tcvn3"),
        (VNI.encode(), "vni"),
        (VNI.encode("latin-1"), "vni"),
        (b"PK\x03\x04" + bytes(100), "broken-zip"),
        (codecs.BOM_UTF32_LE + "mã".encode("utf-32-le"), "not-csv"),
        (TEXT.encode() + b"a\0b", "nul"),
        (cp1258(TEXT) + b"\0", "nul"),
        (codecs.BOM_UTF16_LE + b"a\0b", "broken-coding"),
        ("På gränsen".encode("latin-1"), "unknown-coding"),
        (b"", "columns-missing"),
        (b"\n\n\n", "columns-missing"),
        (table(GOOD).splitlines()[0].encode(), "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data: bytes, key: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.key == key
    for lang in ("vi", "en"):
        assert len(problem_text(Report(problem=key, params=refused.value.params), lang)) > 20


def test_a_cell_in_an_older_coding_is_found_among_others() -> None:
    """One Unicode letter in the file says nothing of the column that an older program wrote."""
    cell = "Së T\u00ad ph¸p tØnh Hµ Nam"
    mixed = table(row(), row(code="H42.13-261109-0119", note=cell), head=(*HEAD, "Ghi chú"))
    with pytest.raises(FileRefused, match="tcvn3"):
        read(mixed)
    read(mixed.replace(cell, "Lê Hà, thửa ¼, công ty Müller ®"))


def test_a_nul_is_told_with_its_line() -> None:
    with pytest.raises(FileRefused) as refused:
        decoded(b"one\ntwo\nth\0ree")
    assert refused.value.params == {"line": 3}


def test_a_file_is_not_read_further_than_it_may_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 1000)
    with pytest.raises(FileRefused, match="too-large"):
        decoded(b"x" * 1001)
    lines, coding = decoded(b"x" * 1000)
    assert (list(lines), coding) == (["x" * 1000], "utf-8")


def test_vietnamese_in_unicode_is_never_taken_for_an_older_coding() -> None:
    assert decoded("Thửa đất ¼ công ñ ® ±µ¶·¸¹".encode())[1] == "utf-8"
    assert decoded(b"Cong van khong dau, tel. (+84)")[1] == "utf-8"


def test_columns_go_by_name_in_two_languages_and_others_are_left_alone() -> None:
    head = '"Họ tên";"Số điện thoại";MÃ HỒ SƠ;cơ quan;thủ tục;trạng thái;received;Hẹn trả;quầy'
    found = open_table(head.encode()).header
    assert found.delimiter == ";" and found.ignored == 2
    assert list(found.places) == ["code", "authority", "procedure", "status", "received", "due", "counter"]


def test_names_of_columns_may_go_over_several_lines() -> None:
    head = table(GOOD).replace("received", '"Ngày\ntiếp nhận"').replace("due", '"Hẹn\ntrả"')
    found = read(head + "one cell\n")
    assert len(found.dossiers) == 1
    assert [(wrong.line, wrong.key) for wrong in found.refused] == [(5, "row-width")]


def test_titles_above_the_names_of_columns_are_passed_over() -> None:
    titles = 'SỔ HỒ SƠ,,,,,\n"Từ ngày 01/11/2026\nđến ngày 30/11/2026",,,,,\n\n'
    found = read(titles + table(GOOD) + "one cell\n")
    assert [d.code for d in found.dossiers] == [GOOD["code"]]
    assert [(wrong.line, wrong.key) for wrong in found.refused] == [(7, "row-width")], "as an editor counts"
    strange = "SỔ HỒ SƠ\nA;B;C\n1;2;3\n".encode()
    assert open_sample(strange, Mapping()).head == ["A", "B", "C"], "the first as long as any"
    with pytest.raises(FileRefused):
        open_table((titles + table(GOOD)).encode(), Mapping(header_row=1))


@pytest.mark.parametrize(
    ("head", "key", "params"),
    [
        ("code,authority,procedure,status,received", "columns-missing", {"fields": ["due"]}),
        ("code,Mã hồ sơ", "column-twice", {"fields": ["code"], "first": 1, "second": 2}),
        ("Nguyễn Văn An,0912345678", "columns-missing", None),
    ],
)
def test_a_first_line_that_is_none_is_told_what_is_missing(head: str, key: str, params: object) -> None:
    with pytest.raises(FileRefused) as refused:
        open_table(head.encode())
    assert refused.value.key == key and params in (None, refused.value.params)
    assert "Nguyễn" not in str(refused.value.params)
