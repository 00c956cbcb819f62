"""One press of a finger is one press, whatever the contact does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from hardware.buttons import (
    Debounce,
    NoSuchButton,
    Press,
    SimulatedButtons,
    UnknownButtons,
    open_buttons,
)


def presses(edges: list[tuple[bool, float]], debounce: Debounce | None = None) -> list[float]:
    contact = debounce or Debounce(0.025, 0.3)
    return [press.at for level, at in edges if (press := contact.edge(level, at)) is not None]


def test_fifty_bounces_in_200_ms_are_one_press() -> None:
    edges = [(at % 2 == 0, 5.0 + at * 0.002) for at in range(100)]
    assert presses(edges) == [5.0]


@given(seed=st.integers(0, 10_000), count=st.integers(1, 200))
def test_any_chatter_within_the_lockout_is_one_press(seed: int, count: int) -> None:
    chance = random.Random(seed)
    times = sorted(chance.uniform(0.0, 0.29) for _ in range(count))
    edges = [(True, 1.0), *((chance.random() < 0.5, 1.0 + at) for at in times)]
    assert presses(edges) == [1.0]


def test_a_bouncing_release_is_no_second_press() -> None:
    edges = [(True, 1.0), (False, 2.0), (True, 2.003), (False, 2.005), (True, 2.009), (False, 2.02)]
    assert presses(edges) == [1.0]


def test_a_tap_of_a_few_milliseconds_is_not_eaten() -> None:
    assert presses([(True, 1.0), (False, 1.004)]) == [1.0]


def test_two_presses_half_a_second_apart_are_two() -> None:
    assert presses([(True, 1.0), (False, 1.1), (True, 1.5), (False, 1.6)]) == [1.0, 1.5]


def test_the_same_level_twice_is_no_edge() -> None:
    assert presses([(True, 1.0), (True, 5.0), (False, 6.0), (False, 7.0), (True, 8.0)]) == [1.0, 8.0]


def test_a_button_held_for_more_than_30_s_is_stuck_until_it_is_let_go() -> None:
    contact = Debounce()
    contact.edge(True, 10.0)
    assert not contact.stuck(40.0)
    assert contact.stuck(40.1)
    contact.edge(False, 50.0)
    assert not contact.stuck(90.0)


def test_simulated_buttons_put_each_press_once_and_know_their_lamps() -> None:
    stopwatch, heard = [10.0], list[Press]()
    buttons = SimulatedButtons(("next", "recall"), heard.append, lambda: stopwatch[0])
    buttons.press("next")
    buttons.press("next")
    buttons.press("recall")
    stopwatch[0] = 11.0
    buttons.press("next")
    assert heard == [Press("next", 10.0), Press("recall", 10.0), Press("next", 11.0)]
    buttons.light(frozenset({"next", "not-wired"}))
    assert buttons.lamps == {"next": True, "recall": False}


def test_a_finger_that_stays_is_reported_as_stuck() -> None:
    stopwatch, heard = [0.0], list[Press]()
    buttons = SimulatedButtons(("next",), heard.append, lambda: stopwatch[0])
    buttons.hold("next")
    stopwatch[0] = 31.0
    assert buttons.stuck() == ("next",)
    buttons.release("next")
    assert buttons.stuck() == () and len(heard) == 1


def test_a_button_that_is_not_wired_is_refused() -> None:
    buttons = open_buttons("sim:next", lambda press: None)
    assert isinstance(buttons, SimulatedButtons)
    with pytest.raises(NoSuchButton, match="next"):
        buttons.press("recall")


def test_a_device_may_have_no_buttons() -> None:
    assert open_buttons("none:", lambda press: None).ids == ()


@pytest.mark.parametrize("url", ["gpio:17", "sim:", "sim:Next", "sim:a,a", "none:x", "next", ""])
def test_unknown_buttons_are_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UnknownButtons) as refused:
        open_buttons(url, lambda press: None)
    assert "\n" not in str(refused.value)
