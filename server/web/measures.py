"""The figures of the history: each with its word, its definition, and what is behind it.

One table. A measure is worked out from `Sums` alone; what it says of nothing is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.history.sums import Sums
from server.history.table import Kind, Value, percent, seconds, tenth


@dataclass(frozen=True, slots=True)
class Measure:
    """key: its word is `measure.<key>`; define: of its definition. what: of what is behind it, "" for none:
    what citizens said leads to no single one. timed: known by half hours too."""

    key: str
    kind: Kind
    of: Callable[[Sums, int], Value]
    define: str
    what: str = ""
    timed: bool = True


def _satisfied(sums: Sums, levels: int) -> Decimal | None:
    found = sums.satisfied(levels)
    return None if found is None else tenth(found.share)


def _bound(name: str) -> Callable[[Sums, int], Value]:
    def one(sums: Sums, levels: int) -> Decimal | None:
        found = sums.satisfied(levels)
        return None if found is None else tenth(getattr(found, name))

    return one


MEASURES: Final = (
    Measure("issued", Kind.COUNT, lambda s, _: s.issued, "issued", "issued"),
    Measure("served", Kind.COUNT, lambda s, _: s.served, "served", "served"),
    Measure("no_show", Kind.COUNT, lambda s, _: s.no_show, "lost", "no_show"),
    Measure("cancelled", Kind.COUNT, lambda s, _: s.cancelled, "lost", "cancelled"),
    Measure("expired", Kind.COUNT, lambda s, _: s.expired, "lost", "expired"),
    Measure("unfinished", Kind.COUNT, lambda s, _: s.unfinished, "unfinished", "unfinished"),
    Measure("lost_share", Kind.PERCENT, lambda s, _: percent(s.lost, s.issued), "lost", "lost"),
    Measure("called", Kind.COUNT, lambda s, _: s.called, "called", "called"),
    Measure("p50", Kind.MINUTES, lambda s, _: s.wait_percentile(50), "wait", "called"),
    Measure("p90", Kind.MINUTES, lambda s, _: s.wait_percentile(90), "wait", "called"),
    Measure("longest", Kind.MINUTES, lambda s, _: s.longest, "wait", "called"),
    Measure("kept", Kind.PERCENT, lambda s, _: percent(s.kept, s.judged), "kept", "judged"),
    Measure("service", Kind.DURATION, lambda s, _: seconds(s.service_us, s.service_n), "service", "timed"),
    Measure(
        "handling", Kind.DURATION, lambda s, _: seconds(s.handled_us, s.handled_n), "handling", "handled"
    ),
    Measure(
        "occupancy",
        Kind.PERCENT,
        lambda s, _: percent(s.busy_us, s.open_us),
        "occupancy",
        "open",
        timed=False,
    ),
    Measure("rated", Kind.COUNT, lambda s, _: s.rated, "response", "rated", timed=False),
    Measure(
        "response", Kind.PERCENT, lambda s, _: percent(s.rated, s.served), "response", "rated", timed=False
    ),
    Measure("said", Kind.COUNT, lambda s, _: s.said_n, "satisfied", timed=False),
    Measure("satisfied", Kind.PERCENT, _satisfied, "satisfied", timed=False),
    Measure("low", Kind.PERCENT, _bound("low"), "interval", timed=False),
    Measure("high", Kind.PERCENT, _bound("high"), "interval", timed=False),
    Measure("requeued", Kind.COUNT, lambda s, _: s.requeued, "requeued", "requeued", timed=False),
    Measure("transferred", Kind.COUNT, lambda s, _: s.transferred, "transferred", "transferred", timed=False),
    Measure("out_of_turn", Kind.COUNT, lambda s, _: s.out_of_turn, "out_of_turn", "out_of_turn", timed=False),
    Measure("priority", Kind.COUNT, lambda s, _: s.priority, "priority", "priority"),
)
BY_KEY: Final = {m.key: m for m in MEASURES}

# What a table by service, counter, ... has for columns; the rest stands in the summary alone.
COLUMNS: Final = tuple(
    BY_KEY[key]
    for key in (
        "issued", "served", "no_show", "cancelled", "expired", "lost_share", "called", "p50", "p90", "kept",
        "service", "handling", "occupancy", "rated", "response", "said", "satisfied", "low", "high",
    )
)  # fmt: skip
DEFINITIONS: Final = (
    "period", "issued", "served", "lost", "unfinished", "called", "wait", "kept", "service", "handling",
    "occupancy", "response", "satisfied", "interval", "requeued", "transferred", "out_of_turn", "priority",
    "half_hour", "belongs", "honesty", "rounding",
)  # fmt: skip
