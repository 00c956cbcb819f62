"""Bytes of an exported table to lines: UTF-8 with or without BOM, UTF-16, CP1258; what is older is refused.

Pure. TCVN-3 (the `.Vn` fonts) and VNI write Vietnamese with signs of other languages: a wrong guess would be
stored for years. So they are recognised and sent back with advice, never converted.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

# What one upload or command takes. 36,000 dossiers with names and addresses beside them are some 10 MB.
MAX_BYTES: Final = 32 * 1024 * 1024
MOST_CELLS: Final = 2_500_000  # of one table: 100,000 dossiers with 25 columns
LONGEST_LINE: Final = 1024 * 1024  # characters that are read of one at once
BLOCK: Final = 1024 * 1024  # bytes

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PROBE: Final = 4096  # bytes, enough to see in which half of each pair UTF-16 has its zeros
_LETTERS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VIETNAMESE: Final = frozenset(
    unicodedata.normalize("NFC", case(letter) + tone)
    for letter in _LETTERS
    for tone in _TONES
    for case in (str.lower, str.upper)
) | {"đ", "Đ"}
# In Unicode only Vietnamese has these; text in an older coding has none of them.
_OWN: Final = re.compile("[ăĂđĐơƠưƯ\u1ea0-\u1ef9\u0300\u0301\u0303\u0309\u0323]")
# đ, ư, ơ, à, ả, ã, á, ạ, ă, â, ê, ô of TCVN-3 beside a letter; of VNI, vowels whose tone is a second vowel.
_TCVN3: Final = re.compile(
    r"[A-Za-zµ-ÿ][®\u00ad¬µ¶·¸¹¨©ª«»¼½¾§¡¢£¤¥¦]|[®\u00ad¬µ¶·¸¹¨©ª«»¼½¾§¡¢£¤¥¦][A-Za-z]"
)
_VNI: Final = re.compile(r"[aeiouyAEIOUYôöÔÖ][ùøûõïéèúüëâêîÙØÛÕÏÉÈÚÜËÂÊÎ](?![ùøûõï])|ñ|Ñ")
_SIGNS: Final = 3  # so many, and it is no accident


class FileRefused(Exception):
    """Nothing of the file is taken. key: of the reason in the catalogue; params: what it fills in."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key, self.params = key, params


def decoded(data: bytes, forced: str = "") -> tuple[Iterator[str], str]:
    """Its lines with their ends, and the name of its coding, which a source may know beforehand. Raises
    FileRefused, with what to do about it, before there is a line.

    One line at a time: a text with one sign beyond the usual ones takes four bytes for each of all letters.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", limit=MAX_BYTES // 1024 // 1024)
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff") or data[:4] == b"PK\x03\x04":
        raise FileRefused("not-csv")
    coding = _told(data, forced) if forced else _found(data)
    _refuse_nul(data, coding)
    _refuse_older_text(lines_of(data, coding))
    return lines_of(data, coding), coding


def lines_of(data: bytes, coding: str) -> Iterator[str]:
    """In NFC where a tone stands behind its letter. A line without end comes in pieces."""
    text = io.TextIOWrapper(io.BytesIO(data), coding, newline="")
    line = text.readline(LONGEST_LINE).removeprefix("\ufeff") or text.readline(LONGEST_LINE)
    while line:
        yield unicodedata.normalize("NFC", line) if coding == "cp1258" else line
        line = text.readline(LONGEST_LINE)


def _told(data: bytes, coding: str) -> str:
    if coding == "cp1258" and not _is_cp1258(data):
        raise FileRefused("broken-coding", coding="CP1258", at=0)
    if coding != "cp1258" and (at := _broken_at(data, coding)) is not None:
        raise FileRefused("broken-coding", coding=coding.upper(), at=at)
    return coding


def _found(data: bytes) -> str:
    coding = _likely(data)
    at = _broken_at(data, coding)
    if at is None:
        return coding
    if coding != "utf-8":
        raise FileRefused("broken-coding", coding=coding.upper(), at=at)
    _refuse_nul(data, "latin-1")
    shown = data.decode("latin-1")  # what an old font would have shown in its own way
    if _signs(_TCVN3, shown) >= _SIGNS:
        raise FileRefused("tcvn3")
    if not _is_cp1258(data):
        raise FileRefused("vni" if _signs(_VNI, shown) >= _SIGNS else "unknown-coding")
    return "cp1258"


def _likely(data: bytes) -> str:
    for mark, coding in _BOMS:
        if data.startswith(mark):
            return coding
    probe = data[:_PROBE]
    even, odd, quarter = probe[::2].count(0), probe[1::2].count(0), len(probe) // 4
    if odd > quarter and not even:
        return "utf-16-le"
    if even > quarter and not odd:
        return "utf-16-be"
    return "utf-8"


def _broken_at(data: bytes, coding: str) -> int | None:
    """The first byte that is none of this coding."""
    decoder = codecs.getincrementaldecoder(coding)()
    for at in range(0, len(data), BLOCK):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[at : at + BLOCK], at + BLOCK >= len(data))
        except UnicodeDecodeError as error:
            return at - held + error.start
    return None


def _is_cp1258(data: bytes) -> bool:
    """Vietnamese as Windows wrote it: all letters are of ours, and every tone has found its letter."""
    used = set[str]()
    try:
        for line in lines_of(data, "cp1258"):
            used.update(line)
    except UnicodeDecodeError:
        return False
    strange = {c for c in used if c > "\x7f" and c.isalpha()} - _VIETNAMESE
    return not strange and not any(unicodedata.combining(c) for c in used)


def _refuse_nul(data: bytes, coding: str) -> None:
    if not data.count(0):
        return
    for number, line in enumerate(lines_of(data, coding), 1):
        if "\0" in line:
            raise FileRefused("nul", line=number)


def _refuse_older_text(lines: Iterator[str]) -> None:
    """Raises FileRefused for TCVN-3 or VNI that a program has saved as if it were Unicode."""
    tcvn = vni = 0
    for line in lines:
        if line.isascii():
            continue
        if _OWN.search(line):
            return
        tcvn += _signs(_TCVN3, line)
        vni += _signs(_VNI, line)
    _refuse_signs(tcvn, vni)


def refuse_older(texts: Iterable[str]) -> None:
    """Likewise of a workbook: each cell is a text, and some may be Unicode already; its font is what shows
    the others."""
    tcvn = vni = 0
    own = False
    for text in texts:
        if text.isascii():
            continue
        if _OWN.search(text):
            own = True
            continue
        tcvn += _signs(_TCVN3, text)
        vni += _signs(_VNI, text)
        if tcvn >= _SIGNS and tcvn >= vni:
            raise FileRefused("tcvn3")
    _refuse_signs(tcvn, 0 if own else vni)  # "thuê" alone would be VNI as well


def _refuse_signs(tcvn: int, vni: int) -> None:
    if tcvn >= _SIGNS and tcvn >= vni:
        raise FileRefused("tcvn3")
    if vni >= _SIGNS:
        raise FileRefused("vni")


def _signs(rule: re.Pattern[str], text: str) -> int:
    """How many, as far as it matters."""
    return sum(1 for _ in islice(rule.finditer(text), 64))
