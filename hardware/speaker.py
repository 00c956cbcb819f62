"""The speaker as a noun: chimes and words, one after the other, never over each other.

Knows a queue and what a sound is made of; keeps out what is said and why, who speaks (`hardware.voice`) and
where samples go. The chime begins at once, while the words behind it are made. A sound that cannot be played
is reported and passed over: the next one is tried again, and nobody waits for it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

from hardware.clock import Clock
from hardware.sound import CALL, RATE, RECALL, Samples, chime, scaled, silence, volume_gain, wav_file
from hardware.voice import Sentence, Spoken, VoiceName, Voices

log = logging.getLogger(__name__)

PAUSE_S: Final = 0.3  # between chime and voice, and between two languages
AGAIN_S: Final = 0.8  # before all of it is said once more
MAKING_S: Final = 1.0  # usually the words are there long before the chime has ended
SLOW_S: Final = 10.0  # how long a picture waits for a voice that takes longer
LATE_S: Final = 30.0  # real time after which a sound that waited is dropped: nobody shall walk for it now
KEPT: Final = 200  # sounds of which the words are remembered
KEPT_BYTES: Final = 3_000_000  # and their samples, by a simulated speaker; a call of 6 s has 260 kB

Chime = Literal["call", "recall"]
NOTES: Final = {"call": CALL, "recall": RECALL}


class SpeakerError(Exception):
    """A sound that cannot be made or played, or a speaker that does not exist; one sentence."""


@dataclass(frozen=True)
class Sound:
    """What is to be heard: a chime, then the sentences, as often as `repeats`, if a voice can say them.

    volume: in per cent; 0 is no sound at all.
    """

    id: int
    chime: Chime
    sentences: tuple[Sentence, ...] = ()
    repeats: int = 1
    volume: int = 100

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Heard:
    """What came out, or would have. `kind` "chime": the words in `text` were not spoken. `at`: hall time."""

    n: int
    at: datetime
    kind: Literal["chime", "speech"]
    text: str
    seconds: float
    voice: VoiceName


@dataclass(frozen=True)
class Playing:
    """Sound `id` takes so many seconds from now. Told again when its words begin: then it is known."""

    id: int
    seconds: float


@dataclass(frozen=True)
class Spoke:
    """Sound `id` was heard, and this voice spoke it."""

    id: int
    voice: VoiceName


@dataclass(frozen=True)
class Silent:
    """Sound `id` was not heard; Trouble says why, where that is new."""

    id: int


@dataclass(frozen=True)
class Trouble:
    """The speaker's present faults, or None when it plays and speaks again."""

    reason: str | None


News = Playing | Spoke | Silent | Trouble


class Output(Protocol):
    """Where samples go."""

    def open(self) -> None:
        """Take the device, and play nothing. Raises SpeakerError when it is not there."""

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        """Play all of it and return at its end, or soon after `stopped`. Raises SpeakerError."""

    def close(self) -> None:
        """Let go of the device. In the thread that plays."""


class Silence:
    """No loudspeaker: nothing sounds and nothing is waited for."""

    def open(self) -> None:
        return

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        return

    def close(self) -> None:
        return


