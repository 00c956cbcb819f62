"""Sounds come one after the other, and a speaker that fails stops nobody."""

import io
import os
import queue
import threading
import wave
from array import array
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hardware import speaker as speakers
from hardware.clock import HallClock, SystemClock, set_clock
from hardware.sound import CALL, RATE, RECALL, chime, scaled, silence, volume_gain
from hardware.speaker import AGAIN_S, KEPT, KEPT_BYTES, PAUSE_S, Playing, Sound, SpeakerError, Spoke, Trouble
from hardware.voice import VoiceError, Voices
from tests.hardware.speaking import Says, sentence, square, until

HALL_TIME = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
BOTH = (sentence(), sentence("Citizen with number A five.", "en"))


@pytest.fixture
def fast(tmp_path):
    """A hall in which a second lasts a millisecond."""
    path = tmp_path / "clock.json"
    set_clock(path, HALL_TIME, 1000)
    return HallClock(path)


@pytest.fixture
def opened():
    """Opens speakers and closes them."""
    all_of_them = []

    def open_it(url, clock, *voices, **options):
        made = speakers.open_speaker(url, clock, Voices(voices), **options)
        all_of_them.append(made)
        return made

    yield open_it
    for made in all_of_them:
        made.close()


def samples(wav):
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE)
        return array("h", reader.readframes(reader.getnframes()))


def told(news, kind):
    """All that was told of a kind, so far."""
    said = [news.get() for _ in range(news.qsize())]
    return [one for one in said if isinstance(one, kind)]


# --- the queue ----------------------------------------------------------------------------------------------


def test_sounds_are_heard_in_order_and_never_over_each_other(opened, fast):
    speaker = opened("sim:", fast, Says())
    for n in range(5):
        speaker.play(Sound(n, "call", (sentence(f"câu {n}"),)))
    until(lambda: speaker.rev == 5)
    heard = speaker.heard()
    assert [(h.n, h.text) for h in heard] == [(n + 1, f"câu {n}") for n in range(5)]
    for earlier, later in pairwise(heard):
        assert later.at - earlier.at >= timedelta(seconds=earlier.seconds)


def test_a_speaker_without_a_voice_says_that_it_only_chimed(opened, fast):
    news = queue.SimpleQueue()
    speaker = opened("sim:", fast, notify=news.put)
    speaker.play(Sound(1, "call", BOTH))
    until(speaker.heard)
    [heard] = speaker.heard()
    assert (heard.kind, heard.voice) == ("chime", "chime")
    assert heard.text == f"{BOTH[0].text} {BOTH[1].text}"
    assert heard.seconds == pytest.approx(1.0, abs=0.01)
    until(lambda: news.qsize() == 2)
    assert told(news, Spoke) == [Spoke(1, "chime")]


def test_chime_then_both_languages_with_a_pause_before_each(opened, fast):
    speaker = opened("sim:", fast, Says())
    speaker.play(Sound(1, "call", BOTH))
    until(lambda: speaker.rev)
    pause, words = silence(PAUSE_S), square(0.5)
    assert samples(speaker.wav(1)) == chime(CALL) + pause + words + pause + words
    assert [(h.kind, h.voice) for h in speaker.heard()] == [("speech", "espeak-ng")]


def test_what_is_repeated_has_one_chime_and_is_made_once(opened, fast):
    voice = Says()
    speaker = opened("sim:", fast, voice)
    speaker.play(Sound(1, "recall", BOTH, repeats=3))
    until(lambda: speaker.rev)
    short, words = silence(PAUSE_S) + square(0.5), silence(AGAIN_S) + square(0.5)
    assert samples(speaker.wav(1)) == chime(RECALL) + short + short + 2 * (words + short)
    assert voice.asked == [one.text for one in BOTH]


def test_a_volume_is_heard_in_chime_and_words_alike(opened, fast):
    speaker = opened("sim:", fast, Says())
    speaker.play(Sound(1, "call", BOTH[:1], volume=50))
    until(lambda: speaker.rev)
    whole = chime(CALL) + silence(PAUSE_S) + square(0.5)
    assert samples(speaker.wav(1)) == scaled(whole, volume_gain(50))


