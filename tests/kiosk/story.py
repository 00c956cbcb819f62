"""A kiosk as people meet it: tap, wait, hear from the server. Time is a number that the test moves."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from hardware.printer import PrinterStatus, PrintResult
from kiosk.core import Kiosk
from kiosk.layout.arrange import arrange
from kiosk.layout.frame import Arrangement
from kiosk.layout.panel import Panel
from kiosk.layout.shelf import make_shelf
from kiosk.view import NORMAL, Look, Screen, Shelf, Target, Verb, View
from kiosk.vocabulary import (
    Ask,
    Booted,
    ButtonPressed,
    Effect,
    Input,
    Print,
    PrintEnded,
    PrinterIs,
    Tapped,
    Tick,
    Unfinished,
)
from tests.kiosk import sample

E = TypeVar("E")
PANEL = Panel.of((1080, 1920))
SHELF: Shelf = make_shelf(PANEL)


class Story:
    """One kiosk and its visitors. `hear` and `tap` return the effects."""

    def __init__(
        self,
        config: m.DeviceConfig | None = None,
        board: m.Board | None = None,
        wall: datetime = sample.MORNING,
        panel: Panel = PANEL,
        left: tuple[Unfinished, ...] = (),
        ready: bool = True,
        wired: Set[str] | None = None,
        seals: bool = False,
    ) -> None:
        self.panel = panel
        self.mono = 1000.0
        self.wall = wall
        self.ids: Iterator[str] = (f"r-{n}" for n in count(1))
        self.tokens: Iterator[str] = (f"{n:022d}" for n in count(1))
        self.kiosk = Kiosk(
            "kiosk-1",
            lambda: next(self.ids),
            lambda: next(self.tokens),
            lambda: "4821",
            make_shelf(panel),
            self.now,
            touch=panel.touch,
            wired=wired,
            seals=seals,
        )
        self.done: list[Effect] = self.hear(Booted(left))
        if ready:
            self.hear(heard.ServerUp(1))
            self.done += self.hear(heard.ConfigArrived(config or sample.config()))
            self.hear(heard.BoardArrived(board or sample.board()))
            self.printer(PrinterStatus.OK)

    # --- time -------------------------------------------------------------------------------------------

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall)

    def wait(self, seconds: float) -> list[Effect]:
        """Let so much time pass, waking whenever the kiosk wants to be woken."""
        effects: list[Effect] = []
        end = self.mono + seconds
        while self.mono < end:
            wake = self.kiosk.wake(self.now)
            steps = [end - self.mono, (wake.wall - self.wall).total_seconds()]
            if wake.mono is not None:
                steps.append(wake.mono - self.mono)
            step = max(min(steps), 1e-3)
            self.mono += step
            self.wall += timedelta(seconds=step)
            effects += self.hear(Tick())
        return effects

    # --- what happens -----------------------------------------------------------------------------------

    def hear(self, input: Input) -> list[Effect]:
        return self.kiosk.handle(input, self.now)

    def tap(self, verb: Verb, of: str = "") -> list[Effect]:
        """A finger on a target that is on the screen; a moment after it came."""
        self.wait(0.3)
        target = Target(verb, of)
        shown = self.arrangement
        assert target in {s.target for s in shown.spots} - shown.dead, f"{target} is not to be touched"
        return self.hear(Tapped(target))

    def press(self, button: str) -> list[Effect]:
        return self.hear(ButtonPressed(button))

    def push(self, button: str) -> list[Effect]:
        """A wired button whose lamp is lit; a moment after the screen came."""
        self.wait(0.3)
        assert button in self.kiosk.lit(self.now), f"the lamp of {button} is dark"
        return self.press(button)

    def printer(self, status: PrinterStatus) -> list[Effect]:
        return self.hear(PrinterIs(status))

    def answer(self, reply: m.AnyReply) -> list[Effect]:
        return self.hear(heard.ReplyArrived(reply))

    def ended(self, effects: list[Effect], result: PrintResult) -> list[Effect]:
        return self.hear(PrintEnded(only(effects, Print).job, result))

    def take(self, service: str = "tai-nguyen", klass: str = NORMAL) -> str:
        """All the taps to a number; returns the request's id."""
        self.tap(Verb.SERVICE, service)
        return only(self.tap(Verb.CLASS, klass), Ask).request.id

    def number(self, service: str = "tai-nguyen", number: str = "B047") -> list[Effect]:
        """A number is taken and given."""
        return self.answer(sample.ticket(self.take(service), number))

    # --- what is seen -----------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self.kiosk.view(self.now)

    @property
    def screen(self) -> Screen:
        return self.view.screen

    @property
    def look(self) -> Look:
        return self.view.look

    @property
    def arrangement(self) -> Arrangement:
        return arrange(self.view, self.panel)

    def targets(self) -> set[Verb]:
        """The verbs that can be touched now."""
        shown = self.arrangement
        return {s.target.verb for s in shown.spots if s.target not in shown.dead}


def only(effects: list[Effect], kind: type[E]) -> E:
    """The one effect of a kind."""
    (found,) = [e for e in effects if isinstance(e, kind)]
    return found


def none(effects: list[Effect], kind: type[object]) -> bool:
    return not any(isinstance(e, kind) for e in effects)
