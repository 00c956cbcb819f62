"""The talk at the microphone: one clip after the other, each said, heard, kept or said again.

Knows the questions and alsa-utils' two programs; keeps out what a good clip is (`hardware.voice_clip`). What
was kept is on disk at once, so that somebody may stop and go on tomorrow.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Final

from display.clips import Kind, Wanted
from hardware.sound import RATE, Samples, level, wav_file
from hardware.voice_clip import Prepared, prepare
from hardware.voice_making import PackInMaking
from hardware.wav import WavError, read_wav

RECORDER, PLAYER = "arecord", "aplay"  # of alsa-utils
RECORDED_HZ: Final = 44_100  # what every sound card can
LASTS_S: Final[dict[Kind, int]] = {"phrase": 4, "number": 2, "letter": 2}
MISSING: Final = "{} is missing: install alsa-utils, or record elsewhere and use `motcua voice import`"

Ask = Callable[[str], str | None]
Show = Callable[[str], object]


class NoMicrophone(Exception):
    """Nothing can be recorded here; one sentence."""


class Microphone:
    """A microphone by its name for ALSA. Raises NoMicrophone where the recorder is not installed."""

    def __init__(self, name: str, recorder: str = RECORDER, player: str = PLAYER) -> None:
        if shutil.which(recorder) is None:
            raise NoMicrophone(MISSING.format(recorder))
        self._name, self._recorder, self._player = name, recorder, player

    def record(self, seconds: int) -> Samples[int]:
        """What is heard from now on, so long. Raises NoMicrophone."""
        shape = ["-q", "-D", self._name, "-t", "wav", "-f", "S16_LE", "-c", "1", "-r", str(RECORDED_HZ)]
        done = subprocess.run(
            [self._recorder, *shape, "-d", str(seconds)],
            capture_output=True,
            timeout=seconds + 10,
            check=False,
        )
        try:
            return read_wav(done.stdout, whole=False)
        except WavError as error:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            why = lines[-1] if lines else f"what it recorded {error}"
            raise NoMicrophone(f"The microphone {self._name} does not record: {why}") from error

    def play(self, samples: Samples[int]) -> str | None:
        """Let it be heard; a sentence when it cannot be."""
        if shutil.which(self._player) is None:
            return MISSING.format(self._player)
        done = subprocess.run(
            [self._player, "-q", "-"], input=wav_file(samples), capture_output=True, check=False
        )
        return None if done.returncode == 0 else "It cannot be played here."


def record_all(
    pack: PackInMaking, clips: Sequence[Wanted], microphone: Microphone, ask: Ask, show: Show
) -> int:
    """Record clips until all are there or somebody stops; how many are left. Raises NoMicrophone, OSError."""
    left = len(clips)
    for place, clip in enumerate(clips, 1):
        show(f"\n[{place}/{len(clips)}]  {clip.read}   {clip.hint}".rstrip())
        match _record(clip, microphone, ask, show):
            case None:
                return left
            case Prepared(samples):
                pack.add(clip.text, samples)
                left -= 1
            case "skip":
                continue
    return left


def _record(clip: Wanted, microphone: Microphone, ask: Ask, show: Show) -> Prepared | str | None:
    """The clip that was kept; "skip"; None to stop."""
    made: Prepared | None = None
    while True:
        if made is None:
            answer = ask("Enter: record   s: skip   q: stop  > ")
        else:
            answer = ask("Enter: keep   r: again   p: play   s: skip   q: stop  > ")
        if answer is None or answer == "q":
            return None
        if answer == "s":
            return "skip"
        if answer == "p" and made is not None:
            if trouble := microphone.play(made.samples):
                show(trouble)
        elif answer == "" and made is not None:
            return made
        elif answer in ("", "r"):
            show("... speak now")
            made = prepare(microphone.record(LASTS_S[clip.kind]), clip.text)
            show(_heard(made))


def _heard(made: Prepared | None) -> str:
    if made is None:
        return "Nothing was heard: is the microphone on?"
    measured = f"{len(made.samples) / RATE:.2f} s, {level(made.samples):.0f} dBFS"
    return f"{measured}: {'; '.join(made.flaws) or 'good'}"
