"""Watches `dossiers.db` and says what has changed: an import, an approval, or one that was taken back.

A thread that asks SQLite once a second whether anybody committed, which costs a look at the file's header.
Only what walls show is read then, some hundred rows of many thousand.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from msgspec.structs import replace

from broker.messages import Dossiers
from hardware.clock import Clock
from server.dossiers.publications import on_walls
from server.dossiers.shown import shown
from server.dossiers.store import DossierStore
from server.dossiers.wall import Publishing
from server.site_file import HallConfig

log = logging.getLogger("dossiers")

LOOK_EVERY_S: Final = 1.0  # real seconds; two are promised


class Feed:
    """Says, through `say`, what everybody may know. `say` answers with the message as it was published;
    `config` with the configuration that holds, whose change is said too."""

    def __init__(
        self,
        config: Callable[[], HallConfig],
        store: DossierStore,
        clock: Clock,
        say: Callable[[Dossiers], Dossiers],
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._config, self._store, self._clock = config, store, clock
        self._say, self._every_s = say, every_s
        self._seen: tuple[HallConfig, int] | None = None
        self._unreadable = False
        self._latest = Dossiers(rev=0, at=clock.now())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dossiers", daemon=True)

    def latest(self) -> Dossiers:
        """As it was said last; nothing before the first look."""
        return self._latest

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def look(self) -> bool:
        """Say it anew if something that is seen was committed; whether it was.

        A file that cannot be read is told once and tried again, and what was said stands until it is old:
        calls do not depend on dossiers.
        """
        try:
            config, version = self._config(), self._store.version()
            if self._seen is not None and self._seen[0] is config and self._seen[1] == version:
                return False
            stamp = self._store.stamp()
            with self._store.reading() as db:
                published = on_walls(db)
                authorities = [a.id for a in config.site.authorities]
                dossiers, totals = shown(db, authorities, config.dossier_lines) if stamp else ([], {})
        except sa.exc.DatabaseError as error:
            if not self._unreadable:
                log.error("dossiers unreadable error=%s", type(error.orig).__name__)
            self._unreadable = True
            return False
        self._seen, self._unreadable = (config, version), False
        publishing = Publishing(config)
        known_at = None if stamp is None else stamp.whole_at
        late, year = (None if p is None else publishing.as_of(p.list, p.sheet.overdue_at) for p in published)
        found = publishing.dossiers(dossiers, known_at, late, self._clock.now(), year, totals)
        if replace(self._latest, site="", rev=0, at=found.at) == found:
            return False  # a draft, or an approval that was taken back before anybody looked
        self._latest = self._say(found)
        told = " ".join(f"{stage}={n}" for stage, n in sorted(self._latest.totals.items()))
        log.info("dossiers said lines=%d late=%s %s", len(self._latest.lines), late is not None, told)
        return True

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.look()
