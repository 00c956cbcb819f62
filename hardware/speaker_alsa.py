"""The real loudspeaker, through SDL's mixer.

Knows pygame.mixer; keeps out what sounds. The device is opened when something is to be heard and opened
again after a fault, so that a plug put back in is enough.
"""

from __future__ import annotations

import threading
from array import array

import pygame
import pygame.mixer

from hardware.speaker import RATE, SpeakerError

LATE_S = 2.0  # a device that is not done this long after the sound's end hangs


class Alsa:
    """`device`: a name as the system lists it; empty for the default one."""

    def __init__(self, device: str = "") -> None:
        self._device = device

    def play(self, samples: array[int], stopped: threading.Event) -> None:
        self._open()
        try:
            channel = pygame.mixer.Sound(buffer=samples.tobytes()).play()
        except pygame.error as error:
            self._close()
            raise SpeakerError(f"The loudspeaker does not play: {error}") from error
        seconds = len(samples) / RATE
        if stopped.wait(seconds):
            self._close()
            return
        late = 0.0
        while channel is not None and channel.get_busy() and not stopped.wait(0.02):
            late += 0.02
            if late > LATE_S:
                self._close()
                raise SpeakerError("The loudspeaker hangs")

    def _open(self) -> None:
        if pygame.mixer.get_init() is not None:
            return
        try:
            pygame.mixer.init(RATE, -16, 1, 1024, self._device or None, 0)
        except pygame.error as error:
            raise SpeakerError(f"The loudspeaker cannot be opened: {error}") from error

    def _close(self) -> None:
        pygame.mixer.quit()
