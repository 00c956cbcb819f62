"""Numbers as people say them: 0 to 9999 in Vietnamese, north and south, and in English.

Knows the rules and the table of the domain reference, 5.3; keeps out letters and sentences. All ten thousand
numbers come out different in every manner, and each Vietnamese word is one syllable and one recording.
"""

from __future__ import annotations

from typing import Final, Literal

Region = Literal["north", "south"]
Four = Literal["tư", "bốn"]  # the last word of 24, 34 ... 94

LARGEST: Final = 9999
DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
AFTER_TEN: Final = {0: "", 5: "lăm"}
AFTER_TENS: Final = {0: "", 1: "mốt", 5: "lăm"}
FOUR: Final[dict[Region, Four]] = {"north": "tư", "south": "bốn"}
ODD: Final = {"north": "linh", "south": "lẻ"}  # between the hundreds and a single figure
THOUSAND: Final = {"north": "nghìn", "south": "ngàn"}
WORDS: Final = (
    *DIGITS, "mười", "mươi", "mốt", "tư", "lăm", *ODD.values(), "trăm", *THOUSAND.values(),
)  # fmt: skip

UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS_EN: Final = (*UNITS, *TENS, "hundred", "thousand", "and")


def read_number(n: int, region: Region = "north", four: Four | None = None) -> str:
    """The number in words. `four`: other than the region's. Raises ValueError outside 0 to 9999."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"{n} is not read: 0 to {LARGEST} are")
    last = four or FOUR[region]
    thousands, rest = divmod(n, 1000)
    hundreds, tens = divmod(rest, 100)
    words: list[str] = []
    if thousands:
        words += [DIGITS[thousands], THOUSAND[region]]
    if hundreds or (thousands and rest):
        words += [DIGITS[hundreds], "trăm"]
    if not words:
        return _below_hundred(tens, last)
    if 0 < tens < 10:
        words += [ODD[region], DIGITS[tens]]
    elif tens:
        words.append(_below_hundred(tens, last))
    return " ".join(words)


def _below_hundred(n: int, four: Four) -> str:
    tens, unit = divmod(n, 10)
    if tens == 0:
        return DIGITS[unit]
    if tens == 1:
        return f"mười {AFTER_TEN.get(unit, DIGITS[unit])}".rstrip()
    return f"{DIGITS[tens]} mươi {four if unit == 4 else AFTER_TENS.get(unit, DIGITS[unit])}".rstrip()


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
