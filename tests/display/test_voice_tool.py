"""`motcua voice`: from the list of clips to a pack that says every call."""

import io
import unicodedata
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

import motcua
from broker.messages import Call
from display.clips import wanted
from display.speech import LETTERS, Manner, announcement
from display.voice_record import Microphone, NoMicrophone, record_all
from hardware.sound import RATE, wav_file
from hardware.texts import Texts
from hardware.voice import PAUSE
from hardware.voice_making import PackInMaking
from hardware.voice_manifest import file_name, read_manifest
from tests.hardware.speaking import program
from tests.hardware.test_voice_clip import recorded, voice

TEXTS = Texts.load("display")


def run(*words):
    chosen = motcua.parser().parse_args(["voice", *map(str, words)])
    return chosen.action(chosen)


# --- the list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_call_of_every_ticket_is_made_of_the_clips_of_the_list(lang):
    """Numbers of all words, and one of each letter, called and recalled, in every manner."""
    there = {clip.text for clip in wanted(lang, TEXTS)} | {PAUSE}
    numbers = [f"A{n:03}" for n in (*range(1_200), *range(1_200, 10_000, 101))] + [
        f"{letter}2-017" for letter in LETTERS[lang]
    ]
    at = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
    for manner in (Manner(), Manner("south", leading_zeros=True), Manner("south", "digits", four="tư")):
        for place, number in enumerate(numbers):
            call = Call(1, number, f"{place % 40}", at, place % 2, lang, place % 3 == 0)
            for sentence in announcement(call, TEXTS, manner):
                if sentence.lang == lang:
                    assert there.issuperset(sentence.clips), sentence


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_clips_and_their_files_have_names_of_their_own(lang):
    clips = wanted(lang, TEXTS)
    assert 50 <= len(clips) <= 80
    assert len({clip.text for clip in clips}) == len({file_name(clip.text) for clip in clips}) == len(clips)


def test_the_list_is_printed_with_file_and_words(capsys):
    assert run("list", "--lang", "vi") == 0
    said = capsys.readouterr().out
    assert "mowif-coong-daan-cos-soos.wav" in said
    assert "as in: hai mươi mốt" in said
    assert "the letter Đ" in said


# --- check --------------------------------------------------------------------------------------------------


def test_a_whole_pack_is_good_and_says_that_a_program_made_it(pack, capsys):
    assert run("check", pack) == 0
    said = capsys.readouterr().out
    assert "made by espeak-ng" in said
    assert "MISSING" not in said


def test_what_is_missing_or_wrong_is_said_in_one_table_and_the_status_is_1(tmp_path, capsys):
    making = PackInMaking(tmp_path, "vi")
    for text in ("ba", "bốn", "năm"):
        making.add(text, voice(0.4))
    making.add("sáu", voice(2.5))
    making.add("lạ", voice(0.4))
    (tmp_path / "vi" / "boons.wav").unlink()
    file = tmp_path / "vi" / "nawm.wav"
    file.write_bytes(file.read_bytes()[:-100])
    assert run("check", tmp_path, "--lang", "vi") == 1
    rows = {row[2:30].strip(): row[30:].strip() for row in capsys.readouterr().out.splitlines()}
    assert rows["một"] == "MISSING"
    assert "MISSING: boons.wav" in rows["bốn"]
    assert "BROKEN: nawm.wav is cut off" in rows["năm"]
    assert "too long" in rows["sáu"]
    text = "\n".join(f"{key} {value}" for key, value in rows.items())
    assert "licence is not said" in text
    assert "no sentence needs: lạ" in text


def test_a_language_that_is_not_there_says_how_to_begin(tmp_path, capsys):
    assert run("check", tmp_path) == 1
    assert f"motcua voice record {tmp_path} --lang en" in capsys.readouterr().out


# --- import -------------------------------------------------------------------------------------------------


