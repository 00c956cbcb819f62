"""A voice of recorded clips: sentences are joined from them, and a broken one costs its sentence alone."""

import os
import re
import unicodedata

import pytest

from hardware import voice_pack
from hardware.settings import SettingsError
from hardware.sound import OVERLAP_S, RATE, wav_file
from hardware.voice import PAUSE, VoiceAbsent, VoiceError, Voices
from hardware.voice_making import PackInMaking
from hardware.voice_manifest import FILE, file_name, read_manifest
from hardware.voice_pack import PAUSE_S, VoicePack
from tests.hardware.speaking import Says, sentence, square

WORDS = ("mời công dân có số", "a", "năm", "đến quầy số", "ba")
CALL = sentence(clips=WORDS)


def made(folder, words=WORDS, language="vi", seconds=0.3):
    pack = PackInMaking(folder, language, licence="CC0-1.0", may_use="mọi bộ phận một cửa")
    for text in words:
        pack.add(text, square(seconds))
    return pack


def test_a_sentence_is_joined_from_its_clips(tmp_path):
    made(tmp_path)
    samples = VoicePack(tmp_path).speak(CALL)
    assert len(samples) / RATE == pytest.approx(5 * 0.3 - 4 * OVERLAP_S, abs=0.001)


def test_a_pause_is_heard_between_clips(tmp_path):
    made(tmp_path)
    samples = VoicePack(tmp_path).speak(sentence(clips=("a", PAUSE, "ba")))
    assert len(samples) / RATE == pytest.approx(2 * 0.3 + PAUSE_S - 2 * OVERLAP_S, abs=0.001)


def test_the_manifest_says_what_was_measured_and_who_may_use_it(tmp_path):
    made(tmp_path)
    manifest = read_manifest(tmp_path / "vi")
    assert (manifest.version, manifest.language) == (1, "vi")
    assert (manifest.licence, manifest.may_use) == ("CC0-1.0", "mọi bộ phận một cửa")
    clip = manifest.clips["đến quầy số"]
    assert (clip.file, clip.level_dbfs, clip.seconds) == ("ddeens-quaayf-soos.wav", -20.0, 0.3)
    text = (tmp_path / "vi" / FILE).read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


def test_everybody_may_read_a_pack_whoever_made_it(tmp_path):
    before = os.umask(0o077)
    try:
        made(tmp_path / "pack")
    finally:
        os.umask(before)
    for path in (tmp_path / "pack").rglob("*"):
        assert path.stat().st_mode & 0o044 == 0o044, path
    assert not [path for path in (tmp_path / "pack").rglob("*") if path.name.startswith(".")]


def test_words_and_their_file_names_are_as_different_as_each_other():
    words = re.findall(
        r"\S+", "a á ă ắ ằ ẳ ẵ ặ â ấ ậ d đ e ê ề o ô ơ ờ u ư ừ mười mươi một mốt tư tu năm nằm"
    )
    names = [file_name(word) for word in words]
    assert len(set(names)) == len(words)
    assert all(name.isascii() for name in names)
    assert file_name("mời công dân có số") == "mowif-coong-daan-cos-soos.wav"
    assert file_name(unicodedata.normalize("NFD", "mười")) == file_name("mười") == "muwowif.wav"
    assert file_name("../../etc/passwd") == "______etc_passwd.wav"


# --- what is broken -----------------------------------------------------------------------------------------


def spoken_by(voices, said=CALL):
    spoken = voices.speak(said)
    return None if spoken is None else spoken.voice


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.unlink(), "nawm.wav cannot be read: No such file"),
        (lambda file: file.write_bytes(file.read_bytes()[:-2000]), "nawm.wav is cut off"),
        (lambda file: file.write_bytes(b""), "nawm.wav is no WAV file"),
        (lambda file: file.write_bytes(b"\0" * 5000), "nawm.wav is no WAV file"),
    ],
)
def test_a_clip_that_breaks_while_it_runs_leaves_its_sentence_to_the_next_voice(tmp_path, harm, words):
    made(tmp_path)
    voices = Voices([VoicePack(tmp_path), Says("espeak-ng")])
    assert spoken_by(voices, sentence(clips=("a", "ba"))) == "pack"
    file = tmp_path / "vi" / "nawm.wav"
    whole = file.read_bytes()
    harm(file)
    assert spoken_by(voices) == "espeak-ng"
    assert words in voices.troubles[0]
    assert spoken_by(voices, sentence(clips=("a", "ba"))) == "pack"  # the next call, which does not need it
    assert words in voices.troubles[0]  # still wrong, and reported until it is not
    file.write_bytes(whole)
    assert spoken_by(voices) == "pack"
    assert voices.troubles == ()


