"""Simulated and wired buttons keep one contract. Wired ones run on gpiozero's own simulated pins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.buttons import Buttons, Press, SimulatedButtons
from hardware.buttons_gpio import GpioButtons
from hardware.buttons_wiring import read_wiring


class Rig(Protocol):
    """Two buttons, `help` and `back`, with lamps, and what a finger does to them at a time of our own."""

    now: float
    heard: list[Press]
    buttons: Buttons

    def contact(self, button: str, closed: bool) -> None:
        """The contact closes or opens now."""


class SimulatedRig:
    def __init__(self) -> None:
        self.now, self.heard = 100.0, list[Press]()
        self.simulated = SimulatedButtons(("help", "back"), self.heard.append, lambda: self.now)
        self.buttons: Buttons = self.simulated

    def contact(self, button: str, closed: bool) -> None:
        (self.simulated.hold if closed else self.simulated.release)(button)


class WiredRig:
    def __init__(self, options: str = "") -> None:
        self.now, self.heard = 100.0, list[Press]()
        self.factory = MockFactory()
        self.pins: dict[str, Any] = {"help": self.factory.pin(5), "back": self.factory.pin(6)}
        self.lamps: dict[str, Any] = {"help": self.factory.pin(19), "back": self.factory.pin(20)}
        self.up = "pull=down" not in options
        self.wired = GpioButtons(
            read_wiring(f"help=5/19,back=6/20{options}"), self.heard.append, self.factory, lambda: self.now
        )
        self.buttons: Buttons = self.wired

    def contact(self, button: str, closed: bool) -> None:
        pin = self.pins[button]
        (pin.drive_low if closed is self.up else pin.drive_high)()


RIGS: dict[str, Callable[[], Rig]] = {
    "simulated": SimulatedRig,
    "wired to ground": WiredRig,
    "wired to 3.3 V": lambda: WiredRig("?pull=down"),
}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    made = RIGS[request.param]()
    yield made
    made.buttons.close()


def tap(rig: Rig, button: str, for_s: float) -> None:
    rig.contact(button, True)
    rig.now += for_s
    rig.contact(button, False)


def test_a_clean_press_is_one_press_at_its_first_contact(rig: Rig) -> None:
    assert rig.buttons.ids == ("help", "back")
    tap(rig, "back", 0.1)
    assert rig.heard == [Press("back", 100.0)]


def test_fifty_edges_in_200_ms_are_one_press(rig: Rig) -> None:
    for _ in range(25):
        tap(rig, "help", 0.004)
        rig.now += 0.004
    rig.contact("help", True)
    assert rig.heard == [Press("help", 100.0)]


def test_a_contact_that_bounces_for_20_ms_at_both_ends_is_one_press(rig: Rig) -> None:
    for _ in range(2):
        for _ in range(10):
            tap(rig, "help", 0.001)
            rig.now += 0.001
        rig.contact("help", True)
        rig.now += 1.0
    rig.contact("help", False)
    assert rig.heard == [Press("help", 100.0)]


def test_taps_of_30_ms_are_not_lost(rig: Rig) -> None:
    for _ in range(25):
        tap(rig, "help", 0.03)
        rig.now += 0.5
    assert len(rig.heard) == 25


def test_a_second_press_within_the_lockout_is_the_same_press(rig: Rig) -> None:
    tap(rig, "help", 0.05)
    rig.now += 0.1
    tap(rig, "help", 0.05)
    rig.now += 0.3
    tap(rig, "help", 0.05)
    assert [press.at for press in rig.heard] == [100.0, pytest.approx(100.5)]


def test_two_buttons_do_not_lock_each_other_out(rig: Rig) -> None:
    rig.contact("help", True)
    rig.contact("back", True)
    assert [press.button for press in rig.heard] == ["help", "back"]


def test_a_held_button_is_one_press_and_stuck_after_30_s(rig: Rig) -> None:
    rig.contact("help", True)
    rig.now += 30.0
    assert rig.buttons.stuck() == ()
    rig.now += 0.1
    assert rig.buttons.stuck() == ("help",)
    assert len(rig.heard) == 1


def test_a_stuck_button_gives_no_presses_until_it_is_let_go_for_a_second(rig: Rig) -> None:
    rig.contact("help", True)
    rig.now += 40.0
    for _ in range(20):  # a jammed contact trembles, wider than bouncing
        rig.contact("help", False)
        rig.now += 0.4
        rig.contact("help", True)
        rig.now += 0.4
    assert len(rig.heard) == 1
    rig.contact("help", False)
    rig.now += 1.0
    rig.contact("help", True)
    assert len(rig.heard) == 2


def test_lamps_are_lit_by_name_and_unknown_names_are_nobodys_concern(rig: Rig) -> None:
    assert rig.buttons.lamps == {"help": False, "back": False}
    rig.buttons.light(frozenset({"back", "not-wired"}))
    assert rig.buttons.lamps == {"help": False, "back": True}
    rig.buttons.light(frozenset({"help"}))
    assert rig.buttons.lamps == {"help": True, "back": False}


def test_closing_twice_and_lighting_afterwards_harms_nobody(rig: Rig) -> None:
    rig.buttons.light(frozenset({"help"}))
    rig.buttons.close()
    rig.buttons.close()
    rig.buttons.light(frozenset({"back"}))
    rig.buttons.stuck()
    assert rig.heard == []
