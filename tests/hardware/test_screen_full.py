"""A panel whose plug is pulled and plugged: what SDL's surface receives then.

SDL's `dummy` driver stands for the panel, a folder for the kernel's connectors. The kernel's own part was
tried in an emulated machine: see docs/hardware.md.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from hardware.screen import ScreenError
from hardware.screen_full import FullScreen
from tests.hardware.test_panel_plug import Sockets

PATIENCE_S = 30.0


class Replugged(FullScreen):
    """`panel`: the size of the panel that will answer next; None: no panel does."""

    panel: tuple[int, int] | None = (640, 360)

    def _set_mode(self) -> pygame.Surface:
        if self.panel is None:
            raise pygame.error("no panel")
        return pygame.display.set_mode(self.panel)


Opened = Callable[..., Replugged]


@pytest.fixture
def sockets(tmp_path: Path) -> Sockets:
    made = Sockets(tmp_path / "drm")
    made.say("connected", "640x360\n")
    return made


@pytest.fixture
def opened(sockets: Sockets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    for pause in ("LOOK_S", "SETTLE_S", "AGAIN_S"):
        monkeypatch.setattr(f"hardware.panel_plug.{pause}", 0.03)
    screens: list[Replugged] = []

    def open_one(**options: object) -> Replugged:
        screens.append(Replugged(driver="dummy", drm=sockets.folder, **options))  # type: ignore[arg-type]
        return screens[-1]

    yield open_one
    for screen in screens:
        screen.close()
    assert not pygame.display.get_init()


def until(screen: Replugged, condition: Callable[[], bool]) -> None:
    """Let the screen look, as its program's loop does."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at, "it never happened"
        screen.wait(queue.SimpleQueue(), 0.02)


def replug(screen: Replugged, sockets: Sockets, size: tuple[int, int]) -> None:
    """Take the panel away and connect one of `size`; returns when it was opened."""
    before = screen._window
    sockets.say("disconnected")
    until(screen, lambda: screen._plug is not None and not screen._plug.connected)
    screen.panel = size
    sockets.say("connected", "{}x{}\n".format(*size))
    until(screen, lambda: screen._window is not before)


def corner(picture: pygame.Surface | None, x: int = 1, y: int = 1) -> tuple[int, ...]:
    assert picture is not None
    return tuple(picture.get_at((x, y)))[:3]


def near(picture: pygame.Surface | None, x: int, y: int) -> tuple[int, ...]:
    """Which of the two colours it is: scaling rounds."""
    return RED if corner(picture, x, y)[0] > 100 else BLUE


RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.mark.parametrize("looked_at", [True, False])
@pytest.mark.parametrize("turn", [0, 90])
def test_what_was_drawn_while_no_panel_was_there_comes_with_it(
    opened: Opened, sockets: Sockets, turn: int, looked_at: bool
) -> None:
    screen = opened(turn=turn, looked_at=looked_at)
    screen.surface.fill(RED)
    screen.show()
    assert corner(pygame.display.get_surface()) == RED
    before = screen._window
    sockets.say("disconnected")
    until(screen, lambda: screen._plug is not None and not screen._plug.connected)
    screen.surface.fill(BLUE)
    screen.show()
    sockets.say("connected", "640x360\n")
    until(screen, lambda: screen._window is not before)
    assert corner(pygame.display.get_surface()) == BLUE
    assert screen.rev == 2
    screen.surface.fill(RED, (0, 0, screen.size[0], 32))
    screen.show()
    assert corner(pygame.display.get_surface(), *((639, 1) if turn else (1, 1))) == RED
    assert not pygame.mouse.get_visible()
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE))
    assert screen.touches() == []


@pytest.mark.parametrize("turn", [0, 90])
def test_another_size_is_shown_scaled_until_the_program_takes_it(
    opened: Opened, sockets: Sockets, turn: int
) -> None:
    screen = opened(turn=turn)
    old = screen.size
    screen.surface.fill(RED)
    screen.surface.fill(BLUE, (old[0] // 2, 0, old[0], old[1] // 2))  # the upper right quarter
    screen.show()
    replug(screen, sockets, (800, 600))
    assert screen.size == old
    assert screen.panel_size == ((600, 800) if turn else (800, 600))
    seen = [near(pygame.display.get_surface(), x, y) for x, y in ((790, 9), (790, 590), (9, 590), (9, 9))]
    assert seen == ([RED, BLUE, RED, RED] if turn else [BLUE, RED, RED, RED])
    screen.fit_panel()
    assert screen.size == screen.panel_size == screen.surface.get_size()
    screen.surface.fill(RED)
    screen.show()
    assert corner(pygame.display.get_surface(), 799, 599) == RED
    assert screen.png().startswith(b"\x89PNG")


def test_a_panel_of_another_size_ends_the_waiting_once(opened: Opened, sockets: Sockets) -> None:
    screen = opened()
    sockets.say("disconnected")
    until(screen, lambda: screen._plug is not None and not screen._plug.connected)
    screen.panel = (800, 600)
    sockets.say("connected", "800x600\n")
    assert screen.wait(queue.SimpleQueue(), 60.0) is None
    assert screen.panel_size == (800, 600)
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    assert screen.wait(inbox, 0.1) is None
    inbox.put("board")
    assert screen.wait(inbox, 3600.0) == "board"


def test_a_panel_that_does_not_answer_yet_is_asked_again(opened: Opened, sockets: Sockets) -> None:
    screen = opened()
    screen.surface.fill(RED)
    screen.show()
    screen.panel = None
    sockets.say("connected", "800x600\n")  # it says that it is there
    until(screen, lambda: screen._lost)
    screen.surface.fill(BLUE)
    screen.show()
    assert (screen.touches(), screen.rev, screen.panel_size) == ([], 2, screen.size)
    screen.panel = (640, 360)
    until(screen, lambda: not screen._lost)
    assert corner(pygame.display.get_surface()) == BLUE


def test_a_screen_may_be_closed_while_its_panel_is_lost(
    opened: Opened, sockets: Sockets, caplog: pytest.LogCaptureFixture
) -> None:
    screen = opened()
    screen.panel = None
    sockets.say("connected", "800x600\n")
    until(screen, lambda: screen._lost)
    assert "panel lost" in caplog.text
    screen.close()
    screen.show()
    assert screen.wait(queue.SimpleQueue(), 0.0) is None


def test_a_start_without_a_panel_is_refused(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replugged, "panel", None)
    with pytest.raises(ScreenError, match="cannot open a full screen"):
        opened()
    assert not pygame.display.get_init()


def test_a_panel_without_power_of_its_own_says_so(opened: Opened) -> None:
    screen = opened()
    assert screen.power(False) is False
    assert screen.power(True) is True
    screen.surface.fill(RED)
    screen.show()
    assert corner(pygame.display.get_surface()) == RED
