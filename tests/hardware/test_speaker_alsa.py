"""The real loudspeaker: SDL's mixer into a file, which gets all that a sound card would get."""

import queue
import subprocess
import sys
from array import array
from itertools import pairwise

import pytest

from hardware import check
from hardware.clock import SystemClock
from hardware.sound import RECALL, chime
from hardware.speaker import Playing, Silent, Sound, SpeakerError, Spoke, Trouble, open_speaker
from hardware.voice import Voices
from tests.hardware.speaking import Says, sentence, square, until


@pytest.fixture
def opened():
    """Opens the loudspeaker with voices, and closes it."""
    all_of_them = []

    def open_it(*voices, notify=lambda _: None):
        made = open_speaker("alsa:", SystemClock(), Voices(voices), notify)
        all_of_them.append(made)
        return made

    yield open_it
    for made in all_of_them:
        made.close()


def told(news, kind):
    """All that was told of a kind, so far."""
    said = [news.get() for _ in range(news.qsize())]
    return [one for one in said if isinstance(one, kind)]


def test_a_loudspeaker_that_cannot_be_opened_is_trouble_and_not_the_end(opened, monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    news = queue.SimpleQueue()
    speaker = opened(notify=news.put)
    speaker.play(Sound(1, "recall"))
    assert isinstance(news.get(timeout=20), Playing)
    assert news.get(timeout=20) == Silent(1)
    assert "cannot be opened" in news.get(timeout=20).reason
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")  # somebody plugs it in
    speaker.play(Sound(2, "recall"))
    assert isinstance(news.get(timeout=20), Playing)
    assert news.get(timeout=20) == Spoke(2, "chime")
    assert news.get(timeout=20) == Trouble(None)


@pytest.fixture
def captured(tmp_path, monkeypatch):
    """SDL's mixer with a file in place of a sound card, five times as fast as one: what would be heard."""
    file = tmp_path / "card.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(file))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "9")

    def read():
        data = file.read_bytes() if file.exists() else b""
        return array("h", data[: len(data) // 2 * 2])

    return read


def places(needle, hay):
    """Where a sound lies in what was captured, sample by sample."""
    found, at = [], 0
    key, whole = needle[2_000:2_100].tobytes(), hay.tobytes()
    while (at := whole.find(key, at)) >= 0:
        if at % 2 == 0 and hay[at // 2 - 2_000 : at // 2 - 2_000 + len(needle)] == needle:
            found.append(at // 2 - 2_000)
        at += 1
    return found


def test_a_loudspeaker_plays_one_sound_after_the_other_and_all_of_it(opened, captured):
    speaker = opened(Says(seconds=0.3))
    for _ in range(2):
        speaker.play(Sound(1, "recall", (sentence(),)))
    until(lambda: speaker.rev == 2)
    until(lambda: len(places(square(0.3), captured())) == 2)
    speaker.close()
    bells, words = places(chime(RECALL), captured()), places(square(0.3), captured())
    assert len(bells) == len(words) == 2
    order = sorted(
        [*((at, at + len(chime(RECALL))) for at in bells), *((at, at + len(square(0.3))) for at in words)]
    )
    assert all(first[1] <= second[0] for first, second in pairwise(order))
    assert [at in bells for at, _ in order] == [True, False, True, False]


def test_a_pulled_plug_costs_the_sounds_of_its_time_alone(opened, captured, monkeypatch):
    news = queue.SimpleQueue()
    speaker = opened(notify=news.put)
    speaker.play(Sound(1, "recall"))
    until(lambda: any(isinstance(one, Spoke) for one in told(news, Spoke)))
    speaker._output.close()  # as after any fault: the device is opened anew for the next sound
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    speaker.play(Sound(2, "recall"))
    until(lambda: any("cannot be opened" in (one.reason or "") for one in told(news, Trouble)))
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    speaker.play(Sound(3, "recall"))
    until(lambda: Trouble(None) in told(news, Trouble))
    until(lambda: len(places(chime(RECALL), captured())) == 1)  # SDL began its file anew


def test_the_mixer_is_loaded_for_a_real_loudspeaker_alone(captured):
    """Also where the command had told pygame that there is none, to save its memory."""
    script = (
        "import sys; sys.modules['pygame.mixer'] = None\n"
        "from hardware.clock import SystemClock\n"
        "from hardware.speaker import open_speaker\n"
        "open_speaker('sim:', SystemClock()); open_speaker('none:', SystemClock())\n"
        "assert sys.modules['pygame.mixer'] is None\n"
        "speaker = open_speaker('alsa:', SystemClock())\n"
        "speaker._output.open(); print(speaker._output._mixer.get_init()); speaker._output.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "(22050, -16, 1)", done.stderr


def test_check_says_beforehand_that_there_is_no_sound_card(monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    with pytest.raises(SpeakerError, match="cannot be opened"):
        check.speaker("alsa:")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    assert check.speaker("alsa:") == check.speaker("sim:") == check.speaker("none:") == "opened"
