"""A voice of recorded clips: each sentence is joined from them, without a network and in a human voice.

Knows how a pack is read and played; keeps out which clips there should be. A clip is read when it is needed
and kept while it is among those that were needed lately, since a wall has little memory. One that is kept is
heard as it was until `voice.toml` is written anew. A clip that is missing or broken is named, and its
sentence is left to the next voice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hardware.settings import SettingsError
from hardware.sound import Samples, joined, levelled, silence
from hardware.voice import PAUSE, Sentence, VoiceAbsent, VoiceError, VoiceName
from hardware.voice_manifest import FILE, Manifest, read_manifest
from hardware.wav import WavError, read_wav

KEPT_BYTES: Final = 600_000  # of a language's samples; a sentence has some 250,000, a whole pack two million
PAUSE_S: Final = 0.35  # less two overlaps: a fifth of a second is heard


class VoicePack:
    """The recordings in `folder`, which has a folder for each language, each with its `voice.toml`."""

    name: VoiceName = "pack"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._languages: dict[str, _Language] = {}
        self._broken: dict[tuple[str, str], str] = {}

    @property
    def trouble(self) -> str | None:
        """Which clips could not be played when they were last needed: stays until they can."""
        reasons = list(self._broken.values())
        return (
            f"{reasons[0]}{f', and {len(reasons) - 1} more' if len(reasons) > 1 else ''}" if reasons else None
        )

    def speak(self, sentence: Sentence) -> Samples[int]:
        language = self._language(sentence.lang)
        self._broken = {key: why for key, why in self._broken.items() if not self._healed(key)}
        parts: list[Samples[int]] = []
        for text in sentence.clips:
            if text == PAUSE:
                parts.append(silence(PAUSE_S))
                continue
            try:
                parts.append(language.clip(text))
            except VoiceError as error:
                self._broken[sentence.lang, text] = str(error)
        if len(parts) < len(sentence.clips) or not parts:
            raise VoiceError(self.trouble or "The voice pack has no recordings for this sentence")
        return joined(parts)

    def close(self) -> None:
        """Nothing runs."""

    def _language(self, lang: str) -> _Language:
        """The pack of a language, read anew when its `voice.toml` has changed."""
        folder = self._folder / lang
        try:
            found = (folder / FILE).stat()
        except FileNotFoundError:
            if self._folder.is_dir() and any(self._folder.glob(f"*/{FILE}")):
                raise VoiceAbsent(f"the voice pack has no {lang}") from None
            raise VoiceError(f"The voice pack {self._folder} has no {lang}/{FILE}") from None
        except OSError as error:
            raise VoiceError(f"The voice pack's {lang}/{FILE} cannot be read: {error.strerror}") from error
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        known = self._languages.get(lang)
        if known is None or known.seen != seen:
            try:
                known = _Language(folder, read_manifest(folder), seen)
            except SettingsError as error:
                raise VoiceError(f"The voice pack cannot be used: {error}") from error
            if known.manifest.language != lang:
                said = known.manifest.language
                raise VoiceError(f"The voice pack's {lang}/{FILE} says that its language is {said}")
            self._languages[lang] = known
        return known

    def _healed(self, key: tuple[str, str]) -> bool:
        lang, text = key
        try:
            self._language(lang).clip(text)
        except (VoiceError, VoiceAbsent):
            return False
        return True


@dataclass
class _Language:
    """One folder: what it says and what of it was read."""

    folder: Path
    manifest: Manifest
    seen: tuple[int, int, int]
    _clips: dict[str, Samples[int]] = field(default_factory=dict)

    def clip(self, text: str) -> Samples[int]:
        """One recording, as loud as all speech. Raises VoiceError with the reason."""
        found = self._clips.pop(text, None) or read_clip(self.folder, self.manifest, text)
        self._clips[text] = found  # as the latest of all
        kept = sum(len(samples) * samples.itemsize for samples in self._clips.values())
        while kept > KEPT_BYTES and len(self._clips) > 1:
            oldest = self._clips.pop(next(iter(self._clips)))
            kept -= len(oldest) * oldest.itemsize
        return found


def read_clip(folder: Path, manifest: Manifest, text: str) -> Samples[int]:
    """The recording of `text`, as loud as all speech. Raises VoiceError with the reason."""
    clip = manifest.clips.get(text)
    if clip is None:
        raise VoiceError(f"The voice pack has no clip {text!r}")
    try:
        samples = read_wav((folder / clip.file).read_bytes())
    except OSError as error:
        raise VoiceError(f"The voice pack's {clip.file} cannot be read: {error.strerror}") from error
    except WavError as error:
        raise VoiceError(f"The voice pack's {clip.file} {error}") from error
    return levelled(samples)
