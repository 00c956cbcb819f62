"""The pages after the faces: the questionnaire, reasons in another order, and whoever is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st

from broker import messages as m, vocabulary as heard
from kiosk.counter.asking import DWELL_S, QUESTION_S, REASON_S
from kiosk.counter.view import Faces, Inquiry, Level, More, Points, Reason, Reasons, Skip, TakeNumber, Thanks
from kiosk.counter.vocabulary import ButtonPressed, Drop, Keep, Leaving, Note, Rate, Settle, Stuck, Tapped
from tests.counter.questionnaire import ASKED, QUESTIONS, asked
from tests.counter.story import DAY, PLAN, START, Story, rate, replace_plan

# --- the questionnaire ------------------------------------------------------------------------------------


def test_each_question_has_a_page_and_the_answers_go_with_the_rating() -> None:
    story = asked()
    for place, points in enumerate((2, 1, 0, 2), 1):
        assert story.page == Inquiry(QUESTIONS[place - 1], place, 4)
        story.touch(Points(points))
    answers = (("1", 2), ("3", 1), ("4", 0), ("7", 2))
    assert story.rates == [replace(rate(4), answers=answers)]
    assert story.page == Thanks()


def test_it_comes_after_the_reason() -> None:
    story = asked(1)
    assert isinstance(story.page, Reasons)
    assert story.touch(Reason("wait")) == [Keep(rate(1, "wait"))]
    assert story.page == Inquiry(QUESTIONS[0], 1, 4)


def test_a_skipped_question_has_no_answer_and_the_next_one_is_asked() -> None:
    story = asked()
    story.touch(Skip())
    story.touch(Points(1))
    story.touch(Skip())
    story.touch(Skip())
    assert story.rates == [replace(rate(4), answers=(("3", 1),))]


def test_who_walks_away_has_given_the_answers_so_far() -> None:
    story = asked()
    story.touch(Points(0))
    story.wait(QUESTION_S - 0.01)
    assert isinstance(story.page, Inquiry)
    story.wait(0.01)
    assert story.rates == [replace(rate(4), answers=(("1", 0),))]


def test_each_touch_gives_the_whole_time_again() -> None:
    story = asked()
    for _ in range(3):
        story.wait(QUESTION_S - 1)
        story.touch(Points(2))
    assert isinstance(story.page, Inquiry) and story.rates == []


def test_the_window_does_not_close_in_the_middle_of_the_questions() -> None:
    story = Story(plan=ASKED)
    story.board("B047", "served")
    story.wait(599)
    story(Tapped(Level(4)))
    story.wait(5)
    assert isinstance(story.page, Inquiry)
    assert story.touch(Skip()) == []
    assert isinstance(story.page, Inquiry)


def test_the_second_half_of_a_double_tap_answers_no_question() -> None:
    story = asked()
    story.touch(Points(2))
    assert story(Tapped(Points(2))) == []
    assert story.page == Inquiry(QUESTIONS[1], 2, 4)


def test_a_wired_face_is_no_answer_to_a_question_and_its_lamp_is_off() -> None:
    story = asked()
    story.wait(DWELL_S)
    assert story(ButtonPressed("rate-1")) == []
    assert story.terminal.lit() == frozenset()
    assert story.page == Inquiry(QUESTIONS[0], 1, 4)


def test_the_next_one_served_ends_the_questions_and_keeps_the_answers() -> None:
    story = asked()
    story.touch(Points(1))
    effects = story.board("B048", "served")
    assert effects == [replace(rate(4), answers=(("1", 1),)), Settle(DAY, "B047")]
    assert isinstance(story.page, Faces) and story.page.number == "B048"


def test_a_visit_that_is_taken_up_again_drops_the_answer() -> None:
    story = asked()
    assert story.board("B047", "serving") == [Drop()]
    assert story.rates == []


def test_the_answer_is_of_the_moment_of_the_level_by_the_servers_clock() -> None:
    story = Story(plan=ASKED)
    story(heard.ClockOffset(3600.0))
    story.board("B047", "served", since=START + timedelta(hours=1))
    story.touch(Level(3))
    pressed = story.wall + timedelta(hours=1)
    for _ in QUESTIONS:
        story.touch(Skip())
    assert story.rates == [rate(3, at=pressed)]


def test_a_reason_not_given_in_time_goes_on_to_no_question() -> None:
    """Who walked away from the reasons is not there to answer more."""
    story = asked(1)
    story.wait(REASON_S)
    assert story.rates == [rate(1)]
    assert story.page == Thanks()


# --- the order of reasons ---------------------------------------------------------------------------------


def test_reasons_come_in_the_order_of_chance_and_other_is_the_last() -> None:
    story = asked(1, replace_plan(shuffle=True))
    assert [choice.id for choice in story.page.choices] == ["trips", "attitude", "guide", "wait", "other"]


def test_the_order_stays_while_one_citizen_looks_through_the_pages() -> None:
    rounds = iter([(1, 3, 0, 2, 4, 5), (5, 4, 3, 2, 1, 0)])

    def mixed(reasons: Any) -> Any:
        return [reasons[n] for n in next(rounds)]

    named = tuple(m.PriorityGroup(f"r{n}", m.Words(vi="x", en="x")) for n in range(6))
    other = m.PriorityGroup("other", m.Words(vi="x", en="x"))
    story = Story(plan=replace_plan(reasons=(other, *named), shuffle=True), mixed=mixed)
    story.served()
    story(Tapped(Level(1)))
    seen = []
    for _ in range(2):
        seen += [choice.id for choice in story.page.choices]
        story.touch(More())
    assert seen == ["r1", "r3", "r0", "r2", "r4", "r5", "other"]


def test_without_shuffle_the_order_is_the_halls() -> None:
    story = asked(1, PLAN)
    assert [choice.id for choice in story.page.choices] == [reason.id for reason in PLAN.reasons]


# --- who is meant -----------------------------------------------------------------------------------------


def test_the_officer_is_named_beside_the_faces() -> None:
    story = Story(plan=replace_plan(officer="Nguyễn Thị Hạnh"))
    story.served()
    assert story.page == Faces("B047", "7", 4, officer="Nguyễn Thị Hạnh")
    story.configure(replace_plan(officer="Trần Văn Nam"))
    assert story.page == Faces("B047", "7", 4, officer="Trần Văn Nam")


# --- a button that hangs ----------------------------------------------------------------------------------


def test_a_stuck_button_rates_nobody_and_its_lamp_is_off() -> None:
    story = Story()
    story(Stuck(frozenset({"rate-1"})))
    story.served()
    assert story.terminal.lit() == {"rate-2", "rate-3", "rate-4"}
    (note,) = story(ButtonPressed("rate-1"))
    assert isinstance(note, Note) and isinstance(story.page, Faces)
    story(Stuck(frozenset()))
    story(ButtonPressed("rate-1"))
    assert isinstance(story.page, Reasons)


# --- whatever happens -------------------------------------------------------------------------------------

TOUCHES = st.sampled_from(
    [
        *(Tapped(t) for t in (None, Skip(), More(), TakeNumber(), Reason("wait"), Reason("other"))),
        *(Tapped(Level(n)) for n in range(1, 6)),
        *(Tapped(Points(n)) for n in range(3)),
        ButtonPressed("rate-1"),
        ButtonPressed("rate-4"),
        Leaving(),
    ]
)
BOARDS = st.tuples(st.sampled_from(["B047", "B048"]), st.sampled_from(["called", "serving", "served"]))


@given(st.lists(st.one_of(TOUCHES, BOARDS, st.floats(0.0, 25.0)), max_size=50))
def test_whatever_happens_what_is_recorded_is_what_was_kept_last(inputs: list[Any]) -> None:
    story = Story(plan=replace_plan(questions=QUESTIONS, shuffle=True))
    kept: Rate | None = None
    for input in inputs:
        effects: list[Any]
        if isinstance(input, tuple):
            effects = story.board(*input, since=story.wall)
        elif isinstance(input, float):
            effects = story.wait(input)
        else:
            effects = story(input)
        for effect in effects:
            match effect:
                case Keep(rate=draft):
                    assert kept is None or (kept.number, kept.level, kept.at) == (
                        draft.number,
                        draft.level,
                        draft.at,
                    )
                    kept = draft
                case Drop():
                    assert kept is not None
                    kept = None
                case Rate() as done:
                    assert kept is None or (done.number, done.level, done.at) == (
                        kept.number,
                        kept.level,
                        kept.at,
                    )
                    assert kept is None or done.answers[: len(kept.answers)] == kept.answers
                    ids = [id for id, _ in done.answers]
                    assert ids == [q.id for q in QUESTIONS if q.id in ids], "each once, in order"
                    kept = None
        wake = story.terminal.wake(story.now)
        assert wake.mono is None or wake.mono > story.mono, "or the program would spin"
    numbers = [rate.number for rate in story.rates]
    assert len(numbers) == len(set(numbers))
