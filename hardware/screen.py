"""Screens: a surface to draw on and, when asked, to show.

Knows the simulated screen, which is memory only and can be looked at as a PNG from any thread, and which
driver a URL names (`hardware.screen_sdl` and `hardware.screen_full` have the others). Keeps out what is
drawn. Programs draw on `surface` and call `show`; all but `png` and `rev` belongs to the program's own loop.
"""

from __future__ import annotations

import queue
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import pygame
import pygame.image

from hardware.fingers import TURNS, Turn, turned_size
from hardware.url_options import choice, number, parted, read_options

T = TypeVar("T")

SMALLEST, LARGEST = 16, 8192  # pixels along a side
BAND: Final = 16  # rows that are compared, copied and shown together
SIZE: Final = re.compile(r"(\d{1,5})x(\d{1,5})")
FULL_HD: Final = "1920x1080"
SDL_DRIVERS: Final = ("kmsdrm", "wayland", "x11", "dummy", "offscreen")


class ScreenError(Exception):
    """A screen that cannot be opened; one sentence."""


class Wishes(NamedTuple):
    """What the program wants, whichever driver it is; see `open_screen`."""

    title: str
    looked_at: bool
    fingers: bool


class Screen:
    """The simulated screen, and what every screen does. The colour depth is 32 bits.

    Beside the surface that the program draws on there is a second picture, what is shown: `shown`, where a
    kind of screen has one anyway, else one of our own. Only bands of rows that differ are copied, so that a
    change costs what it changes. A screen that is not `looked_at` by a panel does without it, 8 MB for
    1080x1920: whatever is shown counts as changed.
    """

    def __init__(
        self, size: tuple[int, int], shown: pygame.Surface | None = None, looked_at: bool = True
    ) -> None:
        self._lock = threading.Lock()
        self._looked_at = looked_at
        self._rev = 0
        self._pngs: dict[int, bytes] = {}
        self.surface: pygame.Surface
        self._shown: pygame.Surface | None
        self._take(size, shown)

    def _take(self, size: tuple[int, int], shown: pygame.Surface | None) -> None:
        """Pictures of this size from now on, black; see `__init__`."""
        with self._lock:
            self.surface = pygame.Surface(size, depth=32) if shown is None else pygame.Surface(size, 0, shown)
            self._shown = self.surface.copy() if shown is None and self._looked_at else shown
            for picture in (self.surface, self._shown):
                if picture is not None:
                    picture.fill((0, 0, 0))

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    @property
    def panel_size(self) -> tuple[int, int]:
        """What the panel would hold now: `size`, but where another panel was plugged in (see `fit_panel`)."""
        return self.size

    def fit_panel(self) -> None:
        """Take the panel's size: `surface` is another one then, black, and nothing of it is shown yet."""

    def power(self, on: bool) -> bool:
        """Let the panel wake or sleep; whether that was done. A simulated one, and a window, cannot."""
        return False

    @property
    def rev(self) -> int:
        """Counts what was shown: one more for each `show` that changed a pixel. Any thread."""
        return self._rev

    def show(self, rects: Sequence[pygame.Rect] | None = None) -> None:
        """Bring what was drawn to the eyes. `rects`: nothing outside them has changed since the last time."""
        changed = list(self._changed(rects))
        if not changed:
            return
        with self._lock:
            if self._shown is not None:
                for band in changed:
                    self._shown.blit(self.surface, band, band)
            self._rev += 1
            self._pngs.clear()
        self._mirror(changed)

    def png(self, width: int | None = None) -> bytes:
        """What is shown now, `width` pixels wide if given (never wider than the screen). Any thread.

        Of a screen that is not looked at: what is drawn now, which may be half a picture.
        """
        wanted = max(1, min(width or self.size[0], self.size[0]))
        with self._lock:
            rev, made = self._rev, self._pngs.get(wanted)
            picture = (self._shown or self.surface).copy() if made is None else None
        if made is None:
            assert picture is not None
            made = encoded(picture, wanted)
            with self._lock:
                if rev == self._rev:
                    self._pngs[wanted] = made
        return made

    def _changed(self, rects: Sequence[pygame.Rect] | None) -> Iterator[pygame.Rect]:
        """The bands in which the surface is not what is shown, as wide as the screen where that is known."""
        if self._shown is None:
            whole = self.surface.get_rect()
            yield from (clipped for rect in rects or (whole,) if (clipped := rect.clip(whole)))
            return
        width, height = self.size
        asked = [
            range(max(0, rect.top), min(height, rect.bottom)) for rect in rects or (self.surface.get_rect(),)
        ]
        pitch = self.surface.get_pitch()
        new, old = (_pixels(picture) for picture in (self.surface, self._shown))  # both are locked meanwhile
        for top in range(0, height, BAND):
            bottom = min(top + BAND, height)
            if not any(rows.start < bottom and top < rows.stop for rows in asked):
                continue
            rows = slice(top * pitch, bottom * pitch)
            if bytes(new[rows]) != bytes(old[rows]):  # bytes are compared at once, views one by one
                yield pygame.Rect(0, top, width, bottom - top)

    def _mirror(self, bands: Sequence[pygame.Rect]) -> None:
        """For screens that have eyes of their own: these bands are others now."""

    def touches(self) -> list[tuple[int, int]]:
        """Where fingers went down since the last call, in pixels of `surface`. The simulated one has none."""
        return []

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float) -> T | None:
        """The next of `inbox`; None after `seconds`, or as soon as a finger went down (see `touches`)."""
        try:
            return inbox.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def close(self) -> None:
        """Let go of the window, if there is one."""


