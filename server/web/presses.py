"""When two presses are one: a second one within 1.5 s, or while the first is unanswered, is the same command.

Also from two tabs or two machines, which choose different ids: the counter remembers the last press it
was sent. Instants are monotonic seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SAME_PRESS_S = 1.5


@dataclass(slots=True)
class _Press:
    what: tuple[str, ...]
    command: str
    at: float
    answered: bool = False


class Presses:
    """The last press at each counter, which is named with its site. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, _Press] = {}

    @contextmanager
    def at(
        self, counter: str, what: tuple[str, ...], command: str, now: float, window_s: float
    ) -> Iterator[str]:
        """The id under which this press is to be asked: its own, or that of the press it repeats.

        what: the verb and everything it was told. A press that was refused is not repeated but tried again.
        """
        with self._lock:
            press = self._last.get(counter)
            repeats = (
                press is not None
                and press.what == what
                and (press.command == command or not press.answered or now - press.at < window_s)
            )
            if press is None or not repeats:
                press = self._last[counter] = _Press(what, command, now)
        try:
            yield press.command
        except BaseException:
            with self._lock:
                if self._last.get(counter) is press:
                    del self._last[counter]
            raise
        press.answered = True
