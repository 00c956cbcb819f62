"""What a centre made of its papers, in a folder of its data: templates and words, every version kept.

A version is the whole of one area: its words that differ from ours, and which template it uses. A version is
only ever added; going back is a new one that says the same as an old one. Keeps out whether a template is any
good (`checking`) and what the forms are.
"""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal

import msgspec

from server.papers.forms import Form
from server.papers.wording import AREAS, HEAD, Words, changed

MOST: Final = 500  # versions of one area
Deed = Literal["template", "wording", "restored"]


class Version(msgspec.Struct, frozen=True):
    """template: the SHA-256 of its bytes, "" for ours. words: those that differ from ours. of: the version
    that was gone back to."""

    n: int
    at: datetime
    by: str
    deed: Deed
    template: str = ""
    words: dict[str, dict[str, str]] = {}
    of: int = 0


NOTHING: Final = Version(0, datetime.min, "", "restored")  # ours, as shipped


class Moved(Exception):
    """Somebody else changed this paper since it was looked at."""


class Full(Exception):
    """No more versions: nobody changes a paper so often."""


class Shelf:
    """The papers of one centre. Safe to use from any thread of the one process that serves it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def history(self, area: str) -> tuple[Version, ...]:
        """The oldest first; without what we ship, which is version 0. Raises KeyError for no area."""
        try:
            raw = self._file(area).read_bytes()
        except FileNotFoundError:
            return ()
        return msgspec.json.decode(raw, type=tuple[Version, ...])

    def now(self, area: str) -> Version:
        history = self.history(area)
        return history[-1] if history else NOTHING

    def words(self, form: Form) -> dict[str, Words]:
        """What this centre says instead of ours on a form, by area."""
        return {area: self.now(area).words for area in (HEAD, form.value)}

    def template(self, form: Form, n: int | None = None) -> bytes | None:
        """A version's template; None where it is ours. n: None for the one that holds."""
        version = self.now(form.value) if n is None else self.version(form.value, n)
        return (self._folder / f"{version.template}.docx").read_bytes() if version.template else None

    def version(self, area: str, n: int) -> Version:
        """Raises LookupError."""
        if n == 0:
            return NOTHING
        found = next((version for version in self.history(area) if version.n == n), None)
        if found is None:
            raise LookupError(n)
        return found

    # --- changing: each with the number of the version that was looked at. Raises Moved, Full.

    def put_template(self, form: Form, base: int, docx: bytes, by: str, at: datetime) -> Version:
        """Take a template that was checked into use. On disk when it returns."""
        digest = hashlib.sha256(docx).hexdigest()
        with self._lock:
            before = self._seen(form.value, base)
            if before.template == digest:
                return before
            self._write(f"{digest}.docx", docx)
            return self._add(form.value, before, Version(0, at, by, "template", digest, before.words))

    def put_words(self, area: str, base: int, words: Words, by: str, at: datetime) -> Version:
        """words: all texts as they are to be; those like ours leave no trace."""
        told = {lang: dict(texts) for lang, texts in changed(area, words).items()}
        with self._lock:
            before = self._seen(area, base)
            if before.words == told:
                return before
            return self._add(area, before, Version(0, at, by, "wording", before.template, told))

    def go_back(self, area: str, base: int, to: int, by: str, at: datetime) -> Version:
        """Say again what a version said; 0 is ours as shipped. Raises LookupError."""
        with self._lock:
            before, old = self._seen(area, base), self.version(area, to)
            if (before.template, before.words) == (old.template, old.words):
                return before
            return self._add(area, before, Version(0, at, by, "restored", old.template, old.words, to))

    def _seen(self, area: str, base: int) -> Version:
        before = self.now(area)
        if before.n != base:
            raise Moved
        return before

    def _add(self, area: str, before: Version, next_: Version) -> Version:
        if before.n >= MOST:
            raise Full
        made = msgspec.structs.replace(next_, n=before.n + 1)
        self._write(self._file(area).name, msgspec.json.encode((*self.history(area), made)))
        return made

    def _file(self, area: str) -> Path:
        if area not in AREAS:
            raise KeyError(area)
        return self._folder / f"{area}.json"

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._folder, delete=False) as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        os.replace(written.name, self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
