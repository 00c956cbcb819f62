"""Amounts as tables write them: `1.250.000`, `1,250,000`, `35.591`, `200000 đồng`. Pure.

Half of the country's tables part thousands by a point, the other half by a comma, sometimes both on one page
of one report (a province once did). `35.591` and `35,591` alone say nothing: without a mapping that says
which it is they are refused, and never guessed. Nor is `200,000` where a comma parts the fraction: nobody
writes thousandths of a đồng, so that somebody has parted thousands the other way.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Style = Literal["", "vi", "en"]  # vi: 35.591,5; en: 35,591.5; "": the source does not say

_UNIT: Final = re.compile(r"\s*(?:đồng|dong|vnđ|vnd|đ|₫)\.?$", re.IGNORECASE)
_PLAIN: Final = re.compile(r"\d{1,15}", re.ASCII)
_SPACED: Final = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
STYLES: Final[dict[Style, re.Pattern[str]]] = {
    "vi": re.compile(r"(?P<whole>\d{1,3}(?:\.\d{3})*|\d+)(?:,(?P<part>\d+))?", re.ASCII),
    "en": re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})*|\d+)(?:\.(?P<part>\d+))?", re.ASCII),
}
MOST: Final = 10**15


class NoNumber(Exception):
    """key: `no-number`, `number-ambiguous` or `number-style`."""

    def __init__(self, key: str = "no-number") -> None:
        super().__init__(key)
        self.key = key


def read_whole(text: str, style: Style) -> int:
    """A whole amount that is not negative. Raises NoNumber, also for one that has parts of a whole."""
    bare = _SPACED.sub("", _UNIT.sub("", text.strip()))
    if _PLAIN.fullmatch(bare):
        return int(bare)
    readings = {name: found for name, rule in STYLES.items() if (found := rule.fullmatch(bare))}
    if not readings:
        raise NoNumber()
    if not style:
        if len({_whole(found) for found in readings.values()}) > 1 or any(map(_doubtful, readings.values())):
            raise NoNumber("number-ambiguous")
        return _known(next(iter(readings.values())))
    if style not in readings or _doubtful(readings[style]):
        raise NoNumber("number-style")
    return _known(readings[style])


def whole_of(value: float) -> int:
    """A cell that is a number already. Raises NoNumber."""
    if not 0 <= value < MOST or value != int(value):
        raise NoNumber()
    return int(value)


def _whole(found: re.Match[str]) -> int | None:
    """None: not a whole amount."""
    if (found["part"] or "0").strip("0") or len(found[0]) > 20:
        return None
    return int(re.sub(r"\D", "", found["whole"]))


def _doubtful(found: re.Match[str]) -> bool:
    """Whether what seems to be a fraction may be thousands."""
    return len(found["part"] or "") == 3


def _known(found: re.Match[str]) -> int:
    value = _whole(found)
    if value is None or value >= MOST:
        raise NoNumber()
    return value
