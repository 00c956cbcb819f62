"""The faces: whom they are for, when they open and close, and which touch of them is an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from broker import messages as m, vocabulary as heard
from kiosk.counter.asking import DWELL_S, LEAVING_S, RATINGS, REASON_S, THANKS_S
from kiosk.counter.view import Faces, Idle, Level, More, Reason, Reasons, Skip, Thanks, reasons_page
from kiosk.counter.vocabulary import ButtonPressed, Keep, Leaving, Rate, Restart, Settle, Tapped
from tests.counter.story import DAY, START, Story, rate, replace_plan


def test_idle_shows_what_stands_here() -> None:
    story = Story()
    assert story.page == Idle("starting", "7")
    for number, state, status, standing in (
        (None, None, "closed", "closed"),
        (None, None, "paused", "paused"),
        (None, None, "open", "ready"),
        ("B047", "called", "open", "called"),
        ("B047", "serving", "open", "serving"),
    ):
        story.board(number, state, status=status)
        assert story.page == Idle(standing, "7", number or "")  # type: ignore[arg-type]


def test_the_faces_open_when_the_number_was_served_and_not_before() -> None:
    story = Story()
    story.board("B047", "serving")
    story.wait(1)
    assert story(Tapped(Level(4))) == []
    story.served()
    assert story.page == Faces("B047", "7", 4)
    assert story.terminal.lit() == set(RATINGS[:4])


def test_a_good_answer_is_recorded_at_once_and_thanked_for_three_seconds() -> None:
    story = Story()
    story.served()
    assert story(Tapped(Level(4))) == [rate(4, None), Settle(DAY, "B047")]
    assert story.page == Thanks()
    story.wait(THANKS_S)
    assert story.page == Idle("ready", "7")
    story.board("B047", "served", since=START)
    assert story.page == Idle("ready", "7"), "once a number"


def test_the_lowest_level_is_asked_for_a_reason() -> None:
    story = Story()
    story.served()
    assert story(Tapped(Level(1))) == [Keep(rate(1))]
    assert isinstance(story.page, Reasons)
    story.wait(DWELL_S)
    assert story(Tapped(Reason("wait"))) == [rate(1, "wait"), Settle(DAY, "B047")]


@pytest.mark.parametrize(("levels", "asked"), [(2, {1}), (3, {1}), (4, {1}), (5, {1, 2})])
def test_only_negative_faces_are_asked_for_a_reason(levels: int, asked: set[int]) -> None:
    for level in range(1, levels + 1):
        story = Story(plan=replace_plan(levels=levels))
        story.served()
        story(Tapped(Level(level)))
        assert isinstance(story.page, Reasons) is (level in asked)


def test_without_reasons_nobody_is_asked_for_one() -> None:
    story = Story(plan=replace_plan(reasons=()))
    story.served()
    assert story(Tapped(Level(1)))[0] == rate(1, None)


def test_skip_sends_nothing_and_is_remembered() -> None:
    story = Story()
    story.served()
    assert story(Tapped(Skip())) == [Settle(DAY, "B047")]
    assert isinstance(story.page, Idle)
    story.board("B047", "served", since=START)
    assert isinstance(story.page, Idle)


@pytest.mark.parametrize("end", ["skip", "time"])
def test_a_reason_that_is_not_given_leaves_the_answer(end: str) -> None:
    story = Story()
    story.served()
    story(Tapped(Level(1)))
    if end == "skip":
        story.wait(DWELL_S)
        story(Tapped(Skip()))
    else:
        story.wait(REASON_S)
    assert story.rates == [rate(1, None)]


def test_further_reasons_are_on_further_pages() -> None:
    many = tuple(m.PriorityGroup(f"r{n}", m.Words(vi="x", en="x")) for n in range(7))
    story = Story(plan=replace_plan(reasons=many))
    story.served()
    story(Tapped(Level(1)))
    seen = []
    for _ in range(2):
        assert story.page.more
        seen += [choice.id for choice in story.page.choices]
        story.wait(DWELL_S)
        story(Tapped(More()))
    assert seen == [reason.id for reason in many]
    assert story.page.choices[0].id == "r0", "and around again"


@given(total=st.integers(0, 30), page=st.integers(0, 40))
def test_every_reason_is_on_a_page(total: int, page: int) -> None:
    all_of_them = tuple(m.PriorityGroup(f"r{n}", m.Words(vi="x", en="x")) for n in range(total))
    shown, more = reasons_page(all_of_them, page)
    assert len(shown) + more <= 5
    pages = {choice.id for at in range(30) for choice in reasons_page(all_of_them, at)[0]}
    assert pages == {choice.id for choice in all_of_them}


def test_a_tap_within_half_a_second_of_a_new_page_is_not_an_answer() -> None:
    story = Story()
    story.board("B047", "served")
    story.wait(DWELL_S - 0.01)
    assert story(Tapped(Level(1))) == []
    assert isinstance(story.page, Faces)
    story.wait(0.01)
    story(Tapped(Level(1)))
    assert story(Tapped(Reason("wait"))) == [], "the second half of a double tap"
    assert isinstance(story.page, Reasons)


def test_a_tap_beside_everything_does_nothing() -> None:
    story = Story()
    story.served()
    assert story(Tapped(None)) == []
    assert isinstance(story.page, Faces)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_wired_button_is_the_level_on_it(level: int) -> None:
    story = Story(plan=replace_plan(reasons=()))
    story.served()
    assert story(ButtonPressed(f"rate-{level}"))[0] == rate(level, None)


def test_a_wired_button_beyond_the_scale_or_without_a_visit_is_nothing() -> None:
    story = Story()
    assert story(ButtonPressed("rate-1")) == []
    story.served()
    assert story(ButtonPressed("rate-5")) == []


def test_the_window_closes_the_faces() -> None:
    story = Story()
    story.board("B047", "served")
    story.wait(599)
    assert isinstance(story.page, Faces)
    story.wait(1)
    assert isinstance(story.page, Idle)
    assert story.board("B047", "served", since=START) == []
    assert isinstance(story.page, Idle) and story.rates == []


def test_who_was_served_long_ago_is_not_asked_after_a_restart() -> None:
    story = Story()
    story.board("B047", "served", since=START - timedelta(seconds=600))
    assert isinstance(story.page, Idle)


def test_a_wrong_clock_of_ours_does_not_move_the_window() -> None:
    """A Pi without a battery wakes in another year: the server's clock counts, as far as it is known."""
    story = Story()
    story.wall += timedelta(days=900)
    story(heard.ClockOffset(-timedelta(days=900).total_seconds()))
    story.rev += 1
    line = m.CounterLine("7", "open", "B047", "served", START)
    board = m.Board(
        epoch=1,
        rev=9,
        at=START,
        day=DAY,
        hall=m.Words(vi="x", en="x"),
        calls=(),
        counters=(line,),
        waiting=(),
    )
    story(heard.BoardArrived(board))
    assert isinstance(story.page, Faces)


