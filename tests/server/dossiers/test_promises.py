"""How promises stand: the rules of 2.3, and that the database says of each dossier what the rules say."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.due import apology_by
from server.dossiers.limits import read_limit
from server.dossiers.promises import EXCEPTIONS, ONE_DAY, Marks, Standing, ahead, promise
from server.dossiers.register import Dossier, Reappointment
from server.dossiers.rows import handover_table, reappointment_table, text_of
from server.dossiers.standings import Wanted, heaps, lines
from server.dossiers.status import Status
from server.dossiers.store import open_dossiers
from tests.server.dossiers.tables import CONFIG, ZONE

CALENDAR = CONFIG.due_rules.calendar
SOON = read_limit("3d")


def here(text: str) -> datetime:
    """An instant of the hall: "2026-11-25 08:10", a Wednesday."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


NOW = here("2026-11-25 08:10")
MARKS = Marks.at(CALENDAR, NOW, SOON)
CODE = "H42.13-261109-0118"
OPEN = Dossier(CODE, "justice", "", Status.PROCESSING, here("2026-11-09 08:05"))


def renewed(number: int = 1, old: str = "", new: str = "", letter: bool = True) -> Reappointment:
    return Reappointment(
        CODE,
        number,
        here("2026-11-20 09:00"),
        "chief",
        here(old or "2026-11-24 17:00"),
        here(new or "2026-12-10 17:00"),
        "",
        here("2026-11-20 09:05") if letter else None,
    )


def stands(due: str | None, *ours: Reappointment, handed: bool = False, **of: object) -> Standing:
    dossier = replace(OPEN, due=None if due is None else here(due), **of)
    return promise(dossier, ours, handed, MARKS).standing


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (None, Standing.UNDATED),
        ("2026-11-25 08:00", Standing.UNEXCUSED),
        ("2026-11-25 08:10", Standing.APOLOGY_DUE),  # on the hour is not late
        ("2026-11-25 17:00", Standing.APOLOGY_DUE),
        ("2026-11-26 17:00", Standing.APOLOGY_DUE),  # tomorrow: today is the last day for an apology
        ("2026-11-27 07:30", Standing.DUE_SOON),
        ("2026-11-30 17:00", Standing.DUE_SOON),  # Monday: the third working day
        ("2026-12-01 07:30", Standing.NOT_DUE),
    ],
)
def test_a_promise_comes_nearer(due: str | None, expected: Standing) -> None:
    assert stands(due) is expected


def test_whoever_waits_ended_or_was_never_taken_in_is_not_late() -> None:
    late = "2026-11-20 17:00"
    assert stands(late, status=Status.AWAITING_SUPPLEMENT) is Standing.WAITING
    assert stands(late, status=Status.AWAITING_PAYMENT) is Standing.WAITING
    assert stands(late, status=Status.RESOLVED) is Standing.OVER
    assert stands(late, status=Status.REGISTERED) is Standing.OUTSIDE


def test_a_result_that_was_handed_over_and_not_recorded_is_exactly_that() -> None:
    late = "2026-11-20 17:00"
    for status in (Status.PROCESSING, Status.RESOLVED, Status.AWAITING_PAYMENT):
        assert stands(late, status=status, handed=True) is Standing.UNRECORDED
    assert stands(late, status=Status.RETURNED, handed=True) is Standing.OVER


def test_an_apology_moves_the_promise_once_it_is_written() -> None:
    due = "2026-11-24 17:00"
    assert stands(due) is Standing.UNEXCUSED
    assert stands(due, renewed(letter=False)) is Standing.APOLOGY_DUE
    assert stands(due, renewed()) is Standing.REAPPOINTED
    assert stands(due, renewed(new="2026-11-25 17:00")) is Standing.DUE_SOON
    assert stands(due, renewed(new="2026-11-25 08:00")) is Standing.OVERDUE
    assert stands(due, renewed(new="2026-11-25 08:00", letter=False)) is Standing.UNEXCUSED


def test_what_the_source_renewed_counts_and_is_not_counted_twice() -> None:
    assert stands("2026-12-10 17:00", reappointed=1) is Standing.REAPPOINTED
    assert stands("2026-12-10 17:00", renewed(), reappointed=1) is Standing.REAPPOINTED
    assert stands("2026-12-10 17:00", renewed(), reappointed=2) is Standing.TWICE
    assert stands("2026-11-20 17:00", reappointed=1) is Standing.OVERDUE
    again = renewed(2, old="2026-12-10 17:00", new="2026-12-20 17:00")
    assert stands("2026-11-24 17:00", renewed(), again) is Standing.TWICE
    dossier = replace(OPEN, due=here("2026-11-01 17:00"), reappointed=2)
    told = promise(dossier, (), False, MARKS)
    assert told.standing is Standing.OVERDUE and told.flagged


def test_an_apology_excuses_the_date_that_it_told() -> None:
    second = renewed(2, old="2026-12-10 17:00", new="2026-11-25 08:00", letter=False)
    assert stands("2026-11-24 17:00", renewed(), second) is Standing.UNEXCUSED
    told = renewed(new="2026-11-25 17:00")
    assert stands("2026-11-25 17:00", told) is Standing.DUE_SOON  # the source followed us
    assert stands("2026-11-26 17:00", told) is Standing.APOLOGY_DUE  # and went on by itself
    assert stands("2026-11-25 08:00", renewed(new="2026-11-24 18:00")) is Standing.UNEXCUSED
    assert stands("2026-11-26 17:00", told, reappointed=1) is Standing.DUE_SOON  # which it counts
    assert stands("2026-11-26 17:00", renewed(new="2026-11-25 17:00", letter=False)) is Standing.APOLOGY_DUE


