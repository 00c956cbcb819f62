"""A recording becomes a clip of a voice pack: silence cut off, loudness as all speech has, flaws named.

Knows what can be heard in the samples of one word or phrase; keeps out which clips there should be and where
they lie. A flaw is a few words that say what to do better, fit for the person at the microphone.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hardware.sound import FULL, RATE, SPEECH_DBFS, Samples, dbfs, level, levelled, powers, silence

STEP: Final = RATE // 200  # 5 ms: how finely the ends of speech are looked for
QUIET_DB: Final = 35.0  # below the loudest is silence; a voice fades by 40 dB and more
MARGIN_S: Final = 0.030  # kept before and after: two margins are the overlap of two clips
FADE_S: Final = 0.004  # at both ends, against clicks
CUT_S: Final = 0.1  # less silence at both ends than a microphone ever leaves
OVERDRIVEN: Final = 0.995 * FULL
NOISE_DB: Final = 20.0  # speech so far above the room or less is called noisy
LEVEL_DB: Final = 3.0  # a clip further off is heard as louder or quieter than its neighbours
SHORTEST_S: Final = 0.12  # with its margins; no syllable is shorter
WORD_S: Final = 0.6  # longer than anybody speaks one, but alone: it may take as long again


@dataclass(frozen=True)
class Prepared:
    """A clip, and what is wrong with the recording it came from."""

    samples: Samples[int]
    flaws: tuple[str, ...]


def prepare(recorded: Samples[int], text: str) -> Prepared | None:
    """The clip of `text` in a recording; None when nothing is to be heard in it."""
    levels = [dbfs(power) for power in powers(recorded, STEP)]
    loudest = max(levels, default=-math.inf)
    if loudest < -50:
        return None
    quietest = sorted(levels)[: max(1, len(levels) // 10)]
    floor = max(-90.0, sum(max(-90.0, one) for one in quietest) / len(quietest))
    least = max(loudest - QUIET_DB, min(floor + 6, loudest - 12))
    spoken = [place for place, one in enumerate(levels) if one > least]
    begins, ends = spoken[0] * STEP, (spoken[-1] + 1) * STEP
    margin = round(MARGIN_S * RATE)
    padded = silence(MARGIN_S) + recorded + silence(MARGIN_S)
    made = faded(levelled(padded[begins : ends + 2 * margin]))
    return Prepared(made, tuple(_recording(recorded, loudest - floor, begins, ends)) + flaws(made, text))


def _recording(recorded: Samples[int], above_db: float, begins: int, ends: int) -> Iterator[str]:
    """What can be heard only before it was cut and levelled."""
    if overdriven(recorded):
        yield "overdriven: speak further off or turn the microphone down"
    whole = max(begins, len(recorded) - ends) < CUT_S * RATE  # somebody has cut it already
    if not whole and begins == 0:
        yield "begins at once: wait a moment before you speak"
    if not whole and ends > len(recorded) - 2 * STEP:
        yield "ends at once: speak sooner"
    if not whole and above_db < NOISE_DB:
        yield "noisy: a quieter room, or nearer to the microphone"


def flaws(clip: Samples[int], text: str) -> tuple[str, ...]:
    """What is wrong with a finished clip of `text`."""
    found = []
    seconds, loud = len(clip) / RATE, level(clip)
    longest = WORD_S * (1 + len(text.replace("-", " ").split()))
    if loud == -math.inf:
        return ("silent",)
    if loud < SPEECH_DBFS - LEVEL_DB:
        found.append(f"too quiet: {loud:.0f} dBFS in place of {SPEECH_DBFS:.0f}")
    elif loud > SPEECH_DBFS + LEVEL_DB:
        found.append(f"too loud: {loud:.0f} dBFS in place of {SPEECH_DBFS:.0f}")
    if overdriven(clip):
        found.append("overdriven")
    if seconds < SHORTEST_S:
        found.append(f"too short: {seconds:.2f} s")
    if seconds > longest:
        found.append(f"too long: {seconds:.1f} s, at most {longest:.1f} s")
    before, behind = (silent_s(part) for part in (clip, clip[::-1]))
    if max(before, behind) > 0.15:
        found.append(f"silence of {max(before, behind):.2f} s {'before' if before > behind else 'behind'} it")
    return tuple(found)


def overdriven(samples: Samples[int]) -> bool:
    """Whether three numbers in a row are at full scale: what was above it is lost."""
    high = [abs(sample) >= OVERDRIVEN for sample in samples]
    return any(high) and any(map(all, zip(high, high[1:], high[2:], strict=False)))


def silent_s(samples: Samples[int]) -> float:
    """How long it is silent before something is heard."""
    levels = [dbfs(power) for power in powers(samples, STEP)]
    least = max(levels, default=0.0) - QUIET_DB
    return next((place for place, one in enumerate(levels) if one > least), len(levels)) * STEP / RATE


def faded(samples: Samples[int]) -> Samples[int]:
    """Its first and last moment from and to nothing."""
    made = array("h", samples)
    count = min(round(FADE_S * RATE), len(made) // 2)
    for i in range(count):
        made[i] = int(made[i] * i / count)
        made[-1 - i] = int(made[-1 - i] * i / count)
    return made
