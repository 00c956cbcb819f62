"""The folders that are watched: a file that lies still is imported, and laid aside with what was said of it.

`inbox/<source>/` below the centre's data; what was taken goes to `done/`, what was not to `refused/`, each
with a report beside it, until the source's days are over: a file may hold people. Looked at now and then: a
look costs one question to the file system, and a machine with two hundred centres has two hundred of them.
Nothing has to be remembered: a file that was cut off while it was imported is imported again and changes
nothing.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hardware.clock import Clock
from server.dossiers.desk import Desk
from server.dossiers.folders import DONE, FOLDER, REFUSED, make, nobodys
from server.dossiers.importing import Report
from server.dossiers.mapping import Source
from server.dossiers.telling import lines, refused_csv
from server.sqlite import Busy

log = logging.getLogger("dossiers")

EVERY_S: Final = 10.0
MOST_AT_ONCE: Final = 10  # files of a centre in one look
LONGEST_NAME: Final = 100
FEWER: Final = ".fewer"  # beside a file: more than half of what is known may go with it
UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~", FEWER)
_Mark = tuple[int, int, int]


class Inbox:
    """The watched folders of one centre. `start`, then `stop`; or `look` by hand."""

    def __init__(
        self,
        desk: Desk,
        data: Path,
        clock: Clock,
        told: Callable[[Source, Report], None] = lambda source, report: None,
        every_s: float = EVERY_S,
    ) -> None:
        """told: hears what came of each file."""
        self._desk, self._root, self._clock, self._told = desk, data / FOLDER, clock, told
        self._every_s = every_s
        self._seen: dict[Path, _Mark] = {}  # as each file was at the last look
        self._failed: dict[Path, _Mark] = {}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.wait(self._every_s):
            try:
                self.look()
            except Exception:
                log.exception("folders could not be looked at")

    def look(self) -> int:
        """How many files were imported or refused."""
        if not self._root.is_dir():
            return 0
        taken = 0
        there: dict[Path, _Mark] = {}
        known = self._desk.sources()
        for source in [*known, *nobodys(self._root.parent, known)]:
            if not source.mapping.folder:
                self._forget(self._root / source.id, source.mapping.keep_days)  # of when there was one
                continue
            folder = make(self._root, source.id)
            for path, mark in _files(folder):
                there[path] = mark
                still = self._seen.get(path) == mark and self._failed.get(path) != mark
                if still and taken < MOST_AT_ONCE and not self._ends.is_set():
                    taken += self._take(source, path, mark)
            self._forget(folder, source.mapping.keep_days)
        self._seen = there
        self._failed = {path: mark for path, mark in self._failed.items() if there.get(path) == mark}
        return taken

    def _take(self, source: Source, path: Path, mark: _Mark) -> bool:
        """False: somebody still writes it, or it is gone, or another import takes long: later, then."""
        fewer, now = path.with_name(path.name + FEWER), self._clock.now()
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or _written(file.fileno()):
                    return False
                token, report = self._desk.take(file, source.id, f"folder:{source.id}", now, fewer.is_file())
        except OSError as error:
            log.warning("file not read source=%s reason=%s", source.id, error.strerror)
            return False
        except Busy:
            log.info("busy source=%s", source.id)
            return False
        except Exception:
            log.exception("file not taken source=%s", source.id)
            token, report = "", Report(problem="mistake")  # it is not made twice, and who brought it is told
        try:
            self._lay_aside(path, report, token, now)
        except FileNotFoundError:
            log.warning("file gone before it was laid aside source=%s", source.id)  # with its source, mostly
        except OSError as error:
            log.error("file not laid aside source=%s reason=%s", source.id, error.strerror)
            self._failed[path] = mark
        fewer.unlink(missing_ok=True)
        log.info(
            "file source=%s rows=%d refused=%d problem=%s",
            source.id,
            report.rows,
            report.refused_count,
            report.problem,
        )
        self._told(source, report)
        return True

    def _lay_aside(self, path: Path, report: Report, token: str, now: datetime) -> None:
        folder = path.parent / (DONE if report.good else REFUSED)
        zone = self._desk.store.zone
        target = folder / f"{now.astimezone(zone):%Y%m%d-%H%M%S}-{path.name[-LONGEST_NAME:]}"
        _write(target.with_name(target.name + ".txt"), "\n".join(lines(report, "vi", done=True)) + "\n")
        found = self._desk.refused(token)
        if found is not None:
            table = refused_csv(found.rows, found.columns, "vi", found.stopped)
            _write(target.with_name(target.name + ".refused.csv"), table)
        os.replace(path, target)
        for end in ("", ".txt", ".refused.csv"):
            with suppress(FileNotFoundError):
                os.utime(target.with_name(target.name + end), (now.timestamp(), now.timestamp()))

    def _forget(self, folder: Path, days: int) -> None:
        """What was laid aside so many days ago, by the hall's clock."""
        over = (self._clock.now() - timedelta(days=days)).timestamp()
        for place in (folder / DONE, folder / REFUSED):
            for path in place.iterdir() if place.is_dir() else ():
                with suppress(FileNotFoundError):
                    if path.lstat().st_mtime < over and not path.is_dir():
                        path.unlink()


def _files(folder: Path) -> Iterator[tuple[Path, _Mark]]:
    """Files that may be whole, the oldest first; links are none."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
                continue
            if entry.is_file(follow_symlinks=False):
                known = entry.stat(follow_symlinks=False)
                if known.st_size:
                    found.append((Path(entry.path), (known.st_size, known.st_mtime_ns, known.st_ino)))
    yield from sorted(found, key=lambda row: row[1][1])


def _written(file: int) -> bool:
    """Whether anybody has it open for writing, as far as the kernel tells us: of a file of our own user."""
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)  # who opens it just now would else end us by SIGIO
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # of another user, or a file system without leases: its size stood still
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
