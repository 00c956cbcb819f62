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
RENEWED_S = 1.0  # a fast clock's file is written anew so often
FASTEST = 600.0


class OnlyForward(Exception):
    """The hall's clock was asked to go back, or to a day that never opens; one sentence."""


def resumed(path: Path, real: datetime) -> datetime:
    """The hall's time at the real time `real`: what the file says, and never behind the real time.

    A fast clock belongs to a played day, and its file is renewed every second: an older one was left behind
    by a hall that was killed, and no more than that of its speed counts.
    """
    try:
        line = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return real
    gone = max(0.0, real.timestamp() - line["real"])
    ahead = gone if line["speed"] == 1 else min(gone, 2 * RENEWED_S) * line["speed"]
    return max(real, datetime.fromtimestamp(line["hall"] + ahead, UTC))


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
    raise OnlyForward("the hall has no working day within its calendar")


def mornings(site: Site, at: datetime) -> Iterator[Span]:
    """The first session of each working day that is not over at `at`."""
    for span in spans_from(site, at):
        if sessions_on(site, span.opens.astimezone(site.zone).date())[0] == span:
            yield span


def moved(site: Site, now: datetime, to: str | None) -> datetime:
    """Where `to` ("next-opening", an ISO instant, or None for here) moves a clock that reads `now`.

    Raises OnlyForward for the past and for what is no instant.
    """
    if to is None:
        return now
    if to == "next-opening":
        return next_morning(site, now, SETTLED)
    try:
        wanted = datetime.fromisoformat(to)
    except ValueError:
        raise OnlyForward(
            f"'{to[:40]}' is no instant: write 2026-11-23T08:10+07:00 or next-opening"
        ) from None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=site.zone)
    if wanted < now:
        raise OnlyForward("the hall's clock only goes forward")
    return wanted.astimezone(UTC)
