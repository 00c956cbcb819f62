"""Discreet: what of a text from elsewhere may stand on a public wall. The last door, after the server's.

Knows how numbers, counters and dossier codes look; keeps out where they came from. It does not look for
names, phones and identity numbers, of which there is no list: it lets through only what is nothing else
than a code. Words of authorities pass when the hall's own file has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from broker.forms import COUNTER, LETTER, NUMBER
from broker.messages import Words
from display.scene import plain

# The agency as it is written since 2020, H42.05, or before, 000.05.14.H42; then date and serial of the day.
AGENCY: Final = (
    r"(?:[A-Z][0-9]{2}(?:\.[0-9]{2}){0,2}(?:\.[0-9]{3})?"
    r"|(?:[0-9]{3}\.)?(?:[0-9]{2}\.){0,2}[A-Z][0-9]{2})"
)
CODE: Final = re.compile(rf"(?:{AGENCY}-)?([0-9]{{6}})-[0-9]{{3,6}}")
DASHES: Final = str.maketrans("–—‐‑−", "-----")
# Codes of this form exist since 2018. All phones and identity cards begin with 0, so that none of them, cut
# in two, reads as a day of a later year.
FIRST_YEAR: Final = 15
MOST_SIGNS: Final = 48
MOST_NAME: Final = 60
UNKNOWN: Final = "–"


def number(text: str) -> str:
    """A ticket's number, or a dash."""
    return said(NUMBER, text)


def counter(text: str) -> str:
    """A counter's name, or a dash."""
    return said(COUNTER, text)


def letter(text: str) -> str:
    """What the numbers of a service begin with, or a dash."""
    return said(LETTER, text)


def said(form: re.Pattern[str], text: str) -> str:
    shown = plain(text, 12)
    return shown if form.fullmatch(shown) else UNKNOWN


@lru_cache(maxsize=4096)
def dossier_code(text: str, today: date) -> str | None:
    """The code of a dossier, or None when it is anything more or else than a code.

    Its date must be a day from 2015 up to the day after `today`: whose clock is right, nobody knows.
    """
    shown = plain(text, MOST_SIGNS).translate(DASHES)
    form = CODE.fullmatch(shown)
    if form is None:
        return None
    try:
        received = datetime.strptime("20" + form[1], "%Y%m%d").date()
    except ValueError:
        return None
    return shown if received.year >= 2000 + FIRST_YEAR and (received - today).days <= 1 else None


def serial(code: str) -> tuple[str, str]:
    """What a code is sorted and read by: date and serial, both as figures."""
    received, number = code.split("-")[-2:]
    return received, number


def agency(code: str) -> str:
    """The agency that a whole code begins with, or ""."""
    return "".join(code.split("-")[:-2])


def known_names(authorities: Iterable[Words]) -> frozenset[str]:
    """The authorities that a hall's file names, in both languages."""
    return frozenset(plain(text, MOST_SIGNS) for words in authorities for text in (words.vi, words.en))


def known_officers(officers: Iterable[str]) -> frozenset[str]:
    """The officers that a late list may name."""
    return frozenset(plain(name, MOST_NAME) for name in officers)


def officer(name: str, known: frozenset[str]) -> str:
    """An officer's name, or a dash for anybody whom the hall's file does not name."""
    shown = plain(name, MOST_NAME)
    return shown if shown and shown in known else UNKNOWN


def authority(words: Words, lang: str, known: frozenset[str]) -> str:
    """An authority's name, or a dash for one that is not in the hall's file: a wall shows no other."""
    name = plain(words[lang], MOST_SIGNS)
    return name if name and name in known else UNKNOWN
