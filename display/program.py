"""The display program: puts core, picture, speaker and link together. All of its I/O is here.

Knows which device is which and when to wake; keeps out what is shown and where. One inbox, one loop: the
loop sleeps until something arrives or the core's next deadline, and paints only what has changed.
"""

from __future__ import annotations

import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError

from broker.device import ClockOffset, ConfigArrived, ControlArrived, DeviceLink, LinkBroken
from broker.link import OpenLink, open_link
from broker.messages import Call, Control
from display.announce import Announcer, trial
from display.core import Announce, Complain, Effect, Shown, SoundLasts, Tick, Withdrawn
from display.fit import LayoutRefused, arrange
from display.panel import routes
from display.record import Record
from display.settings import Settings
from display.stage import Stage, dossiers_held, panels
from display.wall import Input, Wall
from display.watch import Watch
from hardware.clock import Clock, ClockError, HallClock, open_clock
from hardware.identity import Identity
from hardware.machine import open_machine
from hardware.memory import give_back
from hardware.panel import Panel as Socket, PanelError
from hardware.release import release
from hardware.screen import Screen, ScreenError, open_screen
from hardware.speaker import Playing, Silent, Speaker, SpeakerError, Spoke, Trouble, open_speaker
from hardware.systemd import Systemd
from hardware.texts import Texts
from hardware.upkeep import log_lines, picture
from hardware.voice import Voices
from hardware.voices import open_voices

log = logging.getLogger(__name__)

PROMPT_S: Final = 0.02  # real time between two pictures: a call never waits long for the one before it
FRAME_S: Final = 0.1  # the same for a demo in a great hurry, whose clock runs 600 times as fast
HURRY_S: Final = 1 / 60  # a hall second that is shorter than this
CLOCK_S: Final = 0.5  # a demo's clock may be set at any time
TRUE_TIME_S: Final = 0.9  # a hall second that is shorter than this: a demo in a hurry, which must not flicker
LAG_S: Final = 5.0  # real time that a message may take while the link holds
MISCONFIGURED: Final = 2
IDENTIFY_S: Final = 10.0
OFFSET_S: Final = 2.0  # a clock that nobody keeps right is corrected by the server's from this error on


@dataclass(frozen=True)
class Stop:
    """Somebody wants the program to end."""


