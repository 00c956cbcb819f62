"""`motcua voice`: voice packs, from the list of clips to the announcement that they make.

Knows what each word of the command does and prints; keeps out what clips there are (`display.clips`), how a
recording becomes one (`hardware.voice_clip`) and the talk at the microphone (`display.voice_record`).
"""

from __future__ import annotations

import argparse
import queue
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from array import array
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from broker.messages import Call, Lang
from display.announce import Announcer
from display.clips import Wanted, wanted
from display.settings import Settings
from display.speech import Manner
from display.voice_record import Microphone, NoMicrophone, record_all
from hardware.clock import SystemClock
from hardware.settings import SettingsError, typed
from hardware.sound import CALL, RECALL, chime, wav_file
from hardware.speaker import News, Sound, SpeakerError, Spoke, Trouble, open_speaker, said
from hardware.texts import Texts
from hardware.voice import Sentence, Spoken, VoiceError, VoiceName, Voices
from hardware.voice_clip import flaws, prepare
from hardware.voice_espeak import PROGRAM, EspeakNg
from hardware.voice_making import PackInMaking
from hardware.voice_manifest import FILE, Manifest, file_name, read_manifest
from hardware.voices import VoiceRefused, open_voices
from hardware.wav import WavError, read_wav

OK, INCOMPLETE, MISUSED = 0, 1, 2
BOTH: Final[tuple[Lang, ...]] = ("vi", "en")
SLOW: Final = 120  # words a minute, so that clips made by a program are as long as spoken ones


def run(name: str, chosen: argparse.Namespace) -> int:
    """Do what a word says; the exit status."""
    try:
        return WORDS[name](chosen)
    except (SettingsError, VoiceError, VoiceRefused, SpeakerError, NoMicrophone) as error:
        print(f"motcua: {error}", file=sys.stderr)
    except BrokenPipeError:  # `motcua voice list | head`: the command knows what to do
        raise
    except OSError as error:
        print(f"motcua: {error.filename}: {error.strerror}", file=sys.stderr)
    return MISUSED


def _languages(chosen: argparse.Namespace) -> tuple[Lang, ...]:
    return (chosen.lang,) if chosen.lang else BOTH


def _clips(lang: Lang) -> list[Wanted]:
    return wanted(lang, Texts.load("display"))


# --- list and check -----------------------------------------------------------------------------------------


def list_clips(chosen: argparse.Namespace) -> int:
    for lang in _languages(chosen):
        clips = _clips(lang)
        print(f"{lang}: {len(clips)} clips")
        for clip in clips:
            print(f"  {file_name(clip.text):<40} {clip.read:<28} {clip.hint}".rstrip())
    return OK


def check(chosen: argparse.Namespace) -> int:
    """One table for each language: what is missing and what is wrong."""
    good = True
    for lang in _languages(chosen):
        folder = chosen.pack / lang
        if not (folder / FILE).exists():
            print(f"{lang}: no pack; `motcua voice record {chosen.pack} --lang {lang}` begins one")
            good = False
            continue
        manifest = read_manifest(folder)
        clips = _clips(lang)
        rows = [(clip, _verdict(folder, manifest, clip.text)) for clip in clips]
        right = sum(not wrong for _, wrong in rows)
        made = f", made by {manifest.synthetic}: for trial" if manifest.synthetic else ""
        print(f"{lang}: {right} of {len(clips)} clips are good{made}")
        for clip, wrong in rows:
            known = manifest.clips.get(clip.text)
            measured = f"{known.seconds:5.2f} s {known.level_dbfs:6.1f} dBFS" if known else ""
            print(f"  {clip.read:<28} {measured:<20} {wrong or 'good'}")
        for key, value in (("licence", manifest.licence), ("may_use", manifest.may_use)):
            if not value:
                print(f"  {key} is not said in {folder / FILE}")
        unused = manifest.clips.keys() - {clip.text for clip in clips}
        if unused:
            print(f"  no sentence needs: {', '.join(sorted(unused))}")
        good = good and right == len(clips) and bool(manifest.licence and manifest.may_use)
    return OK if good else INCOMPLETE


def _verdict(folder: Path, manifest: Manifest, text: str) -> str:
    clip = manifest.clips.get(text)
    if clip is None:
        return "MISSING"
    try:
        samples = read_wav((folder / clip.file).read_bytes())
    except OSError as error:
        return f"MISSING: {clip.file}: {error.strerror}"
    except WavError as error:
        return f"BROKEN: {clip.file} {error}"
    return "; ".join(flaws(samples, text))


# --- record, import, make -----------------------------------------------------------------------------------


def _pack(chosen: argparse.Namespace, synthetic: str = "") -> PackInMaking:
    return PackInMaking(
        chosen.pack,
        chosen.lang,
        dialect=chosen.dialect,
        licence=chosen.licence,
        may_use=chosen.may_use,
        synthetic=synthetic,
    )


def record(chosen: argparse.Namespace) -> int:
    microphone = Microphone(chosen.microphone)
    pack = _pack(chosen)
    todo = [clip for clip in _clips(chosen.lang) if chosen.again or not pack.has(clip.text)]
    left = record_all(pack, todo, microphone, _ask, print)
    print(f"{len(todo) - left} recorded, {left} left; `motcua voice check {chosen.pack}` says how they are")
    return OK if left == 0 else INCOMPLETE


