"""What the hall hears of a call: how often and how loud, as the plan says."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from broker import messages as m
from display.announce import Announcer, volume_at
from display.core import SoundLasts, Withdrawn
from display.speech import Manner
from hardware.texts import Texts
from tests.display.hall import Hall, at as at_s, connected

HALL = ZoneInfo("Asia/Ho_Chi_Minh")
CALL = m.Call(7, "A105", "3", datetime(2026, 11, 23, 1, 12, tzinfo=UTC))


def at(hour, minute=0):
    return datetime(2026, 11, 23, hour, minute, tzinfo=HALL)


def plan(**changes):
    return m.DisplayPlan(dwell_s=8, **changes)


def announcer(told=None):
    made = Announcer(Texts.load("display"), Manner())
    made.plan = told
    return made


def test_without_a_plan_a_call_is_said_once_and_loud():
    sound = announcer().sound(CALL, at(8))
    assert (sound.id, sound.chime, sound.repeats, sound.volume) == (7, "call", 1, 100)
    assert sound.text == "Mời công dân có số a một trăm linh năm đến quầy số ba."


def test_a_plan_says_how_often_and_a_recall_has_its_own_chime():
    again = m.Call(8, "A105", "3", CALL.at, recall=1)
    sound = announcer(plan(repeats=3)).sound(again, at(8))
    assert (sound.chime, sound.repeats) == ("recall", 3)


SPANS = (
    m.VolumeSpan("07:00", "08:00", 60),
    m.VolumeSpan("11:30", "13:30", 0),
    m.VolumeSpan("17:00", "07:00", 10),
)


@pytest.mark.parametrize(
    ("hour", "minute", "volume"),
    [
        (6, 59, 10), (7, 0, 60), (7, 59, 60), (8, 0, 80), (11, 29, 80), (11, 30, 0), (13, 29, 0),
        (13, 30, 80), (17, 0, 10), (23, 59, 10), (0, 0, 10),
    ],
)  # fmt: skip
def test_the_volume_follows_the_clock_of_the_hall(hour, minute, volume):
    assert volume_at(plan(volume=80, volumes=SPANS), at(hour, minute)) == volume
    assert announcer(plan(volume=80, volumes=SPANS)).sound(CALL, at(hour, minute)).volume == volume


def test_a_changed_plan_takes_effect_at_the_next_sound():
    made = announcer(plan(volume=80))
    assert made.sound(CALL, at(9)).volume == 80
    made.plan = plan(volume=20)
    assert made.sound(CALL, at(9)).volume == 20


# --- what is taken back -------------------------------------------------------------------------------------


def withdrawn(wall):
    return [effect.seq for effect in wall.effects if isinstance(effect, Withdrawn)]


def test_a_call_that_is_taken_back_is_withdrawn_from_the_speaker_once():
    hall = Hall()
    wall = connected(hall)
    hall.call(at_s(1))
    kept = hall.call(at_s(1))
    wall.see(hall.board(at_s(1)), at_s(1))
    hall.calls.remove(hall.calls[0])
    for second in (2, 3):
        wall.see(hall.board(at_s(second)), at_s(second))
    assert withdrawn(wall) == [1]
    wall.live(at_s(3), at_s(30))
    assert [call.seq for call in wall.announced] == [1, kept.seq]
    assert withdrawn(wall) == [1]


def test_one_that_had_not_had_its_turn_is_never_announced():
    hall = Hall()
    wall = connected(hall)
    for _ in range(3):
        hall.call(at_s(1))
    wall.see(hall.board(at_s(1)), at_s(1))
    hall.undo()
    wall.see(hall.board(at_s(2)), at_s(2))
    wall.live(at_s(2), at_s(60))
    assert [call.seq for call in wall.announced] == [1, 2]
    assert withdrawn(wall) == [3]


def test_every_call_waits_until_the_one_before_was_said_in_both_languages_and_thrice():
    """The longest announcement there is has 31 s: chime, then three times both languages."""
    hall = Hall()
    wall = connected(hall)
    hall.call(at_s(1))
    hall.call(at_s(1))
    wall.see(hall.board(at_s(1)), at_s(1))
    wall.tell(SoundLasts(1, 31.0), at_s(1))
    wall.live(at_s(1), at_s(31))
    assert [call.seq for call in wall.announced] == [1]
    wall.live(at_s(31), at_s(33))
    assert [call.seq for call in wall.announced] == [1, 2]
