"""The words of web pages: the catalogues, and figures, instants and names written the way readers expect.

Times as 08:12 in the site's zone, dates 23/11/2026, ranges with an en dash; a wait is always "about".
Figures as Babel has them: 35.591 and 0,5 for Vietnamese readers, 35,591 and 0.5 for others.
"""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from pathlib import Path

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from broker.messages import Range
from server.hall.site import Words
from server.site_file import HallConfig
from server.web.catalogue import Catalogues

TEXTS = Catalogues(Path(__file__).parent / "texts")


def said(words: Words, lang: str) -> str:
    """The reader's one of two texts."""
    return words.en if lang == "en" else words.vi


def doer_text(by: str, lang: str) -> str:
    """Who did something: an account's name, or what came by itself, as `folder:portal`, `source:portal`,
    `token:a1`."""
    kind, _, id = by.partition(":")
    key = f"word.by-{kind}"
    return TEXTS(key, lang, id=id) if id and key in TEXTS else by


def clock_text(at: datetime, zone: tzinfo, seconds: bool = False) -> str:
    return str(format_time(at, "HH:mm:ss" if seconds else "HH:mm", tzinfo=zone, locale="vi"))


def date_text(day: date) -> str:
    return str(format_date(day, "dd/MM/yyyy", locale="vi"))


def figure_text(value: float, lang: str, digits: int = 0) -> str:
    """A figure with so many digits behind the point."""
    return str(format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=lang))


def range_text(wait: Range | tuple[int, int], lang: str) -> str:
    """`15-25 phút` with an en dash, or `dưới 5 phút`."""
    low, high = (wait.low, wait.high) if isinstance(wait, Range) else wait
    if low == 0:
        return TEXTS("unit.under", lang, n=high)
    return TEXTS("unit.range", lang, low=low, high=high)


def people_text(n: int, lang: str) -> str:
    return TEXTS("unit.people", lang, n=n)


def named(config: HallConfig, device: str, lang: str) -> str:
    """A device as people of this hall call it."""
    known = config.devices[device]
    if known.name is not None:
        return said(known.name, lang)
    return device_name(device, known.role, known.counter, lang)


def device_name(id: str, role: str, counter: str | None, lang: str) -> str:
    """`Ki-ốt 2` for kiosk-2, `Quầy 7` for a counter's terminal, `Màn hình 1` for wall-1."""
    tail = re.search(r"(\d+)$", id)
    stands_at = counter if role == "counter" else None  # a kiosk beside a counter keeps its own number
    return TEXTS(f"device.{role}", lang, n=stands_at or (tail[1] if tail else id))
