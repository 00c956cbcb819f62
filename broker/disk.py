"""A device's memory on its card: one SQLite file, one lock, one commit for all that belongs together.

Knows when bytes are durable and whether this is still the memory it was; what is kept in it is the affair of
its keepers (`broker.outbox`, a kiosk's tickets). A card that was wiped begins a new box, and so does one
whose file was put back from a copy: it cannot know what was given since.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import sqlite3
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# statx(2), linux/stat.h
STATX_BYTES: Final = 256
STATX_BTIME: Final = 0x800
BTIME_AT: Final = 80  # seconds, 8 bytes, and nanoseconds, 4
AT_FDCWD: Final = -100

_SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (box TEXT NOT NULL, card TEXT NOT NULL) STRICT;
"""


class Disk:
    """One device's memory; safe to use from several threads.

    Raises sqlite3.Error when the disk refuses: what could not be written was not recorded.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._deep = 0  # transactions inside transactions share the outermost one's commit
        self.commits = 0  # that wrote something: each costs a card one sync
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # on the disk before anybody is told of it
        self._db.executescript(_SCHEMA)
        self.box = self._box(card_of(path))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; durable when the outermost one ends."""
        with self._lock:
            if self._deep:
                self._deep += 1
                try:
                    yield self._db
                finally:
                    self._deep -= 1
                return
            before = self._db.total_changes
            self._db.execute("BEGIN IMMEDIATE")
            self._deep = 1
            try:
                yield self._db
                self._db.execute("COMMIT")
                self.commits += self._db.total_changes > before
            finally:
                self._deep = 0
                if self._db.in_transaction:  # something was raised, perhaps by COMMIT itself on a full disk
                    self._db.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for questions."""
        with self._lock:
            yield self._db

    def tables(self, schema: str) -> None:
        """Make a keeper's tables where they are not there yet."""
        with self._lock:
            self._db.executescript(schema)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _box(self, card: str) -> str:
        with self.transaction() as db:
            known = db.execute("SELECT box, card FROM memory").fetchone()
            if known is not None and known[1] == card:
                return str(known[0])
            box = secrets.token_hex(4)
            db.execute("DELETE FROM memory")
            db.execute("INSERT INTO memory VALUES (?, ?)", (box, card))
            return box


def card_of(file: Path) -> str:
    """Which file on which card this is. Another word after the file was copied back, or lies on another card.

    The serial number of an SD card (its CID, where the kernel shows one), the file's inode and the instant
    it was made at: inodes are used again. Overwriting the very same file on the very same card, byte for
    byte, is the one thing it cannot tell.
    """
    found = file.stat()
    here = f"{found.st_ino}/{born(file)}"
    device = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
    block = Path("/sys/dev/block") / device
    for place in (block / "device" / "cid", block / ".." / "device" / "cid"):  # a disk, a partition of one
        try:
            return f"{place.read_text(encoding='ascii').strip()}/{here}"
        except FileNotFoundError:
            continue  # no SD card
    return f"/{here}"


def born(file: Path) -> int:
    """When a file was made, in ns since 1970; 0 where its file system does not say. `os.stat` has no field
    for it on Linux. Raises OSError."""
    answer = ctypes.create_string_buffer(STATX_BYTES)
    if ctypes.CDLL(None, use_errno=True).statx(AT_FDCWD, os.fsencode(file), 0, STATX_BTIME, answer):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(file))
    if not struct.unpack_from("=I", answer)[0] & STATX_BTIME:
        return 0
    seconds, nanoseconds = struct.unpack_from("=qI", answer, BTIME_AT)
    return int(seconds * 10**9 + nanoseconds)
