"""Whose answers are hidden, so that what fewer than five said can be worked out from nothing shown. Pure.

The same answers are shown by service, by counter and by officer, and in all. Whoever adds and takes off what
is shown has every combination of it, so it is not enough that each table alone gives nothing away: a counter
minus the one officer who sat only there is what citizens said of the reserve who helped out for an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Final

LEAST: Final = 5  # answers that a figure must be made of
PRIME: Final = 2**31 - 1  # sums are worked out modulo it: exact for counts, and quick

Whose = str | None
Row = dict[int, int]  # place -> how often; nothing elsewhere
SEED: Final = 33


class _Anybody:
    """Stands for whoever is hidden in one way of grouping, or does not matter."""


ANYBODY: Final = _Anybody()
Kind = tuple[Whose | _Anybody, ...]  # whose an answer is, in each way of grouping


def too_few(counts: Mapping[Whose, int]) -> set[Whose]:
    """Whose figures are hidden: made of fewer than five, and, when those hidden are together fewer than five
    and so could be worked out as what is left of the sum, the next smallest with them."""
    return _with_the_next(counts, {id for id, n in counts.items() if 0 < n < LEAST})


def _with_the_next(counts: Mapping[Whose, int], hidden: set[Whose]) -> set[Whose]:
    by_size = sorted((id for id in counts if id not in hidden), key=lambda id: counts[id], reverse=True)
    while hidden and by_size and sum(counts[id] for id in hidden) < LEAST:
        hidden.add(by_size.pop())
    return hidden


def unseen(ways: Sequence[Sequence[Whose]], steps: Sequence[str] = ()) -> list[set[Whose]]:
    """Who is hidden in each way of grouping. ways: for each way, whose each answer is, in the same order.

    steps: in which step each was told while its day ran (`server.released`); what those came to is known.
    """
    counts = [Counter(way) for way in ways]
    hidden = [too_few(of) for of in counts]
    answers = list(zip(*ways, *([steps] if steps else ()), strict=True))
    known: list[set[Whose]] = [set()] if steps else []
    while given_away := _given_away(answers, [*hidden, *known]):
        before = sum(map(len, hidden))
        for part in given_away:
            theirs = [(w, id) for w, id in enumerate(part[: len(ways)]) if not isinstance(id, _Anybody)]
            if not any(id in hidden[w] for w, id in theirs):
                _hide_smallest(counts, hidden, theirs)
        if sum(map(len, hidden)) == before:
            break
    return hidden


def _hide_smallest(
    counts: Sequence[Mapping[Whose, int]], hidden: list[set[Whose]], of: Sequence[tuple[int, Whose]]
) -> None:
    """Of some groups; where there are none, of all that are shown."""
    shown = [(way, id) for way, ids in enumerate(counts) for id in ids if id not in hidden[way]]
    found = min(of or shown, key=lambda group: counts[group[0]][group[1]], default=None)
    if found is not None:
        way, id = found
        hidden[way] = _with_the_next(counts[way], hidden[way] | {id})


def _given_away(answers: Sequence[tuple[Whose, ...]], hidden: Sequence[set[Whose]]) -> list[Kind]:
    """Fewer than five answers each that what is shown gives away, by whose they are."""
    alike = Counter[Kind](
        tuple(ANYBODY if id in hidden[way] else id for way, id in enumerate(answer)) for answer in answers
    )
    ways = range(len(hidden))
    shown = [_parts(alike, {way}) for way in ways]
    rows = {
        tuple(places) for of in shown for part, (places, _) in of.items() if part != (ANYBODY,) * len(ways)
    }
    span: dict[int, Row] = {}
    for places in [*rows, range(len(alike))] if len(answers) >= LEAST else rows:
        _into(span, dict.fromkeys(places, 1))
    across = _across(span, len(alike))
    return [
        part
        for some in (set(ways), *map(set, combinations(ways, 2)))
        for part, (places, n) in _parts(alike, some).items()
        if n < LEAST and sum(across[place] for place in places) % PRIME == 0
    ]


def _across(span: Mapping[int, Row], size: int) -> list[int]:
    """A vector at right angles to all of the span, and by chance (1 in `PRIME`) to nothing else: what it
    gives nothing with can be worked out from the span. One pass, where each part would need one."""
    dice = Random(SEED)
    found = [dice.randrange(PRIME) for _ in range(size)]
    for first in sorted(span, reverse=True):
        found[first] = -sum(times * found[at] for at, times in span[first].items() if at != first) % PRIME
    return found


def _parts(alike: Mapping[Kind, int], some: Collection[int]) -> dict[Kind, tuple[list[int], int]]:
    """What is alike in some ways: which kinds, by their place, and how many answers."""
    found: dict[Kind, tuple[list[int], int]] = {}
    for place, (kind, n) in enumerate(alike.items()):
        part = tuple(id if way in some else ANYBODY for way, id in enumerate(kind))
        places, so_far = found.get(part, ([], 0))
        found[part] = ([*places, place], so_far + n)
    return found


def _into(span: dict[int, Row], row: Row) -> None:
    """Add what can be worked out with `row`, too. span: place -> a row that begins there, with 1."""
    rest = _rest(span, row)
    if rest:
        first = min(rest)
        scale = pow(rest[first], -1, PRIME)
        span[first] = {place: value * scale % PRIME for place, value in rest.items()}


def _rest(span: Mapping[int, Row], row: Row) -> Row:
    """What of `row` cannot be worked out from the span; nothing when all of it can."""
    for first in sorted(span):
        times = row.get(first)
        if times:
            for place, value in span[first].items():
                left = (row.get(place, 0) - times * value) % PRIME
                if left:
                    row[place] = left
                else:
                    row.pop(place, None)
    return row