def test_what_we_renew_after_the_source_did_is_the_second_and_wants_its_own_apology() -> None:
    ours = renewed(old="2026-11-24 17:00", new="2026-12-10 17:00")
    assert stands("2026-11-24 17:00", ours, reappointed=1) is Standing.TWICE
    unwritten = replace(ours, letter_at=None)
    assert stands("2026-11-24 17:00", unwritten, reappointed=1) is Standing.APOLOGY_DUE
    past = replace(unwritten, new_due=here("2026-11-25 08:00"))
    assert stands("2026-11-24 17:00", past, reappointed=1) is Standing.UNEXCUSED
    assert stands("2026-12-10 17:00", unwritten, reappointed=2) is Standing.TWICE


def test_an_apology_is_due_from_the_last_working_day_before_the_promise() -> None:
    """The mark says what the rule of the due dates says, over Tết and a make-up Saturday."""
    for day in range(60):
        now = here("2026-01-05 10:00") + timedelta(days=day)
        mark = ahead(CALENDAR, now, ONE_DAY)
        for hour in range(0, 14 * 24, 5):
            due = now + timedelta(hours=hour)
            by = apology_by(CONFIG.due_rules, due)
            assert (due < mark) is (by.date() <= now.date()), (now, due, by)


def test_hours_ahead_are_hours_of_work() -> None:
    friday = here("2026-11-27 16:00")
    four = ahead(CALENDAR, friday, read_limit("4h"))
    assert four == here("2026-11-30 10:30") + timedelta(seconds=1)  # what is due on the hour is within


def test_the_database_says_what_the_rules_say(tmp_path: Path) -> None:
    luck = random.Random(6)
    store = open_dossiers(tmp_path, ZONE)
    brought, dossiers = [], []
    base = NOW.astimezone(UTC).replace(second=0, microsecond=0)
    for n in range(900):
        due = (
            None
            if luck.random() < 0.1
            else base + timedelta(hours=luck.randint(-90, 160), seconds=luck.choice((-1, 0, 1)))
        )
        dossier = Dossier(
            f"H42.13-261109-{n:04}",
            luck.choice(("justice", "health")),
            "",
            luck.choice((*Status, *[Status.PROCESSING] * 8, *[Status.RESOLVED] * 3)),
            base - timedelta(days=9),
            due=due,
            officer=luck.choice(("", "A", "B")),
            reappointed=luck.choice((0, 0, 0, 0, 1, 2)),
        )
        dossiers.append(dossier)
        brought.append(Brought(dossier))
    store.bring(brought, Delivery(NOW, "test"), NOW)
    with store.writing() as db:
        for dossier in dossiers:
            if luck.random() < 0.3 and dossier.due is not None:
                old = dossier.due + timedelta(days=luck.choice((-3, 0)))
                for number in range(1, luck.choice((1, 1, 2)) + 1):
                    new = old + timedelta(days=luck.randint(1, 6))
                    letter = text_of(NOW) if luck.random() < 0.5 else None
                    row = {
                        "code": dossier.code,
                        "number": number,
                        "at": text_of(NOW),
                        "by": "x",
                        "reason": "",
                    }
                    row |= {"old_due": text_of(old), "new_due": text_of(new), "letter_at": letter}
                    db.execute(reappointment_table.insert().values(**row))
                    old = new
            if luck.random() < 0.1:
                row = {"code": dossier.code, "ticket": "t", "at": text_of(NOW), "counter": "1", "by": "x"}
                db.execute(handover_table.insert().values(**row))
    marks = Marks.at(CALENDAR, base, SOON)
    expected = {}
    for dossier in dossiers:
        whole = store.find(dossier.code)
        assert whole is not None
        expected[dossier.code] = promise(whole.dossier, whole.reappointments, bool(whole.handovers), marks)
    with store.reading() as db:
        found = {line.code: line for line in lines(db, marks, Wanted(EXCEPTIONS), limit=1000)}
        for code, told in expected.items():
            if told.standing in EXCEPTIONS:
                line = found.pop(code)
                assert (line.standing, line.due, line.times) == (told.standing, told.due, told.times)
        assert not found
        counted = heaps(db, marks)
        for standing in EXCEPTIONS:
            for authority in ("justice", "health"):
                same = [e for e in expected.values() if e.standing is standing]
                assert sum(h.count for h in counted if h.standing is standing) == len(same) > 0, standing
                listed = lines(db, marks, Wanted((standing,), authority), limit=1000)
                of = [h.count for h in counted if (h.authority, h.standing) == (authority, standing)]
                assert len(listed) == sum(of)
        mine = lines(db, marks, Wanted(EXCEPTIONS, officers=("A",)), limit=1000)
        assert {line.officer for line in mine} == {"A"}
        twice = lines(db, marks, Wanted(EXCEPTIONS, flagged=True), limit=1000)
        assert twice and min(line.times for line in twice) == 2
    store.close()
