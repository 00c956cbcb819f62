"""Ten thousand touches without a plan, while everything goes wrong: nothing breaks, nobody loses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from hardware.printer import PrinterStatus, PrintResult
from kiosk.layout.panel import Panel
from kiosk.state.memory import DONE_S, HELD_S, PRINT_S, RECALL_S
from kiosk.state.steps import Helping, Recalled, Showing
from kiosk.view import Target, Verb
from kiosk.vocabulary import (
    Ask,
    AskFloors,
    ButtonPressed,
    Effect,
    Give,
    Input,
    Print,
    PrintEnded,
    Restart,
    Scanned,
    ScannerIs,
    Seek,
    Sought,
    Tapped,
)
from tests.kiosk import sample
from tests.kiosk.gallery import BUTTONS, PANELS, draw
from tests.kiosk.story import Story
from tests.kiosk.test_buttons import ALL
from tests.kiosk.test_scans import CODE, HEALTH, OLD, OTHER, config

FLOORS = dict.fromkeys("ABCEGHKLMTWZ", 1)
SHORTEST_S = {True: DONE_S, False: HELD_S}  # by whether there is paper
THINGS = [CODE, OTHER, OLD, HEALTH, "https://example.vn", "?", "\x00\x1b@", "9" * 4000]


class Monkey(Story):
    """Touches, presses, holds things to the scanner; the world around is not better."""

    def __init__(self, panel: Panel, seed: int) -> None:
        self.dice = random.Random(seed)
        self.known = True
        self.watching = False  # a story of its own before there is anything to watch
        super().__init__(config(series=2, groups=sample.GROUPS, lookup=True), panel=panel, seals=True)
        self.open: set[str] = set()  # requests without an answer
        self.sought: list[Seek] = []
        self.printing: list[Print] = []
        self.taken: list[datetime] = []  # in the hall's time, since the clock last jumped
        self.numbers: set[str] = set()
        self.watching = True
        self.live(self.done)

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall, self.known)

    def hear(self, input: Input) -> list[Effect]:
        if not self.watching:
            return super().hear(input)
        before = self.kiosk._memory.step
        effects = super().hear(input)
        self.watch(before, input)
        return effects

    def watch(self, before: object, input: Input) -> None:
        """A number stays until its time is over, or somebody says that it is done with."""
        step = self.kiosk._memory.step
        if not isinstance(before, Showing | Recalled) or isinstance(step, Showing | Recalled | Helping):
            return
        if isinstance(before, Recalled):
            shortest = RECALL_S
        elif before.result is None:
            shortest = PRINT_S
        else:
            shortest = SHORTEST_S[before.result in (PrintResult.PRINTED, PrintResult.SENT)]
        said = isinstance(input, Tapped) and input.target == Target(Verb.DONE)
        pressed = isinstance(input, ButtonPressed) and (
            input.button in ("ok", "back") or input.button.startswith("service-")
        )
        assert said or pressed or self.mono - before.since >= shortest - 0.01, (before, input)

    # --- one thing after the other ----------------------------------------------------------------------

    def live(self, effects: list[Effect]) -> None:
        """Carry out what is to be done, well or badly, now or never."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            assert not isinstance(effect, Restart), "no touch ends the program"
            match effect:
                case Ask(request):
                    assert not self.open, "two requests at a time"
                    self.open.add(request.id)
                    self.took(request.at)
                case Give(ticket, fact, _, gave_up):
                    if gave_up is None:
                        self.took(fact.at)
                    assert ticket.number not in self.numbers, "no number twice"
                    self.numbers.add(ticket.number)
                case AskFloors(request):
                    floors = m.FloorsReply(id=request.id, at=self.wall, day="2026-11-23", next=FLOORS)
                    waiting += self.answer(floors)
                case Seek():
                    self.sought.append(effect)
                case Print():
                    self.printing.append(effect)

    def took(self, at: datetime) -> None:
        self.taken.append(at)
        last = self.taken[-13:]
        assert len(last) < 2 or last[-1] - last[-2] >= timedelta(seconds=3)
        assert len(last) < 13 or last[-1] - last[0] >= timedelta(minutes=1)

    def answered(self) -> Iterator[Effect]:
        """The server, if it likes."""
        for request in sorted(self.open):
            self.open.discard(request)
            match self.dice.choice(["ticket", "ticket", "refused", "none", "none", "late"]):
                case "ticket":
                    yield from self.answer(sample.ticket(request))
                case "refused":
                    yield from self.answer(m.RefusedReply(id=request, code="session-full"))
                case "none":
                    yield from self.hear(heard.NoAnswer(request))
                case "late":
                    yield from self.hear(heard.NoAnswer(request))
                    shown = self.view.screen
                    yield from self.answer(sample.ticket(request, "Z999"))
                    now = self.view.screen
                    assert now == shown and "Z999" not in repr(now), "a late answer is nobody's"

    def told(self) -> Iterator[Effect]:
        """What a look-up comes to: known or not, too often, theirs or somebody else's, or nothing."""
        for seek in self.sought:
            dice = self.dice
            if dice.random() < 0.2:
                yield from self.hear(heard.NoAnswer(seek.request))
            status = dice.choice(["resolved", "processing", None])
            wait_s, own = dice.choice([0, 0, 0, 60]), seek.factor and status and dice.random() < 0.5
            rest = sample.rest() if own else None
            answer = Sought(seek.request, status, self.wall, (), wait_s, bool(seek.factor), rest)
            yield from self.hear(answer)
        self.sought = []

    def printed(self) -> Iterator[Effect]:
        for effect in self.printing:
            yield from self.hear(PrintEnded(effect.job, self.dice.choice(list(PrintResult))))
        self.printing = []

    def touch(self) -> list[Effect]:
        """A finger: anywhere, on a target, or on one that is not there."""
        found, dice = self.arrangement, self.dice
        spot = found.spot_at(dice.randrange(self.panel.width), dice.randrange(self.panel.height))
        alive = [s for s in found.spots if s.target not in found.dead]
        if dice.random() < 0.7 and alive:  # a child finds the buttons
            spot = dice.choice(alive)
        for dead in found.dead & {Target(v) for v in (Verb.NEXT_PAGE, Verb.PREVIOUS_PAGE, Verb.DONE)}:
            before = self.screen
            assert self.hear(Tapped(dead)) == [] and type(self.screen) is type(before)
        return self.hear(Tapped(spot.target if spot else None))

    def press_any(self) -> list[Effect]:
        return self.press(self.dice.choice(ALL))

    def scan_any(self) -> list[Effect]:
        return self.hear(Scanned(self.dice.choice(THINGS)))

    def world(self) -> list[Effect]:
        """Something of what happens to machines."""
        dice = self.dice
        match dice.randrange(8):
            case 0:
                return self.printer(dice.choice(list(PrinterStatus)))
            case 1 | 2:
                return self.printer(PrinterStatus.OK)
            case 3:
                return self.hear(heard.ServerDown())
            case 4:
                return self.hear(heard.ServerUp(dice.randrange(1, 9)))
            case 5:
                return self.hear(ScannerIs(dice.random() < 0.5))
            case 6:
                self.wall += timedelta(seconds=dice.uniform(-600, 600))
                self.wall = min(max(self.wall, sample.OPENINGS[0].opens), sample.OPENINGS[1].closes)
                self.taken = []
                self.known = dice.random() < 0.8
                return []
        rev = dice.randrange(2, 99)
        lines = tuple(sample.line(id, f) for id, f in sample.FIGURES.items() if dice.random() < 0.8)
        board = msgspec.structs.replace(sample.board(rev, lines), at=self.wall)
        return self.hear(heard.BoardArrived(board))


