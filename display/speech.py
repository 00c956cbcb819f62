"""Speech: a call as words, never as figures: no synthesiser is trusted to read Vietnamese numbers.

Knows the numbers 0 to 9999 in the north and the south, the names of letters, and the templates of the
catalogue; keeps out sound. The rules and their table are those of the domain reference, 5.3 and 5.4; all
ten thousand numbers come out different.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from broker.messages import Call, Lang
from hardware.texts import Texts
from hardware.type import FIGURES

Region = Literal["north", "south"]
Reading = Literal["number", "digits"]

LARGEST: Final = 9999
DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
AFTER_TEN: Final = {0: "", 5: " lăm"}
AFTER_TENS: Final = {0: "", 1: " mốt", 4: " tư", 5: " lăm"}

LETTERS: Final = {
    "A": "a", "Ă": "á", "Â": "ớ", "B": "bê", "C": "xê", "D": "dê", "Đ": "đê", "E": "e", "Ê": "ê",
    "F": "ép-phờ", "G": "giê", "H": "hát", "I": "i ngắn", "J": "gi", "K": "ca", "L": "e-lờ", "M": "em-mờ",
    "N": "en-nờ", "O": "o", "Ô": "ô", "Ơ": "ơ", "P": "pê", "Q": "quy", "R": "e-rờ", "S": "ét-sì", "T": "tê",
    "U": "u", "Ư": "ư", "V": "vê", "W": "vê kép", "X": "ích-xì", "Y": "i dài", "Z": "dét",
}  # fmt: skip


@dataclass(frozen=True)
class Manner:
    """How numbers are read. `leading_zeros`: "không không năm" for 005, else "năm"."""

    region: Region = "north"
    reading: Reading = "number"
    leading_zeros: bool = False


def read_number(n: int, region: Region = "north") -> str:
    """The number in words. Raises ValueError outside 0 to 9999."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"{n} is not read: 0 to {LARGEST} are")
    thousands, rest = divmod(n, 1000)
    if thousands:
        nghin = {"north": "nghìn", "south": "ngàn"}[region]
        head = f"{DIGITS[thousands]} {nghin}"
        if rest == 0:
            return head
        return f"{head} {DIGITS[rest // 100]} trăm{_after_hundreds(rest % 100, region)}"
    if n >= 100:
        return f"{DIGITS[n // 100]} trăm{_after_hundreds(n % 100, region)}"
    return _below_hundred(n, region)


def _below_hundred(n: int, region: Region) -> str:
    tens, unit = divmod(n, 10)
    if tens == 0:
        return DIGITS[unit]
    if tens == 1:
        return "mười" + AFTER_TEN.get(unit, f" {DIGITS[unit]}")
    if unit == 4 and region == "south":
        return f"{DIGITS[tens]} mươi bốn"
    return f"{DIGITS[tens]} mươi" + AFTER_TENS.get(unit, f" {DIGITS[unit]}")


def _after_hundreds(n: int, region: Region) -> str:
    """The last two figures behind "trăm", with the space before them; nothing for 00."""
    if n == 0:
        return ""
    if n < 10:
        return f" {'linh' if region == 'north' else 'lẻ'} {DIGITS[n]}"
    return f" {_below_hundred(n, region)}"


UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def read_number_en(n: int) -> str:
    """The number in English words. Raises ValueError outside 0 to 9999."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"{n} is not read: 0 to {LARGEST} are")
    if n < 20:
        return UNITS[n]
    if n < 100:
        tens, unit = divmod(n, 10)
        return TENS[tens - 2] + (f"-{UNITS[unit]}" if unit else "")
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    head, rest = divmod(n, size)
    joint = " and " if rest < 100 else " "
    return f"{UNITS[head]} {name}" + (f"{joint}{read_number_en(rest)}" if rest else "")


def read_code(code: str, lang: Lang, manner: Manner = Manner()) -> str:
    """A ticket number or counter in words: `A105` is "a một trăm linh năm", `A2-017` "a hai, không một bảy".

    Letters are spelled, figures read, anything else is a pause. Behind a pause figures are read one by one:
    who holds `A2-001` must not take the call of `A002`, "a hai", for half of his own.
    """
    words: list[str] = []
    paused = False
    for part in re.findall(r"[0-9]+|[^\W_]|[^\w\s]", code.upper()):
        if part[0] in FIGURES:
            words.append(_read_figures(part, lang, replace(manner, reading="digits") if paused else manner))
        elif part.isalnum():
            words.append(LETTERS.get(part, part) if lang == "vi" else part)
        elif words:
            words[-1] = words[-1].rstrip(",") + ","
            paused = True
    return " ".join(words).rstrip(",")


def _read_figures(figures: str, lang: Lang, manner: Manner) -> str:
    if manner.reading == "digits" or int(figures) > LARGEST:
        return " ".join(_read(int(figure), lang, manner) for figure in figures)
    zeros = len(figures) - len(figures.lstrip("0")) if manner.leading_zeros and int(figures) else 0
    return " ".join([_read(0, lang, manner)] * zeros + [_read(int(figures), lang, manner)])


def _read(n: int, lang: Lang, manner: Manner) -> str:
    return read_number(n, manner.region) if lang == "vi" else read_number_en(n)


def announcement(call: Call, texts: Texts, manner: Manner = Manner()) -> tuple[tuple[Lang, str], ...]:
    """What is said for a call, sentence by sentence: in Vietnamese, then in the language of the ticket."""
    languages: tuple[Lang, ...] = ("vi",) if call.lang == "vi" else ("vi", call.lang)
    key = "say.recall" if call.recall else "say.call"
    return tuple(
        (
            lang,
            texts(
                key, lang, number=read_code(call.number, lang, manner), counter=read_code(call.counter, lang)
            ),
        )
        for lang in languages
    )