def test_no_volume_is_no_sound_and_the_next_one_is_heard(opened, fast):
    news = queue.SimpleQueue()
    speaker = opened("sim:", fast, Says(), notify=news.put)
    speaker.play(Sound(1, "call", BOTH, volume=0))
    speaker.play(Sound(2, "call", BOTH))
    until(lambda: speaker.rev)
    assert {one.id for one in told(news, Playing)} == {2}
    assert len(speaker.heard()) == 1


def test_the_length_is_told_when_a_sound_begins_and_again_when_it_is_known(opened, fast):
    news = queue.SimpleQueue()
    speaker = opened("sim:", fast, Says(), notify=news.put)
    speaker.play(Sound(7, "recall"))
    speaker.play(Sound(8, "recall", BOTH, repeats=2))
    until(lambda: speaker.rev == 2)
    alone, begins, words = told(news, Playing)[:3]
    assert (alone.id, alone.seconds) == (7, pytest.approx(0.65, abs=0.01))
    assert (begins.id, begins.seconds) == (8, pytest.approx(0.65 + speakers.MAKING_S, abs=0.01))
    assert (words.id, words.seconds) == (8, pytest.approx(4 * 0.5 + 3 * PAUSE_S + AGAIN_S, abs=0.01))


def test_what_was_heard_can_be_listened_to(opened, fast):
    speaker = opened("sim:", fast)
    speaker.play(Sound(1, "call"))
    speaker.play(Sound(2, "recall"))
    until(lambda: speaker.rev == 2)
    assert samples(speaker.wav(1)) == chime(CALL)
    assert samples(speaker.wav(2)) == chime(RECALL)
    assert speaker.wav(3) is None


def test_the_memory_of_a_simulated_speaker_is_bounded(opened, fast):
    speaker = opened("sim:", fast)
    for n in range(KEPT + 20):
        speaker.play(Sound(n, "recall"))
    until(lambda: speaker.rev == KEPT + 20)
    assert len(speaker.heard()) == KEPT
    assert speaker.wav(1) is None
    kept = sum(speaker.wav(n) is not None for n in range(speaker.rev + 1))
    assert 2 * len(chime(RECALL)) * kept <= KEPT_BYTES < 2 * len(chime(RECALL)) * (kept + 1)


def test_a_real_loudspeaker_remembers_no_samples(opened, fast):
    speaker = opened("none:", fast, Says())
    speaker.play(Sound(1, "recall", BOTH))
    until(lambda: speaker.rev)
    assert speaker.wav(1) is None
    assert speaker.heard()[0].voice == "chime"  # where nothing is heard nobody is asked to speak


def test_closing_cuts_a_sound_short(opened):
    speaker = opened("sim:", SystemClock())
    for n in range(50):
        speaker.play(Sound(n, "call"))
    until(speaker.heard)
    speaker.close()
    assert speaker.rev < 50


@pytest.mark.parametrize("url", ["alas:", "sim:left", ""])
def test_a_speaker_that_does_not_exist_is_refused(fast, url):
    with pytest.raises(SpeakerError, match="There is no"):
        speakers.open_speaker(url, fast)


# --- what is taken back, and what comes too late ------------------------------------------------------------


class Held:
    """An output that plays a part when it is let."""

    def __init__(self):
        self.played, self.lets = [], threading.Semaphore(0)

    def play(self, samples, stopped):
        self.played.append(len(samples))
        assert self.lets.acquire(timeout=20)

    def close(self):
        """Nothing is open."""


def test_a_call_that_is_taken_back_ends_with_the_sentence_that_has_begun(fast):
    output, news = Held(), queue.SimpleQueue()
    speaker = speakers.Speaker(output, Voices([Says()]), fast, news.put)
    for n in (1, 2, 3):
        speaker.play(Sound(n, "call", BOTH, repeats=2))
    output.lets.release()
    until(lambda: len(output.played) == 2)  # the chime was heard, the first sentence sounds
    speaker.withdraw(1)
    speaker.withdraw(2)
    output.lets.release(6)
    until(lambda: len(told(news, Spoke)) or speaker.rev == 2)
    until(lambda: len(output.played) == 7)
    speaker.close()
    whole = [len(chime(CALL)), *[len(silence(PAUSE_S)) + len(square(0.5))] * 2]
    assert output.played[:2] == whole[:2]  # no English, no repetition
    assert output.played[2:5] == whole  # of the third; the second never began


def test_taking_back_forgets_nothing_of_the_next_day(opened, fast):
    """Calls are numbered from 1 every day."""
    speaker = opened("sim:", fast)
    speaker.withdraw(1)
    speaker.play(Sound(1, "call"))
    until(lambda: speaker.rev == 1)


