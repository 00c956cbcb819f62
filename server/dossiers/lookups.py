"""Looking dossiers up for citizens: one counter of tries for the kiosks, the web and programs alike.

What is asked is compared and forgotten. A wrong second factor counts against the code, wherever it was tried
from, and against who tried it, also when there is no such dossier: so neither words nor waits tell what
exists. While a code is locked, it alone still tells how the dossier stands. Nothing here is logged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from broker.messages import Words
from broker.whisper import Rest, StatusWord
from server.dossiers import applicants
from server.dossiers.applicants import Seals
from server.dossiers.code import read_code
from server.dossiers.lookup import NOBODY, due, rest, shows, standing, tidied
from server.dossiers.store import DossierStore, Whole
from server.dossiers.wall import places
from server.pace import Pace
from server.site_file import HallConfig
from server.throttle import Limit, Limits, Throttle

A_MINUTE: Final = 30  # look-ups of one address or kiosk: a whole hall may be behind one router
# Five wrong ones are free; then one an hour in the end. One address may be many people.
# Anybody may try any number of codes: so codes share slots, a thousand times as many as are locked at a time.
TRIES: Final = Limits(None, Limit(20, 900.0, 2.0), Limit(5, 3600.0, 60.0), 24 * 3600, slots=16_384)
READY: Final = "resolved"


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody is told. code: as it is written; "" for what is no code. status: None for a dossier that
    nobody knows. collect: the services that give its result out. rest: only who showed that it is theirs.
    tried: a second factor was given. wait_s: none is looked at for so long; asked_too_often: nothing at all.
    """

    code: str
    status: StatusWord | None = None
    due: datetime | None = None
    collect: tuple[str, ...] = ()
    rest: Rest | None = None
    tried: bool = False
    wait_s: float = 0.0
    asked_too_often: float = 0.0


class Lookups:
    """Of one centre. Safe from any thread."""

    def __init__(
        self, config: Callable[[], HallConfig], store: DossierStore, seals: Seals, a_minute: int = A_MINUTE
    ) -> None:
        self._config, self._store, self._seals = config, store, seals
        self._throttle, self._pace = Throttle(TRIES), Pace(a_minute)

    def find(self, code: str, factor: str, address: str, now: float) -> Found:
        """factor: as it was typed or read, "" for none. address: of who asks, or `device:<id>`. now:
        monotonic seconds."""
        read = read_code(code[:64])
        if read is None:
            return Found("")
        if (wait := self._pace.wait_s(address, "", now)) > 0:
            return Found(read.text, asked_too_often=wait)
        whole, person = self._known(read.text)
        wait_s, shown = 0.0, False
        if factor:
            wait_s = self._throttle.attempt(read.text, address, now)
            shown = shows(tidied(factor), read.text, person, self._seals) and wait_s == 0
            if shown:
                self._throttle.forgive(read.text, address)
        if whole is None:
            return Found(read.text, tried=bool(factor), wait_s=wait_s)
        config = self._config()
        names = {a.id: Words(a.name.vi, a.name.en) for a in config.site.authorities}
        ready = standing(whole) == READY
        return Found(
            read.text,
            standing(whole),
            due(whole),
            collecting(config, whole.dossier.authority) if ready else (),
            rest(whole, person, names, places(config).get(whole.dossier.authority, "")) if shown else None,
            bool(factor),
            wait_s,
        )

    def _known(self, code: str) -> tuple[Whole | None, applicants.Applicant]:
        with self._store.reading() as db:
            person = applicants.known(db, [code]).get(code, NOBODY)
        return self._store.find(code), person


def collecting(config: HallConfig, authority: str) -> tuple[str, ...]:
    """The services where this authority's results are given out, in the order of the hall's file."""
    own = config.site.services.values()
    return tuple(s.id for s in own if s.authority == authority and s.id in config.collecting)
