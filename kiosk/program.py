"""`motcua kiosk`: let citizens choose a service and print their numbers.

The runner of `kiosk.core`: one inbox, one loop. The link, the printer, the buttons and the panel have threads
of their own, which only put into the inbox; this loop alone touches the core, the screen and the store.
"""

from __future__ import annotations

import logging
import queue
import secrets
import signal
import sys
import threading
import time
import uuid
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import msgspec

from broker.basics import new_secret
from broker.device import BrokerSettings, DeviceLink, LinkBroken, boot_id
from broker.link import OpenLink, open_link
from broker.messages import LookupReply
from broker.outbox import Outbox
from broker.vocabulary import BoardArrived, ControlArrived, Now, ReplyArrived
from hardware.broken import DeviceBroken
from hardware.buttons import Buttons, Press, open_buttons
from hardware.clock import Clock, ClockError, open_clock
from hardware.machine import open_machine
from hardware.memory import give_back
from hardware.panel import Panel as Socket, PanelError
from hardware.printer import Printer, PrinterStatus, open_printer
from hardware.release import release
from hardware.scanner import Scan, ScannerStatus, open_scanner
from hardware.screen import Screen, ScreenError, open_screen
from hardware.systemd import Systemd
from hardware.texts import Texts
from hardware.upkeep import log_lines, picture
from kiosk.core import Kiosk
from kiosk.counter.guest import Guest
from kiosk.deeds import Deeds
from kiosk.layout.panel import Panel
from kiosk.layout.reach import reach
from kiosk.layout.shelf import make_shelf
from kiosk.panel import Shown, Touch, routes
from kiosk.printing import PaperUsed, Printing, PrintingBroken, TestPrinted
from kiosk.stage import Stage
from kiosk.store import Store
from kiosk.vocabulary import SERVICE, Booted, Input, PrinterIs, Scanned, ScannerIs, Tick

log = logging.getLogger("kiosk")

TOKEN_BYTES = 16  # 128 bits, 22 characters: the address of a phone page cannot be guessed
LOOK_S = 2.0  # the hall's clock may be set anew while we sleep
KEYS_S = 5.0  # between two looks at buttons that may be stuck
BUTTONS = "sim:service-land,ok,priority,back,help,language,page"  # of a kiosk without touch
ENDED = 0  # also to start again: systemd, or the demo, does that
MISCONFIGURED = 2
CANNOT_OPEN = (ClockError, ScreenError, ValueError, OSError)  # ValueError: a bad address, printer, panel


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kiosk's file. Paths are taken from the file's own folder."""

    program: str = "kiosk"
    data: Path  # what has to survive a power cut: facts, tickets under way, own numbers
    broker: BrokerSettings
    screen: str = "sim:1080x1920"
    diagonal_in: float | None = None  # of the panel; without it 21.5 upright and 10.1 across
    screen_bottom_mm: float = 770.0  # from the floor to the lower edge of the picture
    printer: str = "sim:80"
    roll_m: float = 80.0  # on a full roll of paper: how many tickets are left is worked out from it
    keys: str = "sim:"  # wired buttons; without ids: help and back
    scanner: str = "none:"
    touch: bool = True  # whether the screen feels fingers; without, buttons do everything
    theme: Literal["light", "dark", "contrast"] = "light"
    clock: str = "system"
    machine: str = "system"  # whose warmth, memory and card the server is told of
    panel: Path | None = None  # a socket, only for simulated hardware


class Stop:
    """Ends the loop."""


def run(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit status. 2 for hardware or files that cannot be opened."""
    try:
        kiosk = KioskProgram(settings)
    except CANNOT_OPEN as error:
        print(f"motcua: {error}", file=sys.stderr)
        return MISCONFIGURED

    def stop(number: int, frame: FrameType | None) -> None:
        kiosk.stop()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    try:
        return kiosk.run()
    except PanelError as error:
        print(f"motcua: {error}", file=sys.stderr)
        return MISCONFIGURED


