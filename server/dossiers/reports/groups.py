"""The six groups of Decision 766, by which authorities are scored each month: unofficial here. Pure.

What the national portal published is brought in and shown as it is. Where nothing was brought and the
register knows enough, a figure is worked out by a formula that stands beside it; it is never the official
one. Nothing is made of a denominator of 0.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MOST: Final[Mapping[str, int]] = {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}
ONLINE_FROM: Final = Decimal("0.5")  # the share handed in online at which the group is full
CONTENT_FROM: Final = Decimal("0.9")
CELLS: Final = 1 + len(MOST)  # of a line: an authority and its scores
HUNDREDTH: Final = Decimal("0.01")
MOST_LINES: Final = 500
LONGEST: Final = 80
_FIGURE: Final = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Figure:
    """A group's score. brought: from outside, as published. part, whole: what ours is made of."""

    value: Decimal
    brought: bool
    part: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What register and citizens say of one authority in a month.

    good of counted: on time by the formula, of all received or in process. late: overdue or resolved late.
    unsatisfied of rated: who pressed below satisfied, of those whose answer may be shown.
    """

    good: int = 0
    counted: int = 0
    online: int = 0
    sent: int = 0
    late: int = 0
    unsatisfied: int = 0
    rated: int = 0


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that was not taken. column: a group, "" for the authority or the whole line; key:
    `group.wrong-<key>`; cells: how many it has, where that is what is wrong."""

    line: int
    column: str
    key: str
    cells: int = 0


def computed(known: Known) -> dict[str, Figure]:
    """The groups that can be worked out, from what there is."""
    found: dict[str, Figure] = {}
    if known.counted:
        rate = Decimal(known.good) / known.counted
        found["TDGQ"] = Figure(_points(rate, "TDGQ"), False, known.good, known.counted)
    if known.sent:
        share = min(Decimal(1), Decimal(known.online) / known.sent / ONLINE_FROM)
        found["CLGQ"] = Figure(_points(share, "CLGQ"), False, known.online, known.sent)
    if known.counted and known.rated:
        bad = Decimal(known.late) / known.counted + Decimal(known.unsatisfied) / known.rated
        content = min(Decimal(1), max(Decimal(0), 1 - bad) / CONTENT_FROM)
        found["MDHL"] = Figure(_points(content, "MDHL"), False, known.unsatisfied, known.rated)
    return found


def brought(hundredths: Mapping[str, int]) -> dict[str, Figure]:
    return {group: Figure(Decimal(n) / 100, True) for group, n in hundredths.items() if group in MOST}


def total(figures: Mapping[str, Figure]) -> tuple[Decimal, int]:
    """The sum of what there is, and out of how many points."""
    return sum((f.value for f in figures.values()), Decimal(0)), sum(MOST[group] for group in figures)


def hundredths_of(text: str, group: str) -> int | None:
    """A typed score, "17,5" or "17.5"; None for a blank. Raises ValueError for one that cannot be."""
    text = text.strip()
    if not text:
        return None
    if not _FIGURE.fullmatch(text):
        raise ValueError("no-score")
    value = int(Decimal(text.replace(",", ".")) * 100)
    if value > 100 * MOST[group]:
        raise ValueError("too-much")
    return value


def read_lines(
    text: str, whose: Callable[[str], str]
) -> tuple[dict[tuple[str, str], int | None], list[Wrong]]:
    """Lines of an authority and six scores, parted by tabs, semicolons or commas, all of them or none.

    A line has exactly these seven cells: with one fewer or more, as a decimal comma among commas makes,
    nobody knows which score is whose. A first line that names the groups says their order. whose: the id
    for a name, or "".
    """
    mark = next((mark for mark in "\t;" if mark in text), ",")
    order, found, wrong = list(MOST), dict[tuple[str, str], int | None](), list[Wrong]()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    for line, cells in enumerate(rows, 1):
        if line > MOST_LINES:
            return {}, [Wrong(line, "", "too-many")]
        if not any(cell.strip() for cell in cells):
            continue
        named = [cell.strip().upper() for cell in cells[1:]]
        if set(named) & set(MOST):
            order = named
            if sorted(order) != sorted(MOST):
                return {}, [Wrong(line, "", "groups")]
            continue
        if len(cells) != CELLS:
            wrong.append(Wrong(line, "", "cells", len(cells)))
            continue
        id = whose(cells[0].strip()[:LONGEST])
        if not id or (id, order[0]) in found:
            wrong.append(Wrong(line, "", "twice" if id else "authority"))
            continue
        for group, cell in zip(order, cells[1:], strict=True):
            try:
                found[id, group] = hundredths_of(cell, group)
            except ValueError as error:
                wrong.append(Wrong(line, group, str(error)))
    if not found and not wrong:
        wrong.append(Wrong(1, "", "nothing"))
    return ({}, wrong) if wrong else (found, [])


def _points(rate: Decimal, group: str) -> Decimal:
    return (rate * MOST[group]).quantize(HUNDREDTH, ROUND_HALF_UP)
