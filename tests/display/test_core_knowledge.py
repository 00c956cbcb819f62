"""What the wall says beside the calls: who waits, how old that is, and whose hall and clock it is."""

from datetime import date, time

import pytest

from broker import messages as m
from broker.device import ConfigArrived, ServerDown, ServerUp
from display.core import Complain
from display.facts import waiting_by_letter
from display.scene import Staleness, Waiting
from tests.display.hall import HALL, MORNING, ZONE, Hall, Wall, at, connected, waiting


@pytest.mark.parametrize(
    ("seconds", "staleness"),
    [
        (9.9, Staleness.FRESH),
        (10, Staleness.NOTED),
        (59.9, Staleness.NOTED),
        (60, Staleness.LOST),
        (299.9, Staleness.LOST),
        (300, Staleness.BLANK),
    ],
)
def test_a_silent_server_is_told_in_steps(seconds, staleness):
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.tell(ServerDown(), at(120))
    scene = wall.view(at(120 + seconds))
    assert scene.staleness is staleness
    assert (scene.hero is None) == (staleness is Staleness.BLANK)
    assert [w.count for w in scene.waiting] == ([6, 4, 21] if staleness < Staleness.LOST else [None] * 3)
    assert scene.known_at == (time(8, 14) if staleness >= Staleness.LOST else None)


def test_each_step_of_staleness_is_a_deadline():
    wall = connected(Hall())
    wall.tell(ServerDown(), at(1.5))
    seen = []
    now, last = at(1.5), Staleness.FRESH
    while now < at(400):
        now = wall.display.next_deadline(now)
        if wall.view(now).staleness is not last:
            last = wall.view(now).staleness
            seen.append((now, last))
    assert seen == [
        (at(11.5), Staleness.NOTED),
        (at(61.5), Staleness.LOST),
        (at(301.5), Staleness.BLANK),
    ]


def test_the_server_back_again_is_fresh_at_once():
    wall = connected(Hall())
    wall.tell(ServerDown(), at(10))
    wall.tell(ServerUp(2), at(400))
    assert wall.view(at(400)).staleness is Staleness.FRESH
    assert wall.view(at(400)).waiting[0] == Waiting("A", 6)


def test_a_display_that_never_met_a_server_says_so():
    wall = Wall()
    assert wall.view(at(61)).staleness is Staleness.LOST
    assert wall.view(at(61)).known_at is None


def test_waiting_people_are_counted_by_letter():
    lines = [waiting("A", 3, "a1"), waiting("B", 0), waiting("A", 4, "a2"), waiting("C", 0, open=False)]
    assert waiting_by_letter(lines, known=True) == (Waiting("A", 7), Waiting("B", 0))
    assert waiting_by_letter(lines, known=False) == (Waiting("A", None), Waiting("B", None))


def test_of_many_letters_those_with_nobody_waiting_are_left_out():
    lines = [waiting(letter, count) for letter, count in zip("ABCDE", (0, 2, 0, 1, 0), strict=True)]
    assert waiting_by_letter(lines, known=True) == (Waiting("B", 2), Waiting("D", 1))


def test_pages_turn_every_twelve_seconds():
    wall = connected(Hall())
    pages = [wall.view(at(i)).page for i in range(48)]
    assert [pages.count(page) for page in dict.fromkeys(pages)] == [12] * 4


def test_the_hall_is_named_as_soon_as_anybody_says_its_name():
    wall = Wall()
    assert wall.view(MORNING).hall == ""
    wall.tell(ConfigArrived(m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone=ZONE)), MORNING)
    assert wall.view(MORNING).hall == HALL.vi
    english = connected(Hall(), lang="en")
    assert english.view(MORNING).hall == HALL.en


def test_notices_are_those_of_the_board_in_the_language_of_the_wall():
    hall = Hall()
    hall.notices = (m.Words("Nghỉ trưa", "Lunch break"), m.Words(" ", " "))
    assert connected(hall).view(MORNING).notices == ("Nghỉ trưa",)
    assert connected(hall, lang="en").view(MORNING).notices == ("Lunch break",)


def test_day_and_clock_are_those_of_the_site():
    wall = connected(Hall(), at(18 * 3600 - 1))
    scene = wall.view(at(18 * 3600 - 1))  # 19:11:59 UTC
    assert (scene.day, scene.clock) == (date(2026, 11, 24), time(2, 11))
    config = m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone="Europe/Berlin")
    wall.tell(ConfigArrived(config), at(18 * 3600))
    assert wall.view(at(18 * 3600)).clock == time(20, 12)


def test_a_configuration_that_cannot_be_used_is_named_and_the_old_one_kept():
    wall = Wall()
    config = m.DeviceConfig(
        rev=1, at=MORNING, hall=HALL, time_zone="Mars/Olympus", display=m.DisplayPlan(dwell_s=0)
    )
    wall.tell(ConfigArrived(config), MORNING)
    assert [type(effect) for effect in wall.effects] == [Complain, Complain]
    assert wall.view(MORNING).clock == time(8, 12)


def test_the_dwell_time_is_the_configured_one():
    hall = Hall()
    wall = connected(hall)
    plan = m.DisplayPlan(dwell_s=12)
    wall.tell(
        ConfigArrived(m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone=ZONE, display=plan)), at(1)
    )
    for _ in range(3):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.live(at(10), at(100))
    assert [shown.at for shown in wall.shown] == [at(10), at(22), at(34)]
