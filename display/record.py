"""Record: which calls the wall has shown, one line each, to be compared with the hall's log later.

Knows one file of JSON lines; keeps out everything else. A line is on its way to the disk when `add` returns;
after a restart of the display no call is written a second time.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import msgspec

from display.core import Shown

log = logging.getLogger(__name__)

LARGEST: Final = 16 * 1024 * 1024  # bytes; some 100,000 calls
TAIL: Final = 4096


class Record:
    """`<folder>/shown.jsonl`. Raises OSError when the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "shown.jsonl"
        self._upto = last_line(path)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(folder / "shown.1.jsonl")
        self._file = path.open("ab", buffering=0)

    def add(self, shown: Shown) -> None:
        """Write that a call became the hero. Raises OSError when the disk is full."""
        if self._upto is not None and self._upto[0] == shown.day and shown.call.seq <= self._upto[1]:
            return
        line: dict[str, Any] = {
            "day": shown.day,
            "seq": shown.call.seq,
            "number": shown.call.number,
            "counter": shown.call.counter,
            "at": shown.at,
            "recall": shown.call.recall,
        }
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._upto = (shown.day, shown.call.seq)

    def close(self) -> None:
        self._file.close()


def last_line(path: Path) -> tuple[str, int] | None:
    """Day and seq of the last call in the file; half a line that a power cut left is cut off."""
    if not path.exists():
        return None
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            log.warning("record torn bytes=%d", len(tail) - len(whole))
            file.truncate(size - len(tail) + len(whole))
    lines = whole.splitlines()
    if not lines:
        return None
    try:
        line = msgspec.json.decode(lines[-1], type=dict[str, Any])
        return str(line["day"]), int(line["seq"])
    except (msgspec.DecodeError, KeyError, ValueError, TypeError):
        log.warning("record unreadable file=%s", path)
        return None