def test_the_answers_of_before_a_restart_are_known() -> None:
    story = Story(settled=[(DAY, "B047")])
    story.served()
    assert isinstance(story.page, Idle)
    story.served("B048")
    assert isinstance(story.page, Faces)


def test_the_same_number_of_another_day_is_another_visit() -> None:
    story = Story(settled=[("2026-11-22", "B047")])
    story.served()
    assert isinstance(story.page, Faces)


def test_the_next_call_ends_the_question() -> None:
    story = Story()
    story.served()
    story.board("B048", "called")
    assert story.page == Idle("called", "7", "B048")
    assert story.rates == []


def test_an_answer_that_waits_for_its_reason_survives_the_next_call() -> None:
    story = Story()
    story.served()
    story(Tapped(Level(1)))
    assert story.board("B048", "called") == [rate(1, None), Settle(DAY, "B047")]
    assert story.page == Idle("called", "7", "B048")


def test_a_finish_that_is_taken_back_takes_the_question_back() -> None:
    story = Story()
    story.served()
    story(Tapped(Level(1)))
    story.board("B047", "serving")
    assert story.page == Idle("serving", "7", "B047") and story.rates == []
    story.served()
    assert isinstance(story.page, Faces), "and it comes again at the end"


def test_what_happens_at_other_counters_disturbs_nobody() -> None:
    story = Story()
    story.board("B047", "served")
    first = story.page
    for _ in range(5):
        story.wait(1)
        story.board("B047", "served", since=START)
        assert story.page == first
    story(Tapped(Level(3)))
    assert len(story.rates) == 1


def test_an_answer_needs_no_server() -> None:
    story = Story()
    story.served()
    story(heard.ServerDown())
    story.wait(120)
    assert isinstance(story.page, Faces)
    assert story(Tapped(Level(3)))[0] == rate(3, at=START + timedelta(seconds=120.5))


def test_after_a_minute_without_the_server_nothing_is_claimed_any_more() -> None:
    story = Story()
    story.board("B047", "called")
    story(heard.ServerDown())
    story.wait(59)
    assert story.page == Idle("called", "7", "B047")
    story.wait(1)
    assert story.page == Idle("unknown", "7")


def test_a_citizen_who_took_an_english_ticket_is_asked_in_english() -> None:
    story = Story()
    call = m.Call(seq=1, number="B047", counter="7", at=START, lang="en")
    story.board("B047", "served", calls=(call,))
    assert story.page == Faces("B047", "7", 4, "en")


def test_the_end_of_the_program_records_an_answer_without_its_reason() -> None:
    story = Story()
    story.served()
    story(Tapped(Level(1)))
    assert story(Leaving())[0] == rate(1, None)
    assert story(Leaving()) == []


def test_a_restart_from_the_server_loses_no_answer() -> None:
    story = Story()
    story.served()
    story(Tapped(Level(1)))
    effects = story(heard.ControlArrived(m.Control(do="restart")))
    assert isinstance(effects[0], Rate) and effects[-1] == Restart()


# --- the one before ---------------------------------------------------------------------------------------


def test_who_was_ended_by_calling_the_next_may_answer_while_that_one_walks_up() -> None:
    story = Story()
    story.board("B047", "serving")
    story.board("B048", "called", leaving="B047")
    story.wait(DWELL_S)
    assert isinstance(story.page, Faces) and story.page.number == "B047"
    assert [e.number for e in story(Tapped(Level(4))) if isinstance(e, Rate)] == ["B047"]


def test_the_faces_of_the_one_before_close_when_the_next_is_served() -> None:
    story = Story()
    story.board("B048", "called", leaving="B047")
    assert isinstance(story.page, Faces)
    story.board("B048", "serving")
    assert isinstance(story.page, Idle) and story.page.number == "B048"


def test_the_faces_of_the_one_before_do_not_stay_for_the_next_to_press() -> None:
    story = Story()
    story.served("B047")
    story.board("B048", "called", leaving="B047")
    story.wait(LEAVING_S + 1)
    assert isinstance(story.page, Idle) and story.page.number == "B048"
