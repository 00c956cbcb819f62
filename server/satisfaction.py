"""What citizens said: of the day, of each service, counter and officer. Pure; worked out from the ratings.

Every figure stands beside how many it is made of and how many were asked, with Wilson's 95 % interval. Who
skipped gave no rating. No single rating is shown to anybody: what fewer than five gave is only counted, and
when what is hidden could be worked out from the rest, more is hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import sqrt
from typing import Final

from server.released import hidden_of, told_so_far
from server.unseen import LEAST

Z95: Final = 1.959964
RATING: Final = ""  # beside the ids of questions: the level, which is asked first
# The lowest level that counts as satisfied, by how many levels the buttons have.
SATISFIED_FROM: Final = {2: 2, 3: 3, 4: 3, 5: 4}


@dataclass(frozen=True, slots=True)
class Rating:
    """One press of a satisfaction button: `level` 1 (worst) to `levels`, and what was asked after it.

    at: when it was pressed; ended_at: when its visit ended. Instants are aware.
    """

    level: int
    levels: int
    service: str = ""
    counter: str = ""
    officer: str | None = None
    reason: str | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
    at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """One visit that was served, and so might have been rated."""

    service: str
    counter: str = ""
    officer: str | None = None


@dataclass(frozen=True, slots=True)
class LevelShare:
    """How many pressed one button, and Wilson's 95 % interval of the share, in per cent."""

    level: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Some ratings together. response: ratings per served. hidden: there are too few of them to be shown.

    satisfied: the share that pressed satisfied or better; None while hidden, or while there is no rating.
    told: how many the shares are made of; all, but on a day that runs.
    """

    levels: tuple[LevelShare, ...]  # best first
    n: int
    served: int
    satisfied: LevelShare | None
    hidden: bool = False
    told: int = 0

    @property
    def response(self) -> float | None:
        return 100 * self.n / self.served if self.served else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question of the questionnaire: how many answered, and their mean, to one decimal."""

    question: str
    n: int
    mean: float | None  # None: fewer than five answered


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was said of one service, counter or officer (`id`; None: nobody known), or of all ("")."""

    id: str | None
    satisfaction: Satisfaction
    reasons: tuple[tuple[str, int], ...]  # most often given first
    indicators: tuple[Indicator, ...]  # in the order of the questionnaire


@dataclass(frozen=True, slots=True)
class Opinions:
    """The day's ratings, in all and by whom they are of."""

    all: Opinion
    services: tuple[Opinion, ...]
    counters: tuple[Opinion, ...]
    officers: tuple[Opinion, ...]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share, 95 %, as fractions; (0, 1) when nothing is known."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = share + Z95**2 / (2 * n)
    spread = Z95 * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def share_of(level: int, hits: int, n: int) -> LevelShare:
    low, high = wilson(hits, n)
    return LevelShare(level, hits, 100 * hits / n, 100 * low, 100 * high)


def satisfaction_of(
    ratings: Sequence[Rating], served: int, levels: int, hidden: bool = False
) -> Satisfaction:
    """Ratings given on another scale than today's `levels` count for the satisfied share only."""
    n = len(ratings)
    if n < LEAST or hidden:
        return Satisfaction((), n, served, None, hidden=n > 0)
    shares = tuple(
        share_of(level, sum(r.level == level and r.levels == levels for r in ratings), n)
        for level in range(levels, 0, -1)
    )
    happy = sum(r.level >= SATISFIED_FROM.get(r.levels, r.levels) for r in ratings)
    return Satisfaction(shares, n, served, share_of(SATISFIED_FROM.get(levels, levels), happy, n), told=n)


def mean_of(points: Sequence[int]) -> float:
    """The mean, rounded to one decimal, halves upward: how the law's score is made."""
    return (20 * sum(points) + len(points)) // (2 * len(points)) / 10


def indicators_of(ratings: Iterable[Rating], questions: Iterable[str]) -> tuple[Indicator, ...]:
    found = list(ratings)

    def one(question: str) -> Indicator:
        points = [r.answers[question] for r in found if question in r.answers]
        return Indicator(question, len(points), mean_of(points) if len(points) >= LEAST else None)

    return tuple(one(question) for question in questions)


