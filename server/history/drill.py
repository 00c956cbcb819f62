"""Which numbers or deeds are behind a figure: counted by the sums, listed by the same rules.

The sums say on which days they are, so a page of a list reads those days alone, however long the period is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from server.hall.site import Site
from server.history.cube import ALL, COUNTER, OFFICER, SERVICE, SLOT, slot_dim, slot_of
from server.history.deeds import CALLS, Deed
from server.history.ledger import History
from server.history.whats import SPELLS, WHATS, Row
from server.store import ticket_table

AUTHORITY: Final = "authority"
WHOSE: Final = (SERVICE, AUTHORITY, COUNTER, OFFICER)
PAGE: Final = 50
WHOLE: Final = 31  # days of which all calls are read, to tell of how many numbers they are


@dataclass(frozen=True, slots=True)
class Wanted:
    """What happened on business days `first` up to before `end`. whose, id: of one service, authority,
    counter or officer ("" for nobody).

    weekday: Monday 0; halves: half hours from midnight in the site's own time. counter: of an officer's
    deeds, those at one counter. until: the instant that is meant; of the last hour, its end.
    """

    what: str
    first: date
    end: date
    whose: str | None = None
    id: str = ""
    weekday: int | None = None
    halves: frozenset[int] | None = None
    counter: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A number, a deed, or a deed of a number."""

    ticket: Row | None
    deed: Deed | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """total: of all pages; rows: of this one, by day and time. numbers: how many numbers the total is of;
    None where nobody counted them."""

    total: int
    page: int
    rows: tuple[Listed, ...]
    numbers: int | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def can_be_listed(wanted: Wanted) -> bool:
    """Half hours are kept in all and by service, not by counter or officer; calls one by one of a month."""
    what = WHATS[wanted.what]
    if wanted.halves is not None and (wanted.whose in (COUNTER, OFFICER) or not what.timed):
        return False
    if wanted.counter is not None and (wanted.whose != OFFICER or what.deed is None):
        return False
    if (what.then is None) != (wanted.until is None):
        return False
    alone = what.where == CALLS and (not what.exact or wanted.counter is not None)
    return not alone or (wanted.end - wanted.first).days <= WHOLE


def services_of(site: Site, wanted: Wanted) -> frozenset[str] | None:
    """The services that are meant; None for all. What is no longer an authority was a service without one."""
    match wanted.whose:
        case "service":
            return frozenset({wanted.id})
        case "authority":
            mine = {s.id for s in site.services.values() if s.authority == wanted.id}
            known = wanted.id in {a.id for a in site.authorities}
            return frozenset(mine if mine or known else {wanted.id})
    return None


def tells_working_time(wanted: Wanted) -> bool:
    """One officer's numbers with their times: the first call of the day and the last are among them. So are
    the times of a counter where somebody sits alone."""
    return wanted.whose == OFFICER or wanted.what in SPELLS


def find(history: History, engine: sa.Engine, site: Site, wanted: Wanted, page: int) -> Found:
    """The `page`-th page (from 1) of what is behind a figure; a page behind the last is the last."""
    what, counts = WHATS[wanted.what], _by_day(history, site, wanted)
    whole = not what.exact or wanted.counter is not None
    if what.deed is not None:
        whole = whole or what.where != CALLS or len(counts) <= WHOLE
    if whole:
        listed = _listed(history, engine, site, wanted, sorted(counts))
        total, into = len(listed), 0
        page = _within(page, total)
        rows = listed[(page - 1) * PAGE : page * PAGE]
        of = len({deed.ticket for deed in listed if isinstance(deed, Deed)})
        numbers = of if what.deed is not None and wanted.what not in SPELLS else None
        return Found(total, page, _told(engine, rows), numbers)
    total = sum(counts.values())
    page = _within(page, total)
    days, into = _of_page(counts, page)
    listed = _listed(history, engine, site, wanted, days)
    return Found(total, page, _told(engine, listed[into : into + PAGE]))


