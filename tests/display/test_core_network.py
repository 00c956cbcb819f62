"""Boards that come twice, late, with gaps, of another server or another day, and what the wall shows then."""

from broker.device import ServerDown, ServerUp
from display.scene import Staleness
from tests.display.hall import Hall, Wall, at, connected, seqs

# --- what the network does --------------------------------------------------------------------------------


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


# --- a day and a restart ----------------------------------------------------------------------------------


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
