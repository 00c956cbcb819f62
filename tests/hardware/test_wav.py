"""Recordings of any recorder: what is understood, and what is refused in a word."""

import math
import struct
from array import array

import pytest

from hardware.sound import RATE, level, wav_file
from hardware.wav import EXTENSIBLE, FLOAT, WHOLE, WavError, read_wav, resampled


def sine(rate, hertz=440, amplitude=10_000, seconds=0.5):
    return [round(amplitude * math.sin(math.tau * hertz * i / rate)) for i in range(round(rate * seconds))]


def packed(values, kind, bits):
    """16-bit values as bytes of a format."""
    if kind == FLOAT:
        return struct.pack(f"<{len(values)}f", *(value / 32_767 for value in values))
    if bits == 8:
        return bytes((value >> 8) + 128 for value in values)
    return b"".join((value << (bits - 16)).to_bytes(bits // 8, "little", signed=True) for value in values)


def wav(body, rate=RATE, channels=1, bits=16, kind=WHOLE, extensible=False, before=b""):
    frame = channels * bits // 8
    shape = struct.pack(
        "<HHIIHH", EXTENSIBLE if extensible else kind, channels, rate, rate * frame, frame, bits
    )
    if extensible:
        shape += struct.pack("<HHIH14s", 22, bits, 0, kind, b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71")
    chunks = b"fmt " + struct.pack("<I", len(shape)) + shape + before
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize(
    ("kind", "bits", "extensible"),
    [(WHOLE, 8, False), (WHOLE, 16, False), (WHOLE, 16, True), (WHOLE, 24, False), (WHOLE, 24, True),
     (WHOLE, 32, False), (FLOAT, 32, False)],
)  # fmt: skip
def test_every_usual_width_is_understood(kind, bits, extensible):
    values = sine(RATE)
    made = read_wav(wav(packed(values, kind, bits), bits=bits, kind=kind, extensible=extensible))
    assert len(made) == len(values)
    assert max(abs(a - b) for a, b in zip(made, values, strict=True)) <= (256 if bits == 8 else 1)


@pytest.mark.parametrize("channels", [2, 6])
def test_channels_become_one(channels):
    values = sine(RATE)
    frames = [value if side == 0 else 0 for value in values for side in range(channels)]
    made = read_wav(wav(packed(frames, WHOLE, 16), channels=channels))
    assert list(made) == [int(value / channels) for value in values]


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_every_rate_becomes_ours_with_the_same_sound(rate):
    made = resampled(array("h", sine(rate)), rate)
    assert len(made) == pytest.approx(RATE / 2, abs=1)
    ours = sine(RATE)
    middle = slice(1_000, 10_000)
    assert max(abs(a - b) for a, b in zip(made[middle], ours[middle], strict=True)) < 60


def test_what_our_rate_cannot_carry_does_not_come_back_as_something_else():
    """15 kHz would be heard as 7 kHz."""
    whistle = resampled(array("h", sine(48_000, hertz=15_000)), 48_000)
    assert level(whistle[500:-500]) < -55


def test_other_chunks_are_passed_over():
    body = packed(sine(RATE), WHOLE, 16)
    assert read_wav(wav(body, before=b"LIST" + struct.pack("<I", 5) + b"abcde\0")) == array("h", sine(RATE))


WHOLE_FILE = wav(packed(sine(RATE), WHOLE, 16))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no WAV file"),
        (b"ID3\x03 an mp3", "no WAV file"),
        (WHOLE_FILE[:44], "cut off"),
        (WHOLE_FILE[:-1000], "cut off"),
        (WHOLE_FILE[:30], "does not say its format"),
        (WHOLE_FILE[:36], "no sound"),
        (wav(b"", bits=12), "12 bit"),
        (wav(b"", kind=85), "format 85"),
        (wav(b"", channels=40), "40 channels"),
        (wav(b"", rate=100), "100 samples a second"),
        (wav(bytes(2 * RATE * 121)), "longer than 120 s"),
        (wav(struct.pack("<f", math.nan), kind=FLOAT, bits=32), "none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_recording_is_refused_in_a_word(data, reason):
    with pytest.raises(WavError, match=reason):
        read_wav(data)


def test_a_program_that_writes_into_a_pipe_knows_no_length():
    """espeak-ng says 2 GB."""
    body = packed(sine(RATE), WHOLE, 16)
    data = bytearray(wav(body))
    data[40:44] = struct.pack("<I", 0x7FFFF000)
    assert read_wav(bytes(data), whole=False) == array("h", sine(RATE))


def test_no_nonsense_is_more_than_a_refusal():
    for end in range(0, 120):
        for data in (WHOLE_FILE[:end], WHOLE_FILE[:20] + bytes(end) + WHOLE_FILE[20 + end : 400]):
            try:
                read_wav(data, whole=False)
            except WavError as error:
                assert str(error)


def test_our_own_files_are_read_unchanged():
    values = array("h", sine(RATE))
    assert read_wav(wav_file(values)) == values
