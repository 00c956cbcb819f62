"""What an administrator is editing and has not applied yet: one draft a person, on disk after each save.

A draft has the shape of a document; whether a hall could work by it is told beside it. Keeps out forms.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from server.drafting.trees import Path as Place
from server.site_shape import File

OWNER = re.compile(r"(token:)?[a-z0-9-]{1,32}")  # as accounts are named, and programs with a token


class Draft(msgspec.Struct, frozen=True):
    """base: the version it was begun from. clashes: what both the draft and a newer version changed, when the
    newer changes were taken over; until the next save."""

    base: int
    document: File
    clashes: tuple[Place, ...] = ()


class Drafts:
    """The drafts of one centre, in a folder of its own. Safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    def turn(self, owner: str) -> threading.Lock:
        """Held from looking at a draft until it is kept: of two windows of one person one comes first."""
        with self._lock:
            return self._turns.setdefault(owner, threading.Lock())

    def of(self, owner: str) -> Draft | None:
        """None without one, and for one of another program that this one cannot read: it stays on disk."""
        try:
            return msgspec.json.decode(self._file(owner).read_bytes(), type=Draft)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def keep(self, owner: str, draft: Draft) -> None:
        """On disk when it returns."""
        file = self._file(owner)
        with self._lock:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, delete=False) as written:
                written.write(msgspec.json.encode(draft))
                written.flush()
                os.fsync(written.fileno())
            os.replace(written.name, file)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def drop(self, owner: str) -> None:
        with self._lock:
            self._file(owner).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        if not OWNER.fullmatch(owner):
            raise ValueError(owner)
        return self._folder / f"{owner}.json"
