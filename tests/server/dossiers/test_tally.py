"""The form: the Hà Nam table again, cell by cell, and a naive recount of anything else."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from server.demo.dossiers import begins_on, table_of
from server.dossiers.reading import read_table
from server.dossiers.register import Dossier
from server.dossiers.status import ENDED, UNCOUNTED, Status
from server.dossiers.tally import COLUMNS, Period, months_back, tally
from tests.server.dossiers.tables import CONFIG, HANAM, NOW, RULES, ZONE

IDS = ("justice", "health", "labour")
DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)
BASE = datetime(2026, 1, 1, 3, tzinfo=UTC)


def hanam() -> list[dict[str, str]]:
    with (HANAM / "hanam_table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("today", [NOW.astimezone(ZONE).date(), date(2028, 2, 29)])
def test_the_demos_dossiers_give_the_table_of_ha_nam_each_cell_of_it(today: date) -> None:
    now = datetime.combine(today, time(8, 10), ZONE)
    data = table_of(CONFIG, today)
    found = read_table(data, replace(RULES, known_at=now))
    assert found.refused_count == 0 and len(found.dossiers) == 35_591
    period = Period(datetime.combine(begins_on(today), time(), ZONE), now)
    form = tally(found.dossiers, (a.id for a in CONFIG.site.authorities), period, now, ZONE)
    ids = {a.name.vi: a.id for a in CONFIG.site.authorities}
    for line in hanam():
        row = form.rows[ids[line["unit"]]] if line["no"] else form.total
        told = [""] * len(COLUMNS) if row is None else [str(n) for n in row.figures]
        assert told == [line[column] for column in COLUMNS], line["unit"]
    blank = [id for id, row in form.rows.items() if row is None]
    assert blank == ["university-zone", "inspectorate", "military"] and form.total.undated == 0
    assert hashlib.sha256(data).digest() == hashlib.sha256(table_of(CONFIG, today)).digest()


dossiers_ = st.lists(
    st.builds(
        lambda n, authority, status, received, due, resolved: Dossier(
            code=f"H42.13-260101-{n:04d}",
            authority=authority,
            procedure="x",
            status=status,
            received=BASE + DAY * received,
            due=None if due is None else BASE + DAY * (received + due),
            resolved=None if resolved is None else BASE + DAY * (received + resolved),
        ),
        st.integers(1, 9999),
        st.sampled_from([*IDS, "elsewhere"]),
        st.sampled_from(Status),
        st.integers(0, 60),
        st.none() | st.integers(0, 20),
        st.none() | st.integers(0, 30),
    ),
    max_size=30,
)
days_ = st.tuples(st.integers(0, 60), st.integers(1, 40), st.integers(0, 90))


def waited(d: Dossier, at: datetime) -> bool:
    """As if some had waited for their citizens for a week."""
    return d.code[-1] in "123" and BASE + DAY * 30 < at <= BASE + DAY * 37


def recount(dossiers: list[Dossier], id: str, period: Period, at: datetime) -> dict[str, int]:
    """The same by asking one question a column, of dossiers whose days are all known."""
    assert period.begins is not None
    end = min(period.ends, at)
    mine = [d for d in dossiers if d.authority == id and d.status not in UNCOUNTED]

    def over(d: Dossier) -> datetime:
        return (d.resolved if d.status in ENDED else None) or NEVER

    inside = [d for d in mine if d.received < period.ends]
    inside = [d for d in inside if d.received >= period.begins or over(d) >= period.begins]
    done = [d for d in inside if over(d) < period.ends]
    pending = [d for d in inside if over(d) >= period.ends]

    def day(when: datetime) -> date:
        return when.astimezone(ZONE).date()

    def waits(d: Dossier) -> bool:
        states = (Status.AWAITING_SUPPLEMENT, Status.AWAITING_PAYMENT)
        return d.status in states if at < period.ends and not d.ended else waited(d, end)

    overdue = [d for d in pending if d.due is not None and d.due < end and not waits(d)]
    late = [d for d in done if d.due is not None and over(d) > d.due]
    early = [d for d in done if d.due is not None and day(over(d)) < day(d.due)]
    return {
        "received_total": len(inside),
        "received_new": len([d for d in inside if d.received >= period.begins]),
        "carried_over": len([d for d in inside if d.received < period.begins]),
        "resolved_total": len(done),
        "resolved_early": len(early),
        "resolved_late": len(late),
        "pending_total": len(pending),
        "pending_overdue": len(overdue),
        "pending_not_due": len(pending) - len(overdue),
    }


def known(d: Dossier) -> bool:
    return not d.ended or (d.resolved is not None and d.due is not None)


@given(dossiers_, days_)
def test_the_form_is_what_a_naive_recount_finds(dossiers: list[Dossier], days: tuple[int, int, int]) -> None:
    begins, length, at = days
    dossiers = [d for d in dossiers if known(d)]
    period = Period(BASE + DAY * begins, BASE + DAY * (begins + length))
    form = tally(dossiers, IDS, period, BASE + DAY * at, ZONE, waited)
    for id, row in form.rows.items():
        counted = recount(dossiers, id, period, BASE + DAY * at)
        told = dict.fromkeys(counted, 0) if row is None else {k: getattr(row, k) for k in counted}
        assert told == counted
        assert (row is None) == (counted["received_total"] == 0), "blank and zero are two things"


@given(dossiers_, days_)
def test_its_identities_hold_whatever_is_unknown(dossiers: list[Dossier], days: tuple[int, int, int]) -> None:
    begins, length, at = days
    period = Period(BASE + DAY * begins, BASE + DAY * (begins + length))
    form = tally(dossiers, IDS, period, BASE + DAY * at, ZONE)
    rows = [row for row in form.rows.values() if row is not None]
    for r in [*rows, form.total]:
        assert r.received_total == r.received_new + r.carried_over == r.resolved_total + r.pending_total
        assert r.resolved_total == r.resolved_early + r.resolved_on_time + r.resolved_late + r.undated
        assert r.pending_total == r.pending_not_due + r.pending_overdue
    columns = list(zip(*(row.figures for row in rows), strict=True))
    assert form.total.figures == tuple(map(sum, columns)) if rows else not any(form.total.figures)


@given(dossiers_, st.integers(1, 59))
def test_two_periods_side_by_side_carry_over_what_the_first_left(dossiers: list[Dossier], cut: int) -> None:
    dossiers, at = [d for d in dossiers if known(d)], BASE + DAY * 200
    first = tally(dossiers, IDS, Period(None, BASE + DAY * cut), at, ZONE)
    second = tally(dossiers, IDS, Period(BASE + DAY * cut, at), at, ZONE)
    assert second.total.carried_over == first.total.pending_total
    whole = tally(dossiers, IDS, Period(None, at), at, ZONE)
    assert first.total.resolved_total + second.total.resolved_total == whole.total.resolved_total


def dossier(status: Status = Status.PROCESSING, **days: int | None) -> Dossier:
    at = {key: None if day is None else BASE + DAY * day for key, day in days.items()}
    return Dossier("H42.13-260101-0001", "justice", "x", status, at.pop("received", BASE) or BASE, **at)


def test_months_count_back_over_a_new_year() -> None:
    assert months_back(date(2026, 2, 28), 3) == ("2026-02", "2026-01", "2025-12")
