"""The pages after the faces: reasons in another order, the questionnaire; and the same on a kiosk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from broker import messages as m, vocabulary as heard
from broker.outbox import Outbox
from broker.vocabulary import Now
from kiosk.counter.answered import Answered
from kiosk.counter.asking import ASIDE_S, DWELL_S, QUESTION_S, REASON_S, Asking
from kiosk.counter.known import Known
from kiosk.counter.records import Records, rating_fact
from kiosk.counter.view import (
    Faces,
    Idle,
    Inquiry,
    Level,
    More,
    Points,
    Reason,
    Reasons,
    Skip,
    TakeNumber,
    Thanks,
)
from kiosk.counter.vocabulary import (
    Booted,
    ButtonPressed,
    Drop,
    Keep,
    Leaving,
    Note,
    Rate,
    Record,
    Settle,
    Stuck,
    Tapped,
)
from tests.counter.story import DAY, PLAN, START, Story, rate, replace_plan


def question(id: str) -> m.Question:
    words = m.Words(vi=id, en=id)
    return m.Question(id, words, (words, words, words))


QUESTIONS = tuple(question(id) for id in ("1", "3", "4", "7"))
ASKED = replace_plan(questions=QUESTIONS)


def asked(level: int = 4, plan: m.CounterPlan = ASKED) -> Story:
    """B047 was served and pressed a level."""
    story = Story(plan=plan)
    story.served()
    story(Tapped(Level(level)))
    return story


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


# --- power cuts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 4])
def test_an_answer_that_a_power_cut_stopped_counts_as_it_stood(level: int) -> None:
    story = asked(level)
    if level == 1:
        story.touch(Reason("attitude"))
    story.touch(Points(2))
    kept = [effect.rate for effect in story.done if isinstance(effect, Keep)][-1]
    after = Story(plan=ASKED, draft=kept)
    assert after(Booted()) == [kept, Settle(DAY, "B047")]
    assert kept.answers == (("1", 2),) and kept.level == level
    after.served()
    assert isinstance(after.page, Idle), "and the citizen is not asked again"


def test_a_power_cut_on_the_page_of_reasons_loses_no_rating() -> None:
    assert [effect for effect in asked(1).done if isinstance(effect, Keep)] == [Keep(rate(1))]


class Memory:
    """A terminal's memory, from one start to the next power cut, and what it records there."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder / "outbox.db")
        self.answered = Answered(self.outbox.disk)
        self.carry_out = Records("counter-7", self.answered, self.facts).carry_out

    def facts(self, *drafts: m.RatingFact, beside: Any = None) -> None:
        """As `DeviceLink.facts`."""
        with self.outbox.disk.transaction():
            beside()
            for draft in drafts:
                self.outbox.append(draft)

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.outbox.close()


@pytest.mark.parametrize("cut", range(8))
def test_a_power_cut_between_any_two_inputs_leaves_one_rating(tmp_path: Path, cut: int) -> None:
    story = asked(1)
    story.touch(Reason("wait"))
    for points in (2, 1, 0):
        story.touch(Points(points))
    story.touch(Skip())
    *kept, rated, settled = [effect for effect in story.done if isinstance(effect, Rate | Keep | Settle)]
    inputs: list[list[Record]] = [*([one] for one in kept), [rated, settled]]  # type: ignore[list-item]
    with Memory(tmp_path) as memory:
        for records in inputs[:cut]:
            commits = memory.outbox.disk.commits
            memory.carry_out(records)
            assert memory.outbox.disk.commits == commits + 1, "one sync of the card for each touch"
    with Memory(tmp_path) as memory:
        after = Story(plan=ASKED, settled=memory.answered.pairs(), draft=memory.answered.draft)
        memory.carry_out([effect for effect in after(Booted()) if isinstance(effect, Rate | Settle)])
    with Memory(tmp_path) as memory:
        facts = memory.outbox.pending()
        assert memory.answered.draft is None
        assert memory.answered.pairs() == ([(DAY, "B047")] if cut else [])
    assert len(facts) == min(cut, 1)
    for fact in facts:
        assert isinstance(fact, m.RatingFact) and (fact.number, fact.level) == ("B047", 1)
        after.served()
        assert isinstance(after.page, Idle)


