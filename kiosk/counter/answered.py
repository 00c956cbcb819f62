"""Which numbers of the day have had their say: a small file that survives `kill -9` and power cuts.

The outbox forgets an answer once the server has it; without this memory a terminal that restarts would ask
the same citizen again. A damaged file is no reason not to serve: the server takes one answer a ticket anyway.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)


class _File(msgspec.Struct):
    day: str = ""
    numbers: list[str] = []


class Answered:
    """The (day, number) pairs of the latest business day seen. One thread."""

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

    def add(self, day: str, number: str) -> None:
        """Remember, durably when this returns; the numbers of another day are let go. Raises OSError."""
        if self._kept.day != day:
            self._kept = _File(day)
        if number in self._kept.numbers:
            return
        self._kept.numbers.append(number)
        draft = self._path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(self._kept))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
