"""Calls become heroes one after the other, whatever the network does."""

import itertools
from datetime import date, time, timedelta

import pytest
from hypothesis import given, strategies as st

from broker import messages as m
from broker.device import BoardArrived, ConfigArrived, ServerDown, ServerUp
from display.core import Complain, SoundLasts, Tick, waiting_by_letter
from display.scene import Staleness, Waiting
from tests.display.hall import HALL, MORNING, ZONE, Hall, Wall, at, connected, waiting

DWELL = timedelta(seconds=8)


def seqs(calls):
    return [call.seq for call in calls]


# --- the hero -----------------------------------------------------------------------------------------------


def test_a_call_is_the_hero_at_once_and_is_announced_once():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A031", "3")
    wall.see(hall.board(at(10)), at(10))
    assert wall.hero(at(10)) == ("A031", "3")
    wall.live(at(10), at(600))
    assert wall.hero(at(600)) == ("A031", "3")  # until the next one comes
    assert [call.number for call in wall.announced] == ["A031"]


def test_five_calls_in_one_second_are_five_heroes_of_eight_seconds_in_order_and_five_sounds():
    hall = Hall()
    wall = connected(hall)
    for i in range(5):
        now = at(10 + i / 5)
        hall.call(now)
        wall.see(hall.board(now), now)
    wall.live(at(11), at(100))
    assert seqs(wall.announced) == [1, 2, 3, 4, 5]
    assert [shown.call.seq for shown in wall.shown] == [1, 2, 3, 4, 5]
    begins = [shown.at for shown in wall.shown]
    assert all(later - earlier >= DWELL for earlier, later in itertools.pairwise(begins))


def test_calls_of_one_board_are_not_merged():
    hall = Hall()
    wall = connected(hall)
    for _ in range(7):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.live(at(10), at(200))
    assert seqs(wall.announced) == list(range(1, 8))


def test_a_call_that_waits_for_its_turn_is_not_in_the_list_yet():
    hall = Hall()
    wall = connected(hall)
    for _ in range(3):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    assert (wall.hero(at(12)), wall.rows(at(12))) == (("A001", "3"), [])
    wall.live(at(12), at(19))
    assert (wall.hero(at(19)), wall.rows(at(19))) == (("A002", "3"), ["A001"])
    wall.live(at(19), at(60))
    assert (wall.hero(at(60)), wall.rows(at(60))) == (("A003", "3"), ["A002", "A001"])


def test_a_late_loop_gives_every_call_its_own_time_nevertheless():
    """At 600 times the speed a turn is over before the next wake-up; the record must not show it."""
    hall = Hall()
    calls = [hall.call(at(10)) for _ in range(4)]
    board = hall.board(at(10), rev=9)
    punctual, late = connected(Hall()), connected(Hall())
    for wall in (punctual, late):
        wall.see(board, at(10))
    punctual.live(at(10), at(500))
    late.wait(at(500))
    assert punctual.effects == late.effects
    assert seqs(late.announced) == seqs(calls)


def test_a_recall_is_the_hero_again_and_stands_once_in_the_list():
    hall = Hall()
    wall = connected(hall)
    for now, number, recall in ((10, "A001", 0), (20, "A002", 0), (40, "A001", 1), (60, "A003", 0)):
        hall.call(at(now), number, recall=recall)
        wall.see(hall.board(at(now)), at(now))
    assert [call.recall for call in wall.announced] == [0, 0, 1, 0]
    assert wall.hero(at(60)) == ("A003", "3")
    assert wall.rows(at(60)) == ["A001", "A002"]  # newest first


def test_a_hero_waits_for_the_end_of_its_announcement():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.tell(SoundLasts(1, 11.5), at(10))
    wall.live(at(10), at(60))
    assert [shown.at for shown in wall.shown] == [at(10), at(21.5)]


