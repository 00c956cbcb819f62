"""Voices: who turns a sentence into sound, in which order they are tried, and who spoke.

Knows the noun and the chain; keeps out how each voice makes sound. A voice that fails gives way to the next
one for that sentence and is asked again for the next; what is wrong with it is kept until it speaks again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from hardware.sound import Samples, levelled

log = logging.getLogger(__name__)

VoiceName = Literal["pack", "espeak-ng", "piper", "chime"]
PAUSE: Final = ","  # among clips: a short silence


class VoiceError(Exception):
    """A voice cannot say a sentence that it should be able to say; one sentence."""


class VoiceAbsent(Exception):
    """A voice that nobody expects to be able to: not recorded in this language, not installed."""


@dataclass(frozen=True)
class Sentence:
    """What is to be said: as words, never figures, and as the recordings that it is made of."""

    lang: str
    text: str
    clips: tuple[str, ...] = ()  # each as it is spoken: "mời công dân có số", "a", "năm"; or PAUSE


@dataclass(frozen=True)
class Spoken:
    """A sentence as sound, and whose voice it is."""

    voice: VoiceName
    samples: Samples[int]


class Voice(Protocol):
    """What turns sentences into samples."""

    name: VoiceName

    def speak(self, sentence: Sentence) -> Samples[int]:
        """The sentence, at any loudness. Raises VoiceError, VoiceAbsent."""

    def close(self) -> None:
        """Stop what is being made. Any thread."""


class Voices:
    """Voices in the order in which they are tried. None of them: the chime alone.

    `speak` from one thread, `close` from any.
    """

    def __init__(self, order: Sequence[Voice] = ()) -> None:
        self._order = tuple(order)
        self._troubles: dict[tuple[VoiceName, str], str] = {}  # of a voice in a language

    @property
    def names(self) -> tuple[VoiceName, ...]:
        return tuple(voice.name for voice in self._order)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What was wrong with each voice when it was last asked for a language, in their order."""
        return tuple(dict.fromkeys(self._troubles[key] for key in sorted(self._troubles, key=self._place)))

    def speak(self, sentence: Sentence) -> Spoken | None:
        """The sentence by the first voice that can, as loud as all speech is; None when none can."""
        for voice in self._order:
            try:
                spoken = Spoken(voice.name, levelled(voice.speak(sentence)))
            except VoiceAbsent:
                self._note(voice.name, sentence.lang, None)
            except VoiceError as error:
                self._note(voice.name, sentence.lang, str(error))
            except Exception as error:  # a bug in one voice must not silence the others
                log.exception("voice failed name=%s", voice.name)
                self._note(voice.name, sentence.lang, f"The voice {voice.name} made a mistake: {error!r}")
            else:
                self._note(voice.name, sentence.lang, getattr(voice, "trouble", None))
                return spoken
        return None

    def close(self) -> None:
        for voice in self._order:
            voice.close()

    def _place(self, key: tuple[VoiceName, str]) -> int:
        return self.names.index(key[0])

    def _note(self, name: VoiceName, lang: str, trouble: str | None) -> None:
        if trouble == self._troubles.get((name, lang)):
            return
        if trouble is None:
            del self._troubles[name, lang]
            log.info("voice works name=%s lang=%s", name, lang)
        else:
            self._troubles[name, lang] = trouble
            log.warning("voice fault name=%s lang=%s reason=%r", name, lang, trouble)
