"""How long a procedure may take, as people and systems write it: days, half and quarter days, hours. Pure.

`3 ngày làm việc`, `0,5 ngày`, `1/4 ngày`, `04 giờ`, `trong ngày`, and compact `3d`, `0.5d`, `4h`, `0d`. Days
are working days always. What is none of this is no limit: nobody guesses, and a month is no number of days.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from server.dossiers.folding import fold

Unit = Literal["d", "h"]

MOST: Final[dict[Unit, int]] = {"d": 3650, "h": 8 * 3650}

_FIGURE: Final = r"\d{1,5}(?:[.,]\d{1,2})?"  # 1.500 could be a thousand and a half, or one and a half
_PART: Final = r"(?P<part>\d{1,2})/(?P<of>\d{1,2})"
_AMOUNT: Final = re.compile(rf"(?P<whole>{_FIGURE})?(?:(?(whole)\s+){_PART})?")
_LIMIT: Final = re.compile(r"(?P<amount>[\d.,/ ]*\d)\s*(?:\([^()\d]*\)\s*)?(?P<unit>[^\d.,/()]+)\.?")
_WORDS: Final[tuple[tuple[Unit, tuple[str, ...]], ...]] = (
    ("d", ("d", "ngay", "ngay lam viec", "day", "days", "working day", "working days", "of a day")),
    ("h", ("h", "gio", "gio lam viec", "hour", "hours", "working hour", "working hours")),
)
_FROM: Final = re.compile(r" (?:ke|tinh) tu ")  # "from the day on which all is there", which is how all count
_UNITS: Final = {word: unit for unit, words in _WORDS for word in words}
_SAYINGS: Final[dict[str, tuple[Unit, Fraction]]] = {
    **dict.fromkeys(("trong ngay", "ngay trong ngay", "same day", "the same day"), ("d", Fraction(0))),
    **dict.fromkeys(("nua ngay", "nua ngay lam viec", "half a day", "half day"), ("d", Fraction(1, 2))),
}
_AT_MOST: Final = re.compile(r"^(?:không quá|tối đa|trong vòng|at most|within)\s+", re.IGNORECASE)
_HOURS: Final = re.compile(rf"\s*\((?P<amount>{_FIGURE})\s*giờ(?:\s+làm\s+việc)?\)$", re.IGNORECASE)
HOURS_A_DAY: Final = 8  # as decisions put it that say both
_SIGNS: Final = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}


class NoLimit(Exception):
    """The text is no limit of days or hours."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many working days, or hours of work. No days at all is the day of receipt itself."""

    amount: Fraction
    unit: Unit = "d"

    @property
    def same_day(self) -> bool:
        return not self.amount

    @property
    def text(self) -> str:
        """The compact spelling, the same for the same limit: `3d`, `0.5d`, `4h`."""
        if 100 % self.amount.denominator == 0:
            return f"{float(self.amount):.2f}".rstrip("0").rstrip(".") + self.unit
        whole, part = divmod(self.amount, 1)
        return f"{whole} {part}{self.unit}" if whole else f"{part}{self.unit}"


@lru_cache(maxsize=4096)
def read_limit(text: str) -> Limit:
    """The limit that a text is. Raises NoLimit, also for one longer than ten years or of no time."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    said = _SAYINGS.get(fold(text))
    if said is not None:
        return Limit(said[1], said[0])
    text, hours = _in_hours(_AT_MOST.sub("", unicodedata.normalize("NFC", text.strip())))
    found = _LIMIT.fullmatch(text)
    unit = _UNITS.get(_FROM.split(fold(found["unit"]))[0]) if found else None
    if found is None or unit is None:
        raise NoLimit
    amount = _amount(found["amount"].strip())
    if amount > MOST[unit] or (not amount and unit == "h"):
        raise NoLimit
    if hours is not None and (unit != "d" or hours != amount * HOURS_A_DAY):
        raise NoLimit
    return Limit(amount, unit)


def _in_hours(text: str) -> tuple[str, Fraction | None]:
    """`3 ngày (24 giờ)`: without what stands in brackets, and that."""
    found = _HOURS.search(text)
    return (text, None) if found is None else (text[: found.start()], _amount(found["amount"]))


def _amount(text: str) -> Fraction:
    """`3`, `0,5`, `1/4` or `1 1/2`."""
    found = _AMOUNT.fullmatch(text)
    if found is None or found["of"] in ("0", "00"):
        raise NoLimit
    whole = Fraction((found["whole"] or "0").replace(",", "."))
    part = Fraction(int(found["part"]), int(found["of"])) if found["part"] else Fraction(0)
    if part and (part >= 1 or whole.denominator > 1):
        raise NoLimit
    return whole + part
