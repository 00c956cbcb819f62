"""What is behind a figure, line by line, as people read it: numbers, what was done, counters open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from server.history import deeds as d
from server.history.deeds import Deed
from server.history.drill import Listed, Wanted
from server.history.whats import LATELY, SPELLS, UNTIMED, WHATS
from server.web.history_asked import By, half_text
from server.web.history_view import Teller
from server.web.words import clock_text, date_text


def form_of(what: str) -> str:
    """What the lines of a list are: "numbers", "deeds" or "spells"."""
    if what in SPELLS:
        return "spells"
    return "numbers" if WHATS[what].deed is None or what in UNTIMED else "deeds"


def about(tell: Teller, wanted: Wanted) -> list[str]:
    """Of what the list is, beside its period."""
    found = [tell.name(wanted.whose, wanted.id)] if wanted.whose else []
    if wanted.counter is not None:
        found.append(tell.name(By.COUNTER, wanted.counter))
    if wanted.until is not None and wanted.what == "lately":
        span = (clock_text(at, tell.site.zone) for at in (wanted.until - LATELY, wanted.until))
        found.append(tell.t("tickets.since", **dict(zip(("from_", "to"), span, strict=True))))
    if wanted.weekday is not None:
        found.append(tell.t(f"weekday.{wanted.weekday}"))
    if wanted.halves:
        first, last = min(wanted.halves), max(wanted.halves) + 1
        found.append(tell.t("tickets.from_half", from_=half_text(first), to=half_text(last)))
    return found


def line_of(tell: Teller, listed: Listed) -> dict[str, Any]:
    """One line of a list; instants as people read them."""
    number = {} if listed.ticket is None else _number(tell, listed.ticket)
    return number if listed.deed is None else {**number, **_deed(tell, listed.deed)}


def _number(tell: Teller, row: Any) -> dict[str, Any]:
    names = ("issued_at", "called_at", "ended_at")
    at = {n: None if getattr(row, n) is None else datetime.fromisoformat(getattr(row, n)) for n in names}
    issued, called = at["issued_at"], at["called_at"]
    wait = None if issued is None or called is None else max(0, int((called - issued).total_seconds() // 60))
    return {
        "id": row.id,
        "number": row.number,
        "star": row.klass == "priority",
        "day": date_text(date.fromisoformat(row.day)),
        "service": tell.name(By.SERVICE, row.service),
        "state": row.state,
        "counter": row.counter or "",
        "officer": _officer(tell, row.officer),
        "wait": wait,
        **{name: "" if when is None else clock_text(when, tell.site.zone) for name, when in at.items()},
    }


def _deed(tell: Teller, deed: Deed) -> dict[str, Any]:
    """Whose it is counted for; when it began and ended."""
    zone = tell.site.zone
    told: dict[str, Any] = {"counter": deed.counter, "officer": _officer(tell, deed.officer)}
    if deed.kind == d.RATED:
        return told
    return told | {
        "day": date_text(deed.at.astimezone(zone).date()),
        "at": clock_text(deed.at, zone, seconds=True),
        "until": clock_text(deed.until, zone, seconds=True) if deed.until else "",
        "how": _how(tell, deed),
    }


def _how(tell: Teller, deed: Deed) -> str:
    """A break's reason, a call's end, that a counter was left or is open; a reason nobody knows by itself."""
    key = {d.BREAK: f"pause.{deed.how}", d.CALL: f"ends.{deed.how}", d.OPEN: f"spell.{deed.how}"}.get(
        deed.kind
    )
    return "" if not deed.how or key is None else tell.t_or(key, deed.how)


def _officer(tell: Teller, id: str | None) -> str:
    return tell.config.officers.get(id or "", id or "") if tell.working_time else ""