def test_a_clip_that_was_heard_once_is_kept_whatever_becomes_of_its_file(tmp_path):
    made(tmp_path)
    voices = Voices([VoicePack(tmp_path)])
    first = voices.speak(CALL)
    for file in (tmp_path / "vi").glob("*.wav"):
        file.unlink()
    assert voices.speak(CALL) == first


def test_of_a_whole_pack_no_more_than_the_latest_clips_are_kept(tmp_path, monkeypatch):
    made(tmp_path, seconds=0.5)
    clip = 2 * round(0.5 * RATE)
    monkeypatch.setattr(voice_pack, "KEPT_BYTES", 2 * clip)
    voice = VoicePack(tmp_path)
    first = voice.speak(CALL)
    assert voice.speak(CALL) == first
    kept = voice._languages["vi"]._clips
    assert list(kept) == list(CALL.clips[-2:])
    assert sum(2 * len(samples) for samples in kept.values()) == 2 * clip


def test_a_word_that_was_not_recorded_is_named(tmp_path):
    made(tmp_path)
    with pytest.raises(VoiceError, match="no clip 'tư', and 1 more"):
        VoicePack(tmp_path).speak(sentence(clips=("a", "tư", "mốt")))


def test_a_pack_without_the_language_is_no_fault(tmp_path):
    made(tmp_path)
    with pytest.raises(VoiceAbsent):
        VoicePack(tmp_path).speak(sentence("Citizen", "en", ("citizen with number",)))


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_that_is_no_pack_is_a_fault(tmp_path, folder):
    with pytest.raises(VoiceError, match=r"has no vi/voice.toml"):
        VoicePack(tmp_path / folder).speak(CALL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 2\nlanguage = 'vi'\n", "version"),
        ("version = 1\nlanguage = 'vi'\nlicense = 'CC0'\n", "did you mean 'licence'"),
        ("version = 1\nlanguage = 'en'\n", "its language is en"),
        ("version = 1\nlanguage = 'vi'\n[clips.a]\nfile = '../a.wav'\nlevel_dbfs = 0\nseconds = 1\n", "file"),
        (
            "version = 1\nlanguage = 'vi'\n[clips.a]\nfile = '/etc/passwd'\nlevel_dbfs = 0\nseconds = 1\n",
            "file",
        ),
        ("nonsense", "not TOML"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_a_fault_with_its_reason(tmp_path, text, words):
    made(tmp_path)
    (tmp_path / "vi" / FILE).write_text(text)
    voices = Voices([VoicePack(tmp_path), Says("espeak-ng")])
    assert spoken_by(voices) == "espeak-ng"
    assert words in voices.troubles[0]


def test_a_pack_that_is_replaced_speaks_from_the_next_call(tmp_path):
    made(tmp_path)
    voice = VoicePack(tmp_path)
    before = voice.speak(CALL)
    made(tmp_path, seconds=0.5)
    assert len(voice.speak(CALL)) > len(before)


def test_an_unlevelled_recording_that_was_copied_by_hand_is_as_loud_as_the_others(tmp_path):
    pack = made(tmp_path)
    (pack.folder / "ba.wav").write_bytes(wav_file(square(0.3, 300)))
    assert VoicePack(tmp_path).speak(sentence(clips=("ba",))) == VoicePack(tmp_path).speak(
        sentence(clips=("a",))
    )


def test_people_and_programs_are_never_mixed_in_one_pack(tmp_path):
    made(tmp_path)
    with pytest.raises(SettingsError, match="made by a person"):
        PackInMaking(tmp_path, "vi", synthetic="espeak-ng 1.51")
    PackInMaking(tmp_path / "trial", "vi", synthetic="espeak-ng 1.51").add("ba", square(0.3))
    with pytest.raises(SettingsError, match=r"made by espeak-ng 1.51"):
        PackInMaking(tmp_path / "trial", "vi")
