"""The folders of sources on the server: what is laid into one, and what was laid aside there.

`inbox/<source>/` below the centre's data, in it `done/` and `refused/`. A file may hold people: whoever
deletes a source deletes what lies in its folder, and folders that belong to no source are told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.dossiers.mapping import STANDARD_MAPPING, Source

log = logging.getLogger("dossiers")

FOLDER: Final = "inbox"  # below the centre's data
DONE: Final = "done"  # what was taken
REFUSED: Final = "refused"
TOLD: Final = 20  # folders of no source


def make(root: Path, source: str) -> Path:
    """The folder of a source, with its own two."""
    folder = root / source
    for path in (root, folder, folder / DONE, folder / REFUSED):
        path.mkdir(mode=0o770, exist_ok=True)
    return folder


def lying(folder: Path) -> int:
    """How many files lie in the folder of a source, also aside."""
    return sum(1 for _ in _files(folder))


def clear(folder: Path) -> int:
    """Delete all files of a folder, then the folder itself, as far as nothing else is in it. How many."""
    count = 0
    for path in list(_files(folder)):
        try:
            path.unlink(missing_ok=True)
            count += 1
        except OSError as error:
            log.error("file not deleted folder=%s reason=%s", folder.name, error.strerror)
    for place in (folder / DONE, folder / REFUSED, folder):
        with suppress(OSError):
            place.rmdir()
    return count


def lost(data: Path, known: Sequence[Source]) -> dict[str, int]:
    """Folders that have files and belong to no source: name -> how many."""
    ids = {source.id for source in known}
    found = {folder.name: lying(folder) for folder in _folders(data) if folder.name not in ids}
    return dict([(name, n) for name, n in sorted(found.items()) if n][:TOLD])


def nobodys(data: Path, known: Sequence[Source]) -> list[Source]:
    """Folders that belong to no source, as if they had one: what was laid aside in them goes in its days."""
    ids = {source.id for source in known}
    return [Source(f.name, f.name, STANDARD_MAPPING) for f in _folders(data) if f.name not in ids]


def laid_aside(data: Path, known: Sequence[Source]) -> list[Source]:
    """Sources of which imported files still lie there: they may hold people until its days are over."""
    all = [*known, *nobodys(data, known)]
    return [one for one in all if any(any(_in(data / FOLDER / one.id / place)) for place in (DONE, REFUSED))]


def _folders(data: Path) -> list[Path]:
    root = data / FOLDER
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _files(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / DONE, folder / REFUSED):
        yield from _in(place)


def _in(place: Path) -> Iterator[Path]:
    """All but folders; a link is itself, and not what it leads to."""
    for path in place.iterdir() if place.is_dir() else ():
        if path.is_symlink() or not path.is_dir():
            yield path
