"""Watches by which rules a centre counts, and works its due dates out anew when they are others.

A thread of its own: calls, walls and imports wait for nothing but a transaction of some hundred dossiers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from hardware.clock import Clock
from server.dossiers.due import Rules
from server.dossiers.reckoning import Reckoned, recompute
from server.dossiers.store import DossierStore

log = logging.getLogger("dossiers")

LOOK_EVERY_S: Final = 2.0  # real seconds


class Reckoner:
    """The due dates of one centre. rules: those of the configuration that holds."""

    def __init__(
        self, rules: Callable[[], Rules], store: DossierStore, clock: Clock, every_s: float = LOOK_EVERY_S
    ) -> None:
        self._rules, self._store, self._clock, self._every_s = rules, store, clock, every_s
        self._unreadable = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="due dates", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def look(self) -> Reckoned | None:
        """What was done; None when nothing was to do. A file that cannot be read is told once."""
        try:
            found = recompute(self._store, self._rules(), self._clock.now())
        except sa.exc.DatabaseError as error:
            if not self._unreadable:
                log.error("due dates not worked out error=%s", type(error.orig).__name__)
            self._unreadable = True
            return None
        self._unreadable = False
        if found is not None and found.looked:
            told = "dossiers due dates anew looked=%d later=%d earlier=%d kept=%d"
            log.info(told, found.looked, found.later, found.earlier, found.kept)
        return found

    def _run(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(self._every_s):
                return
