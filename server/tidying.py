"""Deletes at night what was kept for long enough: a thread of each centre.

Once a night from two o'clock on, or as soon as the centre is there again when it was off. Calls never wait
for it: it writes to the dossiers' own file, in transactions of some hundred rows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from hardware.clock import Clock
from server.dossiers import retention
from server.dossiers.store import DossierStore
from server.site_file import HallConfig

log = logging.getLogger("tidying")

LOOK_S: Final = 60.0
NIGHT: Final = timedelta(hours=2)  # a night belongs to the day that it is followed by


class Tidying:
    """`start`, then `stop`. `look` is one turn."""

    def __init__(
        self,
        config: Callable[[], HallConfig],
        store: DossierStore,
        clock: Clock,
        told: Callable[[Mapping[str, int]], None] = lambda counts: None,
        every_s: float = LOOK_S,
    ) -> None:
        """config: as it holds now. told: hears how much a night deleted, by class, if it was anything."""
        self._config, self._store, self._clock = config, store, clock
        self._told, self._every_s = told, every_s
        self._unsettled = True  # as far as is known: somebody may have deleted before the last end
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tidying", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for one small transaction at the most."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> bool:
        """Do this night's work, unless it is done; whether it was done now."""
        config, began = self._config(), self._clock.now()
        night = night_of(began, config)
        last = retention.nights(self._store, most=1)
        done = False
        if not last or last[0].day < night.isoformat():
            counts = retention.tidy(self._store, config.retention, began, self._stopping.is_set)
            done = self._unsettled = not self._stopping.is_set()
            if done:
                retention.note(self._store, night, began, self._clock.now(), counts)
            if counts:
                told = " ".join(f"{name}={n}" for name, n in sorted(counts.items()))
                log.info("deleted %s", told)
                self._told(counts)
        if self._unsettled and not self._stopping.is_set():
            self._unsettled = not self._store.settle()
        return done

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self.look()
            except sa.exc.OperationalError as error:  # an import that takes long, a disk that is full
                log.error("not tidied error=%s", type(error.orig).__name__)


def night_of(now: datetime, config: HallConfig) -> date:
    """The day of the last night that has begun."""
    return (now.astimezone(config.site.zone) - NIGHT).date()
