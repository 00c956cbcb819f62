"""All centres of one server: a province has some 170. The first is of the server's own file; the others stand
in `sites/<id>/` of its data folder, each with its hall's file, log and keys, and come and go while it runs.

Keeps out who may add one, and what a page says of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

from hardware.settings import SettingsError
from server.centre import Centre
from server.dossiers.store import Unreadable
from server.drafting.files import exported
from server.hall.refusals import Refusal
from server.site_file import WrongSetup, config_of
from server.site_shape import File
from server.web.hall import Hall

log = logging.getLogger("installation")

UNUSABLE = (SettingsError, WrongSetup, Unreadable, ValueError, OSError, sa.exc.DatabaseError)

HALL_FILE = "hall.toml"
Make = Callable[[Path, Path], Centre]


class Installation:
    """`start` opens what is there, `stop` ends it. Any thread may add, retire and read."""

    def __init__(self, first: Centre, data: Path, make: Make) -> None:
        """make: a centre out of its hall's file and its folder, not started."""
        self._first, self._sites, self._retired = first, data / "sites", data / "retired"
        self._make = make
        self._changing = threading.Lock()
        self._stopping = False
        self._opening = threading.Thread(target=self._open_all, name="centres", daemon=True)
        self.broken: Mapping[str, str] = {}  # folder of a centre that could not be opened -> why
        self._centres: dict[str, Centre] = {first.site: first}

    @property
    def halls(self) -> Mapping[str, Hall]:
        """Site -> what the web needs of it, the first one first."""
        return {site: centre.hall for site, centre in self._centres.items()}

    def start(self) -> None:
        """Start the first centre, then the others behind it: no hall waits for 170. One that cannot be opened
        is told in `broken` and in the log, and keeps no other shut."""
        self._first.start()
        self._opening.start()

    def opened(self) -> None:
        """Wait until all that can be open are."""
        self._opening.join()

    def _open_all(self) -> None:
        for folder in sorted(self._sites.glob("*/")):
            if self._stopping:
                return
            try:
                with self._changing:
                    if folder.name not in self._centres:  # nor one that somebody added meanwhile
                        self._open(folder)
            except UNUSABLE as error:
                log.error("centre not opened folder=%s error=%s", folder.name, error)
                self.broken = {**self.broken, folder.name: str(error)}

    def add(self, document: File) -> Hall:
        """A new centre at work. Raises Refusal: `site-taken`, `setup-wrong` (problems)."""
        with self._changing:
            folder = self._sites / document.id
            if document.id in self._centres or folder.exists():
                raise Refusal("site-taken", site=document.id)
            try:
                config_of(document)
            except WrongSetup as wrong:
                raise Refusal("setup-wrong", problems=wrong.problems) from None
            folder.mkdir(mode=0o700, parents=True)
            (folder / HALL_FILE).write_text(exported(document), encoding="utf-8")
            return self._open(folder).hall

    def retire(self, site: str) -> None:
        """End a centre and put its folder and log aside. Raises Refusal: `unknown-site`, `first-site`."""
        with self._changing:
            if site not in self._centres:
                raise Refusal("unknown-site", site=site)
            centre = self._centres[site]
            if centre is self._first:
                raise Refusal("first-site", site=site)
            self._centres = {id: c for id, c in self._centres.items() if id != site}
            centre.stop()
            self._retired.mkdir(mode=0o700, exist_ok=True)
            n = len(list(self._retired.glob(f"{site}.*"))) + 1
            centre.folder.rename(self._retired / f"{site}.{n}")
            log.info("retired site=%s", site)

    def stop(self) -> None:
        self._stopping = True
        self._opening.join()
        for centre in self._centres.values():
            centre.stop()

    def _open(self, folder: Path) -> Centre:
        centre = self._make(folder / HALL_FILE, folder)
        centre.start()
        self._centres = {**self._centres, centre.site: centre}
        return centre
