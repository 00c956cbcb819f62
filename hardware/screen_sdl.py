"""What every screen that SDL shows does, and a window on a desktop (`hardware.screen_full` has the panel).

Knows SDL's drivers, its events and the panel's turn. All of it belongs to the program's own loop. Only
fingers, or a mouse that stands for one, come through: keys, a second finger, wheels and requests to quit are
taken off SDL's queue and forgotten, so that nobody at a kiosk can leave its program.
"""

from __future__ import annotations

import os
import queue
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import pygame

from hardware.fingers import Fingers, Spot, Turn, placed, spot, turned_size, upright
from hardware.screen import Screen, ScreenError

T = TypeVar("T")

LOOK_S: Final = 1 / 30  # between two looks at SDL's queue; measured: 0.3 % of a core

# All that SDL may tell us. Everything else, keys first of all, does not enter its queue from then on.
MOUSE: Final = (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
HEARD: Final = (pygame.FINGERDOWN, pygame.FINGERUP, *MOUSE, pygame.WINDOWEXPOSED, pygame.QUIT)
# A finger must not come twice, as itself and as a mouse; SDL reads these when its video begins.
SURROUNDINGS: Final = {"SDL_TOUCH_MOUSE_EVENTS": "0", "SDL_MOUSE_TOUCH_EVENTS": "0"}


class SdlScreen(Screen):
    """The same surface, mirrored into a window of SDL's: scaled, or turned, whichever its kind does."""

    def __init__(
        self, size: tuple[int, int], window: pygame.Surface, turn: Turn, touch: Turn, looked_at: bool
    ) -> None:
        """turn: of the picture on the panel, clockwise. touch: of the touch film against the panel."""
        self._direct = turn == 0 and window.get_size() == size  # then the window itself is what is shown
        super().__init__(size, window if self._direct else None, looked_at)
        self._window, self._turn, self._touch = window, turn, touch
        self._fingers = Fingers()
        self._touches: deque[Spot] = deque(maxlen=32)
        self._look_s = LOOK_S
        self.closed = False
        self._begin()

    @staticmethod
    def _begin() -> None:
        """What a window of SDL's must be told, each time when one is opened."""
        pygame.display.set_allow_screensaver(False)
        pygame.event.set_blocked(None)
        pygame.event.set_allowed(HEARD)

    def show(self, rects: Sequence[pygame.Rect] | None = None) -> None:
        super().show(rects)
        self._pump()

    def touches(self) -> list[Spot]:
        self._pump()
        found = list(self._touches)
        self._touches.clear()
        return found

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float) -> T | None:
        until = time.monotonic() + seconds
        while True:
            self._pump()
            left = 0.0 if self._has_news() else until - time.monotonic()
            try:
                return inbox.get(timeout=max(0.0, min(left, self._look_s)))
            except queue.Empty:
                if self._has_news() or time.monotonic() >= until:
                    return None

    def _has_news(self) -> bool:
        """Whether the program should not be kept waiting."""
        return bool(self._touches)

    def close(self) -> None:
        if not self.closed:
            self._leave()

    def _leave(self) -> None:
        """Let the window go; what it showed last can still be looked at."""
        self.closed = True
        self._let_go()

    def _let_go(self) -> None:
        if self._direct:
            self._direct = False
            with self._lock:
                self._shown = self._window.copy()
        pygame.display.quit()

    def _mirror(self, bands: Sequence[pygame.Rect]) -> None:
        if self.closed:
            return
        if self._direct:
            pygame.display.update(bands)
        elif self._window.get_size() == turned_size(self.size, self._turn):
            pygame.display.update([self._window.blit(*self._turned(band)) for band in bands])
        else:
            whole, _ = self._turned(self.surface.get_rect())
            pygame.transform.smoothscale(whole, self._window.get_size(), self._window)
            pygame.display.flip()

    def _turned(self, rect: pygame.Rect) -> tuple[pygame.Surface, Spot]:
        piece = self.surface.subsurface(rect)
        if self._turn:
            piece = pygame.transform.rotate(piece, -self._turn)  # pygame turns the other way round
        return piece, placed(rect.topleft, rect.size, self.size, self._turn)

    def _pump(self) -> None:
        if self.closed:
            return
        for event in pygame.event.get():
            if event.type == pygame.FINGERDOWN:
                self._down((event.touch_id, event.finger_id), *upright(event.x, event.y, self._touch))
            elif event.type == pygame.FINGERUP:
                self._fingers.up((event.touch_id, event.finger_id))
            elif event.type == pygame.WINDOWEXPOSED:
                pygame.display.flip()
            elif event.type == pygame.QUIT:
                self._asked_to_quit()
                if self.closed:
                    return
            elif event.type in MOUSE and event.button == pygame.BUTTON_LEFT and not event.touch:
                self._mouse(event)

    def _mouse(self, event: pygame.event.Event) -> None:
        """A mouse is a finger, too: on a desktop, and some touch films say that they are one."""
        if event.type == pygame.MOUSEBUTTONUP:
            self._fingers.up("mouse")
        else:
            width, height = self._window.get_size()
            self._down("mouse", (event.pos[0] + 0.5) / width, (event.pos[1] + 0.5) / height)

    def _down(self, finger: object, x: float, y: float) -> None:
        """A contact at the shares (x, y) of the panel."""
        if self._fingers.down(finger, time.monotonic()):
            self._touches.append(spot(*upright(x, y, self._turn), self.size))

    def _asked_to_quit(self) -> None:
        """Nobody at the panel may."""


class WindowScreen(SdlScreen):
    """A window of `scale` times the surface's size. Closing it closes nothing else."""

    def __init__(self, size: tuple[int, int], scale: float, title: str, looked_at: bool) -> None:
        try:
            with surroundings(SURROUNDINGS):
                pygame.display.init()
            window = pygame.display.set_mode((round(size[0] * scale), round(size[1] * scale)))
        except pygame.error as error:
            raise ScreenError(f"There is no desktop to open a window on: {error}") from error
        super().__init__(size, window, 0, 0, looked_at)
        pygame.display.set_caption(title)

    def _asked_to_quit(self) -> None:
        self._leave()


@contextmanager
def surroundings(wanted: Mapping[str, str]) -> Iterator[None]:
    """With these environment variables, and afterwards with those of before: SDL reads them as it begins."""
    before: dict[str, str | None] = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
