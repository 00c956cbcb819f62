"""The whole panel without a desktop (KMS/DRM): opened, and opened anew when another one was plugged in.

Knows SDL's full screen, the panel's plug and its power; keeps out fingers and turning, which every SDL screen
has. While no panel is connected the program goes on drawing; what it has drawn by then is what comes back.
"""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

import pygame

from hardware.fingers import Turn, turned_size
from hardware.panel_plug import DRM, Announcements, Plug, from_kernel
from hardware.panel_power import switch_panel
from hardware.screen import ScreenError
from hardware.screen_sdl import SURROUNDINGS, SdlScreen, surroundings

log = logging.getLogger(__name__)

T = TypeVar("T")

KMS: Final = "kmsdrm"
NO_FINGERS_S: Final = 0.25  # between two looks at SDL's queue where nobody can touch anything
DRI: Final = Path("/dev/dri")
LIBRARIES: Final = "libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri"  # of Debian; SDL loads them itself


class FullScreen(SdlScreen):
    """The whole panel, in its native size, without desktop, cursor or blanking.

    turn: by how much the picture is turned clockwise, for a panel that stands on its side. touch: the same
    for a touch film that was mounted otherwise than its panel. display: which of several panels. size: a
    mode that the panel has, else its own. driver: of SDL; `kmsdrm` needs no desktop. fingers: whether anybody
    can touch it. drm: where the kernel says what is connected; None: the panel has no plug that we could see.

    A panel of another size than `size` shows the picture scaled, until the program takes what it offers with
    `fit_panel`.
    """

    def __init__(
        self,
        *,
        turn: Turn = 0,
        touch: Turn = 0,
        display: int = 0,
        size: tuple[int, int] | None = None,
        driver: str = KMS,
        looked_at: bool = True,
        fingers: bool = True,
        drm: Path | None = None,
    ) -> None:
        self._display, self._mode, self._driver = display, size, driver
        self._lost = False  # SDL's video is gone, and with it the window
        self._asleep = False
        self._resized = False
        window = self._panel_window()
        if size is not None and window.get_size() != size:
            native = "x".join(map(str, window.get_size()))
            pygame.display.quit()
            raise ScreenError(f"The panel has no mode {size[0]}x{size[1]}; it offered {native}")
        super().__init__(turned_size(window.get_size(), turn), window, turn, touch, looked_at)
        if not fingers:
            self._look_s = NO_FINGERS_S
        window.fill((0, 0, 0))
        pygame.display.flip()
        self._announcements = Announcements(from_kernel()) if driver == KMS else None
        self._plug: Plug | None = None
        if self._announcements is not None:
            self._plug = Plug(drm or DRM, self._announcements.heard)
        elif drm is not None:
            self._plug = Plug(drm)

    @property
    def panel_size(self) -> tuple[int, int]:
        return self.size if self._lost else turned_size(self._window.get_size(), self._turn)

    def fit_panel(self) -> None:
        if self.panel_size != self.size:
            self._direct = self._turn == 0
            self._take(self.panel_size, self._window if self._direct else None)

    def power(self, on: bool) -> bool:
        if on == (not self._asleep):
            return True
        if self._driver != KMS or (not switch_panel(on) and not on):
            return False
        self._asleep = not on
        self._mirror([self.surface.get_rect()])
        return True

    def close(self) -> None:
        super().close()
        if self._announcements is not None:
            self._announcements.close()

    def _panel_window(self) -> pygame.Surface:
        """SDL's video and the panel's window, begun. Raises ScreenError and leaves nothing begun then."""
        try:
            with surroundings({**SURROUNDINGS, "SDL_VIDEODRIVER": self._driver}):
                pygame.display.init()
            there = pygame.display.get_num_displays()
            if self._display >= there:
                raise ScreenError(f"There is no display {self._display}: {there} answered, the first is 0")
            window = self._set_mode()
        except pygame.error as error:
            pygame.display.quit()
            raise ScreenError(why_not(self._driver, str(error))) from error
        except ScreenError:
            pygame.display.quit()
            raise
        pygame.mouse.set_visible(False)
        return window

    def _set_mode(self) -> pygame.Surface:
        return pygame.display.set_mode(self._mode or (0, 0), pygame.FULLSCREEN, display=self._display)

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float) -> T | None:
        found = super().wait(inbox, seconds)
        self._resized = False  # said once: not every program cares
        return found

    def _has_news(self) -> bool:
        return self._resized or super()._has_news()

    def _pump(self) -> None:
        if self._plug is not None and not self.closed and self._plug.changed(time.monotonic()):
            self._open_again(self._plug)
        if not self._lost:
            super()._pump()

    def _open_again(self, plug: Plug) -> None:
        """Begin SDL's video anew, since it looks at panels only then, and show what is to be seen."""
        self._let_go()
        try:
            self._window = self._panel_window()
        except ScreenError as error:
            log.warning("panel lost reason=%s", error)
            self._lost = True
            plug.opened(time.monotonic(), well=False)
            return
        self._lost = False
        self._begin()
        self._direct = self.panel_size == self.size and self._turn == 0
        if self._direct:
            with self._lock:
                self._window.blit(self._shown or self.surface, (0, 0))
                self._shown = self._window
        self._resized = self.panel_size != self.size
        if self._asleep:
            switch_panel(False)  # opening it has woken it
        self._mirror([self.surface.get_rect()])
        plug.opened(time.monotonic(), well=True)
        log.info("panel opened anew size=%dx%d", *self.panel_size)

    def _mirror(self, bands: Sequence[pygame.Rect]) -> None:
        """To the panel, if there is one that is awake; else it comes with the whole picture later."""
        if not (self._lost or self._asleep or (self._plug is not None and not self._plug.connected)):
            super()._mirror(bands)


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
