"""Which numbers of the day have had their say, and the answer under way: a small file for power cuts.

The outbox forgets an answer once the server has it; without this memory a terminal that restarts would ask
the same citizen again. And an answer of which only the questionnaire is missing is not in the outbox yet. A
damaged file is no reason not to serve: the server takes one answer a ticket anyway.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from kiosk.counter.vocabulary import Rate

log = logging.getLogger(__name__)


class _File(msgspec.Struct):
    day: str = ""
    numbers: list[str] = []
    draft: Rate | None = None


class Answered:
    """The (day, number) pairs of the latest business day seen, and at most one draft. One thread.

    What changes is on the disk when the call returns. Raises OSError when the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _File()
        try:
            self._kept = msgspec.json.decode(path.read_bytes(), type=_File)
        except FileNotFoundError:
            pass
        except msgspec.DecodeError as error:
            log.warning("answered file unreadable, started anew reason=%s", ascii(str(error)))

    def pairs(self) -> list[tuple[str, str]]:
        return [(self._kept.day, number) for number in self._kept.numbers]

    @property
    def draft(self) -> Rate | None:
        """The answer under way."""
        return self._kept.draft

    def add(self, day: str, number: str) -> None:
        """Remember; the numbers of another day are let go, and the draft if it was of this one."""
        draft = self._kept.draft
        done = draft is not None and (draft.day, draft.number) == (day, number)
        if self._kept.day != day:
            self._kept = _File(day, [], draft)
        if number in self._kept.numbers and not done:
            return
        if number not in self._kept.numbers:
            self._kept.numbers.append(number)
        self._write(None if done else draft)

    def keep(self, draft: Rate) -> None:
        """The answer so far; there is one at a time."""
        self._write(draft)

    def drop(self) -> None:
        """There is no answer under way any more."""
        self._write(None)

    def _write(self, draft: Rate | None) -> None:
        self._kept.draft = draft
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(self._kept))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
