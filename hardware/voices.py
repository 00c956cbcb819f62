"""Which voices a setting names, opened in their order.

Knows the names and what each voice needs; keeps out how they speak. A voice that is not there at this moment
is no refusal: it may come later, and until then the next one speaks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from hardware.voice import Voice, VoiceName, Voices

VoiceOrder = Literal["auto", "pack", "espeak-ng", "piper", "chime"] | tuple[VoiceName, ...]
ORDER: Final[tuple[VoiceName, ...]] = ("pack", "espeak-ng", "piper", "chime")


class VoiceRefused(ValueError):
    """Settings that name a voice which cannot be; one sentence."""


class PiperModels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `piper` table: a model's `.onnx` file for each language, and where the program is."""

    vi: Path | None = None
    en: Path | None = None
    program: str = "piper"


def open_voices(
    order: VoiceOrder | str,
    pack: Path | None = None,
    piper: PiperModels | None = None,
    dialect: Literal["north", "south"] = "north",
) -> Voices:
    """`auto`: what the settings give and what is installed, the most human first. Else one name, or several.

    Raises VoiceRefused for a name that is none, or that needs what is not set.
    """
    names = (order,) if isinstance(order, str) else order
    auto = names == ("auto",)
    if auto:
        given = {"pack": pack is not None, "piper": piper is not None}
        names = tuple(name for name in ORDER if given.get(name, True))
    return Voices([_open(name, pack, piper, dialect, not auto) for name in names if name != "chime"])


def _open(
    name: str,
    pack: Path | None,
    piper: PiperModels | None,
    dialect: Literal["north", "south"],
    expected: bool,
) -> Voice:
    # Each voice's module is loaded where it is wanted: most halls have one.
    match name:
        case "pack":
            if pack is None:
                raise VoiceRefused("The voice 'pack' needs voice_pack = \"FOLDER\"")
            from hardware.voice_pack import VoicePack

            return VoicePack(pack)
        case "espeak-ng":
            from hardware.voice_espeak import EspeakNg

            return EspeakNg(dialect=dialect, expected=expected)
        case "piper":
            models = {lang: file for lang in ("vi", "en") if (file := getattr(piper, lang, None))}
            if piper is None or not models:
                raise VoiceRefused("The voice 'piper' needs piper = { vi = \"MODEL.onnx\" }")
            from hardware.voice_piper import Piper

            return Piper(models, piper.program)
    raise VoiceRefused(f"There is no voice {name!r}: say 'auto', {', '.join(map(repr, ORDER))}")
