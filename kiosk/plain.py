"""The ticket in a printer's own letters, for one that prints no pictures: the same words without their marks.

Knows their order and sizes; the words are `kiosk.slip`'s, the bytes `hardware.escpos_text`'s. There is no
code to scan, so the address of the phone page is written out.
"""

from __future__ import annotations

from typing import Final

from hardware.escpos_text import Line, text_job
from hardware.print_head import Head
from hardware.print_job import PrintJob
from kiosk.slip import Slip

NUMBER_HIGH: Final = 7  # times: capitals of font A are 15 to 17 dots high, 7 times that is 13 mm and more
NUMBER_WIDE: Final = 5  # times at most, as far as the whole number fits into the line
STAR: Final = " *"


def plain_job(slip: Slip, head: Head) -> PrintJob:
    """The whole ticket as text."""
    return text_job(plain(slip, head), head)


def plain(slip: Slip, head: Head) -> list[Line]:
    """Its lines, top to bottom; what is not known has none."""
    wide = max(1, min(NUMBER_WIDE, head.letters // len(slip.number)))
    caption = slip.caption + STAR * slip.priority
    top = [
        Line(slip.hall, centred=True),
        Line(caption, bold=True, centred=True),
        Line(slip.number, wide=wide, high=NUMBER_HIGH, bold=True, centred=True),
        Line(slip.authority if slip.service else "", centred=True),
        Line(slip.service or slip.authority, high=2, bold=True, centred=True),
        Line(slip.place, high=2, bold=True, centred=True),
        Line(_labelled(slip.ahead_labels[0], slip.ahead), centred=True),
        Line(_labelled(slip.wait_labels[0], slip.wait), centred=True),
        Line(slip.taken_on, centred=True),
    ]
    foot = [slip.dossier, slip.documents, slip.missed, slip.hotline, slip.follow, slip.cancel]
    return [line for line in (*top, *map(Line, foot)) if line.text]


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""