def test_the_end_of_another_announcement_moves_nothing():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.tell(SoundLasts(7, 15.0), at(10))
    wall.live(at(10), at(60))
    assert [shown.at for shown in wall.shown] == [at(10), at(18)]


def test_a_new_call_pulses_once_a_second_for_five_seconds_and_keeps_its_frame_steady():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    looks = [wall.view(at(10 + i / 10)).hero for i in range(60)]
    assert [look.fresh for look in looks] == [True] * 50 + [False] * 10
    changes = sum(a.pulse != b.pulse for a, b in itertools.pairwise(looks))
    assert changes == 9  # five light phases: one flash a second at most
    assert not looks[-1].pulse


def test_reduced_motion_keeps_the_frame_only():
    hall = Hall()
    wall = connected(hall, calm=True)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    assert [wall.view(at(10 + i)).hero.fresh for i in range(6)] == [True] * 5 + [False]
    assert not any(wall.view(at(10 + i / 10)).hero.pulse for i in range(60))


def test_between_deadlines_nothing_changes():
    hall = Hall()
    wall = connected(hall)
    for _ in range(3):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    now = at(10)
    while now < at(90):
        due = wall.display.next_deadline(now)
        assert now < due <= now + timedelta(seconds=12)
        assert wall.view(due - timedelta(milliseconds=1)) == wall.view(now)
        wall.wait(due)
        now = due


# --- what the network does ----------------------------------------------------------------------------------


def test_a_board_that_comes_twice_is_one_board():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    board = hall.board(at(10))
    for now in (10, 10.1, 30):
        wall.see(board, at(now))
    assert len(wall.announced) == 1


def test_an_older_board_never_takes_the_wall_back():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    old = hall.board(at(10))
    hall.call(at(11))
    wall.see(hall.board(at(11)), at(11))
    wall.see(old, at(12))
    wall.live(at(12), at(60))
    assert seqs(wall.announced) == [1, 2]
    assert wall.hero(at(60)) == ("A002", "3")


def test_the_board_of_an_older_server_is_not_believed_however_high_its_revision():
    hall = Hall(epoch=4)
    wall = connected(hall)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.see(Hall(epoch=3).board(at(11), rev=999), at(11))
    assert wall.hero(at(11)) == ("A001", "3")


def test_a_gap_is_healed_without_a_burst_of_old_sounds():
    hall = Hall()
    wall = connected(hall)
    wall.tell(ServerDown(), at(10))
    for now in (20, 40, 60, 120):
        hall.call(at(now))
    wall.tell(ServerUp(1), at(140))
    wall.see(hall.board(at(140)), at(140))
    wall.live(at(140), at(300))
    assert seqs(wall.announced) == [4]  # 20 s old; the others are listed
    assert wall.hero(at(150)) == ("A004", "3")
    assert wall.rows(at(150)) == ["A003", "A002", "A001"]


def test_after_a_long_gap_the_newest_call_is_the_hero_in_silence():
    hall = Hall()
    wall = connected(hall)
    for now in (20, 40, 60):
        hall.call(at(now))
    wall.see(hall.board(at(60)), at(600))
    assert wall.announced == []
    assert wall.hero(at(600)) == ("A003", "3")
    assert not wall.view(at(600)).hero.fresh
    assert wall.rows(at(600)) == ["A002", "A001"]


def test_in_a_demo_in_a_hurry_a_moment_on_the_way_makes_no_call_old():
    hall = Hall()
    wall = connected(hall)
    wall.display.lag_s = 3000.0  # five seconds at 600 times the speed
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(100))
    wall.tell(ServerDown(), at(200))
    hall.call(at(210))
    wall.see(hall.board(at(210)), at(300))  # but a gap is a gap
    assert seqs(wall.announced) == [1]


