"""The sound that came out, compared with what was called: five calls within a second, clip by clip."""

from array import array
from itertools import pairwise

import pytest

from broker import messages as m, topics
from display.speech import announcement
from hardware.sound import CALL, OVERLAP_S, RATE, chime
from hardware.texts import Texts
from hardware.voice import PAUSE
from hardware.voice_manifest import read_manifest
from hardware.voice_pack import read_clip
from hardware.wav import read_wav
from tests.display.hall import HALL, MORNING, ZONE
from tests.display.listening import listen
from tests.display.running import DEVICE, status_of
from tests.hardware.speaking import until

TEXTS = Texts.load("display")
CALLS = (
    ("A105", "3", "vi"),
    ("Đ024", "12", "vi"),
    ("B2-017", "7", "en"),
    ("A106", "3", "vi"),
    ("C999", "1", "vi"),
)
BELL = "(chime)"


@pytest.fixture(scope="module")
def clips(pack):
    """Every recording of the pack as it is played, and the chime."""
    found = {BELL: chime(CALL)}
    for lang in ("vi", "en"):
        manifest = read_manifest(pack / lang)
        found |= {f"{lang}: {text}": read_clip(pack / lang, manifest, text) for text in manifest.clips}
    return found


def call_all(server):
    """Within one second, each with a board of its own, as a server publishes them."""
    for number, counter, lang in CALLS:
        server.call(number, counter=counter, lang=lang)
    return server.hall.calls


def expected(calls, repeats=1):
    """What ought to be heard for calls, as keys of `clips`."""
    return [
        text
        for call in calls
        for text in [
            BELL,
            *repeats
            * [
                f"{sentence.lang}: {clip}"
                for sentence in announcement(call, TEXTS)
                for clip in sentence.clips
                if clip != PAUSE
            ],
        ]
    ]


def whole_and_apart(heard):
    """None is cut, and none begins before the one before it ends, but for the fade from clip to clip."""
    return all(b.begins >= a.ends - OVERLAP_S * RATE - 1 for a, b in pairwise(heard))


def say_plan(server, rev=1, **changes):
    plan = m.DisplayPlan(dwell_s=8, **changes)
    config = m.DeviceConfig(rev=rev, at=MORNING, hall=HALL, time_zone=ZONE, display=plan)
    server.say(topics.CONFIG, config, DEVICE)


def test_the_simulated_speaker_says_what_was_called_in_order(place, pack, clips):
    broker, server, display = place(speed=200, voice="pack", voice_pack=pack)
    server.up()
    server.publish()
    display.until(lambda: display.ask("/state")["screen_rev"])
    calls = call_all(server)
    display.until(lambda: display.ask("/state")["heard_rev"] == 5)
    for n, call in enumerate(calls, 1):
        _, _, file = display.ask(f"/sound.wav?n={n}")
        heard = listen(read_wav(file), clips)
        assert [one.text for one in heard] == expected([call])
        assert whole_and_apart(heard)
    told = display.ask("/heard")
    assert {(one["kind"], one["voice"]) for one in told} == {("speech", "pack")}
    display.until(lambda: status_of(broker).voice == "pack")
    assert status_of(broker).error is None


@pytest.fixture
def card(tmp_path, monkeypatch):
    """SDL's mixer with a file in place of a sound card, twenty times as fast as one."""
    file = tmp_path / "card.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(file))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "2")

    def read():
        data = file.read_bytes() if file.exists() else b""
        return array("h", data[: len(data) // 2 * 2])

    return read


def test_the_loudspeaker_says_what_was_called_in_order_none_cut_and_none_over_another(
    place, pack, clips, card
):
    """The whole stream that a sound card would get, from before the first chime until after the last word."""
    _, server, display = place(speed=20, speaker="alsa:", voice="pack", voice_pack=pack)
    server.up()
    say_plan(server, repeats=2)
    server.publish()
    display.until(lambda: display.program._announcer.plan)
    calls = call_all(server)
    display.until(lambda: display.ask("/state")["heard_rev"] == 5)
    until(lambda: not display.program.speaker._orders)
    display.stop()
    heard = listen(card(), clips)
    assert [one.text for one in heard] == expected(calls, repeats=2)
    assert whole_and_apart(heard)


def test_quiet_hours_are_silent_and_the_picture_goes_on(place, pack):
    _, server, display = place(speed=50, voice="pack", voice_pack=pack)
    server.up()
    say_plan(server, volumes=(m.VolumeSpan("08:00", "09:00", 0),))
    server.publish()
    display.until(lambda: display.program._announcer.plan)
    call_all(server)
    lines = display.program._settings.data / "shown.jsonl"
    display.until(lambda: lines.exists() and len(lines.read_text("utf-8").splitlines()) == 5)
    assert display.ask("/heard") == []
    say_plan(server, rev=2)
    display.until(lambda: not display.program._announcer.plan.volumes)
    server.call("A107")
    display.until(lambda: display.ask("/state")["heard_rev"] == 1)


def test_without_sound_card_calls_are_shown_and_with_one_again_the_next_is_heard(
    place, pack, card, monkeypatch
):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    broker, server, display = place(speed=50, speaker="alsa:", voice="pack", voice_pack=pack)
    server.up()
    server.publish()
    server.call("A105")
    display.until(lambda: "cannot be opened" in (status_of(broker).error or ""))
    assert status_of(broker).voice is None  # nobody heard anything
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    server.call("A106")
    display.until(lambda: status_of(broker).voice == "pack" and status_of(broker).error is None)
    until(lambda: len(card()) > 5 * RATE)


def test_a_clip_that_goes_missing_costs_neither_the_call_nor_the_next(place, pack, tmp_path):
    import shutil

    mine = tmp_path / "mine"
    shutil.copytree(pack, mine)
    (mine / "vi" / "ba.wav").unlink()
    broker, server, display = place(speed=50, voice=("pack", "espeak-ng"), voice_pack=mine)
    server.up()
    server.publish()
    server.call("A105", counter="3")
    server.call("A106", counter="7")
    display.until(lambda: display.ask("/state")["heard_rev"] == 2)
    assert [one["voice"] for one in display.ask("/heard")] == ["espeak-ng", "pack"]
    display.until(lambda: "ba.wav cannot be read" in (status_of(broker).error or ""))


def test_a_call_that_is_undone_before_its_turn_is_never_said(place, pack):
    _, server, display = place(speed=20, voice="pack", voice_pack=pack)
    server.up()
    server.publish()
    display.until(lambda: display.ask("/state")["screen_rev"])
    server.call("A105", "A106")
    server.hall.undo()
    server.publish()
    server.call("A107")
    display.until(lambda: display.ask("/state")["heard_rev"] == 2)
    assert ["năm" in one["text"] or "bảy" in one["text"] for one in display.ask("/heard")] == [True, True]
