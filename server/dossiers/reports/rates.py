"""Rates that say of what they are and how they were rounded: 98,30 % of 35.591. Pure.

Two decimals, halves upward. What cutting off would give is told where it is another figure: reports of both
habits are compared with ours. A rate of nothing is no rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from server.dossiers.reports.sheet import Line, grouped

HUNDREDTH: Final = Decimal("0.01")
# Key of its word -> the columns above and the column below the line.
RATES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "resolved": (("resolved_total",), "received_total"),
    "kept": (("resolved_early", "resolved_on_time"), "resolved_total"),
    "overdue": (("pending_overdue",), "pending_total"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """key: of its word; part of whole, in per cent; rounded and cut are None of nothing."""

    key: str
    part: int
    whole: int

    @property
    def rounded(self) -> Decimal | None:
        return _percent(self.part, self.whole, ROUND_HALF_UP)

    @property
    def cut(self) -> Decimal | None:
        return _percent(self.part, self.whole, ROUND_DOWN)


def rates_of(line: Line) -> tuple[Rate, ...]:
    """The three rates of a line; of a blank one none."""
    if line.blank:
        return ()
    return tuple(
        Rate(key, sum(line[c] or 0 for c in above), line[below] or 0) for key, (above, below) in RATES.items()
    )


def per_cent(value: Decimal | None, lang: str, nothing: str = "–") -> str:
    """98,30 % for Vietnamese readers, 98.30% for others."""
    if value is None:
        return nothing
    return f"{value:.2f} %".replace(".", ",") if lang == "vi" else f"{value:.2f}%"


def fraction(rate: Rate, lang: str) -> str:
    """34.985 / 35.591"""
    return f"{grouped(rate.part, lang)} / {grouped(rate.whole, lang)}"


def _percent(part: int, whole: int, how: str) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(100 * part) / Decimal(whole)).quantize(HUNDREDTH, how)
