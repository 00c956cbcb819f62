"""The hall now, for whoever answers for it: alerts as sentences, each with one way to what is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import url_for

from server.alerts import Alert, Kind, Seen, Thresholds, alerts, at_risk
from server.devices import troubles
from server.figures import Line
from server.hall.site import Site
from server.hall.state import HallState
from server.history.ledger import History
from server.history.periods import Period, Unit
from server.web.hall import Hall, View
from server.web.heat import Heat
from server.web.history_asked import Asked
from server.web.history_view import Teller
from server.web.words import TEXTS, clock_text, named, said

WEEKS: Final = 4  # of the heat map beside the live hall
SHOWN: Final = 3  # alerts before the rest is folded away

ACTIONS: Final[Mapping[Kind, str]] = {
    Kind.CLOSING: "alert.see-numbers",
    Kind.WAIT: "alert.see-numbers",
    Kind.QUEUE: "alert.see-numbers",
    Kind.SILENT: "alert.see-counter",
    Kind.PAPER: "alert.see-devices",
    Kind.LOST: "alert.see-devices",
    Kind.DEVICE: "alert.see-devices",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """word: "late" or "soon", the shape and colour. action: the word on the way `href`."""

    id: str
    word: str
    name: str
    text: str
    action: str
    href: str


def alert_lines(hall: Hall, view: View, lines: list[Line], now: datetime, lang: str) -> list[AlertLine]:
    """What needs somebody now, the most urgent first."""
    site, state = view.site, view.state
    risk, closes = at_risk(site, state, now)
    found = troubles(hall.config.devices, hall.devices.snapshot())
    seen = Seen(site, state, now, tuple(lines), found, risk, closes)
    day = state.day or now.date().isoformat()
    return [_line(hall, one, day, now, lang) for one in alerts(seen, Thresholds())]


def _line(hall: Hall, alert: Alert, day: str, now: datetime, lang: str) -> AlertLine:
    site = hall.config.site
    at = "" if alert.at is None else clock_text(alert.at, site.zone)
    match alert.kind:
        case Kind.CLOSING | Kind.WAIT | Kind.QUEUE:
            name = next((said(a.short, lang) for a in site.authorities if a.id == alert.of), alert.of)
            way: dict[str, Any] = {"what": "waiting", "of": f"authority:{alert.of}"}
            if alert.kind is Kind.WAIT:
                way |= {"what": "overdue", "until": now.isoformat()}
        case Kind.SILENT:
            name = TEXTS("opinion.at_counter", lang, id=alert.of)
            way = {"what": "called", "of": f"counter:{alert.of}"}
        case _:
            known = alert.of in hall.config.devices
            name = named(hall.config, alert.of, lang) if known else alert.of
            way = {}
    href = url_for("history.tickets", span=f"day:{day}", **way) if way else url_for("devices.page")
    if way:
        text = TEXTS(f"alert.{alert.kind.value}", lang, n=alert.n, minutes=alert.minutes, time=at)
    else:
        text = ", ".join(TEXTS(f"trouble.{what}", lang) for what in alert.whats)
        text += ", " + TEXTS("trouble.since", lang, time=at) if at else ""
    return AlertLine(
        id=f"alert-{alert.kind.value}-{alert.of}",
        word="late" if alert.urgent else "soon",
        name=name,
        text=text,
        action=TEXTS(ACTIONS[alert.kind], lang),
        href=href,
    )


def idle_counters(site: Site, state: HallState) -> int:
    """Counters that are open with nobody there."""
    stand = [state.counter(id) for id in site.counters]
    return sum(there.status == "open" and there.current is None for there in stand)


def heat_of_weeks(teller: Teller, history: History, today: date, now: datetime) -> Heat:
    """The median waits of the weeks up to today; none while not all of them are summed."""
    left = history.refresh(teller.site, today, now, 0.2)
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    if any(first <= day for day in left):
        return Heat()
    asked = Asked(Period(Unit.RANGE, first, today + timedelta(days=1)))
    return teller.heat(asked)
