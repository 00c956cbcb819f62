"""Keys are wishes, answers are facts, and whatever happens every number is asked once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from broker import messages as m, vocabulary as heard
from hardware.identity import Identity
from kiosk.counter.asking import RATINGS
from kiosk.counter.core import KEYS, NO_ANSWER, NO_CONNECTION
from kiosk.counter.view import Faces, Idle, Level, Line, More, Reason, Reasons, Skip
from kiosk.counter.vocabulary import Answer, Ask, ButtonPressed, Effect, Leaving, Rate, Tapped
from tests.counter.story import START, Story

# --- keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_key_becomes_one_request(key: str) -> None:
    story = Story()
    (ask,) = story(ButtonPressed(key))
    assert isinstance(ask, Ask)
    assert (ask.request.key, ask.request.id) == (key, "r1")
    assert story.terminal.lit() == {key}


def test_while_a_key_waits_for_its_reply_more_presses_are_the_same_press() -> None:
    story = Story()
    story(ButtonPressed("next"))
    assert story(ButtonPressed("next")) == [] == story(ButtonPressed("finish"))
    story(heard.ReplyArrived(m.DoneReply(id="r1", number="B047", state="called")))
    assert story.line == Line("done.next", (("number", "B047"),))
    assert story.terminal.lit() == frozenset()
    (ask,) = story(ButtonPressed("start"))
    assert isinstance(ask, Ask) and ask.request.id == "r2"


def test_a_key_without_a_server_says_so_and_is_not_kept_for_later() -> None:
    story = Story()
    story(heard.ServerDown())
    assert not any(isinstance(effect, Ask) for effect in story(ButtonPressed("next")))
    assert story.line == NO_CONNECTION
    assert story(heard.ServerUp(2)) == []
    assert story.line is None


def test_a_key_whose_reply_never_came_is_not_said_to_have_failed() -> None:
    story = Story()
    story(ButtonPressed("next"))
    story(heard.NoAnswer("r1"))
    assert story.line == NO_ANSWER


def test_the_reply_to_another_request_is_nobodys() -> None:
    story = Story()
    story(ButtonPressed("next"))
    story(heard.ReplyArrived(m.DoneReply(id="r0", number="A001", state="called")))
    assert story.line is None and story.terminal.lit() == {"next"}


def test_a_refusal_is_shown_in_its_own_words_and_goes_after_a_while() -> None:
    story = Story()
    story(ButtonPressed("next"))
    story(heard.ReplyArrived(m.RefusedReply(id="r1", code="nobody-waiting")))
    assert story.line is not None and story.line.key == "refused.nobody-waiting"
    story.wait(6.0)
    assert story.line is None


def test_next_that_only_finished_says_that_nobody_waits() -> None:
    story = Story()
    story(ButtonPressed("next"))
    story(heard.ReplyArrived(m.DoneReply(id="r1", number="B047", state="served")))
    assert story.line == Line("done.next-nobody")


def test_a_server_that_restarts_quickly_alarms_nobody() -> None:
    story = Story()
    story(heard.ServerDown())
    story.wait(2.9)
    assert story.line is None
    story.wait(0.1)
    assert story.line == NO_CONNECTION


def test_a_button_that_is_not_ours_does_nothing() -> None:
    story = Story()
    assert not any(isinstance(effect, Ask) for effect in story(ButtonPressed("self-destruct")))


# --- the device itself ------------------------------------------------------------------------------------


def test_identify_shows_the_device_for_ten_seconds() -> None:
    story = Story()
    story(heard.ControlArrived(m.Control(do="identify")))
    assert story.terminal.view(story.now).identify == Identity("counter-7", "counter-7")
    assert story.terminal.lit() == {*KEYS, *RATINGS}  # its lamps, for who looks along the counters
    story.wait(10)
    assert story.terminal.view(story.now).identify is None and "next" not in story.terminal.lit()
    story(heard.ControlArrived(m.Control(do="identify")))
    assert story(ButtonPressed("next")) == [] and story.terminal.view(story.now).identify is None


def test_what_a_terminal_cannot_do_is_refused_by_name() -> None:
    effects = Story()(heard.ControlArrived(m.Control(do="test-print", id="o1")))
    assert effects == [Answer("o1", "cannot")]


def test_the_configuration_of_another_kind_of_device_changes_nothing() -> None:
    story = Story(plan=None)
    config = m.DeviceConfig(rev=1, at=START, hall=m.Words(vi="x", en="x"), time_zone="UTC")
    story(heard.ConfigArrived(config))
    assert story.page == Idle("starting", "")


# --- whatever happens -------------------------------------------------------------------------------------

NUMBERS = st.sampled_from(["B047", "B048", "B049"])
INPUTS = st.one_of(
    st.builds(lambda key: ButtonPressed(key), st.sampled_from([*KEYS, *RATINGS, "x"])),
    st.builds(
        Tapped,
        st.sampled_from([None, Skip(), More(), Reason("wait"), *(Level(n) for n in range(1, 6))]),
    ),
    st.builds(lambda: heard.ServerUp(1)),
    st.builds(heard.ServerDown),
    st.builds(Leaving),
    st.builds(lambda n: heard.NoAnswer(f"r{n}"), st.integers(1, 9)),
    st.builds(
        lambda n, s: heard.ReplyArrived(m.DoneReply(id=f"r{n}", number="B047", state=s)),
        st.integers(1, 9),
        st.sampled_from(["called", "served", None]),
    ),
    st.tuples(NUMBERS, st.sampled_from(["called", "serving", "served", None])),
    st.floats(0.0, 30.0),
)


@given(st.lists(INPUTS, max_size=60))
def test_whatever_happens_no_number_has_two_answers_and_no_key_two_requests(inputs: list[Any]) -> None:
    story = Story()
    offered: set[str] = set()
    for input in inputs:
        open_before = story.terminal.lit() & set(KEYS)
        asked = isinstance(story.page, Faces | Reasons)
        effects: list[Effect]
        if isinstance(input, tuple):
            number, state = input
            effects = story.board(number if state else None, state, since=story.wall)
            offered |= {number} if state == "served" else set()
        elif isinstance(input, float):
            effects = story.wait(input)
        else:
            effects = story(input)
            if any(isinstance(effect, Ask) for effect in effects):
                assert not open_before
        if any(isinstance(effect, Rate) for effect in effects):
            assert asked
        wake = story.terminal.wake(story.now)
        assert wake.mono is None or wake.mono > story.mono, "or the program would spin"
        assert wake.wall is None or wake.wall > story.wall
    numbers = [rate.number for rate in story.rates]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= offered
    asks = [effect.request.id for effect in story.done if isinstance(effect, Ask)]
    assert len(asks) == len(set(asks))
