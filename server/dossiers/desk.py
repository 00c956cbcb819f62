"""The staff's side of the dossiers: preview and confirm an import, and what its sources are.

Reading a table of thousands of rows would take the interpreter away from the hall's writer, so a process of
its own does it, a nice one with bounds (`server.dossiers.child`). The table comes as its input and is kept
nowhere; a draft has our columns only.
"""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from broker.sent import SentDossier, SentDossiers, SentReceipt
from server.dossiers import applicants, folders, sources
from server.dossiers.applicants import Seals, open_seals
from server.dossiers.bringing import Changes
from server.dossiers.child import BUSY, GONE, Refusals, Task, refusals
from server.dossiers.importing import Report
from server.dossiers.mapping import Mapping, Source
from server.dossiers.sampling import Sample
from server.dossiers.sending import take, take_once
from server.dossiers.store import DossierStore, NoDraft
from server.setup import Setup
from server.sqlite import Busy

CHILD_S: Final = 180.0  # an import that takes longer is ended
TURN_S: Final = 10.0  # so long one waits for another to end


class Desk:
    """One hall's desk. Any thread may ask."""

    def __init__(self, setup: Callable[[], Setup], data: Path, store: DossierStore) -> None:
        """setup: the configuration that holds, whose document a child process works from."""
        self._setup, self._data, self.store = setup, data, store
        self._turn = threading.Lock()  # one table is read at a time: each may take the memory of an import

    @property
    def seals(self) -> Seals:
        """To compare an identity number by; the key is made with the first."""
        return open_seals(self._data)

    # --- importing ------------------------------------------------------------------------------------

    def preview(
        self, table: IO[bytes], known_at: datetime, now: datetime, source: str = ""
    ) -> tuple[str, Report]:
        """What an import would do, and the token that confirms it, or names what was refused. table: a real
        file, at its beginning. source: whose it is."""
        token = secrets.token_urlsafe(16)
        report = self._report(table, Task("preview", source, token, known_at=known_at, now=now))
        return token, report

    def confirm(self, token: str, by: str, now: datetime) -> Changes:
        """Import what was previewed. Raises NoDraft."""
        said = self._child(None, Task("confirm", token=token, by=by, now=now))
        return msgspec.json.decode(said, type=Changes)

    def take(self, table: IO[bytes], source: str, by: str, now: datetime, fewer: bool) -> tuple[str, Report]:
        """Import a file at once, where nobody is there to look at it first. fewer: half of what is known may
        go. The token names what was refused."""
        token = secrets.token_urlsafe(16)
        task = Task("take", source, token, by=by, known_at=now, now=now, fewer=fewer)
        return token, self._report(table, task)

    def sample(self, table: IO[bytes], mapping: Mapping, chosen: bool = False) -> Sample:
        """The head of a table and its first rows, masked; nothing of it is kept. chosen: the mapping's
        columns are all that there are, and no others are proposed."""
        try:
            said = self._child(table, Task("sample", mapping=mapping, chosen=chosen))
        except subprocess.SubprocessError as error:
            return Sample(problem=_ended(error))
        return msgspec.json.decode(said, type=Sample)

    def refused(self, token: str) -> Refusals | None:
        """All that was refused of a table, for as long as its preview would hold."""
        with self.store.reading() as db:
            return refusals(db, token)

    def bring(self, sent: Sequence[tuple[str, SentDossier]], source: str, by: str, now: datetime) -> Changes:
        """Take over what a program sent. Raises NotTaken, NoSource."""
        return take(sent, source, self._setup().config, self.store, self._data, by, now)

    def bring_once(self, message: SentDossiers, source: str, now: datetime) -> tuple[SentReceipt, bool]:
        """Take over what a source sent by itself: the same message counts once. Whether it did now."""
        return take_once(message, source, self._setup().config, self.store, self._data, now)

    # --- sources --------------------------------------------------------------------------------------

    def sources(self) -> list[Source]:
        """In the order of their names."""
        with self.store.reading() as db:
            return sources.every(db)

    def source(self, id: str) -> Source:
        """Raises NoSource."""
        with self.store.reading() as db:
            return sources.find(db, id)

    def save(self, source: Source, by: str, now: datetime) -> int:
        """A source that has a folder gets it. How many people were deleted, which one that keeps nobody had
        brought."""
        with self.store.writing() as db:
            gone = sources.save(db, source, by, now)
        if gone:
            self.store.settle()
        if source.mapping.folder:
            (self._data / folders.FOLDER).mkdir(mode=0o770, exist_ok=True)
        return gone

    def people(self, id: str) -> int:
        """Of how many dossiers of a source somebody is kept."""
        with self.store.reading() as db:
            return applicants.count_of(db, id)

    def laid_aside(self) -> list[Source]:
        """Those of which files still lie in `done` or `refused`."""
        return folders.laid_aside(self._data, self.sources())

    def folder(self, id: str) -> Path:
        """Where on this machine files of a source are laid."""
        return (self._data / folders.FOLDER / id).resolve()

    def lying(self, id: str) -> int:
        """How many files lie in its folder, also aside."""
        return folders.lying(self._data / folders.FOLDER / id)

    def lost(self) -> dict[str, int]:
        """Folders with files that belong to no source: name -> how many."""
        return folders.lost(self._data, self.sources())

    def delete(self, id: str) -> int:
        """Its dossiers stay; whoever handed them in goes, and the files in its folder, which may hold people:
        how many files. Raises NoSource."""
        with self.store.writing() as db:
            sources.find(db, id)
            gone = sources.delete(db, id)
        if gone:
            self.store.settle()
        return folders.clear(self._data / folders.FOLDER / id)

    def take_over(self, id: str, of: str) -> int:
        """A source takes over the dossiers of another, or those without a source (""). How many; raises
        NoSource."""
        with self.store.writing() as db:
            count = sources.take_over(db, id, of)
        self.store.settle()  # who goes with it goes now
        return count

    # --- the child ------------------------------------------------------------------------------------

    def _report(self, table: IO[bytes], task: Task) -> Report:
        try:
            return msgspec.json.decode(self._child(table, task), type=Report)
        except subprocess.SubprocessError as error:
            return Report(problem=_ended(error))

    def _child(self, table: IO[bytes] | None, task: Task) -> bytes:
        """Raises Busy where another table has been read for too long, or the register is being written."""
        if not self._turn.acquire(timeout=TURN_S):
            raise Busy
        try:
            with self._hall_file() as hall:
                return _child(table, hall, self._data, task)
        finally:
            self._turn.release()

    @contextmanager
    def _hall_file(self) -> Iterator[str]:
        """The configuration that holds, for a child process."""
        with tempfile.NamedTemporaryFile(dir=self._data, prefix=".hall-") as file:
            file.write(msgspec.json.encode(self._setup().document))
            file.flush()
            yield file.name


def _child(table: IO[bytes] | None, hall: str, data: Path, task: Task) -> bytes:
    """What the process said. Raises NoDraft, Busy, or SubprocessError when it was ended or made a mistake."""
    words = (hall, str(data), msgspec.json.encode(task).decode())
    done = subprocess.run(
        [sys.executable, "-m", "server.dossiers.child", *words],
        stdin=subprocess.DEVNULL if table is None else table,
        stdout=subprocess.PIPE,
        timeout=CHILD_S,
        check=False,
    )
    if done.returncode == GONE:
        raise NoDraft
    if done.returncode == BUSY:
        raise Busy
    done.check_returncode()
    return done.stdout


def _ended(error: subprocess.SubprocessError) -> str:
    """Why there is no report. Raises the error again when it is a mistake of ours."""
    if isinstance(error, subprocess.TimeoutExpired):
        return "took-too-long"
    if isinstance(error, subprocess.CalledProcessError) and -error.returncode in (
        signal.SIGKILL,
        signal.SIGXCPU,
    ):
        return "took-too-long" if -error.returncode == signal.SIGXCPU else "no-room"
    raise error
