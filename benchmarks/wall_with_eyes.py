"""A display as `motcua display` starts it, with an eye on its surface; `benchmarks.light` starts it.

    python -m benchmarks.wall_with_eyes SETTINGS.toml SEEN

Whenever what is shown where a call stands has other pixels, a line goes to the file SEEN: when that was
(CLOCK_MONOTONIC, ns, one clock for all processes of a machine) and a sum of these pixels. The clock is read
right after the picture was brought to what is shown, in the display's own loop, so that nothing is polled and
no error is added; on a real panel up to one frame of the panel's comes on top.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, time as hour

import pygame

import hardware.screen
import motcua
from display.fit import Panel
from display.layout import picture
from display.scene import Scene
from hardware.screen import Screen, Wishes
from hardware.texts import Texts

FINER = 4  # every fourth pixel of every fourth row is enough to tell two numbers apart
EDGE = 8  # the frame of a new call comes and goes by itself: this part of each side is not looked at


class Eyes(Screen):
    """The simulated screen; `seen` is an open file descriptor."""

    def __init__(self, size: tuple[int, int], seen: int) -> None:
        super().__init__(size)
        self._seen_file, self._seen = seen, 0
        scene = Scene("", date(2026, 11, 23), hour(8))
        regions = picture(scene, Panel(*size, 55, 8), Texts.load("display"), "vi", None)
        box = pygame.Rect(next(region.box for region in regions if region.name == "hero"))
        self._looks_at = box.inflate(-2 * box.width // EDGE, -2 * box.height // EDGE)

    def show(self, rects: Sequence[pygame.Rect] | None = None) -> None:
        before = self.rev
        super().show(rects)
        if self.rev == before:
            return
        at = time.monotonic_ns()
        part = (self._shown or self.surface).subsurface(self._looks_at)
        small = pygame.transform.scale(part, (part.get_width() // FINER, part.get_height() // FINER))
        seen = zlib.crc32(pygame.image.tobytes(small, "RGB"))
        if seen != self._seen:
            self._seen = seen
            os.write(self._seen_file, b"%d %d\n" % (at, seen))


def main() -> int:
    settings, path = sys.argv[1:]
    seen = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def open_eyes(where: str, options: Mapping[str, str], wishes: Wishes) -> Screen:
        width, _, height = where.partition("x")
        return Eyes((int(width), int(height)), seen)

    hardware.screen.DRIVERS = {**hardware.screen.DRIVERS, "eyes": (open_eyes, ())}  # type: ignore[misc]
    sys.argv = ["motcua", "display", settings]
    return motcua.main()


if __name__ == "__main__":
    sys.exit(main())
