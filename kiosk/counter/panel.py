"""The terminal at its panel: look at the screen, press its keys, touch its faces.

Answers are made in the panel's threads: they read what is safe to read, and put touches into the inbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from hardware.buttons import Buttons, NoSuchButton, SimulatedButtons
from hardware.panel import PanelAnswer, PanelRefusal, Query, Routes, json_answer
from hardware.screen import Screen
from hardware.texts import Texts
from kiosk.counter.asking import RATINGS

T = TypeVar("T")


@dataclass(frozen=True)
class Touch:
    """A finger at a pixel of the screen."""

    x: int
    y: int


@dataclass
class Shown:
    """What the panel may look at; `line` is the officer's line, replaced whole by the program's loop."""

    device: str
    screen: Screen
    keys: Buttons
    texts: Texts
    line: str = ""

    def label(self, button: str) -> str:
        """The words on a button."""
        if button in RATINGS:
            return str(RATINGS.index(button) + 1)
        key = f"key.{button}"
        return self.texts(key, "vi") if key in self.texts else button


class _Pressed(msgspec.Struct):
    button: str


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PanelRefusal(str(error)) from None


def routes(shown: Shown, put: Callable[[Touch], object]) -> Routes:
    """The routes of this device, see `hardware.panel`."""

    def state(query: Query, body: bytes) -> PanelAnswer:
        return json_answer(
            {
                "device": shown.device,
                "role": "counter",
                "screen_rev": shown.screen.rev,
                "ticket_rev": 0,
                "heard_rev": 0,
                "buttons": [
                    {"id": id, "label": shown.label(id), "lit": lit} for id, lit in shown.keys.lamps.items()
                ],
                "switches": {},
                "line": shown.line,
            }
        )

    def picture(query: Query, body: bytes) -> PanelAnswer:
        width = query.get("width", "")
        if width and not width.isdecimal():
            raise PanelRefusal(f"a width is a number of pixels, not '{width}'")
        return PanelAnswer(shown.screen.png(int(width) if width else None), "image/png")

    def touch(query: Query, body: bytes) -> PanelAnswer:
        put(_decoded(body, Touch))
        return json_answer({"ok": True})

    def press(query: Query, body: bytes) -> PanelAnswer:
        button = _decoded(body, _Pressed).button
        if not isinstance(shown.keys, SimulatedButtons):
            raise PanelRefusal("these keys are wired: press them with a finger")
        try:
            shown.keys.press(button)
        except NoSuchButton as error:
            raise PanelRefusal(str(error)) from None
        return json_answer({"ok": True})

    return {
        ("GET", "/state"): state,
        ("GET", "/screen.png"): picture,
        ("POST", "/touch"): touch,
        ("POST", "/press"): press,
    }
