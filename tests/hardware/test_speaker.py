"""Sounds come one after the other, and a speaker that fails stops nobody."""

import io
import queue
import stat
import sys
import time
import wave
from array import array
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hardware import speaker as speakers
from hardware.clock import HallClock, SystemClock, set_clock
from hardware.speaker import C5, CALL, G4, KEPT, RATE, RECALL, Playing, Sound, SpeakerError, Trouble

HALL_TIME = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
WORDS = (("vi", "Mời công dân có số a năm đến quầy số ba."), ("en", "Citizen with number A five."))


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

    def open_it(url, clock, **options):
        made = speakers.open_speaker(url, clock, **options)
        all_of_them.append(made)
        return made

    yield open_it
    for made in all_of_them:
        made.close()


def until(condition):
    """Wait for a thread to have done something."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def samples(wav):
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE)
        return array("h", reader.readframes(reader.getnframes()))


def strength(part, hertz):
    """How much of a tone there is in samples (Goertzel)."""
    import math

    turn = math.tau * hertz / RATE
    real = sum(value * math.cos(turn * i) for i, value in enumerate(part))
    imaginary = sum(value * math.sin(turn * i) for i, value in enumerate(part))
    return math.hypot(real, imaginary) / len(part)


# --- the chime ----------------------------------------------------------------------------------------------


def test_a_call_is_two_notes_of_one_second_and_a_recall_is_the_second_alone():
    call, recall = speakers.chime(CALL), speakers.chime(RECALL)
    assert len(call) == pytest.approx(RATE, abs=1)
    assert len(recall) == pytest.approx(0.65 * RATE, abs=1)
    first, second = call[: round(0.35 * RATE)], call[round(0.35 * RATE) :]
    assert strength(first, G4) > 10 * strength(first, C5)
    assert strength(second, C5) > 10 * strength(second, G4)
    assert strength(recall, C5) > 10 * strength(recall, G4)
    assert strength(first, 2 * G4) == pytest.approx(strength(first, G4) / 3, rel=0.05)


@pytest.mark.parametrize("notes", [CALL, RECALL])
def test_the_chime_begins_and_ends_in_silence_and_never_clips(notes):
    made = speakers.chime(notes)
    assert max(abs(value) for value in made) < 0.9 * 32_767
    assert abs(made[0]) < 300
    assert abs(made[-1]) < 300
    assert max(abs(b - a) for a, b in pairwise(made)) < 6000  # no click


# --- the queue ----------------------------------------------------------------------------------------------


def test_sounds_are_heard_in_order_and_never_over_each_other(opened, fast):
    speaker = opened("sim:", fast)
    for n in range(5):
        speaker.play(Sound(n, "call", (("vi", f"câu {n}"),)))
    until(lambda: speaker.rev == 5)
    heard = speaker.heard()
    assert [(h.n, h.text) for h in heard] == [(n + 1, f"câu {n}") for n in range(5)]
    for earlier, later in pairwise(heard):
        assert later.at - earlier.at >= timedelta(seconds=earlier.seconds)


def test_a_speaker_without_a_voice_says_that_it_only_chimed(opened, fast):
    speaker = opened("sim:", fast)
    speaker.play(Sound(1, "call", WORDS))
    until(speaker.heard)
    [heard] = speaker.heard()
    assert heard.kind == "chime"
    assert heard.text == f"{WORDS[0][1]} {WORDS[1][1]}"
    assert heard.seconds == pytest.approx(1.0, abs=0.01)


def test_the_length_is_told_when_a_sound_begins(opened, fast):
    news = queue.SimpleQueue()
    speaker = opened("sim:", fast, notify=news.put)
    speaker.play(Sound(7, "recall"))
    said = news.get(timeout=20)
    assert isinstance(said, Playing)
    assert (said.id, said.seconds) == (7, pytest.approx(0.65, abs=0.01))


def test_what_was_heard_can_be_listened_to(opened, fast):
    speaker = opened("sim:", fast)
    speaker.play(Sound(1, "call"))
    speaker.play(Sound(2, "recall"))
    until(lambda: speaker.rev == 2)
    assert samples(speaker.wav(1)) == speakers.chime(CALL)
    assert samples(speaker.wav(2)) == speakers.chime(RECALL)
    assert speaker.wav(3) is None


def test_the_memory_of_a_simulated_speaker_is_bounded(opened, fast):
    speaker = opened("none:", fast)
    for n in range(KEPT + 20):
        speaker.play(Sound(n, "recall"))
    until(lambda: speaker.rev == KEPT + 20)
    assert len(speaker.heard()) == KEPT
    assert speaker.wav(1) is None
    assert speaker.wav(speaker.rev) is not None


def test_closing_cuts_a_sound_short(opened):
    speaker = opened("sim:", SystemClock())
    for n in range(50):
        speaker.play(Sound(n, "call"))
    until(speaker.heard)
    speaker.close()
    assert speaker.rev < 50


@pytest.mark.parametrize(
    ("url", "voice"), [("alas:", "chime"), ("sim:left", "chime"), ("", "chime"), ("sim:", "espeak")]
)
def test_a_speaker_that_does_not_exist_is_refused(fast, url, voice):
    with pytest.raises(SpeakerError, match="There is no"):
        speakers.open_speaker(url, fast, voice)


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


def test_a_failing_device_is_reported_once_and_the_next_sound_is_tried(fast):
    news = queue.SimpleQueue()
    output = Shaky("busy", "busy", "fine", "bug", "fine")
    speaker = speakers.Speaker(output, speakers.ChimeOnly(), fast, news.put)
    for n in range(5):
        speaker.play(Sound(n, "call"))
    until(lambda: not output.fates)
    speaker.close()
    said = [news.get() for _ in range(news.qsize())]
    troubles = [one.reason for one in said if isinstance(one, Trouble)]
    assert troubles[:2] == ["The loudspeaker is busy", None]
    assert "a mistake of ours" in troubles[2]
    assert troubles[3:] == [None]
    assert len([one for one in said if isinstance(one, Playing)]) == 5
    assert output.played == 2


def program(folder, text):
    """A program in a file, standing in for espeak-ng, which is not installed everywhere."""
    path = folder / "espeak"
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


SPEAKS = """
import wave
said = sys.stdin.buffer.read().decode()
lang = sys.argv[sys.argv.index("-v") + 1]
writer = wave.open(sys.stdout.buffer, "wb")
writer.setnchannels(1); writer.setsampwidth(2); writer.setframerate(22050)
writer.writeframes((b"\\1\\0" if lang == "vi" else b"\\2\\0") * (100 * len(said)))
writer.close()
"""


def speaker_with(voice, clock, news):
    return speakers.Speaker(speakers.Simulated(clock), voice, clock, news.put)


def test_a_voice_speaks_after_the_chime_in_the_languages_of_the_ticket(tmp_path, fast):
    from hardware.speaker_espeak import EspeakNg

    news = queue.SimpleQueue()
    speaker = speaker_with(EspeakNg(program(tmp_path, SPEAKS)), fast, news)
    speaker.play(Sound(1, "call", WORDS))
    until(speaker.heard)
    speaker.close()
    [heard] = speaker.heard()
    assert heard.kind == "speech"
    made = samples(speaker.wav(1))
    pause = array("h", bytes(2 * int(0.3 * RATE)))
    assert made == (
        speakers.chime(CALL)
        + pause
        + array("h", [1] * 100 * len(WORDS[0][1]))
        + pause
        + array("h", [2] * 100 * len(WORDS[1][1]))
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sys.exit(3)", "status 3"),
        ("pass", "no sound"),
        ("sys.stdout.write('no such voice')", "no sound"),
    ],
)
def test_a_voice_that_fails_leaves_the_chime_and_says_why(tmp_path, fast, text, reason):
    from hardware.speaker_espeak import EspeakNg

    news = queue.SimpleQueue()
    speaker = speaker_with(EspeakNg(program(tmp_path, text)), fast, news)
    speaker.play(Sound(1, "call", WORDS))
    assert isinstance(news.get(timeout=20), Playing)
    trouble = news.get(timeout=20)
    speaker.close()
    assert reason in trouble.reason
    assert speaker.heard()[0].kind == "chime"


def test_a_voice_that_is_not_installed_says_so(fast):
    from hardware.speaker_espeak import EspeakNg

    with pytest.raises(SpeakerError, match="cannot be started"):
        EspeakNg("/no/such/espeak-ng").speak("vi", "một")


# --- the real one -------------------------------------------------------------------------------------------


def test_a_loudspeaker_that_cannot_be_opened_is_trouble_and_not_the_end(opened, fast, monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    news = queue.SimpleQueue()
    speaker = opened("alsa:", fast, notify=news.put)
    speaker.play(Sound(1, "recall"))
    assert isinstance(news.get(timeout=20), Playing)
    assert "cannot be opened" in news.get(timeout=20).reason
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")  # somebody plugs it in
    speaker.play(Sound(2, "recall"))
    assert isinstance(news.get(timeout=20), Playing)
    assert news.get(timeout=20) == Trouble(None)


def test_a_loudspeaker_plays_one_sound_after_the_other(opened, monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    speaker = opened("alsa:", SystemClock())
    for n in range(2):
        speaker.play(Sound(n, "recall"))
    until(lambda: speaker.rev == 2)
    first, second = speaker.heard()
    assert second.at - first.at >= timedelta(seconds=first.seconds)
