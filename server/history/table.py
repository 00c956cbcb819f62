"""One model of a table of figures, which screen, CSV, XLSX and PDF are written from; and how its cells read.

A cell holds the figure as it is shown, rounded: what every form says is the same. Texts are the reader's
already; nothing here knows a catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

NOTHING: Final = "–"
TENTH: Final = Decimal("0.1")


class Kind(StrEnum):
    """What a column holds: str, int, int (whole minutes), Decimal (per cent, one decimal), int (seconds),
    date, datetime (local, naive: shown as a time of day), int and Decimal with a sign (a change), Decimal (of
    points, one decimal)."""

    TEXT = "text"
    COUNT = "count"
    MINUTES = "minutes"
    PERCENT = "percent"
    DURATION = "duration"
    DATE = "date"
    TIME = "time"
    SIGNED = "signed"
    POINTS = "points"
    SCORE = "score"


Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """head: the reader's word. about: its definition, where it has one."""

    head: str
    kind: Kind
    about: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """behind: what the way to the tickets behind this figure carries; empty where there is none. kind: where
    it differs from its column's."""

    value: Value
    behind: Mapping[str, str] = field(default_factory=dict)
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """id: stable, also the name of its sheet. total: the last row is the sum of those above. heads: how many
    columns at the left name the row."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False
    heads: int = 1

    def kind(self, cell: Cell, n: int) -> Kind:
        """What the cell in column `n` holds."""
        return cell.kind or self.columns[n].kind


@dataclass(frozen=True, slots=True)
class Report:
    """What is exported in one piece. lines: under the title (hall, period, when it was made). about: the word
    for its definitions."""

    id: str
    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    definitions: tuple[tuple[str, str], ...]
    about: str
    lang: str = "vi"


def percent(part: int, whole: int) -> Decimal | None:
    """Per cent to one decimal, halves upward; None of nothing."""
    return None if not whole else tenth(Fraction(100 * part, whole))


def tenth(value: Fraction | float) -> Decimal:
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(TENTH, ROUND_HALF_UP)


def seconds(total_us: int, n: int) -> int | None:
    """A mean in whole seconds, halves upward; None of nothing."""
    return None if not n else (2 * total_us + n * 1_000_000) // (2 * n * 1_000_000)


def shown(value: Value, kind: Kind, lang: str) -> str:
    """As people read it: 1.234 and 93,4 in Vietnamese, times as 08:12, dates 23/11/2026, lengths as 7:05 or
    1:07:05 (hours, minutes, seconds)."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case Decimal():
            text = f"{value:+.1f}" if kind is Kind.POINTS else f"{value:.1f}"
            return text.replace(".", ",") if lang == "vi" else text
        case datetime():
            return f"{value:%H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
    if kind is Kind.DURATION:
        return length(value)
    text = f"{value:+,}" if kind is Kind.SIGNED else f"{value:,}"
    return text.replace(",", ".") if lang == "vi" else text


def length(s: int) -> str:
    hours, rest = divmod(s, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
