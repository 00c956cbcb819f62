"""`[dossiers.time]` of a hall's document: by which rules and in which sessions its due dates are counted."""

from __future__ import annotations

from datetime import date, time

from msgspec.structs import replace

from server.dossiers.due import Counting
from server.site_file import config_of, faults, load_document
from server.site_shape import File, Week, WorkTime
from tests.server.dossiers.tables import HANAM
from tests.server.dossiers.working import at, said, week

DOCUMENT = load_document(HANAM / "hall.toml")
MORNING = ("07:30-11:30",)


def with_time(**chosen: object) -> File:
    return replace(DOCUMENT, dossiers=replace(DOCUMENT.dossiers, time=WorkTime(**chosen)))  # type: ignore[arg-type]


def test_a_hall_that_says_nothing_counts_hours_in_its_own_sessions() -> None:
    rules = config_of(DOCUMENT).due_rules
    assert rules.by == Counting() and rules is config_of(DOCUMENT).due_rules
    assert rules.calendar.sessions(date(2026, 11, 20)) == week(("07:30-11:30", "13:30-17:00"))[0]
    assert rules.calendar.working_days(date(2026, 1, 1), date(2027, 1, 1)) == 249


def test_a_hall_may_be_open_when_no_time_counts() -> None:
    open_on_saturday = replace(with_time(), hours=replace(DOCUMENT.hours, sat=MORNING))
    counted = replace(
        with_time(
            convention="days", hours_a_day=7.5, late_rule="clock", late_hour="14:00", hours=Week(fri=MORNING)
        ),
        hours=open_on_saturday.hours,
    )
    friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
    assert config_of(open_on_saturday).due_rules.calendar.works(saturday)
    rules = config_of(counted).due_rules
    assert [rules.calendar.works(day) for day in (friday, saturday)] == [True, False]
    assert (rules.by.day_s, rules.by.late_hour, rules.by.convention) == (27_000, time(14), "days")
    assert said(rules.calendar.snapped(at("23/11 09:00"))) == "27/11 07:30"


def test_sessions_that_cannot_be_are_told_at_their_day() -> None:
    wrong = with_time(hours=Week(mon=("13:30-11:30",), tue=("07:30-11:30", "11:00-17:00")))
    assert [(p.code, p.where) for p in faults(wrong)] == [
        ("closes-first", "dossiers.time.hours.mon"),
        ("sessions-overlap", "dossiers.time.hours.tue"),
    ]
