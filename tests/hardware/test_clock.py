"""The hall's time: shared by file, faster than real if asked, never backwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hardware.clock import ClockError, HallClock, SystemClock, open_clock, set_clock

MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


class Hands:
    """Real time in the test's hand; it serves as wall clock and as monotonic clock."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def hall_clock(path: Path, hands: Hands, speed: float = 60.0) -> HallClock:
    set_clock(path, MORNING, speed, hands)
    return HallClock(path, hands, hands)


def test_the_hall_runs_at_its_own_speed(tmp_path: Path) -> None:
    hands = Hands()
    clock = hall_clock(tmp_path / "clock.json", hands)
    hands.time += 10
    assert clock.now() == MORNING + timedelta(minutes=10)
    assert clock.real_seconds(120) == 2.0
    assert clock.synchronised


def test_two_programs_with_one_file_agree(tmp_path: Path) -> None:
    hands = Hands()
    one = hall_clock(tmp_path / "clock.json", hands)
    hands.time += 7
    assert HallClock(tmp_path / "clock.json", hands, hands).now() == one.now()


def test_a_new_file_is_followed(tmp_path: Path) -> None:
    hands = Hands()
    clock = hall_clock(tmp_path / "clock.json", hands)
    hands.time += 1
    set_clock(tmp_path / "clock.json", MORNING + timedelta(hours=2), 600, hands)
    hands.time += 1
    assert clock.now() == MORNING + timedelta(hours=2, minutes=10)
    assert clock.speed == 600


def test_the_time_never_steps_back_and_goes_on_when_the_hall_has_caught_up(tmp_path: Path) -> None:
    hands = Hands()
    clock = hall_clock(tmp_path / "clock.json", hands, speed=1)
    hands.time += 100
    before = clock.now()
    set_clock(tmp_path / "clock.json", MORNING, 1, hands)
    hands.time += 60
    assert clock.now() == before
    hands.time += 60
    assert clock.now() == MORNING + timedelta(seconds=120)


def test_a_wall_clock_that_jumps_back_does_not_take_the_hall_along(tmp_path: Path) -> None:
    hands = Hands()
    clock = hall_clock(tmp_path / "clock.json", hands)
    hands.time += 10
    before = clock.now()
    hands.time -= 5
    assert clock.now() == before


@pytest.mark.parametrize("text", ["", "[]", '{"real": 1}', '{"real": 1, "hall": 1, "speed": 0}', "\x00"])
def test_a_broken_clock_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock.json"
    path.write_text(text)
    with pytest.raises(ClockError, match=r"clock\.json"):
        HallClock(path)


def test_a_missing_clock_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match=r"clock\.json"):
        open_clock(f"hall:{tmp_path}/clock.json")


def test_clocks_are_opened_by_name(tmp_path: Path) -> None:
    set_clock(tmp_path / "clock.json", MORNING, 1)
    assert isinstance(open_clock(f"hall:{tmp_path}/clock.json"), HallClock)
    system = open_clock("system")
    assert isinstance(system, SystemClock)
    assert system.now().utcoffset() == timedelta(0)
    assert system.real_seconds(3) == 3
    assert system.synchronised in (True, False)
    for nonsense in ("", "hall", "hall:", "system:x", "sundial"):
        with pytest.raises(ClockError, match="There is no clock"):
            open_clock(nonsense)


def test_impossible_speeds_and_naive_times_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="speed"):
        set_clock(tmp_path / "c", MORNING, 0)
    with pytest.raises(ValueError, match="time zone"):
        set_clock(tmp_path / "c", MORNING.replace(tzinfo=None), 1)
