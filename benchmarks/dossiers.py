"""A province's register of two million dossiers and ten million steps: `python -m benchmarks.dossiers`.

Filled in parts of `PART` through the door that imports use, to a tenth first and then to the whole:
dossiers a second of the first and the last tenth show whether imports are linear. At both sizes what reports
ask is asked `TIMES` times, each by a connection that is new: milliseconds, the median and the slowest. One
that takes more than `LIMIT_MS` is marked.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date, datetime, time as time_of, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.province_of_dossiers import AUTHORITIES, STANDS, province
from server.dossiers import legs
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.finding import Search, found
from server.dossiers.late import by_officer
from server.dossiers.promises import Marks, Standing
from server.dossiers.reports import on_time, scoring
from server.dossiers.reports.behind import MOST_PAGES, PAGE, Figure, behind
from server.dossiers.shown import shown
from server.dossiers.standings import Wanted, heaps, lines
from server.dossiers.status import Status
from server.dossiers.steps import AS_USUAL
from server.dossiers.store import FILE, DossierStore, open_dossiers
from server.dossiers.sums import Dimension
from server.dossiers.tally import Period
from server.dossiers.working_time import WorkCalendar
from server.hall.site import Session

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
SESSIONS: Final = (Session(time_of(7, 30), time_of(11, 30)), Session(time_of(13, 30), time_of(17)))
CALENDAR: Final = WorkCalendar(ZONE, (SESSIONS,) * 5 + ((), ()))
PART: Final = 20_000
TIMES: Final = 5
LIMIT_MS: Final = 300


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE)


PERIODS: Final = {
    "a month": Period(midnight(date(2026, 10, 1)), midnight(date(2026, 11, 1))),
    "this year": Period(midnight(date(2026, 1, 1)), midnight(date(2026, 11, 25))),
    "odd days": Period(midnight(date(2024, 3, 17)), midnight(date(2026, 8, 12))),
    "from ever": Period(None, midnight(date(2026, 11, 25))),
}

SCORED: Final = {
    "a quarter": Period(midnight(date(2026, 7, 1)), midnight(date(2026, 10, 1))),
    "a year": Period(midnight(date(2025, 1, 1)), midnight(date(2026, 1, 1))),
}


def fill(store: DossierStore, brought: Iterator[Brought], count: int) -> list[float]:
    """Bring `count` more in parts. Dossiers a second of each part."""
    speeds = []
    while count > 0:
        some = list(islice(brought, min(PART, count)))
        begun = time.perf_counter()
        store.bring(some, Delivery(STANDS, "bench", source="bench", whole=False), STANDS)
        speeds.append(len(some) / (time.perf_counter() - begun))
        count -= len(some)
    return speeds


def asked(store: DossierStore) -> dict[str, Callable[[], Any]]:
    """What pages ask of the register, by what it is."""
    forms = {
        f"form by {dimension.value}, {name}": lambda d=dimension, p=period: store.form(d, None, p, STANDS)
        for dimension in Dimension
        for name, period in PERIODS.items()
    }
    codes = [one.dossier.code for one in islice(province(1000), 0, 1000, 100)]
    ids = list(AUTHORITIES)

    def read(what: Callable[[sa.Connection], Any]) -> Callable[[], Any]:
        def ask() -> Any:
            with store.reading() as db:
                return what(db)

        return ask

    lists = {
        f"late officers, {name}": read(lambda db, p=period: by_officer(db, ids, p, STANDS))
        for name, period in PERIODS.items()
        if period.begins is not None
    }

    def scored(period: Period) -> Callable[[], Any]:
        def ask(db: sa.Connection) -> Any:
            return scoring.authorities(db, period, ZONE), scoring.officers(db, period, ZONE)

        return read(ask)

    judged = {f"scores, {name}": scored(period) for name, period in SCORED.items()}
    return {
        **forms,
        **lists,
        **judged,
        "groups, a month": read(lambda db: on_time.known(db, PERIODS["a month"], STANDS, ZONE)),
        **drilled(store),
        "what walls show": read(lambda db: shown(db, ids, 180)),
        **promised(store, codes),
        "one dossier": lambda: max(map(store.find, codes), key=bool),
        "form of the hall's authorities": lambda: store.form(
            Dimension.AUTHORITY, AUTHORITIES, PERIODS["a month"], STANDS - timedelta(days=1)
        ),
    }


def drilled(store: DossierStore) -> dict[str, Callable[[], Any]]:
    """What pages ask that list the dossiers behind a figure: the first page, and the last shown."""

    def listing(dimension: Dimension, one: bool, column: str, period: Period, page: int) -> Callable[[], Any]:
        def ask() -> Any:
            form = store.form(dimension, None, period, STANDS)
            values = list(form.rows)[: 1 if one else None]
            row = form.rows[values[0]] if one else form.total
            n = 0 if row is None else getattr(row, column)
            skip = min(page, -(-n // PAGE)) * PAGE - PAGE
            with store.reading() as db:
                figure = Figure(dimension, values, column, period, STANDS, ZONE)
                return behind(db, figure, max(0, skip), n)

        return ask

    wanted = [
        (dimension, one, column, name, page)
        for dimension in (Dimension.AUTHORITY, Dimension.FIELD)
        for column in ("received_total", "resolved_late", "pending_overdue")
        for name in ("a month", "from ever")
        for one in (True, False)
        for page in (1, MOST_PAGES)
    ]
    # Whose dossiers no index leads to, on days that no month or year has whole.
    wanted += [
        (dimension, True, column, "odd days", MOST_PAGES)
        for dimension in (Dimension.FIELD, Dimension.CHANNEL)
        for column in (
            "resolved_total",
            "resolved_early",
            "resolved_on_time",
            "resolved_late",
            "pending_not_due",
        )
    ]
    return {
        f"{column} of {'one' if one else 'every'} {dimension.value}, {name}, page {page}": listing(
            dimension, one, column, PERIODS[name], page
        )
        for dimension, one, column, name, page in wanted
    }


def promised(store: DossierStore, codes: list[str]) -> dict[str, Callable[[], Any]]:
    """What the lists of promises and the search ask."""
    marks = Marks.at(CALENDAR, STANDS, AS_USUAL.soon)

    def reading(ask: Callable[..., Any], *about: Any) -> Callable[[], Any]:
        def asked() -> Any:
            with store.reading() as db:
                return ask(db, *about)

        return asked

    short = codes[0].partition("-")[2]
    return {
        "promises by authority": reading(heaps, marks),
        "promises of an authority": reading(heaps, marks, Wanted(authority=AUTHORITIES[0])),
        "overdue, no apology": reading(lines, marks, Wanted((Standing.UNEXCUSED,))),
        "late legs": reading(legs.late, CALENDAR, STANDS),
        "search by code": reading(found, marks, Search(codes[0])),
        "search by date and serial": reading(found, marks, Search(short)),
        "search by status": reading(found, marks, Search(status=Status.RESOLVED)),
    }


def report(folder: Path) -> int:
    """How many questions took too long."""
    over = 0
    names: list[str] = []
    with closing(open_dossiers(folder, ZONE)) as store:
        names = list(asked(store))
    for name in names:
        spent = []
        for _ in range(TIMES):
            with closing(open_dossiers(folder, ZONE)) as store:
                question = asked(store)[name]
                begun = time.perf_counter()
                question()
                spent.append((time.perf_counter() - begun) * 1000)
        bad = median(spent) > LIMIT_MS
        over += bad
        print(f"  {name:<52} {median(spent):7.1f} {max(spent):7.1f} ms{'  over' if bad else ''}", flush=True)
    return over


def main() -> int:
    parser = argparse.ArgumentParser(description="Reports and imports with a province's register.")
    parser.add_argument("--dossiers", type=int, default=2_000_000)
    parser.add_argument("--keep", type=Path, help="a folder in which the register is kept, or was")
    told = parser.parse_args()
    over = 0
    with ExitStack() as stack:
        folder = told.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-bench-")))
        if not (folder / FILE).exists():
            brought = province(told.dossiers)
            with closing(open_dossiers(folder, ZONE)) as store:
                first = fill(store, brought, told.dossiers // 10)
            print(f"{told.dossiers // 10:,} dossiers, {median(first):,.0f} a second")
            over += report(folder)
            with closing(open_dossiers(folder, ZONE)) as store:
                rest = fill(store, brought, told.dossiers - told.dossiers // 10)
            last = median(rest[-len(first) :])
            size = sum(path.stat().st_size for path in folder.glob(f"{FILE}*")) / 1e9
            print(f"{told.dossiers:,} dossiers, the last tenth {last:,.0f} a second, {size:.2f} GB")
        over += report(folder)
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