def _within(page: int, total: int) -> int:
    return min(max(1, page), max(1, -(-total // PAGE)))


def _of_page(counts: Mapping[date, int], page: int) -> tuple[list[date], int]:
    """The days that a page reads, and how many of the first are of earlier pages."""
    skip, days, seen, into = (page - 1) * PAGE, list[date](), 0, 0
    for day, n in sorted(counts.items()):
        if seen + n > skip and seen < skip + PAGE:
            if not days:
                into = skip - seen
            days.append(day)
        seen += n
    return days, into


def _by_day(history: History, site: Site, wanted: Wanted) -> dict[date, int]:
    services, found = services_of(site, wanted), Counter[date]()
    count = WHATS[wanted.what].count
    for dim in _dims(wanted, services):
        for day, parts in history.days(dim, wanted.first, wanted.end).items():
            if wanted.weekday is None or day.weekday() == wanted.weekday:
                found[day] += sum(count(s) for key, s in parts.items() if _meant(key, dim, wanted, services))
    return {day: n for day, n in found.items() if n}


def _dims(wanted: Wanted, services: frozenset[str] | None) -> list[str]:
    if wanted.what in SPELLS:
        return [ALL]
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


def _listed(
    history: History, engine: sa.Engine, site: Site, wanted: Wanted, days: Sequence[date]
) -> Sequence[Row | Deed]:
    """All of these days."""
    if WHATS[wanted.what].deed is None:
        return _tickets(engine, site, wanted, days)
    return _deeds(history, site, wanted, days)


def _deeds(history: History, site: Site, wanted: Wanted, days: Sequence[date]) -> list[Deed]:
    what, services = WHATS[wanted.what], services_of(site, wanted)
    assert what.deed is not None
    at = None if wanted.what not in SPELLS or services is None else _counters_of(site, services)
    return [
        deed
        for day in days
        for deed in history.deeds(what.where, day)
        if what.deed(deed)
        and (deed.counter in at if at is not None else services is None or deed.service in services)
        and (wanted.whose != COUNTER or deed.counter == wanted.id)
        and (wanted.whose != OFFICER or deed.officer == wanted.id)
        and (wanted.counter is None or deed.counter == wanted.counter)
        and (wanted.halves is None or _half_of(site, deed.at) in wanted.halves)
    ]


def _counters_of(site: Site, services: frozenset[str]) -> frozenset[str]:
    """The counters that may serve one of them."""
    return frozenset(c.id for c in site.counters.values() if any(c.serves(s) for s in services))


_COLUMNS: Final = tuple(
    ticket_table.c[name]
    for name in (
        "id", "day", "number", "service", "klass", "state", "counter", "officer", "reason",
        "issued_at", "called_at", "started_at", "ended_at",
    )
)  # fmt: skip


def _told(engine: sa.Engine, rows: Sequence[Row | Deed]) -> tuple[Listed, ...]:
    """What is listed on one page, deeds with their numbers."""
    ids = {row.ticket for row in rows if isinstance(row, Deed) and row.ticket}
    of = {}
    if ids:
        with engine.connect() as db:
            of = {row.id: row for row in db.execute(sa.select(*_COLUMNS).where(ticket_table.c.id.in_(ids)))}
    return tuple(Listed(of.get(r.ticket), r) if isinstance(r, Deed) else Listed(r) for r in rows)


def _tickets(engine: sa.Engine, site: Site, wanted: Wanted, days: Sequence[date]) -> list[Row]:
    t, what, services = ticket_table.c, WHATS[wanted.what], services_of(site, wanted)
    assert what.holds is not None
    rows = sa.select(*_COLUMNS).where(t.day.in_([d.isoformat() for d in days]))
    if services is not None:
        rows = rows.where(t.service.in_(services))
    if wanted.whose in (COUNTER, OFFICER):
        column = t.counter if wanted.whose == COUNTER else t.officer
        rows = rows.where(column == wanted.id if wanted.id else sa.or_(column.is_(None), column == ""))
    with engine.connect() as db:
        found = [
            row for row in db.execute(rows.order_by(t.day, t.issued_at, t.number)) if what.holds(site, row)
        ]
    if wanted.until is not None and what.then is not None:
        found = [row for row in found if what.then(site, row, wanted.until)]
    if wanted.halves is None:
        return found
    return [row for row in found if _half_of(site, _instant(getattr(row, what.at))) in wanted.halves]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _half_of(site: Site, at: datetime | None) -> int | None:
    return None if at is None else int(slot_of(at, 0, site.zone).partition(".")[2])