@pytest.mark.parametrize(
    ("panel", "times"),
    [(PANELS["tall"], 10_000), (PANELS["wide"], 2_000), (BUTTONS["wide-buttons"], 3_000)],
    ids=["tall", "wide", "buttons"],
)
def test_ten_thousand_touches_take_numbers_at_the_pace_and_lose_none(panel: Panel, times: int) -> None:
    monkey = Monkey(panel, seed=times + panel.width)
    screens = set()
    fingers = 0.8 if panel.touch else 0.1
    for n in range(times):
        what = monkey.dice.random()
        deed = monkey.touch if what < fingers else monkey.press_any if what < 0.92 else monkey.scan_any
        monkey.live(deed() if what < 0.97 else monkey.world())
        if monkey.dice.random() < 0.5:
            monkey.live([*monkey.answered(), *monkey.told()])
        if monkey.dice.random() < 0.5:
            monkey.live(list(monkey.printed()))
        monkey.live(monkey.wait(monkey.dice.choice([0.01, 0.1, 0.3, 0.3, 0.3, 1.0, 3.0, 12.0])))
        assert monkey.kiosk.wake(monkey.now).wall > monkey.wall
        assert monkey.kiosk.lit(monkey.now) <= set(ALL)
        shown = monkey.view
        screens.add(type(shown.screen).__name__)
        if n % 250 == 0:
            draw(shown, panel)
    assert len(monkey.numbers) > 20
    assert {"Choices", "Question", "Done", "Held", "Shut", "Help"} <= screens
    assert not panel.touch or "Keyboard" in screens
