"""`motcua check` of a wall's voices: who would speak, and what is missing, before the doors open."""

import shutil

import pytest

from broker.device import BrokerSettings
from display.program import TRIALS
from display.settings import Settings
from hardware.check import NotReady


def trial(**changes):
    broker = BrokerSettings(site="hanam", device="display-1")
    return TRIALS["voice"](Settings(broker=broker, data="unused", **{"speaker": "sim:", **changes}))


def test_it_says_who_speaks_in_each_language(pack):
    assert trial(voice_pack=pack) == "vi: pack, en: pack"
    assert trial(voice="espeak-ng") == "vi: espeak-ng, en: espeak-ng"
    assert trial(voice="chime") == "vi: chime alone, en: chime alone"


def test_a_wall_without_loudspeaker_needs_no_voice():
    assert "nothing is said" in trial(speaker="none:", voice="pack")


def test_a_language_that_was_not_recorded_is_left_to_the_next_voice(pack, tmp_path):
    shutil.copytree(pack / "vi", tmp_path / "vi")
    assert trial(voice_pack=tmp_path) == "vi: pack, en: espeak-ng"


def test_what_a_pack_lacks_is_found_before_a_call_needs_it(pack, tmp_path):
    shutil.copytree(pack / "vi", tmp_path / "vi")
    file = tmp_path / "vi" / "voice.toml"
    text = file.read_text(encoding="utf-8")
    begins = text.index('[clips."tư"]')
    file.write_text(text[:begins] + text[text.index("[clips", begins + 1) :], encoding="utf-8")
    with pytest.raises(NotReady, match="the pack's vi lacks 1 clips: tư; vi: pack; en: espeak-ng"):
        trial(voice_pack=tmp_path)


def test_a_voice_that_fails_is_said_with_the_one_that_speaks_for_it(tmp_path):
    with pytest.raises(
        NotReady, match=r"has no vi/voice.toml; .* has no en/voice.toml; vi: espeak-ng; en: espeak-ng"
    ):
        trial(voice_pack=tmp_path)
