"""M01: what the sums say of a month is what the raw log says, told by other words (`recompute`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from server.history.cube import ALL, COUNTER, OFFICER, SERVICE, SLOT, slot_dim
from server.history.ledger import History
from server.history.sums import MICROSECOND, Sums
from tests.history.month import DAYS, FIRST_DAY, LAND
from tests.history.recompute import Log
from tests.web.place import Place

FIRST, END = date(2026, 11, 1), date(2026, 12, 1)
EVERY_DAY = {(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(12)}
SAME = (
    "issued", "served", "no_show", "cancelled", "expired", "called", "kept", "rated", "requeued",
    "transferred", "out_of_turn", "priority",
)  # fmt: skip


def targets(place: Place) -> dict[str, int]:
    return {id: int(s.target.total_seconds() // 60) for id, s in place.config.site.services.items()}


def told(sums: Sums) -> dict[str, object]:
    """A `Sums` in the words of the recomputation."""
    return {
        **{name: getattr(sums, name) for name in SAME},
        "p50": sums.wait_percentile(50),
        "p90": sums.wait_percentile(90),
        "longest": sums.longest,
        "service": sums.service_us * MICROSECOND,
        "service_n": sums.service_n,
        "handling": sums.handled_us * MICROSECOND,
        "handling_n": sums.handled_n,
        "busy": sums.busy_us * MICROSECOND,
    }


def test_the_month_has_all_that_is_difficult(history: History, log: Log, lived: Place) -> None:
    whole = history.total(ALL, FIRST, END)[""]
    for name in (
        "served",
        "no_show",
        "cancelled",
        "expired",
        "auto",
        "requeued",
        "transferred",
        "out_of_turn",
    ):
        assert getattr(whole, name) > 0, name
    with lived.store.engine.connect() as db:
        kinds = {kind for (kind,) in db.exec_driver_sql("select distinct kind from event")}
        undone = {
            kind
            for (kind,) in db.exec_driver_sql(
                "select e.kind from event e join event u on u.kind = 'Undone' "
                "and json_extract(u.body, '$.undoes') = e.command"
            )
        }
    assert {"Undone", "ToldTooLate", "Entered", "Transferred", "BroughtBack", "CounterPaused"} <= kinds
    assert {"Called", "Finished", "Transferred"} <= undone
    assert any(o.officer == "officer-8" for o in log.opens)  # the hand-over
    assert any(s.by_closing for s in log.standings)


@pytest.mark.parametrize(
    "span", [(FIRST, END), (FIRST_DAY, FIRST_DAY + timedelta(days=7)), (FIRST_DAY, FIRST_DAY)]
)
def test_the_whole_hall_is_as_the_log_has_it(
    history: History, log: Log, lived: Place, span: tuple[date, date]
) -> None:
    first, end = span[0], max(span[1], span[0] + timedelta(days=1))
    days = {d for d in EVERY_DAY if first.isoformat() <= d < end.isoformat()}
    whole = history.total(ALL, first, end)[""]
    said = log.figures(days, targets(lived))
    assert told(whole) | {"open": whole.open_us * MICROSECOND} == said
    assert whole.agree and whole.unfinished == 0
    hits, n = log.satisfied(days)
    share = whole.satisfied(4)
    assert (share.n if share else 0, whole.said_n) == (hits, n)


@pytest.mark.parametrize("dim", [SERVICE, COUNTER, OFFICER])
def test_every_service_counter_and_officer_is_as_the_log_has_it(
    history: History, log: Log, lived: Place, dim: str
) -> None:
    parts = history.total(dim, FIRST, END)
    assert len(parts) > 1
    for key, sums in parts.items():
        said = log.figures(EVERY_DAY, targets(lived), **{dim: key})
        opened = said.pop("open")
        assert told(sums) == said, key
        if dim != SERVICE:
            assert sums.open_us * MICROSECOND == opened, key
        hits, n = log.satisfied(EVERY_DAY, **{dim: key})
        share = sums.satisfied(4)
        assert (share.n if share else 0, sums.said_n) == (hits, n), key
    assert sum(s.issued for s in parts.values()) == history.total(ALL, FIRST, END)[""].issued


def test_half_hours_add_up_to_the_whole_and_hold_what_is_theirs(history: History, log: Log) -> None:
    whole, slots = history.total(ALL, FIRST, END)[""], history.total(SLOT, FIRST, END)
    for name in (
        "issued",
        "served",
        "no_show",
        "cancelled",
        "expired",
        "called",
        "kept",
        "handled_n",
        "handled_us",
    ):
        assert sum(getattr(s, name) for s in slots.values()) == getattr(whole, name), name
    issued = dict.fromkeys(slots, 0)
    for person in log.people.values():
        local = person.issued.astimezone(log.zone)
        slot = f"{date.fromisoformat(person.day).weekday()}.{2 * local.hour + (local.minute >= 30)}"
        issued[slot] += 1
    assert issued == {slot: sums.issued for slot, sums in slots.items()}
    of_one = history.total(slot_dim(LAND), FIRST, END)
    assert sum(s.issued for s in of_one.values()) == history.total(SERVICE, FIRST, END)[LAND].issued


def test_an_instant_on_the_half_hour_belongs_to_the_half_that_begins(history: History, log: Log) -> None:
    """M02: numbers given at 15:00:00, one of them called at 15:30:00."""
    monday = FIRST_DAY
    on_the_dot = [p for p in log.people.values() if p.day == monday.isoformat() and p.issued.minute == 0]
    assert len([p for p in on_the_dot if p.issued.second == 0]) == 2
    slots = history.total(SLOT, monday, monday + timedelta(days=1))
    assert slots["0.30"].issued == 2 and slots["0.31"].issued == 0
    assert slots["0.31"].called == 1


DAY_BOUNDS = st.lists(st.integers(0, 36), max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=DAY_BOUNDS, dim=st.sampled_from([ALL, SERVICE, COUNTER, OFFICER, SLOT]))
def test_any_partition_of_a_period_adds_up_to_the_whole(history: History, cuts: list[int], dim: str) -> None:
    """Days, kept months and the running day among them, however the period is cut."""
    begin, end = date(2026, 10, 28), date(2026, 12, 3)
    bounds = sorted({begin, end, *(begin + timedelta(days=n) for n in cuts)})
    into: dict[str, Sums] = {}
    for first, last in pairwise(bounds):
        for key, sums in history.total(dim, first, last).items():
            into.setdefault(key, Sums()).add(sums)
    assert into == history.total(dim, begin, end)


def test_working_days_alone_have_figures(history: History) -> None:
    days = history.days(ALL, FIRST, END)
    worked = {day for day, parts in days.items() if parts and parts[""].issued}
    assert worked == {FIRST_DAY + timedelta(days=n) for n in DAYS}


def test_working_time_is_what_was_done_at_counters(history: History, log: Log) -> None:
    """Officer, counter and day: calls that were not taken back, breaks, open time, what was left open."""
    rows = {(w.day, w.officer, w.counter): w for w in history.work(FIRST, END)}

    def local(at: datetime) -> str:
        return at.astimezone(log.zone).date().isoformat()

    keys = {(local(o.since), o.officer, o.counter) for o in log.opens}
    assert rows.keys() == keys and len({officer for _, officer, _ in keys}) == 3
    for (day, officer, counter), row in rows.items():
        calls = [
            s.called
            for s in log.standings
            if (local(s.called), s.officer, s.counter) == (day, officer, counter)
        ]
        mine = [o for o in log.opens if (local(o.since), o.officer, o.counter) == (day, officer, counter)]
        breaks = tuple((o.since, o.until, o.paused) for o in mine if o.paused)
        opened = sum(((o.until - o.since) for o in mine if not o.paused and o.until), timedelta())
        assert row.calls == len(calls)
        assert (row.first_call, row.last_call) == (min(calls, default=None), max(calls, default=None))
        assert row.breaks == breaks
        assert row.open_us * MICROSECOND == opened
        assert row.begins == min(o.since for o in mine)
    left = {(w.day, w.counter) for w in rows.values() if w.left}
    assert left == {("2026-11-11", "7"), ("2026-11-16", "6"), ("2026-11-16", "7")}
