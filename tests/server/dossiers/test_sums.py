"""Sums that grow with every import say what counting dossier by dossier says, for any period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from server.dossiers import sums
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Channel, Dossier
from server.dossiers.reports.behind import Figure, behind, counted
from server.dossiers.rows import metadata, sum_table
from server.dossiers.status import ENDED, Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS, Period, tally
from tests.server.dossiers.tables import ZONE

FIRST = date(2026, 1, 1)
KNOWN = datetime(2026, 3, 20, 4, 30, tzinfo=UTC)
AUTHORITIES = ("a", "b", "c")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


instants = st.integers(0, int((KNOWN - midnight(FIRST)) / timedelta(minutes=1))).map(
    lambda minutes: midnight(FIRST) + timedelta(minutes=minutes)
)


@st.composite
def dossiers(draw: st.DrawFn, code: int) -> Dossier:
    received = draw(instants)
    status = draw(st.sampled_from(Status))
    due = draw(st.none() | st.integers(0, 60 * 24 * 60).map(lambda m: received + timedelta(minutes=m)))
    resolved = draw(instants.map(lambda at: max(at, received))) if status in ENDED else None
    return Dossier(
        f"H42.13-260101-{code:04d}",
        draw(st.sampled_from(AUTHORITIES)),
        "x",
        status,
        received,
        due,
        resolved,
        officer=draw(st.sampled_from(("", "An", "Bình"))),
        field=draw(st.sampled_from(("", "đất đai"))),
        channel=draw(st.none() | st.sampled_from(Channel)),
        reappointed=draw(st.sampled_from((0, 0, 1, 2))),
    )


registers = st.integers(0, 12).flatmap(lambda n: st.tuples(*(dossiers(code) for code in range(n))))
days = st.integers(0, 100).map(lambda n: FIRST + timedelta(days=n))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    yield opened
    opened.close()


def bring(store: DossierStore, some: tuple[Dossier, ...], whole: bool = True) -> None:
    store.bring([Brought(d) for d in some], Delivery(KNOWN, "test", whole=whole), KNOWN)


def figures_have_what_is_behind_them(store: DossierStore, period: Period, dimension: Dimension) -> None:
    """Each figure of each form is as many dossiers as are listed behind it, whichever page one is on."""
    with store.reading() as db:
        form = sums.form(db, dimension, None, period, KNOWN, ZONE)
        lines = {(value,): row for value, row in form.rows.items()} | {tuple(form.rows): form.total}
        for values, row in lines.items():
            for column in (*COLUMNS, "undated") if values and row is not None else ():
                figure, n = Figure(dimension, values, column, period, KNOWN, ZONE), getattr(row, column)
                assert counted(db, figure) == n, (dimension, values, column)
                pages = [behind(db, figure, skip, n, most=3) for skip in range(0, n, 3)]
                assert len({one.code for page in pages for one in page}) == n
        if dimension is Dimension.AUTHORITY:
            again = sum(1 for d in store.dossiers() if d.reappointed and _within(d, period) and d.counts)
            found = sums.bounds(db, Dimension.AUTHORITY, period, ZONE)
            assert sum(map(found.again, found.until)) == again


def _within(d: Dossier, period: Period) -> bool:
    """It was received or carried over."""
    over = sums.over_at(d, KNOWN)
    return d.received < period.ends and (over is None or period.begins is None or over >= period.begins)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(registers, registers, registers, days, days, st.booleans(), st.sampled_from(Dimension))
def test_the_form_is_what_a_naive_recount_says(
    store: DossierStore,
    first: tuple[Dossier, ...],
    some: tuple[Dossier, ...],
    last: tuple[Dossier, ...],
    one: date,
    other: date,
    ever: bool,
    by: Dimension,
) -> None:
    """After a whole register, a part, and another whole one, each of which changes the one before."""
    for brought, whole in ((first, True), (some, False), (last, True)):
        bring(store, brought, whole)
        period = Period(
            None if ever else midnight(min(one, other)), midnight(max(one, other) + timedelta(days=1))
        )
        naive = tally(store.dossiers(), AUTHORITIES, period, KNOWN, ZONE)
        assert store.form(Dimension.AUTHORITY, AUTHORITIES, period, KNOWN) == naive
        shadows = [replace(d, authority=d.channel.value) for d in store.dossiers() if d.channel is not None]
        by_channel = tally(shadows, [c.value for c in Channel], period, KNOWN, ZONE)
        assert store.form(Dimension.CHANNEL, [c.value for c in Channel], period, KNOWN) == by_channel
    figures_have_what_is_behind_them(store, period, by)
    with store.reading() as db:
        kept = set(db.execute(sum_table.select().where(sum_table.c.count != 0)).all())
    with store.writing() as db:
        sums.recount(db, ZONE)
        assert set(db.execute(sum_table.select()).all()) == kept


def test_what_is_in_a_row_of_months_is_read_from_months(store: DossierStore) -> None:
    some = tuple(
        Dossier(f"H42.13-2601{d:02d}-0001", "a", "x", Status.PROCESSING, midnight(date(2026, 1, d)))
        for d in range(1, 31)
    )
    bring(store, some)
    with store.reading() as db:
        seen: list[str] = []
        sa.event.listen(db, "before_cursor_execute", lambda *asked: seen.append(asked[2]))
        plan = "\n".join(
            str(row)
            for row in db.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT sum(count) FROM sum WHERE dimension = 'authority'"
                " AND (span >= 'y' AND span < 'y2026' OR span >= 'm2026-01' AND span < 'm2026-03'"
                " OR span >= 'd2026-03-01' AND span < 'd2026-03-05')"
            )
        )
        assert sums.before(db, Dimension.AUTHORITY, date(2026, 3, 5)) == {"a": {"received": 30}}
    assert "SCAN" not in plan and len(seen) == 4


def test_sums_are_counted_anew_in_another_time_zone(tmp_path: Path) -> None:
    store = open_dossiers(tmp_path, ZONE)
    late = midnight(date(2026, 2, 2)) + timedelta(hours=1)  # the 1st of February in UTC
    bring(store, (Dossier("H42.13-260202-0001", "a", "x", Status.PROCESSING, late),))
    period = Period(None, datetime(2026, 2, 2, tzinfo=UTC))
    store.close()
    other = open_dossiers(tmp_path, UTC)
    assert other.form(Dimension.AUTHORITY, None, period, KNOWN).total.received_new == 1
    other.close()


def test_an_end_that_nobody_dated_keeps_its_day_whatever_else_is_heard_later(store: DossierStore) -> None:
    d = Dossier("H42.13-260102-0001", "a", "x", Status.WITHDRAWN, midnight(date(2026, 1, 2)))
    period = Period(midnight(date(2026, 3, 1)), midnight(date(2026, 4, 1)))
    for month, counter in ((0, ""), (1, "7"), (2, "8")):
        known = KNOWN + timedelta(days=30 * month)
        store.bring([Brought(replace(d, counter=counter))], Delivery(known, "test"), known)
        assert store.form(Dimension.AUTHORITY, None, period, known).total.undated == 1, month
    dated = replace(d, resolved=midnight(date(2026, 2, 3)))
    store.bring([Brought(dated)], Delivery(known, "test"), known)
    assert store.form(Dimension.AUTHORITY, None, period, known).total.undated == 0


def test_migrations_make_the_tables_and_take_an_older_file_along(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'dossiers.db'}")
    with engine.begin() as db:  # as version 0001 made it, which had no migrations
        for line in OLD.split(";"):
            db.exec_driver_sql(line)
    engine.dispose()
    store = open_dossiers(tmp_path, ZONE)
    with store.reading() as db:
        assert not compare_metadata(MigrationContext.configure(db), metadata)
    assert [d.code for d in store.dossiers()] == ["H42.13-260102-0001"]
    form = store.form(Dimension.AUTHORITY, None, Period(None, KNOWN + timedelta(days=9)), KNOWN)
    assert form.total.resolved_early == 1
    store.close()


OLD = """
CREATE TABLE dossier (code TEXT NOT NULL PRIMARY KEY, authority TEXT NOT NULL, procedure TEXT NOT NULL,
 status TEXT NOT NULL, received TEXT NOT NULL, due TEXT, resolved TEXT, returned TEXT, counter TEXT NOT NULL);
CREATE INDEX ix_dossier_status ON dossier (status);
CREATE TABLE import (id INTEGER NOT NULL PRIMARY KEY, at TEXT NOT NULL, known_at TEXT NOT NULL, begins TEXT,
 by TEXT NOT NULL, rows INTEGER NOT NULL, changes TEXT NOT NULL);
CREATE TABLE draft (token TEXT NOT NULL PRIMARY KEY, at TEXT NOT NULL, known_at TEXT NOT NULL,
 body BLOB NOT NULL);
CREATE TABLE publication (id INTEGER NOT NULL PRIMARY KEY, month TEXT NOT NULL, units TEXT NOT NULL,
 approved_by TEXT NOT NULL, approved_at TEXT NOT NULL, withdrawn_by TEXT, withdrawn_at TEXT);
INSERT INTO dossier VALUES ('H42.13-260102-0001', 'a', 'x', 'resolved', '2026-01-02T02:00:00+00:00',
 '2026-02-02T02:00:00+00:00', '2026-01-05T02:00:00+00:00', NULL, '');
INSERT INTO import VALUES (1, '2026-03-01T00:00:00+00:00', '2026-03-01T00:00:00+00:00', NULL, 'x', 1, '{}')
"""
