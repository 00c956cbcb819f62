"""What a program sent, into the register: all of it or nothing, and never more than was sent is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa

from broker.sent import SentDossier, SentDossiers, SentFault, SentReceipt
from server.dossiers.applicants import open_seals
from server.dossiers.bringing import Changes, Delivery, OfAnother
from server.dossiers.importing import brought_of, reasons, rules_of, source_of
from server.dossiers.rows import sent_table, text_of
from server.dossiers.sent import Fault, SentReader
from server.dossiers.sources import NoSource
from server.dossiers.store import DossierStore
from server.site_file import HallConfig

TOLD: Final = 50  # faults in one receipt
REMEMBERED: Final = timedelta(days=7)  # for so long a message that comes again is known


class _Kept(SentReceipt, frozen=True, kw_only=True):
    """A receipt with the digest of what it is of; "" of one from before there was any."""

    digest: str = ""

    @property
    def receipt(self) -> SentReceipt:
        told = {name: getattr(self, name) for name in SentReceipt.__struct_fields__}
        return SentReceipt(**told)


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
    try:
        return store.bring([brought_of(row, seals) for row in rows], delivery, now)
    except OfAnother as others:
        told = reasons(store, others.owners)
        codes = [row.dossier.code for row in rows]
        raise NotTaken([Fault(n, "/code", *told[c]) for n, c in enumerate(codes) if c in told]) from None


def take_once(
    message: SentDossiers, source_id: str, config: HallConfig, store: DossierStore, data: Path, now: datetime
) -> tuple[SentReceipt, bool]:
    """What a source sent by itself, and whether it was taken now. Its receipt is kept, so that the same
    message again is answered likewise, and another by the same id is refused; one that was cut off before
    that is taken anew, which changes nothing any more."""
    digest = hashlib.sha256(msgspec.json.encode(message)).hexdigest()
    s = sent_table.c
    with store.reading() as db:
        known = db.execute(
            sa.select(s.answer).where(s.source == source_id, s.id == message.id)
        ).scalar_one_or_none()
    if known is not None:
        kept = msgspec.json.decode(known, type=_Kept)
        if kept.digest not in ("", digest):
            return SentReceipt(id=message.id, taken=False, reason="id-used"), False
        return kept.receipt, False
    receipt = _receipt(message, source_id, config, store, data, now)
    if receipt.reason in ("", "refused"):
        row = {
            "source": source_id,
            "id": message.id,
            "at": text_of(now),
            "answer": msgspec.json.encode(_Kept(**msgspec.structs.asdict(receipt), digest=digest)),
        }
        with store.writing() as db:
            db.execute(sent_table.delete().where(s.at < text_of(now - REMEMBERED)))
            db.execute(sent_table.insert().prefix_with("OR REPLACE"), [row])
    return receipt, receipt.taken


def _receipt(
    message: SentDossiers, source_id: str, config: HallConfig, store: DossierStore, data: Path, now: datetime
) -> SentReceipt:
    sent = [(one.code, one) for one in message.dossiers]
    try:
        changes = take(sent, source_id, config, store, data, f"source:{source_id}", now)
    except NoSource:
        return SentReceipt(id=message.id, taken=False, reason="no-source")
    except NotTaken as wrong:
        faults = tuple(SentFault(f.index, f.pointer, f.key, f.nearest) for f in wrong.faults[:TOLD])
        return SentReceipt(
            id=message.id,
            taken=False,
            reason="refused",
            refused=faults,
            refused_count=len(wrong.faults),
        )
    return SentReceipt(id=message.id, taken=True, new=changes.new, changed=changes.changed, same=changes.same)
