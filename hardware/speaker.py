"""The speaker as a noun: chimes and words, one after the other, never over each other.

Knows a queue, the two notes and which driver and voice a setting names; keeps out what is said and why. A
sound that cannot be played is reported and passed over: the next one is tried again, and nobody waits for it.
"""

from __future__ import annotations

import io
import logging
import math
import queue
import threading
import wave
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, Protocol

from hardware.clock import Clock

log = logging.getLogger(__name__)

RATE: Final = 22_050  # samples a second, mono, 16 bit
G4, C5 = 392.0, 523.25  # Hz
CALL: Final = ((G4, 0.35), (C5, 0.65))
RECALL: Final = ((C5, 0.65),)
ATTACK_S: Final = 0.010
LOUDNESS: Final = 0.6  # of full scale
PAUSE_S: Final = 0.3  # between chime and voice, and between two languages
KEPT, KEPT_SOUNDS = 200, 24  # what the simulator remembers; a sound of 8 s has 350 kB

Chime = Literal["call", "recall"]
Samples = array  # of "h"


class SpeakerError(Exception):
    """A sound that cannot be made or played, or a speaker that does not exist; one sentence."""


@dataclass(frozen=True)
class Sound:
    """What is to be heard: a chime, then the sentences in their languages if the speaker has a voice."""

    id: int
    chime: Chime
    words: tuple[tuple[str, str], ...] = ()  # (language, sentence)

    @property
    def text(self) -> str:
        return " ".join(sentence for _, sentence in self.words)


@dataclass(frozen=True)
class Heard:
    """What came out, or would have. `kind` "chime": the words in `text` were not spoken. `at`: hall time."""

    n: int
    at: datetime
    kind: Literal["chime", "speech"]
    text: str
    seconds: float


@dataclass(frozen=True)
class Playing:
    """Sound `id` begins now and takes so many seconds."""

    id: int
    seconds: float


@dataclass(frozen=True)
class Trouble:
    """The speaker's present fault, or None when it plays again."""

    reason: str | None


class Output(Protocol):
    """Where samples go."""

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        """Play all of it and return at its end, or soon after `stopped`. Raises SpeakerError."""


class Voice(Protocol):
    """What turns sentences into samples."""

    def speak(self, lang: str, sentence: str) -> Samples[int] | None:
        """The sentence as samples; None when this voice does not speak. Raises SpeakerError."""


class Silence:
    """No loudspeaker: nothing sounds and nothing is waited for."""

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        return


