"""Who speaks: voices are tried in their order, and one that fails gives way for that sentence."""

import json
import logging
import os
import shutil
import threading
import time
from array import array
from pathlib import Path

import pytest

from hardware.sound import RATE, SPEECH_DBFS, level, scaled
from hardware.voice import VoiceAbsent, VoiceError, Voices
from hardware.voice_espeak import EspeakNg
from hardware.voice_piper import Piper
from hardware.voice_program import NICEST, PATIENT
from hardware.voices import PiperModels, VoiceRefused, open_voices
from tests.hardware.speaking import ESPEAKS, Says, program, sentence, square, until

SENTENCE = sentence()


# --- the order ----------------------------------------------------------------------------------------------


def test_the_first_voice_that_can_speaks():
    first, second = Says("pack"), Says("espeak-ng")
    spoken = Voices([first, second]).speak(SENTENCE)
    assert (spoken.voice, spoken.samples) == ("pack", square(0.5))
    assert second.asked == []


def test_a_failing_voice_gives_way_for_that_sentence_and_is_asked_again_for_the_next():
    first, second = Says("pack", fault="a clip is missing"), Says("espeak-ng")
    voices = Voices([first, second])
    assert voices.speak(SENTENCE).voice == "espeak-ng"
    assert voices.troubles == ("a clip is missing",)
    first.fault = None
    assert voices.speak(SENTENCE).voice == "pack"
    assert voices.troubles == ()


def test_when_none_can_nothing_is_spoken_and_every_reason_is_kept():
    voices = Voices([Says("pack", fault="no clips"), Says("piper", fault=ZeroDivisionError("a bug"))])
    assert voices.speak(SENTENCE) is None
    assert voices.troubles[0] == "no clips"
    assert "made a mistake" in voices.troubles[1]


def test_a_trouble_is_logged_once(caplog):
    voices = Voices([Says("pack", fault="no clips")])
    with caplog.at_level(logging.INFO, "hardware.voice"):
        for _ in range(3):
            voices.speak(SENTENCE)
    assert len(caplog.records) == 1


def test_a_voice_that_nobody_expects_is_no_trouble():
    voices = Voices([Says("pack", fault=VoiceAbsent("no English")), Says("espeak-ng")])
    assert voices.speak(SENTENCE).voice == "espeak-ng"
    assert voices.troubles == ()


def test_what_is_wrong_in_one_language_is_not_forgotten_over_another():
    class OnlyFailsInVietnamese(Says):
        def speak(self, sentence):
            if sentence.lang == "vi":
                raise VoiceError("no model")
            raise VoiceAbsent("no English")

    voices = Voices([OnlyFailsInVietnamese("piper"), Says("espeak-ng")])
    for lang in ("vi", "en"):
        assert voices.speak(sentence(lang=lang)).voice == "espeak-ng"
    assert voices.troubles == ("no model",)


@pytest.mark.parametrize("gain", [0.02, 0.5, 6])
def test_all_voices_are_equally_loud(gain):
    class Shouts(Says):
        def speak(self, sentence):
            return scaled(super().speak(sentence), gain)

    assert level(Voices([Shouts()]).speak(SENTENCE).samples) == pytest.approx(SPEECH_DBFS, abs=0.3)


# --- what settings name -------------------------------------------------------------------------------------

MODELS = PiperModels(vi=Path("vi.onnx"))


@pytest.mark.parametrize(
    ("order", "pack", "piper", "names"),
    [
        ("auto", None, None, ("espeak-ng",)),
        ("auto", Path("pack"), MODELS, ("pack", "espeak-ng", "piper")),
        ("chime", Path("pack"), MODELS, ()),
        ("espeak-ng", None, None, ("espeak-ng",)),
        (("piper", "pack", "chime"), Path("pack"), MODELS, ("piper", "pack")),
    ],
)
def test_the_order_is_that_of_the_settings(order, pack, piper, names):
    assert open_voices(order, pack, piper).names == names


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("espeak", "There is no voice 'espeak': say 'auto', 'pack'"),
        ("pack", "needs voice_pack"),
        ("piper", "needs piper"),
        (("auto", "chime"), "no voice 'auto'"),
    ],
)
def test_what_cannot_speak_is_refused_in_one_sentence(order, words):
    with pytest.raises(VoiceRefused, match=words):
        open_voices(order)


