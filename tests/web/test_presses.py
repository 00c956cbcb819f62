from __future__ import annotations

import pytest

from server.web.presses import Presses


def press(
    presses: Presses, id: str, now: float, what: tuple[str, ...] = ("next",), counter: str = "7"
) -> str:
    with presses.at(counter, what, id, now, 1.5) as command:
        return command


def test_a_second_press_within_a_second_and_a_half_is_the_same_command() -> None:
    presses = Presses()
    assert press(presses, "a", 0.0) == "a"
    assert press(presses, "b", 1.4) == "a"
    assert press(presses, "c", 1.6) == "c"


def test_while_the_first_is_unanswered_any_later_one_is_the_same() -> None:
    presses = Presses()
    with presses.at("7", ("next",), "a", 0.0, 1.5) as first:
        assert press(presses, "b", 60.0) == first == "a"


def test_another_verb_another_number_or_another_counter_is_another_command() -> None:
    presses = Presses()
    assert press(presses, "a", 0.0, ("call", "B047")) == "a"
    assert press(presses, "b", 0.1, ("call", "B048")) == "b"
    assert press(presses, "c", 0.2, ("next",)) == "c"
    assert press(presses, "d", 0.3, ("next",), counter="8") == "d"


def test_after_another_press_between_them_the_same_verb_is_meant_anew() -> None:
    presses = Presses()
    assert press(presses, "a", 0.0) == "a"
    assert press(presses, "b", 0.1, ("finish",)) == "b"
    assert press(presses, "c", 0.2) == "c"


def test_a_refused_press_is_tried_again_and_not_repeated() -> None:
    presses = Presses()
    with pytest.raises(ValueError), presses.at("7", ("next",), "a", 0.0, 1.5):
        raise ValueError
    assert press(presses, "b", 0.1) == "b"


def test_the_same_id_is_the_same_command_however_late() -> None:
    presses = Presses()
    assert press(presses, "a", 0.0) == "a"
    assert press(presses, "a", 100.0) == "a"