class Program:
    """One display from start to end. Raises the errors of the things it opens, and `LayoutRefused`."""

    def __init__(self, settings: Settings, open_link: OpenLink = open_link) -> None:
        self._settings = settings
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._clock: Clock = open_clock(settings.clock)
        self._offset = timedelta()
        self._texts = Texts.load("display")
        self._announcer = Announcer(self._texts, settings.manner)
        self._identify_until: float | None = None  # monotonic
        self._trials: dict[
            int, str | None
        ] = {}  # sounds that an order asked for; below zero, where no call is
        self._faults: dict[str, str] = {}
        with ExitStack() as opened:  # a start that is refused leaves nothing open
            self.screen: Screen = open_screen(
                settings.screen, settings.broker.device, settings.panel is not None, fingers=False
            )
            opened.callback(self.screen.close)
            self._stage = Stage(self.screen, settings)
            self._frame_at = 0.0  # not before this is the next picture painted
            self._unpainted = False  # something happened since, and may want one
            self._unsaid: list[Call] = []  # calls that are heard when they are seen, and not before
            self._looked_at = self._now()
            self._wall = Wall(self._looked_at, settings.time_zone, settings.lang, self._stage.rooms)
            self._watch = Watch()
            self.speaker: Speaker = open_speaker(
                settings.speaker, self._clock, voices_of(settings), self.inbox.put
            )
            opened.callback(self.speaker.close, 0.3)
            self._link = DeviceLink(
                settings.broker,
                "display",
                release(),
                None,
                self.inbox,
                self._clock,
                open_link=open_link,
                machine=open_machine(settings.machine, settings.data),
            )
            self._record = Record(settings.data)
            opened.callback(self._record.close)
            self._opened = opened.pop_all()
        self._systemd = Systemd()

    def start(self) -> None:
        """Open the panel and connect; returns at once."""
        if self._settings.panel is not None:
            socket = Socket(
                self._settings.panel, routes(self._settings.broker.device, self.screen, self.speaker)
            )
            socket.start()
            self._opened.callback(socket.stop)
        self._link.start()
        self._paint()  # ready is said by a wall that shows something
        give_back()
        self._systemd.ready(f"screen {self._stage.panel}")
        log.info("display up device=%s panel=%s", self._settings.broker.device, self._stage.panel)

    def stop(self) -> None:
        """End `run` soon. Any thread, and signal handlers."""
        self.inbox.put(Stop())

    def run(self) -> int:
        """Show the hall until `stop`; the exit status."""
        try:
            while self._turn():
                pass
        finally:
            self.close()
        log.info("display down device=%s", self._settings.broker.device)
        return 0

    def close(self) -> None:
        """Let go of everything, within a second."""
        self._systemd.stopping()
        self._link.stop(0.5)
        self._opened.close()

    # --- the loop ---------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """Wait for what comes next, act on all that has come, and paint; False to end."""
        self._systemd.beat()
        self._paint()
        inputs = self._wait()
        for input in inputs:
            match input:
                case Stop():
                    return False
                case LinkBroken():
                    raise input
                case ControlArrived(control):
                    log.info("control do=%s", control.do)
                    if control.do == "restart":
                        return False
                    self._ordered(control)
                case Playing(id, seconds):
                    self._tell(SoundLasts(id, seconds))
                case Spoke(id, _) if id in self._trials:
                    self._link.done(self._trials.pop(id))
                case Spoke(_, voice):
                    self._link.status(voice=voice)
                case Silent(id):
                    if id in self._trials:
                        self._link.refuse(self._trials.pop(id), "no-sound")
                case Trouble(reason):
                    self._fault("speaker", reason)
                case ClockOffset(seconds):
                    self._correct(seconds)
                    self._beat(input)
                case _:
                    self._beat(input)
                    self._tell(input)
        return True

    def _wait(self) -> list[Any]:
        """All that is in the inbox, once something is; a Tick when it is time."""
        inputs: list[Any] = []
        item = self.screen.wait(self.inbox, self._wait_s())
        while item is not None:
            inputs.append(item)
            item = None if self.inbox.empty() else self.inbox.get()
        self.screen.touches()  # a wall has no fingers
        return inputs or [Tick()]

    def _wait_s(self) -> float:
        """Real seconds until there is something to do by itself.

        Counted from what was seen last: whatever became due while it was painted is due now.
        """
        mono, due = time.monotonic(), self._wall.next_deadline(self._looked_at)
        if self._unpainted:
            return max(self._frame_at - mono, 0.001)
        wait = self._clock.real_seconds((due - self._now()).total_seconds())
        if self._identify_until is not None:
            wait = min(wait, self._identify_until - mono)
        if self._watch.due is not None:
            wait = min(wait, self._watch.due - mono)
        if isinstance(self._clock, HallClock):
            wait = min(wait, CLOCK_S)
        if self._systemd.every_s is not None:
            wait = min(wait, self._systemd.every_s)
        return max(wait, self._frame_at - mono, 0.001)

    def _beat(self, input: object) -> None:
        mono = time.monotonic()
        for news in [*self._watch.passed(mono), *self._watch.heard(input, mono)]:
            self._tell(news)

    def _tell(self, input: Input) -> None:
        if isinstance(input, ConfigArrived) and input.config.display is not None:
            self._stage.ask(input.config.display)
            self._fault("layout", self._stage.unreadable())
            self._announcer.plan = input.config.display
        self._wall.calls.lag_s = LAG_S / self._clock.real_seconds(1.0)
        self._wall.calls.pace = 1 / self._clock.real_seconds(1.0)
        for effect in self._wall.handle(input, self._now()):
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Shown():
                log.info("shown seq=%d number=%s counter=%s", *seq_number_counter(effect))
                try:
                    self._record.add(effect)
                    self._fault("record", None)
                except OSError as error:
                    self._fault("record", f"shown.jsonl cannot be written: {error.strerror}")
            case Announce(call):
                self._unsaid.append(call)
            case Withdrawn(seq):
                self._unsaid = [call for call in self._unsaid if call.seq != seq]
                self.speaker.withdraw(seq)
            case Complain(reason):
                log.warning(reason)

    def _paint(self) -> None:
        """Paint, unless nothing has changed or it is too soon: the next turn comes in time."""
        mono = time.monotonic()
        self._unpainted = mono < self._frame_at
        if self._unpainted:
            return
        if self._stage.follow_panel():
            self._wall.rooms = self._stage.rooms
            self._fault("layout", self._stage.unreadable())
            self._systemd.status(f"screen {self._stage.panel}")
        if self._identify_until is not None and mono >= self._identify_until:
            self._identify_until = self._stage.identity = None
        self._wall.calls.calm = self._settings.calm or self._clock.real_seconds(1.0) < TRUE_TIME_S
        self._looked_at = self._now()
        if self._stage.show(self._wall.view(self._looked_at), self._looked_at):
            hurried = self._clock.real_seconds(1.0) < HURRY_S
            self._frame_at = mono + (FRAME_S if hurried else PROMPT_S)
        for call in self._unsaid:
            local = self._looked_at.astimezone(self._wall.calls.zone)
            self.speaker.play(self._announcer.sound(call, local))
        self._unsaid.clear()

    def _ordered(self, order: Control) -> None:
        """Do what staff ask of this wall, and tell what came of it."""
        device = self._settings.broker.device
        match order.do:
            case "identify":
                self._stage.identity = Identity(order.name.vi if order.name else device, device)
                self._identify_until = time.monotonic() + IDENTIFY_S
                self._link.done(order.id)
            case "test-sound" if self._settings.speaker != "none:":
                self._try_sound(order.id)
            case "screenshot":
                self._link.hand_over(order.id, picture(self.screen))
            case "logs":
                self._link.hand_over(order.id, log_lines())
            case _:
                self._link.refuse(order.id, "cannot")

    def _try_sound(self, order: str | None) -> None:
        local = self._now().astimezone(self._wall.calls.zone)
        id = min(self._trials, default=0) - 1
        sound = trial(id, self._announcer.plan, self._texts, self._settings.lang, local)
        if sound.volume == 0:
            self._link.refuse(order, "quiet")
        else:
            self._trials[id] = order
            self.speaker.play(sound)

    # --- small decisions --------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._clock.now() + self._offset

    def _correct(self, seconds: float) -> None:
        """Take the server's time where the own clock is nobody's."""
        wanted = timedelta() if self._clock.synchronised else timedelta(seconds=seconds)
        if abs((wanted - self._offset).total_seconds()) > OFFSET_S:
            log.warning("clock corrected seconds=%.1f", wanted.total_seconds())
            self._offset = wanted

    def _fault(self, part: str, reason: str | None) -> None:
        """Report what is wrong with a part, once when it changes."""
        if self._faults.get(part) == reason:
            return
        if reason is None:
            del self._faults[part]
        else:
            log.warning("fault part=%s reason=%r", part, reason)
            self._faults[part] = reason
        self._link.status(error="; ".join(self._faults.values())[:200] or None)