def test_a_rating_is_one_fact_with_its_answers() -> None:
    fact = rating_fact("counter-7", replace(rate(2, "late"), answers=(("1", 2), ("7", 0))))
    assert (fact.number, fact.level, fact.levels, fact.reason) == ("B047", 2, 4, "late")
    assert fact.answers == {"1": 2, "7": 0}
    assert fact.id == rating_fact("counter-7", rate(4)).id, "one a number and day, whatever was pressed"
    assert fact.id != rating_fact("counter-7", replace(rate(4), day="2026-11-24")).id


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


# --- on a kiosk -------------------------------------------------------------------------------------------


class Guest:
    """A question of counter 7 on the screen of a kiosk beside it."""

    def __init__(self, plan: m.CounterPlan = ASKED) -> None:
        self.mono, self.wall = 1000.0, START
        self.asking = Asking(Known(), (), None, lambda reasons: reasons, guest=True)
        hall = m.Words(vi="Trung tâm", en="Centre")
        config = m.DeviceConfig(rev=1, at=START, hall=hall, time_zone="Asia/Ho_Chi_Minh", counter=plan)
        self.asking.hear(heard.ConfigArrived(config), self.now)

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall)

    def served(self, number: str = "B047") -> None:
        line = m.CounterLine("7", "open", number, "served", self.wall)
        hall = m.Words(vi="Trung tâm", en="Centre")
        board = m.Board(
            epoch=1, rev=1, at=self.wall, day=DAY, hall=hall, calls=(), counters=(line,), waiting=()
        )
        self.asking.hear(heard.BoardArrived(board), self.now)

    def wait(self, seconds: float) -> list[Record]:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)
        return self.asking.tick(self.now)

    def touch(self, target: Any) -> list[Record]:
        self.wait(DWELL_S)
        return self.asking.tap(target, self.now)


def test_a_kiosk_asks_like_a_terminal() -> None:
    kiosk = Guest()
    assert kiosk.asking.page is None
    kiosk.served()
    assert kiosk.asking.page == Faces("B047", "7", 4, guest=True)
    kiosk.touch(Level(4))
    for _ in QUESTIONS:
        effects = kiosk.touch(Points(2))
    assert isinstance(effects[0], Rate) and effects[1] == Settle(DAY, "B047")


def test_who_wants_a_number_there_gets_the_screen_and_the_question_comes_back() -> None:
    kiosk = Guest()
    kiosk.served()
    assert kiosk.touch(TakeNumber()) == []
    assert kiosk.asking.page is None and kiosk.asking.wanted == frozenset()
    assert kiosk.touch(Level(1)) == [], "nobody sees the faces"
    kiosk.wait(ASIDE_S)
    assert isinstance(kiosk.asking.page, Faces)
    assert kiosk.asking.tap(Level(1), kiosk.now) == [], "the finger meant something else"
    assert kiosk.touch(Level(1)) != []


def test_a_page_that_comes_on_the_screen_is_dead_for_a_moment() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.wait(30)
    kiosk.asking.appear(kiosk.now)
    assert kiosk.asking.tap(Level(4), kiosk.now) == []
    assert kiosk.touch(Level(4)) != []


def test_the_question_is_let_go_when_its_window_closes_while_it_waits() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.wait(590)
    kiosk.touch(TakeNumber())
    kiosk.wait(30)
    assert kiosk.asking.page is None and kiosk.asking.wake().mono is None
    kiosk.wait(ASIDE_S)
    assert kiosk.asking.page is None


def test_a_kiosk_that_begins_something_else_records_what_was_answered() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.touch(Level(3))
    (answer, settle) = kiosk.asking.leave(kiosk.now)
    assert isinstance(answer, Rate) and answer.level == 3 and settle == Settle(DAY, "B047")
    assert kiosk.asking.leave(kiosk.now) == []


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


def test_a_reason_not_given_in_time_goes_on_to_no_question() -> None:
    """Who walked away from the reasons is not there to answer more."""
    story = asked(1)
    story.wait(REASON_S)
    assert story.rates == [rate(1)]
    assert story.page == Thanks()
