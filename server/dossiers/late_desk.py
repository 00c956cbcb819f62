"""A late list at the desk of those who answer for it: looked at, noted upon, approved, withdrawn.

What is approved is what somebody saw: figures and notes are counted again in the transaction that keeps them,
and others are refused. A note that names a citizen, as far as that can be known, is refused as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from server.dossiers import publications
from server.dossiers.cells import personal
from server.dossiers.folding import fold, names
from server.dossiers.late import LateSheet, sheet
from server.dossiers.publications import LONGEST_NOTE, Publication
from server.dossiers.rows import applicant_table, dossier_table
from server.dossiers.store import DossierStore
from server.people.contacts import spelled
from server.site_file import HallConfig

AT_ONCE: Final = 5_000  # names that are looked for in a note at a time
MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

a = applicant_table.c
d = dossier_table.c


class NoteRefused(ValueError):
    """code: long, personal or no-line."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def draft(store: DossierStore, config: HallConfig, period: str) -> LateSheet | None:
    """The list of a period as it stands now, with its notes. None: there is no register yet."""
    stamp = store.stamp()
    if stamp is None:
        return None
    with store.reading() as db:
        return sheet(db, config, period, stamp.known_at, publications.notes(db, period))


def approve(
    store: DossierStore, config: HallConfig, period: str, mark: str, by: str, officers: bool, now: datetime
) -> tuple[Publication, bool] | None:
    """Publish what was seen under this mark; whether that is new. What stands under it already is not
    published again: who presses twice corrects nothing. None: it is something else by now."""
    stamp = store.stamp()
    if stamp is None:
        return None
    with store.writing() as db:
        for one in publications.standing(db, period):
            if (one.sheet.mark, one.officers) == (mark, officers):
                return one, False
        found = sheet(db, config, period, stamp.known_at, publications.notes(db, period))
        if found.mark != mark:
            return None
        return publications.approve(db, found, by, now, officers, approver(config, by)), True


def approver(config: HallConfig, by: str) -> str:
    """The name under which an account approves: as the hall lists its people, else the account's."""
    return config.officers.get(by, by)


def note(
    store: DossierStore,
    config: HallConfig,
    period: str,
    line: tuple[str, str],
    text: str,
    by: str,
    now: datetime,
) -> None:
    """Keep what a unit says of a line, (authority, officer or ""); "" takes it away. Raises NoteRefused."""
    authority, officer = line[0], spelled(line[1])
    text = spelled(text)
    if len(text) > LONGEST_NOTE:
        raise NoteRefused("long")
    known = draft(store, config, period)
    unit = next((u for u in known.units if u.authority == authority), None) if known else None
    if unit is None or (officer and all(one.name != officer for one in unit.officers)):
        raise NoteRefused("no-line")
    if text and (personal(text) or MAIL.search(text) or _names_somebody(store, config, authority, text)):
        raise NoteRefused("personal")
    with store.writing() as db:
        publications.note(db, period, authority, officer, text, by, now)


def differs(store: DossierStore, config: HallConfig, found: Publication) -> bool:
    """Whether the register has other figures by now than were approved."""
    now = draft(store, config, found.period)
    return now is not None and all(u.authority for u in found.sheet.units) and not now.same_as(found.sheet)


def _names_somebody(store: DossierStore, config: HallConfig, authority: str, text: str) -> bool:
    """Whether a text has the name of somebody who handed a dossier in at this authority, late or not. What
    the hall itself calls an authority is no citizen's name, whoever hands in for it."""
    offices = {
        fold(word) for one in config.site.authorities for word in (one.name.vi, one.name.en, one.short.vi)
    }
    words = frozenset(fold(text).split())
    likely = (name for name in _applicants(store, authority) if _last_word(name) in words)
    return any(names(name, text) for name in likely if fold(name) not in offices)


def _last_word(name: str) -> str:
    """Folded: there are some thousand of them, which are worked out once."""
    return fold(name.rsplit(maxsplit=1)[-1]).rpartition(" ")[2] if name.strip() else ""


def _applicants(store: DossierStore, authority: str) -> Iterator[str]:
    """The names of all who handed something in at an authority: some hundred thousand in a province."""
    held = sa.select(a.name).distinct().join(dossier_table, d.code == a.code)
    with store.reading() as db:
        found = db.execute(held.where(d.authority == authority, a.name != "")).scalars()
        for some in found.partitions(AT_ONCE):
            yield from some
