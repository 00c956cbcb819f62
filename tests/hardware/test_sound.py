"""Samples: the chime, how loud things are, and how parts become one."""

import io
import math
import wave
from array import array

import pytest

from hardware import sound
from hardware.sound import C5, CALL, FULL, G4, RATE, RECALL


def tone(seconds, amplitude=10_000, hertz=300):
    count = round(seconds * RATE)
    return array("h", [round(amplitude * math.sin(math.tau * hertz * i / RATE)) for i in range(count)])


def strength(part, hertz):
    """How much of a tone there is in samples (Goertzel)."""
    turn = math.tau * hertz / RATE
    real = sum(value * math.cos(turn * i) for i, value in enumerate(part))
    imaginary = sum(value * math.sin(turn * i) for i, value in enumerate(part))
    return math.hypot(real, imaginary) / len(part)


# --- the chime ----------------------------------------------------------------------------------------------


def test_a_call_is_two_notes_of_one_second_and_a_recall_is_the_second_alone():
    call, recall = sound.chime(CALL), sound.chime(RECALL)
    assert len(call) == pytest.approx(RATE, abs=1)
    assert len(recall) == pytest.approx(0.65 * RATE, abs=1)
    first, second = call[: round(0.35 * RATE)], call[round(0.35 * RATE) :]
    assert strength(first, G4) > 10 * strength(first, C5)
    assert strength(second, C5) > 10 * strength(second, G4)
    assert strength(recall, C5) > 10 * strength(recall, G4)
    assert strength(first, 2 * G4) == pytest.approx(strength(first, G4) / 3, rel=0.05)


@pytest.mark.parametrize("notes", [CALL, RECALL])
def test_the_chime_begins_and_ends_in_silence_and_never_clips(notes):
    made = sound.chime(notes)
    assert sound.peak(made) < 0.9 * FULL
    assert abs(made[0]) < 50
    assert abs(made[-1]) < 50


@pytest.mark.parametrize("notes", [CALL, RECALL])
def test_the_chime_is_as_loud_as_speech(notes):
    assert sound.level(sound.chime(notes)) == pytest.approx(sound.SPEECH_DBFS, abs=0.5)


# --- loudness -----------------------------------------------------------------------------------------------


def test_a_level_is_that_of_the_speech_and_not_of_its_pauses():
    said = tone(1.0)
    expected = 20 * math.log10(10_000 / math.sqrt(2) / FULL)
    assert sound.level(said) == pytest.approx(expected, abs=0.1)
    assert sound.level(said + sound.silence(3.0) + said) == pytest.approx(expected, abs=0.1)
    assert sound.level(said + tone(2.0, 100)) == pytest.approx(expected, abs=0.1)


def test_silence_has_no_level_and_stays_silent():
    for nothing in (array("h"), sound.silence(0.5)):
        assert sound.level(nothing) == -math.inf
        assert sound.levelled(nothing) == nothing


@pytest.mark.parametrize("amplitude", [300, 3_000, 30_000])
def test_quiet_and_loud_speech_come_out_alike(amplitude):
    assert sound.level(sound.levelled(tone(0.5, amplitude))) == pytest.approx(sound.SPEECH_DBFS, abs=0.2)


def test_no_peak_is_cut_for_loudness():
    """A click in quiet speech: it stays quieter than it should be, and whole."""
    said = tone(0.5, 1_000)
    said[5_000] = 32_000
    made = sound.levelled(said)
    assert sound.dbfs(sound.peak(made) ** 2) <= sound.PEAK_DBFS + 0.01
    assert made[5_000] / made[5_018] == pytest.approx(said[5_000] / said[5_018], rel=0.01)


def test_half_the_volume_is_a_quarter_of_the_samples_and_none_is_none():
    assert sound.volume_gain(100) == 1
    assert 20 * math.log10(sound.volume_gain(50)) == pytest.approx(-12, abs=0.1)
    assert sound.volume_gain(0) == 0
    assert sound.peak(sound.scaled(tone(0.1), sound.volume_gain(50))) == pytest.approx(2_500, rel=0.01)


# --- joining ------------------------------------------------------------------------------------------------


def test_parts_fade_into_each_other_and_nothing_is_lost():
    first, second = tone(0.5), tone(0.4, hertz=500)
    made = sound.joined([first, second])
    overlap = round(0.060 * RATE)
    assert len(made) == len(first) + len(second) - overlap
    assert made[: len(first) - overlap] == first[:-overlap]
    assert made[len(first) :] == second[overlap:]
    assert sound.peak(made) <= 20_000


def test_a_part_shorter_than_the_overlap_is_still_heard():
    short = tone(0.05)
    made = sound.joined([tone(0.5), short, tone(0.5)])
    assert len(made) == 2 * len(tone(0.5)) + len(short) - 2 * (len(short) // 2)
    assert sound.joined([]) == array("h")
    assert sound.joined([short]) == short


def test_a_wav_file_says_what_it_is():
    with wave.open(io.BytesIO(sound.wav_file(tone(0.1)))) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE)
        assert array("h", reader.readframes(reader.getnframes())) == tone(0.1)
