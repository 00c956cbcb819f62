"""Due dates of ours in the register: worked out as dossiers come, kept when promised, anew by other rules."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace as with_
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.due import Rules
from server.dossiers.reckoner import Reckoner
from server.dossiers.reckoning import Reckoned, last_reckoned, promise_on_paper, recompute
from server.dossiers.register import Dossier, Step
from server.dossiers.rows import reappointment_table, text_of
from server.dossiers.status import Status
from server.dossiers.store import open_dossiers
from server.dossiers.sums import Dimension
from server.dossiers.tally import Period, tally
from tests.server.dossiers.tables import ZONE, waited_by
from tests.server.dossiers.working import at, calendar, rules, said
from tests.web.place import HandClock

NOW = at("20/11 16:00")
USUAL = Rules(calendar())
OFF = Rules(with_(calendar(), off=calendar().off | {date(2026, 11, 27)}))  # a holiday more
ONE = Dossier("H42.13-261120-0001", "a", "x", Status.ACCEPTED, at("20/11 09:30"), limit="5d")


class Hall:
    """A register, and the rules that its centre has now."""

    def __init__(self, folder: Path) -> None:
        self.rules = USUAL
        self.store = open_dossiers(folder, ZONE, lambda: self.rules)
        recompute(self.store, USUAL, NOW)

    def bring(self, *some: Dossier, steps: tuple[Step, ...] = (), known: datetime = NOW) -> tuple[int, int]:
        """new and changed."""
        found = self.store.bring([Brought(d, steps) for d in some], Delivery(known, "t", whole=False), known)
        return found.new, found.changed

    def due(self, code: str = ONE.code) -> str:
        whole = self.store.find(code)
        assert whole is not None and whole.dossier.due is not None and whole.dossier.due_by_us
        return said(whole.dossier.due.astimezone(ZONE))

    def change(self, to: Rules) -> Reckoned | None:
        self.rules = to
        return recompute(self.store, to, NOW)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    opened = Hall(tmp_path)
    yield opened
    opened.store.close()


def test_a_dossier_without_a_due_date_gets_ours_and_the_same_again(hall: Hall) -> None:
    assert hall.bring(ONE) == (1, 0) and hall.due() == "30/11 09:30"
    assert hall.bring(ONE) == (0, 0)
    assert hall.bring(replace(ONE, complete=at("20/11 15:30"))) == (0, 1) and hall.due() == "30/11 15:30"


def test_what_a_source_says_is_the_sources(hall: Hall) -> None:
    theirs = replace(ONE, due=at("01/12 11:00"))
    hall.bring(theirs, replace(ONE, code="H42.13-261120-0002", limit="3 tháng"))
    assert hall.change(OFF) == Reckoned(NOW, looked=1)  # the one whose limit cannot be counted
    assert [d.due for d in hall.store.dossiers()] == [theirs.due, None]


def test_another_holiday_moves_what_is_open_and_no_more(hall: Hall) -> None:
    over = replace(ONE, code="H42.13-261120-0002", status=Status.RESOLVED, resolved=at("20/11 10:00"))
    short = replace(ONE, code="H42.13-261120-0003", limit="1d")
    hall.bring(ONE, over, short)
    assert hall.change(OFF) == last_reckoned(hall.store) == Reckoned(NOW, looked=2, later=1)
    assert [hall.due(d.code) for d in (ONE, over, short)] == ["01/12 09:30", "30/11 09:30", "23/11 09:30"]
    assert hall.change(OFF) is None
    back = hall.change(USUAL)
    assert back is not None and (back.earlier, hall.due()) == (1, "30/11 09:30")
    assert hall.bring(ONE, over, short) == (0, 0)


def test_a_promise_on_paper_moves_only_with_a_pause_that_comes_after_it(hall: Hall) -> None:
    hall.bring(ONE)
    promise_on_paper(hall.store, ONE.code, at("30/11 09:30"), at("20/11 09:40"))
    assert hall.change(OFF) == Reckoned(NOW, looked=1, kept=1) and hall.due() == "30/11 09:30"
    assert hall.bring(ONE) == (0, 0)
    pays = replace(ONE, status=Status.AWAITING_PAYMENT)
    hall.bring(pays, known=at("23/11 08:30"))
    assert hall.due() == "30/11 09:30"
    hall.bring(replace(ONE, status=Status.PROCESSING), known=at("26/11 08:30"))
    assert hall.due() == "03/12 09:30"  # two working days, and the holiday that came in between


def test_a_promise_that_we_renewed_stays_what_it_was_renewed_from(hall: Hall) -> None:
    hall.bring(ONE)
    renewed = {"code": ONE.code, "number": 1, "by": "lan", "reason": "x"}
    days = {"at": at("24/11 09:00"), "old_due": at("30/11 09:30"), "new_due": at("03/12 09:30")}
    with hall.store.writing() as db:
        db.execute(reappointment_table.insert(), renewed | {key: text_of(day) for key, day in days.items()})
    hall.change(OFF)
    whole = hall.store.find(ONE.code)
    assert whole is not None and whole.due == days["new_due"] and hall.due() == "30/11 09:30"


def test_a_supplement_starts_the_clock_anew(hall: Hall) -> None:
    steps = (Step(at("20/11 10:00"), Status.AWAITING_SUPPLEMENT), Step(at("26/11 08:00"), Status.PROCESSING))
    hall.bring(ONE, steps=steps)
    assert hall.due() == "03/12 08:00"


def test_an_import_that_ends_after_a_change_is_counted_anew(hall: Hall) -> None:
    hall.change(OFF)
    hall.rules = USUAL  # a process that began before the change
    hall.bring(ONE)
    assert hall.due() == "30/11 09:30"
    assert hall.change(OFF) == Reckoned(NOW, looked=1, later=1)


def test_an_import_that_ends_in_the_middle_of_a_change_is_counted_anew(hall: Hall, tmp_path: Path) -> None:
    other = open_dossiers(tmp_path, ZONE, lambda: USUAL)  # a process that began before the change
    some = [replace(ONE, code=f"H42.13-261120-{n:04}") for n in range(2, 9)]

    def one_more(_connection: object, _record: object) -> None:
        if some:
            other.bring([Brought(some.pop())], Delivery(NOW, "t", whole=False), NOW)

    hall.bring(ONE)
    sa.event.listen(hall.store._engine, "checkin", one_more)
    while hall.change(OFF) is not None:
        pass
    other.close()
    assert {said(d.due.astimezone(ZONE)) for d in hall.store.dossiers() if d.due} == {"01/12 09:30"}
    assert len(hall.store.dossiers()) == 8


def test_a_centre_notices_other_rules_by_itself(hall: Hall) -> None:
    moved = threading.Event()

    class Told(HandClock):
        def now(self) -> datetime:
            if hall.due() == "01/12 09:30":
                moved.set()
            return NOW

    hall.bring(ONE)
    reckoner = Reckoner(lambda: hall.rules, hall.store, Told(), every_s=0.01)
    reckoner.start()
    try:
        hall.rules = OFF
        assert moved.wait(20)
    finally:
        reckoner.stop()


# --- for any ------------------------------------------------------------------------------------------


@st.composite
def some_dossiers(draw: st.DrawFn) -> list[Brought]:
    found = []
    for n in range(draw(st.integers(1, 8))):
        received = at("02/11 08:00") + timedelta(hours=draw(st.integers(0, 200)))
        status = draw(st.sampled_from((Status.ACCEPTED, Status.AWAITING_PAYMENT, Status.PROCESSING)))
        limit = draw(st.sampled_from(("", "0d", "0.5d", "3d", "30d", "4h")))
        due = draw(st.sampled_from((None, None, at("30/11 10:00"))))
        later = st.integers(0, 400).map(lambda hours: received + timedelta(hours=hours))  # noqa: B023
        steps = draw(st.lists(st.builds(Step, later, st.sampled_from(Status)), max_size=4))
        d = Dossier(f"H42.13-261102-{n:04d}", "a", "x", status, received, due, limit=limit)
        found.append(Brought(d, tuple(steps)))
    return found


@settings(max_examples=12)
@given(some_dossiers(), rules(), rules())
def test_dossiers_that_came_before_a_change_are_as_if_they_came_after_it(
    some: list[Brought], before: Rules, after: Rules
) -> None:
    before = with_(before, calendar=with_(before.calendar, zone=ZONE))
    after = with_(after, calendar=with_(after.calendar, zone=ZONE))
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        changed = open_dossiers(Path(one), ZONE, lambda: before)
        fresh = open_dossiers(Path(other), ZONE, lambda: after)
        for store in (changed, fresh):
            store.bring(some, Delivery(NOW, "t"), NOW)
        recompute(changed, after, NOW)
        try:
            found = changed.dossiers()
            assert found == fresh.dossiers()
            ends = datetime.combine(date(2026, 12, 20), time(), ZONE)
            period = Period(datetime.combine(date(2026, 11, 4), time(), ZONE), ends)
            form = changed.form(Dimension.AUTHORITY, ("a",), period, ends + timedelta(days=60))
            assert form == tally(found, ("a",), period, ends + timedelta(days=60), ZONE, waited_by(changed))
        finally:
            changed.close()
            fresh.close()
