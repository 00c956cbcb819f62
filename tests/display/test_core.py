"""Calls become heroes one after the other, whatever boards arrive."""

import itertools
from datetime import timedelta

from hypothesis import given, strategies as st

from broker.device import BoardArrived, ServerDown, ServerUp
from display.core import SoundLasts, Tick
from tests.display.hall import MORNING, Hall, at, connected, seqs

DWELL = timedelta(seconds=8)


# --- the hero ---------------------------------------------------------------------------------------------


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


# --- any pattern of arrivals ------------------------------------------------------------------------------

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