def _pixels(picture: pygame.Surface) -> memoryview:
    view: Any = picture.get_view("0")  # a buffer, which pygame's type stubs do not say
    return memoryview(view)


def encoded(picture: pygame.Surface, width: int) -> bytes:
    """A PNG of a picture, made smaller when `width` is less than its own."""
    whole, high = picture.get_size()
    if width < whole:
        picture = pygame.transform.smoothscale(picture, (width, max(1, round(high * width / whole))))
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


def open_screen(url: str, title: str = "motcua", looked_at: bool = True, fingers: bool = True) -> Screen:
    """The screen that `url` names, open. Raises `ScreenError`, one sentence, for anything else.

    looked_at: whether somebody may ask it for its picture (`png`, `rev`), as a panel does. fingers: whether
    anybody can touch it; nobody can touch a wall.

    `sim:1080x1920`: memory only. `window:1080x1920?scale=0.5`: a window on a desktop. `kms:`: the whole panel
    of a machine without a desktop; `kms:?rotate=90` turns the picture clockwise, `touch=` says how the touch
    film is turned against its panel, `display=1` takes the second panel, `size=1280x720` another mode of it,
    and `driver=` another of SDL's drivers (of a desktop, or `dummy` for tests).
    """
    try:
        driver, rest = parted(url, DRIVERS, EXAMPLES)
        opener, known = DRIVERS[driver]
        where, _, query = rest.partition("?")
        return opener(where, read_options(query, known), Wishes(title, looked_at, fingers))
    except ValueError as error:
        raise ScreenError(f"The screen {url!r} cannot be: {error}") from None


def in_memory(url: str) -> Screen:
    """A simulated screen as large as the one that `url` names, which stays closed. Raises `ScreenError`.

    A panel that would say its own size counts as Full HD, turned as it stands.
    """
    try:
        driver, rest = parted(url, DRIVERS, EXAMPLES)
        where, _, query = rest.partition("?")
        options = read_options(query, DRIVERS[driver][1])
        size = _size(where or options.get("size", FULL_HD))
        return Screen(turned_size(size, _turn(options, "rotate")) if "rotate" in options else size)
    except ValueError as error:
        raise ScreenError(f"The screen {url!r} cannot be: {error}") from None


def _open_sim(where: str, options: Mapping[str, str], wishes: Wishes) -> Screen:
    return Screen(_size(where), looked_at=wishes.looked_at)


def _open_window(where: str, options: Mapping[str, str], wishes: Wishes) -> Screen:
    from hardware.screen_sdl import WindowScreen  # a kiosk without a window never opens SDL's video

    return WindowScreen(_size(where), number(options, "scale", 1, 0.05, 4), wishes.title, wishes.looked_at)


def _open_kms(where: str, options: Mapping[str, str], wishes: Wishes) -> Screen:
    from hardware.screen_full import FullScreen

    if where:
        raise ValueError(
            f"the panel has its own size; another of its modes is asked for with '?size={where}'"
        )
    return FullScreen(
        turn=_turn(options, "rotate"),
        touch=_turn(options, "touch"),
        display=int(choice(options, "display", tuple("0123456789"))),
        size=_size(options["size"]) if "size" in options else None,
        driver=choice(options, "driver", SDL_DRIVERS),
        looked_at=wishes.looked_at,
        fingers=wishes.fingers,
    )


def _size(text: str) -> tuple[int, int]:
    said = SIZE.fullmatch(text)
    if said is None:
        raise ValueError(f"{text!r} is not a size like 1080x1920")
    width, height = int(said[1]), int(said[2])
    if not all(SMALLEST <= side <= LARGEST for side in (width, height)):
        raise ValueError(f"it must have {SMALLEST} to {LARGEST} pixels along each side")
    return width, height


def _turn(options: Mapping[str, str], name: str) -> Turn:
    return TURNS[[str(turn) for turn in TURNS].index(choice(options, name, [str(turn) for turn in TURNS]))]


Opener: TypeAlias = Callable[[str, Mapping[str, str], Wishes], Screen]
DRIVERS: Final[Mapping[str, tuple[Opener, tuple[str, ...]]]] = {  # and the options that each knows
    "sim": (_open_sim, ()),
    "window": (_open_window, ("scale",)),
    "kms": (_open_kms, ("rotate", "touch", "display", "size", "driver")),
}
EXAMPLES: Final = "sim:1080x1920, window:1080x1920?scale=0.5 and kms:"
