"""A voice by the program espeak-ng, which is robotic but speaks Vietnamese without a network.

Knows its command line and its WAV; keeps out wording: it is fed words, since it reads 15 and 115 wrong.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Final, Literal

from hardware.sound import Samples
from hardware.voice import Sentence, VoiceAbsent, VoiceError, VoiceName
from hardware.voice_program import SpeakingProgram
from hardware.wav import WavError, read_wav

PROGRAM: Final = "espeak-ng"
WORDS_A_MINUTE: Final = 150
MOST_S: Final = 4.0  # it takes 0.05 s for a sentence
DIALECTS: Final[Mapping[str, str]] = {"north": "vi", "south": "vi-vn-x-south"}  # `espeak-ng --voices=vi`


class EspeakNg:
    """`program`: its name or path. `expected`: that it is not installed is a fault, not a fact."""

    name: VoiceName = "espeak-ng"

    def __init__(
        self,
        program: str = PROGRAM,
        dialect: Literal["north", "south"] = "north",
        expected: bool = True,
        speed: int = WORDS_A_MINUTE,
    ) -> None:
        self._program, self._expected, self._speed = program, expected, speed
        self._voices = {"vi": DIALECTS[dialect]}
        self._runner = SpeakingProgram(MOST_S)

    def speak(self, sentence: Sentence) -> Samples[int]:
        if not self._expected and shutil.which(self._program) is None:
            raise VoiceAbsent(f"{self._program} is not installed")
        voice = self._voices.get(sentence.lang, sentence.lang)
        order = [self._program, "-v", voice, "-s", str(self._speed), "--stdin", "--stdout"]
        sound = self._runner.run(order, sentence.text)
        try:
            return read_wav(sound, whole=False)  # made for a pipe, it says a false length
        except WavError as error:
            raise VoiceError(f"The voice {self._program} gave no sound: it {error}") from error

    def close(self) -> None:
        self._runner.close()