class Simulated:
    """Takes as long as the sound would, in the hall's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def open(self) -> None:
        return

    def play(self, samples: Samples[int], stopped: threading.Event) -> None:
        stopped.wait(self._clock.real_seconds(len(samples) / RATE))

    def close(self) -> None:
        return


@dataclass
class _Order:
    """A sound that was ordered; `withdrawn` while it waited or sounded."""

    sound: Sound
    at: float = field(default_factory=time.monotonic)
    withdrawn: bool = False


class Speaker:
    """Plays sounds in the order in which they were given. All methods may be called from any thread.

    `notify` gets `Playing` when a sound begins, `Spoke` or `Silent` at its end and `Trouble` when the faults
    change, in the speaker's thread. `kept_bytes`: how much is remembered for whoever wants to listen
    afterwards.
    """

    def __init__(
        self,
        output: Output,
        voices: Voices,
        clock: Clock,
        notify: Callable[[News], object],
        kept_bytes: int = 0,
    ) -> None:
        self._output, self._voices, self._clock, self._notify = output, voices, clock, notify
        self._queue: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._orders: deque[_Order] = deque()
        self._memory = _Memory(kept_bytes)
        self._trouble: str | None = None
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> None:
        """Queue it; returns at once. A sound without volume is none."""
        if sound.volume == 0:
            return
        order = _Order(sound)
        with self._lock:
            self._orders.append(order)
            self._queue.put(order)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
                self._thread.start()

    def try_out(self) -> None:
        """Take the device and let go of it, unheard. Before the first sound. Raises SpeakerError."""
        self._output.open()
        self._output.close()

    def withdraw(self, id: int) -> None:
        """Its call was taken back: say no further sentence of it. One that has begun is said to its end."""
        with self._lock:
            for order in self._orders:
                order.withdrawn = order.withdrawn or order.sound.id == id

    @property
    def rev(self) -> int:
        """How many sounds were heard."""
        return self._memory.count

    def heard(self) -> list[Heard]:
        """The latest sounds, oldest first."""
        with self._lock:
            return list(self._memory.heard)

    def wav(self, n: int) -> bytes | None:
        """Sound `n` as a WAV file, while it is remembered."""
        with self._lock:
            found = next((samples for number, samples in self._memory.sounds if number == n), None)
        return None if found is None else wav_file(found)

    def close(self, timeout_s: float = 1.0) -> None:
        """Stop what sounds and forget what waits; returns within `timeout_s`."""
        self._stopped.set()
        self._voices.close()
        self._queue.put(None)
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while (order := self._queue.get()) is not None and not self._stopped.is_set():
            if order.withdrawn:
                log.info("sound withdrawn id=%d", order.sound.id)
            elif time.monotonic() - order.at > LATE_S:
                log.warning("sound dropped id=%d late_s=%.0f", order.sound.id, time.monotonic() - order.at)
            else:
                faults: list[str] = []
                heard = False
                with noted(faults):
                    self._sound(order, faults)
                    heard = True
                if not heard:
                    self._notify(Silent(order.sound.id))
                self._report([*faults, *self._voices.troubles])
            with self._lock:
                self._orders.popleft()
        self._output.close()

    def _sound(self, order: _Order, faults: list[str]) -> None:
        sound, at, gain = order.sound, self._clock.now(), volume_gain(order.sound.volume)
        spoken: list[Spoken] = []
        maker = threading.Thread(target=self._make, args=(sound, spoken, faults), name="voice", daemon=True)
        maker.start()
        bell = scaled(chime(NOTES[sound.chime]), gain)
        self._notify(Playing(sound.id, len(bell) / RATE + (MAKING_S if sound.sentences else 0)))
        try:
            self._output.play(bell, self._stopped)
            if maker.is_alive():
                self._notify(Playing(sound.id, SLOW_S))
        finally:
            maker.join()
        parts = said(spoken, sound.repeats, gain)
        voice: VoiceName = spoken[0].voice if spoken else "chime"
        with self._lock:
            self._memory.add(at, sound, voice, [bell, *parts])
        if parts:
            self._notify(Playing(sound.id, sum(map(len, parts)) / RATE))
        for part in parts:
            if order.withdrawn or self._stopped.is_set():
                break
            self._output.play(part, self._stopped)
        self._notify(Spoke(sound.id, voice))

    def _make(self, sound: Sound, spoken: list[Spoken], faults: list[str]) -> None:
        """All sentences that a voice can say. Where none can, the chime is the signal to look up.

        As urgent as all of the program: a thread that the kernel lets wait keeps the interpreter's lock
        meanwhile, and with it the picture.
        """
        with noted(faults):
            for sentence in sound.sentences:
                made = self._voices.speak(sentence)
                if made is not None:
                    spoken.append(made)

    def _report(self, faults: list[str]) -> None:
        reason = "; ".join(faults) or None
        if reason != self._trouble:
            self._trouble = reason
            log.warning("speaker fault=%r", reason) if reason else log.info("speaker works")
            self._notify(Trouble(reason))


class _Memory:
    """What was heard lately; the samples only as long as they fit."""

    def __init__(self, kept_bytes: int) -> None:
        self._kept_bytes = kept_bytes
        self.count = 0
        self.heard: deque[Heard] = deque(maxlen=KEPT)
        self.sounds: deque[tuple[int, Samples[int]]] = deque()
        self._bytes = 0

    def add(self, at: datetime, sound: Sound, voice: VoiceName, parts: list[Samples[int]]) -> None:
        self.count += 1
        kind: Literal["chime", "speech"] = "chime" if voice == "chime" else "speech"
        seconds = round(sum(map(len, parts)) / RATE, 3)
        self.heard.append(Heard(self.count, at, kind, sound.text, seconds, voice))
        if not self._kept_bytes:
            return
        whole = array("h", b"".join(part.tobytes() for part in parts))
        self.sounds.append((self.count, whole))
        self._bytes += 2 * len(whole)
        while self._bytes > self._kept_bytes:
            self._bytes -= 2 * len(self.sounds.popleft()[1])


def said(spoken: list[Spoken], repeats: int, gain: float) -> list[Samples[int]]:
    """What is played behind the chime: each sentence after its silence, and all of it `repeats` times."""
    parts = []
    for turn in range(repeats):
        for place, one in enumerate(spoken):
            pause = AGAIN_S if turn and place == 0 else PAUSE_S
            parts.append(silence(pause) + scaled(one.samples, gain))
    return parts


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


def open_speaker(
    url: str,
    clock: Clock,
    voices: Voices | None = None,
    notify: Callable[[News], object] = lambda _: None,
) -> Speaker:
    """`sim:` (remembers), `none:`, `alsa:` or `alsa:device`. Raises SpeakerError for a name that is neither.

    A device or voice that is missing at this moment is a `Trouble`, told with the first sound: the picture
    must not wait for it. Nothing is said where nothing is heard.
    """
    kind, _, device = url.partition(":")
    if kind not in DRIVERS or (device and kind != "alsa"):
        raise SpeakerError(f"There is no speaker {url!r}: say 'sim:', 'none:' or 'alsa:'")
    if voices is None or kind == "none":
        voices = Voices()
    kept = KEPT_BYTES if kind == "sim" else 0
    return Speaker(DRIVERS[kind](device, clock), voices, clock, notify, kept)


def _open_alsa(device: str, clock: Clock) -> Output:
    from hardware.speaker_alsa import Alsa  # a display without sound never loads the mixer

    return Alsa(device)


DRIVERS: Final[dict[str, Callable[[str, Clock], Output]]] = {
    "sim": lambda device, clock: Simulated(clock),
    "none": lambda device, clock: Silence(),
    "alsa": _open_alsa,
}
