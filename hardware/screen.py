"""Screens: a surface to draw on and, when asked, to show.

Knows the simulated screen, which is memory only and can be looked at as a PNG from any thread, and a
window for a desktop, whose mouse is a finger. Keeps out what is drawn. Programs draw on `surface` and
call `show`; all but `png` and `rev` belongs to the program's own loop, since SDL wants its window and its
events in one thread.
"""

from __future__ import annotations

import re
import struct
import threading
import zlib
from collections import deque
from collections.abc import Sequence

import pygame
import pygame.image

SMALLEST, LARGEST = 16, 8192  # pixels along a side
URL = re.compile(
    r"(?P<kind>sim|window):(?P<width>\d{1,5})x(?P<height>\d{1,5})(?:\?scale=(?P<scale>\d*\.?\d+))?"
)


class ScreenError(Exception):
    """A screen that cannot be opened; one sentence."""


class Screen:
    """The simulated screen, and what every screen does. The colour depth is 32 bits."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.surface = pygame.Surface(size, depth=32)
        self.surface.fill((0, 0, 0))
        self._lock = threading.Lock()
        self._shown = self.surface.get_buffer().raw
        self._rev = 0
        self._pngs: dict[int, bytes] = {}

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    @property
    def rev(self) -> int:
        """Counts what was shown: one more for each `show` that changed a pixel. Any thread."""
        return self._rev

    def show(self, rects: Sequence[pygame.Rect] | None = None) -> None:
        """Bring what was drawn to the eyes. `rects`: nothing outside them has changed since the last time."""
        pixels = self.surface.get_buffer().raw  # a copy: the other threads look at it while we draw on
        if pixels == self._shown:
            return
        with self._lock:
            self._shown = pixels
            self._rev += 1
            self._pngs.clear()

    def png(self, width: int | None = None) -> bytes:
        """What is shown now, `width` pixels wide if given (never wider than the screen). Any thread."""
        wanted = max(1, min(width or self.size[0], self.size[0]))
        with self._lock:
            rev, pixels = self._rev, self._shown
            made = self._pngs.get(wanted)
        if made is None:
            made = encoded(pixels, self.size, wanted)
            with self._lock:
                if rev == self._rev:
                    self._pngs[wanted] = made
        return made

    def touches(self) -> list[tuple[int, int]]:
        """Where fingers went down since the last call, in pixels of `surface`. The simulated one has none."""
        return []

    def close(self) -> None:
        """Let go of the window, if there is one."""


class WindowScreen(Screen):
    """The same surface, mirrored into a window of `scale` times its size. Closing it closes nothing else."""

    def __init__(self, size: tuple[int, int], scale: float, title: str) -> None:
        super().__init__(size)
        self._scale = scale
        self._fingers: deque[tuple[int, int]] = deque(maxlen=32)
        self.closed = False
        try:
            pygame.display.init()
            self._window = pygame.display.set_mode((round(size[0] * scale), round(size[1] * scale)))
        except pygame.error as error:
            raise ScreenError(f"There is no desktop to open a window on: {error}") from error
        pygame.display.set_caption(title)

    def show(self, rects: Sequence[pygame.Rect] | None = None) -> None:
        before = self.rev
        super().show(rects)
        if self.rev != before and not self.closed:
            if self._scale == 1.0:
                self._window.blit(self.surface, (0, 0))
            else:
                pygame.transform.smoothscale(self.surface, self._window.get_size(), self._window)
            pygame.display.flip()
        self._pump()

    def touches(self) -> list[tuple[int, int]]:
        self._pump()
        found = list(self._fingers)
        self._fingers.clear()
        return found

    def _pump(self) -> None:
        if self.closed:
            return
        for event in pygame.event.get():
            if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
                x, y = event.pos
                self._fingers.append((int(x / self._scale), int(y / self._scale)))
            elif event.type == pygame.WINDOWEXPOSED:
                pygame.display.flip()
            elif event.type == pygame.QUIT:
                self.closed = True
        if self.closed:
            pygame.display.quit()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            pygame.display.quit()


def encoded(pixels: bytes, size: tuple[int, int], width: int) -> bytes:
    """A PNG of 32-bit pixels as `Screen` keeps them, made smaller when `width` is less than theirs."""
    picture = pygame.Surface(size, depth=32)
    picture.get_buffer().write(pixels)
    if width < size[0]:
        picture = pygame.transform.smoothscale(picture, (width, max(1, round(size[1] * width / size[0]))))
    return png_of(picture)


def png_of(picture: pygame.Surface) -> bytes:
    """A surface as a PNG, 8 bits a channel, no alpha (PNG, third edition, chapter 11).

    Flat colours need neither row filters nor a patient compressor: 20 ms for 1080x1920, where SDL's takes 90.
    """
    width, height = picture.get_size()
    rgb = memoryview(pygame.image.tobytes(picture, "RGB"))
    rows = b"".join(b"\0" + rgb[at : at + 3 * width] for at in range(0, len(rgb), 3 * width))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def open_screen(url: str, title: str = "motcua") -> Screen:
    """`sim:1080x1920` or `window:1080x1920?scale=0.5`. Raises `ScreenError`."""
    said = URL.fullmatch(url)
    if said is None:
        raise ScreenError(f"There is no screen {url!r}: say 'sim:1080x1920' or 'window:1080x1920?scale=0.5'")
    size = int(said["width"]), int(said["height"])
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise ScreenError(f"The screen {url!r} must have {SMALLEST} to {LARGEST} pixels along each side")
    if said["kind"] == "sim":
        return Screen(size)
    scale = float(said["scale"] or 1)
    if not 0.05 <= scale <= 4:
        raise ScreenError(f"The scale of {url!r} must lie between 0.05 and 4")
    return WindowScreen(size, scale, title)
