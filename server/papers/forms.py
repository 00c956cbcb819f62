"""The forms, each by its key: its size, its place in the circulars, what it may ask, what officers type.

The key is what holds: circulars number the same paper differently (form 05 of 2018 is form 06 of 2025). Which
number stands on a paper of which day is data (`circulars.toml`). Pure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

HERE: Final = Path(__file__).parent


class Form(StrEnum):
    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"
    APOLOGY = "apology"
    STOP = "stop"
    CONTROL_SLIP = "control_slip"
    HANDOVER_SLIP = "handover_slip"
    REGISTER_BOOK = "register_book"


class Page(StrEnum):
    A5 = "a5"
    A4 = "a4"
    A4_WIDE = "a4-wide"


class Kind(StrEnum):
    """How a blank that nobody knows is left open: so many dots, a date to write, lines, rows, or nothing."""

    TEXT = "text"
    WHEN = "when"  # hour, minute and date
    DAY = "day"
    LINES = "lines"  # one text a line
    ROWS = "rows"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Blank:
    """dots: of a TEXT that is not known, of a line of LINES; open: lines or rows left for the hand."""

    kind: Kind = Kind.TEXT
    dots: int = 12
    open: int = 0


# Every blank that a form can have. What is about the citizen is in PERSON, and comes with the right alone.
BLANKS: Final = MappingProxyType(
    {
        "centre": Blank(),
        "centre_upper": Blank(),
        "hotline": Blank(dots=6),
        "today": Blank(Kind.DAY),
        "form_number": Blank(dots=0),
        "circular": Blank(dots=0),
        "code": Blank(dots=12),
        "procedure": Blank(dots=20),
        "procedure_code": Blank(dots=6),
        "field": Blank(dots=12),
        "authority": Blank(dots=16),
        "received": Blank(Kind.WHEN),
        "due": Blank(Kind.WHEN),
        "limit": Blank(dots=5),
        "officer": Blank(dots=14),
        "counter": Blank(dots=4),
        "channel": Blank(dots=8),
        "secret": Blank(dots=0),
        "fee": Blank(dots=8),
        "book_number": Blank(dots=4),
        "sets": Blank(dots=3),
        "place": Blank(dots=14),
        "reason": Blank(Kind.LINES, dots=32, open=2),
        "items": Blank(Kind.LINES, dots=31, open=3),
        "old_due": Blank(Kind.WHEN),
        "new_due": Blank(Kind.WHEN),
        "stopped": Blank(Kind.WHEN),
        "begins": Blank(Kind.DAY),
        "ends": Blank(Kind.DAY),
        "year": Blank(dots=3),
        "count": Blank(dots=3),
        "applicant": Blank(dots=20),
        "person_number": Blank(dots=15),
        "address": Blank(dots=24),
        "phone": Blank(dots=8),
        "email": Blank(dots=8),
        "rows": Blank(Kind.ROWS),
        "qr": Blank(Kind.PICTURE),
        "barcode": Blank(Kind.PICTURE),
    }
)
PERSON: Final = frozenset({"applicant", "person_number", "address", "phone", "email", "secret"})
_EVERY: Final = frozenset({"centre", "centre_upper", "hotline", "today", "form_number", "circular"})
_DOSSIER: Final = (
    _EVERY
    | (PERSON - {"secret"})
    | {"code", "procedure", "procedure_code", "field", "authority", "received", "due", "limit", "officer"}
    | {"counter", "channel", "fee", "qr", "barcode"}
)


@dataclass(frozen=True, slots=True)
class Shape:
    """page: its sheet. blanks: what its template and its words may ask. row: what a line of its table may
    ask. typed: what an officer may add when the paper is made, as nobody else knows it. open: rows of its
    table for the hand."""

    page: Page
    blanks: frozenset[str]
    row: frozenset[str] = frozenset()
    typed: tuple[str, ...] = ()
    open: int = 0

    @property
    def of_dossier(self) -> bool:
        return "code" in self.blanks


_LEG: Final = frozenset({"n", "giver", "receiver", "given", "due", "done", "result", "note"})
SHAPES: Final = MappingProxyType(
    {
        Form.RECEIPT: Shape(
            Page.A5,
            _DOSSIER | {"secret", "items", "sets", "place", "book_number"},
            typed=("items", "sets", "place", "secret"),
        ),
        Form.SUPPLEMENT: Shape(Page.A5, _DOSSIER | {"items", "reason"}, typed=("items", "reason")),
        Form.REFUSAL: Shape(Page.A5, _DOSSIER | {"reason"}, typed=("reason",)),
        Form.APOLOGY: Shape(Page.A5, _DOSSIER | {"old_due", "new_due", "reason"}, typed=("reason",)),
        Form.STOP: Shape(Page.A5, _DOSSIER | {"stopped", "reason"}, typed=("reason",)),
        Form.CONTROL_SLIP: Shape(Page.A5, _DOSSIER | {"rows"}, _LEG, open=4),
        Form.HANDOVER_SLIP: Shape(Page.A4, _DOSSIER | {"rows"}, _LEG, open=4),
        Form.REGISTER_BOOK: Shape(
            Page.A4_WIDE,
            _EVERY | {"begins", "ends", "year", "count", "rows"},
            frozenset(
                {"n", "code", "procedure", "applicant", "contact", "authority"}
                | {"received", "due", "returned", "method", "signed"}
            ),
            open=12,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Circular:
    """In force since `since`. numbers: of the forms that it has."""

    name: str
    since: date
    numbers: MappingProxyType[Form, str]


@cache
def circulars() -> tuple[Circular, ...]:
    """As `circulars.toml` has them, the oldest first."""
    told = tomllib.loads((HERE / "circulars.toml").read_text(encoding="utf-8"))
    found = [
        Circular(
            row["name"],
            row["since"],
            MappingProxyType({Form(key): number for key, number in row["numbers"].items()}),
        )
        for row in told["circular"]
    ]
    return tuple(sorted(found, key=lambda circular: circular.since))


def circular_of(day: date) -> Circular | None:
    """The circular that holds on a day; None before the first one."""
    return next((c for c in reversed(circulars()) if c.since <= day), None)
