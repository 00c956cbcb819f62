"""Recordings: WAV files of any recorder as our samples.

Knows RIFF with whole numbers of 8 to 32 bit and floating point, any rate and number of channels, also in the
extensible form that the standard library reads from Python 3.12 on only. A file that is shorter than it says
is an error where the whole is wanted, and taken as it is where a program wrote it into a pipe.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import mul
from typing import Final, TypeVar

from hardware.sound import FULL, RATE, Samples

Numbers = TypeVar("Numbers", "array[int]", "array[float]")

WHOLE, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # WAVE_FORMAT_*
LOWEST, HIGHEST = 8_000, 192_000  # Hz
ZEROS: Final = 12  # of the sinc on each side: what would fold back is 60 dB down
MOST_S: Final = 120.0  # what is longer is no clip and no announcement


class WavError(Exception):
    """A recording that cannot be used; the reason without the file's name, fit to follow it."""


@dataclass(frozen=True)
class _Shape:
    """What the `fmt ` chunk says. bits: of one number."""

    kind: int
    channels: int
    rate: int
    bits: int

    @property
    def frame(self) -> int:
        return self.channels * self.bits // 8


def read_wav(data: bytes, whole: bool = True) -> Samples[int]:
    """The sound at our rate in one channel. Raises WavError.

    Not `whole`: the data go to the end of the file, whatever length is written: a pipe's writer knows none.
    """
    shape, body = _parts(data, whole)
    if len(body) // shape.frame > MOST_S * shape.rate:
        raise WavError(f"is longer than {MOST_S:g} s")
    return resampled(_mono(shape, body), shape.rate)


def _parts(data: bytes, whole: bool) -> tuple[_Shape, bytes]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise WavError("is no WAV file")
    shape: _Shape | None = None
    for name, start, size in _chunks(data):
        if name == b"fmt ":
            shape = _shape(data[start : start + size])
        elif name == b"data":
            if shape is None:
                break
            there = len(data) - start
            if whole and there < size:
                raise WavError(f"is cut off: {there} of {size} bytes are there")
            end = start + size if whole else len(data)
            return shape, data[start : start + (end - start) // shape.frame * shape.frame]
    raise WavError("has no sound in it")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, at + 8, size
        at += 8 + size + size % 2


def _shape(chunk: bytes) -> _Shape:
    if len(chunk) < 16:
        raise WavError("does not say its format")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind == EXTENSIBLE and len(chunk) >= 26:
        (kind,) = struct.unpack_from("<H", chunk, 24)  # the first word of its GUID
    if (kind, bits) not in READERS:
        raise WavError(f"has numbers of {bits} bit in format {kind}; 16 or 24 bit PCM is understood")
    if not 1 <= channels <= 8:
        raise WavError(f"has {channels} channels; 1 to 8 are understood")
    if not LOWEST <= rate <= HIGHEST:
        raise WavError(f"has {rate} samples a second; {LOWEST} to {HIGHEST} are understood")
    return _Shape(kind, channels, rate, bits)


def _bytes_8(body: bytes) -> Samples[int]:
    return array("h", [(value - 128) << 8 for value in body])


def _bytes_16(body: bytes) -> Samples[int]:
    return _little(array("h"), body)


def _bytes_24(body: bytes) -> Samples[int]:
    """The two upper bytes of each three: what is below 16 bit is noise of the room."""
    upper = bytearray(len(body) // 3 * 2)
    upper[0::2], upper[1::2] = body[1::3], body[2::3]
    return _little(array("h"), bytes(upper))


def _bytes_32(body: bytes) -> Samples[int]:
    upper = bytearray(len(body) // 2)
    upper[0::2], upper[1::2] = body[2::4], body[3::4]
    return _little(array("h"), bytes(upper))


def _floats_32(body: bytes) -> Samples[int]:
    values = _little(array("f"), body)
    if not all(map(math.isfinite, values)):
        raise WavError("has numbers that are none")
    return array("h", [round(FULL * min(1.0, max(-1.0, value))) for value in values])


def _little(empty: Numbers, body: bytes) -> Numbers:
    empty.frombytes(body)
    if sys.byteorder == "big":
        empty.byteswap()
    return empty


READERS: Final = {
    (WHOLE, 8): _bytes_8,
    (WHOLE, 16): _bytes_16,
    (WHOLE, 24): _bytes_24,
    (WHOLE, 32): _bytes_32,
    (FLOAT, 32): _floats_32,
}


def _mono(shape: _Shape, body: bytes) -> Samples[int]:
    numbers = READERS[shape.kind, shape.bits](body)
    if shape.channels == 1:
        return numbers
    sides = [numbers[i :: shape.channels] for i in range(shape.channels)]
    return array("h", [int(sum(frame) / shape.channels) for frame in zip(*sides, strict=True)])


# --- the rate -----------------------------------------------------------------------------------------------


def resampled(samples: Samples[int], rate: int) -> Samples[int]:
    """The same sound at our rate, without what our rate cannot carry. Lasts as long as before."""
    if rate == RATE:
        return samples
    step = Fraction(rate, RATE)
    taps = _taps(step)
    reach = len(taps[0]) // 2
    padded = array("h", bytes(2 * reach)) + samples + array("h", bytes(2 * reach + 2))
    made = array("h")
    for n in range(len(samples) * RATE // rate):
        place, phase = divmod(n * step.numerator, step.denominator)
        row = taps[phase]
        value = sum(map(mul, row, padded[place + 1 : place + 1 + 2 * reach]))
        made.append(max(-FULL, min(FULL, round(value))))
    return made


@lru_cache(maxsize=4)
def _taps(step: Fraction) -> list[list[float]]:
    """A row of weights for every place that an output sample can have between two input samples."""
    width = max(1.0, float(step))  # going down, the filter is wider: it keeps only what fits
    reach = math.ceil(ZEROS * width)
    rows = []
    for phase in range(step.denominator):
        row = []
        for k in range(1 - reach, reach + 1):
            x = k - phase / step.denominator
            window = 0.5 * (1 + math.cos(math.pi * x / reach)) if abs(x) < reach else 0.0
            row.append(_sinc(x / width) * window)
        total = sum(row)
        rows.append([weight / total for weight in row])
    return rows


def _sinc(x: float) -> float:
    return 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
