"""How words of tables and people are compared: without accents, case, punctuation and spacing. Pure.

"Sở Lao động- Thương binh", "SỞ LAO ĐỘNG - THƯƠNG BINH" and their decomposed spelling are the same here, and
so are "hoà" and "hòa". For comparing and searching only: nothing folded is ever shown.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
SHORT = 6  # signs of one word that is no name without its capitals
LIKE = 0.7  # how near a word must be to be offered, as difflib counts


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The words of a text in small letters without accents, one space between them."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join(_WORD.findall("".join(c for c in plain if unicodedata.category(c) != "Mn")))


def names(name: str, text: str) -> bool:
    """Whether a text has a name in it, word for word: "bà le an" has "Lê An", "lệ ánh" has not. A name of one
    short word is compared as it is written, with its capitals: "an" is in every other sentence."""
    words = fold(name)
    if " " in words or len(words) >= SHORT:
        return f" {words} " in f" {fold(text)} "
    bare = unicodedata.normalize("NFC", name).strip()
    said = unicodedata.normalize("NFC", text)
    return bool(words) and re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", said) is not None


class Names:
    """The names of many people, to look for all of them in a text at once, as `names` does for one."""

    def __init__(self, persons: Iterable[str]) -> None:
        self._by: dict[str, list[str]] = {}
        for person in persons:
            self._by.setdefault(fold(person), []).append(person)
        self._longest = max((folded.count(" ") + 1 for folded in self._by), default=0)

    def within(self, text: str) -> bool:
        words = fold(text).split()
        runs = (
            " ".join(words[first:last])
            for first in range(len(words))
            for last in range(first + 1, min(first + self._longest, len(words)) + 1)
        )
        return any(names(person, text) for run in runs for person in self._by.get(run, ()))


@lru_cache(maxsize=1024)  # thousands of rows have the same mistake
def nearest(text: str, known: tuple[str, ...]) -> str:
    """The one of `known` whose folded spelling is the most like the text's; "" when none is like it. Of two
    that are folded alike, the first."""
    by_fold = {fold(word): word for word in reversed(known)}
    found = difflib.get_close_matches(fold(text[:120]), by_fold, n=1, cutoff=LIKE)
    return by_fold[found[0]] if found else ""