def test_what_waited_too_long_is_dropped_and_not_said_to_people_who_have_left(fast, monkeypatch):
    monkeypatch.setattr(speakers, "LATE_S", -1.0)
    output = Held()
    speaker = speakers.Speaker(output, Voices(), fast, lambda _: None)
    speaker.play(Sound(1, "call"))
    until(lambda: not speaker._orders)
    monkeypatch.undo()
    speaker.play(Sound(2, "recall"))
    until(lambda: output.played)
    output.lets.release()
    speaker.close()
    assert output.played == [len(chime(RECALL))]


# --- what fails ---------------------------------------------------------------------------------------------


class Shaky:
    """An output that fails as told: one word for each sound."""

    def __init__(self, *fates):
        self.fates = list(fates)
        self.played = 0

    def play(self, samples, stopped):
        match self.fates.pop(0):
            case "busy":
                raise SpeakerError("The loudspeaker is busy")
            case "bug":
                raise ZeroDivisionError("a mistake of ours")
        self.played += 1

    def close(self):
        """Nothing is open."""


def test_a_failing_device_is_reported_once_and_the_next_sound_is_tried(fast):
    news = queue.SimpleQueue()
    output = Shaky("busy", "busy", "fine", "bug", "fine")
    speaker = speakers.Speaker(output, Voices(), fast, news.put)
    for n in range(5):
        speaker.play(Sound(n, "call"))
    until(lambda: not output.fates)
    speaker.close()
    said = [news.get() for _ in range(news.qsize())]
    troubles = [one.reason for one in said if isinstance(one, Trouble)]
    assert troubles[:2] == ["The loudspeaker is busy", None]
    assert "a mistake of ours" in troubles[2]
    assert troubles[3:] == [None]
    assert [one.id for one in said if isinstance(one, Playing)] == list(range(5))
    assert [one.id for one in said if isinstance(one, Spoke)] == [2, 4]  # nobody heard the others
    assert output.played == 2


def test_a_voice_that_fails_leaves_the_chime_and_the_next_call_is_spoken(fast):
    news = queue.SimpleQueue()
    voice = Says(fault="The voice is hoarse")
    speaker = speakers.Speaker(speakers.Simulated(fast), Voices([voice]), fast, news.put)
    speaker.play(Sound(1, "call", BOTH))
    speaker.play(Sound(2, "call", BOTH))
    until(lambda: speaker.rev == 2)
    voice.fault = None
    speaker.play(Sound(3, "call", BOTH))
    until(lambda: speaker.rev == 3)
    speaker.close()
    said = [news.get() for _ in range(news.qsize())]
    assert [one.reason for one in said if isinstance(one, Trouble)] == ["The voice is hoarse", None]
    assert [one.voice for one in said if isinstance(one, Spoke)] == ["chime", "chime", "espeak-ng"]


class Slow(Says):
    """A voice that takes until it is let."""

    def __init__(self):
        super().__init__()
        self.let = threading.Event()

    def speak(self, sentence):
        if not self.let.wait(20):
            raise VoiceError("nobody let it")
        return super().speak(sentence)


def test_a_slow_voice_does_not_keep_the_chime_waiting_and_the_picture_waits_for_it(fast):
    news, voice, output = queue.SimpleQueue(), Slow(), Shaky("fine", "fine", "fine")
    speaker = speakers.Speaker(output, Voices([voice]), fast, news.put)
    speaker.play(Sound(1, "call", BOTH))
    until(lambda: news.qsize() == 2)
    assert output.played == 1
    assert told(news, Playing)[1] == Playing(1, speakers.SLOW_S)
    voice.let.set()
    until(lambda: output.played == 3)
    speaker.close()


class Urgent(Says):
    """Remembers how nice the kernel takes the thread in which it speaks to be."""

    def speak(self, sentence):
        self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        return super().speak(sentence)


def test_words_are_made_by_a_thread_as_urgent_as_the_one_that_paints(opened, fast):
    # One that is less so keeps the interpreter's lock while the kernel lets other programs go first.
    voice = Urgent()
    speaker = opened("sim:", fast, voice)
    speaker.play(Sound(1, "call", BOTH))
    until(lambda: speaker.rev)
    assert voice.niceness == os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
