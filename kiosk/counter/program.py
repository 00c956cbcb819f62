"""`motcua counter`: call with the keys of one counter, and ask its citizens for a rating.

The runner of `kiosk.counter.core`: one inbox, one loop. Button, panel and link threads only put into the
inbox; this loop alone touches the core, the screen and the file of answers.
"""

from __future__ import annotations

import logging
import queue
import random
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Literal

import msgspec

from broker.device import BrokerSettings, DeviceLink, LinkBroken
from broker.link import OpenLink, open_link
from broker.outbox import Outbox
from broker.vocabulary import ControlArrived, Now
from hardware.broken import DeviceBroken
from hardware.buttons import Buttons, Press, open_buttons
from hardware.canvas import Canvas
from hardware.clock import Clock, ClockError, open_clock
from hardware.machine import open_machine
from hardware.panel import Panel, PanelError
from hardware.release import release
from hardware.screen import Screen, ScreenError, open_screen
from hardware.systemd import Systemd
from hardware.texts import Texts
from hardware.theme import THEMES
from hardware.upkeep import log_lines, picture
from kiosk.counter.answered import Answered
from kiosk.counter.asking import RATINGS
from kiosk.counter.core import KEYS, Terminal
from kiosk.counter.layout import Layout
from kiosk.counter.panel import Shown, Touch, routes
from kiosk.counter.records import Records
from kiosk.counter.screen import Painter, Targets, hit
from kiosk.counter.view import Idle, View
from kiosk.counter.vocabulary import (
    Answer,
    Ask,
    Booted,
    ButtonPressed,
    Drop,
    Effect,
    Input,
    Keep,
    Leaving,
    Note,
    Rate,
    Restart,
    Settle,
    Stuck,
    Tapped,
    Tick,
)

log = logging.getLogger("counter")

KEY_DEADLINE_S = 2.0  # an officer looks at the line for so long, then at the board
LOOK_S = 2.0  # between two looks at buttons that may be stuck
ENDED = 0  # also to start again: systemd, or the demo, does that
MISCONFIGURED = 2


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terminal's file. Paths are taken from the file's own folder."""

    program: str = "counter"
    data: Path  # what has to survive a power cut: the outbox, and which numbers had their say
    broker: BrokerSettings
    counter: str = ""  # shown until the server's configuration says which counter this is
    screen: str = "sim:800x480"
    diagonal_in: Annotated[float, msgspec.Meta(gt=0)] = 7.0  # of the panel: fingers and eyes know no pixels
    keys: str = "sim:"  # without ids: all keys and rating buttons there are
    theme: Literal["light", "dark", "contrast"] = "light"
    clock: str = "system"
    machine: str = "system"  # whose warmth, memory and card the server is told of
    panel: Path | None = None  # a socket, only for simulated hardware


CANNOT_OPEN = (ClockError, ScreenError, ValueError, OSError)  # ValueError: a bad address or id


class Stop:
    """Ends the loop."""


def run(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit status. 2 for hardware or files that cannot be opened."""
    try:
        terminal = CounterProgram(settings)
    except CANNOT_OPEN as error:
        print(f"motcua: {error}", file=sys.stderr)
        return MISCONFIGURED

    def stop(number: int, frame: FrameType | None) -> None:
        terminal.stop()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    try:
        return terminal.run()
    except PanelError as error:
        print(f"motcua: {error}", file=sys.stderr)
        return MISCONFIGURED


def open_keys(settings: Settings, inbox: queue.SimpleQueue[Any]) -> Buttons:
    ids = ",".join((*KEYS, *RATINGS)) if settings.keys == "sim:" else ""
    return open_buttons(settings.keys + ids, inbox.put)