def opinion(
    id: str | None,
    ratings: Sequence[Rating],
    served: int,
    levels: int,
    questions: Sequence[str],
    hidden: Collection[str] = (),
) -> Opinion:
    """What these ratings come to. hidden: although there are enough, they are only counted, in all (RATING)
    or the answers to a question."""
    said = satisfaction_of(ratings, served, levels, RATING in hidden)
    shown = [] if said.hidden else ratings
    reasons = Counter(r.reason for r in shown if r.reason is not None)
    indicators = tuple(
        Indicator(i.question, i.n, None) if i.question in hidden or said.hidden else i
        for i in indicators_of(ratings, questions)
    )
    ordered = sorted(reasons.items(), key=lambda row: (-row[1], row[0]))
    return Opinion(id, said, tuple(ordered), indicators)


def opinion_so_far(ratings: Sequence[Rating], served: int, levels: int, questions: Sequence[str]) -> Opinion:
    """Of a day that runs, in all: what may be told of `ratings` (in the log's order), while all are counted.

    Everything stands still together; of a question there may be less to tell, and never more.
    """
    told = list(ratings[: told_so_far(len(ratings))])
    found = opinion("", told, served, levels, ())
    gave = {q: [r for r in told if q in r.answers] for q in questions}
    indicators = (indicators_of(gave[q][: told_so_far(len(gave[q]))], [q])[0] for q in questions)
    counted = replace(found.satisfaction, n=len(ratings), hidden=bool(ratings) and not told)
    return Opinion("", counted, found.reasons, tuple(indicators))


def grouped(
    ratings: Sequence[Rating],
    served: Sequence[Served],
    whose: Callable[[Rating | Served], str | None],
    order: Iterable[str],
    levels: int,
    questions: Sequence[str],
    hidden: Mapping[str, Collection[str | None]],
) -> tuple[Opinion, ...]:
    """An opinion for everybody who served somebody, in `order`, then others by id, nobody known last.

    hidden: of the ratings (RATING) and of each question, whose are only counted.
    """
    of: dict[str | None, list[Rating]] = {}
    for rating in ratings:
        of.setdefault(whose(rating), []).append(rating)
    times = Counter(whose(visit) for visit in served)
    place = {id: n for n, id in enumerate(order)}
    ids = sorted({*of, *times}, key=lambda id: (id is None, place.get(id or "", len(place)), id or ""))
    return tuple(
        opinion(
            id, of.get(id, []), times[id], levels, questions, [what for what in hidden if id in hidden[what]]
        )
        for id in ids
    )


def opinions_of(
    ratings: Sequence[Rating],
    served: Sequence[Served],
    levels: int,
    questions: Sequence[str] = (),
    services: Iterable[str] = (),
    counters: Iterable[str] = (),
    officers: Iterable[str] = (),
    *,
    over: bool = True,
) -> Opinions:
    """Everything the day's ratings say, which come in the log's order. questions: ids of the questionnaire;
    the rest: in which order.

    over: the day has ended. On a day that runs each part is only counted, and of all a part is told, step by
    step: who looks again and again would see what the one said who came between (decision 0033).
    """
    asked = (levels, questions)
    ways = ((_service, services), (_counter, counters), (_officer, officers))
    hidden: list[dict[str, Collection[str | None]]] = [{} for _ in ways]
    theirs = [[whose(r) for r in ratings] for whose, _ in ways]
    for what in (RATING, *questions):
        gave = None if what == RATING else [what in r.answers for r in ratings]
        found = hidden_of(theirs, gave) if over else [set(ids) for ids in theirs]
        for mine, ids in zip(hidden, found, strict=True):
            mine[what] = ids
    return Opinions(
        opinion("", ratings, len(served), *asked) if over else opinion_so_far(ratings, len(served), *asked),
        *(
            grouped(ratings, served, whose, order, *asked, mine)
            for (whose, order), mine in zip(ways, hidden, strict=True)
        ),
    )


def _service(one: Rating | Served) -> str | None:
    return one.service


def _counter(one: Rating | Served) -> str | None:
    return one.counter


def _officer(one: Rating | Served) -> str | None:
    return one.officer
