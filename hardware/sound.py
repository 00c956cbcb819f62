"""Sound as samples: tones, loudness, joining, and the WAV that comes out.

Knows numbers of 16 bit, 22,050 a second, one channel; keeps out devices, voices and files that others made
(`hardware.wav`). Plain Python: a sentence of five seconds takes some ten milliseconds, and a wall that speaks
needs no library of mathematics in its memory.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Iterable
from functools import lru_cache
from operator import mul
from typing import Final

RATE: Final = 22_050  # samples a second, mono, 16 bit
FULL: Final = 32_767
G4, C5 = 392.0, 523.25  # Hz
CALL: Final = ((G4, 0.35), (C5, 0.65))
RECALL: Final = ((C5, 0.65),)
ATTACK_S: Final = 0.010

# Speech has peaks 12 to 18 dB above its mean, so that a mean of -20 dBFS is the loudest that leaves each peak
# whole. Every voice is brought there; how loud a hall then is, is a matter of its amplifier.
SPEECH_DBFS: Final = -20.0
PEAK_DBFS: Final = -1.0  # what is nearer to full scale is cut off by some converters
# Of the chime's beginning, which is its loudest part: a chime as loud as the speech behind it.
CHIME_PEAK: Final = 0.3

BLOCK: Final = RATE // 50  # 20 ms
SILENT_DBFS: Final = -60.0
GATE_DB: Final = 10.0  # blocks so much quieter than the mean are pauses, as in ITU-R BS.1770
OVERLAP_S: Final = 0.060

Samples = array  # of "h"


@lru_cache
def chime(notes: tuple[tuple[float, float], ...]) -> Samples[int]:
    """Soft notes of (Hz, seconds): a sine with a third of its octave, quick to come and fading away."""
    samples = array("h")
    for hertz, seconds in notes:
        count = round(seconds * RATE)
        for i in range(count):
            at = i / RATE
            tone = math.sin(math.tau * hertz * at) + math.sin(2 * math.tau * hertz * at) / 3
            shape = (
                min(1.0, at / ATTACK_S)
                * math.exp(-4.5 * at / seconds)
                * min(1.0, (count - i) / (0.02 * RATE))
            )
            samples.append(round(FULL * CHIME_PEAK * tone * shape))
    return samples


def silence(seconds: float) -> Samples[int]:
    return array("h", bytes(2 * round(seconds * RATE)))


# --- loudness -----------------------------------------------------------------------------------------------


def dbfs(power: float) -> float:
    """The level of a mean square, where 0 is a square wave at full scale; -inf for silence."""
    return 10 * math.log10(power / FULL**2) if power > 0 else -math.inf


def powers(samples: Samples[int], block: int = BLOCK) -> list[float]:
    """The mean square of each whole block, or of all where there is less than one."""
    size = min(block, len(samples)) or 1
    parts = (samples[i : i + size] for i in range(0, len(samples) - size + 1, size))
    return [sum(map(mul, part, part)) / size for part in parts]


def level(samples: Samples[int]) -> float:
    """How loud speech is, in dBFS: the mean of what is not a pause. -inf for silence."""
    audible = [power for power in powers(samples) if dbfs(power) > SILENT_DBFS]
    if not audible:
        return -math.inf
    least = dbfs(sum(audible) / len(audible)) - GATE_DB
    spoken = [power for power in audible if dbfs(power) > least]
    return dbfs(sum(spoken) / len(spoken))


def peak(samples: Samples[int]) -> int:
    """The largest distance from zero."""
    return max(max(samples), -min(samples)) if samples else 0


def levelled(samples: Samples[int], target: float = SPEECH_DBFS) -> Samples[int]:
    """As loud as all speech is; less where a peak would pass PEAK_DBFS. Silence stays silence."""
    found = level(samples)
    if found == -math.inf:
        return samples
    most = FULL * 10 ** (PEAK_DBFS / 20) / peak(samples)
    return scaled(samples, min(10 ** ((target - found) / 20), most))


def scaled(samples: Samples[int], gain: float) -> Samples[int]:
    """Each sample times `gain`, which must not drive any out of range."""
    if abs(gain - 1) < 0.005:
        return samples
    return array("h", map(int, map(gain.__mul__, samples)))  # without a list, which has 36 bytes a sample


def volume_gain(per_cent: int) -> float:
    """What a volume does to samples: 100 is whole, 50 is -12 dB, about half for ears, 0 is nothing."""
    return (per_cent / 100) ** 2


# --- joining ------------------------------------------------------------------------------------------------


def joined(parts: Iterable[Samples[int]], overlap_s: float = OVERLAP_S) -> Samples[int]:
    """One part after the other, each fading into the next: never over more than half of a part."""
    made: Samples[int] = array("h")
    before = 0
    for part in parts:
        count = min(round(overlap_s * RATE), before // 2, len(part) // 2)
        start = len(made) - count
        for i in range(count):
            share = (i + 0.5) / count
            made[start + i] = int(made[start + i] * (1 - share) + part[i] * share)
        made.extend(part[count:])
        before = len(part)
    return made


def wav_file(samples: Samples[int]) -> bytes:
    """The samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
