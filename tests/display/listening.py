"""Ears for tests: which clips are in a sound, where each begins and ends, found by correlation.

A clip is looked for by the signs of some hundred samples, which no loudness changes, and is there when all
of it but its two overlaps correlates with the sound. Plain Python: half a minute of sound takes a second.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from operator import mul

from hardware.sound import OVERLAP_S, RATE

EDGE = round(OVERLAP_S * RATE)  # what may be mixed with a neighbour
KEY = 250  # samples: a few periods of a voice
TURNS = 4  # of sign in a key: less is silence
SURE, LIKELY = 0.98, 0.9


@dataclass(frozen=True)
class Heard:
    """A clip, and the samples from `begins` up to, not including, `ends`."""

    text: str
    begins: int
    ends: int


def signs(samples):
    return bytes(sample > 0 for sample in samples)


def correlation(first, second):
    """1 for the same sound at any loudness, near 0 for different ones."""
    power = math.sqrt(sum(map(mul, first, first)) * sum(map(mul, second, second)))
    return sum(map(mul, first, second)) / power if power else 0.0


def listen(sound, clips):
    """All clips in a sound in their order. Where one is a part of another, the longer one was heard."""
    hay, found = signs(sound), []
    for text, clip in clips.items():
        edge = EDGE if len(clip) > 4 * EDGE else 0
        core = clip[edge : len(clip) - edge]
        for place in _places(signs(clip), hay):
            part = sound[place + edge : place + edge + len(core)]
            if len(part) < len(core) or correlation(core[::16], part[::16]) < LIKELY:
                continue
            if correlation(core, part) > SURE:
                found.append(Heard(text, place, place + len(clip)))
    found.sort(key=lambda one: one.begins - one.ends)
    kept = []
    for one in found:
        inside = [k for k in kept if one.begins < k.ends - 2 * EDGE and k.begins + 2 * EDGE < one.ends]
        if not inside:
            kept.append(one)
    return sorted(kept, key=lambda one: one.begins)


def _places(needle, hay):
    """Where a clip may begin: one of its keys lies where it would lie then."""
    places = set()
    for share in (0.25, 0.35, 0.45, 0.55, 0.65, 0.75):
        start = int(share * (len(needle) - KEY))
        key = needle[start : start + KEY]
        if sum(a != b for a, b in pairwise(key)) < TURNS:
            continue  # silence, which is everywhere
        at = hay.find(key)
        while at >= 0:
            places.add(at - start)
            at = hay.find(key, at + 1)
    return [place for place in places if place >= 0]
