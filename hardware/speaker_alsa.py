"""The real loudspeaker, through SDL's mixer.

Knows pygame.mixer; keeps out what sounds. The device is opened when something is to be heard and opened
again after a fault, so that a plug put back in is enough.
"""

from __future__ import annotations

import importlib
import sys
import threading
from array import array
from typing import Any

import pygame

from hardware.sound import RATE
from hardware.speaker import SpeakerError

LATE_S = 2.0  # a device that is not done this long after the sound's end hangs
LOOK_S = 0.02


class Alsa:
    """`device`: a name as the system lists it; empty for the default one."""

    def __init__(self, device: str = "") -> None:
        self._device = device
        self._mixer = mixer()

    def play(self, samples: array[int], stopped: threading.Event) -> None:
        self.open()
        try:
            channel = self._mixer.Sound(buffer=samples.tobytes()).play()
        except pygame.error as error:
            self.close()
            raise SpeakerError(f"The loudspeaker does not play: {error}") from error
        left = len(samples) / RATE + LATE_S
        while channel is not None and channel.get_busy():
            if stopped.wait(LOOK_S):
                return
            left -= LOOK_S
            if left < 0:
                self.close()
                raise SpeakerError("The loudspeaker hangs")

    def open(self) -> None:
        """Take the device, unless it is ours already. Raises SpeakerError."""
        if self._mixer.get_init() is not None:
            return
        try:
            self._mixer.init(RATE, -16, 1, 1024, self._device or None, 0)
        except pygame.error as error:
            raise SpeakerError(f"The loudspeaker cannot be opened: {error}") from error
        self._mixer.set_num_channels(1)  # two sounds cannot sound at once

    def close(self) -> None:
        """Let go of the device; the next sound opens it again."""
        self._mixer.quit()


def mixer() -> Any:
    """pygame's mixer, also where the command had left it out of a program that might be silent."""
    if sys.modules.get("pygame.mixer", pygame) is None:
        del sys.modules["pygame.mixer"]
    return importlib.import_module("pygame.mixer")
