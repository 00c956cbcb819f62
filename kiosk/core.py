"""The kiosk's core: from what a citizen touches, the server says and the printer did, to what happens next.

Pure: `handle(input, now)` returns effects, `view(now)` says what is on the panel, `wake(now)` when to look
again. It knows no pixels, disks or threads, and no rule of the hall: it compares what the server worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.vocabulary import Now
from hardware.printer import READY, PrintResult
from kiosk.state import answers, buttons, giving, lookups, scans, showing, touches
from kiosk.state.hall import Hall
from kiosk.state.memory import SERVER_GRACE_S, SETTLE_S, START_S, Memory
from kiosk.state.pace import GAP, MINUTE
from kiosk.state.steps import (
    INNER,
    Asking,
    Helping,
    Home,
    Looked,
    Pausing,
    Recalled,
    Remarked,
    Showing,
    held_anew,
)
from kiosk.view import Look, Shelf, View
from kiosk.vocabulary import (
    Booted,
    ButtonPressed,
    CallStaff,
    Effect,
    Input,
    PrintEnded,
    PrinterIs,
    Scanned,
    ScannerIs,
    Sought,
    Tapped,
    TellPrinter,
    Tick,
)

REST_S = 3.0  # who touched the first screen a moment ago is still there


@dataclass(frozen=True)
class Wake:
    """When something changes by itself: monotonic seconds (None: nothing) and the hall's time."""

    mono: float | None
    wall: datetime


