"""What a program sent, into the register: all of it or nothing, and never more than was sent is touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from server.dossiers.applicants import open_seals
from server.dossiers.bringing import Changes, Delivery
from server.dossiers.importing import brought_of, rules_of, source_of
from server.dossiers.sent import Fault, SentDossier, SentReader
from server.dossiers.store import DossierStore
from server.site_file import HallConfig


class NotTaken(Exception):
    """Nothing of it was. faults: all that is wrong, at least one."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].key)
        self.faults = faults


def take(
    sent: Sequence[tuple[str, SentDossier]],
    source_id: str,
    config: HallConfig,
    store: DossierStore,
    data: Path,
    by: str,
    now: datetime,
) -> Changes:
    """Each with its code. data: the centre's folder, with the key for people. Raises NotTaken, NoSource."""
    source = source_of(store, source_id)
    rows, faults = SentReader(rules_of(config, source, now)).read(sent)
    if faults:
        raise NotTaken(faults)
    seals = open_seals(data) if source.mapping.persons else None
    delivery = Delivery(now, by, source.id, whole=False)
    return store.bring([brought_of(row, seals) for row in rows], delivery, now)
