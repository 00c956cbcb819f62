"""The demo's clock: always something to see, never back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hardware.clock import set_clock
from server.demo.clock import NeverOpens, day_to_play, resumed, seen, worth_entering
from server.site_file import load_site

HANAM = Path(__file__).resolve().parents[2] / "examples" / "hanam" / "hall.toml"


@pytest.fixture(scope="module")
def site():
    return load_site(HANAM).site


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        ("2026-11-23T09:00", "2026-11-23T09:00"),  # a Monday morning
        ("2026-11-23T14:00", "2026-11-23T14:00"),
        ("2026-11-23T05:00", "2026-11-23T08:10"),  # before the doors open
        ("2026-11-22T20:00", "2026-11-23T08:10"),  # a Sunday evening
        ("2026-11-23T18:00", "2026-11-25T08:10"),  # the 24th is a holiday
        ("2026-11-23T16:30", "2026-11-25T08:10"),  # fifteen minutes before the last number
        ("2026-11-23T12:00", "2026-11-25T08:10"),  # lunch
        ("2026-08-21T18:00", "2026-08-22T08:10"),  # a Saturday that is worked
    ],
)
def test_a_hall_that_is_closed_or_about_to_be_begins_on_the_next_working_morning(site, at, begins):
    moment = datetime.fromisoformat(at).replace(tzinfo=site.zone)
    assert worth_entering(site, moment) == datetime.fromisoformat(begins).replace(tzinfo=site.zone)


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        ("2026-11-23T05:00", "2026-11-23T07:25"),
        ("2026-11-23T07:26", "2026-11-25T07:25"),
        ("2026-11-22T12:00", "2026-11-23T07:25"),
    ],
)
def test_a_played_day_begins_before_its_doors_open(site, at, begins):
    moment = datetime.fromisoformat(at).replace(tzinfo=site.zone)
    assert day_to_play(site, moment) == datetime.fromisoformat(begins).replace(tzinfo=site.zone)


def test_a_hall_that_never_opens_says_so(site, tmp_path):
    text = HANAM.read_text(encoding="utf-8")
    for day in ("mon", "tue", "wed", "thu", "fri"):
        text = text.replace(f'\n{day} = ["07:30-11:30", "13:30-17:00"]', "")
    closed = tmp_path / "hall.toml"
    closed.write_text(text, encoding="utf-8")
    with pytest.raises(NeverOpens):
        worth_entering(load_site(closed).site, datetime(2026, 11, 23, tzinfo=UTC))


REAL = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
AHEAD = timedelta(hours=9)


def test_the_first_time_the_hall_has_the_real_time(tmp_path):
    assert resumed(tmp_path / "clock.json", REAL) == REAL


def test_the_shift_stays_while_the_hall_stands_still(tmp_path):
    clock = tmp_path / "clock.json"
    set_clock(clock, REAL + AHEAD, 1.0, real=REAL.timestamp)
    later = REAL + timedelta(hours=3)
    assert resumed(clock, later) == later + AHEAD


def test_the_hall_is_never_behind_the_real_time(tmp_path):
    clock = tmp_path / "clock.json"
    set_clock(clock, REAL - timedelta(days=30), 1.0, real=REAL.timestamp)
    assert resumed(clock, REAL) == REAL


def test_a_fast_clock_that_was_left_behind_counts_no_further_than_it_was_seen(tmp_path):
    clock = tmp_path / "clock.json"
    set_clock(clock, REAL + AHEAD, 600.0, real=REAL.timestamp)
    seen(clock, REAL + AHEAD + timedelta(hours=1))
    again = resumed(clock, REAL + timedelta(minutes=30))
    assert AHEAD + timedelta(hours=1) <= again - REAL <= AHEAD + timedelta(hours=1, minutes=20)


def test_a_real_clock_that_was_set_back_does_not_set_the_hall_back(tmp_path):
    clock = tmp_path / "clock.json"
    set_clock(clock, REAL + AHEAD, 1.0, real=REAL.timestamp)
    assert resumed(clock, REAL - timedelta(hours=5)) == REAL + AHEAD
    assert json.loads(clock.read_text())["speed"] == 1.0
