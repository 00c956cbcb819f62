"""No call leaves the list while somebody may still need it: pages, compared with what happened (B04)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from broker import messages as m
from broker.device import ConfigArrived, ServerDown
from display.fit import Panel, arrange
from display.pages import Latest, Pausing, Present, Turns, page_of
from display.scene import Desk, Line, Scene, Staleness
from tests.display.hall import HALL, MORNING, ZONE, Hall, Wall, at, connected
from tests.display.test_layout import SCENE, drawn, hold_the_rules, said

MINUTES_3 = timedelta(minutes=3)
SMALL = Panel(1920, 1080, 43, 10)  # three rows


def scene(rows=(), desks=(), page=0, called=False):
    return replace(SCENE, rows=tuple(rows), desks=tuple(desks), page=page, called=called)


def lines(count, due=None):
    return [Line(f"A{n:03}", "3", due is None or n in due) for n in range(count, 0, -1)]


def numbers(page):
    return [row.number for row in page.rows]


def counter(id, number=None, state=None, status="open"):
    return m.CounterLine(id, status, number, state if number else None)


# --- which page ---------------------------------------------------------------------------------------------


def test_every_other_turn_belongs_to_the_newest_calls():
    rows, desks = lines(13), [Desk("1", "A001")]
    for page in range(0, 40, 2):
        assert numbers(page_of(scene(rows, desks, page), 5)) == [f"A{n:03}" for n in range(13, 8, -1)]


def test_in_between_come_older_calls_that_are_needed_and_then_one_page_of_counters():
    desks = [Desk(str(n), f"B{n:03}") for n in range(1, 7)]
    pages = [page_of(scene(lines(13), desks, page), 5) for page in range(1, 13, 2)]
    assert [type(page) for page in pages] == [Latest, Latest, Present] * 2
    assert numbers(pages[0]) + numbers(pages[1]) == [f"A{n:03}" for n in range(8, 0, -1)]
    assert [desk.counter for page in pages[2::3] for desk in page.desks] == ["1", "2", "3", "4", "5", "6"]


def test_calls_that_nobody_needs_any_more_take_no_page():
    rows = lines(13, due={13, 12, 2})
    pages = [page_of(scene(rows, page=page), 5) for page in range(4)]
    assert [numbers(page) for page in pages[1::2]] == [["A002"]] * 2


def test_a_new_call_takes_the_turn_of_a_page_of_counters_but_not_of_calls():
    desks = [Desk("1", "A001")]
    assert isinstance(page_of(scene(lines(5), desks, 1, called=True), 5), Latest)
    assert numbers(page_of(scene(lines(6), desks, 1, called=True), 5)) == ["A001"]


def test_a_hall_without_anything_else_shows_the_newest_calls():
    assert {page_of(scene(lines(4), page=page), 5) for page in range(9)} == {Latest(tuple(lines(4)))}


def test_of_many_counters_those_with_nobody_are_left_out():
    few = [Desk("1", "A001"), Desk("2"), Desk("3")]
    assert page_of(scene(desks=few, page=1), 5) == Present(tuple(few), True)
    many = [Desk(str(n), f"A{n:03}" if n % 2 else None) for n in range(1, 8)]
    assert page_of(scene(desks=many, page=1), 5) == Present(tuple(many[::2]), True)


def test_counters_that_pause_come_last_and_only_where_there_is_room_to_say_so():
    desks = [Desk("1", None, True), Desk("2", "A002"), Desk("3", None, True)]
    pages = [page_of(scene(desks=desks, page=page), 5) for page in (1, 3)]
    assert pages == [Present((desks[1],), True), Pausing((("1", "3"),))]
    assert [page_of(scene(desks=desks, page=page), 1) for page in (1, 3)] == [Present((desks[1],), False)] * 2


@given(st.sampled_from([12.0, 12.5, 13.7, 60.0, 7200.1]), st.integers(0, 2**31))
def test_turns_have_no_gap(seconds, second):
    turns = Turns(seconds)
    now = MORNING + timedelta(seconds=second)
    turn = turns.at(now)
    assert turns.begins(turn) <= now < turns.begins(turn + 1)
    assert turns.at(turns.begins(turn)) == turn
    assert turns.begins(turn + 1) - turns.begins(turn) == timedelta(seconds=seconds)


# --- what the core says of them --------------------------------------------------------------------------


def test_a_call_is_needed_for_three_minutes_from_its_turn():
    hall = Hall()
    wall = connected(hall)
    for _ in range(3):
        hall.call(at(10))
    wall.see(hall.board(at(10)), at(10))
    wall.live(at(10), at(100))
    due = [row.number for row in wall.view(at(190)).rows if row.due]
    assert due == ["A002"]  # its turn was at 18, that of A001 at 10, and A003 is the hero
    assert wall.display.next_deadline(at(190)) <= at(198)
    assert not any(row.due for row in wall.view(at(198)).rows)


@pytest.mark.parametrize("state", ["serving", "served"])
def test_whoever_has_come_to_the_counter_needs_the_call_no_more(state):
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001", "3")
    hall.call(at(10), "A002", "4")
    hall.call(at(10), "A003", "5")
    there = (counter("3", "A001", state), counter("4", "A002", "called"))
    wall.see(hall.board(at(10), counters=there), at(10))
    wall.live(at(10), at(60))
    assert [(row.number, row.due) for row in wall.view(at(60)).rows] == [("A002", True), ("A001", False)]


def test_counters_say_who_is_there_a_pause_or_nobody_and_closed_ones_nothing():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001", "1")
    told = (
        counter("1", "A001", "called"),
        counter("2", "A002", "serving"),
        counter("3", "A003", "served"),
        counter("4"),
        counter("5", "A005", "serving", "paused"),
        counter("6", "A006", "serving", "closed"),
    )
    wall.see(hall.board(at(10), counters=told), at(10))
    assert wall.view(at(10)).desks == (
        Desk("1", "A001"), Desk("2", "A002"), Desk("3"), Desk("4"), Desk("5", None, True)
    )  # fmt: skip


def test_no_counter_tells_of_a_call_before_its_turn():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001", "1")
    hall.call(at(10), "A002", "2")
    there = (counter("1", "A001", "called"), counter("2", "A002", "called"))
    wall.see(hall.board(at(10), counters=there), at(10))
    assert wall.view(at(11)).desks == (Desk("1", "A001"), Desk("2"))
    wall.live(at(11), at(20))
    assert wall.view(at(20)).desks == (Desk("1", "A001"), Desk("2", "A002"))


def test_a_recall_that_waits_for_its_turn_empties_no_counter():
    hall = Hall()
    wall = connected(hall)
    hall.call(at(10), "A001", "1")
    there = (counter("1", "A001", "called"), counter("2", "A002", "called"))
    wall.see(hall.board(at(10), counters=there[:1]), at(10))
    hall.call(at(11), "A002", "2")
    hall.call(at(11), "A001", "1", recall=1)
    wall.see(hall.board(at(11), counters=there), at(11))
    assert wall.view(at(12)).desks == (Desk("1", "A001"), Desk("2"))


def test_what_may_be_wrong_is_not_said_of_counters_and_of_who_is_next():
    hall = Hall()
    wall = connected(hall)
    wall.see(hall.board(at(5), counters=(counter("1"),), upcoming=("A009",)), at(5))
    assert (wall.view(at(5)).desks, wall.view(at(5)).upcoming) == ((Desk("1"),), ("A009",))
    wall.tell(ServerDown(), at(10))
    assert wall.view(at(69)).upcoming == ("A009",)
    lost = wall.view(at(70))
    assert (lost.staleness, lost.desks, lost.upcoming) == (Staleness.LOST, (), ())


def test_a_counter_of_yesterday_is_shown_to_nobody():
    hall = Hall()
    told = {"counters": (counter("1", "A001", "serving"),), "upcoming": ("A009",)}
    hall.call(at(10), "A001", "1")
    board = hall.board(at(10), **told)
    before = connected(Hall())
    before.see(board, at(10))
    before.tell(ServerDown(), at(20))
    before.live(at(20), at(86_400))
    after = Wall(at(86_400))
    after.see(board, at(86_400))
    for wall in (before, after):
        seen = wall.view(at(86_400))
        assert (seen.hero, seen.rows, seen.desks, seen.upcoming) == (None, (), (), ())


def plan(**changes):
    display = msgspec.structs.replace(m.DisplayPlan(dwell_s=8), **changes)
    return ConfigArrived(m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone=ZONE, display=display))


def test_the_hall_may_want_no_counters_and_longer_pages():
    hall = Hall()
    wall = connected(hall)
    wall.see(hall.board(at(5), counters=(counter("1"),)), at(5))
    wall.tell(plan(counters=False, page_s=30.0), at(6))
    assert wall.view(at(6)).desks == ()
    pages = Counter(wall.view(at(i)).page for i in range(6, 186))
    assert sorted(pages.values())[2:] == [30] * (len(pages) - 2)  # but the first and the last


def test_pages_are_for_eyes_also_when_the_clock_runs_fast():
    wall = Wall()
    wall.display.pace = 600.0
    pages = [wall.view(at(600 * i)).page for i in range(48)]  # every real second
    assert set(Counter(pages).values()) <= {12, *(Counter(pages)[page] for page in (pages[0], pages[-1]))}


# --- compared with what happened (B04) -------------------------------------------------------------------

acts = st.lists(
    st.tuples(
        st.sampled_from([0.2, 2.0, 8.0, 9.0, 20.0, 50.0]),
        st.sampled_from(["call", "call", "call", "call", "recall", "undo", "transfer", "serve"]),
        st.integers(0, 39),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(acts)
def test_every_call_is_readable_for_three_minutes_or_until_it_is_answered(story):
    hall = Hall()
    wall = connected(hall)
    where, serving, turn_at = {}, set(), {}
    now = MORNING
    for seconds, act, which in story:
        before, now = now, now + timedelta(seconds=seconds)
        wall.live(before, now)
        made = list(where)
        if act == "call":
            call = hall.call(now, counter=str(which + 1))
            where[call.number] = call.counter
        elif act == "undo" and hall.calls and hall.calls[-1].recall == 0:
            undone = hall.undo()
            earlier = [call for call in hall.calls if call.number == undone.number]
            where.pop(undone.number)
            if earlier:
                where[undone.number] = earlier[-1].counter
        elif act in ("recall", "transfer") and made:
            number = made[which % len(made)]
            where[number] = where[number] if act == "recall" else str(which + 1)
            hall.call(now, number, where[number], recall=int(act == "recall"))
            serving.discard(number)
        elif act == "serve" and made:
            serving.add(made[which % len(made)])
        at_counters = tuple(counter(where[n], n, "serving") for n in sorted(serving & set(where)))
        wall.see(hall.board(now, counters=at_counters), now)
    wall.live(now, end := now + timedelta(seconds=8 * len(hall.calls) + 1))  # every turn is over
    for effect in wall.shown:
        turn_at[effect.call.seq] = effect.at
    newest = {call.number: call for call in hall.calls}
    order = sorted(newest.values(), key=lambda call: -call.seq)
    view = wall.view(end)
    hero = (view.hero.number, view.hero.counter) if view.hero else None
    assert hero == ((order[0].number, order[0].counter) if order else None)
    needed = {
        call.number
        for call in order[1:]
        if call.number not in serving and end < max(turn_at[call.seq], call.at) + MINUTES_3
    }
    assert {row.number for row in view.rows if row.due} == needed
    seen = {}
    for page in range(60):
        shown = said(hold_the_rules(replace(view, page=page, desks=()), SMALL)["list"])
        seen |= dict(zip(shown[::2], shown[1::2], strict=True))
    room = arrange(SMALL).rows
    assert needed | {call.number for call in order[1 : room + 1]} == set(seen)
    assert all(newest[number].counter == place for number, place in seen.items())
    first = said(drawn(replace(view, page=0, desks=()), SMALL)["list"])
    assert first[::2] == [call.number for call in order[1 : room + 1]]


@pytest.mark.parametrize("count", range(26))
def test_from_none_to_twenty_five_calls_nothing_is_lost_over_the_pages(count):
    rows = tuple(Line(f"A{n:03}", str(n % 12 + 1), True) for n in range(count, 0, -1))
    shown = []
    for page in (0, *range(1, 2 * count, 2)):
        region = drawn(replace(SCENE, rows=rows, page=page), SMALL)["list"]
        shown += [number for number in said(region)[::2] if number not in shown]
    assert shown == [row.number for row in rows]


def test_a_restart_in_the_day_turns_to_the_same_page_and_says_the_same():
    """Also in the middle of a queue of pages, with counters and who is next (B08)."""
    hall = Hall()
    before = connected(hall)
    told = {"counters": (counter("1", "A001", "called"), counter("2")), "upcoming": ("A020",)}
    for i in range(12):
        hall.call(at(10 * i), counter=str(i))
        before.see(hall.board(at(10 * i), **told), at(10 * i))
        before.live(at(10 * i), at(10 * i + 10))
    for seconds in range(127, 190, 7):
        before.live(at(seconds - 7), at(seconds))
        after = Wall(at(seconds))
        after.see(hall.board(at(seconds), **told), at(seconds))
        assert picture_of(after, at(seconds)) == picture_of(before, at(seconds))


def picture_of(wall, now) -> Scene:
    return replace(wall.view(now), staleness=Staleness.FRESH, known_at=None)
