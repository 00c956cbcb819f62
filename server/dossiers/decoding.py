"""Bytes of an exported table to text: UTF-8 with or without BOM, UTF-16, CP1258; what is older is refused.

Pure. TCVN-3 (the `.Vn` fonts) and VNI write Vietnamese with signs of other languages: a wrong guess would be
stored for years. So they are recognised and sent back with advice, never converted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import Final

# What one upload or command takes. 36,000 dossiers with names and addresses beside them are some 10 MB.
MAX_BYTES: Final = 32 * 1024 * 1024
MOST_CELLS: Final = 2_500_000  # of one table: 100,000 dossiers with 25 columns; more take over five seconds

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


def decoded(data: bytes, forced: str = "") -> tuple[str, str]:
    """The text, and the name of its coding, which a source may know beforehand. Raises FileRefused, with what
    to do about it."""
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", limit=MAX_BYTES // 1024 // 1024)
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff") or data[:4] == b"PK\x03\x04":
        raise FileRefused("not-csv")
    text, coding = _forced(data, forced) if forced else _read(data, _coding(data))
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise FileRefused("nul", line=text.count("\n", 0, text.index("\0")) + 1)
    refuse_older([text])
    return text, coding


def _forced(data: bytes, coding: str) -> tuple[str, str]:
    if coding == "cp1258":
        text = _cp1258(data)
        if text is None:
            raise FileRefused("broken-coding", coding="CP1258", at=0)
        return text, coding
    try:
        return data.decode(coding), coding
    except UnicodeDecodeError as error:
        raise FileRefused("broken-coding", coding=coding.upper(), at=error.start) from None


def _coding(data: bytes) -> str:
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


def _read(data: bytes, coding: str) -> tuple[str, str]:
    try:
        return data.decode(coding), coding
    except UnicodeDecodeError as error:
        if coding != "utf-8":
            raise FileRefused("broken-coding", coding=coding.upper(), at=error.start) from None
    if b"\0" in data:
        raise FileRefused("nul", line=data.count(b"\n", 0, data.index(b"\0")) + 1)
    shown = data.decode("latin-1")  # what an old font would have shown in its own way
    if _signs(_TCVN3, shown) >= _SIGNS:
        raise FileRefused("tcvn3")
    text = _cp1258(data)
    if text is None:
        raise FileRefused("vni" if _signs(_VNI, shown) >= _SIGNS else "unknown-coding")
    return text, "cp1258"


def _cp1258(data: bytes) -> str | None:
    """Vietnamese as Windows wrote it: all letters are of ours, and every tone has found its letter."""
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return None
    used = set(text)
    strange = {c for c in used if c > "\x7f" and c.isalpha()} - _VIETNAMESE
    return None if strange or any(unicodedata.combining(c) for c in used) else text


def refuse_older(texts: Iterable[str]) -> None:
    """Raises FileRefused for TCVN-3 or VNI that a program has saved as if it were Unicode. Of a workbook each
    cell is a text, and some may be Unicode already; its font is what shows the others."""
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
    if vni >= _SIGNS and not own:  # "thuê" alone would be VNI as well
        raise FileRefused("vni")


def _signs(rule: re.Pattern[str], text: str) -> int:
    """How many, as far as it matters."""
    return sum(1 for _ in islice(rule.finditer(text), 64))
