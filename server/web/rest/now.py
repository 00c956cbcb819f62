"""The hall as whoever answers for it sees it now, for programs: each line with its waits, and what needs
somebody.

The rules are `server.alerts`, as on the manager's page; the words for an alert are the reader's own.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.alerts import Kind, Seen, Thresholds, alerts, at_risk
from server.devices import troubles
from server.figures import Word, read_day
from server.people.rights import Right
from server.web.console_view import hall_lines
from server.web.history_page import today_here
from server.web.live_view import idle_counters
from server.web.rest.endpoint import Asked, Endpoint


class LineNow(msgspec.Struct, frozen=True, kw_only=True):
    """The people of one authority. longest: who waits longest, in minutes. called, p50, p90: of the last
    hour, waits in minutes. open: counters. word: how it stands against what was promised.
    """

    authority: str
    waiting: int
    longest: int | None
    called: int
    p50: int | None
    p90: int | None
    open: int
    counters: int
    word: Word


class AlertNow(msgspec.Struct, frozen=True, kw_only=True):
    """of: an authority (`closing`, `wait`, `queue`), a counter (`silent`) or a device. urgent: now, else
    soon. n: people. minutes: the longest wait. at: since when; of `closing`, when the session closes. whats:
    what ails a device.
    """

    kind: Kind
    of: str
    urgent: bool
    n: int
    minutes: int
    at: datetime | None
    whats: tuple[str, ...]


class LiveNow(msgspec.Struct, frozen=True, kw_only=True):
    """idle: counters that are open with nobody there. alerts: the most urgent first."""

    at: datetime
    waiting: int
    open_counters: int
    idle: int
    counters: int
    lines: tuple[LineNow, ...]
    alerts: tuple[AlertNow, ...]


def live(asked: Asked) -> LiveNow:
    """The hall now: how long people wait for each authority, and what needs somebody."""
    hall = asked.hall
    view, (today, now) = hall.writer.view, today_here(hall)
    site, state = view.site, view.state
    visits, _ = read_day(hall.engine, today.isoformat())
    lines = tuple(hall_lines(site, state, visits, now))
    risk, closes = at_risk(site, state, now)
    ailing = troubles(hall.config.devices, hall.devices.snapshot())
    found = alerts(Seen(site, state, now, lines, ailing, risk, closes), Thresholds())
    return LiveNow(
        at=now,
        waiting=len(state.waiting),
        open_counters=sum(state.counter(id).status == "open" for id in site.counters),
        idle=idle_counters(site, state),
        counters=len(site.counters),
        lines=tuple(
            LineNow(
                authority=line.id,
                waiting=line.waiting,
                longest=line.longest,
                called=line.waits.n,
                p50=line.waits.p50,
                p90=line.waits.p90,
                open=line.open,
                counters=line.counters,
                word=line.word,
            )
            for line in lines
        ),
        alerts=tuple(msgspec.convert(alert, AlertNow, from_attributes=True) for alert in found),
    )


ENDPOINTS = (
    Endpoint(
        name="get-live",
        method="GET",
        path="/figures/live",
        does=live,
        answer=LiveNow,
        right=Right.FIGURES,
        area="figures",
    ),
)
