"""The nine indicators of Circular 01/2018: a mean of 2, 1 or 0 points each, their sum and the class. Pure.

An indicator without data is left out and said so; the sum is then out of fewer points, and the class is that
of the sum in proportion. Means are rounded to one decimal, halves upward, as the circular has it. What makes
a class is data (`circular.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

BEST: Final = 2
REQUESTS: Final = 3
ENTERED: Final = (5, 6, 8, 9)  # what only people know; 9 also by how much was handed in online
TENTH: Final = Decimal("0.1")


class Whose(StrEnum):
    OFFICER = "officer"
    AUTHORITY = "authority"


class Source(StrEnum):
    """Where the points come from."""

    REGISTER = "register"
    RATINGS = "ratings"
    ENTERED = "entered"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Points:
    """total: the points of `n` together, in hundredths where people entered them."""

    n: int
    total: Decimal
    source: Source

    @property
    def mean(self) -> Decimal:
        return (self.total / self.n).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Score:
    """points: by indicator; what is not there has no data. full: what could be reached with all of them."""

    whose: Whose
    points: Mapping[int, Points]

    @property
    def total(self) -> Decimal:
        return sum((self.points[n].mean for n in self.points), Decimal(0))

    @property
    def out_of(self) -> int:
        return BEST * len(self.points)

    @property
    def full(self) -> int:
        return BEST * len(scheme(self.whose).indicators)

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(n for n in scheme(self.whose).indicators if n not in self.points)

    def why(self, n: int) -> str:
        """Why an indicator is missing: "no-history" where dossiers are over and no source told how often
        papers were asked for, else "no-data"."""
        over = self.points.get(1)
        known = over is not None and over.source is Source.REGISTER
        return "no-history" if n == REQUESTS and known else "no-data"

    @property
    def scaled(self) -> Decimal | None:
        """The sum as it would be out of all points; None without any indicator."""
        if not self.points:
            return None
        return (self.total * self.full / self.out_of).quantize(TENTH, ROUND_HALF_UP)

    @property
    def klass(self) -> str:
        """The class's key, or "" without any indicator."""
        scaled = self.scaled
        if scaled is None:
            return ""
        return next(key for key, least in scheme(self.whose).classes if scaled >= least)


@dataclass(frozen=True, slots=True)
class Scheme:
    """classes: key and the least score, highest first."""

    indicators: tuple[int, ...]
    classes: tuple[tuple[str, Decimal], ...]


def score(whose: Whose, points: Mapping[int, Points | None]) -> Score:
    """Of what there is: indicators that do not count for this one, or were measured of nothing, fall away."""
    wanted = scheme(whose).indicators
    return Score(whose, {n: p for n in wanted if (p := points.get(n)) is not None and p.n})


def of_time(early: int, on_time: int, late: int) -> Points:
    """Indicators 1 and 2: shorter than promised 2, as promised 1, longer 0."""
    return Points(early + on_time + late, Decimal(BEST * early + on_time), Source.REGISTER)


def of_requests(none: int, one: int, more: int) -> Points:
    """Indicator 3: how often somebody was asked for more papers."""
    return Points(none + one + more, Decimal(BEST * none + one), Source.REGISTER)


def of_answers(answers: Mapping[str, int], question: str) -> Points:
    """Indicators 4 and 7. answers: "question-points" -> how many, of those that may be shown."""
    found = {points: answers.get(f"{question}-{points}", 0) for points in range(BEST + 1)}
    return Points(sum(found.values()), Decimal(sum(p * n for p, n in found.items())), Source.RATINGS)


def of_entered(hundredths: list[int]) -> Points:
    """The mean of the quarters in which it was put down."""
    return Points(len(hundredths), Decimal(sum(hundredths)) / 100, Source.ENTERED)


def of_share(online: int, sent: int) -> Points:
    """Indicator 9 by the share that came online."""
    if not sent:
        return Points(0, Decimal(0), Source.SHARE)
    share = Decimal(100 * online) / sent
    points = next(Decimal(p) for p, least in _online() if share >= least)
    return Points(1, points, Source.SHARE)


@cache
def scheme(whose: Whose) -> Scheme:
    row = _data()[whose.value]
    classes = tuple((key, Decimal(str(least))) for key, least in row["classes"])
    return Scheme(tuple(row["indicators"]), classes)


@cache
def _online() -> tuple[tuple[int, Decimal], ...]:
    return tuple((points, Decimal(str(least))) for points, least in _data()["online"]["points"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("server.dossiers.reports") / "circular.toml").read_text("utf-8"))