class CounterProgram:
    """One terminal, from its settings to its end. `stop` may be called from any thread or signal."""

    def __init__(
        self,
        settings: Settings,
        *,
        open_link: OpenLink = open_link,
        open_keys: Callable[[Settings, queue.SimpleQueue[Any]], Buttons] = open_keys,
    ) -> None:
        self._settings = settings
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._clock: Clock = open_clock(settings.clock)
        self._texts = Texts.load("kiosk.counter")
        with ExitStack() as opened:  # a start that is refused leaves nothing open
            self._screen: Screen = open_screen(settings.screen, f"motcua {settings.broker.device}")
            opened.callback(self._screen.close)
            self._keys = open_keys(settings, self._inbox)
            opened.callback(self._keys.close)
            settings.data.mkdir(parents=True, exist_ok=True)
            self._outbox = Outbox(settings.data / "outbox.db")
            opened.callback(self._outbox.close)
            self._answered = Answered(self._outbox.disk)
            self._link = DeviceLink(
                settings.broker,
                "counter",
                release(),
                self._outbox,
                self._inbox,
                self._clock,
                open_link=open_link,
                machine=open_machine(settings.machine, settings.data),
            )
            self._opened = opened.pop_all()
        self._core = Terminal(
            settings.broker.device,
            settings.counter,
            lambda: uuid.uuid4().hex,
            self._answered.pairs(),
            self._now(),
            self._answered.draft,
            lambda reasons: random.sample(reasons, len(reasons)),
        )
        self._records = Records(settings.broker.device, self._answered, self._link.facts)
        self._painter = Painter(
            Canvas(self._screen.surface, THEMES[settings.theme]),
            self._texts,
            Layout.of_panel(self._screen.size, settings.diagonal_in),
        )
        self._view: View | None = None
        self._targets: Targets = []
        self._shown = Shown(settings.broker.device, self._screen, self._keys, self._texts)
        self._stuck: tuple[str, ...] = ()
        self._look_at = 0.0
        self._systemd = Systemd()
        self._ending: int | None = None

    def stop(self) -> None:
        """End in good order, soon."""
        self._inbox.put(Stop())

    def run(self) -> int:
        panel = (
            Panel(self._settings.panel, routes(self._shown, self._inbox.put))
            if self._settings.panel
            else None
        )
        log.info("counter started device=%s pending=%d", self._settings.broker.device, self._outbox.count())
        try:
            self._handle(Booted())
            if panel is not None:
                panel.start()
            self._link.start()
            self._systemd.ready(self._settings.broker.device)
            while self._ending is None:
                self._systemd.beat()
                self._take(self._next())
            self._carry_out(self._core.handle(Leaving(), self._now()))
        finally:
            self._systemd.stopping()
            if panel is not None:
                panel.stop()
            self._link.stop()
            self._opened.close()
        log.info("counter ended device=%s", self._settings.broker.device)
        return self._ending

    # --- the loop ---------------------------------------------------------------------------------------

    def _next(self) -> Any:
        return self._screen.wait(self._inbox, self._wait_s()) or Tick()

    def _wait_s(self) -> float:
        now, wake = self._now(), self._core.wake(self._now())
        waits = [LOOK_S]
        if wake.mono is not None:
            waits.append(wake.mono - now.mono)
        if wake.wall is not None:
            waits.append(self._clock.real_seconds((wake.wall - now.wall).total_seconds()))
        if self._systemd.every_s is not None:
            waits.append(self._systemd.every_s)
        return max(0.0, min(waits))

    def _take(self, item: Any) -> None:
        match item:
            case Stop():
                self._ending = ENDED
                return
            case LinkBroken():
                raise item
            case DeviceBroken(error=error):
                raise error
            case ControlArrived(control) if control.do == "logs":
                self._link.hand_over(control.id, log_lines())
            case ControlArrived(control) if control.do == "screenshot":
                self._show(control.id)
            case Press(button):
                self._handle(ButtonPressed(button))
            case Touch(x, y):
                self._handle(Tapped(hit(self._targets, x, y)))
            case _:
                self._handle(item)
        for x, y in self._screen.touches():
            self._handle(Tapped(hit(self._targets, x, y)))
        self._look_at_keys()

    def _show(self, order: str | None) -> None:
        """The screen's picture for staff: never one that tells what somebody answers."""
        if self._view is not None and not isinstance(self._view.page, Idle):
            self._link.refuse(order, "somebody-there")
        else:
            self._link.hand_over(order, picture(self._screen))

    def _handle(self, input: Input) -> None:
        self._carry_out(self._core.handle(input, self._now()))
        self._refresh()

    def _refresh(self) -> None:
        """Paint if the view is another; tell lamps and panel."""
        view = self._core.view(self._now())
        self._keys.light(self._core.lit())
        if view != self._view:
            self._view = view
            self._targets = self._painter.paint(view)
            self._screen.show()
            self._shown.line = self._painter.line(view.line)

    def _look_at_keys(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_S
        stuck = self._keys.stuck()
        if stuck != self._stuck:
            self._stuck = stuck
            log.warning("keys stuck=%s", ",".join(stuck) or "none")
            self._handle(Stuck(frozenset(stuck)))
            self._link.status(stuck=stuck)

    # --- effects ----------------------------------------------------------------------------------------

    def _carry_out(self, effects: list[Effect]) -> None:
        """What is recorded is one commit, and before everything else."""
        self._records.carry_out([e for e in effects if isinstance(e, Rate | Keep | Drop | Settle)])
        for effect in effects:
            match effect:
                case Ask(request):
                    log.info("key key=%s id=%s", request.key, request.id)
                    self._link.request(request, KEY_DEADLINE_S)
                case Answer(order, ""):
                    self._link.done(order)
                case Answer(order, refused):
                    self._link.refuse(order, refused)
                case Restart():
                    self._ending = ENDED
                case Note(line):
                    log.warning(line)

    def _now(self) -> Now:
        return Now(time.monotonic(), self._clock.now(), self._clock.synchronised)