def test_an_undone_call_leaves_the_wall():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001")
    hall.call(at(10), "A002")
    wall.see(hall.board(at(10)), at(10))
    wall.live(at(10), at(20))
    assert wall.hero(at(20)) == ("A002", "3")
    hall.undo()
    wall.see(hall.board(at(21)), at(21))
    assert wall.hero(at(21)) == ("A001", "3")
    hall.call(at(30), "A003")
    wall.see(hall.board(at(30)), at(30))
    wall.live(at(30), at(90))
    assert [call.number for call in wall.announced] == ["A001", "A002", "A003"]
    assert wall.rows(at(90)) == ["A001"]


def test_a_call_undone_before_its_turn_is_never_shown():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001")
    hall.call(at(10), "A002")
    wall.see(hall.board(at(10)), at(10))
    hall.undo()
    wall.see(hall.board(at(11)), at(11))
    wall.live(at(11), at(60))
    assert [shown.call.number for shown in wall.shown] == ["A001"]


def test_a_hero_taken_back_leaves_the_next_one_its_full_time():
    hall = Hall()
    wall = connected(hall)
    for number in ("A001", "A002", "A003"):
        hall.call(at(10), number)
    wall.see(hall.board(at(10)), at(10))
    del hall.calls[0]
    wall.see(hall.board(at(14)), at(14))
    wall.live(at(14), at(60))
    assert [(shown.call.number, shown.at) for shown in wall.shown[1:]] == [("A002", at(14)), ("A003", at(22))]


def test_a_server_restored_from_its_backup_is_followed():
    hall = Hall()
    wall = connected(hall)
    for now in (10, 20, 30):
        hall.call(at(now), f"A{now:03}")
        wall.see(hall.board(at(now)), at(now))
    restored = Hall(epoch=2)
    restored.call(at(10), "A010")
    wall.see(restored.board(at(100)), at(100))
    assert wall.hero(at(100)) == ("A010", "3")
    restored.call(at(110), "A031")
    wall.see(restored.board(at(110)), at(110))
    wall.live(at(110), at(150))
    assert [call.number for call in wall.announced] == ["A010", "A020", "A030", "A031"]
    assert wall.rows(at(150)) == ["A010"]


# --- a day and a restart ------------------------------------------------------------------------------------


def test_a_new_day_begins_with_an_empty_wall():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    tomorrow = Hall(day="2026-11-24")
    tomorrow.rev = hall.rev
    wall.see(tomorrow.board(at(86_400)), at(86_400))
    scene = wall.view(at(86_400))
    assert (scene.hero, scene.rows) == (None, ())
    tomorrow.call(at(86_500), "A001")
    wall.see(tomorrow.board(at(86_500)), at(86_500))
    assert [shown.day for shown in wall.shown] == ["2026-11-23", "2026-11-24"]
    assert wall.hero(at(86_500)) == ("A001", "3")


def test_calls_that_waited_for_their_turn_die_with_their_day():
    hall = Hall()
    wall = connected(hall)
    for _ in range(5):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    tomorrow = Hall(day="2026-11-24", epoch=2)
    wall.see(tomorrow.board(at(12)), at(12))
    wall.live(at(12), at(100))
    assert len(wall.shown) == 1
    assert wall.hero(at(100)) is None


def test_nobody_sees_yesterdays_numbers_when_the_server_stays_away_over_night():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.tell(ServerDown(), at(20))
    morning = at(86_400)
    wall.live(at(20), morning)
    scene = wall.view(morning)
    assert (scene.hero, scene.rows, scene.waiting) == (None, (), ())
    assert Wall(morning).view(morning).staleness is Staleness.FRESH  # a start is not stale yet


def test_a_restart_shows_yesterdays_retained_board_to_nobody():
    hall = Hall()
    hall.call(at(10))
    wall = Wall(at(86_400))
    wall.see(hall.board(at(10)), at(86_400))
    assert wall.view(at(86_400)).hero is None
    assert wall.view(at(86_400)).rows == ()


