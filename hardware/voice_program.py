"""Programs that speak: words go in, sound comes out, and neither may keep the hall waiting.

Knows processes; keeps out what they say and how. A process of its own, because of its licence and because a
voice that dies must not take the wall along.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from typing import Final

from hardware.voice import VoiceError

PATIENT: Final = 10  # how much nicer than we such a program is, see nice(1): pictures go first
NICEST: Final = 19


class SpeakingProgram:
    """Runs one process at a time, for at most `most_s`. `close` may be called from any thread."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def run(self, order: Sequence[str], words: str) -> bytes:
        """What the program writes when it reads `words`. Raises VoiceError; no process is left behind."""
        name = order[0]
        with self._lock:
            if self._closed:
                raise VoiceError(f"The voice {name} was stopped")
            try:
                child = self._child = subprocess.Popen(
                    order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
            except OSError as error:
                raise VoiceError(f"The voice {name} cannot be started: {error.strerror}") from error
        with child:
            own = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, child.pid, min(own + PATIENT, NICEST))
            try:
                sound, said = child.communicate(words.encode(), timeout=self._most_s)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise VoiceError(f"The voice {name} took longer than {self._most_s:g} s") from error
            finally:
                with self._lock:
                    self._child = None
        if child.returncode != 0:
            raise VoiceError(f"The voice {name} failed with status {child.returncode}{last_line(said)}")
        return sound

    def close(self) -> None:
        """Stop the process that runs, and start no other."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()


def last_line(said: bytes) -> str:
    """The end of what a failing program complained of, as the end of a sentence."""
    lines = said.decode(errors="replace").strip().splitlines()
    return f": {lines[-1].strip()[:120]}" if lines else ""
