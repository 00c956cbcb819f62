"""How many of a running day's answers are told, so that no look at it, held against another, shows one. Pure.

A day's answers come one after another, and whoever looks between two of them takes one picture off the other.
So the picture stands still until five more may be told, and five stay behind whatever is told: the day may
be over with the next answer, and what it then tells more is made of five or more as well. The log's order
alone says which answers these are: a server that started again tells the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from server.unseen import LEAST, Whose, unseen


def told_so_far(n: int) -> int:
    """Of the first `n` answers of a day that runs, so many are told: whole fives, and not the last five."""
    return max(0, n // LEAST - 1) * LEAST


def steps_of(n: int, told: int | None = None) -> list[str]:
    """In which step each of a day's `n` answers was told; those after the last one with the day's end.

    told: how many were, where not as many as could be. Empty when none was told before the end.
    """
    told = told_so_far(n) if told is None else told
    return [str(place // LEAST) if place < told else "" for place in range(n)] if told else []


def hidden_of(ways: Sequence[Sequence[Whose]], gave: Sequence[bool] | None = None) -> list[set[Whose]]:
    """Who is hidden of a day that is over, in each way of grouping: one answer for the day's page, its files
    and every period that it is part of, for what two of them hide differently can be worked out from both.

    ways: for each way, whose each of the day's ratings is, in the log's order. gave: which of them answered
    the question that is meant; without it the ratings are meant.
    """
    told = told_so_far(len(ways[0]))
    if gave is None:
        return unseen(ways, steps_of(len(ways[0]), told))
    steps = steps_of(sum(gave), told_so_far(sum(gave[:told])))
    return unseen([list(compress(way, gave)) for way in ways], steps)
