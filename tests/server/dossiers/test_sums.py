"""Sums that grow with every import say what counting dossier by dossier says, for any period."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, example, given, settings, strategies as st
from msgspec.structs import replace

from server.dossiers import pauses, sums
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.late import Figures, by_officer
from server.dossiers.overdue import Span
from server.dossiers.register import Channel, Dossier, Step
from server.dossiers.reports.behind import Figure, behind, counted
from server.dossiers.rows import metadata, step_table, sum_table
from server.dossiers.status import ENDED, Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS, Period, Row, tally
from tests.server.dossiers.tables import ZONE, waited_by

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


def figures_have_what_is_behind_them(
    store: DossierStore, period: Period, dimension: Dimension, known_at: datetime = KNOWN
) -> None:
    """Each figure of each form is as many dossiers as are listed behind it, whichever page one is on."""
    with store.reading() as db:
        form = sums.form(db, dimension, None, period, known_at, ZONE)
        lines = {(value,): row for value, row in form.rows.items()} | {tuple(form.rows): form.total}
        for values, row in lines.items():
            for column in (*COLUMNS, "undated") if values and row is not None else ():
                figure, n = Figure(dimension, values, column, period, known_at, ZONE), getattr(row, column)
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


OCTOBER = Period(midnight(date(2026, 10, 1)), midnight(date(2026, 11, 1)))
ONE = Dossier(
    "H42.13-261005-0001",
    "a",
    "x",
    Status.PROCESSING,
    midnight(date(2026, 10, 5)),
    midnight(date(2026, 10, 20)),
    officer="An",
)


def overdue_in_october(store: DossierStore, known_at: datetime) -> int:
    """By the report, by the late list, and by what is listed behind the figure."""
    row = store.form(Dimension.AUTHORITY, ("a",), OCTOBER, known_at).total
    with store.reading() as db:
        officers = by_officer(db, ("a",), OCTOBER, known_at)
        figure = Figure(Dimension.AUTHORITY, ("a",), "pending_overdue", OCTOBER, known_at, ZONE)
        listed, rest = counted(db, figure), counted(db, dataclasses.replace(figure, column="pending_not_due"))
    assert officers.get(("a", "An"), Figures()).overdue == listed == row.pending_overdue
    assert rest == row.pending_not_due
    return listed


def test_a_month_that_is_over_does_not_change_by_what_happens_later(store: DossierStore) -> None:
    """One that was overdue at its end stays so while it waits, and when it is over."""
    for day, status, resolved in (
        (date(2026, 11, 2), Status.PROCESSING, None),
        (date(2026, 11, 9), Status.AWAITING_SUPPLEMENT, None),
        (date(2026, 11, 16), Status.PROCESSING, None),
        (date(2026, 11, 21), Status.RESOLVED, midnight(date(2026, 11, 20))),
    ):
        now = midnight(day)
        store.bring([Brought(replace(ONE, status=status, resolved=resolved))], Delivery(now, "test"), now)
        assert overdue_in_october(store, now) == 1, (day, status)


@pytest.mark.parametrize("told", [True, False])
def test_one_that_waited_at_the_end_of_a_month_was_not_overdue_then(store: DossierStore, told: bool) -> None:
    """Whether its source told when it began to wait, or that was seen; also when its steps are gone."""
    steps = [Step(midnight(date(2026, 10, 6)), Status.PROCESSING)] if told else []
    for day, status, resolved in (
        (date(2026, 10, 15), Status.AWAITING_PAYMENT, None),
        (date(2026, 11, 2), Status.AWAITING_PAYMENT, None),
        (date(2026, 11, 9), Status.PROCESSING, None),
        (date(2026, 11, 21), Status.RESOLVED, midnight(date(2026, 11, 20))),
        (date(2026, 11, 28), Status.RETURNED, midnight(date(2026, 11, 20))),
    ):
        now = midnight(day)
        steps = [*steps, Step(resolved or now, status)] if told else []
        one = Brought(replace(ONE, status=status, resolved=resolved), tuple(steps))
        store.bring([one], Delivery(now, "test"), now)
        assert overdue_in_october(store, now) == 0, (day, status)
        if resolved is not None:
            with store.writing() as db:
                db.execute(step_table.delete())


def test_a_wait_that_no_history_says_lasts_from_when_it_was_seen(store: DossierStore) -> None:
    """The source tells a history, and its state is another than that ends with."""
    steps = (Step(ONE.received, Status.PROCESSING),)
    for day, status in ((14, Status.AWAITING_SUPPLEMENT), (22, Status.PROCESSING), (23, Status.PROCESSING)):
        now = midnight(date(2026, 10, day))
        some = Brought(replace(ONE, status=status, counter=str(day)), steps)
        store.bring([some], Delivery(now, "test"), now)
    found = store.find(ONE.code)
    assert found is not None
    assert [(step.at.astimezone(ZONE).day, step.status) for step in found.steps] == [
        (5, Status.PROCESSING),
        (14, Status.AWAITING_SUPPLEMENT),
        (22, Status.PROCESSING),
    ]
    with store.reading() as db:
        assert pauses.known(db, [ONE.code]) == {ONE.code: (Span(found.steps[1].at, found.steps[2].at),)}


DAYS = 16
ASKED, GOES_ON = Status.AWAITING_SUPPLEMENT, Status.PROCESSING
# A day, and how the dossier of that number stands from then on, as its source tells it or as it is seen.
events = st.lists(
    st.tuples(
        st.integers(1, DAYS),
        st.integers(0, 3),
        st.sampled_from(
            (Status.PROCESSING, Status.AWAITING_SUPPLEMENT, Status.AWAITING_PAYMENT, Status.RESOLVED)
        ),
    ),
    max_size=12,
)
promises = st.tuples(*(st.integers(1, DAYS) for _ in range(4)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events, promises, st.tuples(*(st.booleans() for _ in range(4))))
@example([(1, 2, ASKED), (1, 2, GOES_ON)], (1, 1, 1, 1), (True,) * 4)  # two steps of one instant
@example([(1, 2, GOES_ON), (1, 2, ASKED)], (1, 1, 1, 1), (True,) * 4)
@example([(1, 2, ASKED), (1, 2, GOES_ON), (3, 2, GOES_ON)], (1, 1, 1, 1), (True,) * 4)
def test_a_day_that_is_over_says_the_same_whatever_comes_after_it(
    store: DossierStore,
    happens: list[tuple[int, int, Status]],
    promised: tuple[int, ...],
    tells: tuple[bool, ...],
) -> None:
    """Dossiers wait, go on and are over in any order. Evenings bring the register; what was said of a day is
    said of it ever after, and is what a recount by the dossiers' histories says."""
    store.bring([], Delivery(midnight(FIRST), "test"), midnight(FIRST))
    said: dict[int, Row] = {}
    standing = [
        Brought(
            Dossier(
                f"H42.13-260101-{n:04d}",
                "a",
                "x",
                Status.PROCESSING,
                midnight(FIRST) + timedelta(hours=8),
                midnight(FIRST) + timedelta(days=promised[n], hours=9),
                officer="An",
            )
        )
        for n in range(4)
    ]
    for day in range(1, DAYS + 2):
        now = midnight(FIRST + timedelta(days=day))
        evening = now - timedelta(hours=2)
        for _, n, status in sorted((e for e in happens if e[0] == day), key=lambda e: e[1]):
            d, steps = standing[n].dossier, standing[n].steps
            at = now - timedelta(hours=5)
            over = (d.resolved or at) if status in ENDED else None
            if d.status not in ENDED:
                step = (Step(at, status),) if tells[n] else ()
                standing[n] = Brought(replace(d, status=status, resolved=over), (*steps, *step))
        if day == 1 or any(e[0] == day for e in happens):
            store.bring(standing, Delivery(evening, "test"), evening)
        ends = Period(midnight(FIRST), now)
        said[day] = store.form(Dimension.AUTHORITY, ("a",), ends, now).total
    last = midnight(FIRST + timedelta(days=DAYS + 2))
    waited = waited_by(store)
    for day, row in said.items():
        period = Period(midnight(FIRST), midnight(FIRST + timedelta(days=day)))
        assert store.form(Dimension.AUTHORITY, ("a",), period, last).total == row, day
        assert tally(store.dossiers(), ("a",), period, last, ZONE, waited).total == row, day
        if day in promised:
            figures_have_what_is_behind_them(store, period, Dimension.OFFICER, last)


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


def test_a_register_that_kept_no_pauses_has_them_of_its_histories(tmp_path: Path) -> None:
    store = open_dossiers(tmp_path, ZONE)
    for day, status in ((15, Status.AWAITING_PAYMENT), (33, Status.PROCESSING)):
        now = OCTOBER.begins + timedelta(days=day) if OCTOBER.begins else KNOWN
        store.bring([Brought(replace(ONE, status=status))], Delivery(now, "test"), now)
    assert overdue_in_october(store, now) == 0
    with store.writing() as db:
        kept = set(db.execute(sum_table.select().where(sum_table.c.count != 0)).all())
        db.exec_driver_sql("DROP TABLE pause")
        db.exec_driver_sql("DROP INDEX import_source")
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
    store.close()
    again = open_dossiers(tmp_path, ZONE)
    with again.reading() as db:
        assert set(db.execute(sum_table.select()).all()) == kept
    assert overdue_in_october(again, now) == 0
    again.close()


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
