"""When a number was given that a kiosk gave by itself: the corrected time of issue, pure.

A Pi has no clock battery, so its clock may say anything. What is certain is the server's clock now, how long
ago it was by the kiosk's stopwatch (if the kiosk ran without a break since), and the kiosk's own order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

OLDEST = timedelta(days=366)  # what is said to be older is taken to be so old


@dataclass(frozen=True, slots=True)
class Told:
    """at: the kiosk's clock at the issue; trusted: something kept it right. age: since then, by stopwatch."""

    at: datetime
    trusted: bool
    age: timedelta | None = None


Between = tuple[Iterable[datetime], Iterable[datetime]]  # after all of these, before all of those


def time_of_issue(told: Told, now: datetime, day_began: datetime, order: Iterable[Between] = ()) -> datetime:
    """The best estimate, UTC: never later than `now`, nor than the stopwatch says but for the order's sake.

    order: what is known of today's other numbers; where two entries do not go together, the later one holds.
    A clock that nothing kept right knows no day: what it says of another day than the one that began at
    `day_began` is not heard, and the number counts from its arrival.
    """
    oldest = now - OLDEST
    latest = now if told.age is None else now - min(max(told.age, timedelta()), OLDEST)
    if told.trusted:
        estimate = told.at
    elif told.age is not None or not day_began <= told.at <= now:
        estimate = latest
    else:
        estimate = told.at
    estimate = min(max(estimate, oldest), latest)
    if estimate < day_began:
        return estimate  # no number of today has a say in it
    for earlier, later in order:
        estimate = min([max([estimate, *earlier]), *later])
    return min(estimate, now)
