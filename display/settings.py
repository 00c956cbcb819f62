"""Settings: a display's file, as it is read. Knows keys and what each may hold; keeps out what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.device import BrokerSettings
from display.numbers import Four, Region
from display.speech import Manner, Reading
from hardware.theme import ThemeName
from hardware.voices import PiperModels, VoiceOrder


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A display's file.

    farthest_seat_m: from where calls are read. table_seat_m: from where dossiers are read, by those who walk
    up to look for theirs; never taken for farther than the farthest seat.
    """

    broker: BrokerSettings
    data: Path
    screen: str = "window:1920x1080?scale=0.5"
    diagonal_inch: Annotated[float, Meta(gt=0)] = 55
    farthest_seat_m: Annotated[float, Meta(gt=0)] = 8
    table_seat_m: Annotated[float, Meta(gt=0)] = 5
    theme: ThemeName = "light"
    lang: Literal["vi", "en"] = "vi"
    at_rest: Literal["dark", "off"] = "dark"  # outside the hours; off: the panel sleeps, where it can
    calm: bool = False  # a new call has its frame but does not pulse
    speaker: str = "none:"
    voice: VoiceOrder = "auto"  # the pack, else espeak-ng, else Piper, else the chime alone; or their order
    voice_pack: Path | None = None  # a folder of recorded clips, see docs/voice.md
    piper: PiperModels | None = None
    numbers: Region = "north"  # how numbers are read aloud
    four: Four | None = None  # the last word of 24, where it is not the region's
    reading: Reading = "number"  # or "digits", figure by figure
    leading_zeros: bool = False
    clock: str = "system"
    machine: str = "system"  # whose warmth, memory and card the server is told of
    time_zone: str = "Asia/Ho_Chi_Minh"  # until the server has said it
    panel: Path | None = None  # the simulator's socket

    @property
    def manner(self) -> Manner:
        """How this wall reads numbers aloud."""
        return Manner(self.numbers, self.reading, self.leading_zeros, self.four)