def seq_number_counter(shown: Shown) -> tuple[int, str, str]:
    return shown.call.seq, ascii(shown.call.number), ascii(shown.call.counter)


REFUSALS: Final = (
    LayoutRefused,
    ScreenError,
    SpeakerError,
    ClockError,
    ZoneInfoNotFoundError,
    PanelError,
    OSError,
    ValueError,
)


def run(settings: Settings, open_link: OpenLink = open_link) -> int:
    """Run a display until SIGTERM or SIGINT; 0 after that, 2 for something that could not be opened."""
    try:
        with ExitStack() as refused:
            program = Program(settings, open_link)
            refused.callback(program.close)
            if threading.current_thread() is threading.main_thread():
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, handler(program.stop))
            program.start()
            refused.pop_all()
    except REFUSALS as refusal:
        print(f"motcua: {refusal}", file=sys.stderr)
        return MISCONFIGURED
    return program.run()


def voices_of(settings: Settings) -> Voices:
    return open_voices(settings.voice, settings.voice_pack, settings.piper, settings.numbers)


def try_wall(settings: Settings) -> str:
    """What this panel can show at its farthest seat. Raises LayoutRefused, ScreenError."""
    screen = open_screen(settings.screen)
    panel, table = panels(screen.size, settings)
    screen.close()
    sizes = arrange(panel)
    held = f"{panel}: a call and {sizes.rows} rows, {sizes.number_px} and {sizes.row_px} px"
    return f"{held}; {dossiers_held(panel, table, settings.lang)}"


def try_voice(settings: Settings) -> str:
    """Who would say a call. Raises NotReady with what is wrong, VoiceRefused."""
    from display.voice_trial import try_voice as said  # what a running wall never needs

    return said(settings)


TRIALS: Final = {"wall": try_wall, "voice": try_voice}


def handler(stop: Callable[[], None]) -> Callable[[int, object], None]:
    return lambda number, frame: stop()
