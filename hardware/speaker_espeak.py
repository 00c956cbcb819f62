"""A voice by the program espeak-ng, which is robotic but speaks Vietnamese without a network.

Knows its command line and its WAV; keeps out wording: it is fed words, since it reads 15 and 115 wrong.
A process of its own, because of its licence and because a voice that dies must not take the wall along.
"""

from __future__ import annotations

import io
import subprocess
import wave
from array import array

from hardware.speaker import RATE, SpeakerError

PROGRAM = "espeak-ng"
WORDS_A_MINUTE = 150
MOST_S = 5.0  # it takes 0.05 s for a sentence


class EspeakNg:
    """`program`: its name or path."""

    def __init__(self, program: str = PROGRAM) -> None:
        self._program = program

    def speak(self, lang: str, sentence: str) -> array[int] | None:
        order = [self._program, "-v", lang, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
        try:
            done = subprocess.run(
                order, input=sentence.encode(), capture_output=True, timeout=MOST_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SpeakerError(f"The voice {self._program} took longer than {MOST_S:g} s") from error
        except OSError as error:
            raise SpeakerError(f"The voice {self._program} cannot be started: {error.strerror}") from error
        if done.returncode != 0:
            raise SpeakerError(f"The voice {self._program} failed with status {done.returncode}")
        return samples_of(done.stdout)


def samples_of(wav: bytes) -> array[int]:
    """The samples of a WAV at our rate. A WAV made for a pipe says a false length, so all of it is taken."""
    try:
        with wave.open(io.BytesIO(wav)) as reader:
            shape = reader.getnchannels(), reader.getsampwidth(), reader.getframerate()
            frames = reader.readframes(len(wav))
    except (wave.Error, EOFError) as error:
        raise SpeakerError(f"The voice gave no sound: {error}") from error
    if shape != (1, 2, RATE):
        raise SpeakerError(f"The voice gave {shape[0]} channels of {shape[1]} bytes at {shape[2]} Hz")
    return array("h", frames[: len(frames) // 2 * 2])
