"""Tickets in the printer's own letters, for printers that print no pictures.

Knows how lines become bytes, and that only ASCII may go out: code pages differ from printer to printer. So
Vietnamese loses its marks here, and nothing that anybody has written can become a command.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hardware.escpos import INIT, PART_BYTES, finished
from hardware.print_head import Head
from hardware.print_job import PrintJob

LINE_DOTS: Final = 30  # ESC 2, the height of a line in its usual spacing
LETTER_DOTS: Final = 24  # the height of a letter of font A
TALLEST: Final = 8  # times, by GS !

# What has no decomposition in Unicode, or a better one.
_REPLACED: Final = str.maketrans({"đ": "d", "Đ": "D", "–": "-", "—": "-", "…": "...", "·": "-", "’": "'"})


@dataclass(frozen=True)
class Line:
    """One paragraph of a ticket: wrapped where it is too long. `wide`, `high`: times the usual letter."""

    text: str
    wide: int = 1
    high: int = 1
    bold: bool = False
    centred: bool = False


def text_job(lines: Iterable[Line], head: Head) -> PrintJob:
    """The job that prints `lines` one below the other and brings the paper out."""
    parts: list[bytes] = []
    part = bytearray(INIT)
    dots = 0
    for line in lines:
        wide, high = (min(max(1, times), TALLEST) for times in (line.wide, line.high))
        wrapped = wrap(ascii_of(line.text), head.letters // wide) or [""]
        start = bytes(
            (0x1B, 0x61, line.centred, 0x1B, 0x45, line.bold, 0x1D, 0x21, (wide - 1) << 4 | high - 1)
        )
        said = start + b"".join(words.encode("ascii") + b"\n" for words in wrapped)
        dots += len(wrapped) * max(LINE_DOTS, LETTER_DOTS * high)
        if len(part) + len(said) > PART_BYTES:
            parts.append(bytes(part))
            part.clear()
        part += said
    parts.append(bytes(part))
    return finished(parts, dots / head.dots_per_mm, head)


def ascii_of(text: str) -> str:
    """`text` without marks, in the letters that every printer has: 0x20 to 0x7E and nothing else.

    "Số thứ tự" becomes "So thu tu"; what has no such letter becomes "?", a control character nothing.
    """
    plain = []
    for c in unicodedata.normalize("NFKD", text.translate(_REPLACED)):
        kind = unicodedata.category(c)
        if " " <= c <= "~":
            plain.append(c)
        elif kind[0] == "Z" or c in "\n\t\r":
            plain.append(" ")
        elif kind[0] not in "CM":
            plain.append("?")
    return " ".join("".join(plain).split())


def wrap(text: str, letters: int) -> list[str]:
    """`text` in lines of at most so many letters."""
    return textwrap.wrap(text, max(1, letters), break_on_hyphens=False)
