"""Voices and programs for tests: plain ones that say a known sound, and programs in files that stand in for
espeak-ng, Piper and arecord, which are not installed everywhere."""

import stat
import sys
import time
from array import array

from hardware.sound import RATE
from hardware.voice import Sentence, VoiceError


def until(condition):
    """Wait for a thread to have done something."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def sentence(text="Mời công dân có số a năm đến quầy số ba.", lang="vi", clips=()):
    return Sentence(lang, text, clips)


def square(seconds, amplitude=3_276):
    """A sound at -20 dBFS, which loudness leaves as it is."""
    half = round(RATE / 400)
    count = round(seconds * RATE)
    return array("h", [amplitude if i // half % 2 else -amplitude for i in range(count)])


class Says:
    """A voice with a known sound for each sentence; fails while `fault` is set."""

    def __init__(self, name="espeak-ng", seconds=0.5, fault=None):
        self.name, self.seconds, self.fault, self.asked = name, seconds, fault, []

    def speak(self, sentence):
        self.asked.append(sentence.text)
        if self.fault is not None:
            raise self.fault if isinstance(self.fault, Exception) else VoiceError(self.fault)
        return square(self.seconds)

    def close(self):
        """Nothing runs."""


def program(folder, text, name="espeak"):
    """A program in a file."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


ESPEAKS = """
import wave
said = sys.stdin.buffer.read().decode()
lang = sys.argv[sys.argv.index("-v") + 1]
writer = wave.open(sys.stdout.buffer, "wb")
writer.setnchannels(1); writer.setsampwidth(2); writer.setframerate(22050)
wave_ = {"vi": b"\\xcc\\x0c" * 20 + b"\\x34\\xf3" * 20, "en": b"\\xcc\\x0c" * 10 + b"\\x34\\xf3" * 10}[lang]
writer.writeframes(wave_ * (10 * len(said)))
writer.close()
"""
