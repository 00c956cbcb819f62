"""A voice by Piper, with a model that the operator brought: we ship none, and none comes with its package.

Knows the command line of piper-tts (`--model FILE --output-raw`: a line in, numbers of 16 bit out) and where
a model says its rate; keeps out where models come from and what their licences allow.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hardware.sound import Samples
from hardware.voice import Sentence, VoiceAbsent, VoiceError, VoiceName
from hardware.voice_program import SpeakingProgram
from hardware.wav import HIGHEST, LOWEST, resampled

PROGRAM: Final = "piper"
MOST_S: Final = 10.0  # it reads its whole model, some 60 MB, for every sentence


class Piper:
    """`models`: language -> the `.onnx` file, its `.onnx.json` beside it. `program`: its name or path."""

    name: VoiceName = "piper"

    def __init__(self, models: Mapping[str, Path], program: str = PROGRAM) -> None:
        self._models, self._program = dict(models), program
        self._runner = SpeakingProgram(MOST_S)

    def speak(self, sentence: Sentence) -> Samples[int]:
        model = self._models.get(sentence.lang)
        if model is None:
            raise VoiceAbsent(f"no model of Piper for {sentence.lang}")
        rate = rate_of(model)
        order = [self._program, "--model", str(model), "--output-raw"]
        sound = self._runner.run(order, f"{sentence.text}\n")
        samples = array("h", sound[: len(sound) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
        if not samples:
            raise VoiceError(f"The voice {self._program} gave no sound")
        return resampled(samples, rate)

    def close(self) -> None:
        self._runner.close()


def rate_of(model: Path) -> int:
    """How many samples a second a model makes. Raises VoiceError."""
    file = model.with_name(f"{model.name}.json")
    try:
        rate = json.loads(file.read_text(encoding="utf-8"))["audio"]["sample_rate"]
    except OSError as error:
        raise VoiceError(f"Piper's {file.name} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise VoiceError(f"Piper's {file.name} does not say audio.sample_rate") from error
    if type(rate) is not int or not LOWEST <= rate <= HIGHEST:
        raise VoiceError(f"Piper's {file.name} says {rate!r} samples a second")
    return rate
