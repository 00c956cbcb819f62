"""Hands that do not want a number: children, tremor, somebody who wants out (experience.md, K08 and K09).

Once with the time in hand, half an hour of it; once against the program itself, with SDL's own events. What
comes of it is counted: numbers, and that the kiosk is still one.
"""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from pathlib import Path

import pygame
import pytest

from broker import codec, topics
from broker import messages as m
from broker.link import Received
from broker.memory import MemoryBroker
from hardware.printer import PrinterStatus, PrintResult
from kiosk.layout.frame import Arrangement
from kiosk.program import KioskProgram
from kiosk.state.pace import PER_MINUTE
from kiosk.view import View
from kiosk.vocabulary import Ask, Effect, Print, PrintEnded, Tapped, Tick
from tests.brokers import SITE, eventually
from tests.kiosk import sample
from tests.kiosk.story import Story
from tests.kiosk.test_program import DEVICE, Server, answers, settings

TAPS = 10_000
HALF_AN_HOUR_S = 1800.0
HANDFUL = 16  # events at a time: no more than a screen keeps


class Playing:
    """A story whose server and printer answer at once, and fingers that fall anywhere."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.story = Story()
        self.asked_at: list[float] = []
        self._view: View | None = None
        self._arrangement: Arrangement | None = None

    def tap(self) -> None:
        """One finger on any pixel of what is shown; a little later than the one before."""
        story = self.story
        self._answer(story.wait(self.dice.expovariate(TAPS / HALF_AN_HOUR_S)))
        view = story.view
        if view != self._view or self._arrangement is None:
            self._view, self._arrangement = view, story.arrangement
        width, height = story.panel.width, story.panel.height
        spot = self._arrangement.spot_at(self.dice.randrange(width), self.dice.randrange(height))
        self._answer(story.hear(Tapped(spot.target if spot else None)))

    def _answer(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Ask):
                self.asked_at.append(self.story.mono)
                self._answer(
                    self.story.answer(sample.ticket(effect.request.id, f"B{len(self.asked_at):03d}"))
                )
            elif isinstance(effect, Print):
                result = self.dice.choice((PrintResult.PRINTED, PrintResult.PAPER_OUT, PrintResult.MAYBE))
                self._answer(self.story.hear(PrintEnded(effect.job, result)))
                self.story.printer(PrinterStatus.OK)


@pytest.mark.parametrize("seed", [1, 2])
def test_half_an_hour_of_ten_thousand_taps_gives_twelve_numbers_a_minute_at_most(seed: int) -> None:
    playing = Playing(seed)
    for _ in range(TAPS):
        playing.tap()
    asked = playing.asked_at
    assert len(asked) > 30  # they did find their way to numbers
    assert all(later - first >= 60 for first, later in zip(asked, asked[PER_MINUTE:], strict=False))
    playing.story.wait(600)
    home = Story().view
    assert playing.story.view.screen == home.screen and playing.story.view.look == home.look


# --- the program --------------------------------------------------------------------------------------------

KEYS = (pygame.K_F4, pygame.K_ESCAPE, pygame.K_TAB, pygame.K_F1, pygame.K_DELETE, pygame.K_SYSREQ, pygame.K_c)
UNWANTED = (
    *({"kind": pygame.KEYDOWN, "key": key, "mod": pygame.KMOD_LALT | pygame.KMOD_LCTRL} for key in KEYS),
    {"kind": pygame.QUIT},
    {"kind": pygame.WINDOWCLOSE},
    {"kind": pygame.WINDOWMINIMIZED},
    {"kind": pygame.MOUSEWHEEL, "x": 0, "y": 3},
    {"kind": pygame.DROPFILE, "file": "/etc/passwd"},
)


def post(kind: int, **what: object) -> None:
    pygame.event.post(pygame.event.Event(kind, what))


def play(dice: random.Random) -> None:
    """A finger, now and then with a second one, and what a keyboard in the machine could do."""
    place = {"touch_id": 1, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
    x, y = dice.random(), dice.random()
    post(pygame.FINGERDOWN, finger_id=1, x=x, y=y, **place)
    if dice.random() < 0.1:
        post(pygame.FINGERDOWN, finger_id=2, x=dice.random(), y=dice.random(), **place)
        post(pygame.FINGERUP, finger_id=2, x=0.0, y=0.0, **place)
    post(pygame.FINGERMOTION, finger_id=1, x=1 - x, y=1 - y, **place)
    post(pygame.FINGERUP, finger_id=1, x=1 - x, y=1 - y, **place)
    post(**dice.choice(UNWANTED))


def test_ten_thousand_fingers_keys_and_wishes_to_quit_do_not_leave_the_program(tmp_path: Path) -> None:
    dice = random.Random(3)
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    screen = "kms:?driver=dummy&rotate=90"  # SDL's queue and surface, without a panel behind them
    program = KioskProgram(settings(tmp_path, screen=screen), open_link=broker.open_link)
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(program.run()))
    thread.start()
    asked: list[m.IssueRequest] = []
    try:
        assert eventually(lambda: answers(tmp_path / "panel"))
        assert eventually(lambda: server.target("service", "y-te") is not None)
        for _ in range(TAPS // HANDFUL):
            for _ in range(HANDFUL):
                play(dice)
            program._inbox.put(Tick())  # it looks at once, not at the next thirtieth of a second
            assert eventually(lambda: not pygame.event.peek(pygame.FINGERUP, pump=False))
            for heard in server.inbox.rest():
                if isinstance(heard, Received) and heard.topic == topics.REQUEST.of(SITE, DEVICE):
                    asked.append(codec.decode(topics.REQUEST, heard.payload))
                    number = f"B{len(asked):03d}"
                    server.say(topics.REPLY, sample.ticket(asked[-1].id, number, ticket=f"t-{number}"))
        assert ended == [] and thread.is_alive()
        assert server.ask("/state")["device"] == DEVICE
    finally:
        program.stop()
        thread.join(20)
    assert ended == [0]
    assert len({request.id for request in asked}) == len(asked) >= 1
    times = [request.at for request in asked]
    assert all(
        later - first >= timedelta(seconds=60)
        for first, later in zip(times, times[PER_MINUTE:], strict=False)
    )
