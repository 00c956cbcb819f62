"""The wall in a browser that runs no script: what stands in the page as it is sent.

Knows what can be said of the hall at one moment; the rules over time, of heroes and of what is stale, are the
page's (`static/board-core.js`). Here the newest call is the hero, and the page comes anew.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from broker import messages as m
from broker.forms import COUNTER, LETTER, NUMBER
from server.hall.site import Site
from server.web.words import clock_text

ROWS = 5
LETTERS = 3
MOST_SIGNS = 300  # of a notice
MOST_CODE = 12  # of a number, a counter or a letter
UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Present:
    """hero, rows: number and counter. waiting: letter and people."""

    day: date
    clock: str
    hero: tuple[str, str] | None
    rows: tuple[tuple[str, str], ...]
    waiting: tuple[tuple[str, int], ...]
    notice: str


def present(board: m.Board, site: Site, now: datetime, lang: m.Lang) -> Present:
    """The board as it stands; of another day nothing but the waiting lines."""
    local = now.astimezone(site.zone)
    calls: dict[str, str] = {}
    if board.day == local.date().isoformat():
        for call in board.calls:
            calls.setdefault(call.number, call.counter)
    lines = [(said(NUMBER, number), said(COUNTER, counter)) for number, counter in calls.items()]
    waiting: dict[str, int] = {}
    for line in board.waiting:
        if line.open or line.waiting:
            letter = said(LETTER, line.letter)
            waiting[letter] = waiting.get(letter, 0) + line.waiting
    most = sorted(waiting, key=lambda letter: -waiting[letter])[:LETTERS]
    notices = [text for words in board.notices if (text := plain(words[lang], MOST_SIGNS))]
    return Present(
        day=local.date(),
        clock=clock_text(now, site.zone),
        hero=lines[0] if lines else None,
        rows=tuple(lines[1 : ROWS + 1]),
        waiting=tuple((letter, count) for letter, count in waiting.items() if letter in most),
        notice=notices[0] if notices else "",
    )


def said(form: re.Pattern[str], text: str) -> str:
    """A code of this form, or a dash for whatever is written otherwise."""
    shown = plain(text, MOST_CODE)
    return shown if form.fullmatch(shown) else UNKNOWN


def plain(text: str, most: int) -> str:
    """One line without control signs, at most so long."""
    signs = (" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text[: 4 * most]))
    shown = "".join(sign for sign in signs if unicodedata.category(sign)[0] != "C")
    return " ".join(shown.split())[:most].rstrip()
