"""A day of citizens, made up from a seed: who comes when and for what, and what becomes of each of them.

Pure: the same site, volumes and seed give the same day. Knows how busy the half-hours of a working day are
and how much of the work each authority has; keeps out how numbers are taken and called.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from server.hall.calendar import Span
from server.hall.site import Service, Site

# How many come in the half-hour from then on, relative to each other: two peaks, the first one higher.
HALF_HOURS: Mapping[str, int] = {
    "07:30": 6,
    "08:00": 9,
    "08:30": 10,
    "09:00": 9,
    "09:30": 8,
    "10:00": 6,
    "10:30": 5,
    "11:00": 2,
    "13:30": 7,
    "14:00": 8,
    "14:30": 7,
    "15:00": 6,
    "15:30": 4,
    "16:00": 3,
    "16:30": 1,
}
USUAL_HALF_HOUR = 4  # where a hall opens at other hours
HALF_HOUR = timedelta(minutes=30)
LEAST_SHARE = 0.002  # an authority without any dossiers in the table still has a visitor now and then
FIRST_SERVICE = 2.0  # the first service of an authority is asked for twice as often as each other one

PRIORITY = 0.11
ENGLISH = 0.02
STAYS_AWAY = 0.05
TRANSFERRED = 0.03
PARKED = 0.02
RATES = 0.35
LEVELS = (0.03, 0.07, 0.30, 0.60)  # worst to best; other scales are read off this one
ANSWERS = 0.75  # of those who rate, each question of the questionnaire
POINTS = (0.05, 0.35, 0.60)  # 0, 1 and 2
SPREAD = 0.45  # of the logarithm of service times: half of them within a third of the middle


@dataclass(frozen=True, slots=True)
class Arrival:
    """A citizen at a kiosk."""

    at: datetime
    service: str
    klass: Literal["normal", "priority"]
    lang: Literal["vi", "en"]


class Said(NamedTuple):
    """One citizen's rating, so long after the end. answers: of the questionnaire, question -> points."""

    level: int
    reason: str | None
    answers: dict[str, int]
    after: timedelta


@dataclass(frozen=True, slots=True)
class Visit:
    """What becomes of one citizen after the call. Durations are of the hall's time.

    walk: until they stand at the counter, None for never. rating: None for none.
    """

    walk: timedelta | None
    service: timedelta
    then: Literal["finish", "transfer", "park"]
    transfer_to: str | None
    rating: Said | None


def shares(site: Site, table: Path | None) -> dict[str, float]:
    """How much of the work each authority has: the dossiers received by name in `table`, or all the same."""
    received: dict[str, float] = {}
    if table is not None and table.exists():
        with table.open(encoding="utf-8", newline="") as file:
            received = {row["unit"]: float(row["received_total"] or 0) for row in csv.DictReader(file)}
    counts = {a.id: received.get(a.name.vi, 0.0) for a in site.authorities}
    least = (sum(counts.values()) or 1.0) * LEAST_SHARE
    return {id: max(count, least) for id, count in counts.items()}


def arrivals(
    site: Site, share: Mapping[str, float], citizens: int, seed: int, spans: Iterable[Span]
) -> list[Arrival]:
    """`citizens` arrivals within `spans` (when numbers are given), in order of time."""
    dice = random.Random(f"arrivals {seed}")
    slots = [slot for span in spans for slot in _slots(site, span)]
    services = [s for a in site.authorities for s in _services(site, a.id)]
    weights = [share[s.authority] * _within(site, s) for s in services]
    moments = sorted(
        slot.opens + (slot.closes - slot.opens) * dice.random()
        for slot, _ in dice.choices(slots, [weight for _, weight in slots], k=citizens)
    )
    return [
        Arrival(
            at=at,
            service=dice.choices(services, weights)[0].id,
            klass="priority" if dice.random() < PRIORITY else "normal",
            lang="en" if dice.random() < ENGLISH else "vi",
        )
        for at in moments
    ]


def visit(site: Site, service: str, number: str, seed: int) -> Visit:
    """What becomes of the citizen with `number`: always the same for one seed, whoever calls them."""
    dice = random.Random(f"visit {seed} {number} {service}")
    typical = site.services[service].typical.total_seconds()
    seconds = min(max(dice.lognormvariate(0, SPREAD) * typical, 45.0), typical * 4)
    fate = dice.random()
    elsewhere = [s for s in site.services if s != service]
    return Visit(
        walk=None if dice.random() < STAYS_AWAY else timedelta(seconds=dice.uniform(5, 45)),
        service=timedelta(seconds=seconds),
        then="transfer" if fate < TRANSFERRED else "park" if fate < TRANSFERRED + PARKED else "finish",
        transfer_to=dice.choice(elsewhere) if elsewhere else None,
        rating=_rating(dice, site),
    )


def _rating(dice: random.Random, site: Site) -> Said | None:
    if dice.random() >= RATES:
        return None
    of_four = dice.choices((1, 2, 3, 4), LEVELS)[0]
    level = 1 + round((of_four - 1) * (site.rating_levels - 1) / 3)
    reasons = sorted(site.rating_reasons)
    return Said(
        level=level,
        reason=dice.choice(reasons) if level == 1 and reasons and dice.random() < 0.7 else None,
        answers={
            question: dice.choices((0, 1, 2), POINTS)[0]
            for question in sorted(site.rating_questions)
            if dice.random() < ANSWERS
        },
        after=timedelta(seconds=dice.uniform(4, 25)),
    )


def _slots(site: Site, span: Span) -> list[tuple[Span, int]]:
    """The half-hours of a span, the last one perhaps shorter, with how busy they are."""
    found: list[tuple[Span, int]] = []
    at = span.opens
    while at < span.closes:
        until = min(at + HALF_HOUR, span.closes)
        busy = HALF_HOURS.get(f"{at.astimezone(site.zone):%H:%M}", USUAL_HALF_HOUR)
        found.append((Span(at, until), max(1, round(100 * busy * ((until - at) / HALF_HOUR)))))
        at = until
    return found


def _services(site: Site, authority: str) -> Sequence[Service]:
    return [s for s in site.services.values() if s.authority == authority]


def _within(site: Site, service: Service) -> float:
    """The share of one service in its authority's visitors."""
    own = _services(site, service.authority)
    parts = {s.id: FIRST_SERVICE if s is own[0] else 1.0 for s in own}
    return parts[service.id] / sum(parts.values())
