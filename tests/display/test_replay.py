"""Signed once is signed for ever: a board of yesterday that somebody publishes again is shown to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker.device import ServerDown, ServerUp
from tests.display.hall import MORNING, Hall, Wall, at, connected

DAY_S = 86_400


def yesterday(calls: int = 3) -> Hall:
    """The hall of the day before, which called some numbers."""
    hall = Hall()
    for n in range(calls):
        hall.call(at(n), f"A{n:03}")
    return hall


def nothing(wall: Wall, now: object) -> bool:
    scene = wall.view(now)
    return not any((scene.hero, scene.rows, scene.waiting, scene.upcoming, scene.called))


@pytest.mark.parametrize("server", ["up", "gone", "never heard of"])
def test_after_a_restart_yesterdays_board_is_not_todays(server: str) -> None:
    """Whoever can publish at the broker can also say that a server is there: that is not signed."""
    wall = Wall(at(DAY_S))
    if server != "never heard of":
        wall.tell(ServerUp(1), at(DAY_S))
    if server == "gone":
        wall.tell(ServerDown(), at(DAY_S))
    wall.see(yesterday().board(at(10)), at(DAY_S))
    assert nothing(wall, at(DAY_S)) and nothing(wall, at(DAY_S + 60))


def test_a_whole_day_played_again_board_by_board_shows_nothing_and_makes_no_sound() -> None:
    wall, hall = Wall(at(DAY_S)), yesterday(0)
    wall.tell(ServerUp(1), at(DAY_S))
    for n in range(20):
        hall.call(at(n), f"A{n:03}")
        wall.see(hall.board(at(n)), at(DAY_S + n))
        assert nothing(wall, at(DAY_S + n))
    wall.live(at(DAY_S + 20), at(DAY_S + 120))
    assert wall.announced == []


def test_todays_board_ends_it_at_once() -> None:
    wall = Wall(at(DAY_S))
    wall.tell(ServerUp(2), at(DAY_S))
    wall.see(yesterday().board(at(10)), at(DAY_S))
    today = Hall(day="2026-11-24", epoch=2)
    today.call(at(DAY_S), "B001")
    wall.see(today.board(at(DAY_S + 1)), at(DAY_S + 1))
    assert wall.hero(at(DAY_S + 1)) == ("B001", "3")
    wall.see(yesterday().board(at(10)), at(DAY_S + 2))
    assert wall.hero(at(DAY_S + 2)) == ("B001", "3")


def test_a_hall_that_calls_past_midnight_goes_on_until_its_day_turns() -> None:
    """`day_changes` is an hour of the night: until then the server itself speaks of the day before."""
    hall = Hall()
    wall = connected(hall)
    late = MORNING.replace(hour=17, minute=30) + timedelta(hours=1)  # half past one in the hall's night
    hall.call(late, "A900")
    wall.see(hall.board(late), late)
    assert wall.hero(late) == ("A900", "3")
