"""The terminal's core: from keys, taps and what the server says, to requests and answers. Pure.

`handle(input, now)` returns effects, `view(now)` says what is on the screen, `wake(now)` when to look again.
It knows no pixels, disks or threads, and no rule of the hall: whether a key may be pressed the server says.

A key is a wish of this moment: without a server it is refused, never kept for later. An answer is a fact:
what citizens are asked, and when, is `kiosk.counter.asking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, get_args, get_type_hints

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from hardware.identity import Identity
from kiosk.counter.asking import RATINGS, Asking, Mixed
from kiosk.counter.known import Known
from kiosk.counter.view import Idle, Line, Page, Target, View
from kiosk.counter.vocabulary import (
    Answer,
    Ask,
    Booted,
    ButtonPressed,
    Effect,
    Input,
    Leaving,
    Note,
    Rate,
    Record,
    Restart,
    Stuck,
    Tapped,
    Tick,
    Wake,
)

Key = Literal["next", "recall", "start", "finish", "returned", "no-show", "park", "undo"]
KEYS: Final[tuple[Key, ...]] = get_args(get_type_hints(m.KeyRequest)["key"])

LINE_S: Final = 6.0  # the officer glances at the line and goes on
SERVER_GRACE_S: Final = 3.0  # a server that restarts is back before anybody is told that it was gone
FORGET_S: Final = 60.0  # after so long without the server, what stood here is not known any more
IDENTIFY_S: Final = 10.0

NO_CONNECTION: Final = Line("line.no-connection", tone="fault")
NO_ANSWER: Final = Line("line.no-answer", tone="fault")


class Terminal:
    """One counter's terminal. `new_id` makes ids of requests; the rest is handed on to `Asking`."""

    def __init__(
        self,
        device: str,
        counter: str,
        new_id: Callable[[], str],
        settled: Iterable[tuple[str, str]],
        now: Now,
        draft: Rate | None = None,
        mixed: Mixed = lambda reasons: reasons,
    ) -> None:
        self._device, self._counter, self._new_id = device, counter, new_id
        self._known = Known()
        self._asking = Asking(self._known, settled, draft, mixed)
        self._server = False
        self._down_since = now.mono
        self._open: tuple[str, Key] | None = None  # the request that waits for its reply
        self._line: tuple[Line, float] | None = None  # and until when
        self._identity: Identity | None = None  # shown until
        self._identify_until: float | None = None
        self._stuck: frozenset[str] = frozenset()

    # --- the questions ----------------------------------------------------------------------------------

    def handle(self, input: Input, now: Now) -> list[Effect]:
        """What is to be done about one input, in order."""
        return [*self._expire(now), *self._do(input, now)]

    def _do(self, input: Input, now: Now) -> list[Effect]:
        if isinstance(input, ButtonPressed | Tapped) and self._identity is not None:
            self._identity = self._identify_until = None
            return []  # whoever touches it has found it
        match input:
            case ButtonPressed(button) if button in self._stuck:
                return [Note(f"button id={button} is stuck, its press is nobody's")]
            case ButtonPressed(button) if button in RATINGS:
                return [*self._asking.press(button, now)]
            case ButtonPressed(button):
                return self._key(button, now)
            case Tapped(target):
                return self._tapped(target, now)
            case Booted():
                return [*self._asking.begin()]
            case Stuck(buttons):
                self._stuck = buttons
            case Leaving():
                return [*self._asking.leave(now)]
            case Tick():
                pass
            case _:
                return self._heard(input, now)
        return []

    def view(self, now: Now) -> View:
        """What is on the screen."""
        line = self._line[0] if self._line else None
        if not self._server and now.mono >= self._down_since + SERVER_GRACE_S:
            line = NO_CONNECTION
        return View(self._page(now), line, self._identity)

    def lit(self) -> frozenset[str]:
        """The lamps: the key that waits for its reply, and the rating buttons while an answer is wanted."""
        if self._identity is not None:
            return frozenset({*KEYS, *RATINGS})
        lit = self._asking.wanted | ({self._open[1]} if self._open else set())
        return lit - self._stuck

    def wake(self, now: Now) -> Wake:
        """When to hand in a Tick at the latest."""
        asking = self._asking.wake()
        monos = [t for t in (asking.mono, self._identify_until) if t is not None]
        if self._line:
            monos.append(self._line[1])
        if not self._server:
            monos += [t for after in (SERVER_GRACE_S, FORGET_S) if (t := self._down_since + after) > now.mono]
        return Wake(min(monos, default=None), asking.wall)

    def _expire(self, now: Now) -> list[Record]:
        if self._line and now.mono >= self._line[1]:
            self._line = None
        if self._identify_until is not None and now.mono >= self._identify_until:
            self._identity = self._identify_until = None
        return self._asking.tick(now)

    # --- keys and touches -------------------------------------------------------------------------------

    def _tapped(self, target: Target | None, now: Now) -> list[Effect]:
        return [*self._asking.tap(target, now)]

    def _key(self, button: str, now: Now) -> list[Effect]:
        key = next((key for key in KEYS if key == button), None)
        if key is None:
            return [Note(f"button id={button!a} is not one of ours")]
        if self._open is not None:
            return []  # while one waits for its reply, more presses are the same press
        if not self._server:
            self._say(NO_CONNECTION, now)
            return [Note(f"key={key} refused, no server")]
        request = m.KeyRequest(id=self._new_id(), at=self._known.server_time(now), key=key)
        self._open = request.id, key
        return [Ask(request)]

    def _replied(self, id: str, line: Callable[[Key], Line], now: Now) -> None:
        if self._open is not None and self._open[0] == id:
            key = self._open[1]
            self._open = None
            self._say(line(key), now)

    def _say(self, line: Line, now: Now) -> None:
        self._line = line, now.mono + LINE_S

    # --- the server -------------------------------------------------------------------------------------

    def _heard(self, input: heard.Heard, now: Now) -> list[Effect]:
        match input:
            case heard.ServerUp():
                self._server = True
                if self._line and self._line[0] == NO_CONNECTION:
                    self._line = None
            case heard.ServerDown():
                self._server, self._down_since = False, now.mono
            case heard.ConfigArrived(config) if config.counter is None:
                return [Note(f"configuration rev={config.rev} is not a counter's")]
            case heard.ConfigArrived() | heard.BoardArrived() | heard.ClockOffset():
                return [*self._asking.hear(input, now)]
            case heard.ReplyArrived(m.DoneReply(id=id) as reply):
                self._replied(id, lambda key: done_line(key, reply), now)
            case heard.ReplyArrived(m.RefusedReply(id=id, code=code)):
                self._replied(id, lambda key: Line(f"refused.{code}", (("code", code),), "refused"), now)
            case heard.NoAnswer(id):
                self._replied(id, lambda key: NO_ANSWER, now)
            case heard.ControlArrived(m.Control(do="restart")):
                return [*self._asking.leave(now), Restart()]
            case heard.ControlArrived(m.Control(do="identify") as order):
                self._identity = Identity(order.name.vi if order.name else self._device, self._device)
                self._identify_until = now.mono + IDENTIFY_S
                return [Answer(order.id)]
            case heard.ControlArrived(order):
                return [Answer(order.id, "cannot")]
        return []

    # --- the screen -------------------------------------------------------------------------------------

    def _page(self, now: Now) -> Page:
        return self._asking.page or self._idle(now)

    def _idle(self, now: Now) -> Idle:
        known = self._known
        line, counter = known.here, known.plan.counter if known.plan else self._counter
        if line is None:
            return Idle("starting", counter)
        if not self._server and now.mono >= self._down_since + FORGET_S:
            return Idle("unknown", counter)
        if line.number is not None and line.state in ("called", "serving"):
            return Idle(
                "called" if line.state == "called" else "serving",
                counter,
                line.number,
                known.lang(line.number),
            )
        return Idle("ready" if line.status == "open" else line.status, counter)


def done_line(key: Key, reply: m.DoneReply) -> Line:
    """What the officer reads about a key that was carried out."""
    if key == "next" and reply.state != "called":
        return Line("done.next-nobody")  # the one before was finished, nobody waits
    return Line(f"done.{key}", (("number", reply.number or ""),))