def open_keys(settings: Settings, inbox: queue.SimpleQueue[Any]) -> Buttons:
    keys = open_buttons("sim:help,back" if settings.keys == "sim:" else settings.keys, inbox.put)
    if not settings.touch and not any(id.startswith(SERVICE) for id in keys.ids):
        keys.close()
        raise ValueError(f"keys '{settings.keys}': a kiosk without touch needs buttons, as in '{BUTTONS}'")
    return keys


def open_panel(settings: Settings, size: tuple[int, int]) -> Panel:
    """Raises BadPanel, a ValueError."""
    return Panel.of(size, settings.diagonal_in, settings.screen_bottom_mm, settings.touch)


class KioskProgram:
    """One kiosk, from its settings to its end. `stop` may be called from any thread or signal."""

    def __init__(self, settings: Settings, *, open_link: OpenLink = open_link) -> None:
        self._settings = settings
        self._device = settings.broker.device
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._clock: Clock = open_clock(settings.clock)
        texts = Texts.load("kiosk")
        with ExitStack() as opened:  # a start that is refused leaves nothing open
            self._screen: Screen = open_screen(
                settings.screen, f"motcua {self._device}", looked_at=settings.panel is not None
            )
            opened.callback(self._screen.close)
            self._panel = open_panel(settings, self._screen.size)
            self._keys = open_keys(settings, self._inbox)
            opened.callback(self._keys.close)
            settings.data.mkdir(parents=True, exist_ok=True)
            self._outbox = Outbox(settings.data / "kiosk.db")
            opened.callback(self._outbox.close)
            self._store = Store(self._outbox.disk)
            self._printer: Printer = open_printer(settings.printer, self._clock)
            opened.callback(self._printer.close)
            self._scanner = open_scanner(settings.scanner, self._inbox.put)
            if self._scanner is not None:
                opened.callback(self._scanner.close)
            self._printing = Printing(self._printer, self._inbox)
            self._link = DeviceLink(
                settings.broker,
                "kiosk",
                release(),
                self._outbox,
                self._inbox,
                self._clock,
                open_link=open_link,
                machine=open_machine(settings.machine, settings.data),
            )
            self._opened = opened.pop_all()
        self._core = Kiosk(
            self._device,
            lambda: uuid.uuid4().hex,
            lambda: secrets.token_urlsafe(TOKEN_BYTES),
            new_secret,
            make_shelf(self._panel),
            self._now(),
            touch=settings.touch,
            wired=frozenset(self._keys.ids),
            seals=bool(settings.broker.server_key),
        )
        self._deeds = Deeds(
            self._device,
            self._store,
            self._link,
            self._printing,
            self._clock.now,
            self._restart,
            settings.roll_m,
            settings.broker.server_key,
        )
        self._shown = Shown(self._device, self._screen, self._printer, self._keys, self._scanner)
        self._guest = Guest(self._device, self._outbox.disk, self._link.facts)
        self._stage = Stage(
            self._core,
            self._guest,
            self._screen,
            self._panel,
            self._keys,
            settings.theme,
            texts,
            self._shown,
        )
        self._systemd = Systemd()
        self._stuck: tuple[str, ...] = ()
        self._look_at = 0.0
        self._ending: int | None = None

    def stop(self) -> None:
        """End in good order, soon."""
        self._inbox.put(Stop())

    def _restart(self) -> None:
        self._ending = ENDED

    def run(self) -> int:
        socket = (
            Socket(self._settings.panel, routes(self._shown, self._inbox.put))
            if self._settings.panel
            else None
        )
        unfinished = self._store.unfinished()
        log.info(
            "kiosk started device=%s outbox=%d unfinished=%d",
            self._device,
            self._outbox.count(),
            len(unfinished),
        )
        log.info("panel %s", reach(self._panel))
        try:
            self._guest.begin()
            self._handle(Booted(unfinished, self._store.series(), self._store.config(), boot_id()))
            self._stage.refresh(self._now())
            if socket is not None:
                socket.start()
            self._printing.start()
            self._printer.on_status(self._inbox.put)
            if self._scanner is not None:
                self._scanner.on_status(self._inbox.put)
            self._link.start()
            give_back()
            while self._ending is None:
                self._turn()
            self._guest.leave(self._now())
        finally:
            self._systemd.stopping()
            if socket is not None:
                socket.stop()
            self._printing.stop()
            self._link.stop(1.0)
            self._opened.close()
        log.info("kiosk ended device=%s", self._device)
        return self._ending

    # --- the loop ---------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Wait for something, take all there is, and show the result."""
        self._systemd.beat()
        item = self._screen.wait(self._inbox, self._wait_s()) or Tick()
        calm = True
        while item is not None and self._ending is None:
            calm = calm and isinstance(item, BoardArrived | Tick)
            self._take(item)
            item = None if self._inbox.empty() else self._inbox.get()
        for x, y in self._screen.touches():
            self._take(Touch(x, y))
            calm = False
        self._look_at_keys()
        self._stage.refresh(self._now(), calm)

    def _wait_s(self) -> float:
        now = self._now()
        wake = self._core.wake(now)
        waits = [LOOK_S, self._clock.real_seconds((wake.wall - now.wall).total_seconds())]
        asked = self._guest.wake()
        if asked.wall is not None:
            waits.append(self._clock.real_seconds((asked.wall - now.wall).total_seconds()))
        waits += [at - now.mono for at in (wake.mono, asked.mono) if at is not None]
        if (held := self._stage.wait_s(now)) is not None:
            waits.append(held)
        if self._systemd.every_s is not None:
            waits.append(self._systemd.every_s)
        return max(0.0, min(waits))

    def _take(self, item: Any) -> None:
        match item:
            case Stop():
                self._ending = ENDED
            case LinkBroken():
                raise item
            case PrintingBroken(error) | DeviceBroken(error=error):
                raise error
            case Press(button):
                self._handle(self._stage.pressed(button, self._now()))
            case Touch(x, y):
                self._handle(self._stage.touched(x, y, self._now()))
            case Scan(text):
                self._stage.yielded(self._now())
                self._handle(Scanned(text))
            case ScannerStatus() as status:
                self._link.status(scanner=status.value)
                self._handle(ScannerIs(status is ScannerStatus.OK))
            case ReplyArrived(LookupReply() as reply):
                self._handle(self._deeds.sought(reply))
            case PaperUsed() as used:
                self._deeds.paper_used(used)
            case TestPrinted() as printed:
                self._deeds.test_printed(printed)
            case ControlArrived(control) if control.do == "logs":
                self._link.hand_over(control.id, log_lines())
            case ControlArrived(control) if control.do == "screenshot":
                self._show(control.id)
            case PrinterStatus() as status:
                self._handle(PrinterIs(status))
                if status is not PrinterStatus.UNPLUGGED:  # screen and printer have answered
                    self._systemd.ready(f"{self._device}, printer {status.value}")
            case Tick():
                self._guest.tick(self._now())
                self._handle(item)
            case _:
                self._guest.hear(item, self._now())
                self._handle(item)

    def _show(self, order: str | None) -> None:
        """The screen's picture for staff: never with somebody's number or answers on it."""
        if not self._core.at_rest(self._now()) or self._stage.asking:
            self._link.refuse(order, "somebody-there")
        else:
            self._link.hand_over(order, picture(self._screen))

    def _handle(self, input: Input | None) -> None:
        if input is None:
            return  # the guest has taken it
        effects = self._core.handle(input, self._now())
        if effects:
            self._deeds.carry_out(effects, self._core.hall)

    def _look_at_keys(self) -> None:
        """A button that is held for ever is jammed: somebody must come."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + KEYS_S
        stuck = self._keys.stuck()
        if stuck != self._stuck:
            self._stuck = stuck
            log.warning("keys stuck=%s", ",".join(stuck) or "none")
            self._link.status(stuck=stuck)

    def _now(self) -> Now:
        return Now(time.monotonic(), self._clock.now(), self._clock.synchronised)
