"""A recording becomes a clip, or the person at the microphone hears what to do better."""

import math
import random
from array import array

import pytest

from hardware.sound import FULL, RATE, SPEECH_DBFS, level, peak, silence
from hardware.voice_clip import MARGIN_S, flaws, prepare


def voice(seconds=0.4, amplitude=6_000, hertz=180):
    """Something like a vowel: harmonics, swelling and fading."""
    count = round(seconds * RATE)
    return array(
        "h",
        [
            round(
                amplitude
                * math.sin(math.pi * (i + 0.5) / count) ** 0.5
                * (
                    0.7 * math.sin(math.tau * hertz * i / RATE)
                    + 0.3 * math.sin(math.tau * 3.1 * hertz * i / RATE)
                )
            )
            for i in range(count)
        ],
    )


def room(seconds, amplitude):
    dice = random.Random(1)
    return array("h", [round(dice.gauss(0, amplitude)) for _ in range(round(seconds * RATE))])


def mixed(first, second):
    return array("h", [a + b for a, b in zip(first, second, strict=True)])


def recorded(spoken, before=0.5, behind=0.8, noise=4):
    whole = silence(before) + spoken + silence(behind)
    return mixed(whole, room(len(whole) / RATE, noise))


def test_silence_is_cut_off_and_loudness_is_that_of_all_speech():
    made = prepare(recorded(voice()), "ba")
    assert made.flaws == ()
    assert len(made.samples) / RATE == pytest.approx(0.4 + 2 * MARGIN_S, abs=0.03)
    assert level(made.samples) == pytest.approx(SPEECH_DBFS, abs=0.3)
    assert (made.samples[0], made.samples[-1]) == (0, 0)


@pytest.mark.parametrize("amplitude", [400, 3_000, 20_000])
def test_a_quiet_and_a_loud_speaker_make_the_same_clip(amplitude):
    made = prepare(recorded(voice(amplitude=amplitude), noise=1), "ba")
    assert made.flaws == ()
    assert level(made.samples) == pytest.approx(SPEECH_DBFS, abs=0.3)
    assert len(made.samples) / RATE == pytest.approx(0.4 + 2 * MARGIN_S, abs=0.03)


def test_a_pause_inside_a_phrase_stays():
    spoken = voice() + silence(0.3) + voice()
    made = prepare(recorded(spoken), "xin nhắc lại")
    assert len(made.samples) / RATE == pytest.approx(1.1 + 2 * MARGIN_S, abs=0.03)


@pytest.mark.parametrize("nothing", [array("h"), silence(1.0), room(1.0, 10)])
def test_where_nothing_is_heard_there_is_no_clip(nothing):
    assert prepare(nothing, "ba") is None


def test_what_is_lost_at_full_scale_is_said():
    loud = array("h", [max(-FULL, min(FULL, 3 * sample)) for sample in voice(amplitude=25_000)])
    assert prepare(recorded(loud, noise=0), "ba").flaws == (
        "overdriven: speak further off or turn the microphone down",
    )


@pytest.mark.parametrize(
    ("before", "behind", "words"), [(0.0, 0.8, "begins at once"), (0.5, 0.0, "ends at once")]
)
def test_a_word_that_may_be_cut_is_said(before, behind, words):
    spoken = voice()
    spoken = spoken[len(spoken) // 3 :] if before == 0 else spoken[: len(spoken) * 2 // 3]
    [flaw] = prepare(recorded(spoken, before, behind), "ba").flaws
    assert flaw.startswith(words)


def test_a_clip_that_somebody_has_cut_already_is_taken_as_it_is():
    """Imported from another pack, or made by a program: nothing of it is silence."""
    assert prepare(voice(), "ba").flaws == ()


def test_a_noisy_room_is_said():
    [flaw] = prepare(recorded(voice(amplitude=4_000), noise=400), "ba").flaws
    assert flaw.startswith("noisy")


@pytest.mark.parametrize(
    ("clip", "text", "words"),
    [
        (silence(0.3), "ba", "silent"),
        (voice(amplitude=1_000), "ba", "too quiet"),
        (voice(amplitude=25_000), "ba", "too loud"),
        (voice(0.08), "ba", "too short"),
        (voice(2.0), "ba", "too long: 2.0 s, at most 1.2 s"),
        (silence(0.3) + voice(), "ba", "silence of 0.30 s before it"),
        (voice() + silence(0.4), "ba", "silence of 0.40 s behind it"),
    ],
)
def test_the_flaws_of_a_finished_clip_are_named(clip, text, words):
    assert any(flaw.startswith(words) for flaw in flaws(clip, text)), flaws(clip, text)


def test_a_good_clip_has_none():
    made = prepare(recorded(voice()), "ba").samples
    assert flaws(made, "ba") == ()
    assert peak(made) < FULL
