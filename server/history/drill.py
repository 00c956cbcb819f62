"""Which tickets are behind a figure: counted by the sums, listed from the day's tickets by the same rules.

The sums say on which days they are, so a page of a list reads those days alone, however long the period is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from server.hall.site import Site
from server.history.cube import ALL, COUNTER, OFFICER, SERVICE, SLOT, slot_dim, slot_of
from server.history.ledger import History
from server.history.sums import Sums, wait_code, within
from server.store import ticket_table

AUTHORITY: Final = "authority"
WHOSE: Final = (SERVICE, AUTHORITY, COUNTER, OFFICER)
PAGE: Final = 50
Row = Any


@dataclass(frozen=True, slots=True)
class What:
    """count: how many of some sums. at: the column whose instant says in which half hour it counts."""

    count: Callable[[Sums], int]
    holds: Callable[[Site, Row], bool]
    at: str = "issued_at"


def _expired(row: Row) -> bool:
    return bool(row.state == "cancelled" and row.reason == "expired")


def _late(site: Site, row: Row) -> bool:
    service = site.services.get(row.service)
    if row.called_at is None or service is None:
        return False
    wait = datetime.fromisoformat(row.called_at) - datetime.fromisoformat(row.issued_at)
    return not within(wait_code(wait), service.target // timedelta(minutes=1))


WHATS: Final[Mapping[str, What]] = {
    "issued": What(lambda s: s.issued, lambda site, row: True),
    "served": What(lambda s: s.served, lambda site, row: row.state == "served"),
    "no_show": What(lambda s: s.no_show, lambda site, row: row.state == "no_show"),
    "cancelled": What(
        lambda s: s.cancelled, lambda site, row: row.state == "cancelled" and not _expired(row)
    ),
    "expired": What(lambda s: s.expired, lambda site, row: _expired(row)),
    "lost": What(lambda s: s.lost, lambda site, row: row.state in ("no_show", "cancelled")),
    "unfinished": What(
        lambda s: s.unfinished, lambda site, row: row.state in ("waiting", "parked", "called", "serving")
    ),
    "called": What(lambda s: s.called, lambda site, row: row.called_at is not None, "called_at"),
    "late": What(lambda s: s.judged - s.kept, _late, "called_at"),
    "priority": What(lambda s: s.priority, lambda site, row: row.klass == "priority"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tickets of business days `first` up to before `end`. whose, id: of one service, authority, counter or
    officer ("" for nobody). weekday: Monday 0; halves: half hours from midnight in the site's own time."""

    what: str
    first: date
    end: date
    whose: str | None = None
    id: str = ""
    weekday: int | None = None
    halves: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """total: of all pages; rows: of this one, by day and time of issue."""

    total: int
    page: int
    rows: tuple[Row, ...]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def can_be_listed(wanted: Wanted) -> bool:
    """Half hours are kept in all and by service, not by counter or officer."""
    return wanted.halves is None or wanted.whose not in (COUNTER, OFFICER)


def services_of(site: Site, wanted: Wanted) -> frozenset[str] | None:
    """The services that are meant; None for all."""
    match wanted.whose:
        case "service":
            return frozenset({wanted.id})
        case "authority":
            return frozenset(s.id for s in site.services.values() if s.authority == wanted.id)
    return None


def tells_working_time(wanted: Wanted) -> bool:
    """One officer's numbers with their times: the first call of the day and the last are among them."""
    return wanted.whose == OFFICER


def find(history: History, engine: sa.Engine, site: Site, wanted: Wanted, page: int) -> Found:
    """The `page`-th page (from 1) of the tickets behind a figure; a page behind the last is the last."""
    counts = _by_day(history, site, wanted)
    total = sum(counts.values())
    page = min(max(1, page), max(1, -(-total // PAGE)))
    skip, days, seen = (page - 1) * PAGE, list[date](), 0
    into = 0  # how many of the first day read are of earlier pages
    for day, n in sorted(counts.items()):
        if seen + n > skip and seen < skip + PAGE:
            if not days:
                into = skip - seen
            days.append(day)
        seen += n
    rows = _tickets(engine, site, wanted, days)
    return Found(total, page, tuple(rows[into : into + PAGE]))


def _by_day(history: History, site: Site, wanted: Wanted) -> dict[date, int]:
    services, found = services_of(site, wanted), Counter[date]()
    count = WHATS[wanted.what].count
    for dim in _dims(wanted, services):
        for day, parts in history.days(dim, wanted.first, wanted.end).items():
            if wanted.weekday is None or day.weekday() == wanted.weekday:
                found[day] += sum(count(s) for key, s in parts.items() if _meant(key, dim, wanted, services))
    return {day: n for day, n in found.items() if n}


def _dims(wanted: Wanted, services: frozenset[str] | None) -> list[str]:
    if wanted.halves is not None:
        return [SLOT] if services is None else [slot_dim(s) for s in sorted(services)]
    if wanted.whose in (COUNTER, OFFICER):
        return [wanted.whose]
    return [ALL if services is None else SERVICE]


def _meant(key: str, dim: str, wanted: Wanted, services: frozenset[str] | None) -> bool:
    if wanted.halves is not None:
        return int(key.partition(".")[2]) in wanted.halves
    if dim == SERVICE:
        return services is not None and key in services
    return dim == ALL or key == wanted.id


def _tickets(engine: sa.Engine, site: Site, wanted: Wanted, days: Sequence[date]) -> list[Row]:
    t = ticket_table.c
    columns = (
        t.id, t.day, t.number, t.service, t.klass, t.state, t.counter, t.officer, t.reason,
        t.issued_at, t.called_at, t.started_at, t.ended_at,
    )  # fmt: skip
    rows = sa.select(*columns).where(t.day.in_([d.isoformat() for d in days]))
    services = services_of(site, wanted)
    if services is not None:
        rows = rows.where(t.service.in_(services))
    if wanted.whose in (COUNTER, OFFICER):
        column = t.counter if wanted.whose == COUNTER else t.officer
        rows = rows.where(column == wanted.id if wanted.id else sa.or_(column.is_(None), column == ""))
    what = WHATS[wanted.what]
    with engine.connect() as db:
        found = [
            row for row in db.execute(rows.order_by(t.day, t.issued_at, t.number)) if what.holds(site, row)
        ]
    if wanted.halves is None:
        return found
    return [row for row in found if _half_of(site, getattr(row, what.at)) in wanted.halves]


def _half_of(site: Site, at: str | None) -> int | None:
    if at is None:
        return None
    return int(slot_of(datetime.fromisoformat(at), 0, site.zone).partition(".")[2])
