"""What the hall hears of a call: how often and how loud, as the plan says."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from broker import messages as m
from display.announce import Announcer, volume_at
from display.speech import Manner
from hardware.texts import Texts

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