class Kiosk:
    """One kiosk, from power on. `new_id` makes ids for requests, `new_token` for phone pages (128 bits,
    base64url), `new_secret` the figures that cancel a number there, `shelf` knows how much fits on a page.
    `touch`: the screen feels fingers; else the buttons `wired`, by id, do everything (None: whatever is asked
    for).
    `seals`: what is personal can be asked for, sealed for the server."""

    def __init__(
        self,
        device: str,
        new_id: Callable[[], str],
        new_token: Callable[[], str],
        new_secret: Callable[[], str],
        shelf: Shelf,
        now: Now,
        *,
        touch: bool = True,
        wired: Set[str] | None = None,
        seals: bool = False,
    ) -> None:
        self._memory = Memory(
            device,
            new_id,
            new_token,
            new_secret,
            shelf,
            started=now.mono,
            touch=touch,
            wired=wired,
            seals=seals,
            touched=now.mono,
            down_since=now.mono,
        )

    def handle(self, input: Input, now: Now) -> list[Effect]:
        """What is to be done about one input, in order; first what has become due by the passing of time."""
        kiosk = self._memory
        effects = self._handled(input, now)
        if kiosk.called != kiosk.calling:  # whichever way the citizen left, the call ends with it
            kiosk.calling = kiosk.called
            effects.append(CallStaff(kiosk.calling))
        return effects

    def _handled(self, input: Input, now: Now) -> list[Effect]:
        kiosk = self._memory
        effects = self._expire(now)
        if isinstance(input, Tapped | ButtonPressed) and kiosk.identify is not None:
            kiosk.identify = kiosk.identify_until = None
            return effects  # whoever touches it has found it
        match input:
            case Tapped(target):
                return effects + (touches.tapped(kiosk, target, now) if kiosk.touch else [])
            case ButtonPressed(button):
                return effects + buttons.pressed(kiosk, button, now)
            case Scanned(text):
                return effects + scans.scanned(kiosk, text, now)
            case Sought():
                return effects + lookups.sought(kiosk, input, now)
            case ScannerIs(present):
                kiosk.scanner = present
                return effects
            case PrinterIs(status):
                kiosk.printer = status
                match kiosk.step:  # who has put the paper in is there, and the number can be printed
                    case Helping(before=Showing() as before, called=float()) if status in READY:
                        kiosk.go(held_anew(before, now), now)
                return [*effects, TellPrinter(status)]
            case PrintEnded(job, result):
                return effects + giving.print_ended(kiosk, job, result, now)
            case Booted():
                return effects + answers.booted(kiosk, input, now)
            case Tick():
                return effects
            case _:
                effects += answers.server_said(kiosk, input, now)
                return effects + answers.floors_due(kiosk, now)

    def view(self, now: Now) -> View:
        """What is on the panel."""
        kiosk = self._memory
        situation = kiosk.situation(now)
        config, plan = kiosk.hall.config, kiosk.hall.plan
        ready = kiosk.printer is None or kiosk.printer in READY
        return View(
            screen=showing.screen_of(kiosk.step, situation),
            look=kiosk.look,
            at=kiosk.hall.local(situation.at) if config and situation.at else None,
            hall=config.hall if config else None,
            hotline=plan.hotline if plan else "",
            dialog=showing.dialog_of(kiosk.step, kiosk.asked_at, situation),
            pressed=showing.pressed_of(kiosk.step),
            trouble=None if ready else str(kiosk.printer),
            clock_wrong=kiosk.clock_wrong or (config is not None and not kiosk.time_known(now)),
            alone=kiosk.away(now),
            card=kiosk.card,
            identify=kiosk.identify,
        )

    def wake(self, now: Now) -> Wake:
        """When to hand in a Tick at the latest."""
        kiosk = self._memory
        end = kiosk.end_of_step()
        monos = [end, kiosk.identify_until]
        if end is not None and (
            kiosk.asked_at is not None or isinstance(kiosk.step, Showing | Recalled | Looked)
        ):
            monos.append(showing.next_count(end, now.mono))
        if kiosk.hall.config is None:
            monos.append(kiosk.started + START_S)
        if kiosk.down_since is not None:
            monos.append(kiosk.down_since + SERVER_GRACE_S)
        elif kiosk.has_series and kiosk.floors_asked is None:
            monos.append(kiosk.floors_at)
        wall = kiosk.wall(now)
        walls = [wall.replace(second=0, microsecond=0) + MINUTE]  # the clock on the panel
        match kiosk.step:
            case Asking(hold=datetime() as hold):
                walls.append(hold)
            case Pausing(until):
                left = (until - wall).total_seconds()
                walls.append(wall + timedelta(seconds=showing.next_count(left, 0.0)))
        ahead = [t for t in monos if t is not None and t > now.mono]
        return Wake(min(ahead, default=None), min(walls) - (wall - now.wall))

    def lit(self, now: Now) -> frozenset[str]:
        """The wired buttons that would do something: their lamps are lit."""
        return buttons.lit(self._memory, now)

    def at_rest(self, now: Now) -> bool:
        """Whether nobody is taking a number: the first screen, as it is for the next one."""
        kiosk = self._memory
        return kiosk.step == Home() and kiosk.look == Look() and now.mono - kiosk.touched >= REST_S

    def live_at(self) -> float:
        """From when on a touch does anything, monotonic: a new screen is dead for a moment."""
        return self._memory.changed + SETTLE_S

    @property
    def hall(self) -> Hall:
        """What is known of the hall."""
        return self._memory.hall

    def _expire(self, now: Now) -> list[Effect]:
        kiosk = self._memory
        if kiosk.identify_until is not None and now.mono >= kiosk.identify_until:
            kiosk.identify = kiosk.identify_until = None
        wall = kiosk.wall(now)
        match kiosk.step:
            # A wait longer than the pace ever asks for: the clock was set back.
            case Asking(wish, None, datetime() as hold) if not wall < hold <= wall + GAP:
                return touches.send(kiosk, wish, now)
            case Pausing(until) if not wall < until <= wall + MINUTE:
                kiosk.end(now)
                return []
        end = kiosk.end_of_step()
        if end is None or now.mono < end:
            return answers.floors_due(kiosk, now)
        match kiosk.step:
            case Remarked(before=before):
                kiosk.go(before, now)
                return []
            case Helping(before=Showing() | Recalled() as before):
                kiosk.go(held_anew(before, now), now)
                return []
        if isinstance(kiosk.step, Showing) and kiosk.printing:
            return giving.print_ended(kiosk, kiosk.step.job, PrintResult.MAYBE, now)
        if isinstance(kiosk.step, INNER) and kiosk.asked_at is None and not kiosk.called:
            kiosk.asked_at = kiosk.changed = now.mono
        else:
            kiosk.end(now)
        return []
