"""The list behind a figure: its last page is no more work than its first, and stands in one order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Dossier
from server.dossiers.reports.behind import PAGE, Figure, behind
from server.dossiers.reports.days import spans
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.sums import Dimension
from server.dossiers.tally import Period
from tests.server.dossiers.tables import ZONE

KNOWN = datetime(2026, 11, 25, tzinfo=UTC)
FIRST, DAYS, A_DAY = datetime(2024, 1, 1, 3, tzinfo=UTC), 800, 5
EVER = Period(None, KNOWN)


def late(day: int, n: int) -> Dossier:
    """Every fortieth is of the field that is looked for."""
    at = FIRST + timedelta(days=day, hours=n)
    return Dossier(
        f"H42.13-{at:%y%m%d}-{n:04d}",
        "justice",
        "x",
        Status.RESOLVED,
        at,
        at + timedelta(days=1),
        at + timedelta(days=3, minutes=-n),
        field="land" if (day * A_DAY + n) % 40 == 0 else "other",
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path_factory.mktemp("register"), ZONE)
    some = [Brought(late(day, n)) for day in range(DAYS) for n in range(A_DAY)]
    opened.bring(some, Delivery(KNOWN, "test"), KNOWN)
    yield opened
    opened.close()


def page(
    store: DossierStore, values: tuple[str, ...], at: int, column: str, period: Period = EVER
) -> tuple[list[str], int]:
    """The codes of a page, from 1, and how many hundred steps SQLite took to it."""
    n = getattr(store.form(Dimension.FIELD, values, period, KNOWN).total, column)
    figure = Figure(Dimension.FIELD, values, column, period, KNOWN, ZONE)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with store.reading() as db:
        connection = db.connection.dbapi_connection
        assert connection is not None
        connection.set_progress_handler(step, 100)  # type: ignore[attr-defined]
        rows = behind(db, figure, (at - 1) * PAGE, n)
        connection.set_progress_handler(None, 0)  # type: ignore[attr-defined]
    return [row.code for row in rows], steps


@pytest.mark.parametrize("column", ["resolved_late", "resolved_total", "received_total"])
def test_the_last_page_is_no_more_work_than_the_first(store: DossierStore, column: str) -> None:
    all_of_them = DAYS * A_DAY
    first, work = page(store, ("land", "other"), 1, column)
    last, more = page(store, ("land", "other"), all_of_them // PAGE, column)
    assert (len(first), len(last)) == (PAGE, PAGE)
    assert more < 2 * work + 20, (work, more)
    pages = [page(store, ("land",), at, column)[0] for at in (1, 2)]
    assert len(set(chain(*pages))) == all_of_them // 40 == len(pages[0]) + len(pages[1])
    by_time = [d.code for d in sorted(store.dossiers(), key=lambda d: d.received) if d.field == "land"]
    assert [*pages[0], *pages[1]] == by_time


def test_what_was_carried_over_is_not_looked_for_behind_the_last_one(store: DossierStore) -> None:
    """Nothing says where the last one is, but that all have been found."""
    early, late = (
        page(store, ("land", "other"), 1, "carried_over", Period(FIRST + timedelta(days=day), KNOWN))
        for day in (DAYS // 8, DAYS * 7 // 8)
    )
    assert len(early[0]) == len(late[0]) > A_DAY
    assert early[1] < late[1] + 5, (early[1], late[1])


def test_days_are_taken_together_where_sums_do() -> None:
    some = spans(date(2024, 11, 29), date(2026, 2, 3))
    assert some[:3] == ["d2024-11-29", "d2024-11-30", "m2024-12"]
    assert some[3:] == ["y2025", "m2026-01", "d2026-02-01", "d2026-02-02"]
    assert spans(date(2024, 2, 1), date(2024, 3, 1))[28:] == ["d2024-02-29"]
    assert len(spans(date(2024, 1, 1), date(2025, 1, 1))) == 12
    assert spans(date(2024, 1, 1), date(2024, 1, 1)) == []