def stereo(samples):
    """As a recorder on a table writes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(44_100)
        writer.writeframes(
            b"".join(2 * (2 * sample.to_bytes(2, "little", signed=True)) for sample in samples)
        )
    return file.getvalue()


def test_recordings_are_found_by_file_name_or_words_and_become_clips(tmp_path, capsys):
    source = tmp_path / "from a recorder"
    source.mkdir()
    names = ["boons", "Một", unicodedata.normalize("NFD", "mời công dân có số"), "đến-quầy-số", "ghi chú"]
    for name in names:
        (source / f"{name}.WAV").write_bytes(stereo(recorded(voice())))
    (source / "sams.wav").write_bytes(b"no")
    (source / "sauss.txt").write_text("not a recording")
    assert run("import", tmp_path / "pack", source, "--licence", "CC0-1.0", "--may-use", "all halls") == 1
    said = capsys.readouterr().out
    assert "ghi chú.WAV is no clip" in said
    assert "4 of" in said
    manifest = read_manifest(tmp_path / "pack" / "vi")
    assert sorted(manifest.clips) == sorted(["bốn", "một", "mời công dân có số", "đến quầy số"])
    assert (manifest.licence, manifest.may_use, manifest.synthetic) == ("CC0-1.0", "all halls", "")
    for clip in manifest.clips.values():
        assert clip.seconds == pytest.approx(0.46, abs=0.03)
        assert clip.level_dbfs == pytest.approx(-20, abs=0.3)


def test_a_recording_that_cannot_be_used_is_named(tmp_path, capsys):
    source = tmp_path / "source"
    source.mkdir()
    (source / "ba.wav").write_bytes(b"not a sound")
    (source / "boons.wav").write_bytes(wav_file(voice(0.4, 1)))
    (source / "nawm.wav").write_bytes(wav_file(recorded(voice(amplitude=4_000), noise=400)))
    assert run("import", tmp_path / "pack", source) == 1
    said = capsys.readouterr().out
    assert "ba.wav is no WAV file" in said
    assert "boons.wav is silent" in said
    assert "nawm.wav is noisy" in said


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert run("import", tmp_path / "pack", tmp_path / "nowhere") == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- record -------------------------------------------------------------------------------------------------

RECORDS = """
shape = ["-q", "-D", "mic", "-t", "wav", "-f", "S16_LE", "-c", "1", "-r", "44100", "-d"]
assert sys.argv[1:-1] == shape, sys.argv
sys.stdout.buffer.write(open({file!r}, "rb").read())
"""


@pytest.fixture
def microphone(tmp_path):
    """A microphone that hears one vowel, by a program that stands in for arecord."""
    heard = tmp_path / "heard.wav"
    heard.write_bytes(wav_file(recorded(voice())))
    recorder = program(tmp_path, RECORDS.format(file=str(heard)), "arecord")
    return Microphone("mic", recorder, program(tmp_path, "sys.stdin.buffer.read()", "aplay"))


def talk(*answers):
    """Somebody at the microphone who says these, and then nothing more."""
    left = list(answers)
    return lambda question: left.pop(0) if left else None


def test_clips_are_recorded_one_after_the_other_and_each_is_kept_at_once(tmp_path, microphone):
    making, shown = PackInMaking(tmp_path / "pack", "vi"), []
    clips = wanted("vi", TEXTS)[:5]
    # recorded and kept; recorded, heard, again, kept; skipped; recorded, not kept: the talk has ended
    ask = talk("", "", "", "p", "r", "", "s", "")
    assert record_all(making, clips, microphone, ask, shown.append) == 3
    assert list(read_manifest(tmp_path / "pack" / "vi").clips) == [clip.text for clip in clips[:2]]
    assert sum("s, -20 dBFS: good" in line for line in shown) == 4
    assert shown[0].startswith("\n[1/5]  mời công dân có số")


def test_a_microphone_that_hears_nothing_keeps_nothing(tmp_path, microphone):
    (tmp_path / "heard.wav").write_bytes(wav_file(voice(1.0, 3)))
    making, shown = PackInMaking(tmp_path / "pack", "vi"), []
    assert record_all(making, wanted("vi", TEXTS)[:1], microphone, talk("", ""), shown.append) == 1
    assert sum("Nothing was heard" in line for line in shown) == 2
    assert making.manifest.clips == {}


def test_a_recorder_that_fails_is_one_sentence(tmp_path):
    broken = Microphone("mic", program(tmp_path, "sys.exit('audio open error: No such file')", "arecord"))
    with pytest.raises(NoMicrophone, match="does not record: audio open error"):
        broken.record(2)
    with pytest.raises(NoMicrophone, match="install alsa-utils"):
        Microphone("mic", "/nowhere/arecord")


# --- say ----------------------------------------------------------------------------------------------------


def test_a_call_is_written_as_it_would_be_heard(pack, tmp_path, capsys):
    file = tmp_path / "call.wav"
    assert run("say", "A105", "3", "--pack", pack, "--out", file) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ["Mời công dân có số a một trăm linh năm đến quầy số ba.", "voice: pack"]
    with wave.open(str(file)) as reader:
        assert 5.0 < reader.getnframes() / RATE < 9.0


def settings(folder, **changes):
    file = folder / "display.toml"
    table = {"program": "display", "data": str(folder), "numbers": "south", "voice": "chime", **changes}
    lines = [f"{key} = {value!r}" for key, value in table.items()]
    file.write_text("\n".join([*lines, "[broker]", 'site = "hanam"', 'device = "display-1"']))
    return file


def test_the_settings_of_a_display_say_how_and_by_whom(tmp_path, capsys):
    file = tmp_path / "call.wav"
    assert run("say", "A124", "3", "--settings", settings(tmp_path), "--out", file) == 0
    said = capsys.readouterr().out
    assert "hai mươi bốn" in said
    assert "voice: chime" in said


def test_a_voice_that_cannot_is_said_and_the_status_is_1(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    chosen = settings(tmp_path, voice="pack", voice_pack="none here")
    assert run("say", "A105", "3", "--settings", chosen, "--out", tmp_path / "call.wav") == 1
    heard = capsys.readouterr()
    assert "has no vi/voice.toml" in heard.err
    assert "voice: chime" in heard.out


def test_a_call_is_played_through_the_loudspeaker(pack, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "card.raw"))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "2")
    assert run("say", "A5", "3", "--pack", pack, "--recall") == 0
    assert "voice: pack" in capsys.readouterr().out
    assert Path(tmp_path / "card.raw").stat().st_size > 2 * RATE


@pytest.mark.parametrize("words", [["say", "??", "3"], ["say", "A105", "3", "--settings", "nowhere.toml"]])
def test_what_cannot_be_said_is_one_sentence(words, capsys):
    assert run(*words) == 2
    assert capsys.readouterr().err.count("\n") == 1