def test_a_restart_in_the_day_shows_the_same_picture_and_makes_no_sound():
    hall = Hall()
    before = connected(hall)
    for i in range(8):
        hall.call(at(10 * i), f"B{i:03}", str(i))
        before.see(hall.board(at(10 * i)), at(10 * i))
    now = at(100)
    before.live(at(70), now)
    after = connected(hall, now)
    assert after.view(now) == before.view(now)
    assert after.announced == []


def test_the_first_board_is_silent_even_when_its_newest_call_is_a_second_old():
    hall = Hall()
    hall.call(at(9))
    wall = connected(hall, at(10))
    assert wall.announced == []
    assert wall.hero(at(10)) == ("A001", "3")


def test_a_clock_that_steps_back_does_not_hold_a_hero_for_an_hour():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10))
    hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.wait(at(-3590))  # an hour back
    wall.live(at(-3590), at(-3580))
    assert len(wall.shown) == 2


# --- what is not known --------------------------------------------------------------------------------------


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


# --- any pattern of arrivals -----------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 0.1, 1, 3, 7, 20, 45]),  # seconds that pass
        st.sampled_from(["call", "call", "call", "recall", "nothing"]),
        st.sampled_from(["newest", "newest", "nothing", "an old one", "the last again", "down", "up"]),
        st.integers(0, 40),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_boards_arrive_each_call_is_shown_once_and_in_order(story):
    hall = Hall()
    wall = connected(hall)
    published = [hall.board(MORNING)]
    seen = 0  # the highest call that reached the wall
    loud = []
    now = MORNING
    for seconds, act, delivery, which in story:
        before, now = now, now + timedelta(seconds=seconds)
        wall.live(before, now)
        if act == "call":
            hall.call(now)
        elif act == "recall" and hall.calls:
            hall.call(now, hall.calls[-1].number, recall=1)
        if act != "nothing":
            published.append(hall.board(now))
        if delivery in ("down", "up"):
            wall.tell(ServerDown() if delivery == "down" else ServerUp(1), now)
        elif delivery != "nothing":
            index = {"newest": -1, "an old one": which % len(published), "the last again": -1}[delivery]
            board = published[index]
            wall.see(board, now)
            for call in reversed(board.calls):
                if call.seq > seen and (now - call.at).total_seconds() <= 30:
                    loud.append(call.seq)
            seen = max([seen, *(call.seq for call in board.calls)])
    end = now + timedelta(seconds=9 * len(loud) + 60)
    wall.tell(ServerUp(1), now)
    wall.live(now, end)
    assert seqs(wall.announced) == loud  # each once, in order, none lost
    shown = [effect.call.seq for effect in wall.shown]
    assert shown == sorted(set(shown))
    assert set(loud) <= set(shown)
    times = [effect.at for effect in wall.shown if effect.call.seq in loud]
    assert all(later - earlier >= DWELL for earlier, later in itertools.pairwise(times))
    listed = wall.rows(end)
    if seen:
        newest = [call.number for call in reversed(hall.calls) if call.seq <= seen]
        assert [wall.hero(end)[0], *listed][:20] == list(dict.fromkeys(newest))[:20]


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.3, 2.0, 9.0]), st.booleans()), max_size=25), st.data())
def test_how_often_the_program_wakes_changes_nothing(story, data):
    hall = Hall()
    rare, often = connected(hall), connected(Hall())
    now = MORNING
    for seconds, calls in story:
        before, now = now, now + timedelta(seconds=seconds)
        for share in data.draw(st.lists(st.floats(0, 1), max_size=4).map(sorted)):
            often.wait(before + (now - before) * share)
        if calls:
            hall.call(now)
        board = hall.board(now)
        for wall in (rare, often):
            wall.tell(BoardArrived(board), now)
    end = now + timedelta(seconds=300)
    rare.tell(Tick(), end)
    often.live(now, end)
    assert rare.effects == often.effects
    assert rare.view(end) == often.view(end)