def test_a_hall_without_espeak_ng_has_no_fault_unless_it_wanted_one(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    auto, wanted = open_voices("auto"), open_voices("espeak-ng")
    assert auto.speak(SENTENCE) is wanted.speak(SENTENCE) is None
    assert auto.troubles == ()
    assert "cannot be started" in wanted.troubles[0]


# --- espeak-ng ----------------------------------------------------------------------------------------------


def test_espeak_ng_gets_words_and_the_dialect(tmp_path):
    order = tmp_path / "order"
    listens = f"open({str(order)!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))\n" + ESPEAKS
    with pytest.raises(VoiceError, match="status 1"):  # the stand-in knows vi and en alone
        EspeakNg(program(tmp_path, listens), "south").speak(SENTENCE)
    made = EspeakNg(program(tmp_path, listens)).speak(sentence("một", "en"))
    assert len(made) == 10 * len("một") * 20
    assert order.read_text().splitlines() == [
        "-v vi-vn-x-south -s 150 --stdin --stdout",
        "-v en -s 150 --stdin --stdout",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sys.exit('no voice found')", "status 1: no voice found"),
        ("pass", "no sound"),
        ("sys.stdout.write('no such voice')", "no sound"),
        ("import os; os.kill(os.getpid(), 9)", "status -9"),
        (ESPEAKS.replace("writer.close()", "import os; os.kill(os.getpid(), 9)"), "status -9"),
    ],
)
def test_espeak_ng_that_fails_or_is_killed_says_why(tmp_path, text, reason):
    with pytest.raises(VoiceError, match=reason):
        EspeakNg(program(tmp_path, text)).speak(SENTENCE)


def test_a_program_that_speaks_gives_way_to_pictures_and_we_do_not(tmp_path):
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    says_its_niceness = (
        "import os; sys.stdin.read(); sys.exit(f'niceness {os.getpriority(os.PRIO_PROCESS, 0)}')"
    )
    with pytest.raises(VoiceError, match=f"niceness {min(ours + PATIENT, NICEST)}$"):
        EspeakNg(program(tmp_path, says_its_niceness)).speak(SENTENCE)
    assert os.getpriority(os.PRIO_PROCESS, 0) == ours


def test_a_program_that_hangs_is_ended(tmp_path):
    voice = EspeakNg(program(tmp_path, "import time\ntime.sleep(60)"))
    voice._runner._most_s = 0.1
    with pytest.raises(VoiceError, match="took longer than"):
        voice.speak(SENTENCE)
    assert voice._runner._child is None


def test_closing_ends_a_program_that_speaks(tmp_path):
    voice = EspeakNg(program(tmp_path, "import time\ntime.sleep(60)"))
    faults = []

    def speak():
        try:
            voice.speak(SENTENCE)
        except VoiceError as error:
            faults.append(str(error))

    thread = threading.Thread(target=speak)
    thread.start()
    until(lambda: voice._runner._child is not None)
    time.sleep(0)
    voice.close()
    thread.join(20)
    assert "status -9" in faults[0]
    with pytest.raises(VoiceError, match="stopped"):
        voice.speak(SENTENCE)


def test_the_real_espeak_ng_speaks_both_languages_and_dialects():
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is not installed: make test installs it")
    for voice, said in (
        (EspeakNg(), SENTENCE),
        (EspeakNg(dialect="south"), SENTENCE),
        (EspeakNg(), sentence("Citizen with number A five.", "en")),
    ):
        spoken = Voices([voice]).speak(said)
        assert 1.0 < len(spoken.samples) / RATE < 6.0
        assert level(spoken.samples) == pytest.approx(SPEECH_DBFS, abs=0.3)


# --- Piper --------------------------------------------------------------------------------------------------

PIPES = """
assert sys.argv[1] == "--model" and sys.argv[3:] == ["--output-raw"], sys.argv
line = sys.stdin.readline()
assert line.endswith("\\n")
sys.stdout.buffer.write(b"\\x10\\x27" * 1600 * (len(line) - 1))
"""


def model(folder, config='{"audio": {"sample_rate": 16000}}'):
    (folder / "vi.onnx.json").write_text(config)
    return folder / "vi.onnx"


def test_piper_reads_a_line_with_the_model_of_its_language(tmp_path):
    voice = Piper({"vi": model(tmp_path)}, program(tmp_path, PIPES))
    made = voice.speak(sentence("một hai"))
    assert len(made) == pytest.approx(7 * RATE / 10, abs=2)
    assert made[1000:1010] == array("h", [10_000] * 10)
    with pytest.raises(VoiceAbsent, match="en"):
        voice.speak(sentence("one two", "en"))


@pytest.mark.parametrize(
    ("config", "text", "reason"),
    [
        ("{}", PIPES, "does not say audio.sample_rate"),
        ("nonsense", PIPES, "does not say audio.sample_rate"),
        (json.dumps({"audio": {"sample_rate": "fast"}}), PIPES, "says 'fast'"),
        ('{"audio": {"sample_rate": 16000}}', "pass", "no sound"),
        (
            '{"audio": {"sample_rate": 16000}}',
            "raise ValueError('Unable to find voice')",
            "Unable to find voice",
        ),
    ],
)
def test_piper_that_cannot_says_why(tmp_path, config, text, reason):
    with pytest.raises(VoiceError, match=reason):
        Piper({"vi": model(tmp_path, config)}, program(tmp_path, text)).speak(SENTENCE)


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(VoiceError, match=r"vi.onnx.json cannot be read"):
        Piper({"vi": tmp_path / "vi.onnx"}).speak(SENTENCE)
