"""Trying the voices of a wall before the doors open: who would say a call, and what a pack lacks.

Nothing is heard. Knows the settings' voices; keeps out how they speak.
"""

from __future__ import annotations

from datetime import UTC, datetime

from broker.messages import Call, Lang
from display.clips import wanted
from display.settings import Settings
from display.speech import announcement
from hardware.check import NotReady
from hardware.settings import SettingsError
from hardware.texts import Texts
from hardware.voice_manifest import FILE, read_manifest
from hardware.voices import open_voices


def try_voice(settings: Settings) -> str:
    """Who says a call in each language. Raises NotReady with everything that is wrong, VoiceRefused."""
    if settings.speaker == "none:":
        return "nothing is said: there is no loudspeaker"
    texts = Texts.load("display")
    voices = open_voices(settings.voice, settings.voice_pack, settings.piper, settings.numbers)
    call = Call(1, "A105", "3", datetime.now(UTC), lang="en")
    found = []
    for sentence in announcement(call, texts, settings.manner):
        spoken = voices.speak(sentence)
        found.append(f"{sentence.lang}: {spoken.voice if spoken else 'chime alone'}")
    wrong = [*voices.troubles]
    if "pack" in voices.names:
        wrong += [lack for lang in ("vi", "en") if (lack := _lacks(settings, lang, texts))]
    if wrong:
        raise NotReady("; ".join([*wrong, *found]))
    return ", ".join(found)


def _lacks(settings: Settings, lang: Lang, texts: Texts) -> str | None:
    """Which clips a language of the pack lacks; None for a whole one, and for one that is not there."""
    folder = settings.voice_pack
    if folder is None or not (folder / lang / FILE).exists():
        return None
    try:
        there = read_manifest(folder / lang).clips
    except SettingsError as error:
        return str(error)
    lacking = [clip.text for clip in wanted(lang, texts) if clip.text not in there]
    if not lacking:
        return None
    return (
        f"the pack's {lang} lacks {len(lacking)} clips: {', '.join(lacking[:3])}{' …' if lacking[3:] else ''}"
    )
