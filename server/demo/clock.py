"""What time it is in the demo's hall: the real time, moved forward so that there is something to see.

A person who tries the hall on a Sunday evening must not meet a closed kiosk. So the hall's clock runs ahead
of the real one by a shift that is kept in `clock.json` and only ever grows: numbers, calls and statistics
never see a time twice. Instants are aware and UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.hall.calendar import Span, admission, sessions_on, spans_from
from server.hall.site import Site

SETTLED = timedelta(minutes=40)  # into the morning: 08:10 where the doors open at 07:30
EARLY = timedelta(minutes=5)  # before the doors open: where a played day begins
SOON = timedelta(minutes=20)  # a hall that stops giving numbers so soon is not worth walking into
SEEN_EVERY_S = 1.0


class NeverOpens(Exception):
    """A calendar without a working day ahead; one sentence."""


def resumed(path: Path, real: datetime) -> datetime:
    """The hall's time at the real time `real`: what the clock's file says, and never behind the real time.

    While a hall stands still its clock runs on at the real speed. A fast clock that a killed hall left behind
    counts no further than where it was last seen, and a little.
    """
    try:
        line = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return real
    gone = max(0.0, real.timestamp() - line["real"])
    hall = datetime.fromtimestamp(line["hall"] + gone * line["speed"], UTC)
    if line["speed"] != 1:
        began = datetime.fromtimestamp(line["hall"], UTC)
        hall = min(hall, max(began, last_seen(path)) + timedelta(seconds=2 * SEEN_EVERY_S * line["speed"]))
    return max(real, hall)


def seen(path: Path, hall: datetime) -> None:
    """Note how far the clock in `path` has come; done every SEEN_EVERY_S seconds while a hall runs."""
    draft = path.with_suffix(".draft")
    draft.write_text(hall.isoformat(), encoding="utf-8")
    draft.replace(path.with_suffix(".seen"))


def last_seen(path: Path) -> datetime:
    try:
        return datetime.fromisoformat(path.with_suffix(".seen").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def worth_entering(site: Site, at: datetime) -> datetime:
    """`at`, or where the hall is closed or about to be, some minutes into the next working morning."""
    if admission(site, at) is None and admission(site, at + SOON) is None:
        return at
    return next_morning(site, at, SETTLED)


def day_to_play(site: Site, at: datetime) -> datetime:
    """Shortly before the doors open on the first working day that lies wholly ahead of `at`."""
    return next_morning(site, at, -EARLY)


def next_morning(site: Site, at: datetime, offset: timedelta) -> datetime:
    """The first instant after `at` that lies `offset` from the opening of a day's first session."""
    for span in mornings(site, at):
        moment = min(span.opens + offset, span.closes)
        if moment > at:
            return moment
    raise NeverOpens("hours: the hall is closed on every day of the coming weeks")


def mornings(site: Site, at: datetime) -> Iterator[Span]:
    """The first session of each working day that is not over at `at`."""
    for span in spans_from(site, at):
        if sessions_on(site, span.opens.astimezone(site.zone).date())[0] == span:
            yield span