def _ask(question: str) -> str | None:
    """The answer; None when nobody answers any more."""
    try:
        return input(question).strip().lower()
    except EOFError:
        return None


def bring(chosen: argparse.Namespace) -> int:
    """Import: a file is found by the clip's own file name, or by its words in any form of accents."""
    files = {_plain(file.stem): file for file in sorted(chosen.recordings.iterdir()) if _is_wav(file)}
    pack, clips = _pack(chosen), _clips(chosen.lang)
    used = set()
    failed = 0
    for clip in clips:
        names = (Path(file_name(clip.text)).stem, _plain(clip.text), _plain(clip.text).replace(" ", "-"))
        file = next((files[name] for name in names if name in files), None)
        if file is None:
            continue
        used.add(file)
        try:
            made = prepare(read_wav(file.read_bytes()), clip.text)
        except WavError as error:
            print(f"  {file.name} {error}")
            failed += 1
            continue
        if made is None:
            print(f"  {file.name} is silent")
            failed += 1
            continue
        pack.add(clip.text, made.samples)
        for flaw in made.flaws:
            print(f"  {file.name} is {flaw}")
    for file in files.values():
        if file not in used:
            print(f"  {file.name} is no clip; `motcua voice list --lang {chosen.lang}` has their names")
    print(f"{len(used) - failed} of {len(clips)} clips imported")
    return OK if all(pack.has(clip.text) for clip in clips) and not failed else INCOMPLETE


def _is_wav(file: Path) -> bool:
    return file.suffix.lower() == ".wav" and not file.name.startswith(".")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower().strip()


def make(chosen: argparse.Namespace) -> int:
    """A pack by a synthesiser. It says so itself: nobody shall take it for a recorded one."""
    voice = EspeakNg(dialect="south" if chosen.dialect == "south" else "north", speed=SLOW)
    program = _version(PROGRAM)
    chosen.licence = chosen.licence or f"none: made by {program}"
    chosen.may_use = chosen.may_use or "nobody but for a trial"
    pack = _pack(chosen, synthetic=program)
    clips = _clips(chosen.lang)
    for clip in clips:
        made = prepare(voice.speak(Sentence(chosen.lang, clip.read)), clip.text)
        if made is None:
            raise VoiceError(f"{PROGRAM} says nothing for {clip.read!r}")
        pack.add(clip.text, made.samples)
    print(f"{len(clips)} clips made by {pack.manifest.synthetic}, for trial: see docs/voice.md")
    return OK


def _version(program: str) -> str:
    if shutil.which(program) is None:
        raise VoiceError(f"{program} is not installed")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    words = said.stdout.split("Data at")[0].split()
    return f"{program} {words[-1]}" if words else program


# --- say ----------------------------------------------------------------------------------------------------


def say(chosen: argparse.Namespace) -> int:
    """Say a call through the voices of a display's settings, or of the usual ones with a pack."""
    settings = _settings(chosen.settings) if chosen.settings else None
    manner = settings.manner if settings else Manner()
    pack = chosen.pack or (settings.voice_pack if settings else None)
    voices = (
        open_voices(settings.voice, pack, settings.piper, settings.numbers)
        if settings
        else open_voices("auto", pack)
    )
    call = Call(
        1, chosen.number, chosen.counter, datetime.now().astimezone(), int(chosen.recall), chosen.lang
    )
    sound = Announcer(Texts.load("display"), manner).sound(call, call.at)
    if not sound.sentences:
        print("motcua: there is nothing to say for such a number and counter", file=sys.stderr)
        return MISUSED
    print(sound.text)
    url = settings.speaker if settings and settings.speaker.startswith("alsa:") else "alsa:"
    voice, troubles = _written(sound, voices, chosen.out) if chosen.out else _played(sound, voices, url)
    for trouble in troubles:
        print(f"motcua: {trouble}", file=sys.stderr)
    print(f"voice: {voice}")
    return OK if voice != "chime" or voices.names == () else INCOMPLETE


def _settings(path: Path) -> Settings:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(path, "", f"is not TOML: {error}") from error
    table.pop("program", None)
    return typed(table, Settings, path)


def _written(sound: Sound, voices: Voices, file: Path) -> tuple[VoiceName, tuple[str, ...]]:
    spoken: list[Spoken] = [one for sentence in sound.sentences if (one := voices.speak(sentence))]
    samples = array("h", chime(RECALL if sound.chime == "recall" else CALL))
    for part in said(spoken, sound.repeats, 1.0):
        samples.extend(part)
    file.write_bytes(wav_file(samples))
    return (spoken[0].voice if spoken else "chime"), voices.troubles


def _played(sound: Sound, voices: Voices, url: str) -> tuple[VoiceName, tuple[str, ...]]:
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    speaker = open_speaker(url, SystemClock(), voices, news.put)
    speaker.play(sound)
    voice: VoiceName = "chime"
    try:
        while True:
            match news.get():
                case Spoke(_, name):
                    voice = name
                    return voice, voices.troubles
                case Trouble(str(reason)):
                    raise SpeakerError(reason)
    finally:
        speaker.close()


WORDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "list": list_clips,
    "record": record,
    "import": bring,
    "make": make,
    "check": check,
    "say": say,
}
