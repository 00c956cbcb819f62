"""What can be behind a figure: numbers of a kind, or deeds of a kind. One table, by the rules of the sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from server.hall.site import Site
from server.history import deeds as d
from server.history.deeds import Deed
from server.history.sums import Sums, wait_code, within

Row = Any  # of the tickets' table
LATELY: Final = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class What:
    """Numbers (`holds`) or deeds (`deed`, kept as `where`) behind a figure.

    count: how many of some sums. exact: False where sums only say on which days there may be some. at: the
    column whose instant says in which half hour a number counts; timed: known by half hours. then: which of
    them, at the instant that is asked for as well.
    """

    count: Callable[[Sums], int]
    holds: Callable[[Site, Row], bool] | None = None
    deed: Callable[[Deed], bool] | None = None
    where: str = ""
    at: str = "issued_at"
    exact: bool = True
    timed: bool = True
    then: Callable[[Site, Row, datetime], bool] | None = None


def _expired(row: Row) -> bool:
    return bool(row.state == "cancelled" and row.reason == "expired")


def _judged(site: Site, row: Row) -> bool:
    return row.called_at is not None and row.service in site.services


def _late(site: Site, row: Row) -> bool:
    if not _judged(site, row):
        return False
    wait = datetime.fromisoformat(row.called_at) - datetime.fromisoformat(row.issued_at)
    return not within(wait_code(wait), site.services[row.service].target // timedelta(minutes=1))


def _in(*states: str) -> Callable[[Site, Row], bool]:
    return lambda site, row: row.state in states


def _lately(site: Site, row: Row, then: datetime) -> bool:
    return then - LATELY <= datetime.fromisoformat(row.called_at) <= then


def _overdue(site: Site, row: Row, then: datetime) -> bool:
    """By the moment, as the alert has it, not by whole minutes."""
    service = site.services.get(row.service)
    return service is not None and then - datetime.fromisoformat(row.issued_at) > service.target


def _now(state: str, then: Callable[[Site, Row, datetime], bool] | None = None) -> What:
    """Numbers that stand somewhere now."""
    return What(lambda s: s.unfinished, _in(state), exact=False, then=then)


def _deeds(count: Callable[[Sums], int], kind: str, where: str = d.OTHERS, timed: bool = False) -> What:
    return What(count, deed=lambda deed: deed.kind == kind, where=where, timed=timed)


def _calls(count: Callable[[Sums], int], deed: Callable[[Deed], bool], exact: bool = True) -> What:
    return What(count, deed=deed, where=d.CALLS, exact=exact, timed=exact)


def _spells(deed: Callable[[Deed], bool]) -> What:
    return What(lambda s: 1, deed=deed, where=d.OTHERS, exact=False, timed=False)


WHATS: Final[Mapping[str, What]] = {
    "issued": What(lambda s: s.issued, lambda site, row: True),
    "served": What(lambda s: s.served, _in("served")),
    "no_show": What(lambda s: s.no_show, _in("no_show")),
    "cancelled": What(
        lambda s: s.cancelled, lambda site, row: row.state == "cancelled" and not _expired(row)
    ),
    "expired": What(lambda s: s.expired, lambda site, row: _expired(row)),
    "dropped": What(lambda s: s.cancelled + s.expired, _in("cancelled")),
    "lost": What(lambda s: s.lost, _in("no_show", "cancelled")),
    "unfinished": What(lambda s: s.unfinished, _in("waiting", "parked", "called", "serving")),
    "waiting": _now("waiting"),
    "overdue": _now("waiting", _overdue),
    "parked": _now("parked"),
    "at_call": _now("called"),
    "serving": _now("serving"),
    "called": What(lambda s: s.called, lambda site, row: row.called_at is not None, at="called_at"),
    "lately": What(
        lambda s: s.called,
        lambda site, row: row.called_at is not None,
        at="called_at",
        exact=False,
        then=_lately,
    ),
    "judged": What(lambda s: s.judged, _judged, at="called_at"),
    "late": What(lambda s: s.judged - s.kept, _late, at="called_at"),
    "priority": What(lambda s: s.priority, lambda site, row: row.klass == "priority"),
    "handled": _calls(lambda s: s.handled_n, lambda c: c.how not in ("", d.BY_ITSELF)),
    "timed": _calls(lambda s: s.service_n, lambda c: c.how == "finished"),
    "calls": _calls(lambda s: 1, lambda c: True, exact=False),
    "rated": _deeds(lambda s: s.rated, d.RATED, d.RATINGS),
    "requeued": _deeds(lambda s: s.requeued, d.REQUEUED),
    "transferred": _deeds(lambda s: s.transferred, d.TRANSFERRED),
    "out_of_turn": _deeds(lambda s: s.out_of_turn, d.OUT_OF_TURN),
    "open": _spells(lambda spell: spell.kind == d.OPEN),
    "open_now": _spells(lambda spell: spell.kind == d.OPEN and spell.how == d.STILL),
    "breaks": _spells(lambda spell: spell.kind == d.BREAK),
}
SPELLS: Final = frozenset({"open", "open_now", "breaks"})  # of counters, without a number
UNTIMED: Final = frozenset({"rated"})  # told without when: nobody is to match answers with people