class Simulated:
    """Takes as long as the sound would, in the hall's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        stopped.wait(self._clock.real_seconds(len(samples) / RATE))


class ChimeOnly:
    """The voice of a hall without one."""

    def speak(self, lang: str, sentence: str) -> Samples[int] | None:
        return None


class Speaker:
    """Plays sounds in the order in which they were given. All methods may be called from any thread.

    `notify` gets `Playing` when a sound begins and `Trouble` when the fault changes, in the speaker's thread.
    """

    def __init__(
        self, output: Output, voice: Voice, clock: Clock, notify: Callable[[Playing | Trouble], object]
    ) -> None:
        self._output, self._voice, self._clock, self._notify = output, voice, clock, notify
        self._queue: queue.SimpleQueue[Sound | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._heard: deque[Heard] = deque(maxlen=KEPT)
        self._sounds: deque[tuple[int, Samples[int]]] = deque(maxlen=KEPT_SOUNDS)
        self._count = 0
        self._trouble: str | None = None
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> None:
        """Queue it; returns at once."""
        self._queue.put(sound)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
                self._thread.start()

    @property
    def rev(self) -> int:
        """How many sounds were begun."""
        return self._count

    def heard(self) -> list[Heard]:
        """The latest sounds, oldest first."""
        with self._lock:
            return list(self._heard)

    def wav(self, n: int) -> bytes | None:
        """Sound `n` as a WAV file, while it is remembered."""
        with self._lock:
            found = next((samples for number, samples in self._sounds if number == n), None)
        return None if found is None else wav_file(found)

    def close(self, timeout_s: float = 1.0) -> None:
        """Stop what sounds and forget what waits; returns within `timeout_s`."""
        self._stopped.set()
        self._queue.put(None)
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        while (sound := self._queue.get()) is not None and not self._stopped.is_set():
            faults: list[str] = []
            samples, kind = self._make(sound, faults)
            seconds = len(samples) / RATE
            self._remember(sound, samples, kind, seconds)
            self._notify(Playing(sound.id, seconds))
            with noted(faults):
                self._output.play(samples, self._stopped)
            self._report(faults[0] if faults else None)

    def _make(self, sound: Sound, faults: list[str]) -> tuple[Samples[int], Literal["chime", "speech"]]:
        """The whole sound. A voice that fails leaves the chime, which is the signal to look up."""
        made = array("h", chime(CALL if sound.chime == "call" else RECALL))
        kind: Literal["chime", "speech"] = "chime"
        with noted(faults):
            for lang, sentence in sound.words:
                spoken = self._voice.speak(lang, sentence)
                if spoken is not None:
                    made.extend(array("h", bytes(2 * int(PAUSE_S * RATE))))
                    made.extend(spoken)
                    kind = "speech"
        return made, kind

    def _remember(
        self, sound: Sound, samples: Samples[int], kind: Literal["chime", "speech"], seconds: float
    ) -> None:
        with self._lock:
            self._count += 1
            self._heard.append(Heard(self._count, self._clock.now(), kind, sound.text, round(seconds, 3)))
            self._sounds.append((self._count, samples))

    def _report(self, reason: str | None) -> None:
        if reason != self._trouble:
            self._trouble = reason
            log.warning("speaker fault=%r", reason) if reason else log.info("speaker works")
            self._notify(Trouble(reason))


@contextmanager
def noted(faults: list[str]) -> Iterator[None]:
    """Whatever goes wrong with a sound becomes a line in `faults`: the next one must still be heard."""
    try:
        yield
    except SpeakerError as error:
        faults.append(str(error))
    except Exception as error:  # a bug of ours or of the mixer: its traceback is in the log
        log.exception("speaker failed")
        faults.append(f"The speaker made a mistake: {error!r}")


@lru_cache
def chime(notes: tuple[tuple[float, float], ...]) -> Samples[int]:
    """Soft notes of (Hz, seconds): a sine with a third of its octave, quick to come and fading away."""
    samples = array("h")
    for hertz, seconds in notes:
        count = round(seconds * RATE)
        for i in range(count):
            at = i / RATE
            tone = math.sin(math.tau * hertz * at) + math.sin(2 * math.tau * hertz * at) / 3
            shape = (
                min(1.0, at / ATTACK_S)
                * math.exp(-4.5 * at / seconds)
                * min(1.0, (count - i) / (0.02 * RATE))
            )
            samples.append(round(32_767 * LOUDNESS * tone / (4 / 3) * shape))
    return samples


def wav_file(samples: Samples[int]) -> bytes:
    """The samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def open_speaker(
    url: str,
    clock: Clock,
    voice: str = "chime",
    notify: Callable[[Playing | Trouble], object] = lambda _: None,
) -> Speaker:
    """`sim:` (remembers), `none:`, `alsa:` or `alsa:device`; voice `chime` or `espeak-ng`.

    Raises SpeakerError for a name that is neither. A device or voice that is missing at this moment is a
    `Trouble`, told with the first sound: the picture must not wait for it.
    """
    kind, _, device = url.partition(":")
    if kind not in DRIVERS or (device and kind != "alsa"):
        raise SpeakerError(f"There is no speaker {url!r}: say 'sim:', 'none:' or 'alsa:'")
    if voice not in VOICES:
        raise SpeakerError(f"There is no voice {voice!r}: say 'chime' or 'espeak-ng'")
    return Speaker(DRIVERS[kind](device, clock), VOICES[voice](), clock, notify)


def _open_alsa(device: str, clock: Clock) -> Output:
    from hardware.speaker_alsa import Alsa  # a display without sound never loads the mixer

    return Alsa(device)


def _open_espeak() -> Voice:
    from hardware.speaker_espeak import EspeakNg

    return EspeakNg()


DRIVERS: Final[dict[str, Callable[[str, Clock], Output]]] = {
    "sim": lambda device, clock: Simulated(clock),
    "none": lambda device, clock: Silence(),
    "alsa": _open_alsa,
}
VOICES: Final[dict[str, Callable[[], Voice]]] = {"chime": ChimeOnly, "espeak-ng": _open_espeak}
