"""Screens that SDL shows: a window on a desktop, and the whole panel without one (KMS/DRM).

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
from pathlib import Path
from typing import Final, TypeVar

import pygame

from hardware.fingers import Fingers, Spot, Turn, placed, spot, turned_size, upright
from hardware.screen import Screen, ScreenError

T = TypeVar("T")

LOOK_S: Final = 1 / 30  # between two looks at SDL's queue; measured: 0.3 % of a core
DRI: Final = Path("/dev/dri")
LIBRARIES: Final = "libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri"  # of Debian; SDL loads them itself

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
        self.closed = False
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
            left = 0.0 if self._touches else until - time.monotonic()
            try:
                return inbox.get(timeout=max(0.0, min(left, LOOK_S)))
            except queue.Empty:
                if self._touches or time.monotonic() >= until:
                    return None

    def close(self) -> None:
        if not self.closed:
            self._leave()

    def _leave(self) -> None:
        """Let the window go; what it showed last can still be looked at."""
        self.closed = True
        if self._direct:
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
            pygame.transform.smoothscale(self.surface, self._window.get_size(), self._window)
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


class FullScreen(SdlScreen):
    """The whole panel, in its native size, without desktop, cursor or blanking.

    turn: by how much the picture is turned clockwise, for a panel that stands on its side. touch: the same
    for a touch film that was mounted otherwise than its panel. display: which of several panels. size: a
    mode that the panel has, else its own. driver: of SDL; `kmsdrm` needs no desktop.
    """

    def __init__(
        self,
        *,
        turn: Turn = 0,
        touch: Turn = 0,
        display: int = 0,
        size: tuple[int, int] | None = None,
        driver: str = "kmsdrm",
        looked_at: bool = True,
    ) -> None:
        try:
            with surroundings({**SURROUNDINGS, "SDL_VIDEODRIVER": driver}):
                pygame.display.init()
        except pygame.error as error:
            raise ScreenError(why_not(driver, str(error))) from error
        there = pygame.display.get_num_displays()
        if display >= there:
            pygame.display.quit()
            raise ScreenError(f"There is no display {display}: {there} answered, the first is 0")
        try:
            window = pygame.display.set_mode(size or (0, 0), pygame.FULLSCREEN, display=display)
        except pygame.error as error:
            pygame.display.quit()
            raise ScreenError(why_not(driver, str(error))) from error
        if size is not None and window.get_size() != size:
            native = "x".join(map(str, window.get_size()))
            pygame.display.quit()
            raise ScreenError(f"The panel has no mode {size[0]}x{size[1]}; it offered {native}")
        super().__init__(turned_size(window.get_size(), turn), window, turn, touch, looked_at)
        pygame.mouse.set_visible(False)
        window.fill((0, 0, 0))
        pygame.display.flip()


def why_not(driver: str, error: str, dri: Path = DRI) -> str:
    """One sentence: why SDL's `driver` found no panel, and what to do."""
    if driver != "kmsdrm":
        return f"SDL's driver {driver} cannot open a full screen here: {error}"
    cards = sorted(dri.glob("card*"))
    if not cards:
        return (
            f"There is no panel: {dri} has no card. On a Raspberry Pi config.txt needs "
            "'dtoverlay=vc4-kms-v3d'; a machine without a graphics driver can show 'sim:' only"
        )
    closed = [card for card in cards if not os.access(card, os.R_OK | os.W_OK)]
    if closed:
        return f"{closed[0]} may not be opened: the program's user needs the groups video and render"
    return (
        f"SDL cannot show anything on {cards[0]} ({error}): is a panel connected, and does no desktop "
        f"or other program hold it? It also needs the packages {LIBRARIES}"
    )


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
