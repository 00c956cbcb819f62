"""The kiosk at its panel: look at the screen and the paper, touch, press, pull the paper out.

Answers are made in the panel's threads: they read what is safe to read, and put touches into the inbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from hardware.buttons import Buttons, NoSuchButton, SimulatedButtons
from hardware.panel import PanelAnswer, PanelRefusal, Query, Routes, json_answer
from hardware.printer import Printer
from hardware.scanner import Scanner, SimulatedScanner
from hardware.screen import Screen

T = TypeVar("T")


@dataclass(frozen=True)
class Touch:
    """A finger at a pixel of the screen."""

    x: int
    y: int


@dataclass
class Shown:
    """What the panel may look at. The program's loop replaces `targets` and `labels` whole."""

    device: str
    screen: Screen
    printer: Printer
    buttons: Buttons
    scanner: Scanner | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  # button -> words
    targets: Callable[[], list[dict[str, Any]]] = list  # what a finger would hit now


class _Touched(msgspec.Struct):
    x: float
    y: float


class _Pressed(msgspec.Struct):
    button: str


class _Scanned(msgspec.Struct):
    text: str


def routes(shown: Shown, put: Callable[[Touch], object]) -> Routes:
    """The routes of this device, see `hardware.panel`.

    `/state` has `targets` besides: verb, id and box of everything that a finger can hit at this moment; empty
    while a new screen is not to be touched yet.
    """
    from hardware.printer_sim import SimulatedPrinter, panel_routes  # a kiosk with a real printer never does

    def state(query: Query, body: bytes) -> PanelAnswer:
        machine = shown.printer.machine if isinstance(shown.printer, SimulatedPrinter) else None
        return json_answer(
            {
                "device": shown.device,
                "role": "kiosk",
                "screen_rev": shown.screen.rev,
                "ticket_rev": machine.last if machine is not None else 0,
                "heard_rev": 0,
                "buttons": [
                    {"id": id, "label": shown.labels.get(id, id), "lit": lit}
                    for id, lit in shown.buttons.lamps.items()
                ],
                "switches": machine.switches if machine is not None else {},
                "targets": shown.targets(),
                "scanner": isinstance(shown.scanner, SimulatedScanner),
            }
        )

    def picture(query: Query, body: bytes) -> PanelAnswer:
        width = query.get("width", "")
        if width and not width.isdecimal():
            raise PanelRefusal(f"a width is a number of pixels, not '{width[:40]}'")
        return PanelAnswer(shown.screen.png(int(width[:6]) if width else None), "image/png")

    def touch(query: Query, body: bytes) -> PanelAnswer:
        at = _decoded(body, _Touched)
        wide, high = shown.screen.size
        if not (0 <= at.x < wide and 0 <= at.y < high):
            raise PanelRefusal(f"the screen has {wide} x {high} pixels")
        put(Touch(int(at.x), int(at.y)))
        return json_answer({"touched": True})

    def press(query: Query, body: bytes) -> PanelAnswer:
        if not isinstance(shown.buttons, SimulatedButtons):
            raise PanelRefusal("these buttons are wired: press them with a finger")
        try:
            shown.buttons.press(_decoded(body, _Pressed).button)
        except NoSuchButton as error:
            raise PanelRefusal(str(error)) from None
        return json_answer({"pressed": True})

    def scan(query: Query, body: bytes) -> PanelAnswer:
        if not isinstance(shown.scanner, SimulatedScanner):
            raise PanelRefusal("no simulated scanner here: hold the code under the real one")
        shown.scanner.scan(_decoded(body, _Scanned).text)
        return json_answer({"scanned": True})

    return {
        ("GET", "/state"): state,
        ("POST", "/scan"): scan,
        ("GET", "/screen.png"): picture,
        ("POST", "/touch"): touch,
        ("POST", "/press"): press,
        **panel_routes(shown.printer),
    }


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PanelRefusal(str(error)) from None
